"""One client, many callers, over real sockets: all get the answers to their own questions, and all learn of its end."""

import asyncio
import gc
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event, Semaphore
from typing import Any, Self

import anyio
import anyio.to_thread
import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.errors import APIError, C2CError, ConfigurationError, OutcomeUnknownError
from tests.support.answers import own_answer
from tests.support.clients import on_its_loop, over_async_sockets, settings, together, yes
from tests.support.wire import Answer, Received, Wire, reply

THREADS, EACH, TASKS = 16, 20, 200
CONNECTIONS = 100
# The others wait for a connection.
CROWD = CONNECTIONS + 20
# In seconds. Nothing here takes them unless it is broken.
AGES = 60.0


def expected(number: int) -> str:
    return f"not {number}" if number % 3 == 0 else str(number)


def told(result: Any) -> Any:
    """The order's number, or what the refusal says."""
    return result.message if isinstance(result, APIError) else result.order_number


def ask(client: C2CClient, number: int) -> Any:
    try:
        return client.orders.get(order_number=str(number))
    except C2CError as error:
        return error


async def ask_async(client: AsyncC2CClient, number: int) -> Any:
    try:
        return await client.orders.get(order_number=str(number))
    except C2CError as error:
        return error


def arrivals(wire: Wire) -> Counter[str]:
    return Counter(json.loads(one.body)["adOrderNo"] for one in wire.requests)


def test_threads_share_a_client():
    """Threads that begin together get each the answers to their own calls, and every call arrives once."""
    begin = Barrier(THREADS)

    def work(thread: int) -> list[Any]:
        begin.wait()
        return [told(ask(client, thread * EACH + turn)) for turn in range(EACH)]

    with (
        Wire(then=own_answer) as wire,
        C2CClient(**settings(base_url=wire.url)) as client,
        ThreadPoolExecutor(THREADS) as threads,
    ):
        answers = list(threads.map(work, range(THREADS)))

    numbers = range(THREADS * EACH)
    assert [expected(number) for number in numbers] == [answer for each in answers for answer in each]
    assert Counter(map(str, numbers)) == arrivals(wire)
    assert THREADS >= wire.connections


@over_async_sockets
def test_tasks_share_a_client(kind: type[AsyncC2CClient]):
    """The same for tasks, of which there are more than connections."""

    async def main(url: str) -> list[Any]:
        async with kind(**settings(base_url=url)) as client:
            return await together(*[partial(ask_async, client, number) for number in range(TASKS)])

    with Wire(then=own_answer) as wire:
        answers = on_its_loop(kind, main, wire.url)

    assert [expected(number) for number in range(TASKS)] == [told(answer) for answer in answers]
    assert Counter(map(str, range(TASKS))) == arrivals(wire)


class Held:
    """Lets requests come, and keeps the answers back while its `with` block lasts."""

    def __init__(self) -> None:
        self._arrived = Semaphore(0)
        self._let_go = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go.set()

    def answer(self, request: Received) -> Answer:
        del request
        self._arrived.release()
        self._let_go.wait()
        return reply(yes())

    def wait_for(self, requests: int) -> None:
        assert all(self._arrived.acquire(timeout=AGES) for _ in range(requests))


def is_unknown(error: Any) -> bool:
    return isinstance(error, OutcomeUnknownError) and error.request_sent


def test_threads_learn_that_their_client_closed():
    """Who came too late, or still waited for a connection, sent nothing; of the others it is not known."""

    def release(number: int) -> Any:
        try:
            return client.orders.release(order_number=str(number))
        except C2CError as error:
            return error

    held = Held()
    with Wire(then=held.answer) as wire, ThreadPoolExecutor(CROWD) as threads, held:
        client = C2CClient(**settings(base_url=wire.url))
        under_way = [threads.submit(release, number) for number in range(CROWD)]
        held.wait_for(CONNECTIONS)
        client.close()
        late = release(CROWD)
    results = [one.result() for one in under_way]
    gc.collect()

    assert ConfigurationError is type(late)
    assert CONNECTIONS == len(wire.requests)
    assert CONNECTIONS == sum(map(is_unknown, results))
    assert CROWD - CONNECTIONS == sum(type(result) is ConfigurationError for result in results)


@over_async_sockets
def test_tasks_learn_that_their_client_closed(kind: type[AsyncC2CClient]):
    """The same for tasks."""

    async def release(client: AsyncC2CClient, number: int) -> Any:
        try:
            return await client.orders.release(order_number=str(number))
        except C2CError as error:
            return error

    async def main(url: str) -> tuple[Any, list[Any]]:
        client = kind(**settings(base_url=url))
        late: list[Any] = []

        async def close() -> None:
            await anyio.to_thread.run_sync(held.wait_for, CONNECTIONS)
            await client.aclose()
            late.append(await release(client, CROWD))

        _, *results = await together(close, *[partial(release, client, number) for number in range(CROWD)])
        return late[0], results

    held = Held()
    with Wire(then=held.answer) as wire, held:
        late, results = on_its_loop(kind, main, wire.url)
    gc.collect()

    assert ConfigurationError is type(late)
    assert CONNECTIONS == len(wire.requests)
    assert CONNECTIONS == sum(map(is_unknown, results))
    assert CROWD - CONNECTIONS == sum(type(result) is ConfigurationError for result in results)


def test_a_task_cancelled_while_its_client_closes_is_cancelled():
    """Whoever is cancelled while waiting for a connection gets the cancellation, closed client or not."""

    async def main(url: str) -> None:
        client = AsyncC2CClient(**settings(base_url=url))
        crowd = [asyncio.create_task(ask_async(client, number)) for number in range(CROWD)]
        await asyncio.to_thread(held.wait_for, CONNECTIONS)
        for one in crowd:
            one.cancel()
        await client.aclose()
        results = await asyncio.gather(*crowd, return_exceptions=True)
        assert {asyncio.CancelledError} == {type(result) for result in results}

    held = Held()
    with Wire(then=held.answer) as wire, held:
        asyncio.run(main(wire.url))

    assert CONNECTIONS == len(wire.requests)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_write_that_lets_others_run_learns_of_the_end(turns: int):
    """One that has no connection yet opens none after the client is closed, and says so like any other call."""

    async def play(url: str) -> None:
        async with AsyncC2CClient(**settings(base_url=url)) as client:
            task = asyncio.create_task(client.orders.release(order_number="2"))
            for _ in range(turns):
                await asyncio.sleep(0)
            await client.aclose()
            with pytest.raises(ConfigurationError, match="the client is closed"):
                await task

    with Wire(then=reply(yes())) as wire:
        asyncio.run(play(wire.url))

    assert [] == wire.requests
