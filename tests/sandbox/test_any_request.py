"""Anything at all may be sent to the sandbox: it answers, and never with an exception."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from binance_c2c.sandbox import Sandbox
from binance_c2c_strict import models
from tests.support.sandbox_client import (
    BUY_AD,
    FACTOR,
    OPERATIONS_BY_HAND,
    ORDER,
    PAGED,
    SELL_AD,
    START_MS,
    Trader,
    signed,
    trading,
)

PATHS = sorted({path for _, path, _ in OPERATIONS_BY_HAND.values()})
HISTORY = OPERATIONS_BY_HAND["orders.history"][1]
BARE = ("serverTime", "enableReading")
WHOLE = {
    *("ads.reference_prices", "commission_rates.taker", "currencies.digital", "currencies.fiat"),
    *("payment_methods.list", "payment_methods.mine"),
}
NAMES = (
    "timestamp",
    "recvWindow",
    "signature",
    "page",
    "rows",
    "adsNo",
    "tradeType",
    "startTimestamp",
    "endTimestamp",
    "id",
    "orderNo",
)
FIELDS = sorted({*SELL_AD, *ORDER, *FACTOR, "advNo", "advNos", "orderNumber", "adOrderNo", "page", "rows", "startDate"})
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(
        ["BUY", "SELL", "1e400", "-1", "12784000000000000001", "22784000000000000001", "9" * 5000, "\ud800"]
    )
)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
BODIES = st.binary(max_size=60) | st.builds(lambda value: json.dumps(value).encode(), JSON)


def known(answer_body: bytes) -> None:
    """An answer is a JSON object in one of the forms there are: two refusals, the envelope, and three bare ones."""
    payload = json.loads(answer_body)
    if "msg" in payload:
        models.GatewayError.model_validate(payload)
    elif payload.get("success") is False:
        models.ServiceError.model_validate(payload)
    else:
        assert payload.get("code") == "000000" or not payload or any(name in payload for name in BARE)


@given(
    method=st.sampled_from(["GET", "POST"]) | st.text(),
    path=st.sampled_from(PATHS) | st.text(),
    query=st.binary(),
    headers=st.dictionaries(st.sampled_from(["x-mbx-apikey", "clienttype", "content-type"]) | st.text(), st.text()),
    body=BODIES,
)
def test_any_request_is_answered(method: str, path: str, query: bytes, headers: dict[str, str], body: bytes):
    """Random bytes in every place give an answer."""
    answer = Sandbox(now=lambda: 1.0).handle(method, path, query, headers, body)

    assert answer.status in {200, 400, 403, 404, 405}
    known(answer.body)


@given(
    path=st.sampled_from(PATHS),
    parts=st.lists(st.sampled_from(NAMES).map(str.encode) | st.binary(max_size=5), max_size=6),
    values=st.lists(st.binary(max_size=8) | st.sampled_from([str(START_MS).encode(), b"60000", b"00"]), min_size=6),
)
def test_any_query_with_a_key_is_answered(path: str, parts: list[bytes], values: list[bytes]):
    """Whatever follows the question mark, the gateway takes it apart without falling over."""
    merchant, _, _ = trading()
    query = b"&".join(name + b"=" + value for name, value in zip(parts, values, strict=False))

    for method in ("GET", "POST"):
        known(merchant.sandbox.handle(method, path, query, merchant.headers(), b"").body)


@settings(max_examples=300)
@given(
    operation=st.sampled_from(
        sorted(set(OPERATIONS_BY_HAND) - {"system.time", "system.ping", "market.ad", "market.search"})
    ),
    body=BODIES | st.dictionaries(st.sampled_from(FIELDS), JSON).map(lambda value: json.dumps(value).encode()),
    query=st.dictionaries(st.sampled_from(NAMES[3:]), st.integers() | st.text("0123456789-%+. aé"), max_size=3),
)
def test_any_signed_request_is_answered(operation: str, body: bytes, query: dict[str, object]):
    """Behind the gateway, too, every body and every parameter gives an answer."""
    merchant, taker, _ = trading()
    taker.place(merchant.post_ad())
    method, path, _ = OPERATIONS_BY_HAND[operation]

    answer = taker.sandbox.handle(method, path, taker.query(**query), taker.headers(), body)
    known(answer.body)


CHANGES = st.dictionaries(st.sampled_from(FIELDS), LEAVES | st.decimals(allow_nan=False).map(str), max_size=2)


@settings(max_examples=300)
@given(changes=CHANGES, sell=st.booleans(), update=st.booleans())
def test_any_change_of_a_good_ad_is_answered(changes: dict[str, object], *, sell: bool, update: bool):
    """One or two odd fields in an otherwise good ad are accepted or refused; the answers keep their form."""
    merchant, taker, _ = trading()
    ad: dict[str, Any] = {**(SELL_AD if sell else BUY_AD), **changes}
    if update:
        ad = {**changes, "advNo": merchant.post_ad(SELL_AD if sell else BUY_AD)}

    known(merchant.send("ads.update" if update else "ads.post", ad).body)
    merchant.do("ads.list", {"page": 1, "rows": 20})
    taker.do("ads.search", {"asset": "USDT", "fiat": "MXN", "tradeType": "BUY" if sell else "SELL"})


@settings(max_examples=300)
@given(
    changes=st.dictionaries(st.sampled_from(sorted(ORDER)), LEAVES | st.decimals(allow_nan=False).map(str), max_size=2)
)
def test_any_change_of_a_good_order_is_answered(changes: dict[str, object]):
    """One or two odd fields in an otherwise good order are accepted or refused; the answers keep their form."""
    merchant, taker, _ = trading()
    known(taker.send("orders.place", {**ORDER, "advOrderNumber": merchant.post_ad(), **changes}).body)

    taker.do("orders.list", {"page": 1, "rows": 20})


@given(payload=st.text(st.characters(codec="ascii"), max_size=40))
def test_no_query_signed_with_another_secret_passes(payload: str):
    """Whatever is signed, the wrong secret opens nothing."""
    merchant, _, _ = trading()
    query = signed("another secret", f"{payload}&timestamp={START_MS}")
    answer = merchant.sandbox.handle("GET", HISTORY, query, merchant.headers(), b"")

    assert 400 == answer.status


def test_paged_operations_are_all_known():
    """The list of paged operations, typed by hand, agrees with what their answers hold."""
    lists = {name for name, (_, _, form) in OPERATIONS_BY_HAND.items() if isinstance(form, list)}

    assert WHOLE == lists - PAGED


def test_system_operations_have_their_form():
    """Time and ping answer without envelope, as described."""
    trader: Trader = trading()[0]

    for name in ("system.time", "system.ping"):
        method, path, form = OPERATIONS_BY_HAND[name]
        form.model_validate(json.loads(trader.sandbox.handle(method, path, b"", {}, b"").body))
