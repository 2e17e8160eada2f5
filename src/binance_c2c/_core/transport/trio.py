"""Connections for the tasks of trio, on anyio: they keep the promises of those for asyncio, and are slower."""

import socket
import ssl
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from itertools import count

import anyio
import httpx
from anyio.abc import ByteStream, SocketAttribute
from anyio.lowlevel import RunVar

from binance_c2c._core.transport.environment import Route, tls_failed
from binance_c2c._core.transport.http1 import Reading
from binance_c2c._core.transport.messages import Answer, Origin, Request, UnreachedError, closed, left, too_late
from binance_c2c._core.transport.sockets import LONGEST_IDLE, MOST_CONNECTIONS, is_quiet, unsolicited_data
from binance_c2c._core.transport.tls import Tls

# Some versions of anyio know the variables of an event loop by their names.
_numbers = count()
_PIECE = 64 * 1024
_BROKEN = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError)


class Connection:
    """A connection with a server, or with a proxy before it."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._tls: Tls | None = None
        self._idle_since = 0.0

    async def exchange(self, data: bytes, reading: Reading) -> None:
        """Send a request and read the response. After any error, the request may have arrived."""
        tls = self._tls
        failed: type[httpx.NetworkError] = httpx.WriteError
        try:
            await self._stream.send(data if tls is None else tls.encrypt(data))
            failed = httpx.ReadError
            while not reading.complete:
                came = await self._received()
                if tls is None:
                    reading.feed(came)
                    continue
                tls.feed(came, reading)
                if not reading.complete:
                    await self._stream.send(tls.outgoing())
        except _BROKEN as error:
            raise failed(type(error).__name__) from None
        self._idle_since = time.monotonic()

    async def encrypt(self, trust: ssl.SSLContext, host: str) -> None:
        """Begin TLS. Raises `UnreachedError`."""
        tls, data = Tls(trust, host), None
        try:
            while True:
                is_over = tls.do_handshake(data)
                await self._stream.send(tls.outgoing())
                # What came since then may belong to TLS itself, and is read before a request is sent.
                if is_over and is_quiet(self._socket().fileno()):
                    break
                data = await self._received()
        except _BROKEN as error:
            raise tls_failed(error, host) from None
        self._tls = tls

    def is_usable(self) -> bool:
        """Whether it may carry another request: idle for a short time, not closed by the server, and no bytes came."""
        return self.is_fresh() and self.is_quiet()

    def is_fresh(self) -> bool:
        """Whether it has been kept for a short time only."""
        return time.monotonic() - self._idle_since < LONGEST_IDLE

    def check_quiet(self) -> None:
        """Raise `UnreachedError` where bytes came before a request was sent."""
        if not self.is_quiet():
            raise unsolicited_data()

    def is_quiet(self) -> bool:
        """Whether nothing has come over it, read or not."""
        return (self._tls is None or self._tls.is_between_records) and is_quiet(self._socket().fileno())

    def cut(self) -> None:
        """Shut the connection down, also while a task waits on it for an answer."""
        with suppress(OSError, anyio.ClosedResourceError):
            self._socket().shutdown(socket.SHUT_RDWR)

    async def _received(self) -> bytes:
        """Bytes that came; none where the server hung up."""
        try:
            return await self._stream.receive(_PIECE)
        except anyio.EndOfStream:
            return b""

    def _socket(self) -> socket.socket:
        return self._stream.extra(SocketAttribute.raw_socket)  # noqa: S610 - a stream's method, not Django's

    async def close(self) -> None:
        """Close the socket at once."""
        await anyio.aclose_forcefully(self._stream)


class Pool:
    """The connections of one event loop."""

    def __init__(self) -> None:
        self.room = anyio.Semaphore(MOST_CONNECTIONS)
        self.idle: dict[Origin, deque[Connection]] = {}
        self.used: set[Connection] = set()
        """Those that carry a call, or are being made for one."""
        self.end = self._cut_when_loop_ends()

    async def _cut_when_loop_ends(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            for connection in [*self.used, *(one for idle in self.idle.values() for one in idle)]:
                connection.cut()


class Connections:
    """A pool for each event loop, so that a client may be used on several."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._closed = False
        self._route = Route()
        self._here: RunVar[Pool] = RunVar(f"binance_c2c.pool.{next(_numbers)}")

    async def fetch(self, request: Request, deadline: float | None) -> Answer:
        """Send a request once and give the answer.

        Raises one of `NEVER_SENT` where no byte of it has left, and another `httpx.RequestError` where one may have.
        """
        began, departed = time.monotonic(), None
        data, reading = self._route.encoded(request), Reading(request.method, self._most_bytes)
        pool = await self._of_this_loop()
        with reading:
            try:
                with anyio.fail_after(left(deadline, httpx.PoolTimeout)):
                    async with pool.room:
                        kept = await self._kept(pool, request.origin)
                        connection = kept or await self._connected(pool, request.origin)
                        pool.used.add(connection)
                        keep = False
                        try:
                            if self._closed:
                                raise closed()
                            departed = time.monotonic()
                            await connection.exchange(data, reading)
                            keep = reading.reusable and not self._closed
                        finally:
                            pool.used.discard(connection)
                            if keep:
                                pool.idle.setdefault(request.origin, deque()).append(connection)
                            else:
                                await connection.close()
            except TimeoutError:
                over = httpx.ReadTimeout if departed is not None else httpx.ConnectTimeout
                raise too_late(over) from None
        return reading.answer((departed or began) - began)

    async def aclose(self) -> None:
        """End all connections of this event loop, also those that are in use."""
        self._closed = True
        pool = await self._of_this_loop()
        for connection in pool.used:
            connection.cut()
        for idle in pool.idle.values():
            while idle:
                await idle.pop().close()

    async def _of_this_loop(self) -> Pool:
        try:
            return self._here.get()
        except LookupError:
            pool = Pool()
            self._here.set(pool)
            # When the loop shuts down, it closes its async generators, and so the connections.
            await anext(pool.end)
            return pool

    async def _kept(self, pool: Pool, origin: Origin) -> Connection | None:
        idle = pool.idle.get(origin)
        while idle:
            # Calls take the newest. Those that nobody has needed for a while are on the left, and end here.
            connection = idle.pop() if idle[0].is_fresh() else idle.popleft()
            if connection.is_usable():
                return connection
            await connection.close()
        return None

    async def _connected(self, pool: Pool, origin: Origin) -> Connection:
        if self._closed:
            raise closed()
        proxy = self._route.proxy(origin)
        host, port = (origin.host, origin.port) if proxy is None else (proxy.host, proxy.port)
        try:
            connection = Connection(await anyio.connect_tcp(host, port))
        except OSError as error:
            raise UnreachedError(type(error).__name__) from None
        pool.used.add(connection)
        try:
            if origin.scheme == "https":
                if proxy is not None:
                    await proxy.open_tunnel(connection, origin)
                await connection.encrypt(self._route.tls, origin.host)
            else:
                connection.check_quiet()
        except BaseException:
            pool.used.discard(connection)
            await connection.close()
            raise
        return connection
