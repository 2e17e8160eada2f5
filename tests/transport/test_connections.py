"""The pools of connections in moments that no server can bring about."""

import asyncio
import socket
import ssl
import time
import warnings
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from threading import Barrier, Event
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy
from binance_c2c._core.transport import Origin, Request, sync, trio
from binance_c2c._core.transport import asyncio as asyncio_module
from binance_c2c._core.transport.environment import Proxy
from binance_c2c._core.transport.http1 import Reading
from binance_c2c._core.transport.messages import UnreachedError
from binance_c2c.errors import C2CError, ConfigurationError, OutcomeUnknownError
from tests.support.clients import (
    Kind,
    OnTrio,
    given_to,
    on_its_loop,
    over_async_sockets,
    over_sockets,
    run,
    together,
    yes,
)
from tests.support.wire import Answer, Received, Wire, reply

ONCE = RetryPolicy(attempts=1)
WAYS = [(C2CClient, sync), (AsyncC2CClient, asyncio_module), (OnTrio, trio)]
over_pools = pytest.mark.parametrize(("kind", "module"), WAYS)


def ping(client: Any) -> Any:
    return client.system.ping()


def to(url: str) -> Request:
    origin = Origin.of(httpx.URL(url))
    return Request("GET", origin, b"/", [(b"Host", origin.authority)])


@over_pools
def test_a_connection_is_kept_for_a_short_time(kind: Kind, module: Any, monkeypatch: pytest.MonkeyPatch):
    """One that lay idle for longer may be closed by the server at any moment, so it is not used."""
    monkeypatch.setattr(module, "LONGEST_IDLE", 0.0)
    with Wire(then=reply({})) as wire:
        run(kind, wire.url, ping, ping)

    assert 2 == wire.connections


@over_pools
def test_connections_that_nobody_needs_any_more_end(kind: Kind, module: Any, monkeypatch: pytest.MonkeyPatch):
    """Calls take the newest, and the others of a busy moment do not stay open for as long as the client lives."""
    barrier = Barrier(3)

    def meet(request: Received) -> Answer:
        if "ping" not in request.path:
            barrier.wait(60)
        return reply({"serverTime": 1_900_000_000_000})

    def at_once(client: Any) -> Any:
        if kind is C2CClient:
            with ThreadPoolExecutor(3) as threads:
                return [one.result() for one in [threads.submit(client.system.time) for _ in range(3)]]
        return together(*[client.system.time] * 3)

    def later(seconds: float) -> Any:
        return lambda _: passed.append(seconds)

    clock, passed = time.monotonic, [0.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock() + sum(passed)))
    with Wire(then=meet) as wire:
        # Were the oldest taken, three calls would make all three young again.
        acts = [at_once, later(4.0), ping, ping, ping, later(4.0), ping]
        *_, ended = run(kind, wire.url, *acts, lambda _: wire.ended(2))

    assert 3 == wire.connections
    assert ended


@over_pools
def test_a_pool_closed_while_a_call_connects_sends_nothing(kind: Kind, module: Any, monkeypatch: pytest.MonkeyPatch):
    """The connection that was made all the same carries no request."""
    holder = module.Pool if module is asyncio_module else module.Connections
    original = holder._connected

    def sync_closing(self: Any, *given: Any) -> Any:
        made = original(self, *given)
        self._closed = True
        return made

    async def closing(self: Any, *given: Any) -> Any:
        made = await original(self, *given)
        self.closed = self._closed = True
        return made

    monkeypatch.setattr(holder, "_connected", sync_closing if module is sync else closing)
    with Wire() as wire:
        [error] = run(kind, wire.url, ping)

    # The server may not have looked at the connection yet.
    assert isinstance(error, ConfigurationError)
    assert [] == wire.requests


@pytest.mark.parametrize("stage", ["tunnel", "TLS"])
@over_sockets
def test_a_call_that_connects_ends_when_its_client_is_closed(kind: Kind, stage: str, monkeypatch: pytest.MonkeyPatch):
    """It does not wait until its time is over for a proxy or a handshake that does not come about."""
    begun = Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1)
            begun.set()
            # The rest of the question, and then the end.
            while connection.recv(65536):
                pass

    def close(client: C2CClient) -> None:
        begun.wait()
        client.close()

    async def aclose(client: AsyncC2CClient) -> None:
        await anyio.to_thread.run_sync(begun.wait)
        await client.aclose()

    def ask_and_close(client: Any) -> Any:
        if isinstance(client, C2CClient):
            threads.submit(close, client)
            return ping(client)
        return ask_and_close_async(client)

    async def ask_and_close_async(client: AsyncC2CClient) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(aclose, client)
            try:
                await ping(client)
            except C2CError as error:
                failures.append(error)

    failures: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(2) as threads:
        threads.submit(serve)
        there = f"127.0.0.1:{listener.getsockname()[1]}"
        if stage == "tunnel":
            monkeypatch.setenv("HTTPS_PROXY", f"http://{there}")
        url = "https://c2c.example" if stage == "tunnel" else f"https://{there}"
        failures += run(kind, url, ask_and_close, timeout=20.0)

    assert "the client is closed" == str(failures[0])


@over_pools
def test_a_closed_pool_sends_nothing(kind: Kind, module: Any):
    """Whoever still has it is told."""

    async def play() -> None:
        pool = module.Connections(9)
        if module is sync:
            pool.close()
            pool.fetch(to("http://127.0.0.1:9"), None)
        await pool.aclose()
        await pool.fetch(to("http://127.0.0.1:9"), None)

    with pytest.raises(ConfigurationError, match=r"^the client is closed$"):
        on_its_loop(kind, play)


def test_a_pool_closed_before_an_answer_was_whole_keeps_nothing():
    """The connection that is brought back ends."""
    pool = sync.Connections(9)
    pool.close()
    with socket.socket() as sock:
        pool._keep(to("http://a.example").origin, sync.Connection(sock))

    assert {} == pool._idle


def test_another_thread_may_take_the_last_connection():
    """Between a look and a grab: then there is none."""

    class Emptied(deque[sync.Connection]):
        def __bool__(self) -> bool:
            return True

    pool, origin = sync.Connections(9), to("http://a.example").origin
    pool._idle[origin] = Emptied()

    assert pool._kept(origin) is None


def test_tls_that_does_not_come_about_in_time_was_no_request(monkeypatch: pytest.MonkeyPatch):
    """However little time is left for it, its end is that of the connecting."""
    monkeypatch.setattr(sync, "left", lambda *_: 0.01)
    ours, theirs = socket.socketpair()
    with theirs, ours, pytest.raises(httpx.ConnectTimeout):
        sync.Connection(ours).encrypt(ssl.create_default_context(), "127.0.0.1", None)


LOCAL = Origin("http", "127.0.0.1", 9, b"127.0.0.1:9")
STEPS: dict[str, tuple[type[httpx.TimeoutException], Callable[[sync.Connections, sync.Connection], object]]] = {
    "a permit": (httpx.PoolTimeout, lambda pool, _: pool.fetch(to("http://127.0.0.1:9"), 0.0)),
    "the look-up": (httpx.ConnectTimeout, lambda *_: sync._addresses("127.0.0.1", 9, 0.0)),
    "the connection": (
        httpx.ConnectTimeout,
        lambda pool, _: pool._opened([(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9))], 0.0),
    ),
    "the tunnel": (
        httpx.ConnectTimeout,
        lambda _, connection: connection.open_tunnel(Proxy("127.0.0.1", 9, "HTTPS_PROXY"), LOCAL, 0.0),
    ),
    "TLS": (
        httpx.ConnectTimeout,
        lambda _, connection: connection.encrypt(ssl.create_default_context(), "127.0.0.1", 0.0),
    ),
    "the request": (httpx.WriteTimeout, lambda _, connection: connection.exchange(b"GET", Reading("GET"), 0.0)),
    "the response": (httpx.ReadTimeout, lambda _, connection: connection.exchange(b"", Reading("GET"), 0.0)),
}


@pytest.mark.parametrize(("over", "step"), STEPS.values(), ids=STEPS)
def test_no_step_begins_after_the_deadline(over: type[httpx.TimeoutException], step: Any):
    """Wherever it passes, its error tells how far the call got, by which it is known whether it may have arrived."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    with theirs, ours:
        with pytest.raises(over, match=r"^the deadline has passed$") as caught:
            step(sync.Connections(9), sync.Connection(ours))
        with pytest.raises(BlockingIOError):
            theirs.recv(1)

    assert over is caught.type


@pytest.mark.parametrize(("request_", "kind"), [(b"GET", httpx.WriteError), (b"", httpx.ReadError)])
def test_a_connection_that_breaks_says_when_and_how(request_: bytes, kind: type[httpx.NetworkError]):
    """While the request was sent, or behind it; the text is the name of the system's error and shows nothing else."""
    ours = socket.socket()
    connection = sync.Connection(ours)
    ours.close()

    with pytest.raises(kind, match=r"^OSError$"):
        connection.exchange(request_, Reading("GET"), None)


def test_each_address_gets_its_part_of_the_time(monkeypatch: pytest.MonkeyPatch):
    """Of what is left of it when its turn comes, as much as each after it; the last one gets all."""
    parts: list[Any] = []

    class Swallowed(sync.Connection):
        def open(self, where: object, seconds: float | None) -> None:
            parts.append((where, seconds))
            self.close()
            raise TimeoutError

    monkeypatch.setattr(sync, "Connection", Swallowed)
    monkeypatch.setattr(sync, "left", lambda *_: 12.0)
    addresses: list[Any] = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", where) for where in "abc"]

    with pytest.raises(httpx.ConnectTimeout, match=r"^the deadline has passed$"):
        sync.Connections(9)._opened(addresses, 1.0)
    assert [("a", 4.0), ("b", 6.0), ("c", 12.0)] == parts


def refuse_tunnel(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> str:
    monkeypatch.setenv("HTTPS_PROXY", wire.url)
    return "https://c2c.example"


def speak_first(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> str:
    monkeypatch.setattr(sync, "is_quiet", lambda _: False)
    return wire.url


def refuse_connection(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> str:
    del monkeypatch, wire
    return "http://127.0.0.1:0"


@pytest.mark.parametrize("bring_about", [refuse_tunnel, speak_first, refuse_connection], ids=lambda act: act.__name__)
def test_a_connection_that_comes_to_nothing_is_closed_at_once(bring_about: Any, monkeypatch: pytest.MonkeyPatch):
    """However long the error is kept, and with it whatever it came through."""
    made: list[sync.Connection] = []

    class Noted(sync.Connection):
        def __init__(self, sock: socket.socket) -> None:
            super().__init__(sock)
            made.append(self)

    monkeypatch.setattr(sync, "Connection", Noted)
    with Wire(then=reply(b"", 403)) as wire:
        url = bring_about(monkeypatch, wire)
        with pytest.raises(UnreachedError):
            sync.Connections(9).fetch(to(url), None)

    assert [-1] == [one._socket.fileno() for one in made]


def test_a_connection_that_has_ended_may_be_cut():
    """The other side was faster; and one that was never made is forgotten in silence."""
    with socket.socket() as sock:
        sync.Connection(sock).cut()
    never_made = sync.Connection.__new__(sync.Connection)
    del never_made


def test_what_was_lost_before_a_request_carries_none():
    """A new connection that the server has closed already, or has spoken on."""
    connection = asyncio_module.Connection()
    connection.data_received(b"HTTP/1.1 408 Timeout\r\n\r\n")

    with pytest.raises(UnreachedError):
        asyncio.run(connection.exchange(b"", Reading("GET")))


def test_a_look_up_that_nobody_waits_for_is_dropped(monkeypatch: pytest.MonkeyPatch):
    """Delivered twice, or after its call has ended, it changes nothing."""

    def twice(host: str, port: int, deliver: Any) -> None:
        del host, port
        deliver([])
        deliver([])

    async def main() -> list[Any]:
        found = await asyncio_module._addresses("a.example", 1)
        await asyncio.sleep(0)
        return found

    monkeypatch.setattr(asyncio_module, "look_up", twice)

    assert [] == asyncio.run(main())


@pytest.mark.parametrize("through", ["", "client", "transport"])
@over_sockets
def test_no_more_is_read_than_allowed(kind: Kind, through: str):
    """The bound holds over the client's own connections, and over a client or transport of the caller's."""
    http = {"http": given_to(kind, through)} if through else {}
    with Wire(then=reply(yes(" " * 1000))) as wire:
        [error] = run(kind, wire.url, lambda c: c.orders.release(order_number="1"), **http, max_response_bytes=999)

    assert isinstance(error, OutcomeUnknownError)
    assert "longer than max_response_bytes (999)" in str(error)


@over_async_sockets
def test_an_answer_without_end_that_never_waits_is_left(kind: Kind):
    """A transport that gives piece after piece at once cannot be cancelled: one more is taken than is too many."""
    taken: list[bytes] = []

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in repeat(b" " * 600):
                taken.append(piece)
                yield piece

    http = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless()))
    # Of an iterator that is left half-way trio warns: that of a stream which never waits cannot be ended otherwise.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        [error] = run(
            kind, "https://c2c.example", lambda c: c.system.ping(), http=http, max_response_bytes=999, retry=ONCE
        )

    assert "longer than max_response_bytes (999)" in str(error)
    assert 3 == len(taken)
