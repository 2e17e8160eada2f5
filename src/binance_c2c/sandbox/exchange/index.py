"""Ads or orders by number, and an index of sorted buckets, from which a list reads only the rows it shows."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from decimal import Decimal
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

K = TypeVar("K", bound="Hashable")
T = TypeVar("T")

Place = tuple[int | Decimal, str]
"""An entry of a bucket, and its sort key: a time or a price, then a number. All numbers have the same length."""


class Numbered(Generic[T]):
    """Ads or orders by their numbers, in the order in which they were made; `first` is the number of the first."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._items: dict[str, T] = {}

    def __iter__(self) -> Iterator[T]:
        """Oldest first."""
        return iter(self._items.values())

    def __reversed__(self) -> Iterator[T]:
        """Newest first."""
        return reversed(self._items.values())

    def __getitem__(self, number: str) -> T:
        return self._items[number]

    @property
    def next_number(self) -> str:
        """The number of the next ad or order."""
        return str(self._first + len(self._items))


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of one bucket."""

    bucket: list[Place]
    start: int
    end: int

    def iterate(self, *, descending: bool) -> Iterator[Place]:
        """Its entries one by one, without a copy of the bucket."""
        where = range(self.end - 1, self.start - 1, -1) if descending else range(self.start, self.end)
        return (self.bucket[index] for index in where)

    def page(self, rows: slice, *, descending: bool) -> list[Place]:
        """One page of its entries. `rows` has no step."""
        if descending:
            first, last = max(self.end - rows.stop, self.start), max(self.end - rows.start, self.start)
            return self.bucket[first:last][::-1]
        return self.bucket[min(self.start + rows.start, self.end) : min(self.start + rows.stop, self.end)]


@dataclass(frozen=True, slots=True)
class Matches:
    """The numbers that fit a filter, sorted. Valid until the index changes."""

    slices: tuple[Slice, ...]

    def __len__(self) -> int:
        return sum(part.end - part.start for part in self.slices)

    def iterate(self, *, descending: bool = False) -> Iterator[str]:
        """All numbers, in ascending order unless `descending`."""
        sorted_parts = (part.iterate(descending=descending) for part in self.slices)
        return (number for _, number in merge(*sorted_parts, reverse=descending))

    def page(self, rows: slice, *, descending: bool = False) -> list[str]:
        """The numbers of one page. Later pages cost more where they are merged from several buckets."""
        if len(self.slices) == 1:
            return [number for _, number in self.slices[0].page(rows, descending=descending)]
        return list(islice(self.iterate(descending=descending), rows.start, rows.stop))


class Index(Generic[K]):
    """Numbers in buckets. All numbers of a bucket have the same filter values, which are the bucket's key."""

    def __init__(self) -> None:
        self._buckets: dict[K, list[Place]] = {}
        self._places: dict[str, tuple[K, Place]] = {}

    def put(self, number: str, key: K, rank: int | Decimal) -> None:
        """Put a number into the bucket of this key, sorted by `rank`, and take it from where it was before."""
        place = (rank, number)
        if self._places.get(number) == (key, place):
            return
        self.remove(number)
        insort(self._buckets.setdefault(key, []), place)
        self._places[number] = key, place

    def remove(self, number: str) -> None:
        """Take a number out, if it is in."""
        if number not in self._places:
            return
        key, place = self._places.pop(number)
        bucket = self._buckets[key]
        del bucket[bisect_left(bucket, place)]
        if not bucket:
            del self._buckets[key]

    def select(self, wanted: Callable[[K], bool], low: int | None = None, high: int | None = None) -> Matches:
        """The numbers in the buckets whose keys are wanted, with ranks from `low` to `high`, both included."""
        chosen = [bucket for key, bucket in self._buckets.items() if wanted(key)]
        return Matches(tuple(_between(bucket, low, high) for bucket in chosen))


def _between(bucket: list[Place], low: int | None, high: int | None) -> Slice:
    start = 0 if low is None else bisect_left(bucket, (low, ""))
    end = len(bucket) if high is None else bisect_left(bucket, (high + 1, ""))
    return Slice(bucket, start, max(start, end))
