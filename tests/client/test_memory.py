"""Long lives: what a client holds does not grow with the calls it has made."""

import asyncio
import gc
import logging
import sys
import threading
import tracemalloc
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from itertools import cycle, islice
from typing import Any

import pytest

from binance_c2c import C2CClient, RetryPolicy
from binance_c2c.errors import C2CError
from tests.support.clients import Kind, gateway, no, order_data, over_sockets, settings, yes
from tests.support.wire import HANG_UP, Answer, Wire, reply

WARM_UP, BATCH = 300, 500
# Thirty-two bytes a call would be 16 kB.
BOUND = 16_000

ORDER = order_data("20219644646554779648", counterPartNickName="Exa***", novelty=[1])
WEIGHT = [("X-SAPI-USED-IP-WEIGHT-1M", "7")]

Play = tuple[Callable[[Any], Any], Answer]

PLAYS: list[Play] = [
    (lambda c: c.orders.get(order_number="1"), reply(yes(ORDER), 200, WEIGHT)),
    (lambda c: c.orders.history(trade_type="SELL"), reply(yes([ORDER, {"orderNumber": []}], total=2), 200, WEIGHT)),
    (lambda c: c.orders.release(order_number="1", auth_type="GOOGLE", code="000000"), reply(yes())),
    (lambda c: c.orders.get(order_number="1"), reply(no())),
    (lambda c: c.orders.get(order_number="1"), reply(gateway(-1102), 400)),
    (lambda c: c.orders.release(order_number="1"), reply(b"<html>Bad Gateway</html>", 502)),
    (lambda c: c.orders.release(order_number="1"), HANG_UP),
    (lambda c: c.orders.get(order_number="1"), reply(gateway(-1003), 429, [("Retry-After", "0")])),
    (lambda c: c.orders.get(order_number="1"), reply(yes("no order"))),
    (lambda c: c.ads.update(adv_no="1", price="18.45"), reply(b"")),
    (lambda c: c.system.time(), reply({"serverTime": 1700000000000})),
]


@pytest.fixture(autouse=True)
def traced() -> Generator[None]:
    """Allocations are counted, and nobody keeps what is logged, or notes which lines are run, meanwhile."""
    tracers = sys.gettrace(), threading.gettrace()
    logging.disable()
    sys.settrace(None)
    threading.settrace(None)  # pyright: ignore[reportArgumentType]
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()
        sys.settrace(tracers[0])
        threading.settrace(tracers[1])  # pyright: ignore[reportArgumentType]
        logging.disable(logging.NOTSET)


def held(wire: Wire) -> int:
    """Bytes in use when all that can go is gone, the server's memories included."""
    wire.forget()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def growth(kind: Kind, wire: Wire, **changed: Any) -> int:
    """By how many bytes a batch of calls makes one client grow that has had a long life before."""
    chosen = settings(base_url=wire.url, retry=RetryPolicy(attempts=1), **changed)
    plays = cycle(PLAYS)
    if issubclass(kind, C2CClient):
        with kind(**chosen) as client:
            _call(client, islice(plays, WARM_UP + BATCH))
            before = held(wire)
            _call(client, islice(plays, BATCH))
            return held(wire) - before

    async def main() -> int:
        async with kind(**chosen) as client:
            await _call_async(client, islice(plays, WARM_UP + BATCH))
            before = held(wire)
            await _call_async(client, islice(plays, BATCH))
            return held(wire) - before

    return asyncio.run(main())


def _call(client: Any, plays: Iterator[Play]) -> None:
    for act, _ in plays:
        with suppress(C2CError):
            act(client)


async def _call_async(client: Any, plays: Iterator[Play]) -> None:
    for act, _ in plays:
        with suppress(C2CError):
            await act(client)


def server() -> Wire:
    """Answers the plays in their order, on and on."""
    answers = cycle(answer for _, answer in PLAYS)
    return Wire(then=lambda _: next(answers))


@over_sockets
def test_a_thousand_calls_leave_memory_flat(kind: Kind):
    """Answers, refusals and accidents over and over: nothing of a call stays with the client."""
    with server() as wire:
        grown = growth(kind, wire)

    assert BOUND > grown


def test_what_is_kept_would_be_seen():
    """A hook that keeps no more than a short tuple of each call makes the measurement above fail."""
    kept: list[Any] = []
    with server() as wire:
        grown = growth(C2CClient, wire, on_response=lambda event: kept.append((event.attempt, len(kept) + 1000)))

    assert BOUND < grown
    assert WARM_UP + BATCH + BATCH == len(kept)
