"""Every operation, well and badly: what is logged, shown and raised tells no secret and no person."""

import gc
import json
import logging
import pickle
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from traceback import TracebackException
from typing import Any

import attrs
import httpx
import pytest

from binance_c2c import C2CClient, RetryPolicy, models
from binance_c2c._core.auth.secrets import Secret
from binance_c2c._core.recording import is_kept
from binance_c2c._core.support.redact import redact_secrets, scrub_error
from binance_c2c.errors import APIError, C2CError, DecodeError, OutcomeUnknownError, TransportError
from binance_c2c.sandbox import Sandbox
from binance_c2c_sapi.resources.orders import build_get, build_release
from tests.support.clients import KEY, SECRET, Kind, answering, both_clients, gateway, no, run, yes
from tests.support.contract.calls import EXCHANGE, act
from tests.support.contract.tables import ANSWERS, FULL, MINIMAL
from tests.support.log_watch import LogWatch
from tests.support.wire import HANG_UP, Answer, Wire, reply

# Whatever else a word may be about, these are somebody's name, account or key. By hand, not from the description.
PRIVATE = frozenset(
    [
        "realName",
        "email",
        "mobile",
        "payAccount",
        "payBank",
        "paySubBank",
        "listenKey",
        "listenToken",
        "content",
        "imageUrl",
        "thumbnailUrl",
        "uploadUrl",
        "preSignedUrl",
        "fieldValue",
        "buyerName",
        "buyerMobilePhone",
        "sellerName",
        "sellerMobilePhone",
        "payee",
        "idNumber",
        "address",
        "qrCodePath",
        "kycFullName",
    ]
)
CODES = frozenset({"code", "google_verify_code", "mobile_verify_code", "email_verify_code", "yubikey_verify_code"})
PERSON, CODE = "Wilhelmina-Privata-4711", "onetime-815-815"
HTML = f"<html>{PERSON}</html>".encode()
ARGUMENTS = {request.operation: dict(request.arguments) for request in (*MINIMAL, *FULL)}
ACTS = [
    act(operation, {name: CODE if name in CODES else value for name, value in arguments.items()})
    for operation, arguments in ARGUMENTS.items()
]
ONCE = RetryPolicy(attempts=1)
CASSETTES = Path(__file__).parents[1] / "cassettes"


def told(value: Any, *, bent: bool = False) -> Any:
    """The value with a person in every private place; bent, with another type in all the others."""
    if isinstance(value, dict):
        return {key: PERSON if key in PRIVATE else told(part, bent=bent) for key, part in value.items()}
    if isinstance(value, list):
        return [told(part, bent=bent) for part in value]
    return [PERSON] if bent else value


def answered(operation: str, *, bent: bool = False) -> Answer:
    document = json.loads(ANSWERS[operation].text)
    if "data" not in document:
        return reply(told(document, bent=bent))
    return reply({**document, "data": told(document["data"], bent=bent)})


# What answers each operation in turn, what answers everything, and the kind of what is then raised.
SCENES: dict[str, tuple[list[Answer], Answer | None, type[C2CError] | None]] = {
    "read": ([answered(name) for name in ARGUMENTS], None, None),
    "unreadable": ([answered(name, bent=True) for name in ARGUMENTS], None, DecodeError),
    "refused": ([], reply(no(), 400), APIError),
    "late": ([], reply(gateway(-1021), 400), APIError),
    "firewall": ([], reply(HTML, 403), C2CError),
    "broken": ([], reply(HTML, 502), OutcomeUnknownError),
    "no envelope": ([], reply({"realName": PERSON}), C2CError),
    "elsewhere": (
        [],
        reply(
            HTML, 302, [("Location", f"https://elsewhere.example/?token={PERSON}"), ("Set-Cookie", f"{PERSON}; Path=/")]
        ),
        TransportError,
    ),
    "lost": ([], HANG_UP, OutcomeUnknownError),
}


@pytest.mark.parametrize("scene", SCENES)
@both_clients
def test_nothing_that_is_told_tells_a_secret(kind: Kind, scene: str, caplog: pytest.LogCaptureFixture):
    """Logs at DEBUG, values and errors, even with the local variables of every frame, keep quiet about all of them."""
    script, then, raised = SCENES[scene]
    caplog.set_level(logging.DEBUG)
    with Wire(*script, then=then) as wire:
        results = run(kind, wire.url, *ACTS, retry=ONCE)
        signatures = [found for one in wire.requests for found in re.findall(r"signature=([^&]+)", one.target)]
        received = "".join(one.raw.decode() for one in wire.requests)
    errors = [result for result in results if isinstance(result, C2CError)]
    logged = caplog.text + "".join(repr(vars(record)) for record in caplog.records)
    shown = "".join(f"{result!r}{result!s}" for result in results) + "".join(map(repr, bad_rows(results)))
    frames = "".join("".join(TracebackException.from_exception(e, capture_locals=True).format()) for e in errors)
    ours = {KEY, SECRET, PERSON, *signatures}

    assert len(signatures) > 40
    assert KEY in received
    assert CODE in received
    assert (raised is None) == (not errors)
    assert raised is None or raised in {base for error in errors for base in type(error).__mro__}
    assert set() == {secret for secret in {*ours, CODE} if secret in logged + shown}
    # What the caller gave stands in the caller's frames, and in those it was given to.
    assert set() == {secret for secret in ours if secret in frames}


def bad_rows(results: list[Any]) -> Iterator[Any]:
    for result in results:
        yield from getattr(result, "bad_rows", ())


@both_clients
def test_an_exchange_that_echoes_the_request_is_not_quoted(kind: Kind):
    """What was signed comes back in message, headers and body: no error keeps the signature."""
    sent: list[str] = []

    def echo(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.params["signature"])
        document = gateway(-1100, f"no such path {request.url}")
        return httpx.Response(400, json=document, headers={"Location": str(request.url)})

    [error] = run(kind, EXCHANGE, lambda c: c.orders.get(order_number="1"), http=answering(echo))

    assert "signature=[hidden]" in error.message
    assert "timestamp=" in error.headers["location"]
    assert sent[0] not in repr(error) + repr(vars(error))


PAGES = {
    "a table": "<tr><td>X-MBX-APIKEY</td><td>{key}</td></tr><tr><td>query</td><td>{query}</td></tr>",
    "JSON": '{{"headers": {{"X-MBX-APIKEY" : "{key}"}}, "signature": "{signature}"}}',
    "a sentence": "the request of {key} ({signature}) was refused; so was {secret}",
    "escaped": "key&#61;{key}&amp;signature&#61;{signature}",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("status", [400, 403, 502])
@both_clients
def test_a_page_that_echoes_the_request_is_not_quoted(kind: Kind, status: int, page: str):
    """Whatever a proxy shows of key, secret and signature, in its page or in a refusal's message, no error keeps it."""
    signatures: list[str] = []

    def show(request: httpx.Request) -> httpx.Response:
        signatures.append(request.url.params["signature"])
        query = request.url.query.decode()
        text = page.format(key=KEY, secret=SECRET, query=query, signature=signatures[-1])
        if len(signatures) > 1:
            return httpx.Response(status, json=gateway(-1100, text))
        return httpx.Response(status, text=text)

    found = run(kind, EXCHANGE, *[lambda c: c.orders.release(order_number="1")] * 2, http=answering(show), retry=ONCE)
    told = "".join(f"{error!r} {vars(error)}" for error in found)

    assert 2 == len(signatures)
    assert "[hidden]" in found[0].body
    assert [] == [secret for secret in (KEY, SECRET, *signatures) if secret in told]


CALLS: dict[str, Callable[[Any], Any]] = {
    "a write": lambda c: c.orders.release(order_number="1", auth_type="SMS", code=CODE, email_verify_code=CODE),
    "a read": lambda c: c.orders.can_release(order_number="1", google_verify_code=CODE),
    "raw": lambda c: c.raw("POST", "/sapi/v1/c2c/other", body={"x": [{"code": CODE, "googleVerifyCode": CODE}]}),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("status", [200, 302, 400, 502])
@both_clients
def test_an_answer_that_quotes_a_one_time_code_is_not_quoted(kind: Kind, status: int, call: Callable[[Any], Any]):
    """Wherever it stands in the answer, no error, pickle or cause keeps it; a longer number that holds it is kept."""

    def echo(request: httpx.Request) -> httpx.Response:
        told = f"no {request.content.decode()} of order 22{CODE}7"
        return httpx.Response(status, json=gateway(-1100, told), headers={"Location": told})

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError(f"illegal line {request.content!r}")

    for http in (answering(echo), answering(fail)):
        [error] = run(kind, EXCHANGE, call, http=http, retry=ONCE)
        shown = f"{error!r}{error!s}{vars(error)}{error.__cause__!r}{pickle.dumps(error)!r}"

        assert isinstance(error, C2CError)
        assert CODE not in shown.replace(f"22{CODE}7", "")
        assert http.handler is fail or (f"22{CODE}7" in error.body and "[hidden]" in error.body)


def test_a_code_of_few_letters_is_left_where_it_stands():
    """Hidden everywhere, a code such as `1` would leave no message readable."""
    assert ("no code 123, no [hidden]",) == scrub_error(ValueError("no code 123, no 1234"), ["123", "1234"]).args


@pytest.mark.parametrize("before", range(492 - len(KEY), 501, 5))
def test_a_secret_at_the_end_of_what_is_kept_of_a_body_is_hidden_whole(before: int):
    """Cut in two, its first half would not be recognised as a secret."""
    page = httpx.Response(502, text=f"{'a' * before} {KEY} {'b' * 100}")
    [error] = run(
        C2CClient, EXCHANGE, lambda c: c.orders.get(order_number="1"), http=answering(lambda _: page), retry=ONCE
    )

    assert f"{'a' * before} [hidden] {'b' * 100}"[:500] == error.body


def test_what_is_not_a_secret_is_not_hidden():
    """Words that are short, texts with a digest's letters that are longer, and a secret that nobody holds any more."""
    short, held = Secret("api_key", "rows"), Secret("api_secret", "b" * 40)
    for secret in (Secret("api_secret", "c" * 40), short, held):
        secret.reveal()
    gc.collect()
    text = f"rows {'b' * 40} {'c' * 40} {'0' * 65} the signature was refused"

    assert f"rows [hidden] {'c' * 40} {'0' * 65} the signature was refused" == redact_secrets(text)


@both_clients
def test_a_transport_that_quotes_the_request_is_not_quoted(kind: Kind):
    """The text of a cause loses the signature and is kept; a cause whose text cannot be changed is let go."""
    sent: list[str] = []

    def fail(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.params["signature"])
        message = f"cannot reach {request.url}"
        # Of two arguments the text of an OSError is made once and for all.
        raise httpx.ConnectError(message) from OSError(5, f"no route for {request.url}")

    [error] = run(kind, EXCHANGE, lambda c: c.orders.get(order_number="1"), http=answering(fail), retry=ONCE)
    text = "".join(TracebackException.from_exception(error, capture_locals=True).format())

    assert "cannot reach https://api.binance.com/" in text
    assert "signature=[hidden]" in text
    assert (None, None) == (error.__cause__.__cause__, error.__cause__.__context__)
    assert sent[0] not in text


def test_errors_that_cause_each_other_are_silenced():
    """A circle of causes comes to an end; what was met on the way and cannot be cleaned is let go like a cause."""
    first, second, third = ValueError("signature=a1"), ValueError("token=b2", 3), ValueError("met on the way")
    first.__cause__, second.__context__ = second, first
    third.__context__ = OSError(5, "listenKey=c3")

    assert first is scrub_error(first)
    assert ("signature=[hidden]",) == first.args
    assert ("token=[hidden]", 3) == second.args
    assert first.__cause__ is second
    assert scrub_error(third).__context__ is None


def test_a_cause_that_cannot_be_cleaned_is_let_go():
    """What the system says of an error is in none of its arguments, so it stays as it is."""
    error = ValueError("met on the way")
    error.__cause__ = OSError(5, "listenKey=c3")

    assert scrub_error(error).__cause__ is None


def test_a_call_does_not_show_what_it_sends():
    """One-time codes are in a call's body, which its `repr` leaves out; the operation is there."""
    call = build_release(order_number="1", auth_type="GOOGLE", google_verify_code=CODE)

    assert call.body is not None
    assert CODE == call.body["googleVerifyCode"]
    assert "orders.release" in repr(call)
    assert CODE not in f"{call!r}{call!s}"


def test_an_exchange_does_not_show_whom_it_is_about():
    """The raw answer and its headers stand in attributes, not in the `repr`."""
    data = told(json.loads(ANSWERS["orders.get"].text)["data"])
    http = answering(lambda _: httpx.Response(200, json=yes(data), headers={"Set-Cookie": PERSON}))
    with C2CClient(api_key=KEY, api_secret=SECRET, http=http) as client:
        exchange = client.exchange(build_get(order_number="1"))

    assert PERSON in json.dumps(exchange.envelope)
    assert PERSON == exchange.headers["set-cookie"]
    assert "status=200" in repr(exchange)
    assert PERSON not in f"{exchange!r}{exchange!s}"


def test_a_cassette_leaves_out_whatever_a_model_hides_and_every_nickname():
    """No field of an answer that is private, or that tells who somebody is, was forgotten when recording."""
    kinds: list[Any] = [kind for kind in (getattr(models, name) for name in dir(models)) if attrs.has(kind)]
    fields = [(kind.NAMES.get(one.name, ""), one) for kind in kinds for one in attrs.fields(kind)]
    private = {wire for wire, one in fields if wire and (not one.repr or wire.lower().endswith(("nickname", "userno")))}

    assert {"payAccount", "listenToken", "takerUserNo", "nickName"} < private
    # That one is a flag.
    assert {"existsNickname"} == {name for name in private if is_kept(name)}


@pytest.mark.parametrize("path", sorted(CASSETTES.rglob("*.json")), ids=lambda path: path.stem)
def test_no_cassette_holds_a_key(path: Path):
    """Whatever is recorded, used by a test or not, was recorded without key, secret and signature."""
    text = path.read_text(encoding="utf-8")
    pairs = [part for key in Sandbox().keys.values() for part in (key.api_key, key.api_secret)]

    assert [] == [word for word in (*pairs, KEY, SECRET, "signature=", "listenToken") if word in text]


def test_the_run_is_watched(log_watch: LogWatch):
    """Every request of this run is spoken of, and what is said of it is searched."""
    before = log_watch.searched
    with Wire(then=reply(yes({}))) as wire:
        run(C2CClient, wire.url, act("users.me"))

    assert log_watch.searched > before


@pytest.mark.parametrize("part", ["msg", "args", "extra", "exc_info"])
def test_a_secret_in_a_record_is_found(part: str):
    """In its text, its arguments, its fields or its traceback; who told it is kept, and what is not."""
    watch = LogWatch()
    record = logging.makeLogRecord({"name": "somebody", "msg": "%s"} if part == "args" else {"name": "somebody"})
    watch.handle(record)
    found = list(watch.told)
    error = ValueError(SECRET)
    setattr(record, part, {"msg": SECRET, "args": (KEY,), "extra": [KEY], "exc_info": (ValueError, error, None)}[part])
    watch.handle(record)

    assert [] == found
    assert 1 == len(watch.told)
    assert watch.told[0].startswith("somebody in tests/client/test_secrets_everywhere.py::")
    assert SECRET not in watch.told[0]
