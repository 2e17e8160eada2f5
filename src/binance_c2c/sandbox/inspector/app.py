"""The inspector's page and the routes it speaks to, for this machine and this page alone."""

from __future__ import annotations

import json
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from binance_c2c.sandbox.extra import extra
from binance_c2c.sandbox.faults import FaultKind
from binance_c2c.sandbox.inspector.api import control
from binance_c2c.sandbox.inspector.moves import move
from binance_c2c.sandbox.inspector.stream import Events
from binance_c2c.sandbox.inspector.views import detail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.sandbox import Sandbox

_FILES = {
    "/": ("index.html", "text/html"),
    "/-/inspector.css": ("inspector.css", "text/css"),
    "/-/inspector.js": ("inspector.js", "text/javascript"),
    "/-/icon.svg": ("icon.svg", "image/svg+xml"),
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HOSTS = {"127.0.0.1", "localhost"}


def is_for_console(path: str) -> bool:
    """Whether a path is the console's. The exchange has none of these."""
    return path == "/" or path.startswith("/-/")


def objection(method: str, path: str, headers: Mapping[str, str]) -> str | None:
    """Why a request is not answered: it comes, or may come, from a page of somebody else.

    A name that its owner points at 127.0.0.1 shows in `Host`, another origin in the two headers that no script can set.
    """
    host = headers.get("host", "")
    if host.partition(":")[0] not in _HOSTS:
        return "Host: 127.0.0.1 or localhost is expected"
    if headers.get("origin", f"http://{host}") != f"http://{host}":
        return "Origin: this page's own is expected"
    # Anybody may link to the page itself.
    if path != "/" and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return "Sec-Fetch-Site: same-origin is expected"
    if method == "POST" and headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return "Content-Type: application/json is expected"
    return None


class Console:
    """An ASGI application. `hang_up` ends the connection of a client."""

    def __init__(self, sandbox: Sandbox, hang_up: Callable[[tuple[str, int]], None]) -> None:
        with extra():
            from starlette.responses import Response, StreamingResponse  # noqa: PLC0415
            from starlette.routing import Route, Router  # noqa: PLC0415
        self._response, self._streaming = Response, StreamingResponse
        self._sandbox = sandbox
        self._hang_up = hang_up
        self._events = Events(sandbox.journal)
        self._router: ASGIApp = Router(
            [
                *(Route(path, self._file) for path in _FILES),
                Route("/-/events", self._stream),
                Route("/-/overview", self._overview),
                Route("/-/requests/{number:int}", self._request),
                Route("/-/moves", self._move, methods=["POST"]),
                Route("/-/control/{name}", self._control, methods=["POST"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, if nothing is to be said against it."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        against = objection(scope["method"], scope["path"], headers)
        if against is None:
            await self._router(scope, receive, send)
        else:
            await self._json({"error": against}, 403)(scope, receive, send)

    def close(self) -> None:
        """End the streams, which would last for ever. From any thread."""
        self._events.close()

    async def _file(self, request: Request) -> Response:
        name, media_type = _FILES[request.url.path]
        content = (files("binance_c2c.sandbox.inspector") / "static" / name).read_bytes()
        return self._response(content, headers=_HEADERS, media_type=media_type)

    async def _stream(self, request: Request) -> Response:
        hang_up = partial(self._hang_up, request.scope["client"])
        events = self._events.stream(request.headers.get("last-event-id", ""), hang_up)
        return self._streaming(events, headers=_HEADERS, media_type="text/event-stream")

    async def _overview(self, _: Request) -> Response:
        faults = cast("Json", json.loads(control(self._sandbox, "faults.list", b"").body))
        kinds = [{"name": kind, "seconds": kind.seconds, "status": kind.status} for kind in FaultKind]
        return self._json({**self._sandbox.overview(), **faults, "fault_kinds": kinds}, 200)

    async def _request(self, request: Request) -> Response:
        record = self._sandbox.journal.get(request.path_params["number"])
        if record is None:
            return self._json({"error": "the journal has forgotten this request"}, 404)
        return self._json(detail(record, self._sandbox.journal.keyring), 200)

    async def _move(self, request: Request) -> Response:
        status, payload = move(self._sandbox, await request.body())
        self._events.changed()
        return self._json(payload, status)

    async def _control(self, request: Request) -> Response:
        answer = control(self._sandbox, request.path_params["name"], await request.body())
        self._events.changed()
        return self._json(cast("Json", json.loads(answer.body)), answer.status)

    def _json(self, payload: Json, status: int) -> Response:
        return self._response(json.dumps(payload), status, _HEADERS, "application/json")
