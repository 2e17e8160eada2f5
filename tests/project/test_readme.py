"""The README's code, run as it stands there."""

import ast
import asyncio
import inspect
import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

from binance_c2c import C2CClient, errors
from binance_c2c.sandbox import Sandbox, serve
from tests.support.trade import FACTOR, an_ad, an_order

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What a reader has at hand: an environment with a key, an order that was released, and a client."""
    sandbox = Sandbox()
    monkeypatch.chdir(tmp_path)
    key = sandbox.keys["merchant"]
    with serve(sandbox) as base_url, C2CClient.in_sandbox(sandbox) as client:
        monkeypatch.setenv("BINANCE_API_KEY", key.api_key)
        monkeypatch.setenv("BINANCE_API_SECRET", key.api_secret)
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", base_url)
        number = _released_order(sandbox)
        yield {"client": client, "C2CClient": C2CClient, "errors": errors, "number": number, "code": "000000"}
    if HTTPXClientInstrumentor().is_instrumented_by_opentelemetry:
        HTTPXClientInstrumentor().uninstrument()


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_readmes_code_runs(names: dict[str, Any], number: int):
    """Every block of the README does what it says."""
    block = BLOCKS[number].replace("22784010203040506113", names["number"])
    code = compile(block, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    async def as_told() -> None:
        result = eval(code, names)  # noqa: S307
        if inspect.iscoroutine(result):
            await result

    # The one block that releases does so with an order that was released, which the exchange has to refuse.
    refused = pytest.raises(errors.APIError, match=r"orders\.release") if ".release(" in block else nullcontext()
    with refused:
        asyncio.run(as_told())


def test_the_error_tree_is_the_one_of_the_code():
    """The README draws the tree that `errors` has."""
    drawn = re.findall(r"[A-Z]\w+Error\b", README.split("## When it says no")[1].split("A refused argument")[0])

    assert {name for name in errors.__all__ if name != "ChatError"} == set(drawn)


def _released_order(sandbox: Sandbox) -> str:
    with C2CClient.in_sandbox(sandbox) as merchant, C2CClient.in_sandbox(sandbox, account="taker") as taker:
        adv_no = merchant.ads.post(**an_ad())
        numbers = [taker.orders.place(**an_order(adv_no)).order_match.order_number for _ in range(2)]
        for number in numbers:
            taker.orders.mark_paid(order_number=number)
        merchant.orders.release(order_number=numbers[0], **FACTOR)
        return numbers[0]
