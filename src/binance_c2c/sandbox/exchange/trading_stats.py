"""The trading statistics of an account: shown to others, and checked by the conditions of ads."""

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
class FinishedOrder:
    """An order that is over, as one of its two accounts counts it."""

    ended_ms: int
    side: Side
    asset: str
    amount: Decimal
    partner: str
    """Name of the other account."""
    completed: bool


@dataclass(slots=True)
class Totals:
    """Sums over finished orders."""

    bought: int = 0
    """Completed orders in which the account bought."""
    sold: int = 0
    failed: int = 0
    """Orders that the account did not complete."""
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
        """The share of orders that was completed, from 0 to 1; 1 for an account without orders."""
        if not self.completed + self.failed:
            return Decimal(1)
        return (Decimal(self.completed) / (self.completed + self.failed)).quantize(_RATE, ROUND_HALF_UP)

    def add(self, order: FinishedOrder, times: int = 1) -> None:
        """Count a finished order, or take it out again with `times=-1`."""
        if not order.completed:
            self.failed += times
            return
        if order.side == "BUY":
            self.bought += times
        else:
            self.sold += times
        self.partners[order.partner] += times
        traded = order.side, order.asset
        self.volumes[traded] = self.volumes.get(traded, Decimal(0)) + times * order.amount


@dataclass(slots=True)
class TradingStats:
    """Totals of all time and of the last 30 days. Trades that an account starts with always count in both."""

    all_time: Totals = field(default_factory=Totals)
    last_month: Totals = field(default_factory=Totals)
    recent: deque[FinishedOrder] = field(default_factory=deque[FinishedOrder])

    def add(self, order: FinishedOrder) -> None:
        """Count one more finished order."""
        self.all_time.add(order)
        self.last_month.add(order)
        self.recent.append(order)

    def last_30_days(self, now_ms: int) -> Totals:
        """Totals of the last 30 days. Subtracts what has become older, so that nothing is summed up again."""
        while self.recent and self.recent[0].ended_ms < now_ms - _MONTH_MS:
            self.last_month.add(self.recent.popleft(), -1)
        return self.last_month
