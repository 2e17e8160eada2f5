"""Laws of the signer: whatever is asked for, and however often it has to be signed, it is signed once."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c._core.auth.clock import Clock
from binance_c2c._core.auth.signer import HmacAuth
from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import Call, Operation, Security
from binance_c2c_sapi.operations import ADS_SEARCH, CHAT_MARK_ORDER_READ, MARKET_SEARCH, ORDERS_HISTORY, ORDERS_RELEASE
from tests.support.clients import KEY, SECRET, Kind, both_clients, gateway, run, yes

API = "https://api.binance.com"
STAMPED = {"timestamp", "recvWindow"}
NOT_GIVEN = {*STAMPED, "signature"}

names = st.text(max_size=8).filter(lambda name: name not in NOT_GIVEN)
pairs = st.lists(st.tuples(names, st.text(max_size=12)), max_size=5)
queries = st.dictionaries(names, st.text(max_size=12) | st.integers(), max_size=4)
operations = st.sampled_from([ADS_SEARCH, CHAT_MARK_ORDER_READ, MARKET_SEARCH, ORDERS_HISTORY, ORDERS_RELEASE])
bodies = st.none() | st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)


def request(operation: Operation, in_url: str, body: dict[str, str] | None) -> Any:
    return httpx.Request(
        operation.method,
        f"{API}{operation.path}{in_url}",
        content=None if body is None else json.dumps(body).encode(),
        extensions={"timeout": {"read": 1.0}},
    )


def state(one: httpx.Request) -> Any:
    """All that a request is, in values that stay as they are."""
    return one.method, str(one.url), list(one.headers.raw), repr(one.extensions), one.content


def sent_pairs(one: httpx.Request) -> list[str]:
    """The pairs of the query as they stand in it."""
    return one.url.query.decode("ascii").split("&") if one.url.query else []


def encoded(name: str, value: object) -> str:
    return f"{quote(name, safe='-._~')}={quote(str(value), safe='-._~')}"


def signed_once(one: httpx.Request, own: list[str], security: Security) -> bool:
    """By the document alone: the pairs and the stamps once each and sorted, and the signature over all that, last."""
    found = sent_pairs(one)
    if security != Security.SIGNED:
        return sorted(own) == sorted(found)
    payload, signature = found[:-1], found[-1:]
    stamps = [pair for pair in payload if pair.partition("=")[0] in STAMPED]
    right = hmac.new(SECRET.encode(), "&".join(payload).encode(), hashlib.sha256).hexdigest()
    return (
        STAMPED == {pair.partition("=")[0] for pair in stamps}
        and sorted([*own, *stamps]) == sorted(payload)
        and [f"signature={right}"] == signature
    )


@given(operation=operations, own=pairs, body=bodies)
def test_signing_twice_is_signing_once(operation: Operation, own: Any, body: dict[str, str] | None):
    """A request that is signed again at one moment is no other; one that has been signed is refused by name."""
    expected = [encoded(*pair) for pair in own]
    in_url = "&".join(expected)
    given_request = request(operation, f"?{in_url}" if in_url else "", body)
    before = state(given_request)
    auth = HmacAuth(KEY, SECRET, Clock(now=lambda: 1710460800.0))
    once, again = auth.signed(given_request), auth.signed(given_request)

    assert signed_once(once, expected, Security.SIGNED)
    assert state(once) == state(again)
    assert before == state(given_request)
    with pytest.raises(ConfigurationError, match=r"^(recvWindow|timestamp): the signer sets this parameter"):
        auth.signed(once)


REFUSALS: dict[str, httpx.Response | httpx.RequestError] = {
    "the clock": httpx.Response(400, json=gateway(-1021)),
    "too often": httpx.Response(429, json=gateway(-1003)),
    "no connection": httpx.ConnectError("refused"),
    "a read that failed": httpx.Response(503),
}


class Refusing(httpx.MockTransport):
    """Refuses what is signed, for these reasons one after another, and tells the time to who asks for it."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(self._answer)
        self.seen: list[httpx.Request] = []
        self._reasons = iter(reasons)

    def _answer(self, asked: httpx.Request) -> httpx.Response:
        if asked.url.path == "/api/v3/time":
            return httpx.Response(200, json={"serverTime": 1_900_000_000_000 + len(self.seen)})
        self.seen.append(asked)
        outcome = REFUSALS.get(next(self._reasons, ""), httpx.Response(200, json=yes([])))
        if isinstance(outcome, Exception):
            raise outcome
        return httpx.Response(outcome.status_code, content=outcome.content)


@both_clients
@given(operation=operations, query=queries, body=bodies, reasons=st.lists(st.sampled_from(list(REFUSALS)), max_size=4))
def test_each_attempt_is_signed_once(
    kind: Kind, operation: Operation, query: dict[str, str | int], body: dict[str, str] | None, reasons: list[str]
):
    """Refused for its clock, for its haste or by the network, what leaves next starts from the call itself again."""
    exchange, call = Refusing(reasons), Call[Any](operation, query, body)
    run(kind, API, lambda client: client.send(call), http=exchange)
    own = [encoded(*pair) for pair in query.items()]

    # Marking as read is sent with the key alone first.
    securities = {operation.security, Security.SIGNED} if operation is CHAT_MARK_ORDER_READ else {operation.security}
    assert [] == [one for one in exchange.seen if not any(signed_once(one, own, security) for security in securities)]
    assert 1 == len({one.content for one in exchange.seen})
    # What nobody acted on is always tried again.
    assert len(exchange.seen) > 1 or reasons[:1] in ([], ["a read that failed"])
