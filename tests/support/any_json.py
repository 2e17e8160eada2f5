"""Hypothesis strategies for any JSON, awkward values first: what an answer may hold in place of what it should."""

import json
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

NASTY: list[Any] = [
    *(253402300799999, 253402300800000, -62135596800000, -62135596800001, 10**15, 10**18, -(10**18), 10**30, 10**400),
    *(Decimal("1E+999999999"), Decimal("1E-999999999"), Decimal("-0.0"), Decimal("1E+2"), Decimal("0.1"), 2**53 + 1),
    *("NaN", "sNaN", "-Infinity", "1E+999999999", "9" * 5000, "-", "--5", "+5", " 5 ", "5_000"),
    *("\u0663", "\xb2", "\x00", "\ud83d", "true", "{}", "", "-1-1-1"),
    *("2024-03-15", "2024-03-15T00:00:00+25:00", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+23:59"),
    *("9999-12-31T23:59:59.9999999+00:00", "9999-12-31T23:59:59.999-00:01", "2024-03-15T08:00:00.1234567"),
    *([[]], [{}], [None], {"": None}, {"get": 1}),
]
# Numbers as Python would not write them: too long to read, minus zero, with more digits than a float has.
_SPELLINGS = ("-0", "1e999", "1E-999999999", "0.10", "9" * 4300, "9" * 4301, "-" + "9" * 4300)
DEEPEST = 500
"""Beyond this depth Python can read some values that it cannot print or write."""

# Lone surrogates too: JSON has escapes for them.
texts = st.text(st.characters(exclude_categories=()), max_size=20)
numbers = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | st.decimals().map(str) | texts
values = st.sampled_from(NASTY) | st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)

zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def wire(value: Any) -> bytes:
    """A value as JSON, with a `Decimal` as a number."""
    marked = json.dumps(value, default=lambda number: f"<number>{number}<number>")
    return marked.replace('"<number>', "").replace('<number>"', "").encode()


def nested(depth: int, within: str = "[{}]") -> str:
    """A null inside many nested lists, or other containers."""
    opening, _, closing = within.partition("{}")
    return opening * depth + "null" + closing * depth


tokens = st.one_of(
    values.map(wire).map(bytes.decode),
    st.sampled_from(_SPELLINGS),
    st.datetimes(timezones=zones).map(lambda moment: f'"{moment.isoformat()}"'),
    st.builds(nested, st.integers(1, DEEPEST), st.sampled_from(["[{}]", '{"a":{}}', "[0,{}]"])),
)
"""JSON as text, also in spellings that Python would not write."""
