"""The sandbox against the whole description: requests that schemathesis makes from it, answers held to it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error, response_schema_conformance, status_code_conformance

from binance_c2c_sapi.operations import OPERATIONS as TABLE
from binance_c2c_strict import models
from tests.support.sandbox_client import SELL_AD, START_MS, Trader, signed, trading

ROOT = Path(__file__).parents[3]
HOST = "https://sandbox.invalid"

# The description's examples name ads and orders that exist nowhere. In these names they are the ones below.
NUMBERS = {
    "12784010203040506112": "12784000000000000001",
    "12784019999999999999": "12784000000000000002",
    "22784010203040506113": "22784000000000000001",
    "22784010203040506114": "22784000000000000002",
    "s00000000000000000000000000000001": "s" + "1".zfill(32),
}
# Without shrinking, so that what fails does so at once.
LIMITS = settings(
    max_examples=8,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
# The signature made here is right: what is looked at is behind the gate.
STOPPED_AT_THE_GATE = (-1021, -1022, -2008, -2014)

schemathesis.openapi.format("decimal", st.decimals(-10, 10**7, places=2).map(str))


def description() -> dict[str, Any]:
    text = (ROOT / "openapi/dist/c2c.json").read_text(encoding="utf-8")
    for example, real in NUMBERS.items():
        text = text.replace(example, real)
    described: dict[str, Any] = json.loads(text)
    return described


SCHEMA = schemathesis.openapi.from_dict(description())
OPERATIONS = {name: SCHEMA[operation.path][operation.method] for name, operation in TABLE.items()}


def exchange() -> Trader:
    """A merchant with an ad, an order that was paid and one that was not; the taker has an ad, too."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    taker.post_ad({**SELL_AD, "price": "18.39", "tradeMethods": [{"identifier": "SPEI", "payId": 50100200}]})
    first, second = taker.place(ad), taker.place(ad)
    taker.do("orders.mark_paid", {"orderNumber": first})
    assert set(NUMBERS.values()) >= {ad, first, second}
    return merchant


def sign(request: httpx.Request, trader: Trader) -> httpx.Request:
    """What was made up for key and signature gives way to the real ones."""
    kept = [part for part in request.url.query.split(b"&") if part and not part.startswith(b"signature=")]
    payload = b"&".join([*kept, b"timestamp=%d" % START_MS]).decode()
    url = request.url.copy_with(query=signed(trader.api_secret, payload))
    headers = request.headers.copy()
    headers["X-MBX-APIKEY"] = trader.api_key
    return httpx.Request(request.method, url, headers=headers, content=request.content)


def send(case: Case[Any]) -> schemathesis.Response:
    trader = exchange()
    wire = case.as_transport_kwargs(base_url=HOST)
    names = {"params": "params", "json": "json", "data": "content"}
    parts: dict[str, Any] = {ours: wire[theirs] for theirs, ours in names.items() if theirs in wire}
    request = httpx.Request(wire["method"], wire["url"], headers=wire["headers"], **parts)
    if case.operation.definition.raw["security"]:
        request = sign(request, trader)
    sandbox = trader.sandbox
    answer = sandbox.handle(request.method, request.url.path, request.url.query, dict(request.headers), request.content)
    response = httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body, request=request)
    response.elapsed = timedelta(0)
    return schemathesis.Response.from_httpx(response, verify=False)


def hold_to_the_description(case: Case[Any]) -> int:
    """Send it, and see that the answer is one of those that the description tells of. Gives the status."""
    response = send(case)
    payload = response.json()
    assert payload.get("code") not in STOPPED_AT_THE_GATE
    checks = [not_a_server_error, status_code_conformance, response_schema_conformance]
    if response.status_code == 200 and payload.get("success") is False:
        # A refusal with status 200: the description tells of it in words, for OpenAPI has one schema a status.
        models.ServiceError.model_validate(payload)
        checks.pop()
    case.validate_response(response, checks=checks)
    return response.status_code


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_the_description_allows_is_answered_as_it_says(name: str):
    """Any request that fits the description gets an answer that fits it."""

    @LIMITS
    @given(case=OPERATIONS[name].as_strategy())
    def check(case: Case[Any]) -> None:
        hold_to_the_description(case)

    check()


WITH_INPUT = [
    name
    for name, operation in OPERATIONS.items()
    if operation.body or any(each.get("in") == "query" for each in operation.definition.raw.get("parameters", ()))
]


@pytest.mark.parametrize("name", WITH_INPUT)
def test_what_the_description_forbids_is_answered_as_it_says(name: str):
    """A request that does not fit, in any place, is refused or served: never an answer that the description lacks."""

    @LIMITS
    @given(case=OPERATIONS[name].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def check(case: Case[Any]) -> None:
        hold_to_the_description(case)

    check()


QUERY = [
    (name, parameter)
    for name, operation in OPERATIONS.items()
    for parameter in operation.definition.raw.get("parameters", ())
    if parameter.get("in") == "query"
]


def wrong_values(parameter: dict[str, Any]) -> list[str]:
    """Values that the description forbids for a parameter of the query; nothing at all stands for its absence."""
    schema = parameter["schema"]
    if "$ref" in schema:
        schema = SCHEMA.raw_schema["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    wrong = [""] if parameter.get("required") else []
    wrong += ["x", "1.5", "9" * 40] if schema.get("type") == "integer" else []
    wrong += ["nothing known"] if "enum" in schema else []
    wrong += [str(schema["minimum"] - 1)] if "minimum" in schema else []
    return wrong + ([str(schema["maximum"] + 1)] if "maximum" in schema else [])


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [(name, parameter["name"], value) for name, parameter in QUERY for value in wrong_values(parameter)],
)
def test_a_parameter_that_the_description_forbids_is_refused(name: str, parameter: str, value: str):
    """A missing one that is required, one of another type, outside of its limits or of its set: named, and refused."""
    trader = exchange()
    operation = TABLE[name]
    needed = {other["name"]: other["example"] for one, other in QUERY if one == name and other.get("required")}
    query = trader.query(**{**needed, parameter: value})
    answer = trader.sandbox.handle(operation.method, operation.path, query, trader.headers(), b"")
    payload = json.loads(answer.body)

    assert payload["code"] in ({"000002"} if operation.public else {-1102, -1130})
    assert parameter in payload["message" if operation.public else "msg"]
