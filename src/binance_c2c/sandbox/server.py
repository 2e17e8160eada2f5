"""The sandbox on a loopback port, by starlette and uvicorn, in a thread of its own."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from binance_c2c.sandbox.extra import extra
from binance_c2c.sandbox.inspector import Console, is_for_console

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

    from starlette.types import ASGIApp, Receive, Scope, Send
    from uvicorn import Server

    from binance_c2c.sandbox.sandbox import Sandbox

_HOST = "127.0.0.1"
# Longer than a client rests between two requests: a connection closed under a POST would look like a lost answer.
_KEEP_ALIVE_SECONDS = 75
_SHUTDOWN_SECONDS = 1


@contextmanager
def serve(sandbox: Sandbox, port: int = 0) -> Generator[str]:
    """Answer on 127.0.0.1 while the context lasts; port 0 takes a free one. Gives the base URL.

    Raises `OSError` where the port is taken.
    """
    with extra():
        import uvicorn  # noqa: PLC0415

    def hang_up(client: tuple[str, int]) -> None:
        _hang_up(server, client)

    console = Console(sandbox, hang_up)
    app = _app(sandbox, console, hang_up)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    server = uvicorn.Server(config)
    with socket.create_server((_HOST, port)) as listening:
        # Head and body of an answer go out one by one, and the second must not wait for the client to acknowledge the
        # first, which takes 40 ms. Accepted connections inherit it; asyncio does not set it for a socket made so.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="binance-c2c-sandbox")
        thread.start()
        try:
            # The socket listens already: who connects before uvicorn is up waits in its backlog.
            yield f"http://{_HOST}:{listening.getsockname()[1]}"
        finally:
            console.close()
            server.should_exit = True
            thread.join()


def serve_forever(sandbox: Sandbox, port: int, on_ready: Callable[[str], object]) -> None:
    """Answer on 127.0.0.1 until SIGINT or SIGTERM. Calls `on_ready` with the base URL; prints nothing.

    To be called from the main thread, as everything that listens to signals.
    """
    # Unlike an `Event`, its `put` may interrupt its own `get` in the same thread.
    stop = SimpleQueue[int]()

    def on_signal(number: int, _: FrameType | None) -> None:
        stop.put(number)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with serve(sandbox, port) as base_url:
            on_ready(base_url)
            stop.get()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _hang_up(server: Server, client: tuple[str, int]) -> None:
    """End a connection without another byte."""
    # HTTP has no word for this, so ASGI has none. A server that is running knows its connections.
    transports = (connection.transport for connection in server.server_state.connections)
    next(transport for transport in transports if transport.get_extra_info("peername") == client).abort()


def _app(sandbox: Sandbox, console: Console, hang_up: Callable[[tuple[str, int]], None]) -> ASGIApp:
    with extra():
        from starlette.requests import Request  # noqa: PLC0415
        from starlette.responses import Response  # noqa: PLC0415

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # What speaks another protocol than HTTP would branch off here.
        if is_for_console(scope["path"]):
            await console(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await request.body()
        # `query_string` holds the bytes as they came over the socket.
        answer = sandbox.handle(request.method, scope["path"], scope["query_string"], dict(request.headers), body)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.dropped:
            hang_up(tuple(scope["client"]))
            # What the server sees of it in the end. Had we returned before, it would answer 500.
            await receive()
            return
        await Response(answer.body, answer.status, dict(answer.headers))(scope, receive, send)

    return app
