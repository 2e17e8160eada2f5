"""The steps of a conversation: requests to the driver for I/O."""

from typing import NamedTuple

import httpx

from binance_c2c._core.auth import Clock, Pairs
from binance_c2c._core.flow.hooks import Notify
from binance_c2c._core.limits import CheckFleet, PauseFleet
from binance_c2c._core.transport import Answer, Header, Origin
from binance_c2c_runtime import Operation

Outcome = Answer | httpx.RequestError


class Endpoint(NamedTuple):
    """The server and path of an operation, with the headers of its requests."""

    root: str
    """Scheme and authority of the URL."""
    origin: Origin
    path: bytes
    headers: tuple[Header, ...]
    """The headers that each of its requests has."""


class Send(NamedTuple):
    """A step: sign a request and send it once. Its result is the answer, or the error if none came."""

    operation: Operation
    endpoint: Endpoint
    pairs: Pairs
    """The query parameters, not yet encoded."""
    body: bytes | None
    deadline: float | None
    """In seconds of `time.monotonic`; None for no time limit."""

    def __repr__(self) -> str:
        return f"<Send {self.operation.id}>"


class Wait(NamedTuple):
    """A step: do nothing for so many seconds."""

    seconds: float


class LearnTime:
    """A step: ask the exchange for its time, unless another call did since the refused one was sent.

    One call at a time asks, so that calls which were refused together cause one request. The step's result is the
    outcome of that request, or None if none was needed.
    """

    def __init__(self, clock: Clock, counters: tuple[int, int], request: Send) -> None:
        self._clock = clock
        self._counters = counters
        self.request = request
        self._sent_ms = self.round_trip_ms = 0.0
        self.asked = False
        """Whether the request was sent."""

    def begin(self) -> bool:
        """Begin to measure the round trip. False if no request is needed; otherwise the caller sends it at once."""
        if self._clock.counters != self._counters:
            return False
        # The time that was learned before led to the refusal.
        self._clock.distrust()
        self.asked = True
        self._sent_ms = self._clock.ticks_ms()
        return True

    def end(self, outcome: Outcome) -> None:
        """Set the clock from the answer to the request."""
        received_ms, sent_ms, server_ms = self._clock.ticks_ms(), self._sent_ms, None
        if isinstance(outcome, Answer):
            from binance_c2c._core.flow.decode import server_time  # noqa: PLC0415 - loaded with the first answer

            # The wait for a connection is not part of the round trip.
            sent_ms += outcome.waited * 1000
            server_ms = server_time(outcome)
        self.round_trip_ms = received_ms - sent_ms
        self._clock.learn(server_ms, sent_ms, received_ms)


Step = Send | Wait | LearnTime | Notify | CheckFleet | PauseFleet
