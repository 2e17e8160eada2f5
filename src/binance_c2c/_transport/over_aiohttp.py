"""Connections of aiohttp under httpx's transport: with many calls in flight a fraction of what httpcore's pool costs.

Not through `httpx-aiohttp`: that re-encodes the URL after it was signed, and calls a connection that broke in the
middle of a write one that was never made, after which the write would be sent twice.
"""

import asyncio
import select
from collections.abc import Awaitable, Callable
from typing import Any, cast
from weakref import WeakSet

import aiohttp
import httpcore
import httpx
import yarl

from binance_c2c._transport.messages import AsyncCarrier, Outgoing, RawHeaders, answer, is_of_httpx

# All that aiohttp would add of itself; ours come with the request.
_NOTHING_ADDED = ("accept", "accept-encoding", "content-type", "user-agent")
_MOST_CONNECTIONS = 100
# What httpcore takes of a whole head.
_LONGEST_LINE = 100 * 1024
_NO_TIMEOUT = aiohttp.ClientTimeout()
_FAILED = (aiohttp.ClientError, OSError, TimeoutError)

Answer = tuple[int, RawHeaders, bytes]
Trace = Callable[[str, dict[str, Any]], Awaitable[None]]


class AiohttpTransport(httpx.AsyncHTTPTransport, AsyncCarrier):
    """For tasks on asyncio. The driver cuts it off at the deadline; it has no time-outs of its own."""

    def __init__(self) -> None:
        self._connections = _Connections()
        self._pool: Any = _Pool(self._connections)

    async def carry(self, request: httpx.Request) -> httpx.Response:
        if not isinstance(request, Outgoing) or not is_of_httpx(type(self).handle_async_request):
            return await self.handle_async_request(request)
        url = request.place.root + request.target.decode("ascii")
        try:
            status, headers, body = await self._connections.fetch(
                request.method, url, request.raw_headers, request.content, request.extensions
            )
        except _BrokenError as error:
            raise error.of(httpx.ReadError, httpx.ConnectError) from error.__cause__
        return answer(status, headers, body)


class _Pool:
    """What httpx asks of a pool of httpcore."""

    def __init__(self, connections: "_Connections") -> None:
        self._connections = connections

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        extensions = cast("dict[str, Any]", request.extensions)  # pyright: ignore[reportUnknownMemberType]
        url = bytes(request.url).decode("ascii")
        content = b"".join([part async for part in request.stream])  # type: ignore[union-attr]
        try:
            status, headers, content = await self._connections.fetch(
                request.method.decode("ascii"), url, request.headers, content, extensions
            )
        except _BrokenError as error:
            raise error.of(httpcore.ReadError, httpcore.ConnectError) from error.__cause__
        return httpcore.Response(status, headers=headers, content=content, extensions={"http_version": b"HTTP/1.1"})

    async def aclose(self) -> None:
        await self._connections.aclose()


class _BrokenError(Exception):
    """There will be no answer. `sent` says whether the request had a connection, from where on its bytes may be out."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent

    def of(self, sent: type[Exception], unsent: type[Exception]) -> Exception:
        return (sent if self.sent else unsent)(str(self))


class _Connections:
    def __init__(self) -> None:
        self._closed = False
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def fetch(
        self, method: str, url: str, headers: RawHeaders, content: bytes, extensions: dict[str, Any]
    ) -> Answer:
        """Send the bytes given and read the answer. Raises `_BrokenError`."""
        if not getattr(extensions.get("operation"), "safe_to_repeat", False):
            # Lets the loop hear of connections that were closed meanwhile: on one of those a write would be lost.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        if self._closed:
            # While it let others run. A session that is closed says so by an error of no kind of its own.
            message = "closed"
            raise _BrokenError(message, sent=False)
        sending = _Sending(extensions.get("trace"))
        task = asyncio.current_task()
        _under_way[task] = sending
        try:
            async with self._here().request(
                method,
                # As it is: encoded otherwise, the signature would be wrong.
                yarl.URL(url, encoded=True),
                headers=[(name.decode("ascii"), value.decode("latin-1")) for name, value in headers],
                data=content or None,
                allow_redirects=False,
            ) as response:
                return response.status, list(response.raw_headers), await response.read()
        except asyncio.CancelledError as error:
            if sending.begun or not self._was_closed():
                raise
            # So aiohttp tells those who wait for a connection that there will be none. Nobody cancelled this task.
            message = "closed"
            raise _BrokenError(message, sent=False) from error
        except _FAILED as error:
            raise _BrokenError(type(error).__name__, sent=sending.begun) from error
        finally:
            _under_way.pop(task, None)

    async def aclose(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()

    def _was_closed(self) -> bool:
        task = asyncio.current_task()
        return self._session is not None and self._session.closed and task is not None and not task.cancelling()

    def _here(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._session is None or self._loop is not loop:
            self._session, self._loop = _session(), loop
        return self._session


class _Sending:
    """Whether a request has a connection, from where on its bytes may be out."""

    def __init__(self, trace: Trace | None) -> None:
        self._trace = trace
        self.begun = False

    async def begin(self) -> None:
        self.begun = True
        if self._trace is not None:
            await self._trace("http11.send_request_headers.started", {})


# By task: not in its context, which tasks may share, so that one would learn that the other's request is out.
_under_way: dict[asyncio.Task[Any] | None, _Sending] = {}


# Connections that were given a request.
_used = WeakSet[Any]()


class _Connector(aiohttp.TCPConnector):
    async def connect(self, *args: Any, **options: Any) -> Any:
        for _ in range(_MOST_CONNECTIONS + 1):
            connection = await super().connect(*args, **options)
            if not self._has_spoken(connection.protocol):
                await _under_way[asyncio.current_task()].begin()
                return connection
            # Something came without a request, and would be taken for the answer to this one.
            connection.close()
        message = "what was connected to speaks before it is asked"
        raise aiohttp.ClientConnectionError(message)

    @staticmethod
    def _has_spoken(protocol: Any) -> bool:
        if protocol is None or protocol.should_close:
            return protocol is not None
        if protocol not in _used:
            # What TLS sends of itself after its handshake is nothing said.
            _used.add(protocol)
            return False
        # A loop that was kept busy has not read yet what is there.
        return _is_readable(protocol.transport.get_extra_info("socket").fileno())


def _is_readable(descriptor: int) -> bool:
    if not hasattr(select, "poll"):
        # Windows, whose loops read ahead.
        return False
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _session() -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(
        connector=_Connector(limit=_MOST_CONNECTIONS, keepalive_timeout=5.0, ssl=httpx.create_ssl_context()),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=_NOTHING_ADDED,
        auto_decompress=False,
        max_line_size=_LONGEST_LINE,
        max_field_size=_LONGEST_LINE,
        timeout=_NO_TIMEOUT,
    )
    # aiohttp sends a GET again by itself, with the same stamp and signature: sending again is the flow's decision.
    session._retry_connection = False  # noqa: SLF001 - there is no public way # pyright: ignore[reportPrivateUsage]
    return session
