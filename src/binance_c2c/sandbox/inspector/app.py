"""Serves the inspector's page and its API."""

from __future__ import annotations

import json
import re
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING

from binance_c2c.sandbox.gateway import require_extra
from binance_c2c.sandbox.inspector.api import control, faults
from binance_c2c.sandbox.inspector.stream import Events
from binance_c2c.sandbox.inspector.views import conversation, detail, overview

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

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
_NUMBER = re.compile(r"[0-9]{1,24}", re.ASCII)


def is_for_inspector(path: str) -> bool:
    """Whether a path belongs to the inspector. The exchange's API has no such paths."""
    return path == "/" or path.startswith("/-/")


class Inspector:
    """The inspector of one sandbox. Its caller has checked the origin of the requests."""

    def __init__(self, sandbox: Sandbox) -> None:
        with require_extra():
            from starlette.responses import Response, StreamingResponse  # noqa: PLC0415
        self._response, self._streaming = Response, StreamingResponse
        self._sandbox = sandbox
        self._events = Events(sandbox)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """The response to one request: a file of the page, the stream of events, or JSON."""
        name, _, rest = path.removeprefix("/-/").partition("/")
        if method == "POST" and name == "control":
            result = control(self._sandbox, rest, body)
            self._events.changed()
            return self._json(result.payload, result.status)
        if method not in {"GET", "HEAD"}:
            return self._json({"error": f"{path} does not accept {method}"}, 405)
        if path in _FILES:
            return self._file(path)
        if path == "/-/events":
            events = self._events.stream(headers.get("last-event-id", ""))
            return self._streaming(events, headers=_HEADERS, media_type="text/event-stream")
        if path == "/-/overview":
            return self._json({**self._sandbox.read_state(overview), **faults(self._sandbox)}, 200)
        if name == "chats" and _NUMBER.fullmatch(rest):
            return self._json(self._sandbox.read_state(partial(conversation, order_number=rest)), 200)
        if name == "pictures" and _NUMBER.fullmatch(rest):
            return self._picture(int(rest))
        if name == "requests" and _NUMBER.fullmatch(rest):
            return self._request(int(rest), f"http://{headers['host']}")
        return self._json({"error": "there is no such page"}, 404)

    def _file(self, path: str) -> Response:
        name, media_type = _FILES[path]
        content = (files("binance_c2c.sandbox.inspector") / "static" / name).read_bytes()
        return self._response(content, headers=_HEADERS, media_type=media_type)

    def _picture(self, number: int) -> Response:
        upload = self._sandbox.read_state(lambda exchange, _: exchange.chats.uploads.get(number))
        if upload is None or not upload.content:
            return self._json({"error": "this picture is not kept"}, 404)
        media_type = "image/png" if upload.kind == "png" else "image/jpeg"
        return self._response(upload.content, headers=_HEADERS, media_type=media_type)

    def _request(self, number: int, base_url: str) -> Response:
        entry = self._sandbox.journal.get(number)
        if entry is None:
            return self._json({"error": "this request is no longer in the journal"}, 404)
        return self._json(detail(entry, self._sandbox.journal.keyring, base_url), 200)

    def _json(self, payload: Json, status: int) -> Response:
        return self._response(json.dumps(payload), status, _HEADERS, "application/json")
