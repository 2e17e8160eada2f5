"""Iterates over one or several lists at once, newest row first, period after period back in time."""

from __future__ import annotations

from calendar import monthrange
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Generic, TypeVar

from binance_c2c_runtime.page import Page
from binance_c2c_runtime.reading import epoch_ms, to_time
from binance_c2c_runtime.walking import OnBadRow, Walk
from binance_c2c_runtime.writing import Time, epoch_milliseconds, shown_time

S = TypeVar("S")
T = TypeVar("T")
Period = tuple[int | None, int | None]
"""Start and end, in milliseconds since 1970. None leaves the choice to the exchange."""
DAY_MS = 86_400_000
MARGIN_MS = 1_000
"""The milliseconds by which a row may lie outside the requested period: the exchange may round to whole seconds."""
_NEVER = datetime.max.replace(tzinfo=UTC)


def periods_of(
    start: Time | None, end: Time | None, *, days: int, months: int, now_ms: Callable[[], int]
) -> list[Period]:
    """Periods of at most `days` from `end` back to `start`, which is at most `months` ago.

    Neighbouring periods share their end point, since it is not documented whether the exchange includes it.
    """
    if start is None and end is None:
        return [(None, None)]
    now, span = now_ms(), days * DAY_MS
    earliest = _months_before(now, months)
    # `end` is capped: no row can be later than this, even if the local clock is off.
    last = now if end is None else min(epoch_milliseconds("end", end), now + span)
    # An `end` in the future must not shorten the part of the period that lies in the past.
    first = max(earliest, min(last, now) - span) if start is None else epoch_milliseconds("start", start)
    for name, given in (("start", first), ("end", last)):
        if given < earliest:
            kept = f"the exchange keeps {months} months, from {shown_time(earliest)} on"
            raise ValueError(f"{name}: {kept}; {shown_time(given)} lies before")
    if first > last:
        message = f"start: {shown_time(first)} lies after {'now' if end is None else 'end'}, {shown_time(last)}"
        raise ValueError(message)
    found: list[Period] = []
    while last - first > span:
        found.append((last - span, last))
        last -= span
    return [*found, (first, last)]


class Trail(Generic[S, T]):
    """The reading of one list (`side`), period after period: the page to fetch next, and rows that are not yet given.

    Rows are expected newest first. If they are not, the whole period is read and sorted before more rows are given.
    """

    def __init__(
        self,
        side: S,
        back: Sequence[Period],
        first: int,
        *,
        begin: Callable[[int], Walk[T]],
        time: Callable[[T], datetime | None],
        refuse: Callable[[str], Exception],
    ) -> None:
        self.waiting: deque[tuple[datetime, T]] = deque()
        self._side = side
        self._periods = deque(back)
        self._begin = begin
        self._time = time
        self._refuse = refuse
        self._sorted = True
        self._last = _NEVER
        self._walk = begin(first)

    @property
    def needs_page(self) -> bool:
        """Whether a page must be fetched before the next row is known."""
        return bool(self._periods) and not (self.waiting and self._sorted)

    @property
    def page(self) -> tuple[S, int | None, int | None, int]:
        """The page to fetch next: side, start, end and page number."""
        start, end = self._periods[0]
        return self._side, start, end, self._walk.number

    def take(self, page: Page[T]) -> None:
        """Add the new rows of the fetched page to `waiting`."""
        for row in self._walk.take(page):
            # A row without a time stays behind the row before it.
            own = self._time(row)
            if own is not None:
                self._check(own)
            time = own or self._last
            self._sorted = self._sorted and time <= self._last
            self._last = time
            self.waiting.append((time, row))
        if self._walk.ended:
            if not self._sorted:
                self.waiting = deque(sorted(self.waiting, key=_time_of, reverse=True))
            self._periods.popleft()
            self._sorted = True
            self._last = _NEVER
            self._walk = self._begin(1)

    def _check(self, time: datetime) -> None:
        """Refuse a row from outside the requested period: the exchange has ignored `start` and `end`."""
        start, end = self._periods[0]
        if start is not None and end is not None and not start - MARGIN_MS <= epoch_ms(time) <= end + MARGIN_MS:
            asked, came = f"{shown_time(start)} to {shown_time(end)}", shown_time(epoch_ms(time))
            raise self._refuse(
                f"rows from {asked} were asked for, and one of {came} came: the exchange ignored the times"
            )


def trails(
    sides: Sequence[S],
    back: Sequence[Period],
    *,
    first: int,
    rows: int,
    key: Callable[[T], Hashable],
    time: Callable[[T], datetime | None],
    on_bad_row: OnBadRow,
    refuse: Callable[[str], Exception],
) -> list[Trail[S, T]]:
    """A `Trail` for each side. The newest period is read from page `first` on.

    `refuse` makes the error for a row from outside the requested period.
    """
    given: set[Hashable] = set()

    def begin(number: int) -> Walk[T]:
        return Walk(first=number, rows=rows, key=key, on_bad_row=on_bad_row, given=given)

    return [Trail(side, back, first, begin=begin, time=time, refuse=refuse) for side in sides]


def walk_back(fetch: Callable[[S, int | None, int | None, int], Page[T]], trails: Sequence[Trail[S, T]]) -> Iterator[T]:
    """Give every row of all trails once, newest first. A page is fetched only when the next row may be on it."""
    while True:
        for trail in trails:
            while trail.needs_page:
                trail.take(fetch(*trail.page))
        newest = _newest(trails)
        if newest is None:
            return
        yield newest.waiting.popleft()[1]


async def walk_back_async(
    fetch: Callable[[S, int | None, int | None, int], Awaitable[Page[T]]], trails: Sequence[Trail[S, T]]
) -> AsyncIterator[T]:
    """`walk_back` for `async for`."""
    while True:
        for trail in trails:
            while trail.needs_page:
                trail.take(await fetch(*trail.page))
        newest = _newest(trails)
        if newest is None:
            return
        yield newest.waiting.popleft()[1]


def _newest(trails: Sequence[Trail[S, T]]) -> Trail[S, T] | None:
    """The trail whose next row is the newest; of equals, the first."""
    return max((trail for trail in trails if trail.waiting), key=lambda trail: _time_of(trail.waiting[0]), default=None)


def _time_of(dated: tuple[datetime, T]) -> datetime:
    return dated[0]


def _months_before(now_ms: int, months: int) -> int:
    """Midnight (UTC) of the day `months` ago, so that a start that a caller computed to the second is not refused."""
    now = to_time(now_ms)
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return epoch_ms(datetime(year, month + 1, min(now.day, monthrange(year, month + 1)[1]), tzinfo=UTC))
