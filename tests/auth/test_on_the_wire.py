"""What leaves, byte for byte: a raw socket holds every request against its signature."""

import hashlib
import hmac
import json
import re
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest

from binance_c2c import C2CClient, Call
from binance_c2c_sapi.operations import ADS_GET, ADS_SEARCH, ORDERS_HISTORY
from tests.support.clients import KEY, SECRET, Kind, ad_data, over_sockets, run, yes
from tests.support.wire import Received, Wire, reply

HOSTILE = [
    *("a=b & c", "+", "a+b", "%41", "%2B", "%", "%zz", "100%", "~", "'", '"', "`", "#", "?", "/", "a/b?c#d&e=f", "\\"),
    *("&", "=", "&&", "a=b=c", "&signature=0", "signature=0", ";", ":", "@", "!", "$", "*", "(", ")", ",", "|", "^"),
    *("[", "]", "{", "}", "<", ">", "<script>", "..", "../..", "null", "\U0001f4b8", "👩‍💻", "支付宝", "é", "e\u0301"),
    *("\uff11", "\u202e", "\ufeff", "\u2028", "\x00", "\x01", "\t", "\n", "\r\n", "\r\nX-Injected: 1", "\x1f", "\x7f"),
    *(" leading", "trailing ", " ", "  ", "", "x" * 3000),
]
ENCODED = re.compile(r"(?:[A-Za-z0-9\-._~&=]|%[0-9A-F]{2})*", re.ASCII)
UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]", re.ASCII)
STAMPS = ["recvWindow", "timestamp"]
SEARCH = {"asset": "USDT", "fiat": "MXN", "trade_type": "BUY"}


def pairs(received: Received) -> list[tuple[str, str]]:
    """Names and values as the gateway reads them, `+` being nothing but a plus."""
    split = [pair.partition("=") for pair in received.query.split("&")]
    return [(unquote(key, errors="strict"), unquote(value, errors="strict")) for key, _, value in split]


def faults(received: Received) -> list[str]:
    """What is wrong with a signed request, by the document alone: none of our code is asked."""
    payload, mark, signature = received.query.rpartition("&signature=")
    keys = [key for key, _ in pairs(received)]
    escapes = re.findall("%[0-9A-F]{2}", received.query)
    expected = hmac.new(SECRET.encode(), payload.encode("ascii"), hashlib.sha256).hexdigest()
    found = {
        "the signature is another": signature != expected,
        "the signature does not come last": not mark or keys.count("signature") != 1,
        "a character is not encoded": not ENCODED.fullmatch(received.query),
        "a character is encoded without need": any(UNRESERVED.fullmatch(unquote(escape)) for escape in escapes),
        "the keys are not sorted": keys[:-1] != sorted(keys[:-1]),
        "the stamps are not there once": [key for key in keys if key in STAMPS] != STAMPS,
        "the key is not there": received.header("X-MBX-APIKEY") != KEY,
        "the client type is not web": received.header("clientType") != "web",
        "a header was injected": received.header("X-Injected") is not None,
    }
    return [fault for fault, there in found.items() if there]


def arrived(wire: Wire, key: str) -> list[str | None]:
    return [dict(pairs(received)).get(key) for received in wire.requests]


def all_faults(wire: Wire) -> dict[str, list[str]]:
    return {one.target: faults(one) for one in wire.requests if faults(one)}


@over_sockets
def test_values_arrive_unchanged_through_a_method(kind: Kind):
    """Whatever stands in an argument that travels in the query comes out the same, under a signature that holds."""
    with Wire(then=reply(yes([]))) as wire:
        run(kind, wire.url, *[lambda c, v=value: c.chat.messages(order=v) for value in HOSTILE])

    assert HOSTILE == arrived(wire, "order")
    assert {} == all_faults(wire)


@pytest.mark.parametrize("operation", [ADS_GET, ORDERS_HISTORY], ids=["POST", "GET"])
@over_sockets
def test_values_and_names_arrive_unchanged_through_a_call(kind: Kind, operation: Any):
    """The same holds for the query of any call, for its names too, and whatever their order."""
    calls: list[Call[Any]] = [
        Call(operation, query={"z": 1, f"n{value}": value, "a": 18446744073709551616}) for value in HOSTILE
    ]
    with Wire(then=reply(yes())) as wire:
        run(kind, wire.url, *[lambda c, call=call: c.send(call) for call in calls])

    assert HOSTILE == [dict(pairs(one)).get(f"n{value}") for one, value in zip(wire.requests, HOSTILE, strict=True)]
    assert {"18446744073709551616"} == set(arrived(wire, "a"))
    assert {} == all_faults(wire)


@over_sockets
def test_values_arrive_unchanged_beside_a_body(kind: Kind):
    """A POST with a body and a query carries both as they are; only the query is signed."""
    calls: list[Call[Any]] = [Call(ADS_SEARCH, query={"note": value}, body={"note": value}) for value in HOSTILE]
    with Wire(then=reply(yes())) as wire:
        run(kind, wire.url, *[lambda c, call=call: c.send(call) for call in calls])

    assert HOSTILE == arrived(wire, "note")
    assert [{"note": value} for value in HOSTILE] == [json.loads(one.body) for one in wire.requests]
    assert {} == all_faults(wire)


@over_sockets
def test_a_body_stays_outside_the_signature(kind: Kind):
    """`ads.search` sends JSON as body, marked as such, and a query that holds nothing but stamps and signature."""
    with Wire(then=reply(yes([]))) as wire:
        run(kind, wire.url, lambda c: c.ads.search(**SEARCH, pay_types=["支付宝"]))
    [received] = wire.requests

    assert [*STAMPS, "signature"] == [key for key, _ in pairs(received)]
    assert [] == faults(received)
    assert "application/json" == received.header("Content-Type")
    assert {"asset": "USDT", "fiat": "MXN", "tradeType": "BUY", "page": 1, "rows": 20, "payTypes": ["支付宝"]} == (
        json.loads(received.body)
    )


@over_sockets
def test_without_a_body_there_is_no_content_type(kind: Kind):
    """A POST whose parameters travel in the query has no body and claims none."""
    with Wire(then=reply(yes(ad_data("1")))) as wire:
        run(kind, wire.url, lambda c: c.ads.get(adv_no="1"), lambda c: c.orders.history())
    post, get = wire.requests

    assert ("POST", b"", None, "0") == (
        post.method,
        post.body,
        post.header("Content-Type"),
        post.header("Content-Length"),
    )
    assert ("GET", b"", None, None) == (get.method, get.body, get.header("Content-Type"), get.header("Content-Length"))


@pytest.mark.parametrize("with_key", [True, False])
@over_sockets
def test_the_clock_and_ping_are_asked_without_credentials(kind: Kind, with_key: bool):
    """`system.time` and `system.ping` carry neither key nor signature nor timestamp, with a key and without one."""
    pair = {} if with_key else {"api_key": None, "api_secret": None}
    with Wire(reply({"serverTime": 1710460800000}), reply({})) as wire:
        run(kind, wire.url, lambda c: c.system.time(), lambda c: c.system.ping(), **pair)

    assert ["/api/v3/time", "/api/v3/ping"] == [one.target for one in wire.requests]
    assert [None, None] == [one.header("X-MBX-APIKEY") for one in wire.requests]
    assert KEY.encode() not in b"".join(one.raw for one in wire.requests)
    assert b"signature" not in b"".join(one.raw for one in wire.requests)


@pytest.mark.parametrize(
    ("amount", "digits"),
    [
        (Decimal("0.1"), "0.1"),
        (Decimal("18.4500"), "18.4500"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-8"), "0.00000001"),
        (Decimal("123456789012345678901234567890.123456789"), "123456789012345678901234567890.123456789"),
        (9007199254740993, "9007199254740993"),
        ("0.30000000000000000000000000001", "0.30000000000000000000000000001"),
    ],
)
def test_money_leaves_with_its_own_digits(amount: Any, digits: str):
    """Not a digit of an amount is lost, added or written as an exponent."""
    with Wire(then=reply(yes(True))) as wire:
        run(C2CClient, wire.url, lambda c: c.ads.update(adv_no="1", price=amount))

    assert f'{{"advNo":"1","price":"{digits}"}}'.encode() == wire.requests[0].body


@over_sockets
def test_a_connection_serves_many_calls(kind: Kind):
    """Calls that follow one another share a connection."""
    with Wire(then=reply(yes(ad_data("1")))) as wire:
        run(kind, wire.url, *[lambda c: c.ads.get(adv_no="1")] * 3)

    assert (3, 1) == (len(wire.requests), wire.connections)
