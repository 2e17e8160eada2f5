"""Requests on their way out and answers that are in: httpx's, of which only what somebody looks at is made.

The flow and the signer know all that leaves as bytes. Parsing those into URL and headers costs more than signing them,
and our own connections need neither; hooks, mocks, recorders and a client of the caller's own find both.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType
from typing import Any, Self

import httpx

Origin = tuple[str, str, int | None]
RawHeaders = list[tuple[bytes, bytes]]

# Bytes: more than any answer that stands behind another one could have in common with it.
_TAIL = 64
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation is, in each of the forms that a request needs."""

    url: httpx.URL
    origin: Origin
    root: str
    """Scheme and authority, as they stand in the URL."""
    path: bytes

    @classmethod
    def of(cls, url: str) -> Self:
        parsed = httpx.URL(url)
        root = f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"
        return cls(parsed, origin_of(parsed), root, parsed.raw_path)


class Outgoing(httpx.Request):
    """To `place`, with a query that is encoded already.

    What leaves is the extension `target`, where it is set: path and query are then for showing.
    """

    def __init__(
        self,
        method: str,
        place: Place,
        raw_headers: RawHeaders,
        body: bytes | None,
        extensions: dict[str, Any],
        *,
        query: bytes = b"",
    ) -> None:
        # The parent's would make everything at once.
        self.method = method
        self.place = place
        self.raw_headers = raw_headers
        self.body = body
        self.extensions = extensions
        self.query = query

    @classmethod
    def to(cls, method: str, place: Place, headers: RawHeaders, body: bytes | None, extensions: dict[str, Any]) -> Self:
        """A request with the headers that HTTP itself wants beside those given."""
        framing: RawHeaders = [(b"Host", place.url.netloc)]
        if body is not None or method in _WITH_BODY:
            framing.append((b"Content-Length", b"%d" % len(body or b"")))
        return cls(method, place, framing + headers, body, extensions)

    def leaving(self, raw_headers: RawHeaders, shown: bytes, target: bytes) -> Self:
        """The same with other headers, to `target`, of which the URL has as much of the query as is `shown`."""
        extensions = {**self.extensions, "target": target}
        return type(self)(self.method, self.place, raw_headers, self.body, extensions, query=shown)

    @property
    def target(self) -> bytes:
        """Path and query as they leave."""
        target: bytes = self.extensions.get("target", self.place.path)
        return target

    @cached_property
    def url(self) -> httpx.URL:  # type: ignore[override]
        place = self.place
        return place.url.copy_with(raw_path=place.path + b"?" + self.query) if self.query else place.url

    @cached_property
    def headers(self) -> httpx.Headers:  # type: ignore[override]
        return httpx.Headers(self.raw_headers)

    @cached_property
    def stream(self) -> httpx.ByteStream:  # type: ignore[override]
        return httpx.ByteStream(self.content)

    @property
    def content(self) -> bytes:
        return self.body or b""

    def read(self) -> bytes:
        return self.content

    async def aread(self) -> bytes:
        return self.content


class Incoming(httpx.Response):
    """All of an answer, as it came."""

    def __init__(self, status_code: int, raw_headers: RawHeaders, body: bytes) -> None:
        self.status_code = status_code
        self.headers = httpx.Headers(raw_headers)
        self.body = body
        self.extensions = {}
        self.is_closed = self.is_stream_consumed = True

    @property
    def content(self) -> bytes:
        return self.body

    def read(self) -> bytes:
        return self.body

    async def aread(self) -> bytes:
        return self.body


class Carrier(ABC):
    """Connections of our own for threads, which know a shorter way than httpx's."""

    @abstractmethod
    def carry(self, request: httpx.Request) -> httpx.Response:
        """What `handle_request` does, with all of the answer, and nothing made that only httpx would look at."""


class AsyncCarrier(ABC):
    """The same for tasks of asyncio."""

    @abstractmethod
    async def carry(self, request: httpx.Request) -> httpx.Response:
        """What `handle_async_request` does."""


def answer(status_code: int, raw_headers: RawHeaders, body: bytes) -> httpx.Response:
    """An answer whose last byte is in. Raises `httpx.DecodingError` where it is compressed and broken."""
    response = Incoming(status_code, raw_headers, body)
    if "content-encoding" not in response.headers:
        return response
    unpacked = httpx.Response(status_code, headers=raw_headers, stream=httpx.ByteStream(body))
    unpacked.read()
    return unpacked


class Tail:
    """The last that came over a connection since something was sent: where an answer ended, or went on.

    httpcore keeps what stands behind an answer and takes it for the start of the next one.
    """

    def __init__(self) -> None:
        self._bytes = b""
        self.loose = False
        """Whether something stood behind the last answer: the connection is not to be used again."""

    @property
    def heard(self) -> bool:
        """Whether anything came."""
        return bool(self._bytes)

    def begin(self) -> None:
        """Something is sent."""
        self._bytes = b""

    def add(self, piece: bytes) -> None:
        """Something came."""
        self._bytes = (self._bytes + piece if len(piece) < _TAIL else piece)[-_TAIL:]

    def end(self, raw_headers: RawHeaders, body: bytes) -> None:
        """The answer is read: these are its headers and its body, compressed or not."""
        chunked = any(name.lower() == b"transfer-encoding" for name, _ in raw_headers)
        end = b"\r\n0\r\n\r\n" if chunked else body[-_TAIL:] or b"\r\n\r\n"
        self.loose = not self._bytes.endswith(end)


def origin_of(url: httpx.URL) -> Origin:
    """Scheme, host and port, by which two URLs are of one server or are not."""
    return url.scheme, url.host, url.port or {"https": 443, "http": 80}.get(url.scheme)


def is_of_httpx(method: object) -> bool:
    """Whether a method of httpx's transports is theirs: mocks, recorders and traces put another in its place."""
    return type(method) is FunctionType and method.__globals__.get("__package__") == "httpx._transports"
