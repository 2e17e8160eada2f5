"""Numbers of ads or orders by time, sorted into drawers, so that a list reads the rows it shows and no others."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

L = TypeVar("L", bound="Hashable")

Entry = tuple[int, str]
"""A moment in epoch milliseconds, and a number. Numbers are all of one length, so that text sorts them."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a drawer."""

    drawer: list[Entry]
    start: int
    end: int

    def walk(self, *, ascending: bool) -> Iterator[Entry]:
        """The entries one by one, so that nobody copies what nobody reads."""
        places = range(self.start, self.end) if ascending else range(self.end - 1, self.start - 1, -1)
        return (self.drawer[place] for place in places)

    def cut(self, where: slice, *, ascending: bool) -> list[Entry]:
        """One page. `where` has no step."""
        if ascending:
            return self.drawer[min(self.start + where.start, self.end) : min(self.start + where.stop, self.end)]
        first, last = max(self.end - where.stop, self.start), max(self.end - where.start, self.start)
        return self.drawer[first:last][::-1]


@dataclass(frozen=True, slots=True)
class Rows:
    """What was picked: good until the index changes."""

    spans: tuple[Span, ...]

    def __len__(self) -> int:
        return sum(span.end - span.start for span in self.spans)

    def page(self, where: slice, *, ascending: bool) -> list[str]:
        """The numbers of one page, in order of time. Later pages cost more where several drawers are read at once."""
        if len(self.spans) == 1:
            return [number for _, number in self.spans[0].cut(where, ascending=ascending)]
        walks = [span.walk(ascending=ascending) for span in self.spans]
        return [number for _, number in islice(merge(*walks, reverse=not ascending), where.start, where.stop)]


class Index(Generic[L]):
    """All that lies in one drawer answers the filters of a list the same way: its label says how."""

    def __init__(self) -> None:
        self._drawers: dict[L, list[Entry]] = {}
        self._labels: dict[str, L] = {}

    def file(self, moment_ms: int, number: str, label: L) -> None:
        """Put a number where its label says, and take it from where it was. Its moment never changes."""
        before = self._labels.get(number)
        if before == label:
            return
        entry = (moment_ms, number)
        if before is not None:
            drawer = self._drawers[before]
            del drawer[bisect_left(drawer, entry)]
        insort(self._drawers.setdefault(label, []), entry)
        self._labels[number] = label

    def pick(self, wanted: Callable[[L], bool], start_ms: int | None = None, end_ms: int | None = None) -> Rows:
        """What lies in the drawers that are wanted, between two moments that are included."""
        chosen = [drawer for label, drawer in self._drawers.items() if drawer and wanted(label)]
        return Rows(tuple(_span(drawer, start_ms, end_ms) for drawer in chosen))


def _span(drawer: list[Entry], start_ms: int | None, end_ms: int | None) -> Span:
    start = 0 if start_ms is None else bisect_left(drawer, (start_ms, ""))
    end = len(drawer) if end_ms is None else bisect_left(drawer, (end_ms + 1, ""))
    return Span(drawer, start, max(start, end))
