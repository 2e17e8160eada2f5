"""Chooses the connections of a client: its own, or those of an httpx client or transport that the caller gives.

Recorders, mocks and traces replace methods of httpx, or of httpcore beneath it. While one does, requests of a client's
own connections go through httpx's transport, where it sees them. For that alone this module uses two private names of
httpx, and no other module does: `HTTPTransport._pool` and `Client._transport_for_url`.
"""

import sys
import time
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any, Protocol, cast

import httpx

from binance_c2c._core.transport.messages import (
    NEVER_SENT,
    Answer,
    AnswerError,
    Incoming,
    Origin,
    Request,
    left,
    too_late,
    too_long,
)
from binance_c2c.errors import ConfigurationError

if TYPE_CHECKING:
    import httpcore

Send = Callable[[httpx.Request], httpx.Response]
AsyncSend = Callable[[httpx.Request], Awaitable[httpx.Response]]

_HTTPX = str(Path(httpx.__file__).parent)


class Transport(Protocol):
    """Carries requests, for threads."""

    def fetch(self, request: Request, deadline: float | None) -> Answer:
        """Send a request once and give the answer, unpacked."""
        ...

    def close(self) -> None:
        """Close the client's own connections."""


class AsyncTransport(Protocol):
    """Carries requests, for tasks."""

    async def fetch(self, request: Request, deadline: float | None) -> Answer:
        """Send a request once and give the answer, unpacked."""
        ...

    async def aclose(self) -> None:
        """Close the client's own connections."""


def open_transport(http: httpx.Client | httpx.BaseTransport | None, most_bytes: int) -> Transport:
    """The connections of a client for threads: over `http` where the caller gives one, else its own."""
    return OwnTransport(most_bytes) if http is None else CallersTransport(http, most_bytes)


def open_async_transport(http: httpx.AsyncClient | httpx.AsyncBaseTransport | None, most_bytes: int) -> AsyncTransport:
    """The connections of a client for tasks: over `http` where the caller gives one, else its own."""
    return AsyncOwnTransport(most_bytes) if http is None else AsyncCallersTransport(http, most_bytes)


def check_http(http: object, *kinds: type) -> None:
    """Refuse an `http` that is of none of these kinds."""
    if http is not None and not isinstance(http, kinds):
        wanted = " or ".join(f"httpx.{kind.__name__}" for kind in kinds)
        message = f"http: an {wanted} is expected, not {type(http).__name__}"
        raise ConfigurationError(message)


class OwnTransport(httpx.HTTPTransport):
    """A client's own connections for threads. Recorders and traces of httpx see them as one of its transports."""

    def __init__(self, most_bytes: int) -> None:
        # Loaded with the first call. The parent's constructor would open a pool of its own.
        from binance_c2c._core.transport.http1 import unpacked  # noqa: PLC0415
        from binance_c2c._core.transport.sync import Connections  # noqa: PLC0415

        self._most_bytes = most_bytes
        self._unpacked = unpacked
        self._connections = Connections(most_bytes)

    def fetch(self, request: Request, deadline: float | None) -> Answer:
        """Send a request once and give the answer, unpacked."""
        if not _is_patched(httpx.Client, httpx.HTTPTransport.handle_request, "ConnectionPool.handle_request"):
            return self._unpacked(self._connections.fetch(request, deadline), self._most_bytes, deadline)
        # The client is left open: to close it would close this transport.
        send = (
            _sender(httpx.Client(transport=self, trust_env=False))
            if _is_choice_patched(httpx.Client)
            else self.handle_request
        )
        answer = _fetched(send, _for_httpx(request, deadline, hide=True), self._most_bytes, deadline)
        return self._unpacked(answer, self._most_bytes, deadline)

    def close(self) -> None:
        """End all connections, also those in use."""
        self._connections.close()

    @cached_property
    def _pool(self) -> Any:  # type: ignore[override] # pyright: ignore[reportIncompatibleVariableOverride]
        """The pool of httpcore that `httpx.HTTPTransport.handle_request` passes a request to."""
        import httpcore  # noqa: PLC0415

        connections = self._connections

        class Pool(httpcore.ConnectionPool):
            def handle_request(self, request: httpcore.Request) -> httpcore.Response:
                if not _is_original(httpcore.ConnectionPool.handle_request, _home(httpcore)):
                    return super().handle_request(request)
                content = b"".join(cast("Iterable[bytes]", request.stream))
                return _for_httpcore(connections.fetch(*_of_httpcore(request, content)))

        # If a recorder that replaced the method lets a request through, its connection is used for it alone.
        return Pool(max_keepalive_connections=0)


class AsyncOwnTransport(httpx.AsyncHTTPTransport):
    """A client's own connections for tasks. Recorders and traces of httpx see them as one of its transports."""

    def __init__(self, most_bytes: int) -> None:
        from binance_c2c._core.transport.http1 import unpacked  # noqa: PLC0415

        self._most_bytes = most_bytes
        self._unpacked = unpacked

    async def fetch(self, request: Request, deadline: float | None) -> Answer:
        """Send a request once and give the answer, unpacked."""
        handle = httpx.AsyncHTTPTransport.handle_async_request
        if not _is_patched(httpx.AsyncClient, handle, "AsyncConnectionPool.handle_async_request"):
            return self._unpacked(await self._connections.fetch(request, deadline), self._most_bytes, deadline)
        chosen = _is_choice_patched(httpx.AsyncClient)
        client = httpx.AsyncClient(transport=self, trust_env=False) if chosen else None
        send = self.handle_async_request if client is None else _async_sender(client)
        sending = _for_httpx(request, deadline, hide=True)
        with _Arriving() as arriving:
            answer = await _async_fetched(send, sending, self._most_bytes, arriving)
        return self._unpacked(answer, self._most_bytes, deadline)

    async def aclose(self) -> None:
        """End all connections, also those in use."""
        await self._connections.aclose()

    @property
    def _connections(self) -> Any:
        """The connections for the library whose event loop runs, asyncio or trio."""
        import asyncio  # noqa: PLC0415

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self._of_trio
        return self._of_asyncio

    @cached_property
    def _of_asyncio(self) -> Any:
        from binance_c2c._core.transport.asyncio import Connections  # noqa: PLC0415

        return Connections(self._most_bytes)

    @cached_property
    def _of_trio(self) -> Any:
        from binance_c2c._core.transport.trio import Connections  # noqa: PLC0415

        return Connections(self._most_bytes)

    @cached_property
    def _pool(self) -> Any:  # type: ignore[override] # pyright: ignore[reportIncompatibleVariableOverride]
        """The pool of httpcore that `httpx.AsyncHTTPTransport.handle_async_request` passes a request to."""
        import httpcore  # noqa: PLC0415

        transport = self

        class Pool(httpcore.AsyncConnectionPool):
            async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
                if not _is_original(httpcore.AsyncConnectionPool.handle_async_request, _home(httpcore)):
                    return await super().handle_async_request(request)
                content = b"".join([part async for part in cast("AsyncIterable[bytes]", request.stream)])
                return _for_httpcore(await transport._connections.fetch(*_of_httpcore(request, content)))

        return Pool(max_keepalive_connections=0)


class CallersTransport:
    """An httpx client or transport of the caller's, for threads. Each request has a connection to itself.

    On a keep-alive connection httpx would take bytes that follow an answer for the answer to the next request. The
    deadline replaces its time-outs, and is checked between the pieces of an answer.
    """

    def __init__(self, http: httpx.Client | httpx.BaseTransport, most_bytes: int) -> None:
        from binance_c2c._core.transport.http1 import unpacked  # noqa: PLC0415

        self._http = http
        self._most_bytes = most_bytes
        self._unpacked = unpacked

    def fetch(self, request: Request, deadline: float | None) -> Answer:
        """Send a request once and give the answer, unpacked."""
        http, departure = self._http, _Departure()
        send = _sender(http) if isinstance(http, httpx.Client) else http.handle_request
        sending = _for_httpx(_alone(request), deadline)
        sending.extensions["trace"] = departure.note
        try:
            answer = _fetched(send, sending, self._most_bytes, deadline)
        except NEVER_SENT as error:
            raise departure.checked(error) from None
        return self._unpacked(answer, self._most_bytes, deadline)

    def close(self) -> None:
        """Do nothing: the caller closes the client or transport."""


class AsyncCallersTransport:
    """An httpx client or transport of the caller's, for tasks. Each request has a connection to itself."""

    def __init__(self, http: httpx.AsyncClient | httpx.AsyncBaseTransport, most_bytes: int) -> None:
        from binance_c2c._core.transport.http1 import unpacked  # noqa: PLC0415

        self._http = http
        self._most_bytes = most_bytes
        self._unpacked = unpacked

    async def fetch(self, request: Request, deadline: float | None) -> Answer:
        """Send a request once and give the answer, unpacked."""
        from anyio import move_on_after  # noqa: PLC0415

        http, departure = self._http, _Departure()
        send = _async_sender(http) if isinstance(http, httpx.AsyncClient) else http.handle_async_request
        sending = _for_httpx(_alone(request), deadline)
        sending.extensions["trace"] = departure.note_async
        with _Arriving() as arriving:
            try:
                with move_on_after(left(deadline, httpx.ConnectTimeout)):
                    answer = await _async_fetched(send, sending, self._most_bytes, arriving)
                    return self._unpacked(answer, self._most_bytes, deadline)
            except NEVER_SENT as error:
                raise departure.checked(error) from None
            raise too_late(httpx.ReadTimeout if departure.sent else httpx.ConnectTimeout)

    async def aclose(self) -> None:
        """Do nothing: the caller closes the client or transport."""


class _Departure:
    """Whether a request may have been sent, by the events that httpcore reports to the extension `trace`.

    With a transport that reports nothing, it counts as sent.
    """

    def __init__(self) -> None:
        self.sent = True
        self._began = False
        """Whether sending has begun: a transport that repeats requests may connect once more after that."""

    def note(self, event: str, info: dict[str, Any]) -> None:
        if event.startswith("connection.connect_"):
            self.sent = self._began
        elif event.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
            self.sent = self._began = True

    async def note_async(self, event: str, info: dict[str, Any]) -> None:
        self.note(event, info)

    def checked(self, error: httpx.RequestError) -> httpx.RequestError:
        """A failure to connect; or, where the request was sent before, the error for an answer that was lost."""
        if not self._began:
            return error
        return AnswerError("http sent the request, and failed to connect when it repeated it")


def _sender(client: httpx.Client) -> Send:
    if client.is_closed:
        raise ConfigurationError("http: the client given is closed")
    return lambda request: client.send(request, auth=None, follow_redirects=False, stream=True)


def _async_sender(client: httpx.AsyncClient) -> AsyncSend:
    if client.is_closed:
        raise ConfigurationError("http: the client given is closed")
    return lambda request: client.send(request, auth=None, follow_redirects=False, stream=True)


def _fetched(send: Send, request: httpx.Request, most_bytes: int, deadline: float | None) -> Answer:
    """The answer to a request, read to its end within the bounds."""
    with _Arriving() as arriving:
        response, body = arriving.response, arriving.body = send(request), bytearray()
        # A mock or a hook may have read the body already.
        has_been_read = response.is_closed
        try:
            for piece in () if has_been_read else response.iter_raw():
                left(deadline, httpx.ReadTimeout)
                body += piece
                if len(body) > most_bytes:
                    raise too_long(most_bytes)
        finally:
            response.close()
        return _whole(response, None if has_been_read else bytes(body))


async def _async_fetched(send: AsyncSend, request: httpx.Request, most_bytes: int, arriving: "_Arriving") -> Answer:
    """The answer to a request, read to its end within the bound; the caller applies the deadline."""
    from anyio import CancelScope  # noqa: PLC0415

    response, body = arriving.response, arriving.body = await send(request), bytearray()
    has_been_read = response.is_closed
    try:
        if not has_been_read:
            # To break out of the loop would leave iterators of httpx and httpcore unfinished, of which trio warns.
            with CancelScope() as reading:
                async for piece in response.aiter_raw():
                    body += piece
                    if reading.cancel_called:
                        break
                    if len(body) > most_bytes:
                        reading.cancel()
            if len(body) > most_bytes:
                raise too_long(most_bytes)
    finally:
        await response.aclose()
    return _whole(response, None if has_been_read else bytes(body))


class _Arriving(Incoming):
    """An answer that an HTTP client or transport of the caller's is reading."""

    def __init__(self) -> None:
        self.response: httpx.Response | None = None
        self.body = bytearray()

    def begun(self) -> Answer | None:
        if self.response is None:
            return None
        body = b"" if "content-encoding" in self.response.headers else bytes(self.body)
        return Answer(self.response.status_code, self.response.headers.raw, body)


def _whole(response: httpx.Response, body: bytes | None) -> Answer:
    """The answer in a response, with this body, as it came, or else with the one that httpx has decompressed."""
    packed = body is not None and "content-encoding" in response.headers
    content = response.content if body is None else body
    return Answer(response.status_code, response.headers.raw, content, packed=packed)


def _alone(request: Request) -> Request:
    """A copy of a request that asks the server to close the connection after the answer."""
    kept = [header for header in request.headers if header[0].lower() != b"connection"]
    return request._replace(headers=[*kept, (b"Connection", b"close")])


def _for_httpx(request: Request, deadline: float | None, *, hide: bool = False) -> httpx.Request:
    """A request of httpx. `hide` keeps the signature out of its URL, and leaves it to the extension `target`."""
    rest = left(deadline, httpx.ConnectTimeout)
    sent = request.target + request.signature
    root = f"{request.origin.scheme}://{request.origin.authority.decode('ascii')}"
    url = httpx.URL(root).copy_with(raw_path=request.target if hide else sent)
    if not hide and url.raw_path != sent:
        raise ConfigurationError("httpx would change the query after signing it, so it is not sent")
    extensions: dict[str, Any] = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), rest)}
    if hide:
        extensions["target"] = sent
    headers, content = list(request.headers), request.body or None
    return httpx.Request(request.method, url, headers=headers, content=content, extensions=extensions)


def _of_httpcore(request: "httpcore.Request", content: bytes) -> tuple[Request, float | None]:
    """A request in our form, and its deadline, from the one that httpx's transport passes on."""
    url = request.url
    origin = Origin.of(httpx.URL(scheme=url.scheme.decode(), host=url.host.decode(), port=url.port))
    extensions = cast("dict[str, Any]", request.extensions)  # pyright: ignore[reportUnknownMemberType]
    seconds = extensions.get("timeout", {}).get("read")
    headers = [header for header in request.headers if header[0].lower() != b"transfer-encoding"]
    if len(headers) != len(request.headers):
        # A recorder rebuilt the request with a body in chunks, which is whole here.
        headers.append((b"Content-Length", b"%d" % len(content)))
    ours = Request(request.method.decode("ascii"), origin, url.target, headers, content)
    return ours, None if seconds is None else time.monotonic() + seconds


def _for_httpcore(answer: Answer) -> "httpcore.Response":
    import httpcore  # noqa: PLC0415

    extensions = {"http_version": b"HTTP/1.1"}
    return httpcore.Response(
        answer.status_code, headers=list(answer.raw_headers), content=answer.content, extensions=extensions
    )


def _is_patched(client: Any, handle: object, pool_method: str) -> bool:
    """Whether a recorder, mock or trace has replaced a method on the way of a request through httpx and httpcore."""
    httpcore = sys.modules.get("httpcore")
    pool, _, method = pool_method.partition(".")
    beneath = httpcore is None or _is_original(getattr(getattr(httpcore, pool), method), _home(httpcore))
    return not (beneath and _is_original(handle, _HTTPX)) or _is_choice_patched(client)


def _is_choice_patched(client: Any) -> bool:
    """Whether another library has replaced the method by which an httpx client chooses a transport."""
    return not _is_original(client._transport_for_url, _HTTPX)  # noqa: SLF001


def _is_original(method: object, home: str) -> bool:
    """Whether a method is a package's own, by the file of its code: a wrapper can copy the name, but not that."""
    return type(method) is FunctionType and method.__code__.co_filename.startswith(home)


def _home(package: Any) -> str:
    return str(Path(package.__file__).parent)
