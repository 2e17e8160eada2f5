"""What a caller may say: strict before anything is sent, and each refusal names the argument and what was expected."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from inspect import signature
from typing import Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient, Call, models
from binance_c2c.errors import ConfigurationError
from binance_c2c_sapi.operations import ADS_SEARCH, ORDERS_HISTORY
from binance_c2c_sapi.resources import ads, agent_complaints, agent_orders, orders
from tests.support.clients import Act, Kind, answering, both_clients, run, settings, yes

SEARCH: dict[str, Any] = {"asset": "USDT", "fiat": "MXN", "trade_type": "BUY"}
PLACE: dict[str, Any] = {**SEARCH, "adv_no": "1", "buy_type": "BY_MONEY", "total_amount": 500, "match_price": "18.45"}
POST: dict[str, Any] = {
    **SEARCH,
    "classify": "mass",
    "price_type": 1,
    "init_amount": 1,
    "min_single_trans_amount": 1,
    "max_single_trans_amount": 2,
    "trade_methods": [{"identifier": "SPEI"}],
    "buyer_kyc_limit": 0,
}
HALF = "\ud83d"
NAIVE = datetime(2026, 11, 22, 12)  # noqa: DTZ001 - that is the point


def search(**changed: Any) -> Act:
    return lambda c: c.ads.search(**{**SEARCH, **changed})


def place(**changed: Any) -> Act:
    return lambda c: c.orders.place(**{**PLACE, **changed})


def methods(*given: Any) -> Act:
    return lambda c: c.ads.post(**{**POST, "trade_methods": list(given)})


def history(**given: Any) -> Act:
    return lambda c: c.orders.history(**given)


REFUSED: dict[str, tuple[Act, type[Exception], str]] = {
    "a float": (place(match_price=18.45), TypeError, "match_price: a float has already lost digits; give a Decimal"),
    "a float inside": (place(total_amount=500.0), TypeError, "total_amount: a float has already lost digits"),
    "a true amount": (place(total_amount=True), TypeError, "total_amount: a Decimal, an int or a string is expected"),
    "no number": (
        place(total_amount="a lot"),
        ValueError,
        "total_amount: a decimal number such as '18.45' is expected",
    ),
    "an empty number": (place(total_amount=""), ValueError, "total_amount: a decimal number"),
    "a comma": (place(total_amount="18,45"), ValueError, "total_amount: a decimal number"),
    "not a number": (place(total_amount=Decimal("NaN")), ValueError, "total_amount: a finite number"),
    "infinity": (place(total_amount="Infinity"), ValueError, "total_amount: a decimal number"),
    "a giant": (place(total_amount=Decimal("1E+999999999")), ValueError, "total_amount: a finite number"),
    "a number without end": (
        place(total_amount=10**5000),
        ValueError,
        "total_amount: a finite number of sensible size is expected, not one of 16611 bits",
    ),
    "more than 64 bits": (
        lambda c: c.orders.mark_paid(order_number="1", pay_id=2**63),
        ValueError,
        "pay_id: an integer of at most 64 bits is expected, not one of 65 bits",
    ),
    "a status without end": (
        lambda c: c.orders.list(order_status=10**5000),
        ValueError,
        "order_status: one of 1, 2, 3, 4, 5, 6, 7 is expected, not one of 16611 bits",
    ),
    "a time without end": (
        history(end=10**5000),
        ValueError,
        "end: milliseconds since 1970, up to the year 9999, are expected, not one of 16611 bits",
    ),
    "infinite money": (place(total_amount=Decimal("-Infinity")), ValueError, "total_amount: a finite number"),
    "an underscore": (place(total_amount="1_845"), ValueError, "total_amount: a decimal number such as '18.45'"),
    "other digits": (place(total_amount="\uff11\uff18"), ValueError, "total_amount: a decimal number such as '18.45'"),
    "a space before": (place(total_amount=" 1"), ValueError, "total_amount: a decimal number such as '18.45'"),
    "a line break behind": (place(total_amount="1\n"), ValueError, "total_amount: a decimal number such as"),
    "an exponent in words": (place(total_amount="1845e-2"), ValueError, "total_amount: a decimal number such as"),
    "a long text": (
        place(total_amount="x" * 1000),
        ValueError,
        f"total_amount: a decimal number such as '18.45' is expected, not {'x' * 60!r}…",
    ),
    "no money": (place(total_amount=0), ValueError, "total_amount: more than 0 is expected, not 0"),
    "less than no money": (place(match_price="-18.45"), ValueError, "match_price: more than 0 is expected, not -18.45"),
    "no money, negative": (place(match_price=Decimal("-0.0")), ValueError, "match_price: more than 0 is expected"),
    "an ad without coins": (lambda c: c.ads.post(**{**POST, "init_amount": 0}), ValueError, "init_amount: more than 0"),
    "a price of nothing": (lambda c: c.ads.update(adv_no="1", price=0), ValueError, "price: more than 0 is expected"),
    "a member for money": (
        place(total_amount=models.AdStatus.CLOSED),
        TypeError,
        "total_amount: a Decimal, an int or a string is expected, not AdStatus",
    ),
    "a member for a text": (
        search(asset=models.TradeType.BUY),
        TypeError,
        "asset: a string is expected, not TradeType",
    ),
    "a member for a number": (
        lambda c: c.payment_methods.get(pay_id=models.AdStatus.CLOSED),
        TypeError,
        "pay_id: an integer is expected, not AdStatus",
    ),
    "a member for a time": (history(start=models.AdStatus.CLOSED), TypeError, "start: an aware datetime or integer"),
    "a member of another set": (
        lambda c: c.orders.list(order_status=models.AdStatus.CLOSED),
        ValueError,
        "order_status: one of 1, 2, 3, 4, 5, 6, 7 is expected, not <AdStatus.CLOSED: 4>",
    ),
    "a word of another set": (search(trade_type=models.CommissionSide.BUY), ValueError, "trade_type: one of 'BUY'"),
    "a member of another set in a list": (
        lambda c: c.orders.list(order_status_list=[models.OrderStatus.COMPLETED, models.AdStatus.ONLINE]),
        ValueError,
        "order_status_list[1]: one of 1, 2, 3, 4, 5, 6, 7 is expected, not <AdStatus.ONLINE: 1>",
    ),
    "no status to filter by": (
        lambda c: c.orders.list(order_status_list=[]),
        ValueError,
        "order_status_list: at least 1 item is expected, not 0",
    ),
    "no ad": (
        lambda c: c.ads.update_status(adv_nos=[], adv_status=3),
        ValueError,
        "adv_nos: at least 1 item is expected, not 0",
    ),
    "no way to pay": (search(pay_types=[]), ValueError, "pay_types: at least 1 item is expected, not 0"),
    "an empty way to pay": (search(pay_types=["SPEI", ""]), ValueError, "pay_types[1]: a string that matches "),
    "no coin": (search(asset=""), ValueError, "asset: a string that matches "),
    "a coin with a space": (search(asset="USDT "), ValueError, "asset: a string that matches "),
    "a currency that breaks the line": (search(fiat="MXN\n"), ValueError, "fiat: a string that matches "),
    "no number of an order": (
        lambda c: c.orders.release(order_number=""),
        ValueError,
        "order_number: a string that matches ^[0-9A-Za-z_-]{1,64}$ is expected, not ''",
    ),
    "a space in the number of an order": (
        lambda c: c.orders.mark_paid(order_number="2278 1"),
        ValueError,
        "order_number: a string that matches ^[0-9A-Za-z_-]{1,64}$ is expected, not '2278 1'",
    ),
    "a control character in the number of an ad": (
        lambda c: c.ads.get(adv_no="1\x00"),
        ValueError,
        "adv_no: a string that matches ^[0-9A-Za-z_-]{1,64}$ is expected, not '1\\x00'",
    ),
    "seconds": (
        history(start=1732276800),
        ValueError,
        "start: milliseconds since 1970, up to the year 9999, are expected, not 1732276800, which looks like seconds",
    ),
    "seconds for ISO 8601": (lambda c: c.ads.list(end=1732276800), ValueError, "end: milliseconds since 1970, up to"),
    "a time before 1970": (history(start=-1), ValueError, "start: milliseconds since 1970, up to the year 9999, are"),
    "a time in nanoseconds": (
        lambda c: c.ads.list(start=1_710_460_800_000_000_000),
        ValueError,
        "start: milliseconds since 1970, up to the year 9999, are expected, not 1710460800000000000",
    ),
    "no time zone": (history(start=NAIVE), ValueError, "start: the datetime has no time zone; give one"),
    "a time in seconds": (history(end=1732276800.5), TypeError, "end: an aware datetime or integer milliseconds"),
    "a word for a time": (history(end="2026-11-22"), TypeError, "end: an aware datetime or integer milliseconds"),
    "a true time": (history(end=True), TypeError, "end: an aware datetime or integer milliseconds"),
    "a date": (history(end=NAIVE.date()), TypeError, "end: an aware datetime or integer milliseconds"),
    "an unknown word": (
        search(trade_type="buy"),
        ValueError,
        "trade_type: one of 'BUY', 'SELL' is expected, not 'buy'",
    ),
    "an unknown number": (
        lambda c: c.orders.cancel(order_number="1", order_cancel_reason_code=7),
        ValueError,
        "order_cancel_reason_code: one of 1, 2, 3, 4, 5, 6 is expected, not 7",
    ),
    "a digit for a number": (
        lambda c: c.orders.list(order_status="1"),
        ValueError,
        "order_status: one of 1, 2, 3, 4, 5, 6, 7 is expected, not '1'",
    ),
    "a true number": (lambda c: c.orders.list(order_status=True), ValueError, "order_status: one of 1, 2, 3, 4"),
    "a list for a word": (
        search(trade_type=["BUY"]),
        ValueError,
        "trade_type: one of 'BUY', 'SELL' is expected, not list",
    ),
    "one of a list": (
        lambda c: c.orders.list(order_status_list=[1, 9]),
        ValueError,
        "order_status_list[1]: one of 1, 2, 3, 4, 5, 6, 7 is expected, not 9",
    ),
    "a word for a list": (search(pay_types="SPEI"), TypeError, "pay_types: a list is expected, not str"),
    "a set for a list": (search(pay_types={"SPEI"}), TypeError, "pay_types: a list is expected, not set"),
    "page 0": (search(page=0), ValueError, "page: at least 1 is expected, not 0"),
    "page true": (search(page=True), TypeError, "page: an integer is expected, not bool"),
    "page as a word": (search(page="1"), TypeError, "page: an integer is expected, not str"),
    "page as a fraction": (search(page=1.0), TypeError, "page: an integer is expected, not float"),
    "no rows": (history(rows=0), ValueError, "rows: at least 1 is expected, not 0"),
    "too many rows": (history(rows=101), ValueError, "rows: at most 100 is allowed, not 101"),
    "1 for true": (
        lambda c: c.ads.post(**POST, online_now=1),
        TypeError,
        "online_now: True or False is expected, not int",
    ),
    "a number for a text": (search(asset=5), TypeError, "asset: a string is expected, not int"),
    "bytes for a text": (search(asset=b"USDT"), TypeError, "asset: a string is expected, not bytes"),
    "nothing for a text": (search(asset=None), TypeError, "asset: a string is expected, not NoneType"),
    "half a character": (search(asset=f"a{HALF}"), ValueError, "asset: the string holds half a character"),
    "half a character in a list": (search(pay_types=["a", HALF]), ValueError, "pay_types[1]: the string holds half"),
    "half a character in the query": (lambda c: c.ads.get(adv_no=HALF), ValueError, "adv_no: the string holds half"),
    "remarks too long": (
        lambda c: c.ads.update(adv_no="1", remarks="x" * 1001),
        ValueError,
        "remarks: at most 1000 characters are allowed, not 1001",
    ),
    "no method": (
        methods("SPEI"),
        TypeError,
        "trade_methods[0]: AdTradeMethodRequest or a mapping is expected, not str",
    ),
    "an unknown field": (
        methods({"pay_id": 1}, {"payID": 1}),
        ValueError,
        "trade_methods[1]: 'payID' is not a field of",
    ),
    "another model": (methods(models.Pong()), TypeError, "trade_methods[0]: AdTradeMethodRequest or a mapping"),
    "a list in a model": (
        methods({"pay_id": [1]}),
        TypeError,
        "trade_methods[0].pay_id: an integer is expected, not list",
    ),
}


@pytest.mark.parametrize(("act", "kind", "message"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_argument_is_refused_by_name(act: Act, kind: type[Exception], message: str):
    """Nothing is sent, and the message says which argument, what is expected and what came."""
    seen: list[httpx.Request] = []
    with C2CClient(**settings(http=recording(seen))) as client, pytest.raises(kind) as caught:
        act(client)

    assert str(caught.value).startswith(message)
    assert [] == seen


def periods() -> dict[str, Any]:
    """Each function that makes a call about a period."""
    modules = (ads, agent_complaints, agent_orders, orders)
    made = {f"{module.__name__}.{name}": value for module in modules for name, value in vars(module).items()}
    named = {name: value for name, value in made.items() if ".build_" in name}
    return {name: value for name, value in named.items() if {"start", "end"} <= signature(value).parameters.keys()}


@pytest.mark.parametrize("build", periods().values(), ids=periods())
def test_a_period_that_ends_before_it_begins_is_refused(build: Any):
    """The exchange may answer that there are no rows, which would be taken for the truth."""
    start = datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert build(start=start, end=start)
    assert build(start=start) != build(end=start)
    with pytest.raises(ValueError, match=r"^start: 2026-11-22T12:00:00\.000\+00:00 lies after end, 2026-11-21T12:"):
        build(start=start, end=start - timedelta(days=1))


def test_the_calls_about_a_period_are_known():
    """So that none is left out of the test before this one."""
    assert 6 == len(periods())


@pytest.mark.parametrize(
    "act", [search(page=0), place(match_price=0.1), history(start=NAIVE)], ids=["0", "0.1", "naive"]
)
def test_awaiting_refuses_the_same(act: Act):
    """The client for `await` refuses as its twin does, when it is awaited."""
    with pytest.raises((TypeError, ValueError)) as refused:
        act(C2CClient(**settings()))
    with pytest.raises(type(refused.value), match=re.escape(str(refused.value))):
        act(AsyncC2CClient(**settings())).send(None)


def recording(seen: list[httpx.Request]) -> httpx.MockTransport:
    def handler(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(200, json=yes([]))

    return answering(handler)


def sent(act: Act) -> dict[str, Any]:
    """The body, or the query, of the one request an act makes."""
    seen: list[httpx.Request] = []
    run(C2CClient, "https://api.binance.com", act, http=recording(seen))
    [request] = seen
    content: dict[str, Any] = json.loads(request.content) if request.content else dict(request.url.params)
    return content


NOON = datetime(2026, 11, 22, 12, 0, 0, 1500, tzinfo=UTC)
ACCEPTED: dict[str, tuple[Act, str, Any]] = {
    "a decimal": (place(match_price=Decimal("18.450")), "matchPrice", "18.450"),
    "an int": (place(match_price=18), "matchPrice", "18"),
    "digits": (place(match_price="18.45"), "matchPrice", "18.45"),
    "an exponent": (place(match_price=Decimal("1.8E+1")), "matchPrice", "18"),
    "a time in UTC": (history(start=NOON), "startTimestamp", "1795348800002"),
    "a time elsewhere": (
        history(start=NOON.astimezone(timezone(timedelta(hours=-6)))),
        "startTimestamp",
        "1795348800002",
    ),
    "milliseconds": (history(start=1795348800001), "startTimestamp", "1795348800001"),
    "a time in ISO 8601": (lambda c: c.ads.list(start=NOON), "startDate", "2026-11-22T12:00:00.002Z"),
    "a word": (search(trade_type="SELL"), "tradeType", "SELL"),
    "a member": (search(trade_type=models.TradeType.SELL), "tradeType", "SELL"),
    "a new member": (search(trade_type=models.TradeType("SWAP")), "tradeType", "SWAP"),
    "a new number": (lambda c: c.orders.list(order_status=models.OrderStatus(9)), "orderStatus", 9),
    "a tuple": (search(pay_types=("SPEI",)), "payTypes", ["SPEI"]),
    "whole characters": (search(asset="\U0001f4b8"), "asset", "\U0001f4b8"),
    "a limit itself": (history(rows=100), "rows", "100"),
    "a mapping in Python's words": (methods({"pay_id": 7}), "tradeMethods", [{"payId": 7}]),
    "a mapping in the wire's words": (methods({"payId": 7}), "tradeMethods", [{"payId": 7}]),
    "a model": (methods(models.AdTradeMethodRequest(pay_id=7)), "tradeMethods", [{"payId": 7}]),
}


@pytest.mark.parametrize(("act", "name", "value"), ACCEPTED.values(), ids=ACCEPTED)
def test_an_argument_arrives_as_the_wire_wants_it(act: Act, name: str, value: Any):
    """Each way to say a thing comes to the one spelling of the wire."""
    assert value == sent(act)[name]


def test_what_is_not_given_is_not_sent():
    """An optional argument that is left out or None leaves no trace."""
    assert {"asset", "fiat", "tradeType", "page", "rows"} == set(sent(search(pay_types=None)))


@pytest.mark.parametrize("given", [{"pay_id": True}, {"identifier": 5}], ids=repr)
def test_a_mapping_is_held_as_strictly_as_an_argument(given: dict[str, Any]):
    """True is no number and 5 is no word, inside a part of a request as outside."""
    with pytest.raises((TypeError, ValueError)):
        sent(methods(given))


@pytest.mark.parametrize("value", [True, None, 1.5, b"x", ["x"], Decimal(1)], ids=repr)
@both_clients
def test_a_call_takes_words_and_whole_numbers_in_its_query(kind: Kind, value: Any):
    """Whatever has more than one spelling in a query is refused by name before anything is sent."""
    seen: list[httpx.Request] = []
    call: Call[Any] = Call(ORDERS_HISTORY, query={"note": value})
    [error] = run(kind, "https://api.binance.com", lambda c: c.send(call), http=recording(seen))

    assert isinstance(error, ConfigurationError)
    expected = f"orders.history: query note: a string or an integer is expected, not {type(value).__name__}"
    assert expected == str(error)
    assert [] == seen


@pytest.mark.parametrize(
    "call",
    [
        Call(ADS_SEARCH, body={"price": Decimal(1)}),
        Call(ADS_SEARCH, body={"price": float("nan")}),
        Call(ADS_SEARCH, body={"price": {1, 2}}),
        Call(ADS_SEARCH, body={"note": HALF}),
        Call(ADS_SEARCH, query={"note": HALF}),
        Call(ADS_SEARCH, query={HALF: "note"}),
    ],
    ids=["decimal", "NaN", "a set", "half a character", "half in the query", "half as a name"],
)
def test_a_call_that_cannot_be_written_is_not_sent(call: Call[Any]):
    """What has no JSON, or no UTF-8, is an error before anything is sent."""
    seen: list[httpx.Request] = []
    refused = (TypeError, ValueError, ConfigurationError)
    with C2CClient(**settings(http=recording(seen))) as client, pytest.raises(refused):
        client.send(call)

    assert [] == seen


@pytest.mark.parametrize(("walk", "argument"), [("iterate_list", {"page": 0}), ("iterate_history", {"rows": 101})])
def test_a_walk_refuses_before_its_first_row(walk: str, argument: dict[str, int]):
    """The walking twin holds its arguments to the same limits."""
    with pytest.raises(ValueError, match=next(iter(argument))):
        next(getattr(C2CClient(**settings()).orders, walk)(**argument))
