"""The sandbox as an `httpx` transport: no port, no thread, the same bytes."""

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
    """For `httpx.Client(transport=…)` and `httpx.AsyncClient(transport=…)`. Answers for every host.

    `sleep` takes the seconds that a fault delays an answer. A test that does not want to wait passes one that moves a
    clock. For an async client it is called in a thread.
    """

    def __init__(self, sandbox: Sandbox, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._sandbox = sandbox
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer at once, or after the delay of a fault."""
        answer = self._answer(request, request.read())
        seconds = _wait(request, answer)
        if seconds:
            self._sleep(seconds)
        return _carried(request, answer)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer at once, or after the delay of a fault."""
        answer = self._answer(request, await request.aread())
        seconds = _wait(request, answer)
        if seconds:
            # Comes with httpx, and works on any event loop.
            from anyio.to_thread import run_sync  # noqa: PLC0415

            await run_sync(self._sleep, seconds, abandon_on_cancel=True)
        return _carried(request, answer)

    def serving_chat(self) -> AbstractContextManager[object]:
        """Serve the chat on a loopback port: for a stream, which is not carried by HTTP, while it lasts.

        All clients of the sandbox share the port, and one that `serve` or `serve_chat` has opened is used as it is.
        """
        return share_frames(self._sandbox.chat)

    def _answer(self, request: httpx.Request, body: bytes) -> Answer:
        # `url.query` is what a socket would get; `url.params` would decode it and encode it anew.
        return self._sandbox.handle(request.method, request.url.path, request.url.query, dict(request.headers), body)


def _patience(request: httpx.Request) -> float:
    timeout = request.extensions.get("timeout", {}).get("read")
    return float("inf") if timeout is None else timeout


def _wait(request: httpx.Request, answer: Answer) -> float:
    return min(answer.delay, _patience(request))


def _carried(request: httpx.Request, answer: Answer) -> httpx.Response:
    """The response that a connection would bring. Raises where the connection would break, or the time be over."""
    if answer.delay > _patience(request):
        message = "The read operation timed out"
        raise httpx.ReadTimeout(message, request=request)
    if answer.dropped:
        message = "Server disconnected without sending a response."
        raise httpx.RemoteProtocolError(message, request=request)
    return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)
