"""What an exchange may do to an answer without losing us: nulls, other spellings, new words, long numbers, nonsense."""

import json
from typing import Any

import pytest

from binance_c2c import Page
from binance_c2c._core.support import json as _json
from binance_c2c.errors import C2CError, DecodeError
from binance_c2c_runtime import OpenInt, OpenStr
from tests.support.contract.answers import (
    as_it_came,
    bent,
    leaves,
    moments,
    parts,
    payload,
    plain,
    read,
    required_places,
    swapped,
    wire_form,
)
from tests.support.contract.calls import Answer, Path, at, canonical
from tests.support.contract.tables import ANSWERS, TABLE

NONSENSE = ("null", "true", "-1", "1.5", "1e999", '""', '"x"', '"Infinity"', '"½"', "[]", "[null]", "{}", '{"x":[1]}')
# What a double, a signed and an unsigned integer of 64 bits cannot hold.
LONG = (2**53 + 1, 2**63 + 1, 2**64 + 3, 22784010203040506113)

WITH_DATA = {name: one for name, one in ANSWERS.items() if parts(one)}
ENVELOPED = {name: one for name, one in WITH_DATA.items() if TABLE[name].answer == "envelope"}
WITH_LEAVES = {name: one for name, one in ANSWERS.items() if leaves(one)}
WITH_SETS = {
    f"{name}-{wire}": (one, wire, python) for name, one in ANSWERS.items() for wire, python in one.named.items()
}

EACH = pytest.mark.parametrize("answer", WITH_DATA.values(), ids=WITH_DATA)
EACH_LEAF = pytest.mark.parametrize("answer", WITH_LEAVES.values(), ids=WITH_LEAVES)


@pytest.fixture(params=["msgspec", "the standard library"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Answers are read with one of the two readers of JSON."""
    if request.param == "msgspec":
        pytest.importorskip("msgspec")
    else:
        monkeypatch.setattr(_json, "_reader", lambda: _json.read_with_stdlib)
    return str(request.param)


def on_the_wire(value: Any, path: Path, answer: Answer) -> Any:
    """What `to_dict` says of the place."""
    found = wire_form(value)
    for step in path[1:] if TABLE[answer.operation].answer == "envelope" else path:
        found = found[step]
    return found


def base(answer: Answer) -> Path:
    """Where in an answer the value stands."""
    return ("data",) if TABLE[answer.operation].answer == "envelope" else ()


def kept_whole(result: Any) -> bool:
    """Whether an answer was read without losing a row."""
    return not isinstance(result, Exception) and not getattr(result, "bad_rows", ())


@EACH
def test_null_costs_no_more_than_what_every_answer_has(answer: Answer):
    """With null in any one place an answer is read, unless every answer has something there: then it is told so."""
    # A list's item is a thing too; what is null instead of an object holds nothing.
    places = [path for path, _ in parts(answer) if path and path != ("data",) and isinstance(path[-1], str)]
    whole, *results = read(answer.operation, answer.text, *(bent(answer, {path: "null"}) for path in places))

    refused = {path for path, one in zip(places, results, strict=True) if not kept_whole(one)}
    assert required(answer, whole) == refused
    assert {DecodeError} >= {type(result) for result in results if isinstance(result, Exception)}


@EACH_LEAF
def test_null_everywhere_is_read(answer: Answer):
    """With null in all places but those of what every answer has it is read, and with null there it is told so."""
    places = [path for path, _ in leaves(answer) if not isinstance(path[-1], int) and path != ("data",)]
    [whole] = read(answer.operation, answer.text)
    kept = required(answer, whole)
    most = dict.fromkeys((path for path in places if path not in kept), "null")
    bare, empty = read(answer.operation, bent(answer, most), bent(answer, dict.fromkeys(places, "null")))

    assert kept_whole(bare)
    assert isinstance(empty, DecodeError) or not isinstance(empty, Exception)


def required(answer: Answer, value: Any) -> set[Path]:
    """Where in this answer there is what every answer has."""
    return set(required_places(value, ("data",) if TABLE[answer.operation].answer == "envelope" else ()))


@pytest.mark.parametrize("answer", ENVELOPED.values(), ids=ENVELOPED)
def test_no_data_is_an_empty_page_or_an_error(answer: Answer):
    """`data: null` is a page without rows where there are pages; elsewhere it is reported, never taken for a value."""
    paged = TABLE[answer.operation].extent == "paged"
    [result] = read(answer.operation, bent(answer, {("data",): "null"}))

    assert (Page if paged else DecodeError) is type(result)
    assert not isinstance(result, Page) or 0 == len(result)


@EACH_LEAF
def test_other_spellings_are_the_same_value(answer: Answer):
    """Numbers read the same from digits, digits from numbers, flags from 0 and 1: one by one and all at once."""
    [whole] = read(answer.operation, answer.text)
    untyped = set(as_it_came(whole, base(answer)))
    typed = [
        (path, value) for path, value in leaves(answer) if untyped.isdisjoint(path[:n] for n in range(len(path) + 1))
    ]
    changes = {path: token for path, value in typed if (token := swapped(value)) is not None}
    texts = [bent(answer, {path: token}) for path, token in changes.items()]
    expected, everything, *each = read(answer.operation, answer.text, bent(answer, changes), *texts)

    assert expected == everything
    assert [] == [path for path, value in zip(changes, each, strict=True) if value != expected]


@pytest.mark.parametrize("case", WITH_SETS.values(), ids=WITH_SETS)
def test_a_new_word_of_a_set_is_kept(case: tuple[Answer, str, str]):
    """A status, type or reason that nobody has heard of is a member without a name, and goes back out as it came."""
    answer, wire, python = case
    path = tuple(int(step) if step.isdigit() else step for step in wire.split("."))
    new = 987 if isinstance(dict(leaves(answer))[path], int) else "OF_NEXT_YEAR"
    [value] = read(answer.operation, bent(answer, {path: json.dumps(new)}))

    member = at(value, python)
    assert isinstance(member, OpenInt if isinstance(new, int) else OpenStr)
    assert (new, False) == (member.value, member.is_known)
    assert new == on_the_wire(value, path, answer)


@EACH_LEAF
@pytest.mark.usefixtures("reader")
def test_long_numbers_are_exact(answer: Answer):
    """No integer is bent, however long: neither one that counts, nor one that names and forgot its quotes."""
    [whole] = read(answer.operation, answer.text)
    # A moment ends with the year 9999.
    times = set(moments(whole, base(answer)))
    places = [(path, value) for path, value in leaves(answer) if is_whole(value) and path not in times]
    cases = [(path, type(value), long) for path, value in places for long in LONG]
    values = read(answer.operation, *(bent(answer, {path: str(long)}) for path, _, long in cases))

    expected = [(path, kind(long)) for path, kind, long in cases]
    assert expected == [
        (path, on_the_wire(value, path, answer)) for (path, *_), value in zip(cases, values, strict=True)
    ]


def is_whole(value: Any) -> bool:
    """Whether it is an integer, or a name made of digits."""
    if isinstance(value, str):
        return len(value) > 15 and value.isdecimal() and not value.startswith("0")
    return isinstance(value, int) and not isinstance(value, bool)


@EACH
def test_nonsense_is_a_value_or_an_error_of_ours(answer: Answer):
    """Whatever stands at any place of an answer, the answer is read or refused with an error of the SDK."""
    places = [path for path, _ in parts(answer) if path]
    results = read(answer.operation, *(bent(answer, {path: token}) for path in places for token in NONSENSE))

    assert all(isinstance(result, C2CError) for result in results if isinstance(result, Exception))


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_nonsensical_envelope_is_a_value_or_an_error_of_ours(answer: Answer):
    """Whatever is said around the data, or instead of an answer, there is a value or an error of the SDK."""
    around = [("code",), ("message",), ("success",), ("data",), ("total",)]
    texts = [bent(answer, {path: token}) for path in around for token in NONSENSE]
    results = read(answer.operation, *texts, *NONSENSE, "", "<html>", answer.text[:-1])

    assert all(isinstance(result, C2CError) for result in results if isinstance(result, Exception))
    assert all(isinstance(result, C2CError) for result in results[-3:])


@EACH
def test_bending_starts_from_what_can_be_read(answer: Answer):
    """An answer in which nothing was changed is read whole: the errors above are due to what was changed."""
    [value] = read(answer.operation, bent(answer, {}))

    assert kept_whole(value)
    assert canonical(plain(payload(answer.text))) == canonical(wire_form(value))
