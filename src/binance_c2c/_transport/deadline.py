"""A call's deadline, held inside its attempts too: a server that answers in drips gets no more time than another.

A thread cannot be interrupted, so there each step is given what is left (`within`, `left`). A task can be: `Progress`
follows it and says, should it be cut off, whether the request had begun to go out.
"""

import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

_DEPARTS = ".send_request_headers.started"


class _Here(threading.local):
    until: float | None = None


_here = _Here()


@contextmanager
def within(seconds: float | None) -> Generator[None]:
    """Whatever this thread does meanwhile has `seconds` for all of it. None is no bound."""
    before, _here.until = _here.until, None if seconds is None else time.monotonic() + seconds
    try:
        yield
    finally:
        _here.until = before


def left(seconds: float | None = None) -> float | None:
    """What is left of this thread's time, or `seconds` where that is less; 0.0 when it is over, None without bound."""
    if _here.until is None:
        return seconds
    rest = max(0.0, _here.until - time.monotonic())
    return rest if seconds is None else min(rest, seconds)


class BoundedAuth(httpx.Auth):
    """A signer under which the answers of a transport that is not ours end with the thread's time.

    Between two pieces of a body the time is looked at: a piece may be waited for once, and no further one is.
    """

    def __init__(self, signer: httpx.Auth) -> None:
        self._signer = signer

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        steps = self._signer.sync_auth_flow(request)
        try:
            response = yield next(steps)
            while True:
                try:
                    following = steps.send(bounded(response))
                except StopIteration:
                    return
                response = yield following
        finally:
            steps.close()


def bounded(response: httpx.Response) -> httpx.Response:
    """The same answer, whose body breaks off when the thread's time is over."""
    response.stream = _BoundedStream(response.stream)
    return response


class _BoundedStream(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if left() == 0.0:
                message = "the deadline is over"
                raise httpx.ReadTimeout(message)
            yield piece

    def close(self) -> None:
        self._stream.close()


class Departure:
    """How long a request waited for a connection, which a clock that is set by its round trip must not count.

    As `trace` of the request for threads; a task's goes by `Progress`, which hears the same of the transport. From one
    that reports nothing there is nothing to subtract.
    """

    EXTENSION = "departure"

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self.waited_ms = 0.0

    def trace(self, event: str, info: dict[str, Any]) -> None:
        del info
        if event.endswith(_DEPARTS):
            self.waited_ms = (time.monotonic() - self._begun) * 1000


class Progress:
    """Follows an attempt of a task: which of its requests is under way, and whether that one may have gone out.

    `traced` says that the transport is known to report each step, as httpcore does through the extension `trace`: what
    it has not reported has not happened. Any other is believed to have sent until it reports a connection being made.
    """

    def __init__(self, *, traced: bool, is_closed: Callable[[], bool]) -> None:
        self._traced = traced
        self._is_closed = is_closed
        self._request: httpx.Request | None = None
        self._sent = False

    def follow(self, request: httpx.Request) -> httpx.Request:
        """`request` is next; what becomes of it is to be reported here."""
        request.extensions["trace"] = self._trace
        self._request, self._sent = request, not self._traced
        return request

    def answered(self, response: httpx.Response) -> None:
        """Read to its end: if the signer goes on, it was refused for its clock and waits its turn to ask."""
        self._sent = not response.is_closed

    def ended(self) -> None:
        """The last answer is there, though perhaps not its body."""
        self._sent = True

    async def _trace(self, event: str, info: dict[str, Any]) -> None:
        departure = self._request.extensions.get(Departure.EXTENSION) if self._request is not None else None
        if departure is not None:
            departure.trace(event, info)
        if event.endswith(_DEPARTS):
            self._sent = True
        elif event.startswith("connection.connect_"):
            self._sent = False
            if self._is_closed():
                # A pool that was closed opens new connections for those who wait for one.
                message = "closed"
                raise httpx.ConnectError(message, request=self._request)

    def cut_off(self) -> httpx.TimeoutException:
        """What it means that the attempt ended here."""
        kind = httpx.ReadTimeout if self._sent else httpx.ConnectTimeout
        return kind("the deadline is over", request=self._request)


class FollowedAuth(httpx.Auth):
    """A signer whose requests are followed through a client of httpx's."""

    def __init__(self, signer: httpx.Auth, progress: Progress) -> None:
        self._signer = signer
        self._progress = progress

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        steps = self._signer.async_auth_flow(request)
        try:
            following = await anext(steps)
            while True:
                response = yield self._progress.follow(following)
                if response.is_error:
                    # A refusal for the clock has to be whole, for what follows it is no part of a write.
                    await response.aread()
                self._progress.answered(response)
                try:
                    following = await steps.asend(response)
                except StopAsyncIteration:
                    self._progress.ended()
                    return
        finally:
            await steps.aclose()
