"""The sandbox's strings, pulled by JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c.sandbox import Sandbox
from binance_c2c.sandbox.inspector.api import control
from tests.support.sandbox_client import START_MS, Clock

NONE: dict[str, Any] = {"seed": 0, "faults": []}
LOST: dict[str, Any] = {
    "kind": "drop-after", "operations": "orders.release", "times": 1, "probability": 1.0, "seconds": None,
    "status": None,
}  # fmt: skip


def pull(sandbox: Sandbox, name: str, values: object = None) -> tuple[int, Any]:
    answer = control(sandbox, name, b"" if values is None else json.dumps(values).encode())
    return answer.status, json.loads(answer.body)


def test_faults_are_added_listed_and_cleared():
    """What was added is listed with how often it happened, and can be added again as it is listed."""
    sandbox = Sandbox()
    fault = {"kind": "drop-after", "operations": "orders.release", "times": 1}

    assert (200, NONE) == pull(sandbox, "faults.list")
    assert (200, {"seed": 0, "faults": [{**LOST, "happened": 0}]}) == pull(sandbox, "faults.add", fault)
    assert (200, {"seed": 0, "faults": [{**LOST, "happened": 0}] * 2}) == pull(sandbox, "faults.add", LOST)
    assert 9 == pull(sandbox, "faults.seed", {"seed": 9})[1]["seed"] == sandbox.faults.seed
    assert (200, {**NONE, "seed": 9}) == pull(sandbox, "faults.clear")
    assert -12 == pull(sandbox, "faults.seed", {"seed": "-12"})[1]["seed"] == sandbox.faults.seed


def test_the_clock_is_moved():
    """It answers with the time it is then."""
    sandbox = Sandbox(now=Clock())

    assert (200, {"now_ms": START_MS + 960_000}) == pull(sandbox, "clock.advance", {"minutes": 16})


@pytest.mark.parametrize(
    ("name", "values", "status", "words"),
    [
        ("clock.stop", {}, 404, "one of clock.advance"),
        ("clock.advance", {"minutes": -1}, 400, "forward only"),
        ("clock.advance", {"minutes": "1"}, 400, "minutes"),
        ("clock.advance", {"fortnights": 1}, 400, "fortnights"),
        ("clock.advance", [], 400, "a JSON object is expected"),
        ("faults.add", {}, 400, "kind: one of delay"),
        ("faults.add", {"kind": "delay", "seconds": "soon"}, 400, "seconds: a number"),
        ("faults.seed", {"seed": "x"}, 400, "seed: a whole number"),
        ("faults.seed", {"seed": True}, 400, "seed: a whole number"),
        ("faults.seed", {"seed": ""}, 400, "seed: a whole number"),
        ("faults.seed", {"seed": "1" * 5_000}, 400, "seed: a whole number"),
    ],
)
def test_what_cannot_be_done_is_said(name: str, values: object, status: int, words: str):
    """404 for a name that is none, 400 with the argument at fault."""
    found, told = pull(Sandbox(), name, values)

    assert status == found
    assert words in told["error"]


@given(name=st.sampled_from(["clock.advance", "faults.add", "faults.seed", "x"]), body=st.binary())
def test_any_body_is_answered(name: str, body: bytes):
    """Whatever is sent, it does not fall over."""
    assert control(Sandbox(), name, body).status in {200, 400, 404}


def test_a_document_nested_too_deep_is_refused():
    """Not even that is more than a refusal."""
    assert 400 == control(Sandbox(), "faults.add", b"[" * 100_000).status
