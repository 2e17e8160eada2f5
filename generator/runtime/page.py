"""One page of rows, and the walk over all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read while the others could."""

    index: int
    """Its place in the answer, from 0."""
    reason: str
    """Which field is wrong, and how."""
    row: Any = field(repr=False)
    """As it came."""


class Page(Sequence[T_co]):
    """The rows of one page, in the server's order."""

    __slots__ = ("_rows", "bad_rows", "page", "total")

    def __init__(
        self, rows: Sequence[T_co], *, total: int | None = None, page: int = 1, bad_rows: Sequence[BadRow] = ()
    ) -> None:
        self._rows = tuple(rows)
        self.total = total
        """How many rows match in all, not how many pages; None where the server did not say."""
        self.page = page
        """The number of this page, from 1."""
        self.bad_rows = tuple(bad_rows)
        """Rows that could not be read, with their places. They are not among the rows."""

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Page):
            return NotImplemented
        return self._parts() == other._parts()  # pyright: ignore[reportUnknownMemberType]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        bad = f", {len(self.bad_rows)} unreadable" if self.bad_rows else ""
        return f"<Page {self.page}: {len(self)} rows of {'?' if self.total is None else self.total}{bad}>"

    def _parts(self) -> tuple[Any, ...]:
        return self._rows, self.total, self.page, self.bad_rows


class _Walk(Generic[T]):
    """Which rows of a page are new, and whether another page is to be asked for."""

    def __init__(self, first: int, rows: int, key: Callable[[T], Hashable]) -> None:
        self.number = first
        self.ended = False
        self._rows = rows
        self._key = key
        self._seen: set[Hashable] = set()
        self._unread: list[Any] = []

    def take(self, page: Page[T]) -> list[T]:
        fresh: list[T] = []
        for row in page:
            key = self._key(row)
            if key not in self._seen:
                self._seen.add(key)
                fresh.append(row)
        unread = [bad.row for bad in page.bad_rows]
        repeated = not fresh and unread == self._unread
        self._unread = unread
        came = len(page) + len(page.bad_rows)
        if 0 < came < self._rows and page.total is not None and page.total > came and self.number == 1:
            # The server gives shorter pages than were asked for: its length is the one to go by.
            self._rows = came
        # Short pages end a walk. `total` does not: it moves while we walk. A page without anything new ends it too, or
        # a server that repeats its last page would never let go.
        self.ended = came < self._rows or repeated
        self.number += 1
        return fresh


def walk(fetch: Callable[[int], Page[T]], *, first: int, rows: int, key: Callable[[T], Hashable]) -> Iterator[T]:
    """Every row once, page after page, each page fetched when its first row is asked for."""
    state = _Walk(first, rows, key)
    while not state.ended:
        yield from state.take(fetch(state.number))


async def walk_async(
    fetch: Callable[[int], Awaitable[Page[T]]], *, first: int, rows: int, key: Callable[[T], Hashable]
) -> AsyncIterator[T]:
    """`walk` for `async for`."""
    state = _Walk(first, rows, key)
    while not state.ended:
        for row in state.take(await fetch(state.number)):
            yield row
