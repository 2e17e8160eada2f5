"""How an account has traded so far: what others judge it by, and what conditions of ads are held against."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange.markets import Side

_MONTH_MS = 30 * 86_400_000
_RATE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Deed:
    """The account's part in one order that is over."""

    ended_ms: int
    side: Side
    asset: str
    amount: Decimal
    partner: str
    completed: bool


@dataclass(slots=True)
class Tally:
    """Sums over deeds."""

    bought: int = 0
    """Completed orders in which the account bought."""
    sold: int = 0
    failed: int = 0
    """Orders that the account did not bring to an end."""
    volumes: dict[tuple[Side, str], Decimal] = field(default_factory=dict[tuple["Side", str], Decimal])
    """Coins traded, by side and coin."""
    partners: Counter[str] = field(default_factory=Counter[str])
    """Completed orders, by the other account's name."""

    @property
    def completed(self) -> int:
        """Completed orders of both sides."""
        return self.bought + self.sold

    @property
    def rate(self) -> Decimal:
        """The share that was completed, from 0 to 1. Who has not traded has not failed either."""
        if not self.completed + self.failed:
            return Decimal(1)
        return (Decimal(self.completed) / (self.completed + self.failed)).quantize(_RATE, ROUND_HALF_UP)

    def count(self, deed: Deed, times: int) -> None:
        """Add a deed once, or take it away with -1."""
        if not deed.completed:
            self.failed += times
            return
        if deed.side == "BUY":
            self.bought += times
        else:
            self.sold += times
        self.partners[deed.partner] += times
        traded = deed.side, deed.asset
        self.volumes[traded] = self.volumes.get(traded, Decimal(0)) + times * deed.amount


@dataclass(slots=True)
class Record:
    """Two tallies. An account comes with some trades behind it, which count as if they were made every month anew."""

    ever: Tally = field(default_factory=Tally)
    month: Tally = field(default_factory=Tally)
    recent: deque[Deed] = field(default_factory=deque[Deed])

    def note(self, deed: Deed) -> None:
        """One more order is over."""
        self.ever.count(deed, 1)
        self.month.count(deed, 1)
        self.recent.append(deed)

    def last_30_days(self, now_ms: int) -> Tally:
        """What was done in the last 30 days. What is older is forgotten here, so that nothing is summed up anew."""
        while self.recent and self.recent[0].ended_ms < now_ms - _MONTH_MS:
            self.month.count(self.recent.popleft(), -1)
        return self.month
