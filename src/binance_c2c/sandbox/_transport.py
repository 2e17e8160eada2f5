"""The sandbox as an `httpx` transport: no port, no thread, the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from ._sandbox import Sandbox


class SandboxTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """For `httpx.Client(transport=…)` and `httpx.AsyncClient(transport=…)`. Answers for every host."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer at once."""
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer at once."""
        return self._answer(request, await request.aread())

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        # `url.query` is what a socket would get; `url.params` would decode it and encode it anew.
        answer = self._sandbox.handle(request.method, request.url.path, request.url.query, dict(request.headers), body)
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)
