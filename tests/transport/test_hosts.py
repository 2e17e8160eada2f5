"""Where a call goes and what it shows there: signed, with the key alone, or to the public host with neither."""

from typing import Any

import httpx
import pytest

from binance_c2c import C2CClient, Operation, RetryPolicy
from binance_c2c.errors import ConfigurationError, OutcomeUnknownError, TransportError
from binance_c2c_runtime import Call, Security
from binance_c2c_sapi.operations import OPERATIONS
from tests.support.clients import KEY, Kind, answering, both_clients, gateway, no, run, yes
from tests.support.contract.calls import act
from tests.support.contract.tables import TABLE
from tests.support.talk import Outcome, converse, flow
from tests.support.wire import Wire, reply

KEY_ONLY = {name for name, row in TABLE.items() if row.security == "key"}
OPEN = {name for name, row in TABLE.items() if row.security == "none"}
READ_MARK: Call[Any] = Call(OPERATIONS["chat.mark_user_read"])


def mark_read(client: Any) -> Any:
    return client.chat.mark_user_read()


def search(client: Any) -> Any:
    return client.market.search(asset="USDT", fiat="MXN", trade_type="BUY")


def ping(client: Any) -> Any:
    return client.system.ping()


def answer(status: int, body: object = None) -> httpx.Response:
    return httpx.Response(status, json=body)


UNAUTHENTICATED = {
    "401": answer(401),
    "403": answer(403),
    "-1102, no signature": answer(400, gateway(-1102)),
    "-1022, a bad signature": answer(400, gateway(-1022)),
    "-2015": answer(401, gateway(-2015)),
}
REFUSED = {"400": answer(400, gateway(-1002)), "a refusal": answer(200, no()), "404": answer(404)}


def test_what_each_operation_shows_is_known():
    """By the vendor's document: these need nothing, two want the key alone, and everything else is signed."""
    found = {kind: {name for name, one in OPERATIONS.items() if one.security == kind} for kind in Security}

    assert {"chat.mark_order_read", "chat.mark_user_read"} == KEY_ONLY
    assert (OPEN, KEY_ONLY) == (found[Security.NONE], found[Security.KEY])
    assert set(OPERATIONS) - OPEN - KEY_ONLY == found[Security.SIGNED]


@both_clients
def test_a_key_only_call_carries_the_key_alone(kind: Kind):
    """Neither timestamp nor signature goes with it."""
    with Wire(reply(yes(True))) as wire:
        run(kind, wire.url, mark_read)
    [received] = wire.requests

    assert (KEY, "web", "") == (received.header("X-MBX-APIKEY"), received.header("clientType"), received.query)


@pytest.mark.parametrize("refusal", UNAUTHENTICATED.values(), ids=UNAUTHENTICATED)
def test_a_key_only_call_that_is_refused_is_signed(refusal: Outcome):
    """Where the key alone is not enough the call goes out once more, at once, and what comes then counts."""
    granted = converse(flow(), READ_MARK, [refusal, answer(200, yes(True))])
    denied = converse(flow(), READ_MARK, [refusal, refusal])

    securities = [request.operation.security for request in granted.sent]
    assert ([Security.KEY, Security.SIGNED], [], None) == (securities, granted.waits, granted.error)
    assert 2 == denied.sends
    assert READ_MARK.operation.id == getattr(denied.error, "operation_id", None)


@both_clients
def test_the_second_try_is_signed_on_the_wire(kind: Kind):
    """It carries timestamp and signature, and the caller sees only its result."""
    with Wire(reply(gateway(-1102), 400), reply(yes(True))) as wire:
        [error] = run(kind, wire.url, mark_read)
    first, second = wire.requests

    assert not isinstance(error, Exception)
    assert "" == first.query
    assert ["recvWindow", "timestamp", "signature"] == [pair.split("=")[0] for pair in second.query.split("&")]


@pytest.mark.parametrize("refusal", REFUSED.values(), ids=REFUSED)
def test_another_refusal_is_not_signed_away(refusal: Outcome):
    """Only what looks like a missing signature is answered with one."""
    talk = converse(flow(), READ_MARK, [refusal])

    assert 1 == talk.sends


@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_is_waited_for_and_not_signed_away(status: int):
    """Too many calls are no fewer for one that is signed: the wait is as long as the exchange says."""
    limited = httpx.Response(status, json=gateway(-1003), headers={"retry-after": "7"})
    talk = converse(flow(), READ_MARK, [limited, answer(200, yes(True))])

    assert ([7.0], None) == (talk.waits, talk.error)
    assert [Security.KEY] * 2 == [request.operation.security for request in talk.sent]


def test_a_lost_key_only_call_is_not_sent_again():
    """It changes something: without an answer it is lost, in the first try and in the signed one."""
    first = converse(flow(), READ_MARK, [httpx.ReadError("reset")])
    second = converse(flow(), READ_MARK, [answer(401), httpx.ReadError("reset")])

    assert [1, 2] == [first.sends, second.sends]
    assert [True, True] == [isinstance(talk.error, OutcomeUnknownError) for talk in (first, second)]


PLACES = {
    "Binance": ({}, "https://p2p.binance.com", "https://api.binance.com"),
    "Binance with a slash": (
        {"base_url": "https://api.binance.com/"},
        "https://p2p.binance.com",
        "https://api.binance.com",
    ),
    "another place": ({"base_url": "https://proxy.example/c2c"}, *["https://proxy.example/c2c"] * 2),
    "two other places": (
        {"base_url": "https://a.example", "public_url": "https://b.example/p/"},
        "https://b.example/p",
        "https://a.example",
    ),
}


@pytest.mark.parametrize(("chosen", "public", "base"), PLACES.values(), ids=PLACES)
@both_clients
def test_the_market_is_at_the_public_host(kind: Kind, chosen: dict[str, str], public: str, base: str):
    """Binance's website without more ado, the same other place for both, or two places of the caller's choice."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=yes([]))

    place = chosen.get("base_url", "https://api.binance.com")
    run(kind, place, search, ping, http=answering(handler), public_url=chosen.get("public_url"))

    market, clock = seen
    assert f"{public}/bapi/c2c/v2/friendly/c2c/adv/search" == str(market.url)
    assert f"{base}/api/v3/ping" == str(clock.url)
    assert [None, None] == [one.headers.get("X-MBX-APIKEY") for one in seen]


@both_clients
def test_the_key_does_not_go_to_the_public_host(kind: Kind):
    """Should an operation of the public host ever ask for the key, it is refused it."""
    greedy: Call[Any] = Call(Operation("market.greedy", "GET", "/bapi/x", public=True))
    [error] = run(
        kind, "https://api.binance.com", lambda c: c.send(greedy), http=answering(lambda _: answer(200, yes()))
    )

    assert isinstance(error, ConfigurationError)
    said = "the key belongs to https://api.binance.com and is not sent to https://p2p.binance.com"
    assert f"market.greedy: {said}" == str(error)


@both_clients
def test_settings_of_an_own_client_lead_the_key_nowhere(kind: Kind):
    """Its base URL, parameters and sign-in are for its other requests, and the redirects it would follow are not."""
    make = httpx.Client if kind is C2CClient else httpx.AsyncClient
    with Wire(then=reply(yes({}))) as other:
        redirect = reply(b"", 307, [("Location", f"{other.url}/sapi/v1/c2c/user/baseDetail")])
        with Wire(reply(yes({})), then=redirect) as wire:
            own = make(
                follow_redirects=True, trust_env=False, base_url=other.url, params={"a": "1"}, auth=("name", "word")
            )
            me = act("users.me")
            results = run(kind, wire.url, me, me, http=own, retry=RetryPolicy(attempts=1))

            first, second = wire.requests
        assert [] == other.requests
    assert isinstance(results[1], TransportError)
    assert [KEY, KEY] == [one.header("x-mbx-apikey") for one in (first, second)]
    assert [None, None] == [one.header("authorization") for one in (first, second)]
    assert first.query.startswith("recvWindow=60000&timestamp=")
