"""What leaves the machine when a method is called, held against bodies and queries that were typed by hand."""

import inspect
import json
from collections.abc import Iterator
from operator import attrgetter
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from binance_c2c import C2CClient
from binance_c2c.errors import C2CError
from tests.support.clients import KEY, SECRET, Kind, both_clients
from tests.support.contract.calls import Request, canonical, sent_by
from tests.support.contract.tables import ANSWERS, FULL, MINIMAL, TABLE

SIGNERS = ("recvWindow", "signature", "timestamp")

MOST = pytest.mark.parametrize("request_", FULL, ids=[request.operation for request in FULL])
LEAST = pytest.mark.parametrize("request_", MINIMAL, ids=[request.operation for request in MINIMAL])


def sent(kind: Kind, request: Request) -> httpx.Request:
    """What one call lets leave; the answer to it is readable, or the test is about nothing."""
    leaving, result = sent_by(kind, request, ANSWERS[request.operation].text)
    assert not isinstance(result, C2CError), result
    return leaving


def query_of(leaving: httpx.Request) -> list[tuple[str, str]]:
    return parse_qsl(leaving.url.query.decode("ascii"), keep_blank_values=True, strict_parsing=bool(leaving.url.query))


def payload(leaving: httpx.Request) -> list[tuple[str, str]]:
    """The query without what the signer adds."""
    return [(key, value) for key, value in query_of(leaving) if key not in SIGNERS]


def in_order(request: Request) -> list[tuple[str, str]]:
    """What must stand in the query, in the order in which it must stand there."""
    pairs = list(request.query.items())
    return sorted(pairs) if TABLE[request.operation].signed_in == "sorted" else pairs


def body_of(leaving: httpx.Request) -> Any:
    return json.loads(leaving.content) if leaving.content else None


def nulls(value: Any) -> Iterator[None]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from nulls(part)
    if value is None:
        yield None


def signature_of(operation: str) -> dict[str, inspect.Parameter]:
    client: Any = C2CClient(api_key=KEY, api_secret=SECRET)
    return dict(inspect.signature(attrgetter(operation)(client)).parameters)


@both_clients
@MOST
def test_every_argument_reaches_the_wire(kind: Kind, request_: Request):
    """Called with all there is, an operation sends the vendor's names and the exact values, and nothing else."""
    leaving = sent(kind, request_)

    assert in_order(request_) == payload(leaving)
    assert canonical(request_.body) == canonical(body_of(leaving))


@both_clients
@LEAST
def test_what_was_not_given_is_not_sent(kind: Kind, request_: Request):
    """Called with what is required, an operation sends that and the defaults of paging: no null, no empty value."""
    leaving = sent(kind, request_)

    assert in_order(request_) == payload(leaving)
    assert canonical(request_.body) == canonical(body_of(leaving))


@both_clients
@LEAST
def test_none_is_the_same_as_nothing(kind: Kind, request_: Request):
    """None given for what may be left out sends what leaving it out sends."""
    optional = {name: None for name, one in signature_of(request_.operation).items() if one.default is None}
    leaving = sent(kind, request_._replace(arguments={**request_.arguments, **optional}))

    assert [] == list(nulls(body_of(leaving) or {}))
    assert in_order(request_) == payload(leaving)
    assert canonical(request_.body) == canonical(body_of(leaving))


@both_clients
@LEAST
def test_each_call_takes_its_way(kind: Kind, request_: Request):
    """A call goes with the vendor's method to the vendor's path, over TLS, and to the host that serves it."""
    row = TABLE[request_.operation]
    leaving = sent(kind, request_)

    expected = (row.method, "https", row.host, row.path)
    assert expected == (leaving.method, leaving.url.scheme, leaving.url.host, leaving.url.path)


@both_clients
@LEAST
def test_each_call_proves_what_it_must(kind: Kind, request_: Request):
    """The key goes out with what needs one, the signature and its time with what is signed, and neither for nothing."""
    security = TABLE[request_.operation].security
    leaving = sent(kind, request_)

    assert (KEY if security != "none" else None) == leaving.headers.get("x-mbx-apikey")
    signers = sorted(key for key, _ in query_of(leaving) if key in SIGNERS)
    assert (list(SIGNERS) if security == "signed" else []) == signers
    assert SECRET not in f"{leaving.url}{leaving.headers!r}"


@both_clients
@LEAST
def test_the_vendor_is_told_which_client_calls(kind: Kind, request_: Request):
    """Every C2C operation carries `clientType: web`, which the exchange demands, and nothing else does."""
    row = TABLE[request_.operation]
    leaving = sent(kind, request_)

    assert ([row.client] if row.client != "-" else []) == leaving.headers.get_list("clienttype")


@both_clients
@LEAST
def test_a_body_is_json_or_not_there(kind: Kind, request_: Request):
    """A call with fields of its own sends JSON and says so; one without sends no byte and no type."""
    leaving = sent(kind, request_)

    assert (request_.body is not None) == bool(leaving.content)
    assert ("application/json" if request_.body is not None else None) == leaving.headers.get("content-type")
    assert request_.body is None or leaving.method == "POST"


def test_no_operation_is_left_out():
    """Every operation that takes something is called with all it takes."""
    assert {request.operation for request in FULL} == {name for name in TABLE if signature_of(name)}


@MOST
def test_all_arguments_are_given(request_: Request):
    """The calls with everything leave no argument of a method untried."""
    assert set(request_.arguments) == set(signature_of(request_.operation))


@LEAST
def test_only_what_is_required_is_given(request_: Request):
    """The calls with little hold what a method demands and nothing that it does not."""
    required = {
        name for name, one in signature_of(request_.operation).items() if one.default is inspect.Parameter.empty
    }

    assert set(request_.arguments) == required
