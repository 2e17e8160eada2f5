"""Laws of the walk: whatever the exchange does each row comes once, and an end comes."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from binance_c2c_runtime import BadRow, Page
from binance_c2c_runtime.periods import trails, walk_back, walk_back_async
from binance_c2c_runtime.walking import MOST_PAGES_WITHOUT_NEWS, walk, walk_async

Change = tuple[bool, int]
"""Whether a row arrives at the head, and if not, which one vanishes."""
CHANGES = st.lists(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=5), max_size=MOST_PAGES_WITHOUT_NEWS)


class Listed:
    """A list that each of `changes` alters before a further page is asked for, and what was always in it."""

    def __init__(self, rows: int, size: int, first: int, changes: list[list[Change]]) -> None:
        self.asked = 0
        self._rows = list(range(rows))
        self._size = size
        self._skipped = (first - 1) * size
        self._changes = iter(changes)
        self._new = count(rows)
        self.always = set(self._rows[self._skipped :])

    def fetch(self, number: int) -> Page[int]:
        if self.asked:
            for arrives, place in next(self._changes, ()):
                self._change(arrives, place)
        self.always &= set(self._rows[self._skipped :])
        self.asked += 1
        end = number * self._size
        return Page(self._rows[end - self._size : end], total=len(self._rows), page=number)

    def _change(self, arrives: bool, place: int) -> None:
        if arrives:
            self._rows.insert(0, next(self._new))
        elif place < len(self._rows):
            del self._rows[place]


Fetch = Callable[[int], Page[int]]


def walked(fetch: Fetch, fetch_again: Fetch, *, first: int, rows: int) -> list[int]:
    """What a walk gives; one for tasks, over the same answers once more, gives the same."""

    async def fetch_async(number: int) -> Page[int]:
        return fetch_again(number)

    async def all_of_it() -> list[int]:
        return [row async for row in walk_async(fetch_async, first=first, rows=rows, key=int, on_bad_row=id)]

    found = list(walk(fetch, first=first, rows=rows, key=int, on_bad_row=id))
    assert found == asyncio.run(all_of_it())
    return found


@given(st.integers(0, 30), st.integers(1, 5), st.integers(1, 3), CHANGES)
def test_what_is_there_all_the_time_is_given_once(rows: int, size: int, first: int, changes: list[list[Change]]):
    """Rows arrive at the head and vanish anywhere between any two pages; none that stays is missed or comes twice."""
    listed, again = Listed(rows, size, first, changes), Listed(rows, size, first, changes)
    found = walked(listed.fetch, again.fetch, first=first, rows=size)

    assert len(set(found)) == len(found)
    assert listed.always == again.always <= set(found)


@given(st.integers(0, 30), st.integers(1, 5))
def test_a_walk_over_what_does_not_change_asks_for_each_page_once(rows: int, size: int):
    """All rows in their order, for as many requests as there are pages; one more where the last of them is full."""
    listed, again = Listed(rows, size, 1, []), Listed(rows, size, 1, [])

    assert list(range(rows)) == walked(listed.fetch, again.fetch, first=1, rows=size)
    assert rows // size + 1 == listed.asked == again.asked


ANSWERS = st.builds(
    lambda rows, total, bad: Page(rows, total=total, bad_rows=[BadRow(0, "", one) for one in bad]),
    st.lists(st.integers(0, 9), max_size=4),
    st.none() | st.integers(-1, 40) | st.just(10**9),
    st.lists(st.integers(0, 1), max_size=2),
)


@given(st.lists(ANSWERS, min_size=1, max_size=12), st.integers(1, 4), st.integers(1, 3))
def test_whatever_is_answered_each_row_comes_once_and_an_end_comes(answers: list[Page[int]], size: int, first: int):
    """Totals that lie, pages too long, too short or the same again and again: the walk ends, and repeats no row."""
    found = walked(in_turn(answers), in_turn(answers), first=first, rows=size)

    assert len(set(found)) == len(found)
    assert set(answers[0]) <= set(found)


def in_turn(answers: list[Page[int]]) -> Callable[..., Page[int]]:
    """One answer after another, the last again and again; who asks without an end is let down."""
    turns = iter([*answers, *[answers[-1]] * 2000])
    return lambda *_: next(turns)


@given(
    st.lists(ANSWERS, min_size=1, max_size=20),
    st.integers(1, 4),
    st.lists(st.none() | st.integers(0, 5), min_size=10, max_size=10),
    st.integers(1, 3),
    st.integers(1, 2),
)
def test_whatever_is_answered_a_walk_back_repeats_no_row_and_ends(
    answers: list[Page[int]], size: int, days: list[int | None], periods: int, sides: int
):
    """Over several periods and sides too: rows of any time, in any order, under the wrong side, on pages that lie."""
    times = {row: None if day is None else datetime(2024, 3, 1 + day, tzinfo=UTC) for row, day in enumerate(days)}

    def begun() -> Any:
        back = [(None, None)] * periods
        return trails(
            "BS"[:sides], back, first=1, rows=size, key=int, time=times.__getitem__, on_bad_row=id, refuse=ValueError
        )

    fetch = in_turn(answers)

    async def fetch_async(*page: object) -> Page[int]:
        return fetch(*page)

    async def all_of_it() -> list[int]:
        return [row async for row in walk_back_async(fetch_async, begun())]

    found = list(walk_back(in_turn(answers), begun()))

    assert found == asyncio.run(all_of_it())
    assert len(set(found)) == len(found)
    assert set(answers[0]) <= set(found)


def test_a_total_that_shrinks_for_ever_is_not_believed_for_ever():
    """After ten looks back that show nothing new the walk goes on, page by page, to its end."""
    totals = count(10**9, -1)
    listed = Listed(9, 2, 1, [])
    asked: list[int] = []

    def fetch(number: int) -> Page[int]:
        asked.append(number)
        return Page(list(listed.fetch(number)), total=next(totals), page=number)

    assert list(range(9)) == list(walk(fetch, first=1, rows=2, key=int, on_bad_row=id))
    assert [1, *[2, 1] * MOST_PAGES_WITHOUT_NEWS, 2, 3] == list(islice(asked, 2 * MOST_PAGES_WITHOUT_NEWS + 3))
    assert 5 == asked[-1]
