"""The sandbox as an `httpx` transport: the same bytes, without a port or a thread."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx

from binance_c2c.sandbox.chat import share_frames

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from binance_c2c.sandbox.gateway import Answer
    from binance_c2c.sandbox.sandbox import Sandbox


class SandboxTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """For `httpx.Client(transport=…)` and `httpx.AsyncClient(transport=…)`. Answers requests to any host.

    `sleep` is called with the seconds by which a fault delays an answer, for an async client in a thread. Tests that do
    not want to wait pass a function that moves a clock.
    """

    def __init__(self, sandbox: Sandbox, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._sandbox = sandbox
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer at once, or after the delay of a fault."""
        answer = self._answer(request, request.read())
        seconds = _delay(request, answer)
        if seconds:
            self._sleep(seconds)
        return _to_response(request, answer)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer at once, or after the delay of a fault."""
        answer = self._answer(request, await request.aread())
        seconds = _delay(request, answer)
        if seconds:
            # Comes with httpx, and works on any event loop.
            from anyio.to_thread import run_sync  # noqa: PLC0415

            await run_sync(self._sleep, seconds, abandon_on_cancel=True)
        return _to_response(request, answer)

    def serving_chat(self) -> AbstractContextManager[object]:
        """Serve the chat on a loopback port while the context lasts, since HTTP does not carry websockets.

        All clients of the sandbox share the port. If `serve` or `serve_chat` serves the chat already, that is used.
        """
        return share_frames(self._sandbox.chat)

    def _answer(self, request: httpx.Request, body: bytes) -> Answer:
        # `url.query` has the bytes that a socket would get; `url.params` would decode and encode them again.
        return self._sandbox.handle(request.method, request.url.path, request.url.query, dict(request.headers), body)


def _read_timeout(request: httpx.Request) -> float:
    timeout = request.extensions.get("timeout", {}).get("read")
    return float("inf") if timeout is None else timeout


def _delay(request: httpx.Request, answer: Answer) -> float:
    return min(answer.delay, _read_timeout(request))


def _to_response(request: httpx.Request, answer: Answer) -> httpx.Response:
    """The response that would come over a socket. Raises what httpx would if the connection broke or time ran out."""
    if answer.delay > _read_timeout(request):
        message = "The read operation timed out"
        raise httpx.ReadTimeout(message, request=request)
    if answer.dropped:
        message = "Server disconnected without sending a response."
        raise httpx.RemoteProtocolError(message, request=request)
    return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)
