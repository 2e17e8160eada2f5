"""What answers read as, held against examples and lists of fields that were typed by hand."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from binance_c2c import Page
from tests.support.clients import Kind, both_clients
from tests.support.contract.answers import bent, parts, payload, plain, read, required_as_described, wire_form
from tests.support.contract.calls import Answer, Path, Request, at, canonical, sent_by
from tests.support.contract.tables import ANSWERS, DISAGREEING, FIELDS, MINIMAL, NUMBERS, REQUIRED, TABLE, TIMES, Fields

READ = {**ANSWERS, **DISAGREEING}
WITH_OBJECTS = {name: one for name, one in ANSWERS.items() if any(isinstance(part, dict) for _, part in parts(one))}
LISTED = {f"{number}-{one.operation}-{one.wire}": one for number, one in enumerate(FIELDS)}
WITH_KINDS = {name: one for name, one in LISTED.items() if not {*NUMBERS, *TIMES}.isdisjoint(one.names.split())}
NEW = {"aThing": "of next year", "itsParts": [{"number": 18446744073709551619, "rate": 0.5}, None]}


def place(fields: Fields) -> Path:
    return tuple(int(step) if step.isdigit() else step for step in fields.wire.split(".") if step)


def with_fields(fields: Fields, tokens: dict[str, str]) -> Any:
    """The object of an answer in which some fields are this JSON."""
    changes = {(*place(fields), name): token for name, token in tokens.items()}
    [value] = read(fields.operation, bent(ANSWERS[fields.operation], changes))
    return at(value, fields.python)


@pytest.mark.parametrize("answer", READ.values(), ids=READ)
def test_an_answer_reads_as_what_it_says(answer: Answer):
    """Money is a `Decimal`, a time an aware `datetime`, a word of a set its member, a long number that names text."""
    [value] = read(answer.operation, answer.text)

    found = {path: at(value, path) for path in answer.told}
    assert answer.told == found
    assert {path: type(one) for path, one in answer.told.items()} == {path: type(one) for path, one in found.items()}
    assert all(one.tzinfo is not None for one in found.values() if hasattr(one, "tzinfo"))


@pytest.mark.parametrize("answer", READ.values(), ids=READ)
def test_rows_come_as_the_table_says(answer: Answer):
    """What comes in pages is a `Page`, what comes whole is not."""
    [value] = read(answer.operation, answer.text)

    assert (TABLE[answer.operation].extent == "paged") == isinstance(value, Page)


@both_clients
@pytest.mark.parametrize("request_", MINIMAL, ids=[request.operation for request in MINIMAL])
def test_both_clients_read_the_same(kind: Kind, request_: Request):
    """An answer is the same value in both clients."""
    text = ANSWERS[request_.operation].text
    _, value = sent_by(kind, request_, text)

    assert read(request_.operation, text) == [value]


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_what_came_goes_back_out(answer: Answer):
    """`to_dict` holds everything that came and was not null, digit by digit and under the vendor's names."""
    [value] = read(answer.operation, answer.text)

    assert canonical(plain(payload(answer.text))) == canonical(wire_form(value))


@pytest.mark.parametrize("answer", WITH_OBJECTS.values(), ids=WITH_OBJECTS)
def test_new_fields_survive(answer: Answer):
    """A field the vendor adds next year, in any object of an answer, is kept as it came and goes back out."""
    objects = [path for path, part in parts(answer) if isinstance(part, dict)]
    text = bent(answer, {(*path, "newField"): json.dumps(NEW) for path in objects})
    [value] = read(answer.operation, text)

    assert len(objects) == canonical(plain(wire_form(value))).count("newField")
    assert canonical(plain(payload(text))) == canonical(plain(wire_form(value)))


def test_what_every_answer_has_is_required_and_nothing_else():
    """Of each model of an answer, the fields that are never None are the ones that no recorded answer is without."""
    described = required_as_described()

    odd = sorted(name for name in {*REQUIRED, *described} if REQUIRED.get(name) != described.get(name))
    told = [f'{name} = "{" ".join(sorted(described.get(name, ())))}"' for name in odd]
    assert REQUIRED == described, "\n".join(["as described, if tests/contract/tables/required.toml is wrong:", *told])


@pytest.mark.parametrize("fields", LISTED.values(), ids=LISTED)
def test_every_documented_field_is_known(fields: Fields):
    """Each field the vendor's document lists is a field of the value, and not left among what is unknown."""
    there = {path for path, _ in parts(ANSWERS[fields.operation])}
    value = with_fields(fields, {name: "null" for name in fields.names.split() if (*place(fields), name) not in there})

    assert {} == value.extra


@pytest.mark.parametrize("fields", WITH_KINDS.values(), ids=WITH_KINDS)
def test_every_documented_field_has_its_kind(fields: Fields):
    """What the document calls a number with a fraction is a `Decimal`, and what it calls a date a `datetime`."""
    names = fields.names.split()
    numbers = {name: "1234567.12345678901234567890" for name in names if name in NUMBERS}
    times = {name: "1710460800001" for name in names if name in TIMES}
    value = with_fields(fields, {**numbers, **times})

    kinds = {wire: type(getattr(value, python)) for python, wire in value.NAMES.items() if wire in {*numbers, *times}}
    assert {**dict.fromkeys(numbers, Decimal), **dict.fromkeys(times, datetime)} == kinds
    written = value.to_dict()
    assert {**numbers, **times} == {wire: str(written[wire]) for wire in kinds}
