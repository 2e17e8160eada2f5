"""Ads in the sandbox: posted, changed, closed, and the coins they keep locked."""

from typing import Any

import pytest

from tests.support.sandbox_client import BUY_AD, ORDER, SELL_AD, START_MS, trading


def test_a_posted_ad_reads_back():
    """What was posted comes back under the names of the answer, with the market's details."""
    merchant, _, _ = trading()
    number = merchant.post_ad(remarks="Own account only, señor", buyerBtcPositionLimit=0.01, userTradeType=2)

    ad = merchant.do("ads.get", adsNo=number)
    assert number == ad["advNo"]
    assert number.isdecimal()
    assert 20 == len(number)
    assert ("SELL", "USDT", "MXN", "profession") == (ad["tradeType"], ad["asset"], ad["fiatUnit"], ad["classify"])
    assert ("18.45", "5000.00", "5000.00") == (ad["price"], ad["initAmount"], ad["surplusAmount"])
    assert ("500.00", "20000.00") == (ad["minSingleTransAmount"], ad["maxSingleTransAmount"])
    assert ("Own account only, señor", "0.01", 2) == (
        ad["remarks"],
        ad["buyerBtcPositionLimit"],
        ad["userTradeType"],
    )
    assert [40100200] == [method["payId"] for method in ad["tradeMethods"]]
    assert START_MS == ad["createTime"] == ad["advUpdateTime"]


def test_numbers_are_read_as_exactly_as_text():
    """Money sent as JSON numbers is as good as money sent as text, to the last digit."""
    merchant, _, _ = trading()
    number = merchant.post_ad(price=18.45, initAmount=4999.99, minSingleTransAmount=500, maxSingleTransAmount=2e4)

    ad = merchant.do("ads.get", adsNo=number)
    assert ("18.45", "4999.99", "20000.00") == (ad["price"], ad["initAmount"], ad["maxSingleTransAmount"])


def test_a_sell_ad_locks_its_coins():
    """The maker's free balance goes down by the ad's quantity; a BUY ad locks nothing."""
    merchant, _, _ = trading()
    merchant.post_ad()
    merchant.post_ad(BUY_AD)

    assert ("5000", "5000") == (merchant.free, merchant.locked)


def test_nobody_sells_more_than_is_free():
    """A second ad for more than the rest is refused inside -9000, and nothing is locked."""
    merchant, _, _ = trading()
    merchant.post_ad(initAmount="9000")

    status, code, message = merchant.refusal("ads.post", {**SELL_AD, "initAmount": "1000.01"})
    assert (400, -9000, "187049") == (status, code, message.partition(":")[0])
    assert ("1000", "9000") == (merchant.free, merchant.locked)


@pytest.mark.parametrize(
    ("sent", "status"),
    [({}, 1), ({"onlineNow": True}, 1), ({"onlineNow": False}, 3), ({"onlineNow": True, "onlineDelayTime": 5}, 3)],
)
def test_an_ad_is_online_unless_its_maker_says_otherwise(sent: dict[str, Any], status: int):
    """`onlineNow` left out means online; false, or a delay, means offline."""
    merchant, _, _ = trading()

    assert status == merchant.do("ads.get", adsNo=merchant.post_ad(**sent))["advStatus"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"price": "0"}, "price"),
        ({"price": "-1"}, "price"),
        ({"price": "18.455"}, "price"),
        ({"price": "eighteen"}, "price"),
        ({"price": "1e999999999"}, "price"),
        ({"price": True}, "price"),
        ({"initAmount": "0.001"}, "initAmount"),
        ({"payTimeLimit": 0}, "payTimeLimit"),
        ({"payTimeLimit": 10**18}, "payTimeLimit"),
        ({"payTimeLimit": 10**17}, "payTimeLimit"),
        ({"tradeMethods": []}, "tradeMethods"),
        ({"tradeMethods": [{"identifier": "Zelle", "payId": 40100200}]}, "tradeMethods.0.identifier"),
        ({"tradeType": "BUY", "tradeMethods": [{"identifier": "Zelle"}]}, "tradeMethods.0.identifier"),
        ({"tradeType": "HOLD"}, "tradeType"),
        ({"priceType": 2, "priceFloatingRatio": "0"}, "priceFloatingRatio"),
        ({"surplus": "1"}, "surplus"),
        ({"payTimeLimit": 10_000}, "payTimeLimit"),
        ({"buyerKycLimit": 7}, "buyerKycLimit"),
        ({"takerAdditionalKycRequired": 2}, "takerAdditionalKycRequired"),
        ({"userAllTradeCountMin": 10**18}, "userAllTradeCountMin"),
        ({"asset": None}, "asset"),
    ],
)
def test_an_impossible_ad_is_refused_by_name(changes: dict[str, Any], expected: str):
    """A wrong field is -31002 and the message names it."""
    merchant, _, _ = trading()

    assert (400, -31002, f"illegal parameter: {expected}") == merchant.refusal("ads.post", {**SELL_AD, **changes})
    assert "0" == merchant.locked


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ({"price": None}, "price"),
        ({"priceType": 2}, "priceFloatingRatio"),
        ({"tradeMethods": [{"identifier": "SPEI"}]}, "tradeMethods.0.payId"),
        ({"tradeType": "BUY", "tradeMethods": [{"payId": 40100200}]}, "tradeMethods.0.identifier"),
    ],
)
def test_what_an_ad_lacks_is_named(missing: dict[str, Any], expected: str):
    """A field that these terms need is missed with -1102, by its name."""
    merchant, _, _ = trading()
    message = f"Mandatory parameter '{expected}' was not sent, was empty/null, or malformed."

    assert (400, -1102, message) == merchant.refusal("ads.post", {**SELL_AD, **missing})


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        ("ads.search", "tradeType"),
        ("ads.update", "advNo"),
        ("ads.update_status", "advStatus"),
        ("orders.release", "orderNumber"),
    ],
)
def test_an_empty_body_is_refused_as_recorded(operation: str, named: str):
    """-1102 with the name of a field, as the exchange was recorded to answer."""
    merchant, _, _ = trading()
    message = f"Mandatory parameter '{named}' was not sent, was empty/null, or malformed."

    assert (400, -1102, message) == merchant.refusal(operation, {})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"asset": "DOGE"}, "FIAT_ASSET_ILLEGAL"),
        ({"fiatUnit": "USD"}, "FIAT_ASSET_ILLEGAL"),
        ({"initAmount": "27"}, "187040"),
        ({"minSingleTransAmount": "20000.01"}, "ILLEGAL_PARAMETERS"),
        ({"price": "14.71"}, "187055"),
        ({"price": "22.09"}, "187055"),
        ({"priceType": 2, "priceFloatingRatio": "79.99"}, "187055"),
        ({"priceType": 2, "priceFloatingRatio": "120.01"}, "187055"),
        ({"buyerRegDaysLimit": 181}, "187030"),
        ({"userAllTradeCountMin": 3, "userAllTradeCountMax": 2}, "187030"),
        ({"classify": "block"}, -1002),
        ({"tradeMethods": [{"payId": 50100200}]}, "990207"),
        ({"authType": "GOOGLE", "googleVerifyCode": "123456"}, "100001003"),
        ({"googleVerifyCode": "000000"}, -1102),
        ({"userTradeCompleteRateMin": "95"}, "187030"),
    ],
)
def test_an_unacceptable_ad_is_refused_with_a_code_of_the_service(changes: dict[str, Any], expected: str):
    """Unknown markets, too small a quantity, another's payment method and a wrong factor have codes of their own."""
    merchant, _, _ = trading()

    assert expected == merchant.code("ads.post", {**SELL_AD, **changes})


def test_a_floating_price_follows_the_reference():
    """With 101.5 percent the price is 1.5 percent above the reference price, wherever that goes."""
    merchant, _, _ = trading()
    number = merchant.post_ad(priceType=2, priceFloatingRatio="101.5", price=None)

    ad = merchant.do("ads.get", adsNo=number)
    assert (2, "101.5", "18.68") == (ad["priceType"], ad["priceFloatingRatio"], ad["price"])
    merchant.sandbox.moves.set_reference_price("USDT", "MXN", "20")
    assert "20.30" == merchant.do("ads.get", adsNo=number)["price"]


def test_only_own_ads_are_shown_and_changed():
    """Another's ad is -1002 with status 403, a number without ad is 187022."""
    merchant, taker, _ = trading()
    number = merchant.post_ad()

    assert (403, -1002) == taker.refusal("ads.get", adsNo=number)[:2]
    assert (403, -1002) == taker.refusal("ads.update", {"advNo": number, "price": "1"})[:2]
    assert "187022" == taker.code("ads.get", adsNo="1")
    assert (400, -1102) == taker.refusal("ads.get")[:2]
    assert (400, -1102) == taker.refusal("ads.get", adsNo="")[:2]


@pytest.mark.parametrize("mode", [{}, {"updateMode": "selective"}, {"updateMode": "quickedit"}])
def test_an_update_leaves_alone_what_it_does_not_name(mode: dict[str, str]):
    """By default only the fields sent are changed."""
    merchant, _, clock = trading()
    number = merchant.post_ad(remarks="mine")
    clock.seconds += 1
    merchant.do("ads.update", {"advNo": number, "price": "18.43", **mode})

    ad = merchant.do("ads.get", adsNo=number)
    assert ("18.43", "mine", "5000.00") == (ad["price"], ad["remarks"], ad["initAmount"])
    assert START_MS + 1000 == ad["advUpdateTime"]


def test_a_full_update_forgets_what_it_does_not_name():
    """In mode `full` optional fields that are left out become null, and needed ones are missed by name."""
    merchant, _, _ = trading()
    number = merchant.post_ad(remarks="mine")
    whole = {name: value for name, value in SELL_AD.items() if name != "classify"}
    merchant.do("ads.update", {**whole, "advNo": number, "updateMode": "full"})

    message = merchant.refusal("ads.update", {"advNo": number, "updateMode": "full", "price": "1"})[2]
    assert merchant.do("ads.get", adsNo=number)["remarks"] is None
    assert "Mandatory parameter 'priceType' was not sent, was empty/null, or malformed." == message


def test_stock_moves_by_the_difference():
    """A new `initAmount` moves what is left by as much, and the locked coins with it; what is sold stays sold."""
    merchant, taker, _ = trading()
    number = merchant.post_ad()
    taker.place(number, buyType="BY_AMOUNT", totalAmount="1000")
    merchant.do("ads.update", {"advNo": number, "initAmount": "6000"})

    ad = merchant.do("ads.get", adsNo=number)
    assert ("6000.00", "4996.50") == (ad["initAmount"], ad["surplusAmount"])
    assert ("4000", "6000") == (merchant.free, merchant.locked)
    merchant.do("ads.update", {"advNo": number, "initAmount": "1003.5"})
    assert "0.00" == merchant.do("ads.get", adsNo=number)["surplusAmount"]
    assert ("8996.5", "1003.5") == (merchant.free, merchant.locked)


@pytest.mark.parametrize(("amount", "code"), [("999", "187031"), ("10000.01", "187049"), ("27", "187040")])
def test_impossible_stock_is_refused(amount: str, code: str):
    """Less than is sold already, more than is free, or less than one order: refused, and nothing has moved."""
    merchant, taker, _ = trading()
    number = merchant.post_ad()
    taker.place(number, buyType="BY_AMOUNT", totalAmount="1000")

    assert code == merchant.code("ads.update", {"advNo": number, "initAmount": amount, "price": "18.40"})
    assert "18.45" == merchant.do("ads.get", adsNo=number)["price"]
    assert ("5000", "5000") == (merchant.free, merchant.locked)


@pytest.mark.parametrize("change", [{"asset": "BTC"}, {"fiatUnit": "USD"}, {"tradeType": "BUY"}])
def test_an_ad_stays_in_its_market(change: dict[str, str]):
    """Coin, currency and side are not changed by an update, but may be repeated in it."""
    merchant, _, _ = trading()
    number = merchant.post_ad()

    [name] = change
    assert f"illegal parameter: {name}" == merchant.refusal("ads.update", {"advNo": number, **change})[2]
    assert merchant.do("ads.update", {"advNo": number, name: SELL_AD[name]})


def test_closing_gives_coins_back():
    """A closed ad locks nothing and cannot be changed, shown to takers or opened again."""
    merchant, taker, _ = trading()
    number = merchant.post_ad()
    merchant.do("ads.update", {"advNo": number, "advStatus": 4})

    assert ("10000", "0") == (merchant.free, merchant.locked)
    assert "187022" == merchant.code("ads.update", {"advNo": number, "price": "1"})
    assert "187022" == taker.code("orders.place", {**ORDER, "advOrderNumber": number})
    assert 4 == merchant.do("ads.get", adsNo=number)["advStatus"]


def test_status_changes_name_what_failed():
    """The call succeeds as a whole and lists the ads that stay as they were, with a reason each."""
    merchant, taker, _ = trading()
    mine, closed, other = merchant.post_ad(initAmount="100"), merchant.post_ad(initAmount="100"), taker.post_ad(BUY_AD)
    both = merchant.do("ads.update_status", {"advNos": [closed], "advStatus": 4})

    result = merchant.do("ads.update_status", {"advNos": [mine, closed, other, "0"], "advStatus": 3})
    assert {"status": True, "failList": []} == both
    assert result["status"] is False
    assert {closed: "187022", other: "-1002", "0": "187022"} == {
        fail["advNo"]: fail["errorCode"] for fail in result["failList"]
    }
    assert 3 == merchant.do("ads.get", adsNo=mine)["advStatus"]
    assert 1 == taker.do("ads.get", adsNo=other)["advStatus"]


def test_a_form_is_no_body():
    """A form-encoded body is answered like the real one answers it, with -1000."""
    merchant, _, _ = trading()
    headers = {**merchant.headers(), "content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    answer = merchant.sandbox.handle("POST", "/sapi/v1/c2c/ads/update", merchant.query(), headers, b"advNo=1")

    assert 400 == answer.status
    assert b'"code":-1000' in answer.body


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff", b'{"advNo":NaN}', b"[" * 100_000, b'{"advNo":1e5}x']
)
def test_what_is_no_object_is_refused(body: bytes):
    """A body that is not one JSON object is -31002."""
    merchant, _, _ = trading()
    answer = merchant.sandbox.handle("POST", "/sapi/v1/c2c/ads/update", merchant.query(), merchant.headers(), body)

    assert b'{"code":-31002,"msg":"illegal parameter: body"}' == answer.body


def test_a_lone_surrogate_leaves_as_it_came():
    """Text that has no UTF-8 is kept and written as the escape it was sent as."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())
    taker.do("orders.mark_paid", {"orderNumber": order})
    merchant.sandbox.moves.appeal("taker", order, reason="\ud800")

    assert "\ud800" == merchant.do("orders.get", {"adOrderNo": order})["complaintReason"]


def test_payment_methods_know_their_ads():
    """Each account sees its own payment methods in full, and how many open ads use them."""
    merchant, taker, _ = trading()
    merchant.post_ad()

    [mine], [other] = merchant.do("payment_methods.mine"), taker.do("payment_methods.mine")
    assert (40100200, "SPEI", "ACTIVE", 1) == (
        mine["id"],
        mine["tradeMethodIdentifier"],
        mine["payStatus"],
        mine["advCount"],
    )
    assert (50100200, 0) == (other["id"], other["advCount"])
    assert "000000000000000001" in [field["fieldValue"] for field in mine["fieldList"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"assets": ["USDT"]}, [("USDT", "18.40")]),
        ({"assets": ["BTC", "USDT"]}, [("BTC", "1200000.00"), ("USDT", "18.40")]),
        ({}, [("USDT", "18.40"), ("BTC", "1200000.00")]),
    ],
)
def test_reference_prices_are_told(asked: dict[str, Any], expected: list[tuple[str, str]]):
    """Of the coins that are asked for, or of all that trade against the currency."""
    merchant, _, _ = trading()

    prices = merchant.do("ads.reference_prices", {"fiatCurrency": "MXN", "tradeType": "SELL", **asked})
    assert expected == [(price["asset"], price["referencePrice"]) for price in prices]


def test_reference_prices_are_told_of_three_coins_at_most():
    """A fourth coin is refused by name, and so is one that is not traded."""
    merchant, _, _ = trading()
    body = {"fiatCurrency": "MXN", "tradeType": "SELL"}

    too_many = merchant.refusal("ads.reference_prices", {**body, "assets": ["USDT"] * 4})
    assert (-31002, "illegal parameter: assets") == too_many[1:]
    assert "FIAT_ASSET_ILLEGAL" == merchant.code("ads.reference_prices", {**body, "assets": ["DOGE"]})


def test_categories_are_those_one_may_publish_in():
    """What is not among them is refused as missing permission."""
    merchant, _, _ = trading()

    assert {"advClassifies": ["mass", "profession"]} == merchant.do("ads.categories")
    assert (403, -1002) == merchant.refusal("ads.post", {**SELL_AD, "classify": "block"})[:2]
