"""Sums over the rows of an export: by month for the table at the end, by day for the plot."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Context, Decimal, localcontext
from operator import itemgetter
from typing import Any, Self

from binance_c2c.cli.export.rows import COLUMNS, Row
from binance_c2c.cli.shared.values import Rows, rows_of

MONTHLY = ("month", "asset", "fiat", "side", "orders", "completed", "amount", "total", "commission")
_DONE = "COMPLETED"
_HOUR = len("2026-11-27T09")
_NEARLY_AN_HOUR = timedelta(hours=1, microseconds=-1)
_UNKNOWN = "unknown"
_COUNTED_COLUMNS = ("create_time", "asset", "fiat", "trade_type", "order_status", "amount", "total_price", "commission")
# Wide enough that no sum is rounded.
_EXACT = Context(prec=60)
_plus = _EXACT.add
# For each sum; a long history has many of them.
_MOST_WAITING = 32


def _sum_of(texts: Iterable[str | None], begun: Decimal) -> Decimal:
    return sum(map(Decimal, filter(None, texts)), begun)


@dataclass(slots=True)
class Sum:
    """The sums of a month or a day: the number of orders, and the money of those that were completed."""

    orders: int = 0
    completed: int = 0
    amount: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)
    waiting: list[list[str | None]] = field(default_factory=list[Any])
    """Amount, total and commission of completed orders that are not added yet: adding many at once is faster."""

    def add_waiting(self) -> None:
        """Add the orders in `waiting`."""
        if self.waiting:
            self.completed += len(self.waiting)
            amounts, totals, commissions = zip(*self.waiting, strict=True)
            self.waiting.clear()
            with localcontext(_EXACT):
                self.amount = _sum_of(amounts, self.amount)
                self.total = _sum_of(totals, self.total)
                self.commission = _sum_of(commissions, self.commission)

    def add(self, other: Self) -> None:
        """Add the orders of another sum."""
        self.orders += other.orders
        self.completed += other.completed
        self.amount = _plus(self.amount, other.amount)
        self.total = _plus(self.total, other.total)
        self.commission = _plus(self.commission, other.commission)


class Tally:
    """Counts the rows of an export by days in `zone`, or in this machine's zone if that is None."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone
        self._days: dict[str, date] = {}
        """The local day of each hour of UTC that lies within one day: a look-up is faster than a conversion."""
        self._sums: dict[tuple[date | None, str | None, str | None, str | None], Sum] = defaultdict(Sum)

    def count_each(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows unchanged, and count each."""
        place = itemgetter(*map(COLUMNS.index, _COUNTED_COLUMNS))
        days, sums = self._days, self._sums
        for row in rows:
            time, asset, fiat, side, status, *money = place(row)
            day = None if time is None else days.get(time[:_HOUR]) or self._day(time)
            one = sums[day, asset, fiat, side]
            one.orders += 1
            if status == _DONE:
                one.waiting.append(money)
                if len(one.waiting) == _MOST_WAITING:
                    one.add_waiting()
            yield row
        for one in sums.values():
            one.add_waiting()

    def _day(self, time: str) -> date:
        moment = datetime.fromisoformat(time)
        day = moment.astimezone(self._zone).date()
        first = moment.replace(minute=0, second=0, microsecond=0)
        if all(one.astimezone(self._zone).date() == day for one in (first, first + _NEARLY_AN_HOUR)):
            self._days[time[:_HOUR]] = day
        return day

    def by_month(self) -> Rows:
        """For each month, coin, currency and side: the number of orders, and the exact sums of the completed ones."""
        months: dict[tuple[str, ...], Sum] = defaultdict(Sum)
        for (day, *words), one in self._sums.items():
            month = _UNKNOWN if day is None else f"{day:%Y-%m}"
            months[month, *(word or _UNKNOWN for word in words)].add(one)
        return rows_of(
            MONTHLY,
            (
                (*key[:3], key[3].lower(), one.orders, one.completed, one.amount, one.total, one.commission)
                for key, one in sorted(months.items())
            ),
            spare=("commission", "orders", "completed"),
        )

    def by_day(self) -> dict[tuple[str, str], dict[date, dict[str, Sum]]]:
        """The sums by coin and currency, then by day, then by side. Orders without a time are left out."""
        markets: dict[tuple[str, str], dict[date, dict[str, Sum]]] = defaultdict(lambda: defaultdict(dict))
        for (day, asset, fiat, side), one in self._sums.items():
            if day is not None:
                markets[asset or _UNKNOWN, fiat or _UNKNOWN][day][side or _UNKNOWN] = one
        return markets
