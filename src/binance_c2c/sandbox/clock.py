"""The sandbox's time: another clock's, and what it was moved forward since."""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MILLISECOND = timedelta(milliseconds=1)


class Clock:
    """Goes as `now` goes, which gives seconds since 1970, and can be moved forward. Never back: no order revives."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._ahead_ms = 0
        self._lock = Lock()

    @property
    def ahead(self) -> timedelta:
        """How far it was moved, all in all."""
        return timedelta(milliseconds=self._ahead_ms)

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return int(self._now() * 1000) + self._ahead_ms

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move it forward. What is due by then has happened before the next request is looked at.

        Raises:
            ValueError: The sum is negative, or beyond what a `timedelta` holds.

        """
        try:
            by = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError as error:
            message = f"a clock cannot be moved as far as that: {error}"
            raise ValueError(message) from error
        if by < timedelta(0):
            message = f"the sandbox's clock moves forward only, and by {by} is back"
            raise ValueError(message)
        with self._lock:
            self._ahead_ms += by // _MILLISECOND
