"""Walks over lists: iterates over all rows, page after page, even if the list changes meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from binance_c2c_runtime import callbacks
from binance_c2c_runtime.page import BadRow, Page

if TYPE_CHECKING:
    from binance_c2c_runtime.calls import AsyncSender, Sender
    from binance_c2c_runtime.operations import Operation

T = TypeVar("T")
OnBadRow = Callable[[BadRow], object]
"""A function that is called with each row that cannot be read."""
MOST_PAGES_WITHOUT_NEWS = 10
"""After this many pages in a row without a new row, the total is no longer trusted."""


class Walk(Generic[T]):
    """The state of a walk over pages: which page is needed next, and which of its rows are new.

    New rows push others onto later pages; rows are recognised by their key, so none is given twice. Removed rows pull
    others forward, perhaps onto a page that was read already, where they would be missed. The total shows that: if it
    has shrunk, the walk goes one page back. It need not if the page begins with a *settled* row, that is, one before
    which no row is missing: rows keep their order, so none can have slipped past it.
    """

    def __init__(
        self,
        *,
        first: int,
        rows: int,
        key: Callable[[T], Hashable],
        on_bad_row: OnBadRow,
        given: set[Hashable] | None = None,
    ) -> None:
        self.number: int = first
        self._on_bad_row = on_bad_row
        self.ended: bool = False
        self._first = first
        self._rows = rows
        self._key = key
        self._given: set[Hashable] = set() if given is None else given
        self._unreadable: set[str] = set()
        """For each page with unreadable rows, the text of those rows, which have no key to recognise them by."""
        self._reported: set[str] = set()
        """Numbers of unreadable rows that were reported."""
        self._settled: set[Hashable] = set()
        """Keys of rows before which no row is missing."""
        self._complete_rows: int = 0
        """The number of rows at the start of the list of which none is missing."""
        self._total: int | None = None
        self._furthest = 0
        self._pages_without_news = 0

    def take(self, page: Page[T]) -> list[T]:
        """The rows of page `number` that were not given yet. Also decides which page comes next.

        A row that cannot be read is reported before the others are given; if its number is known, only once.
        """
        came = len(page) + len(page.bad_rows)
        if not self._furthest and 0 < came < self._rows and (page.total or 0) > came * self.number:
            # The server limits pages to fewer rows than were asked for. Beyond page 1 this may as well be the last
            # page; then the next one is empty.
            self._rows = came
        start = (self.number - 1) * self._rows
        self._complete_rows -= self._shrunk_by(page.total, at_least=start + came if came else 1)
        keys = [self._key(row) for row in page]
        fresh = [row for key, row in zip(keys, page, strict=True) if _add(key, self._given)]
        unread = bool(page.bad_rows) and _add(repr([bad.row for bad in page.bad_rows]), self._unreadable)
        if unread:
            for bad in page.bad_rows:
                if bad.number is None or _add(bad.number, self._reported):
                    self._on_bad_row(bad)
        has_news = bool(fresh) or unread
        is_furthest = self.number > self._furthest
        is_contiguous = (
            start <= self._complete_rows or self.number == self._first or bool(keys and keys[0] in self._settled)
        )
        self._pages_without_news = 0 if has_news else self._pages_without_news + (is_furthest or not is_contiguous)
        trusts_total = self._pages_without_news < MOST_PAGES_WITHOUT_NEWS
        self._furthest = max(self._furthest, self.number)
        if trusts_total and not is_contiguous:
            self.number -= 1
            return fresh
        self._settled.update(keys)
        self._complete_rows = start + self._rows
        # The walk ends at a page that is not full. Reaching `total` does not end it, since the total changes meanwhile.
        # It also ends at a page beyond all earlier ones that has no new row, unless the total promises more: a server
        # may repeat its last page for ever.
        more = trusts_total and self._total is not None and self._total > self._complete_rows
        self.ended = came < self._rows or (is_furthest and not has_news and not more)
        self.number += 1
        return fresh

    def _shrunk_by(self, total: int | None, *, at_least: int) -> int:
        # A total is not trusted if it is lower than the number of rows up to this page.
        if total is None or total < at_least:
            return 0
        before, self._total = self._total, total
        return 0 if before is None else max(0, before - total)


def _kind_unless_plain(function: object) -> str | None:
    """What an object is instead of a plain function, None where it is one. Nothing would await an async one."""
    if not callable(function):
        return type(function).__name__
    return "an async one" if callbacks.is_async(function) else None


def handler(on_bad_row: OnBadRow | None, sender: Sender | AsyncSender, operation: Operation) -> OnBadRow:
    """The caller's handler of rows that cannot be read. Without one they raise, so that none is missed unnoticed."""
    if on_bad_row is not None:
        kind = _kind_unless_plain(on_bad_row)
        if kind is not None:
            raise TypeError(f"on_bad_row: a plain function of one row is expected, not {kind}")
        return on_bad_row

    def refuse(bad: BadRow) -> None:
        message = f"a row cannot be read: {bad}; give on_bad_row to skip such rows"
        raise sender.unreadable_error(operation, message)

    return refuse


def walk(
    fetch: Callable[[int], Page[T]], *, first: int, rows: int, key: Callable[[T], Hashable], on_bad_row: OnBadRow
) -> Iterator[T]:
    """Give every row once, page after page. A page is fetched when its first row is asked for."""
    state = Walk(first=first, rows=rows, key=key, on_bad_row=on_bad_row)
    while not state.ended:
        yield from state.take(fetch(state.number))


async def walk_async(
    fetch: Callable[[int], Awaitable[Page[T]]],
    *,
    first: int,
    rows: int,
    key: Callable[[T], Hashable],
    on_bad_row: OnBadRow,
) -> AsyncIterator[T]:
    """`walk` for `async for`."""
    state = Walk(first=first, rows=rows, key=key, on_bad_row=on_bad_row)
    while not state.ended:
        for row in state.take(await fetch(state.number)):
            yield row


def _add(item: T, known: set[T]) -> bool:
    """Add an item to a set. Returns whether it is new there."""
    size = len(known)
    known.add(item)
    return len(known) > size
