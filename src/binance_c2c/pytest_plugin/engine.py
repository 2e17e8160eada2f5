"""Connects vcrpy to our tapes: it intercepts each request of a test, and replays or records the answer."""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from importlib import import_module
from typing import Any, cast

import httpx

from binance_c2c.pytest_plugin.tape import Recording, Replay, Request, Tape, sent_of

# vcrpy has type hints, but no `py.typed` file that says so.
_Base: Any = import_module("vcr.cassette").Cassette
_NotRecorded: Any = import_module("vcr.errors").CannotOverwriteExistingCassetteException
_RecordMode: Any = import_module("vcr.record_mode").RecordMode
_Request: Any = import_module("vcr.request").Request

recorded: ContextVar[int] = ContextVar("recorded", default=0)
"""How many answers were recorded in this thread or task."""


class _Cassette(_Base):  # type: ignore[misc] # vcrpy has no `py.typed` file
    """A cassette of vcrpy that leaves requests to our tape. It overrides only methods that vcrpy documents."""

    def __init__(self, tape: Tape, **settings: Any) -> None:
        super().__init__(**settings)  # pyright: ignore[reportUnknownMemberType]
        self._tape = tape

    def can_play_response_for(self, request: Any) -> bool:
        """Whether there is an answer. In a replay, which sends nothing, a missing one raises."""
        tape = self._tape
        if isinstance(tape, Recording):
            return False
        sent = sent_of(request.method, str(request.uri), _body(request).decode("utf-8", "replace"))
        if cast("Replay", tape).claim(request, sent):
            return True
        shown = _Request(sent.method, f"https://sandbox.invalid{sent.path}", None, {})
        refused = _NotRecorded(cassette=self, failed_request=shown)
        refused.args = (cast("Replay", tape).why_not(sent),)
        raise refused

    def play_response(self, request: Any) -> dict[str, Any]:
        """The answer that was found."""
        return cast("Replay", self._tape).claimed(request).as_vcr()

    def append(self, request: Any, response: Any) -> None:
        """Add a request and its answer to the tape."""
        headers = [(name, value) for name, values in response["headers"].items() for value in values]
        content = _unpacked(headers, response["body"]["string"])
        asked = Request(request.method, str(request.uri), list(request.headers.items()), _body(request))
        cast("Recording", self._tape).keep(asked, response["status"]["code"], headers, content)
        recorded.set(recorded.get() + 1)


def listening(tape: Tape) -> AbstractContextManager[Any]:
    """A context in which requests are answered from the tape, or recorded on it."""
    mode = _RecordMode.ALL if isinstance(tape, Recording) else _RecordMode.NONE
    entered: AbstractContextManager[Any] = _Cassette.use(
        tape=tape, path=str(tape.file), record_mode=mode, persister=_NoFiles
    )
    return entered


class RecordingTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Wraps a client or transport of the caller's, and records the answers that vcrpy does not see."""

    def __init__(self, tape: Recording, http: Any) -> None:
        self._tape = tape
        self._http = http

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send over the caller's client or transport, and record the answer."""
        before, body = recorded.get(), request.read()
        if isinstance(self._http, httpx.Client):
            response = self._http.send(request, auth=None, follow_redirects=False, stream=True)
        else:
            response = self._http.handle_request(request)
        response.read()
        if recorded.get() == before:
            self._keep(request, body, response)
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send over the caller's client or transport, and record the answer."""
        before, body = recorded.get(), await request.aread()
        if isinstance(self._http, httpx.AsyncClient):
            response = await self._http.send(request, auth=None, follow_redirects=False, stream=True)
        else:
            response = await self._http.handle_async_request(request)
        await response.aread()
        if recorded.get() == before:
            self._keep(request, body, response)
        return response

    def _keep(self, request: httpx.Request, body: bytes, response: httpx.Response) -> None:
        asked = Request(request.method, str(request.url), request.headers.multi_items(), body)
        self._tape.keep(asked, response.status_code, response.headers.multi_items(), response.content)


class _NoFiles:
    """A persister for vcrpy that reads and writes no files: the tape does."""

    @staticmethod
    def load_cassette(path: object, serializer: object) -> tuple[list[Any], list[Any]]:
        """Load nothing: the tape holds everything."""
        del path, serializer
        return [], []


def _body(request: Any) -> bytes:
    body: Any = request.body
    return body if isinstance(body, bytes) else b"" if body is None else b"".join(body)


def _unpacked(headers: list[tuple[str, str]], content: bytes) -> bytes:
    try:
        return httpx.Response(200, headers=headers, content=content).content
    except httpx.DecodingError:
        # The client reports the broken body; the recording only shows that there was one.
        return content
