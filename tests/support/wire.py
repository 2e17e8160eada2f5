"""A server on loopback that answers by a script, and keeps every byte that it receives."""

import json
import os
import re
import socket
import ssl
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Event, Lock, Semaphore, Thread
from types import TracebackType
from typing import Any, Self
from unittest import mock

PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    raw: bytes
    """Every byte of it."""
    method: str
    target: str
    """The target of the request line, between method and version."""
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in their order."""
    body: bytes

    @property
    def path(self) -> str:
        """Without the host, which is part of a target that is sent to a proxy."""
        return re.sub("^http://[^/]+", "", self.target.partition("?")[0])

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """The value of a header, None if there is none. The test fails if there are two."""
        values = [value for key, value in self.headers if key == name.lower()]
        assert len(values) < 2, f"{name} came {len(values)} times"
        return values[0] if values else None


@dataclass(frozen=True, slots=True)
class Answer:
    """The reaction of the server to a request."""

    data: bytes = b""
    hang_up: bool = False
    """Close the connection after `data`, which may be part of an answer or none of it."""
    behind: bytes = b""
    """Sent together with `data`; over TLS it is a record of its own."""
    pause: "Pause | None" = None
    """Between `data` and `behind`."""
    unread: bool = False
    """Drop the connection after the head of the request, while the client still sends the body."""


class Pause:
    """A pause that ends when the test calls `end`."""

    def __init__(self) -> None:
        self.over = Event()
        self.spoken = Event()
        """Set once `behind` has been sent."""

    def end(self) -> None:
        """Have `behind` sent, and return when it has been."""
        self.over.set()
        self.spoken.wait()


Then = Answer | Callable[[Received], Answer] | None
HANG_UP = Answer(hang_up=True)
RESET = Answer(hang_up=True, unread=True)


def reply(body: Any, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """A complete answer. Bytes go out as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "text/html" if isinstance(body, bytes) else "application/json"
    reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Whatever"
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Type: {kind}", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return Answer("\r\n".join([*lines, "", ""]).encode() + content)


class Wire:
    """Listens while its `with` block lasts, and meanwhile hides the proxies the environment may name.

    Each request gets the next answer of the script. Once that is used up, `then` is the answer, or is called for it.
    """

    def __init__(
        self,
        *script: Answer,
        then: Then = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self._script = list(script)
        self._then = then or reply(b"the script is over", 599)
        self._tls = tls
        self._lock = Lock()
        self._ends = Semaphore(0)
        self._closing = False
        self._open: list[tuple[socket.socket, Thread]] = []
        self._environment = mock.patch.dict(os.environ)

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._environment.start()
        for name in [name for name in os.environ if name.lower() in PROXIES]:
            del os.environ[name]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._acceptor = Thread(target=self._accept)
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        # Nothing but a connection wakes the acceptor on every system.
        socket.create_connection(self._listener.getsockname()).close()
        self._acceptor.join()
        self._listener.close()
        for connection, thread in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()
        self._environment.stop()

    def wait_for_hang_up(self) -> None:
        """Return when the script has closed every connection at this end."""
        for _, thread in self._open:
            thread.join()

    def ended(self, number: int) -> bool:
        """Whether so many connections have ended, waited for as long as a slow machine may need."""
        return all(self._ends.acquire(timeout=30) for _ in range(number))

    def forget(self) -> None:
        """Forget the requests so far, and closed connections."""
        self.requests.clear()
        self._open = [one for one in self._open if one[1].is_alive()]

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._closing:
                connection.close()
                return
            self.connections += 1
            if self._tls is not None:
                # The handshake comes with the first bytes, so that it holds up no other connection.
                connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            thread = Thread(target=self._serve, args=(connection,))
            self._open.append((connection, thread))
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            self._talk(connection)
        finally:
            self._ends.release()

    def _talk(self, connection: socket.socket) -> None:
        # A client that hangs up is no failure of the server's.
        with connection, suppress(OSError), connection.makefile("rb") as stream:
            while head := _head(stream.readline):
                answer = self._take()
                unread = isinstance(answer, Answer) and answer.unread
                received = _received(head, b"" if unread else stream.read(_length(head)))
                with self._lock:
                    self.requests.append(received)
                answer = answer if isinstance(answer, Answer) else answer(received)
                if answer.unread:
                    # Unread bytes and no lingering make this a reset.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                else:
                    _send(connection, answer)
                if answer.hang_up:
                    return

    def _take(self) -> Answer | Callable[[Received], Answer]:
        with self._lock:
            return self._script.pop(0) if self._script else self._then


def _send(connection: socket.socket, answer: Answer) -> None:
    if answer.pause is not None:
        connection.sendall(answer.data)
        answer.pause.over.wait()
        try:
            connection.sendall(answer.behind)
        finally:
            answer.pause.spoken.set()
        return
    # Where a system cannot hold the first part back, the client may read the two one after the other.
    cork = getattr(socket, "TCP_CORK", None) if answer.behind else None
    if cork is not None:
        connection.setsockopt(socket.IPPROTO_TCP, cork, 1)
    connection.sendall(answer.data)
    if answer.behind:
        connection.sendall(answer.behind)
    if cork is not None:
        connection.setsockopt(socket.IPPROTO_TCP, cork, 0)


def _head(readline: Any) -> bytes:
    lines: list[bytes] = []
    while line := readline():
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)
    return b""


def _headers(head: bytes) -> tuple[tuple[str, str], ...]:
    lines = head.decode("latin-1").split("\r\n")[1:-2]
    return tuple((name.lower(), value) for name, _, value in (line.partition(": ") for line in lines))


def _length(head: bytes) -> int:
    return int(dict(_headers(head)).get("content-length", "0"))


def _received(head: bytes, body: bytes) -> Received:
    method, target, _ = head.decode("latin-1").split(" ", 2)
    return Received(head + body, method, target, _headers(head), body)
