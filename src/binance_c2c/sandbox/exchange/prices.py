"""How a reference price moves by itself: a function of the time alone, so that a clock may jump as far as it likes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

TICK_MS = 5_000
"""How long a price stays as it is, in milliseconds."""

_MINUTE, _HOUR = 60_000, 3_600_000
# Period and height of each wave, the height in millionths of the price: together no more than 3.6 percent.
_WAVES = ((14 * 24 * _HOUR, 20_000), (18 * _HOUR, 10_000), (40 * _MINUTE, 4_500), (_MINUTE, 1_500))
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class PricePath:
    """A price that goes up and down around `base`: equal for equal seeds at each moment."""

    base: Decimal
    seed: str
    """Any text."""

    def at(self, moment_ms: int) -> Decimal:
        """The price at a moment, in epoch milliseconds, exactly."""
        moment_ms -= moment_ms % TICK_MS
        return self.base + self.base * sum(self._wave(moment_ms, *wave) for wave in _WAVES) / (_MILLION * _MILLION)

    def _wave(self, moment_ms: int, period_ms: int, height: int) -> int:
        """A wave at a moment, in millionths of millionths: a line from one random point to the next."""
        number, since_ms = divmod(moment_ms, period_ms)
        start, end = self._point(period_ms, number), self._point(period_ms, number + 1)
        return height * (start + (end - start) * since_ms // period_ms)

    def _point(self, period_ms: int, number: int) -> int:
        """A random whole number between minus and plus a million, the same each time."""
        digest = hashlib.blake2b(f"{self.seed}/{period_ms}/{number}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) % (2 * _MILLION + 1) - _MILLION
