"""What an error keeps of the answer, and what it never shows."""

import copy
import json
import logging
import pickle
import traceback
from typing import Any

import httpx
import pytest

from binance_c2c import errors
from binance_c2c.errors import C2CError
from binance_c2c_runtime import Call
from binance_c2c_sapi.resources import orders
from tests.support.clients import no, order_data, yes
from tests.support.talk import Outcome, converse, flow

READ = orders.build_get(order_number="1")
LIST = orders.build_list()
WRITE = orders.build_release(order_number="1", code="314159")
PERSON = "JUAN PÉREZ"
ACCOUNT = "012180001234567891"
PERSONAL = order_data(realName=PERSON, amount=ACCOUNT + "x", payMethods={"account": ACCOUNT})

TREE = {
    "C2CError": Exception,
    "ConfigurationError": errors.C2CError,
    "TransportError": errors.C2CError,
    "OutcomeUnknownError": errors.TransportError,
    "DecodeError": errors.C2CError,
    "APIError": errors.C2CError,
    "AuthenticationError": errors.APIError,
    "RateLimitError": errors.APIError,
    "ServerError": errors.APIError,
    "ChatError": errors.C2CError,
}


def answer(status: int, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, content=content, headers={"X-Trace": "7", **headers})


def failed(call: Call[Any], outcome: Outcome) -> C2CError:
    """The error of a call whose first attempt ends like this."""
    error = converse(flow(timeout=1e-6), call, [outcome], each_takes=1.0).error
    assert error is not None
    return error


EXAMPLES = {
    "TransportError": (READ, answer(200, f"<html>{PERSON} {ACCOUNT}".encode())),
    "TransportError without an answer": (READ, httpx.ConnectError(f"to {PERSON} {ACCOUNT}")),
    "OutcomeUnknownError": (WRITE, answer(502, f"<html>{PERSON} {ACCOUNT}".encode())),
    "OutcomeUnknownError without an answer": (WRITE, httpx.ReadError(f"from {PERSON} {ACCOUNT}")),
    "DecodeError": (READ, answer(200, yes(PERSONAL))),
    "DecodeError for something else": (LIST, answer(200, yes(PERSONAL))),
    "APIError": (WRITE, answer(400, {**no("83229", "resting"), "data": PERSONAL})),
    "APIError without words": (READ, answer(403, f"<html>{PERSON} {ACCOUNT}".encode())),
    "AuthenticationError": (READ, answer(401, {"code": -2015, "msg": "bad key", "data": PERSONAL})),
    "RateLimitError": (READ, answer(429, {"code": -1003, "msg": "slow down", "data": PERSONAL}, Retry_After="99")),
    "ServerError": (READ, answer(500, {"code": -1000, "msg": "broken", "data": PERSONAL})),
}
each = pytest.mark.parametrize(("kind", "call", "outcome"), [(k, *v) for k, v in EXAMPLES.items()], ids=EXAMPLES)


@each
def test_an_error_keeps_what_came(kind: str, call: Call[Any], outcome: Outcome):
    """Operation, status, headers and the start of the body are there for whoever asks."""
    error = failed(call, outcome)

    assert kind.split(maxsplit=1)[0] == type(error).__name__
    assert call.operation.id == error.operation_id
    if isinstance(outcome, httpx.Response):
        assert (outcome.status_code, "7") == (error.http_status, error.headers["x-trace"])
        assert outcome.content.decode()[:450] == error.body[:450]
        assert outcome.content
    else:
        assert (None, {}, "") == (error.http_status, error.headers, error.body)


@each
def test_an_error_survives_a_trip_to_another_process(kind: str, call: Call[Any], outcome: Outcome):
    """Pickling and copying lose nothing of type, text and attributes, but that a pickle leaves personal data behind."""
    error = failed(call, outcome)
    error.add_note("seen in worker 3")

    packed = pickle.dumps(error)
    unpacked = pickle.loads(packed)  # noqa: S301 - our own

    assert [] == [secret for secret in (PERSON, ACCOUNT) if secret.encode() in packed]
    assert "" == unpacked.body
    unpacked.body = error.body
    for twin in (unpacked, copy.copy(error), copy.deepcopy(error)):
        assert (type(error), str(error), repr(error), vars(error)) == (type(twin), str(twin), repr(twin), vars(twin))
    assert kind


@each
def test_an_error_does_not_tell_who_was_concerned(
    kind: str, call: Call[Any], outcome: Outcome, caplog: pytest.LogCaptureFixture
):
    """Names and accounts out of a body are in no text: not in `str`, `repr`, log or what our errors say in a trace."""
    caplog.set_level(logging.DEBUG)
    error = failed(call, outcome)
    ours = [one for one in (error, error.__cause__) if not isinstance(one, httpx.RequestError | None)]
    trace = [line for one in ours for line in traceback.format_exception_only(one)]
    shown = "".join([str(error), repr(error), caplog.text, *trace])

    assert [] == [secret for secret in (PERSON, ACCOUNT, "314159") if secret in shown]
    assert kind


def test_a_long_body_is_cut():
    """No more than the start of a body is kept, whatever its size, and half a character does no harm."""
    error = failed(READ, answer(502, b"a" + "é".encode() * 1_000_000))

    assert "a" + "é" * 249 + "\ufffd" == error.body


def test_a_body_in_no_character_set_is_kept_as_far_as_it_goes():
    """Bytes that are no text show as such in the body, and raise nothing."""
    assert "ab\ufffd\ufffdc" == failed(READ, answer(403, b"ab\xff\xfec")).body


def test_the_tree_of_errors_is_the_one_in_its_docstring():
    """Each error has the parent its module promises, and there is no other."""
    found = {name: getattr(errors, name).__base__ for name in errors.__all__}
    drawn = [line.split("── ")[1].split()[0] for line in (errors.__doc__ or "").splitlines() if "── " in line]

    assert TREE == found
    assert set(TREE) == {"C2CError", *drawn}


def test_an_error_is_its_own_only_argument():
    """Without facts an error is a plain exception; with an operation its text begins with it."""
    assert ("it broke", None, {}, "") == (
        str(error := C2CError("it broke")),
        error.operation_id,
        error.headers,
        error.body,
    )
    assert "ads.get: it broke" == str(C2CError("it broke", operation_id="ads.get"))
    assert "it broke; whether it took effect is not known." == str(errors.OutcomeUnknownError("it broke"))
