"""Connections for the tasks of asyncio: a protocol for each, and a pool for each event loop that uses the client."""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary, WeakSet, ref

import httpx

from binance_c2c._core.support import keep_for_parent, register_fork_aware
from binance_c2c._core.transport.environment import Route, tls_failed
from binance_c2c._core.transport.http1 import Reading
from binance_c2c._core.transport.messages import Answer, Origin, Request, UnreachedError, closed, left, too_late
from binance_c2c._core.transport.permits import Home, Permit
from binance_c2c._core.transport.sockets import (
    LONGEST_IDLE,
    MOST_CONNECTIONS,
    Address,
    Found,
    is_quiet,
    look_up,
    no_address,
    unsolicited_data,
)
from binance_c2c._core.transport.tls import Tls


class Connection(asyncio.Protocol):
    """A connection with a server, or with a proxy before it."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._tls: Tls | None = None
        self._is_in_handshake = False
        self._reading: Reading | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._is_unusable = False
        self._idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # pyright: ignore[reportAttributeAccessIssue] - asyncio gives one that reads and writes

    def data_received(self, data: bytes) -> None:
        try:
            if self._is_in_handshake:
                self._continue_handshake(data)
            else:
                self._take_in(data)
        except (httpx.RequestError, OSError) as error:
            self._is_unusable = True
            self._end(error)

    def eof_received(self) -> None:
        self.data_received(b"")
        self._is_unusable = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_unusable = True
        self._end(exc or ConnectionAbortedError())

    async def exchange(self, data: bytes, reading: Reading) -> None:
        """Send a request and read the response. After any error but `UnreachedError`, the request may have arrived."""
        if self._is_unusable:
            raise unsolicited_data()
        self._reading = reading
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            self._transport.write(data if self._tls is None else self._tls.encrypt(data))
            await self._waiter
        except OSError as error:
            raise httpx.ReadError(type(error).__name__) from None
        finally:
            self._reading = self._waiter = None
        self._idle_since = time.monotonic()

    async def encrypt(self, trust: ssl.SSLContext, host: str) -> None:
        """Begin TLS. Raises `UnreachedError`."""
        self._tls = Tls(trust, host)
        self._waiter = asyncio.get_running_loop().create_future()
        self._is_in_handshake = True
        try:
            if self._is_unusable:
                raise ConnectionAbortedError
            self._continue_handshake(None)
            await self._waiter
        except OSError as error:
            raise tls_failed(error, host) from None
        finally:
            self._waiter = None

    def is_usable(self) -> bool:
        """Whether it may carry another request: idle for a short time, not closed by the server, and no bytes came.

        A busy event loop may have left received bytes unread, so the socket is looked at too.
        """
        return self.is_fresh() and not self._transport.is_closing() and self.is_quiet()

    def is_fresh(self) -> bool:
        """Whether it has been kept for a short time only."""
        return time.monotonic() - self._idle_since < LONGEST_IDLE

    def check_quiet(self) -> None:
        """Raise `UnreachedError` where bytes came before a request was sent."""
        if not self.is_quiet():
            raise unsolicited_data()

    def is_quiet(self) -> bool:
        """Whether nothing has come over it, read by the loop or not."""
        if self._is_unusable or not (self._tls is None or self._tls.is_between_records):
            return False
        return is_quiet(self._transport.get_extra_info("socket").fileno())

    def abort(self) -> None:
        """Close the connection at once."""
        self._transport.abort()

    def _continue_handshake(self, data: bytes | None) -> None:
        """Go on with the TLS handshake."""
        tls: Any = self._tls
        is_over = tls.do_handshake(data)
        self._transport.write(tls.outgoing())
        # What came since then may belong to TLS itself: the loop delivers it before a request is sent.
        if is_over and self.is_quiet():
            self._is_in_handshake = False
            self._end(None)

    def _take_in(self, data: bytes) -> None:
        """Take bytes, none at the end, for a part of the response; where none is awaited, remember that they came."""
        tls, reading = self._tls, self._reading
        if reading is None or reading.complete:
            # TLS's own messages may come at any time.
            self._is_unusable = self._is_unusable or tls is None or tls.decrypt(data) != b""
        elif tls is None:
            reading.feed(data)
        else:
            tls.feed(data, reading)
        if tls is not None:
            self._transport.write(tls.outgoing())
        if reading is not None and reading.complete:
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        if self._waiter is not None and not self._waiter.done():
            if error is None:
                self._waiter.set_result(None)
            else:
                self._waiter.set_exception(error)


class Connections:
    """A pool for each event loop, so that a client may be used on several, one after another or at once."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._closed = False
        self._begin()
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Start with empty pools in a forked process: the connections are its parent's."""
        keep_for_parent(self._pools)
        self._begin()

    def _begin(self) -> None:
        self._route = Route()
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool] = WeakKeyDictionary()

    async def fetch(self, request: Request, deadline: float | None) -> Answer:
        """Send a request once and give the answer.

        Raises one of `NEVER_SENT` where no byte of it has left, and another `httpx.RequestError` where one may have.
        """
        if self._closed:
            raise closed()
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None or pool.closed:
            pool = self._pools[loop] = Pool(self._route)
            await pool.end_with_loop()
        with Reading(request.method, self._most_bytes) as reading:
            waited = await pool.exchange(request, reading, deadline)
        return reading.answer(waited)

    async def aclose(self) -> None:
        """End all connections, also those that are in use."""
        self._closed = True
        here = asyncio.get_running_loop()
        # A list: loops of other threads may add their pools meanwhile, and may end.
        for loop in [loop for one in self._pools.keyrefs() if (loop := one()) is not None]:
            pool = self._pools[loop]
            if loop is here:
                pool.close()
                continue
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(pool.close)
        # The loop lets go of a socket in its next turn.
        await asyncio.sleep(0)


class Pool:
    """The connections of one event loop."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self.closed = False
        self._idle: dict[Origin, deque[Connection]] = {}
        self._all: WeakSet[Connection] = WeakSet()
        self._permits = TaskPermits(MOST_CONNECTIONS)
        self._until = self._until_loop_ends()

    async def end_with_loop(self) -> None:
        """Close the connections when the loop shuts down: it closes its async generators, of which this starts one."""
        await anext(self._until)

    async def _until_loop_ends(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self.close()

    async def exchange(self, request: Request, reading: Reading, deadline: float | None) -> float:
        """Send a request and read the response. Gives the seconds that it waited for a connection."""
        began = time.monotonic()
        data = self._route.encoded(request)
        departed, sent = began, False
        try:
            async with asyncio.timeout(left(deadline, httpx.PoolTimeout)):
                permit = await self._permits.take()
                connection = None
                try:
                    connection = self._kept(request.origin) or await self._connected(request.origin, deadline)
                    if self.closed:
                        raise closed()
                    departed, sent = time.monotonic(), True
                    await connection.exchange(data, reading)
                    if reading.reusable:
                        # This call must give up its hold on the connection before another call may take it.
                        kept, connection = connection, None
                        self._idle.setdefault(request.origin, deque()).append(kept)
                finally:
                    if connection is not None:
                        connection.abort()
                    self._permits.give_back(permit)
        except TimeoutError:
            over = httpx.ReadTimeout if sent else httpx.ConnectTimeout
            raise too_late(over) from None
        return departed - began

    def close(self) -> None:
        """End all connections, also those that are in use."""
        self.closed = True
        self._idle.clear()
        for connection in list(self._all):
            connection.abort()

    def _kept(self, origin: Origin) -> Connection | None:
        idle = self._idle.get(origin)
        while idle:
            # Calls take the newest. Those that nobody has needed for a while are on the left, and end here.
            connection = idle.pop() if idle[0].is_fresh() else idle.popleft()
            if connection.is_usable():
                return connection
            connection.abort()
        return None

    async def _connected(self, origin: Origin, deadline: float | None) -> Connection:
        if self.closed:
            raise closed()
        proxy = self._route.proxy(origin)
        host, port = (origin.host, origin.port) if proxy is None else (proxy.host, proxy.port)
        connection = await self._opened(await _addresses(host, port), deadline)
        try:
            if origin.scheme == "https":
                if proxy is not None:
                    await proxy.open_tunnel(connection, origin)
                await connection.encrypt(self._route.tls, origin.host)
            else:
                connection.check_quiet()
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _opened(self, addresses: list[Address], deadline: float | None) -> Connection:
        """A connection with the first address that can be reached."""
        loop = asyncio.get_running_loop()
        failure: httpx.RequestError = UnreachedError("the host has no address")
        for number, (*_, where) in enumerate(addresses):
            rest = left(deadline, httpx.ConnectTimeout)
            # One address that never answers must not use up the time of the others.
            share = None if rest is None else rest / (len(addresses) - number)
            try:
                async with asyncio.timeout(share):
                    _, connection = await loop.create_connection(Connection, where[0], where[1])
            except TimeoutError:
                failure = too_late(httpx.ConnectTimeout)
            except OSError as error:
                failure = UnreachedError(type(error).__name__)
            else:
                self._all.add(connection)
                return connection
        raise failure


async def _addresses(host: str, port: int) -> list[Address]:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = loop.create_future()

    def deliver(found: Found) -> None:
        # The loop may have ended without this answer.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, found)

    def settle(found: Found) -> None:
        if not answer.done():
            answer.set_result(found)

    look_up(host, port, deliver)
    found = await answer
    if isinstance(found, OSError):
        raise no_address(host, found)
    return found


class TaskPermits:
    """Permits for the tasks of one event loop of asyncio, first come, first served."""

    def __init__(self, number: int) -> None:
        self._free: list[Permit] = []
        self._waiting: deque[asyncio.Future[Permit]] = deque()
        self._me: ref[Home] = ref(self)
        for _ in range(number):
            self.give_back(Permit(self._me))

    async def take(self) -> Permit:
        """A permit, waited for where none is free."""
        if self._free:
            return self._free.pop()
        waiter: asyncio.Future[Permit] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled():
                # Cancelled after it was given one.
                self.give_back(waiter.result())
            raise
        finally:
            self._waiting.remove(waiter)

    def give_back(self, permit: Permit) -> None:
        """Let another task have a permit: the first that waits."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(permit)
                return
        self._free.append(permit)
