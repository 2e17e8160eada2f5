"""Serves the sandbox and its inspector over HTTP, by default only to this machine, with uvicorn in a thread."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING

from binance_c2c.sandbox.chat import LOOPBACK, listen, serve_frames
from binance_c2c.sandbox.gateway import (
    ANY_ADDRESS,
    HOST_PLACEHOLDER,
    LARGEST_PICTURE,
    LOOPBACK_NAMES,
    is_picture,
    require_extra,
    why_cross_site,
)
from binance_c2c.sandbox.inspector import Inspector, is_for_inspector

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from types import FrameType

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send
    from uvicorn import Server

    from binance_c2c.sandbox.sandbox import Sandbox

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with an argument
OnRefused = Callable[[str, str, int, str], object]
"""Called for a request that was refused before the exchange saw it, with method, path, status and reason."""
MOST_BODY_BYTES = 1_048_576
"""The most bytes of a request's body. A longer body is refused with status 413."""
_PICTURE_CONTROL = "/-/control/moves.send_picture"
"""Takes a picture as base64 in JSON."""
MOST_SKIPPED_BYTES = 64 * MOST_BODY_BYTES
"""How much of a too long body is read and discarded, so that its sender gets to read the refusal."""
# SIGHUP comes when a terminal is closed; Windows has SIGBREAK instead.
_STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
# Python runs signal handlers between two bytecodes: a signal that comes just before a wait is handled after it.
_POLL_SECONDS = 0.1
# Longer than clients pause between requests: a connection closed during a POST would look like a lost answer.
_KEEP_ALIVE_SECONDS = 75
_SHUTDOWN_SECONDS = 1


@contextmanager
def serve(
    sandbox: Sandbox,
    port: int = 0,
    *,
    host: str = LOOPBACK,
    names: Iterable[str] = (),
    chat_port: int = 0,
    on_refused: OnRefused | None = None,
) -> Generator[str]:
    """Serve HTTP while the context lasts. Yields the base URL.

    Args:
        sandbox: The exchange to serve.
        port: The port to listen on; 0 for a free one.
        host: The address to listen on; `0.0.0.0` and `::` mean all addresses of this machine. Anyone who can reach it
            may use the sandbox, whose keys are no secret.
        names: Host names by which other machines reach this one. Requests with another name in `Host` are refused. If
            it listens on all addresses, any IP address is allowed as well.
        chat_port: The port of the chat, which is served as by `serve_chat`; 0 for a free one.
        on_refused: Called for each request that is refused before the exchange sees it, in the server's thread.

    Raises:
        OSError: A port is taken, or `host` is no address of this machine.

    """
    with require_extra():
        import uvicorn  # noqa: PLC0415

    hosts = LOOPBACK_NAMES | {name.lower() for name in names}
    if host != LOOPBACK:
        hosts |= {ANY_ADDRESS if host in _EVERYWHERE else _in_url(host).lower()}
    app = _App(sandbox, hosts, on_refused)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # There is no proxy in front, so clients could write anything into `X-Forwarded-For`.
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    app.server = server = uvicorn.Server(config)
    with listen(host, port) as listening:
        number = listening.getsockname()[1]
        base_url = f"http://{LOOPBACK if host in _EVERYWHERE else _in_url(host)}:{number}"
        url_for_clients = base_url if host == LOOPBACK else f"http://{HOST_PLACEHOLDER}:{number}"
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="binance-c2c-sandbox")
        thread.start()
        try:
            # The socket listens already: clients that connect before uvicorn runs wait in its backlog.
            with (
                serve_frames(sandbox.chat, chat_port, host, hosts),
                sandbox.chat.at(uploads=url_for_clients, pictures=url_for_clients),
            ):
                yield base_url
        finally:
            app.end()
            server.should_exit = True
            thread.join()


@contextmanager
def serve_chat(sandbox: Sandbox, port: int = 0) -> Generator[str]:
    """Serve only the chat, on 127.0.0.1 while the context lasts, for clients in this process. Yields its URL.

    Chat credentials contain this URL meanwhile. Raises `OSError` if the port is taken.
    """
    with serve_frames(sandbox.chat, port) as url:
        yield url


def _in_url(host: str) -> str:
    """The address as the host of a URL."""
    return f"[{host}]" if ":" in host else host


def serve_forever(
    sandbox: Sandbox,
    port: int,
    on_ready: Callable[[str], object],
    *,
    host: str = LOOPBACK,
    names: Iterable[str] = (),
    chat_port: int = 0,
    on_refused: OnRefused | None = None,
) -> None:
    """Serve as `serve` does, until SIGINT, SIGTERM or SIGHUP. Calls `on_ready` with the base URL; prints nothing.

    Call it from the main thread, as Python demands for signal handlers.
    """
    received: list[int] = []

    def on_signal(number: int, _: FrameType | None) -> None:
        received.append(number)

    numbers = [getattr(signal, name) for name in _STOP_SIGNALS if hasattr(signal, name)]
    previous = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        serving = serve(sandbox, port, host=host, names=names, chat_port=chat_port, on_refused=on_refused)
        with serving as base_url:
            on_ready(base_url)
            while not received:
                time.sleep(_POLL_SECONDS)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def objection(
    method: str, path: str, headers: Mapping[str, str], hosts: AbstractSet[str] = LOOPBACK_NAMES
) -> str | None:
    """Why a request may come from a web page of another site, and is refused; None if it is not refused.

    Such a page must not use the inspector's API, nor use up the rate limits with the sandbox's keys, which are public.
    """
    # Other pages may link to the inspector's page.
    why = why_cross_site(headers, hosts, allow_links=path == "/")
    if why is not None:
        return why
    is_json = headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    if is_for_inspector(path) and method not in {"GET", "HEAD"} and not is_json:
        return "Content-Type: application/json is expected"
    return None


def _most_bytes(path: str) -> int:
    """The most bytes that the body of a request for this path may have."""
    if path == _PICTURE_CONTROL:
        return 2 * LARGEST_PICTURE
    return LARGEST_PICTURE if is_picture(path) else MOST_BODY_BYTES


async def _read_body(receive: Receive, most: int) -> bytes | None:
    """The body of a request; None if it is too long.

    Raises `_HungUpError` if the client hangs up before its end.
    """
    parts, size = list[bytes](), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _HungUpError
        part = message["body"]
        size += len(part)
        if size <= most:
            parts.append(part)
        if not message["more_body"] or size > MOST_SKIPPED_BYTES:
            return b"".join(parts) if size <= most else None


class _HungUpError(Exception):
    """The client has closed the connection before it got an answer."""


class _App:
    """The ASGI application: checks the origin of requests, and passes them to the exchange or the inspector."""

    server: Server

    def __init__(self, sandbox: Sandbox, hosts: AbstractSet[str], on_refused: OnRefused | None = None) -> None:
        with require_extra():
            from starlette.responses import Response  # noqa: PLC0415
        self._response = Response
        self._sandbox = sandbox
        self._inspector = Inspector(sandbox)
        self._hosts = hosts
        self._on_refused = on_refused
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clients = set[tuple[str, int]]()
        """Host and port of each client that waits for an answer."""
        self._is_ending = False

    def end(self) -> None:
        """Close all connections that wait: event streams have no end, and the delay of a fault may be long."""
        self._is_ending = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._hang_up_all)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        client: tuple[str, int] = tuple(scope["client"])
        self._loop = asyncio.get_running_loop()
        self._clients.add(client)
        try:
            if self._is_ending:
                self._hang_up(client)
            response = await self._answer(scope, receive)
            if response is None:
                self._hang_up(client)
                # Wait until the server knows that the connection is closed: on an earlier return it would answer 500.
                await receive()
            else:
                await response(scope, receive, send)
        except _HungUpError:
            pass
        finally:
            self._clients.discard(client)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        """The answer to one request; None to close the connection without one."""
        method, path = scope["method"], scope["path"]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        why = objection(method, path, headers, self._hosts)
        if why is not None:
            return self._refuse(method, path, 403, why)
        most = _most_bytes(path)
        body = await _read_body(receive, most)
        if body is None:
            why = f"the body is longer than {most} bytes, the most that this sandbox reads"
            return self._refuse(method, path, 413, why)
        if is_for_inspector(path):
            return self._inspector.answer(method, path, headers, body)
        # `query_string` has the bytes as they came over the socket.
        answer = self._sandbox.handle(method, path, scope["query_string"], headers, body)
        if answer.delay:
            with suppress(TimeoutError):
                async with asyncio.timeout(answer.delay):
                    # The request was read to its end, so this returns only when the client hangs up.
                    await receive()
                    return None
        return None if answer.dropped else self._response(answer.body, answer.status, dict(answer.headers))

    def _refuse(self, method: str, path: str, status: int, why: str) -> Response:
        if self._on_refused is not None:
            self._on_refused(method, path, status, why)
        # `code` and `msg` are for programs that expect the exchange, `error` is for the inspector's page.
        content = json.dumps({"code": -status, "msg": why, "error": why})
        return self._response(content, status, {"Connection": "close"}, "application/json")

    def _hang_up_all(self) -> None:
        for client in tuple(self._clients):
            self._hang_up(client)

    def _hang_up(self, client: tuple[str, int]) -> None:
        """Close a client's connection at once, without an answer, if it is still open."""
        # ASGI has no message for this, so it goes through the connections of the running server.
        for connection in tuple(self.server.server_state.connections):
            if connection.transport.get_extra_info("peername")[:2] == client:
                connection.transport.abort()
