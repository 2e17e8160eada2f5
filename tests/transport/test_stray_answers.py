"""An answer that nobody asked for is never taken for the answer to the next call on its connection."""

import select
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy
from binance_c2c._core.transport.sockets import is_quiet
from binance_c2c._core.transport.sync import Connection
from binance_c2c.errors import OutcomeUnknownError, TransportError
from tests.support.answers import own_answer
from tests.support.clients import (
    Kind,
    on_its_loop,
    order_data,
    over_async_sockets,
    over_sockets,
    run,
    settings,
    together,
    yes,
)
from tests.support.servers.authority import Authority, make_authority
from tests.support.servers.records import Records
from tests.support.servers.ways import Way, every_given_way, every_way, every_way_but_tunnels
from tests.support.wire import Answer, Pause, Received, Wire, reply

STRAY = reply(yes(order_data("999"))).data
FAREWELL = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
FIRST = reply(yes(order_data("1")))
BODY = FIRST.data.partition(b"\r\n\r\n")[2]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
TOGETHER = [
    pytest.param(Answer(FIRST.data + STRAY), id="in one piece"),
    pytest.param(Answer(FIRST.data, behind=STRAY), id="in two"),
]
FIRSTS = [pytest.param(FIRST.data, id="with a length"), pytest.param(CHUNKED, id="in chunks")]
CALLERS, ROUNDS = 30, 3
ORDERS = range(1, 3 * CALLERS, 3)
"""None of them is refused."""


def get(number: str) -> Any:
    return lambda client: client.orders.get(order_number=number)


def release(client: Any) -> Any:
    return client.orders.release(order_number="1")


@pytest.mark.parametrize("answers", TOGETHER)
@every_way
def test_what_stands_behind_an_answer_answers_nothing(way: Way, answers: Answer):
    """Two answers to one request, and the second call gets its own, on another connection."""
    with way.wire(answers, then=own_answer) as wire:
        first, second = way.run(wire, get("1"), get("2"))

    assert ("1", "2") == (first.order_number, second.order_number)


@every_way
def test_a_long_header_does_not_lose_an_answer(way: Way):
    """A cookie or a policy of some kilobytes is no reason not to know what became of a write."""
    with way.wire(reply(yes(), headers=[("X-Policy", "a" * 50_000)])) as wire:
        assert [None] == way.run(wire, release)


@pytest.mark.parametrize("first", FIRSTS)
@every_way
def test_the_half_of_an_answer_behind_another_answers_nothing(way: Way, first: bytes):
    """Its other half comes when the next request is there, which would be taken for its answer."""
    with way.wire(Answer(first + STRAY[:40]), Answer(STRAY[40:]), then=own_answer) as wire:
        one, other = way.run(wire, get("1"), get("2"), retry=RetryPolicy(attempts=1))

    assert "1" == one.order_number
    assert isinstance(other, TransportError) or other.order_number == "2"


@every_way
def test_an_answer_that_comes_twice_answers_once(way: Way):
    """The second of them is no answer to the next call, although it ends like the first."""
    with way.wire(Answer(FIRST.data * 2), then=own_answer) as wire:
        one, other = way.run(wire, get("1"), get("2"), retry=RetryPolicy(attempts=1))

    assert "1" == one.order_number
    assert isinstance(other, TransportError) or other.order_number == "2"


@every_way
def test_who_wants_to_speak_otherwise_has_not_answered(way: Way):
    """Nobody asked for another protocol: what became of the write is not known."""
    switching = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n"
    with way.wire(Answer(switching, hang_up=True)) as wire:
        [error] = way.run(wire, release)

    assert OutcomeUnknownError is type(error)
    assert 1 == len(wire.requests)


@pytest.mark.parametrize("first", FIRSTS)
@every_way
def test_an_answer_that_ends_where_it_says_keeps_its_connection(way: Way, first: bytes):
    """With a length and without one: five calls, one connection; on those of a caller's client, five."""
    with way.wire(then=Answer(first)) as wire:
        way.run(wire, *[get("1")] * 5)

    assert (1 if way.keeps else 5) == wire.connections


@pytest.mark.parametrize("answers", TOGETHER)
@every_way
def test_what_stands_behind_an_answer_releases_nothing(way: Way, answers: Answer):
    """A write that met it is done or not known to be, never done by somebody else's answer; it arrives once at most."""
    refused = reply({"code": "1", "message": "no", "success": False})
    with way.wire(answers, then=refused) as wire:
        _, second = way.run(wire, get("1"), release)

    assert second is not None
    assert len(wire.requests) <= 2
    assert isinstance(second, OutcomeUnknownError) or getattr(second, "code", "") == "1"


@pytest.mark.parametrize("stray", [STRAY, FAREWELL], ids=["an answer", "a farewell"])
@every_way_but_tunnels
def test_what_comes_between_two_calls_answers_nothing(way: Way, stray: bytes):
    """It is there before the second call asks, although a busy loop has not read it: another connection is taken."""
    pause = Pause()
    with way.wire(Answer(FIRST.data, behind=stray, pause=pause), then=own_answer) as wire:
        _, _, second = way.run(wire, get("1"), lambda _: pause.end(), get("2"))

    assert "2" == second.order_number
    assert (2, 2) == (len(wire.requests), wire.connections)


@pytest.mark.parametrize("looked", [True, False], ids=["after a look", "behind the tickets"])
@pytest.mark.parametrize("stray", [STRAY, b""], ids=["an answer", "the end"])
def test_what_tls_says_of_itself_is_no_answer(stray: bytes, looked: bool, authority: Authority):
    """Its tickets are taken in, and the connection goes on; what the server says, or its end, ends it."""
    connected, looked_at = Event(), Event()
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with theirs:
            records = Records(theirs, authority.server)
            records.do_handshake()
            connected.wait()
            # The tickets, which the end of the handshake made.
            records.send()
            looked_at.wait()
            if stray:
                theirs.sendall(records.record(stray))

    with ThreadPoolExecutor(1) as threads:
        serving = threads.submit(serve)
        connection = Connection(ours)
        connection.encrypt(authority.trusted(), "127.0.0.1", None)
        connected.set()
        select.select([connection._socket], [], [], 10)
        assert not looked or connection.is_quiet()
        looked_at.set()
        serving.result()
        assert not connection.is_quiet()
    connection.close()


@pytest.mark.parametrize("poll", [True, False], ids=["with poll", "without"])
def test_bytes_that_came_are_seen_in_the_socket(poll: bool, monkeypatch: pytest.MonkeyPatch):
    """Windows has no `poll`."""
    if not poll:
        monkeypatch.delattr(select, "poll")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as one:
        other, _ = server.accept()
        with other:
            assert is_quiet(one.fileno())
            other.sendall(STRAY)
            one.recv(1)
            assert not is_quiet(one.fileno())
    assert not is_quiet(one.fileno())


@over_sockets
def test_what_speaks_before_it_is_asked_gets_no_request(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """Something else than the exchange, or a tunnel with something left in it: nothing was sent."""
    for module in ("sync", "asyncio", "trio"):
        monkeypatch.setattr(f"binance_c2c._core.transport.{module}.is_quiet", lambda _: False)
    with Wire(then=own_answer) as wire:
        [error] = run(kind, wire.url, release, retry=RetryPolicy(attempts=1))

    assert isinstance(error, TransportError)
    assert (False, []) == (error.request_sent, wire.requests)
    assert "the server sent data before it was asked, or closed the connection" in str(error)


@over_sockets
def test_what_speaks_as_soon_as_tls_stands_gets_no_request(kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Its words come with the end of the handshake, and would be taken for the answer: nothing was sent."""
    authority = make_authority(tmp_path)
    # The server's is the last word of a handshake there.
    authority.server.maximum_version = ssl.TLSVersion.TLSv1_2
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = authority.server.wrap_bio(incoming, outgoing, server_side=True)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    incoming.write(connection.recv(65536))
            tls.write(STRAY)
            connection.sendall(outgoing.read())
            connection.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as threads:
        threads.submit(serve)
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        [error] = run(kind, url, release, retry=RetryPolicy(attempts=1))

    assert isinstance(error, TransportError)
    assert not error.request_sent
    assert "the server sent data before it was asked, or closed the connection" in str(error)


@pytest.mark.parametrize("later", [False, True], ids=["in one segment", "later"])
@every_given_way
def test_over_a_client_of_the_callers_own_a_stray_answer_answers_nothing(way: Way, later: bool):
    """Each call has a connection to itself there: httpx would take what is left on one for the next answer."""
    pause = Pause()
    refused = reply({"code": "1", "message": "no", "success": False})
    with way.wire(Answer(FIRST.data, behind=STRAY, pause=pause if later else None), then=refused) as wire:
        first, _, second = way.run(wire, get("1"), lambda _: pause.end() if later else None, release)

    assert ("1", "1") == (first.order_number, second.code)
    assert (2, 2) == (len(wire.requests), wire.connections)
    assert ["close", "close"] == [one.header("Connection") for one in wire.requests]


@every_way
def test_a_refusal_for_the_clock_that_comes_twice_refuses_once(way: Way):
    """The second of them answers no release that was done: the release goes out once after the first."""
    off = reply({"code": -1021, "msg": "clock"}, 400)
    time = reply({"serverTime": 1_900_000_000_000})
    with way.wire(Answer(off.data * 2), time, reply(yes()), then=reply(yes())) as wire:
        [released] = way.run(wire, release)

    assert released is None
    assert 3 == len(wire.requests)


def test_each_of_many_threads_keeps_a_connection():
    """A pool that keeps fewer connections than callers would make a new one, and its TLS, for each call."""
    together = Barrier(CALLERS)
    with (
        Wire(then=lambda request: wait_and_answer(together, request)) as wire,
        C2CClient(**settings(base_url=wire.url)) as client,
        ThreadPoolExecutor(CALLERS) as pool,
    ):
        for _ in range(ROUNDS):
            list(pool.map(lambda number: client.orders.get(order_number=str(number)), ORDERS))

    assert (CALLERS * ROUNDS, CALLERS) == (len(wire.requests), wire.connections)


@over_async_sockets
def test_each_of_many_tasks_keeps_a_connection(kind: type[AsyncC2CClient]):
    """And so for tasks."""

    async def play(url: str) -> None:
        async with kind(**settings(base_url=url)) as client:
            for _ in range(ROUNDS):
                await together(*[partial(client.orders.get, order_number=str(number)) for number in ORDERS])

    barrier = Barrier(CALLERS)
    with Wire(then=lambda request: wait_and_answer(barrier, request)) as wire:
        on_its_loop(kind, play, wire.url)

    assert (CALLERS * ROUNDS, CALLERS) == (len(wire.requests), wire.connections)


def wait_and_answer(together: Barrier, request: Received) -> Answer:
    """The answer to one of a round, once all of the round have arrived."""
    together.wait(60)
    return own_answer(request)
