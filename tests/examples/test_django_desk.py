"""examples/django_desk.py with a real worker of Celery, a real Redis between, and a database in a file."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from binance_c2c.sandbox import Sandbox, serve
from tests.support.servers.redis_server import RedisServer

EXAMPLES = Path(__file__).parents[2] / "examples"
SEND = "import django_desk; print(django_desk.fetch_orders.delay().get(timeout=300))"
LOOK = "import django_desk; print(django_desk.orders(None).content.decode())"


def test_a_worker_fills_the_database_that_the_page_shows(redis_server: RedisServer, tmp_path: Path):
    """A task that is sent through Redis runs in a forked worker, and the page has the orders of the exchange."""
    sandbox = Sandbox(empty=True)
    key = sandbox.keys["merchant"]
    adv_no = sandbox.moves.post_ad("merchant", "SELL", price="18.45", amount=500, smallest=500, largest=5000)
    number = sandbox.moves.place("taker", adv_no, total_amount=1845)
    with serve(sandbox) as url:
        environment = {
            **os.environ,
            "BINANCE_API_KEY": key.api_key,
            "BINANCE_API_SECRET": key.api_secret,
            "BINANCE_C2C_BASE_URL": url,
            "CELERY_BROKER": redis_server.url.replace("unix://", "redis+socket://"),
            "DESK_DATABASE": str(tmp_path / "desk.sqlite3"),
        }
        celery = [sys.executable, "-m", "celery", "--app", "django_desk", "worker", "--concurrency=1"]
        with subprocess.Popen(
            celery, cwd=EXAMPLES, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as worker:
            try:
                fetched = _python(SEND, environment)
            finally:
                worker.terminate()
    page = json.loads(_python(LOOK, environment))

    assert "1" == fetched.strip()
    assert [number] == [order["number"] for order in page["orders"]]


def test_processes_that_begin_at_once_share_one_database(tmp_path: Path):
    """Whichever makes the table, the others find it."""
    environment = {**os.environ, "DESK_DATABASE": str(tmp_path / "desk.sqlite3")}
    # Each asks for the tables before any of them makes one.
    gate = (
        "import sqlite3, sys, django.db.backends.sqlite3.introspection as known\n"
        "names = known.DatabaseIntrospection.table_names\n"
        "def waited(*given):\n"
        "    found = names(*given)\n"
        "    print('ready', flush=True); sys.stdin.readline()\n"
        "    return found\n"
        "known.DatabaseIntrospection.table_names = waited\n"
    )
    command = [sys.executable, "-c", gate + LOOK]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with ExitStack() as running:
        programs: list[Any] = [
            running.enter_context(subprocess.Popen(command, cwd=EXAMPLES, env=environment, **pipes)) for _ in range(2)
        ]
        ready = [program.stdout.readline() for program in programs]
        told = [program.communicate("go\n")[0] for program in programs]

    assert ["ready\n"] * 2 == ready
    assert [{"orders": []}] * 2 == [json.loads(one) for one in told]


def _python(code: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=EXAMPLES, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout
