"""A call's time-out bounds the whole of it, over real sockets: a server that drips or stalls gets no more time."""

import asyncio
import gzip
import re
import socket
import struct
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy
from binance_c2c._core.transport import asyncio as asyncio_module
from binance_c2c._core.transport import sync, trio
from binance_c2c.errors import OutcomeUnknownError, TransportError
from tests.support.clients import AT_ONCE, PATIENCE, Kind, OnTrio, given_to, over_sockets, run
from tests.support.wire import Answer, Wire, reply

SHORT = PATIENCE[0]
EVERY = 0.05
# Then the server hangs up, which is another failure than the end of a call's time.
MOST_DROPS = 1000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Filler: "
BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n"
REFUSAL = BODY.replace(b"200 OK", b"400 Bad Request")

READ = ("orders.get", lambda c: c.orders.get(order_number="1"))
WRITE = ("orders.release", lambda c: c.orders.release(order_number="1"))


@contextmanager
def dripping(start: bytes) -> Generator[tuple[str, list[bytes]]]:
    """A server that sends `start` and then one byte after another: its address, and the requests that arrived."""
    seen: list[bytes] = []
    closing = Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                request = connection.recv(65536)
                if request:
                    seen.append(request)
                    connection.sendall(start)
                for _ in range(MOST_DROPS):
                    if closing.wait(EVERY):
                        return
                    connection.sendall(b"x")
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(Thread(target=serve, args=(connection,)))
            threads[-1].start()

    threads: list[Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        acceptor = Thread(target=accept)
        acceptor.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", seen
        finally:
            closing.set()
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()
            for thread in threads:
                thread.join()


def cut_off(
    server: Callable[[], AbstractContextManager[tuple[str, list[Any]]]], call: Callable[[str, float], Any]
) -> tuple[Any, list[Any]]:
    """The error of a call that was cut off after its request had arrived, and all requests that arrived."""
    error, seen = None, list[Any]()
    for seconds in PATIENCE:
        with server() as (url, arrived):
            error, seen = call(url, seconds), arrived
        if seen:
            break
    return error, seen


@pytest.fixture(autouse=True)
def no_proxies() -> Generator[None]:
    """Whatever the environment names, nothing but the test's own server is asked."""
    with Wire():
        yield


@pytest.mark.parametrize("act", [READ, WRITE], ids=lambda act: act[0])
@pytest.mark.parametrize("start", [HEAD, BODY, REFUSAL], ids=["head", "body", "refusal"])
@over_sockets
def test_drips_do_not_stretch_a_call(kind: Kind, start: bytes, act: tuple[str, Any]):
    """Head or body, the call ends with its time; a read says that nothing came, a write that nobody knows."""
    error, seen = cut_off(lambda: dripping(start), lambda url, seconds: run(kind, url, act[1], timeout=seconds)[0])

    assert (OutcomeUnknownError if act is WRITE else TransportError) is type(error)
    assert "ReadTimeout" in str(error)
    assert "the deadline has passed" == str(error.__cause__)
    assert error.request_sent
    assert 1 == len(seen)


@pytest.mark.parametrize("start", [BODY, REFUSAL], ids=["body", "refusal"])
@pytest.mark.parametrize("through", ["client", "transport"])
@over_sockets
def test_drips_do_not_stretch_a_call_through_ones_own_client(kind: Kind, start: bytes, through: str):
    """A client or transport of the caller's own is held to the time as well, between the pieces of an answer."""
    error, seen = cut_off(
        lambda: dripping(start),
        lambda url, seconds: run(kind, url, WRITE[1], timeout=seconds, http=given_to(kind, through))[0],
    )

    assert isinstance(error, OutcomeUnknownError)
    assert "ReadTimeout" in str(error)
    assert 1 == len(seen)


@pytest.mark.parametrize("through", ["client", "transport"])
def test_a_dripping_head_does_not_stretch_a_task(through: str):
    """A task is cut off anywhere, through one's own client too."""
    error, seen = cut_off(
        lambda: dripping(HEAD),
        lambda url, seconds: run(
            AsyncC2CClient, url, WRITE[1], timeout=seconds, http=given_to(AsyncC2CClient, through)
        )[0],
    )

    assert isinstance(error, OutcomeUnknownError)
    assert "ReadTimeout" in str(error)
    assert 1 == len(seen)


@over_sockets
def test_a_write_that_found_no_connection_in_time_was_not_sent(kind: Kind):
    """Where nobody takes the connection, the time ends before a byte is out, and the error says so."""
    with full_house() as url:
        [error] = run(kind, url, WRITE[1], timeout=SHORT)

    assert TransportError is type(error)
    assert not error.request_sent


@contextmanager
def full_house() -> Generator[str]:
    """An address where connections are waited for and never made: its queue is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for one in waiting:
            one.close()


@over_sockets
def test_a_handshake_that_drips_was_not_a_request(kind: Kind):
    """TLS that never comes about ends with the time, and nothing was sent."""
    with dripping(b"\x16\x03\x03\x40\x00") as (url, _):
        [error] = run(kind, url.replace("http", "https"), WRITE[1], timeout=SHORT)

    assert "ConnectTimeout" in str(error)
    assert not error.request_sent


@contextmanager
def resetting() -> Generator[str]:
    """A server that takes a connection, reads the first bytes of TLS, and resets the connection."""

    def serve() -> None:
        connection, _ = listener.accept()
        connection.recv(1)
        # With bytes left to read, or no time to linger, the end is a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = Thread(target=serve)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


@over_sockets
def test_a_handshake_that_is_reset_was_not_a_request(kind: Kind):
    """A server that resets the connection during TLS was sent nothing, and the error says so."""
    with resetting() as url:
        [error] = run(kind, url, WRITE[1], retry=RetryPolicy(attempts=1))

    assert TransportError is type(error)
    assert re.search(r"TLS handshake with 127\.0\.0\.1 failed \((ConnectionReset|BrokenResource)Error\)", str(error))
    assert not error.request_sent


def found(*hosts: str, port: int) -> list[Any]:
    """What looking up a name gives."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in hosts]


@pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient])
def test_addresses_share_the_time(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """A name with several addresses is tried at each: one that swallows what it is sent leaves time for the next."""
    with full_house() as swallowing, Wire(then=reply(b"{}")) as wire:
        ports = [int(url.rpartition(":")[2]) for url in (swallowing, wire.url)]
        addresses = [found("127.0.0.1", port=port)[0] for port in ports]
        pong: Any = None
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
            for seconds in PATIENCE:
                [pong] = run(kind, f"http://localhost:{ports[0]}", lambda c: c.system.ping(), timeout=seconds)
                if wire.requests:
                    break

    assert not isinstance(pong, Exception)
    assert 1 == len(wire.requests)


@pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient])
def test_the_last_address_says_why_there_is_no_connection(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """Where each was tried in vain, the failure is told as it was."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found("127.0.0.1", "127.0.0.2", port=port))
    [error] = run(kind, f"http://localhost:{port}", WRITE[1])

    assert TransportError is type(error)
    assert "could not be reached (ConnectionRefusedError); nothing was done" in str(error)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (socket.gaierror("unknown"), "could not be reached (no address of localhost was found (gaierror))"),
        ([], "could not be reached (the host has no address)"),
    ],
    ids=["unknown", "empty"],
)
@pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient])
def test_a_name_without_address_was_not_reached(kind: Kind, failure: Any, said: str, monkeypatch: pytest.MonkeyPatch):
    """A host that cannot be found, which was asked for by its name, is a connection that was not made."""
    asked: set[tuple[str, int]] = set()

    def look_up(host: str, port: int, **_: Any) -> Any:
        asked.add((host, port))
        if failure:
            raise failure
        return failure

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    [error] = run(kind, "http://localhost:9", WRITE[1])

    assert TransportError is type(error)
    assert said in str(error)
    assert {("localhost", 9)} == asked
    assert not error.request_sent


@pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient])
def test_a_name_that_nobody_knows_in_time_was_not_reached(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """Looking up a host cannot be cut short, so it is not waited for: neither by the call nor by the loop's end."""
    leave, ended = Event(), Event()

    def look_up(*_: Any, **__: Any) -> Any:
        leave.wait()
        ended.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    [error] = run(kind, "http://localhost:9", WRITE[1], timeout=SHORT)
    was_waited_for = ended.is_set()
    leave.set()
    ended.wait()

    assert not was_waited_for
    assert TransportError is type(error)
    assert not error.request_sent


@over_sockets
def test_a_long_unpacking_ends_with_the_time(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """Between two pieces of what unpacks the time is looked at; of a write it is not known what became of it."""
    body = gzip.compress(b" " * 3_000_000 + b"{}")
    packed = reply(body, headers=[("Content-Encoding", "gzip")])
    moments = iter([*[0.0] * 2, *[1e9] * 99])
    monkeypatch.setattr("binance_c2c._core.transport.http1.left", lambda *given: late(next(moments), *given))
    with Wire(packed) as wire:
        [error] = run(kind, wire.url, WRITE[1], timeout=3600.0)

    assert isinstance(error, OutcomeUnknownError)
    assert "ReadTimeout" in str(error)
    assert 1 == len(wire.requests)


def late(now: float, deadline: float, over: type[httpx.TimeoutException]) -> None:
    if now > deadline:
        raise over("the deadline has passed")


def test_waiting_for_a_turn_to_ask_the_time_is_no_lost_write():
    """A write refused for its clock was not acted on: cut off while another task asks for the time, it was not sent."""
    refused = httpx.Response(400, json={"code": -1021, "msg": "clock"})

    async def main(seconds: float) -> tuple[Any, list[str]]:
        answered, seen = asyncio.Event(), list[str]()

        async def handler(request: httpx.Request) -> httpx.Response:
            seen.append(request.url.path.rpartition("/")[2])
            if request.url.path.endswith("time"):
                answered.set()
                await asyncio.Event().wait()
            return httpx.Response(refused.status_code, content=refused.content)

        transport = httpx.MockTransport(handler)
        async with AsyncC2CClient(api_key="k", api_secret="s", http=transport, timeout=None) as client:
            asking = asyncio.create_task(client.orders.get(order_number="1"))
            await answered.wait()
            hurried = client.with_options(timeout=seconds)
            with pytest.raises(TransportError) as caught:
                await hurried.orders.release(order_number="1")
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return caught.value, seen

    error: Any = None
    seen: list[str] = []
    for seconds in PATIENCE:
        error, seen = asyncio.run(main(seconds))
        if "releaseCoin" in seen:
            break

    assert ["getUserOrderDetail", "time", "releaseCoin"] == seen
    assert TransportError is type(error)
    assert not error.request_sent


@pytest.mark.parametrize(("kind", "module"), [(C2CClient, sync), (AsyncC2CClient, asyncio_module), (OnTrio, trio)])
def test_a_pool_without_room_sent_nothing(kind: Kind, module: Any, monkeypatch: pytest.MonkeyPatch):
    """Where no connection is free in time, nothing went out."""
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 0)
    with Wire() as wire:
        [error] = run(kind, wire.url, WRITE[1], timeout=SHORT, retry=AT_ONCE)

    assert TransportError is type(error)
    assert (False, []) == (error.request_sent, wire.requests)


@pytest.mark.parametrize("through", ["", "client"])
@pytest.mark.parametrize("status", [200, 502])
@over_sockets
def test_an_answer_after_the_deadline_is_none(kind: Kind, status: int, through: str):
    """What comes too late counts as lost, though it is whole."""
    leave = Event()

    def hold(_: Any) -> Answer:
        leave.wait()
        return reply(b"{}", status)

    @contextmanager
    def holding() -> Generator[tuple[str, list[Any]]]:
        leave.clear()
        with Wire(then=hold) as wire:
            yield wire.url, wire.requests
            leave.set()

    def call(url: str, seconds: float) -> Any:
        http = {"http": given_to(kind, through)} if through else {}
        return run(kind, url, WRITE[1], timeout=seconds, **http)[0]

    error, seen = cut_off(holding, call)

    assert isinstance(error, OutcomeUnknownError)
    assert 1 == len(seen)
