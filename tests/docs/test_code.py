"""Every block of code on the pages, run as it stands there, against a sandbox."""

import ast
import asyncio
import contextlib
import inspect
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.sandbox import Sandbox, serve
from tests.docs.markdown import KEYS, Block, blocks, pages_by_hand
from tests.support.servers.redis_server import RedisServer

PAGES = pages_by_hand()
LANGUAGES = {"python", "sh", "text", "json", "yaml", "toml"}
EXAMPLE_NUMBER = "22784010203040506113"
"""What an order's number looks like on a page. It stands for that of the order which the page needs."""
EXAMPLE_REDIS = "redis://localhost:6379"
"""What a Redis' address looks like on a page."""
OPENED = (C2CClient, AsyncC2CClient, sqlite3.Connection)

Setting = Callable[[Sandbox], dict[str, Any]]


def an_ad(sandbox: Sandbox) -> dict[str, Any]:
    """The merchant has an ad that sells."""
    return {"adv_no": _ad(sandbox)}


def an_order(sandbox: Sandbox) -> dict[str, Any]:
    """Somebody has placed an order with the merchant."""
    return {"number": sandbox.moves.place("taker", _ad(sandbox), total_amount=1845)}


def a_paid_order(sandbox: Sandbox) -> dict[str, Any]:
    """Somebody has placed an order with the merchant, and marked it as paid."""
    names = an_order(sandbox)
    sandbox.moves.mark_paid(names["number"])
    return names


def a_released_order(sandbox: Sandbox) -> dict[str, Any]:
    """An order of the merchant's is over: the coins are released."""
    names = a_paid_order(sandbox)
    sandbox.moves.release(names["number"])
    return names


SETTINGS: dict[str, Setting] = {
    one.__name__.replace("_", " "): one for one in (an_ad, an_order, a_paid_order, a_released_order)
}
"""What a block may need, by the words after `needs:`."""


def _ad(sandbox: Sandbox) -> str:
    return sandbox.moves.post_ad("merchant", "SELL", price="18.45", amount=500, smallest=500, largest=5000)


class Reader:
    """Follows a page: runs its blocks one after the other, in one folder and with one set of names."""

    def __init__(self, sandbox: Sandbox, runner: asyncio.Runner, redis: Callable[[], RedisServer]) -> None:
        self._sandbox = sandbox
        self._redis = redis
        self._runner = runner
        self._number = EXAMPLE_NUMBER
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.printed = ""
        self._opened: dict[int, Any] = {}

    def read(self, block: Block) -> None:
        """Do what a block says, and keep what it opens, to be closed at the end."""
        try:
            self._read(block)
        finally:
            opened = [one for one in self.names.values() if isinstance(one, OPENED)]
            self._opened |= {id(one): one for one in opened}

    def close(self) -> None:
        """Close what the blocks have opened, as the end of a program does."""
        for one in self._opened.values():
            if isinstance(one, AsyncC2CClient):
                self._runner.run(one.aclose())
            else:
                one.close()

    def _read(self, block: Block) -> None:
        if "needs" in block.remarks:
            self.names |= SETTINGS[block.remarks["needs"]](self._sandbox)
            self._number = self.names.get("number", self._number)
        text = block.text.replace(EXAMPLE_NUMBER, self._number)
        if EXAMPLE_REDIS in text:
            text = text.replace(EXAMPLE_REDIS, self._redis().url)
        if "file" in block.remarks:
            path = Path(block.remarks["file"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if path.parts[:2] == (".github", "workflows"):
                _run_jobs(block, yaml.safe_load(text))
        elif "output" in block.remarks:
            assert _matches(text, self.printed), f"{block} is not what the block before it prints:\n{self.printed}"
        elif block.language == "python":
            self.printed = self._run_python(block, text)
        elif block.language == "sh":
            self.printed = _run_shell(block, text)
        elif block.language == "json":
            json.loads(text)
        elif block.language == "yaml":
            yaml.safe_load(text)
        elif block.language == "toml":
            tomllib.loads(text)

    def _run_python(self, block: Block, text: str) -> str:
        code = compile("\n" * (block.line - 1) + text, block.page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

        async def run() -> None:
            result = eval(code, self.names)  # noqa: S307
            if inspect.iscoroutine(result):
                await result

        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            self._runner.run(run())
        return printed.getvalue()


def _run_shell(block: Block, text: str) -> str:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["sh", "-eu", "-c", text]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert 0 == done.returncode, f"{block} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def _run_jobs(block: Block, workflow: dict[str, Any]) -> None:
    """Take the steps of a workflow, but for actions of others and for what installs packages."""
    steps = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    for command in steps:
        if not command.startswith("pip install "):
            _run_shell(block, command)


def _matches(expected: str, printed: str) -> bool:
    """Whether a text is printed; `…` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Somebody who has a key of a sandbox in the environment, and follows a page in an empty folder."""
    sandbox = Sandbox()
    monkeypatch.chdir(tmp_path)
    key = sandbox.keys["merchant"]
    with serve(sandbox) as base_url, asyncio.Runner() as runner:
        monkeypatch.setenv("BINANCE_API_KEY", key.api_key)
        monkeypatch.setenv("BINANCE_API_SECRET", key.api_secret)
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", base_url)
        # Few pages have need of a Redis.
        reader = Reader(sandbox, runner, lambda: request.getfixturevalue("redis_server"))
        yield reader
        reader.close()
    if HTTPXClientInstrumentor().is_instrumented_by_opentelemetry:
        HTTPXClientInstrumentor().uninstrument()


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page_runs(reader: Reader, page: str):
    """Who follows a page from its top, block by block, meets no error and sees what the page says is printed."""
    for block in blocks(page, PAGES[page]):
        if "not run" not in block.remarks:
            try:
                reader.read(block)
            except Exception as error:
                error.add_note(f"in the block at {block}")
                raise


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_how_it_is_meant(page: str):
    """A block has a known language, no remark that means nothing, and a reason where it is not run."""
    found = blocks(page, PAGES[page])

    assert PAGES[page].count("\n```") == 2 * len(found)
    assert [] == [str(one) for one in found if one.language not in LANGUAGES]
    assert [] == [str(one) for one in found if not set(one.remarks) <= KEYS]
    assert [] == [str(one) for one in found if "not run" in one.remarks and len(one.remarks["not run"].split()) < 3]
    assert [] == [str(one) for one in found if one.remarks.get("needs", "an ad") not in SETTINGS]


def test_pages_are_found():
    """The blocks are those of the first page and of the guides."""
    found = [block for page, text in PAGES.items() for block in blocks(page, text)]

    assert {"docs/index.md", "docs/getting-started.md"} <= {block.page for block in found}
    assert {"python", "sh"} <= {block.language for block in found}
