"""A merchant's three switches: business, rest and presence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.refusals import RefusedError

# How long a rest lasts was never published.
REST_MS = 24 * 60 * 60 * 1000


class BusinessStatus(IntEnum):
    """How the switches are told to their owner."""

    OPEN = 1
    CLOSED = 2
    ON_BREAK = 3


@dataclass(slots=True)
class Shop:
    """How the switches of one account stand."""

    is_open: bool = True
    is_present: bool = True
    """What others see; ads are shown all the same."""
    rest_ends_ms: int | None = None

    @property
    def is_resting(self) -> bool:
        """Whether there is a rest, as of the last time that passed."""
        return self.rest_ends_ms is not None

    @property
    def trades(self) -> bool:
        """Whether the ads are shown and can be taken."""
        return self.is_open and not self.is_resting

    @property
    def status(self) -> BusinessStatus:
        """Business and rest in one word."""
        if self.is_resting:
            return BusinessStatus.ON_BREAK
        return BusinessStatus.OPEN if self.is_open else BusinessStatus.CLOSED

    def pass_time(self, now_ms: int) -> None:
        """A rest that is over has ended by itself."""
        if self.rest_ends_ms is not None and self.rest_ends_ms <= now_ms:
            self.rest_ends_ms = None

    def refuse_at_rest(self) -> None:
        """Refuse what has to do with the ads of a merchant who rests."""
        if self.is_resting:
            raise RefusedError(codes.MERCHANT_RESTING)

    def do_business(self, *, is_open: bool) -> None:
        """Open or close; not during a rest."""
        self._refuse_before_end()
        self.is_open = is_open

    def start_rest(self, now_ms: int) -> int:
        """Rest, one rest at a time. Returns when it ends by itself."""
        self._refuse_before_end()
        self.rest_ends_ms = now_ms + REST_MS
        return self.rest_ends_ms

    def end_rest(self) -> None:
        """Be back, if there was a rest at all."""
        self.rest_ends_ms = None

    def _refuse_before_end(self) -> None:
        if self.is_resting:
            raise RefusedError(codes.REST_NOT_ENDED)
