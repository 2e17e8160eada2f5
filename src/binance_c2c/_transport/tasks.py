"""Connections of httpcore for tasks, where aiohttp is not installed or another loop than asyncio's runs."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import httpcore
import httpx

from binance_c2c._transport.messages import Tail


class TaskTransport(httpx.AsyncHTTPTransport):
    """For tasks on any loop. The driver cuts it off at the deadline."""

    def __init__(self) -> None:
        self._pool: Any = _Pools()


class _Pools:
    """What httpx asks of a pool: one for each loop of asyncio, on which its connections end."""

    def __init__(self) -> None:
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        loop = _loop()
        if self._pool is None or self._loop is not loop:
            self._pool, self._loop = _pool(), loop
        response = await self._pool.handle_async_request(request)
        extensions = cast("dict[str, Any]", response.extensions)  # pyright: ignore[reportUnknownMemberType]
        stream = extensions.get("network_stream")
        if not isinstance(stream, _Stream):
            return response
        try:
            if not stream.tail.heard:
                # It was there before the request was, behind the answer to another one.
                message = "an answer came before its request"
                raise httpcore.ReadError(message)
            body = await response.aread()
            stream.tail.end(response.headers, body)
        finally:
            await response.aclose()
        return httpcore.Response(response.status, headers=response.headers, content=body, extensions=extensions)

    async def aclose(self) -> None:
        if self._pool is not None and self._loop is _loop():
            await self._pool.aclose()


def _loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _pool() -> httpcore.AsyncConnectionPool:
    return httpcore.AsyncConnectionPool(
        ssl_context=httpx.create_ssl_context(),
        max_connections=100,
        # Where there are fewer of these, the pool closes each connection after its call as soon as it has more.
        max_keepalive_connections=100,
        keepalive_expiry=5.0,
        network_backend=_Backend(),
    )


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self) -> None:
        self._backend: Any = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's name
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._backend.connect_tcp(host, port, timeout, local_address, socket_options))


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self.tail = Tail()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        piece = await self._stream.read(max_bytes, timeout)
        self.tail.add(piece)
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self.tail.begin()
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        # So httpcore asks whether a connection that it kept is over.
        return (info == "is_readable" and self.tail.loose) or self._stream.get_extra_info(info)
