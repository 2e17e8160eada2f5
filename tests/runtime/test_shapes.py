"""The readers made to measure: whatever keys objects come with, and in whatever order, they read alike."""

from types import MappingProxyType
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c_runtime import WireError
from binance_c2c_runtime.shapes import TEXT, WHOLE, Field, Reader
from binance_c2c_sapi.models import Ad, TradeMethod
from tests.support.clients import ad_data


@define(kw_only=True)
class Coin:
    number: str
    name: str | None = None
    scale: int | None = None
    extra: dict[str, Any] = field(factory=dict[str, Any])


def reader() -> Reader:
    return Reader(
        Coin,
        Field("no", "number", TEXT, required=True),
        Field("name", "name", TEXT, also=("Name", "nick")),
        Field("scale", "scale", WHOLE),
    )


def outcome(reading: Reader, data: object, *, measured: bool) -> Any:
    try:
        return (reading.latest if measured else reading._general)(Coin, data)
    except WireError as error:
        return str(error)


payloads: st.SearchStrategy[Any] = st.one_of(
    st.dictionaries(
        st.sampled_from(["no", "name", "Name", "nick", "scale", "aa", "bb", "cc"]),
        st.sampled_from([None, "7", 7, True, [], {}, "x"]),
    ),
    st.sampled_from([None, 7, "no", [], ["no"]]),
)


@given(st.lists(payloads, max_size=60))
def test_what_came_before_changes_nothing(rows: list[Any]):
    """Each object is read, or refused in the same words, as by the one function that takes any keys."""
    measured = reader()

    assert [outcome(reader(), row, measured=False) for row in rows] == [
        outcome(measured, row, measured=True) for row in rows
    ]


def test_another_spelling_is_the_same_field():
    """It is read whichever way it is spelled; where several are there the first of them that is not null counts."""
    rows: list[dict[str, Any]] = [
        {"no": "7", "name": "a"},
        {"no": "7", "Name": "b"},
        {"no": "7", "nick": "c", "Name": None},
        {"no": "7", "nick": "d", "name": "e"},
        {"no": "7", "nick": "f", "other": "g"},
    ]
    measured = reader()
    read = [measured.latest(Coin, row) for row in rows]

    assert [*"abce", "f"] == [coin.name for coin in read]
    assert [{}, {}, {}, {}, {"other": "g"}] == [coin.extra for coin in read]
    with pytest.raises(WireError, match=r"^nick: a string is expected, not a list$"):
        measured.latest(Coin, {"no": "7", "nick": []})


def test_another_mapping_than_a_dict_is_read():
    """`from_dict` takes any mapping, also between dicts of the same keys."""
    plain = {"identifier": "SPEI", "zz": 1}
    read = [TradeMethod.from_dict(row) for row in (plain, MappingProxyType(plain), plain)]

    assert [TradeMethod(identifier="SPEI", extra={"zz": 1})] * 3 == read


def test_unknown_keys_alone_are_not_taken_for_others():
    """As many keys as last time are not the same keys."""
    reading = reader()
    with pytest.raises(WireError, match=r"^no: is missing$"):
        reading.latest(Coin, {"zz": 1})

    assert Coin(number="7") == reading.latest(Coin, {"no": "7"})


def test_a_function_is_made_once_for_the_same_keys():
    """It is the next to be tried, and is found again after other keys came."""
    reading, made = reader(), []
    for row in ({"no": "7"}, {"no": "8", "name": "x"}, {"no": "9"}):
        reading.latest(Coin, row)
        made.append(reading.latest)

    assert made[0] is made[2]
    assert made[0] is not made[1]


def test_ever_other_keys_are_read_and_not_remembered():
    """A server that invents keys costs a bounded amount of memory, and loses no field."""
    reading = reader()
    read = [reading.latest(Coin, {"no": "7", f"key{number}": number}) for number in range(500)]

    assert [{f"key{number}": number} for number in range(500)] == [coin.extra for coin in read]
    assert 32 == len(reading._by_keys)


def test_unknown_keys_keep_their_order():
    """What goes back out stands in the order it came in."""
    assert ["b", "a", "c"] == list(Ad.from_dict({"b": 1, **ad_data(), "a": 2, "c": 3}).extra)


def test_a_key_that_looks_like_code_stays_a_key():
    """Nothing that comes off the wire is compiled."""
    hostile = "']); raise SystemExit  #"

    assert {hostile: 1} == Ad.from_dict({**ad_data(), hostile: 1}).extra
