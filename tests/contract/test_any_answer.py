"""Whatever JSON stands at whatever place of an answer to any operation: a value or an error of ours, nothing else."""

import copy
import json
import pickle
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from binance_c2c import AsyncC2CClient, C2CClient, Page
from binance_c2c._core.support import json as _json
from binance_c2c.errors import C2CError
from binance_c2c_runtime import Call
from tests.support.any_json import nested, tokens
from tests.support.contract.answers import bent, built, parts, read, wire_form
from tests.support.contract.calls import Answer, Path
from tests.support.contract.tables import ANSWERS
from tests.support.talk import judge

AROUND: list[Path] = [("code",), ("message",), ("msg",), ("success",), ("data",), ("total",)]


def places(answer: Answer) -> list[Path]:
    """Wherever something stands in an answer, and in each of its objects a field that nobody knows."""
    inside = [place for place, _ in parts(answer) if place]
    fresh = [(*place, "ofNextYear") for place, part in parts(answer) if isinstance(part, dict)]
    return [*AROUND, *inside, *fresh]


def judged(answer: Answer, texts: list[str]) -> list[Any]:
    """The values, or the errors of ours; any other fails the test."""
    call = built(answer.operation)
    return [one_judged(call, text) for text in texts]


def one_judged(call: Call[Any], text: str) -> Any:
    try:
        return judge(call, httpx.Response(200, content=text.encode())).value
    except C2CError as error:
        return error


@contextmanager
def only_stdlib() -> Generator[None]:
    """Answers are read as without msgspec."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_json, "_reader", lambda: _json.read_with_stdlib)
        yield


def handled(result: Any) -> str:
    """A value or an error after what programs do with one: show it, write it, read it again."""
    if isinstance(result, C2CError):
        again, there = copy.copy(result), pickle.loads(pickle.dumps(result))  # noqa: S301 - our own
        assert (type(result), str(result), vars(result)) == (type(again), str(again), vars(again))
        # The start of the answer, which may hold bank data, leaves no process.
        assert (str(result), {**vars(result), "body": ""}) == (str(there), vars(there))
        return f"{result!r} {result}"
    shown = f"{result!r} {result}"
    for part in result if isinstance(result, (Page, list)) else [result]:
        if hasattr(part, "to_dict"):
            written = part.to_dict()
            assert written == type(part).from_dict(written).to_dict()
    bad = [(row.index, row.reason) for row in getattr(result, "bad_rows", ())]
    return f"{shown} {json.dumps(wire_form(result), default=str)} {bad}"


@settings(max_examples=300)
@given(answer=st.sampled_from(list(ANSWERS.values())), token=tokens)
# In no calendar once they are reckoned in UTC and in milliseconds.
@example(answer=ANSWERS["system.time"], token='"0001-01-01T00:00:00+23:59"')
@example(answer=ANSWERS["orders.get"], token='"9999-12-31T23:59:59.9999999+00:00"')
def test_any_json_at_every_place_is_a_value_or_an_error_of_ours(answer: Answer, token: str):
    """No other exception comes of it, then or when the result is used; with msgspec and without it is the same."""
    texts = [bent(answer, {place: token}) for place in places(answer)]
    results = [handled(result) for result in judged(answer, texts)]
    with only_stdlib():
        assert results == [handled(result) for result in judged(answer, texts)]


@settings(max_examples=100)
@given(
    answer=st.sampled_from(list(ANSWERS.values())),
    bends=st.lists(st.tuples(st.integers(0), tokens), min_size=1, max_size=8),
)
def test_both_clients_make_the_same_of_any_answer(answer: Answer, bends: list[tuple[int, str]]):
    """What is asked through a client, for threads or for tasks, ends in the same value or the same error of ours."""
    found = places(answer)
    texts = [bent(answer, {found[number % len(found)]: token}) for number, token in bends]
    in_thread, in_task = (read(answer.operation, *texts, kind=kind) for kind in (C2CClient, AsyncC2CClient))

    assert [handled(result) for result in in_thread] == [handled(result) for result in in_task]


@pytest.mark.parametrize(
    ("operation", "place"),
    [
        ("orders.release", ("code",)),
        ("ads.categories", ("data", "advClassifies")),
        ("orders.list", ("data", 0, "amount")),
    ],
)
def test_however_deep_an_answer_is_it_is_a_value_or_an_error_of_ours(operation: str, place: Path):
    """Also where it can just be read, and what is read can no longer be shown: neither interpreter nor enum says so."""
    answer = ANSWERS[operation]
    results = judged(answer, [bent(answer, {place: nested(depth)}) for depth in (*range(850, 1010), 100_000)])

    assert {True} == {isinstance(result, (C2CError, Page)) for result in results}
    # Both are met: what is read and refused for its place, and what is not even read.
    assert 1 < len({str(result) for result in results})
