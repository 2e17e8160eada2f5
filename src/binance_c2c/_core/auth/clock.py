"""The exchange's clock as a client knows it: its last reading, carried on by the local clock. Does no I/O."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

# The largest drift between two clocks: ten times that of a quartz.
_DRIFT = 1e-4
# No exchange's clock is that far ahead, and a `datetime` can hold all times before.
YEAR_2200_MS = 7_258_118_400_000

log = logging.getLogger("binance_c2c")


class _Reading(NamedTuple):
    """One reading of the exchange's clock: its time, the local clock then, and the largest error, in milliseconds."""

    server: float
    ticks: float
    doubt: float

    def at(self, ticks: float) -> float:
        return self.server + ticks - self.ticks

    def doubt_at(self, ticks: float) -> float:
        return self.doubt + abs(ticks - self.ticks) * _DRIFT


class Clock:
    """The local clock until the exchange's time is learned, then that time, carried on by a monotonic clock.

    So setting the local clock does no harm. While the machine sleeps, the monotonic clock stands still on most systems;
    after a sleep longer than the request window the exchange refuses with -1021, and the time is corrected. Reading and
    learning are atomic, so threads and tasks may share a clock.

    `now` returns seconds since 1970, `monotonic` seconds that only increase. If only `now` is given, it serves as both.
    """

    def __init__(self, now: Callable[[], float] = time.time, monotonic: Callable[[], float] | None = None) -> None:
        self._now = now
        self._monotonic = monotonic or (time.monotonic if now is time.time else now)
        self._reading: _Reading | None = None
        self.readings = 0
        """How often the exchange's time was learned."""
        self.failures = 0
        """How often a request for it failed."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, as the exchange counts them."""
        reading = self._reading
        return int(self._now() * 1000 if reading is None else reading.at(self.ticks_ms()))

    def now(self) -> float:
        """Seconds since 1970, as the exchange counts them."""
        return self.now_ms() / 1000

    def ticks_ms(self) -> float:
        """Milliseconds on the monotonic clock. Only their differences mean something."""
        return self._monotonic() * 1000

    @property
    def offset(self) -> timedelta:
        """The time by which the exchange is ahead of the local clock; zero until the exchange's time was learned."""
        reading = self._reading
        local = self._now() * 1000
        return timedelta(milliseconds=0 if reading is None else round(reading.at(self.ticks_ms()) - local))

    def learn(self, server_ms: object, sent_ms: float, received_ms: float) -> bool:
        """Set the clock to the exchange's time, which was read between sending and receiving (`ticks_ms` of both).

        It is assumed to be the time half-way between the two, so the error is at most half of the round trip. The older
        reading is kept if its error is smaller, drift since then included. But if the two contradict each other, a
        clock was changed, and the new reading is used.

        Returns False if the exchange gave no time, or an impossible one: it is then counted as a failure.
        """
        server = _milliseconds(server_ms)
        if server is None or not 0 < server < YEAR_2200_MS:
            self.failures += 1
            return False
        new = _Reading(server, (sent_ms + received_ms) / 2, abs(received_ms - sent_ms) / 2)
        old = self._reading
        if old is None or new.doubt <= old.doubt_at(new.ticks) or _contradict(old, new):
            before = self._now() * 1000 if old is None else old.at(received_ms)
            self._reading = new
            corrected = {"correction_ms": new.at(received_ms) - before, "round_trip_ms": received_ms - sent_ms}
            log.info("clock: corrected by %+.0f ms, from a round trip of %.0f ms", *corrected.values(), extra=corrected)
        self.readings += 1
        return True

    @property
    def counters(self) -> tuple[int, int]:
        """How often learning the time succeeded and failed. While both are unchanged, no other call has asked."""
        return self.readings, self.failures

    def distrust(self) -> None:
        """Let the next measurement replace the time, however rough it is: the exchange has refused a timestamp."""
        if self._reading is not None:
            self._reading = self._reading._replace(doubt=float("inf"))


def _milliseconds(given: object) -> int | None:
    """A time of the exchange, in any of the forms in which `system.time` reads it."""
    from binance_c2c_runtime import epoch_ms, reading  # noqa: PLC0415 - loaded with the first answer

    try:
        return epoch_ms(reading.to_time(given))
    except reading.READ_ERRORS:
        return None


def _contradict(old: _Reading, new: _Reading) -> bool:
    return abs(old.at(new.ticks) - new.server) > old.doubt_at(new.ticks) + new.doubt
