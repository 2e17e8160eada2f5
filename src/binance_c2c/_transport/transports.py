"""The connections of a client that was given none: httpx's own transport, kept to the deadline in every step.

They stay classes of httpx, so that whatever stands in for httpx's transports or listens to them (record and replay,
mocks, OpenTelemetry) finds these too. Only the pool beneath is another one; and while nobody does, requests go to it
without what httpx would make of them.
"""

import socket
from collections.abc import Iterable
from typing import Any, cast

import httpcore
import httpx

from binance_c2c._transport.deadline import left
from binance_c2c._transport.messages import Carrier, Outgoing, Tail, answer, is_of_httpx

# httpx has each of what derives from these under the same name.
_FAILED = (
    *(httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, httpcore.TimeoutException),
    httpcore.UnsupportedProtocol,
)


class BoundedTransport(httpx.HTTPTransport, Carrier):
    """For threads. Each step, from the first connection to the last byte, has what is left of the call's time."""

    def __init__(self) -> None:
        self._backend = _BoundedBackend()
        self._pool = _Pool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=100,
            # Where there are fewer of these, the pool closes each connection after its call as soon as it has more.
            max_keepalive_connections=100,
            keepalive_expiry=5.0,
            network_backend=self._backend,
        )

    def carry(self, request: httpx.Request) -> httpx.Response:
        if not isinstance(request, Outgoing) or not is_of_httpx(type(self).handle_request):
            return self.handle_request(request)
        place = request.place.url
        leaving = httpcore.Request(
            request.method,
            httpcore.URL(scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=place.raw_path),
            headers=request.raw_headers,
            content=request.content,
            extensions={**request.extensions, "target": request.target},
        )
        try:
            came = self._pool.handle_request(leaving)
            try:
                body = came.read()
            finally:
                came.close()
        except _FAILED as error:
            raise getattr(httpx, type(error).__name__)(str(error)) from error
        return answer(came.status, came.headers, body)

    def close(self) -> None:
        # The pool would open new connections for those who wait for one, and nobody would close these.
        self._backend.closed = True
        super().close()


def async_transport() -> httpx.AsyncBaseTransport:
    """For tasks: aiohttp's connections where it is installed and asyncio runs, httpcore's otherwise."""
    try:
        import asyncio  # noqa: PLC0415

        asyncio.get_running_loop()
        from binance_c2c._transport.over_aiohttp import AiohttpTransport  # noqa: PLC0415
    except (ImportError, RuntimeError):
        # The second is another library's loop: trio.
        from binance_c2c._transport.tasks import TaskTransport  # noqa: PLC0415

        return TaskTransport()
    return AiohttpTransport()


def takes_target(http: object) -> bool:
    """Whether what the extension `target` says is sent: there are httpcore's own connections beneath, and no proxy.

    A proxy is asked for a target of its own, and what other transports do is not known.
    """
    transport = http
    if type(http) in {httpx.Client, httpx.AsyncClient}:
        # Mounted are the proxies of the environment among others.
        transport = None if getattr(http, "_mounts", True) else getattr(http, "_transport", None)
    pool = getattr(transport, "_pool", None)
    return type(transport) in {httpx.HTTPTransport, httpx.AsyncHTTPTransport} and type(pool) in {
        httpcore.ConnectionPool,
        httpcore.AsyncConnectionPool,
    }


class _Pool(httpcore.ConnectionPool):
    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        response = super().handle_request(request)
        extensions = cast("dict[str, Any]", response.extensions)  # pyright: ignore[reportUnknownMemberType]
        stream = extensions.get("network_stream")
        if not isinstance(stream, _BoundedStream):
            return response
        try:
            if not stream.tail.heard:
                # It was there before the request was, behind the answer to another one.
                message = "an answer came before its request"
                raise httpcore.ReadError(message)
            body = response.read()
            stream.tail.end(response.headers, body)
        finally:
            response.close()
        return httpcore.Response(response.status, headers=response.headers, content=body, extensions=extensions)


class _BoundedBackend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self.closed = False
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if self.closed:
            message = "closed"
            raise httpcore.ConnectError(message)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [str(address[0]) for *_, address in found]
        failure: Exception = httpcore.ConnectError("no address")
        for number, address in enumerate(addresses):
            rest = _left(timeout, httpcore.ConnectTimeout)
            # One address that swallows what it is sent must not use up the time of the others.
            share = None if rest is None else rest / (len(addresses) - number)
            try:
                stream = self._backend.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream)
        raise failure


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self.tail = Tail()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        piece = self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))
        self.tail.add(piece)
        return piece

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.tail.begin()
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        rest = _left(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, rest))

    def get_extra_info(self, info: str) -> Any:
        # So httpcore asks whether a connection that it kept is over.
        return (info == "is_readable" and self.tail.loose) or self._stream.get_extra_info(info)


def _left(timeout: float | None, over: type[Exception]) -> float | None:
    rest = left(timeout)
    if rest == 0.0:
        message = "the deadline is over"
        raise over(message)
    return rest
