"""Never twice, over real sockets: however the answer to a write is lost, the write went out once."""

import asyncio
import socket
from contextvars import copy_context
from threading import Barrier
from typing import Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.errors import OutcomeUnknownError, TransportError
from binance_c2c_sapi.operations import OPERATIONS
from tests.support.answers import LOST, WHOLE, release
from tests.support.clients import (
    Act,
    Kind,
    answering,
    gateway,
    order_data,
    over_sockets,
    run,
    settings,
    yes,
)
from tests.support.contract.calls import act
from tests.support.contract.tables import MINIMAL, TABLE
from tests.support.servers.ways import Way, every_way, every_way_but_tunnels
from tests.support.wire import HANG_UP, RESET, Answer, Received, Wire, reply

# httpcore leaves the iterator over a body that cannot be sent half-way, of which trio warns.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator 'httpx._content.ByteStream:ResourceWarning")
lost = pytest.mark.parametrize("answer", LOST.values(), ids=LOST)

WRITES: dict[str, Act] = {
    one.operation: act(one.operation, one.arguments) for one in MINIMAL if TABLE[one.operation].effect == "acts"
}
"""Every operation that must not happen twice, by the table that is typed from the vendor's documents."""


@lost
@every_way
def test_a_lost_answer_leaves_one_request(way: Way, answer: Answer):
    """One request arrived, a second one would have succeeded, and the caller is told to go and look."""
    with way.wire(answer, then=reply(yes())) as wire:
        [error] = way.run(wire, release)

    assert 1 == len(wire.requests)
    assert isinstance(error, OutcomeUnknownError)
    assert "`orders.get` tells: status 4 means that the coins are released." == error.how_to_find_out


@lost
@over_sockets
def test_a_code_is_not_shown_twice(kind: Kind, answer: Answer):
    """What only reads is repeated, but not with a one-time code: the first attempt may have used it up."""
    with Wire(answer, then=reply(yes(data=True))) as wire:
        [error] = run(kind, wire.url, can_release(auth_type="GOOGLE", google_verify_code="000000"))

    assert 1 == len(wire.requests)
    assert isinstance(error, OutcomeUnknownError)
    assert "the code sent may be used up" in error.how_to_find_out
    assert {"orderNumber": "1", "authType": "GOOGLE", "googleVerifyCode": "[hidden]"} == error.sent


def can_release(**more: Any) -> Act:
    return lambda client: client.orders.can_release(order_number="1", **more)


@lost
@over_sockets
def test_a_question_without_a_code_is_asked_again(kind: Kind, answer: Answer):
    """The same operation repeats as what only reads does, where it carries no code."""
    with Wire(answer, then=reply(yes(data=True))) as wire:
        [allowed] = run(kind, wire.url, can_release(auth_type="GOOGLE"))

    assert (True, 2) == (allowed, len(wire.requests))


@every_way
def test_a_code_that_was_not_looked_at_is_shown_again(way: Way):
    """Refused for the number of calls, or for the clock, it cannot have been used up."""
    limited, clock = reply(gateway(-1003), 429), reply(gateway(-1021), 400)
    with way.wire(limited, clock, reply({"serverTime": 1710460800000}), reply(yes(data=True))) as wire:
        [allowed] = way.run(wire, can_release(auth_type="GOOGLE", google_verify_code="000000"))

    assert (True, 4) == (allowed, len(wire.requests))


@over_sockets
def test_a_client_of_the_callers_own_follows_no_redirect_with_a_write(kind: Kind):
    """An `httpx` client that follows redirects otherwise: what became of the write is not known."""
    own = (httpx.Client if kind is C2CClient else httpx.AsyncClient)(follow_redirects=True, trust_env=False)
    with Wire(LOST["a redirect"], then=reply(yes())) as wire:
        [error] = run(kind, wire.url, release, http=own)

    assert 1 == len(wire.requests)
    assert isinstance(error, OutcomeUnknownError)


@pytest.mark.parametrize("answer", [HANG_UP, RESET], ids=["dropped", "reset"])
@every_way
def test_a_stale_connection_is_no_reason_to_repeat(way: Way, answer: Answer):
    """A connection that served before and breaks now may have carried the write."""
    with way.wire(reply(yes()), answer, then=reply(yes())) as wire:
        first, second = way.run(wire, release, release)

    assert first is None
    assert isinstance(second, OutcomeUnknownError)
    assert 2 == len(wire.requests)


@every_way_but_tunnels
def test_a_connection_dropped_after_the_answer_costs_nothing(way: Way):
    """A whole answer counts, whatever becomes of the connection; the next call opens another."""
    with way.wire(Answer(WHOLE, hang_up=True), Answer(WHOLE, hang_up=True)) as wire:
        results = way.run(wire, release, lambda _: wire.wait_for_hang_up(), release)

    assert [None] * 3 == results
    assert (2, 2) == (len(wire.requests), wire.connections)


@every_way
def test_reading_is_repeated_and_writing_is_not(way: Way):
    """The same accident costs a read nothing but time."""
    with way.wire(HANG_UP, reply(yes(order_data("1")))) as wire:
        [order] = way.run(wire, lambda c: c.orders.get(order_number="1"))

    assert "1" == order.order_number
    assert 2 == len(wire.requests)
    assert wire.requests[0].body == wire.requests[1].body


@over_sockets
def test_a_write_that_found_nobody_is_not_lost(kind: Kind):
    """A refused connection is a `TransportError` that says that nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    [error] = run(kind, f"http://127.0.0.1:{port}", release)

    assert TransportError is type(error)
    assert not error.request_sent


@every_way
def test_a_write_refused_at_the_door_is_sent_again(way: Way):
    """429 and -1003 prove that nothing happened: the write goes out once more, key and body as before."""
    too_often = reply(gateway(-1003), 429, [("Retry-After", "0")])
    with way.wire(too_often, reply(gateway(-1003), 400), reply(yes())) as wire:
        results = way.run(wire, release)

    assert [None] == results
    assert 3 == len(wire.requests)
    assert 1 == len({one.body for one in wire.requests})
    assert all(one.header("X-MBX-APIKEY") for one in wire.requests)


def test_the_writes_are_known():
    """Every operation that changes something is marked so, and nothing else is."""
    assert set(WRITES) == {name for name, operation in OPERATIONS.items() if not operation.safe_to_repeat}
    assert [] == [name for name, operation in OPERATIONS.items() if bool(operation.outcome) == operation.safe_to_repeat]


@pytest.mark.parametrize("name", WRITES)
@over_sockets
def test_no_write_is_repeated(kind: Kind, name: str):
    """Each of them goes out once when its answer is lost, and names itself and the call that tells."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(502)

    [error] = run(kind, "https://api.binance.com", WRITES[name], http=answering(handler))

    assert 1 == len(seen)
    assert isinstance(error, OutcomeUnknownError)
    assert (name, OPERATIONS[name].outcome) == (error.operation_id, error.how_to_find_out)


def test_a_cancelled_write_is_not_repeated():
    """Whoever cancels a task that waits for an answer has sent one request, and gets the cancellation back."""
    seen: list[httpx.Request] = []

    async def main() -> None:
        waiting = asyncio.Event()

        async def handler(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            waiting.set()
            await asyncio.Event().wait()
            return httpx.Response(200, request=request)

        async with AsyncC2CClient(**settings(http=httpx.MockTransport(handler))) as client:
            task = asyncio.create_task(release(client))
            await waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())

    assert 1 == len(seen)


def test_tasks_that_share_a_context_do_not_take_each_others_requests_for_theirs():
    """Each knows of its own request whether it is out: a write that is, and is lost, goes out once."""
    both = Barrier(2)

    def hang_up(_: Received) -> Answer:
        both.wait(60)
        return HANG_UP

    async def play(url: str) -> list[Any]:
        shared = copy_context()
        async with AsyncC2CClient(**settings(base_url=url)) as client:
            tasks = [asyncio.create_task(release(client), context=shared) for _ in range(2)]
            return await asyncio.gather(*tasks, return_exceptions=True)

    with Wire(then=hang_up) as wire:
        errors = asyncio.run(play(wire.url))

    assert [OutcomeUnknownError] * 2 == [type(error) for error in errors]
    assert 2 == len(wire.requests)
