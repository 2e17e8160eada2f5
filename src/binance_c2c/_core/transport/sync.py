"""Connections for threads: sockets, a pool of them, and one deadline in every step of a call."""

import socket
import ssl
import time
from collections import deque
from queue import Empty, SimpleQueue
from weakref import WeakValueDictionary

import httpx

from binance_c2c._core.support import keep_for_parent, register_fork_aware
from binance_c2c._core.transport.environment import Proxy, Route, tls_failed
from binance_c2c._core.transport.http1 import Reading
from binance_c2c._core.transport.messages import Answer, Origin, Request, UnreachedError, closed, left, too_late
from binance_c2c._core.transport.permits import ThreadPermits
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

_PIECE = 64 * 1024


class Connection:
    """A connection with a server, or with a proxy before it: one socket."""

    _idle_since: float

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._tls: Tls | None = None

    def open(self, where: object, seconds: float | None) -> None:
        """Connect to an address. Raises `OSError`, and is closed then."""
        try:
            self._socket.settimeout(seconds)
            self._socket.connect(where)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - as looked up
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            # Whoever keeps the error keeps the frames it came through, and this connection with them.
            self.close()
            raise

    def open_tunnel(self, proxy: Proxy, origin: Origin, deadline: float | None) -> None:
        """Have a proxy connect with a server. Raises `UnreachedError` or `httpx.ConnectTimeout`."""
        answer = Reading("CONNECT")
        try:
            self.exchange(proxy.tunnel(origin), answer, deadline)
        except httpx.TimeoutException:
            raise too_late(httpx.ConnectTimeout) from None
        except httpx.RequestError as error:
            raise proxy.broken(error) from None
        proxy.check(answer)

    def encrypt(self, trust: ssl.SSLContext, host: str, deadline: float | None) -> None:
        """Begin TLS. Raises `UnreachedError` or `httpx.ConnectTimeout`."""
        sock, tls, data = self._socket, Tls(trust, host), None
        try:
            while True:
                is_over = tls.do_handshake(data)
                sock.settimeout(left(deadline, httpx.ConnectTimeout))
                sock.sendall(tls.outgoing())
                # What came since then may belong to TLS itself, and is read before a request is sent.
                if is_over and is_quiet(sock.fileno()):
                    break
                sock.settimeout(left(deadline, httpx.ConnectTimeout))
                data = sock.recv(_PIECE)
        except TimeoutError:
            raise too_late(httpx.ConnectTimeout) from None
        except OSError as error:
            raise tls_failed(error, host) from None
        self._tls = tls

    def is_usable(self) -> bool:
        """Whether it may carry another request: kept a short time, not closed by the server, and nothing came."""
        return self.is_fresh() and self.is_quiet()

    def is_fresh(self) -> bool:
        """Whether it has been kept for a short time only."""
        return time.monotonic() - self._idle_since < LONGEST_IDLE

    def check_quiet(self) -> None:
        """Raise `UnreachedError` where something came before a request was sent."""
        if not self.is_quiet():
            raise unsolicited_data()

    def is_quiet(self) -> bool:
        """Whether nothing has come over it that a request could take for its answer."""
        sock, tls = self._socket, self._tls
        while not is_quiet(sock.fileno()):
            if tls is None:
                return False
            # The bytes may be TLS's own messages, and more may have come behind them.
            sock.settimeout(0)
            try:
                plaintext = tls.decrypt(sock.recv(_PIECE))
            except OSError:
                return False
            if plaintext or not tls.is_between_records:
                return False
        return tls is None or tls.is_between_records

    def exchange(self, data: bytes, reading: Reading, deadline: float | None) -> None:
        """Send a request and read the response. Whatever is raised, it may have arrived."""
        sock, tls = self._socket, self._tls
        failed: type[httpx.NetworkError] = httpx.WriteError
        over: type[httpx.TimeoutException] = httpx.WriteTimeout
        try:
            data = data if tls is None else tls.encrypt(data)
            while data:
                sock.settimeout(left(deadline, over))
                data = data[sock.send(data) :]
            failed, over = httpx.ReadError, httpx.ReadTimeout
            while not reading.complete:
                sock.settimeout(left(deadline, over))
                came = sock.recv(_PIECE)
                if tls is None:
                    reading.feed(came)
                    continue
                tls.feed(came, reading)
                if not reading.complete:
                    sock.sendall(tls.outgoing())
        except TimeoutError:
            raise too_late(over) from None
        except OSError as error:
            raise failed(type(error).__name__) from None
        self._idle_since = time.monotonic()

    def cut(self) -> None:
        """Shut the connection down, also while a thread waits on it for an answer."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            # It has ended by itself.
            return

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def __del__(self) -> None:
        # A signal may come before it is kept or closed, or while it is made.
        if hasattr(self, "_socket"):
            self._socket.close()


class Connections:
    """A pool for any number of threads. It has no lock: each change is a single step of the interpreter."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._closed = False
        self._begin()
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Start with an empty pool in a forked process: the connections are its parent's."""
        keep_for_parent((self._idle, self._living()))
        self._begin()

    def _begin(self) -> None:
        self._route = Route()
        self._idle: dict[Origin, deque[Connection]] = {}
        self._all: WeakValueDictionary[int, Connection] = WeakValueDictionary()
        self._permits = ThreadPermits(MOST_CONNECTIONS)

    def fetch(self, request: Request, deadline: float | None) -> Answer:
        """Send a request once and give the answer.

        Raises one of `NEVER_SENT` where no byte of it has left, and another `httpx.RequestError` where one may have.
        """
        began = time.monotonic()
        data = self._route.encoded(request)
        reading = Reading(request.method, self._most_bytes)
        permit = self._permits.take(left(deadline, httpx.PoolTimeout))
        if permit is None:
            raise too_late(httpx.PoolTimeout)
        connection = None
        try:
            connection = self._kept(request.origin) or self._connected(request.origin, deadline)
            if self._closed:
                raise closed()
            departed = time.monotonic()
            with reading:
                connection.exchange(data, reading, deadline)
            if reading.reusable:
                # This call must give up its hold on the connection before another call may take it.
                kept, connection = connection, None
                self._keep(request.origin, kept)
        finally:
            if connection is not None:
                connection.close()
            self._permits.give_back(permit)
        return reading.answer(departed - began)

    def close(self) -> None:
        """End all connections, also those that are in use."""
        self._closed = True
        self._idle.clear()
        for connection in self._living():
            connection.cut()

    def _living(self) -> list[Connection]:
        return [connection for one in self._all.valuerefs() if (connection := one()) is not None]

    def _kept(self, origin: Origin) -> Connection | None:
        idle = self._idle.get(origin)
        while idle:
            try:
                # Calls take the newest. Those that nobody has needed for a while are on the left, and end here.
                connection = idle.pop() if idle[0].is_fresh() else idle.popleft()
            except IndexError:
                # Another thread took the last one.
                return None
            if connection.is_usable():
                return connection
            connection.close()
        return None

    def _keep(self, origin: Origin, connection: Connection) -> None:
        self._idle.setdefault(origin, deque()).append(connection)
        if self._closed:
            self._idle.clear()

    def _connected(self, origin: Origin, deadline: float | None) -> Connection:
        if self._closed:
            raise closed()
        proxy = self._route.proxy(origin)
        host, port = (origin.host, origin.port) if proxy is None else (proxy.host, proxy.port)
        connection = self._opened(_addresses(host, port, deadline), deadline)
        try:
            if origin.scheme == "https":
                if proxy is not None:
                    connection.open_tunnel(proxy, origin, deadline)
                connection.encrypt(self._route.tls, origin.host, deadline)
            else:
                connection.check_quiet()
        except BaseException:
            connection.close()
            raise
        return connection

    def _opened(self, addresses: list[Address], deadline: float | None) -> Connection:
        failure: httpx.RequestError = UnreachedError("the host has no address")
        for number, (family, *_, where) in enumerate(addresses):
            rest = left(deadline, httpx.ConnectTimeout)
            # One address that never answers must not use up the time of the others.
            share = None if rest is None else rest / (len(addresses) - number)
            try:
                connection = Connection(socket.socket(family))
                self._all[id(connection)] = connection
                connection.open(where, share)
            except TimeoutError:
                failure = too_late(httpx.ConnectTimeout)
            except OSError as error:
                failure = UnreachedError(type(error).__name__)
            else:
                return connection
        raise failure


def _addresses(host: str, port: int, deadline: float | None) -> list[Address]:
    delivered: SimpleQueue[Found] = SimpleQueue()
    look_up(host, port, delivered.put)
    try:
        found = delivered.get(timeout=left(deadline, httpx.ConnectTimeout))
    except Empty:
        raise too_late(httpx.ConnectTimeout) from None
    if isinstance(found, OSError):
        raise no_address(host, found)
    return found
