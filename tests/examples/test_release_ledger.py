"""examples/release_ledger.py is killed at each of its requests, by SIGKILL, and still no transfer pays two orders."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from binance_c2c.sandbox import Answer, Sandbox, serve

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "examples/release_ledger.py"
MOST_LIVES = 30

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")


class DeadlySandbox(Sandbox):
    """A sandbox that kills the program at one of its requests, before the exchange acts on it or after."""

    def __init__(self, *, acts_first: bool) -> None:
        super().__init__(empty=True)
        self._acts_first = acts_first
        self.program: subprocess.Popen[bytes] | None = None
        self.requests_left = 0

    def handle(self, method: str, path: str, query: bytes, headers: Mapping[str, str], body: bytes) -> Answer:
        self.requests_left -= 1
        if self.requests_left > 0 or self.program is None:
            return super().handle(method, path, query, headers, body)
        if self._acts_first:
            super().handle(method, path, query, headers, body)
        self.program.kill()
        return Answer(200, {}, b"", dropped=True)


def live(sandbox: DeadlySandbox, environment: Mapping[str, str], folder: Path, requests: int) -> None:
    """Start the program once more, and have it killed at that request."""
    sandbox.requests_left = requests
    command = [sys.executable, str(PROGRAM), str(folder / "ledger.db"), str(folder / "bank.csv")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as sandbox.program:
        status = sandbox.program.wait()

    assert -signal.SIGKILL == status


def ledger(folder: Path) -> set[tuple[str, str | None]]:
    """State and transfer of each order in the ledger."""
    connection = sqlite3.connect(folder / "ledger.db")
    try:
        return set(connection.execute("SELECT state, transfer FROM orders"))
    except sqlite3.OperationalError:
        return set()  # Killed before the table was made.
    finally:
        connection.close()


@pytest.mark.parametrize("acts_first", [False, True])
def test_one_transfer_releases_one_order_however_often_the_program_dies(acts_first: bool, tmp_path: Path):
    """Killed at its first request, started again, killed at its second, and so on until the order is released."""
    sandbox = DeadlySandbox(acts_first=acts_first)
    adv_no = sandbox.moves.post_ad("merchant", "SELL", price="18.45", amount=500, smallest=500, largest=5000)
    for _ in range(2):
        sandbox.moves.mark_paid(sandbox.moves.place("taker", adv_no, total_amount=1845))
    (tmp_path / "bank.csv").write_text("id,payer,amount,currency\nT1,JUAN MUESTRA,1845.00,MXN\n", encoding="utf-8")
    (tmp_path / "password").write_text("000000\n", encoding="utf-8")
    (tmp_path / "password").chmod(0o600)
    before, key = sandbox.balances["taker"]["USDT"].free, sandbox.keys["merchant"]
    with serve(sandbox) as url:
        environment = {
            **os.environ,
            "BINANCE_API_KEY": key.api_key,
            "BINANCE_API_SECRET": key.api_secret,
            "BINANCE_C2C_BASE_URL": url,
            "FUND_PASSWORD_FILE": str(tmp_path / "password"),
        }
        lives = iter(range(1, MOST_LIVES))
        while ("released", "T1") not in ledger(tmp_path):
            live(sandbox, environment, tmp_path, requests=next(lives))
        # It must not find anything more to do in a life of its own.
        live(sandbox, environment, tmp_path, requests=4)

    assert {("released", "T1"), ("paid", None)} == ledger(tmp_path)
    assert 100 == sandbox.balances["taker"]["USDT"].free - before
