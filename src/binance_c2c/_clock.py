"""The exchange's time: the local clock and how far it is off. Asks nobody; the signer tells it what it learned."""

import time
from collections.abc import Callable


class Clock:
    """Local time plus an offset.

    `now` gives seconds since 1970. Reading and learning are single steps, so threads and tasks may share a clock.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._offset_ms = 0.0
        self.readings = 0
        """How often the exchange's time was learned. Two equal numbers mean that nobody learned it in between."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, as the exchange counts them."""
        return int(self._now() * 1000 + self._offset_ms)

    def local_ms(self) -> float:
        """Milliseconds since 1970 on this machine."""
        return self._now() * 1000

    def learn(self, server_ms: int, sent_ms: float, received_ms: float) -> None:
        """Take over the exchange's time, which it read about half-way between sending and receiving."""
        self._offset_ms = server_ms - (sent_ms + received_ms) / 2
        self.readings += 1
