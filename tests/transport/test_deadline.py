"""A call's time-out bounds the whole of it, over real sockets: whoever drips, stalls or swallows gets no more time."""

import asyncio
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import httpcore
import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c._transport import transports as _transports
from binance_c2c._transport.deadline import left, within
from binance_c2c.errors import OutcomeUnknownError, TransportError
from tests.support.clients import Kind, WithoutAiohttp, both_clients, over_sockets, run
from tests.support.wire import Wire

SHORT = 0.3
# A drip a tenth of a second would last for hours; how busy the machine is makes no difference to that.
LONG_BEFORE_THE_LAST_DROP = 30.0
EVERY = 0.05
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Filler: "
BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n"
REFUSAL = BODY.replace(b"200 OK", b"400 Bad Request")

READ = ("orders.get", lambda c: c.orders.get(order_number="1"))
WRITE = ("orders.release", lambda c: c.orders.release(order_number="1"))


@contextmanager
def dripping(start: bytes, seen: list[bytes] | None = None) -> Generator[tuple[str, list[bytes]]]:
    """A server that sends `start` and then one byte after another, for as long as anybody listens."""
    seen = [] if seen is None else seen
    closing = Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                seen.append(connection.recv(65536))
                connection.sendall(start)
                while not closing.wait(EVERY):
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
    begun = time.monotonic()
    with dripping(start) as (url, seen):
        [error] = run(kind, url, act[1], timeout=SHORT)

    assert time.monotonic() - begun < LONG_BEFORE_THE_LAST_DROP
    assert (OutcomeUnknownError if act is WRITE else TransportError) is type(error)
    assert error.request_sent
    assert 1 == len(seen)


@pytest.mark.parametrize("start", [BODY, REFUSAL], ids=["body", "refusal"])
@pytest.mark.parametrize("through", ["client", "transport"])
@both_clients
def test_drips_do_not_stretch_a_call_through_ones_own_client(kind: Kind, start: bytes, through: str):
    """A client or transport of the caller's own is held to the time as well, between the pieces of an answer."""
    made: dict[Any, Any] = {
        (C2CClient, "client"): lambda: httpx.Client(trust_env=False),
        (C2CClient, "transport"): httpx.HTTPTransport,
        (AsyncC2CClient, "client"): lambda: httpx.AsyncClient(trust_env=False),
        (AsyncC2CClient, "transport"): httpx.AsyncHTTPTransport,
    }
    begun = time.monotonic()
    with dripping(start) as (url, seen):
        [error] = run(kind, url, WRITE[1], timeout=SHORT, http=made[kind, through]())

    assert time.monotonic() - begun < LONG_BEFORE_THE_LAST_DROP
    assert isinstance(error, OutcomeUnknownError)
    assert 1 == len(seen)


@pytest.mark.parametrize("through", ["client", "transport"])
def test_a_dripping_head_does_not_stretch_a_task(through: str):
    """A task is cut off anywhere, through one's own client too."""
    make = httpx.AsyncHTTPTransport if through == "transport" else lambda: httpx.AsyncClient(trust_env=False)
    begun = time.monotonic()
    with dripping(HEAD) as (url, seen):
        [error] = run(AsyncC2CClient, url, WRITE[1], timeout=SHORT, http=make())

    assert time.monotonic() - begun < LONG_BEFORE_THE_LAST_DROP
    assert isinstance(error, OutcomeUnknownError)
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


def test_a_handshake_that_drips_was_not_a_request():
    """TLS that never comes about ends with the time, and nothing was sent."""
    begun = time.monotonic()
    with dripping(b"\x16\x03\x03\x40\x00") as (url, _):
        [error] = run(C2CClient, url.replace("http", "https"), WRITE[1], timeout=SHORT)

    assert time.monotonic() - begun < LONG_BEFORE_THE_LAST_DROP
    assert not error.request_sent


def test_addresses_share_the_time(monkeypatch: pytest.MonkeyPatch):
    """A name with several addresses is tried at each: one that swallows what it is sent leaves time for the next."""
    tried: list[tuple[str, float | None]] = []

    class Below(httpcore.MockBackend):
        def connect_tcp(self, host: str, port: int, timeout: float | None = None, *rest: Any, **more: Any) -> Any:
            tried.append((host, timeout))
            if len(tried) < 3:
                raise httpcore.ConnectTimeout
            return super().connect_tcp(host, port, timeout, *rest, **more)

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{last}", 1)) for last in (1, 2, 3)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    backend = _transports._BoundedBackend()
    backend._backend = Below([b"answer"])  # type: ignore[assignment]
    with within(300.0):
        stream = backend.connect_tcp("localhost", 1)
        assert b"answer" == stream.read(9)
    unbounded = backend.connect_tcp("localhost", 1)

    addresses, shares = zip(*tried, strict=True)
    assert ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1") == addresses
    assert [99, 149, 299, None] == [share and int(share) for share in shares]
    assert b"answer" == unbounded.read(9)


def test_the_last_address_says_why_there_is_no_connection(monkeypatch: pytest.MonkeyPatch):
    """Where each was tried in vain, the failure is told as it was: refused is not the same as too late."""

    class Below(httpcore.MockBackend):
        def connect_tcp(self, host: str, *_: Any, **__: Any) -> Any:
            raise (httpcore.ConnectTimeout if host == "127.0.0.2" else httpcore.ConnectError)(host)

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{last}", 1)) for last in (1, 2)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    backend = _transports._BoundedBackend()
    backend._backend = Below([])  # type: ignore[assignment]

    with pytest.raises(httpcore.ConnectTimeout, match=r"^127\.0\.0\.2$"):
        backend.connect_tcp("localhost", 1)


@pytest.mark.parametrize("failure", [socket.gaierror("unknown"), []], ids=["unknown", "empty"])
def test_a_name_without_address_was_not_reached(failure: Any, monkeypatch: pytest.MonkeyPatch):
    """A host that cannot be found is a connection that was not made."""

    def look_up(*_: Any, **__: Any) -> Any:
        if failure:
            raise failure
        return failure

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    [error] = run(C2CClient, "http://localhost:9", WRITE[1])

    assert TransportError is type(error)
    assert not error.request_sent


def test_time_is_a_threads_own():
    """What bounds one thread bounds no other, an inner bound ends with its block, and what is over stays over."""
    seen: list[float | None] = []
    with within(1000.0):
        thread = Thread(target=lambda: seen.append(left()))
        thread.start()
        thread.join()
        with within(None):
            seen.append(left())
        assert 5.0 == left(5.0)
        with within(-1.0):
            assert 0.0 == left() == left(5.0)
        rest = left()
    assert [None, None] == seen
    assert rest is not None
    assert 0 < rest <= 1000
    assert left() is None


def test_waiting_for_a_turn_to_ask_the_time_is_no_lost_write():
    """A write refused for its clock was not acted on: cut off while another task asks for the time, it was not sent."""
    refused = httpx.Response(400, json={"code": -1021, "msg": "clock"})

    async def main() -> Any:
        answered = asyncio.Event()

        async def handler(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("time"):
                answered.set()
                await asyncio.Event().wait()
            return httpx.Response(refused.status_code, content=refused.content)

        transport = httpx.MockTransport(handler)
        async with AsyncC2CClient(api_key="k", api_secret="s", http=transport, timeout=None) as client:
            asking = asyncio.create_task(client.orders.get(order_number="1"))
            await answered.wait()
            hurried = client.with_options(timeout=SHORT)
            with pytest.raises(TransportError) as caught:
                await hurried.orders.release(order_number="1")
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return caught.value

    error = asyncio.run(main())

    assert TransportError is type(error)
    assert not error.request_sent


def test_a_pool_without_room_sent_nothing():
    """Where the own pool has no connection free in time, nothing went out, though httpx was cut off in its middle."""

    async def main(url: str) -> Any:
        limits = httpx.Limits(max_connections=1)
        async with WithoutAiohttp(base_url=url, api_key="k", api_secret="s", timeout=None) as client:
            client._driver._http = httpx.AsyncHTTPTransport(limits=limits)
            busy = asyncio.create_task(client.orders.get(order_number="1"))
            await asyncio.to_thread(heard.wait)
            with pytest.raises(TransportError) as caught:
                await client.with_options(timeout=SHORT).orders.release(order_number="1")
            busy.cancel()
            await asyncio.gather(busy, return_exceptions=True)
            return caught.value

    class Heard(list[bytes]):
        def append(self, item: bytes) -> None:
            super().append(item)
            heard.set()

    heard = Event()
    with dripping(BODY, Heard()) as (url, seen):
        error = asyncio.run(main(url))

    assert TransportError is type(error)
    assert not error.request_sent
    assert 1 == len(seen)
