"""The steps of a conversation: what a driver is asked to do next."""

from typing import NamedTuple

import httpx

from binance_c2c._core.auth import Clock, Pairs
from binance_c2c._core.flow.hooks import Notify
from binance_c2c._core.limits import CheckFleet, PauseFleet
from binance_c2c._core.transport import Answer, Header, Origin
from binance_c2c_runtime import Operation

Outcome = Answer | httpx.RequestError


class Place(NamedTuple):
    """The address of an operation, in the forms that its requests need."""

    root: str
    """Scheme and authority, as they stand in a URL."""
    origin: Origin
    path: bytes
    headers: tuple[Header, ...]
    """Those that each of its requests has."""


class Send(NamedTuple):
    """A step: sign a request and send it once. Its result is the answer, or the error there was instead."""

    operation: Operation
    place: Place
    pairs: Pairs
    """Of the query, not yet encoded."""
    body: bytes | None
    deadline: float | None
    """By the clock `time.monotonic`."""

    def __repr__(self) -> str:
        return f"<Send {self.operation.id}>"


class Wait(NamedTuple):
    """A step: do nothing for so many seconds."""

    seconds: float


class LearnTime:
    """A step: ask the exchange for its time, unless another call did since the refused one was sent.

    One call at a time asks, so that calls which were refused together cause one question. The step's result is the
    outcome of the question, or None where none was needed.
    """

    def __init__(self, clock: Clock, seen: tuple[int, int], question: Send) -> None:
        self._clock = clock
        self._seen = seen
        self.question = question
        self._sent_ms = self.round_trip_ms = 0.0
        self.asked = False
        """Whether the question was sent."""

    def begin(self) -> bool:
        """Whether the question has to be sent; the caller then sends it at once."""
        if self._clock.seen != self._seen:
            return False
        # The offset learned before led to the refusal.
        self._clock.distrust()
        self.asked = True
        self._sent_ms = self._clock.ticks_ms()
        return True

    def end(self, outcome: Outcome) -> None:
        """Set the clock from the answer to the question."""
        received_ms, sent_ms, server_ms = self._clock.ticks_ms(), self._sent_ms, None
        if isinstance(outcome, Answer):
            from binance_c2c._core.flow.decode import server_time  # noqa: PLC0415 - loaded with the first answer

            # Waiting for a connection was no part of the round trip.
            sent_ms += outcome.waited * 1000
            server_ms = server_time(outcome)
        self.round_trip_ms = received_ms - sent_ms
        self._clock.learn(server_ms, sent_ms, received_ms)


Step = Send | Wait | LearnTime | Notify | CheckFleet | PauseFleet
