"""Connections of aiohttp under httpx's transport: with many calls in flight a fraction of what httpcore's pool costs.

Not through `httpx-aiohttp`: that re-encodes the URL after it was signed, and calls a connection that broke in the
middle of a write one that was never made, after which the write would be sent twice.
"""

import asyncio
from typing import Any, cast

import aiohttp
import httpcore
import httpx
import yarl

# All that aiohttp would add of itself; ours come with the request.
_NOTHING_ADDED = ("accept", "accept-encoding", "content-type", "user-agent")
_NO_TIMEOUT = aiohttp.ClientTimeout()
_FAILED = (aiohttp.ClientError, OSError, TimeoutError)


class AiohttpTransport(httpx.AsyncHTTPTransport):
    """For tasks on asyncio. The driver cuts it off at the deadline; it has no time-outs of its own."""

    def __init__(self) -> None:
        self._pool: Any = _Connections()


class _Connections:
    """What httpx asks of a pool of httpcore, answered by aiohttp."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        extensions = cast("dict[str, Any]", request.extensions)  # pyright: ignore[reportUnknownMemberType]
        sending = _Sending(extensions.get("trace"))
        if not getattr(extensions.get("operation"), "safe_to_repeat", False):
            # Lets the loop hear of connections that were closed meanwhile: on one of those a write would be lost.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        try:
            async with self._here().request(
                request.method.decode("ascii"),
                # As it is: encoded otherwise, the signature would be wrong.
                yarl.URL(bytes(request.url).decode("ascii"), encoded=True),
                headers=[(name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers],
                data=b"".join([part async for part in request.stream]) or None,  # type: ignore[union-attr]
                allow_redirects=False,
                trace_request_ctx=sending,
            ) as response:
                content = await response.read()
        except asyncio.CancelledError as error:
            if sending.begun or not self._was_closed():
                raise
            # So aiohttp tells those who wait for a connection that there will be none. Nobody cancelled this task.
            message = "closed"
            raise httpcore.ConnectError(message) from error
        except _FAILED as error:
            kind = httpcore.ReadError if sending.begun else httpcore.ConnectError
            raise kind(type(error).__name__) from error
        return httpcore.Response(
            response.status, headers=response.raw_headers, content=content, extensions={"http_version": b"HTTP/1.1"}
        )

    async def aclose(self) -> None:
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

    def __init__(self, trace: Any) -> None:
        self._trace = trace
        self.begun = False

    async def begin(self) -> None:
        self.begun = True
        if self._trace is not None:
            await self._trace("http11.send_request_headers.started", {})


def _session() -> aiohttp.ClientSession:
    tracing = aiohttp.TraceConfig()
    tracing.on_connection_create_end.append(_has_connection)
    tracing.on_connection_reuseconn.append(_has_connection)
    context = httpx.create_ssl_context()
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=5.0, ssl=context),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=_NOTHING_ADDED,
        auto_decompress=False,
        timeout=_NO_TIMEOUT,
        trace_configs=[tracing],
    )
    # aiohttp sends a GET again by itself, with the same stamp and signature: sending again is the flow's decision.
    session._retry_connection = False  # noqa: SLF001 - there is no public way # pyright: ignore[reportPrivateUsage]
    return session


async def _has_connection(session: aiohttp.ClientSession, context: Any, parameters: Any) -> None:
    del session, parameters
    await context.trace_request_ctx.begin()
