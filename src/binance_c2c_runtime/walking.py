"""The walk over all rows of a list that comes page by page, also while the list changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Generic, TypeVar

from binance_c2c_runtime.page import BadRow, Page

if TYPE_CHECKING:
    from binance_c2c_runtime.calls import AsyncSender, Sender
    from binance_c2c_runtime.operations import Operation

T = TypeVar("T")
OnBadRow = Callable[[BadRow], object]
"""A function that is given each row that cannot be read."""
PATIENCE = 10
"""After so many pages in a row without a new row, a walk stops going by the total."""


class Walk(Generic[T]):
    """The state of a walk over pages: which page is needed next, and which of its rows are new.

    Rows that arrive push others backwards, onto pages to come; a row is known by its key and not given again. Rows that
    vanish let others slide forwards, perhaps past the page that is asked for next. The total tells: when it shrank, the
    walk looks at the page before as well. It need not where the page begins with a settled row, one that no missing row
    stands in front of: rows keep their order, so nothing slid past it.
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
        """The unreadable rows of pages that were reported. They have no key."""
        self._reported: set[str] = set()
        self._settled: set[Hashable] = set()
        self._complete: int = 0
        """The number of rows at the start of the list that have all been given."""
        self._total: int | None = None
        self._furthest = 0
        self._in_vain = 0

    def take(self, page: Page[T]) -> list[T]:
        """The rows of page `number` that were not given yet. Decides which page comes next.

        A row that cannot be read is reported before the others are given, and once where its number is known.
        """
        came = len(page) + len(page.bad_rows)
        if not self._furthest and 0 < came < self._rows and (page.total or 0) > came * self.number:
            # The server limits pages to fewer rows than were asked for. Beyond page 1 this may as well be the last
            # page; then the next one is empty.
            self._rows = came
        start = (self.number - 1) * self._rows
        self._complete -= self._shrunk_by(page.total, at_least=start + came if came else 1)
        keys = [self._key(row) for row in page]
        fresh = [row for key, row in zip(keys, page, strict=True) if _add(key, self._given)]
        unread = bool(page.bad_rows) and _add(repr([bad.row for bad in page.bad_rows]), self._unreadable)
        if unread:
            for bad in page.bad_rows:
                if bad.number is None or _add(bad.number, self._reported):
                    self._on_bad_row(bad)
        something = bool(fresh) or unread
        further = self.number > self._furthest
        joins = start <= self._complete or self.number == self._first or bool(keys and keys[0] in self._settled)
        self._in_vain = 0 if something else self._in_vain + (further or not joins)
        believed = self._in_vain < PATIENCE
        self._furthest = max(self._furthest, self.number)
        if believed and not joins:
            self.number -= 1
            return fresh
        self._settled.update(keys)
        self._complete = start + self._rows
        # A short page ends the walk; reaching `total` does not, since it changes during the walk. A further page
        # without a new row ends it too, unless the total promises more: a server may repeat its last page for ever.
        more = believed and self._total is not None and self._total > self._complete
        self.ended = came < self._rows or (further and not something and not more)
        self.number += 1
        return fresh

    def _shrunk_by(self, total: int | None, *, at_least: int) -> int:
        # A total below the number of rows that were seen is not trusted.
        if total is None or total < at_least:
            return 0
        before, self._total = self._total, total
        return 0 if before is None else max(0, before - total)


def handler(on_bad_row: OnBadRow | None, sender: Sender | AsyncSender, operation: Operation) -> OnBadRow:
    """The caller's handler of rows that cannot be read. Without one they raise, so that none is missed unnoticed."""
    if on_bad_row is not None:
        # Nothing would await an async one. An object may have an async `__call__`.
        called = getattr(on_bad_row, "__call__", None)  # noqa: B004 - to see whether it is async
        if called is None or iscoroutinefunction(on_bad_row) or iscoroutinefunction(called):
            kind = type(on_bad_row).__name__ if called is None else "an async one"
            raise TypeError(f"on_bad_row: a plain function of one row is expected, not {kind}")
        return on_bad_row

    def refuse(bad: BadRow) -> None:
        message = f"a row cannot be read: {bad}; give on_bad_row to skip such rows"
        raise sender.unreadable(operation, message)

    return refuse


def walk(
    fetch: Callable[[int], Page[T]], *, first: int, rows: int, key: Callable[[T], Hashable], on_bad_row: OnBadRow
) -> Iterator[T]:
    """Every row once, page after page, each page fetched when its first row is asked for."""
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
    """The form of `walk` for `async for`."""
    state = Walk(first=first, rows=rows, key=key, on_bad_row=on_bad_row)
    while not state.ended:
        for row in state.take(await fetch(state.number)):
            yield row


def _add(item: T, known: set[T]) -> bool:
    """Add an item to a set. Tells whether it is new there."""
    size = len(known)
    known.add(item)
    return len(known) > size
