"""One async client on several event loops: one after another, at the same time, and of another library."""

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.errors import ConfigurationError, TransportError
from tests.support.answers import own_answer
from tests.support.clients import OnTrio, OnUvloop, on_its_loop, over_sockets, run, settings, yes
from tests.support.wire import HANG_UP, Answer, Received, Wire, reply

LOOPS = [AsyncC2CClient, OnUvloop, OnTrio]


async def release(client: AsyncC2CClient) -> None:
    await client.orders.release(order_number="1")


def test_a_client_serves_one_loop_after_another():
    """It opens new connections on the next one, those of a loop that ended are closed with it, and it closes on any."""
    with Wire(then=reply(yes())) as wire:
        client = AsyncC2CClient(**settings(base_url=wire.url))
        for kind in (*LOOPS, *LOOPS[:2]):
            on_its_loop(kind, release, client)
        wire.wait_for_hang_up()
        asyncio.run(client.aclose())
        with pytest.raises(ConfigurationError, match="the client is closed"):
            asyncio.run(release(client))
        del client
        gc.collect()

    assert (5, 5) == (len(wire.requests), wire.connections)


def test_a_client_serves_loops_at_the_same_time():
    """Each thread's loop has connections of its own, and gets the answers to its own questions."""
    begin = Barrier(8)

    async def ask(client: AsyncC2CClient, first: int) -> list[str]:
        rows = [await client.orders.get(order_number=str(first + 3 * turn)) for turn in range(20)]
        return [row.order_number for row in rows]

    def work(thread: int) -> list[str]:
        begin.wait()
        return asyncio.run(ask(client, 1000 * thread + 2))

    with Wire(then=own_answer) as wire, ThreadPoolExecutor(8) as threads:
        client = AsyncC2CClient(**settings(base_url=wire.url))
        answers = list(threads.map(work, range(0, 24, 3)))
        asyncio.run(client.aclose())

    assert [[str(1000 * thread + 2 + 3 * turn) for turn in range(20)] for thread in range(0, 24, 3)] == answers
    assert (160, 8) == (len(wire.requests), wire.connections)


def test_a_client_closed_on_one_loop_ends_calls_on_another():
    """Who waits for an answer on the other loop learns that there will be none."""
    arrived, closed = Barrier(2), Barrier(2)

    def hold(_: Received) -> Answer:
        arrived.wait()
        closed.wait()
        return HANG_UP

    def ask() -> Any:
        try:
            return asyncio.run(release(client))
        except TransportError as error:
            return error

    with Wire(then=hold) as wire, ThreadPoolExecutor(1) as threads:
        client = AsyncC2CClient(**settings(base_url=wire.url))
        asking = threads.submit(ask)
        arrived.wait()
        asyncio.run(client.aclose())
        error = asking.result()
        closed.wait()

    assert isinstance(error, TransportError)
    assert error.request_sent


def test_what_a_loop_left_behind_holds_up_no_close():
    """A loop that was closed without its end, and its connections with it."""
    with Wire(then=reply(yes())) as wire:
        client = AsyncC2CClient(**settings(base_url=wire.url))
        loop = asyncio.new_event_loop()
        loop.run_until_complete(release(client))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        asyncio.run(client.aclose())

    assert 1 == len(wire.requests)


@over_sockets
def test_a_read_is_sent_as_often_as_the_flow_says(kind: type[C2CClient]):
    """What breaks down is repeated by the flow, stamped and signed anew, and by nothing beneath it."""
    with Wire(then=HANG_UP) as wire:
        [error] = run(kind, wire.url, lambda c: c.orders.history(trade_type="SELL"))

    assert isinstance(error, TransportError)
    assert 3 == len({one.target for one in wire.requests}) == len(wire.requests)
