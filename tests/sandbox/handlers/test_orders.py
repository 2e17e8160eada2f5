"""The life of an order in the sandbox, and everything that is refused on the way."""

from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest

from tests.support.key_pairs import encrypted
from tests.support.sandbox_client import BUY_AD, DAY, FACTOR, ORDER, START_MS, Trader, trading

UNPAID, PAID, COMPLETED, CANCELLED, TIMED_OUT = 1, 2, 4, 6, 7


def cancel(trader: Trader, order: str) -> None:
    trader.do("orders.cancel", {"orderNumber": order, "orderCancelReasonCode": 1})


def test_a_sale_from_ad_to_history():
    """Post, place, pay, release: the coins change hands and both sides read it as COMPLETED."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    placed = taker.do("orders.place", {**ORDER, "advOrderNumber": ad})
    order = placed["orderMatch"]["orderNumber"]
    assert placed["result"] is True
    assert ("5000", "5000") == (merchant.free, merchant.locked)

    paid = taker.do("orders.mark_paid", {"orderNumber": order, "payId": 40100200})
    assert (PAID, 40100200, START_MS) == (paid["orderStatus"], paid["selectedPayId"], paid["notifyPayTime"])
    assert merchant.do("orders.can_release", {"orderNumber": order})

    merchant.release(order)
    assert ("5000", "4728.06", "5271.00") == (merchant.free, merchant.locked, taker.free)
    assert "4728.06" == merchant.do("ads.get", adsNo=ad)["surplusAmount"]
    for trader, side, role in ((merchant, "SELL", "MAKER"), (taker, "BUY", "TAKER")):
        [row] = trader.do("orders.history")
        assert ("COMPLETED", side, role) == (row["orderStatus"], row["tradeType"], row["advertisementRole"])
        assert ("271.00000000", "5000.00000000", "18.45") == (row["amount"], row["totalPrice"], row["unitPrice"])
        assert "San***" == row["counterPartNickName"]
        assert COMPLETED == trader.status(order)


def test_a_purchase_from_ad_to_history():
    """On a BUY ad the taker sells: the taker's coins are locked, the merchant pays, the taker releases."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad(BUY_AD)
    order = taker.place(ad, tradeType="SELL", payId=50100200, buyType="BY_AMOUNT", totalAmount="100.50")
    detail = merchant.do("orders.get", {"adOrderNo": order})
    assert ("BUY", "1854.23", 50100200) == (detail["tradeType"], detail["totalPrice"], detail["selectedPayId"])
    assert ("4899.50", "100.50") == (taker.free, taker.locked)

    merchant.do("orders.mark_paid", {"orderNumber": order})
    assert "990104" == merchant.code("orders.release", {"orderNumber": order, **FACTOR})
    taker.release(order)
    assert ("10100.15", "0") == (merchant.free, merchant.locked)
    assert ("4899.50", "0.00") == (taker.free, taker.locked)


@pytest.mark.parametrize(
    ("sent", "amount", "total"),
    [
        ({"totalAmount": "5000", "buyType": "BY_MONEY"}, "271.00", "5000.00"),
        ({"totalAmount": 5000.01}, "271.00", "5000.01"),
        ({"totalAmount": "500"}, "27.10", "500.00"),
        ({"totalAmount": "271.01", "buyType": "BY_AMOUNT"}, "271.01", "5000.13"),
    ],
)
def test_an_order_is_sized_by_money_or_by_coins(sent: dict[str, Any], amount: str, total: str):
    """Money buys coins rounded down to what the coin can be split into; coins cost money rounded to cents."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad(), **sent)

    detail = taker.do("orders.get", {"adOrderNo": order})
    assert (amount, total) == (detail["amount"], detail["totalPrice"])


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"advOrderNumber": "1"}, "187022"),
        ({"asset": "BTC"}, "990202"),
        ({"fiatUnit": "USD"}, "990202"),
        ({"tradeType": "SELL"}, "990202"),
        ({"matchPrice": "18.44"}, "990203"),
        ({"totalAmount": "499.99"}, "990204"),
        ({"totalAmount": "20000.01"}, "990204"),
        ({"totalAmount": "27.09", "buyType": "BY_AMOUNT"}, "990204"),
        ({"totalAmount": "0"}, -31002),
        ({"totalAmount": "-500"}, -31002),
        ({"totalAmount": "500.001"}, -31002),
        ({"totalAmount": "50.001", "buyType": "BY_AMOUNT"}, -31002),
        ({"totalAmount": None}, -31002),
        ({"matchPrice": "1e99999"}, -31002),
    ],
)
def test_an_order_that_does_not_fit_is_refused(sent: dict[str, Any], code: object):
    """Wrong ad, market, side, price or size: refused with its own code, and nothing has moved."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()

    assert code == taker.code("orders.place", {**ORDER, "advOrderNumber": ad, **sent})
    assert "5000.00" == merchant.do("ads.get", adsNo=ad)["surplusAmount"]
    assert 0 == taker.total("orders.list", {"page": 1, "rows": 1})


def test_an_order_takes_no_more_than_is_left():
    """What others have ordered is not for sale any more."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad(initAmount="301.05")
    taker.place(ad)

    assert "990205" == taker.code("orders.place", {**ORDER, "advOrderNumber": ad, "totalAmount": "600"})
    assert taker.place(ad, totalAmount="535.05")


def test_an_order_of_nothing_is_refused():
    """So little money that it buys no coin is outside the limits, whatever they say."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad(minSingleTransAmount="0.01")

    assert "990204" == taker.code("orders.place", {**ORDER, "advOrderNumber": ad, "totalAmount": "0.18"})


def test_nobody_takes_the_own_ad_or_one_that_is_offline():
    """One's own ad is refused, and so is one that is not online."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    assert "990201" == merchant.code("orders.place", {**ORDER, "advOrderNumber": ad})

    merchant.do("ads.update_status", {"advNos": [ad], "advStatus": 3})
    assert "187022" == taker.code("orders.place", {**ORDER, "advOrderNumber": ad})


@pytest.mark.parametrize("pay_id", [None, 40100200, 1])
def test_a_selling_taker_names_an_own_payment_method(pay_id: int | None):
    """Without `payId`, or with another's, there is nowhere to send the money."""
    merchant, taker, _ = trading()
    body = {**ORDER, "advOrderNumber": merchant.post_ad(BUY_AD), "tradeType": "SELL", "payId": pay_id}

    assert "990207" == taker.code("orders.place", body)


def test_a_selling_taker_needs_the_coins():
    """More than the taker's free balance is refused."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad(BUY_AD, initAmount="9000", maxSingleTransAmount="200000")
    sale = {"tradeType": "SELL", "payId": 50100200, "buyType": "BY_AMOUNT"}

    taker.place(ad, **sale, totalAmount="4000")
    assert "990206" == taker.code("orders.place", {**ORDER, **sale, "advOrderNumber": ad, "totalAmount": "1000.01"})
    taker.place(ad, **sale, totalAmount="1000")
    assert ("0.00", "5000.00") == (taker.free, taker.locked)


def test_only_the_buyer_marks_as_paid_and_only_once():
    """The seller, a stranger's number, a second time, a strange payment method: all refused."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())

    assert "990103" == merchant.code("orders.mark_paid", {"orderNumber": order})
    assert "990101" == taker.code("orders.mark_paid", {"orderNumber": "1"})
    assert "990207" == taker.code("orders.mark_paid", {"orderNumber": order, "payId": 50100200})
    assert -1102 == taker.code("orders.mark_paid", {"payId": 40100200})
    taker.do("orders.mark_paid", {"orderNumber": order})
    assert "990102" == taker.code("orders.mark_paid", {"orderNumber": order})
    assert 40100200 == taker.do("orders.get", {"adOrderNo": order})["selectedPayId"]


def test_coins_can_be_released_by_the_seller_of_a_paid_order_alone():
    """The question has a yes in one case only."""
    merchant, taker, _ = trading()
    order = {"orderNumber": taker.place(merchant.post_ad())}
    asked = [(merchant.do("orders.can_release", order), taker.do("orders.can_release", order))]

    taker.do("orders.mark_paid", order)
    asked.append((merchant.do("orders.can_release", order), taker.do("orders.can_release", order)))
    merchant.release(order["orderNumber"])
    asked.append((merchant.do("orders.can_release", order), taker.do("orders.can_release", order)))
    assert [(False, False), (True, False), (False, False)] == asked


@pytest.mark.parametrize("kind", ["normal", "quick"])
def test_nothing_is_released_before_payment(kind: str):
    """An order that is not marked as paid keeps its coins, also against a quick release."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())

    status, code, message = merchant.refusal(
        "orders.release", {"orderNumber": order, "confirmPaidType": kind, **FACTOR}
    )
    assert (200, "990102") == (status, code)
    assert message.startswith("the order is unpaid, but has to be paid [code of the sandbox")
    assert ("5000", UNPAID) == (merchant.locked, merchant.status(order))


def test_nothing_is_released_twice_or_by_the_buyer():
    """Coins move once, and only the seller moves them."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())
    taker.do("orders.mark_paid", {"orderNumber": order})

    assert "990104" == taker.code("orders.release", {"orderNumber": order, **FACTOR})
    merchant.release(order)
    assert "990102" == merchant.code("orders.release", {"orderNumber": order, **FACTOR})
    assert ("5271.00", "4728.06") == (taker.free, merchant.locked)


@pytest.mark.parametrize(
    ("factor", "code"),
    [
        ({}, "990105"),
        ({"authType": "GOOGLE"}, "990105"),
        ({"authType": "GOOGLE", "mobileVerifyCode": "000000"}, "990105"),
        ({"authType": "FIDO2", "code": "000000"}, "990105"),
        ({"authType": "FUND_PWD", "googleVerifyCode": "000000"}, "990105"),
        ({"authType": "GOOGLE", "googleVerifyCode": "000001"}, "100001003"),
        ({"authType": "GOOGLE", "googleVerifyCode": "000000", "emailVerifyCode": "1"}, "100001003"),
        ({"authType": "GOOGLE", "code": "wrong"}, "100001003"),
        ({"code": "000000"}, -1102),
        ({"emailVerifyCode": "000000"}, -1102),
        ({"authType": "FUND_PWD", "code": "000000"}, -31002),
        ({"authType": "PASSWORD", "code": "000000"}, -31002),
    ],
)
def test_a_release_needs_the_right_factor(factor: dict[str, str], code: object):
    """No factor, one that does not fit `authType` or has none, a wrong code, a plain fund password: refused."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())
    taker.do("orders.mark_paid", {"orderNumber": order})

    assert code == merchant.code("orders.release", {"orderNumber": order, **factor})
    assert PAID == merchant.status(order)


@pytest.mark.parametrize(
    "factor",
    [
        {"authType": "GOOGLE", "googleVerifyCode": "000000"},
        {"authType": "GOOGLE", "code": "000000"},
        {"authType": "SMS", "mobileVerifyCode": "000000", "emailVerifyCode": "000000"},
        {"authType": "FIDO2", "yubikeyVerifyCode": "000000"},
        {"authType": "FUND_PWD", "code": encrypted("000000")},
    ],
)
def test_a_release_takes_the_right_code_in_any_fitting_field(factor: dict[str, str]):
    """`000000` opens, in each field that fits."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())
    taker.do("orders.mark_paid", {"orderNumber": order})
    merchant.do("orders.release", {"orderNumber": order, "payId": 40100200, **factor})

    assert COMPLETED == merchant.status(order)


def test_a_release_for_another_payment_method_is_refused():
    """A `payId` that is not the order's says that the money was looked for in the wrong place."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())
    taker.do("orders.mark_paid", {"orderNumber": order})

    assert "990207" == merchant.code("orders.release", {"orderNumber": order, "payId": 1, **FACTOR})


def test_a_cancelled_order_goes_back_to_the_ad():
    """Only the buyer cancels, only before payment, and the amount is for sale again."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    order, paid = taker.place(ad), taker.place(ad)
    taker.do("orders.mark_paid", {"orderNumber": paid})
    reason = {"orderCancelReasonCode": 5, "orderCancelAdditionalInfo": "duplicate"}

    assert "990103" == merchant.code("orders.cancel", {"orderNumber": order, **reason})
    assert "990102" == taker.code("orders.cancel", {"orderNumber": paid, **reason})
    taker.do("orders.cancel", {"orderNumber": order, **reason})
    assert (CANCELLED, "4728.06") == (taker.status(order), merchant.do("ads.get", adsNo=ad)["surplusAmount"])
    assert ("5000", "5000") == (merchant.free, merchant.locked)
    assert "990102" == taker.code("orders.cancel", {"orderNumber": order, **reason})


def test_coins_of_a_closed_ad_go_back_to_their_owner():
    """An order cancelled after its ad was closed frees the coins it had locked."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    order = taker.place(ad)
    merchant.do("ads.update_status", {"advNos": [ad], "advStatus": 4})
    assert ("9728.06", "271.94") == (merchant.free, merchant.locked)

    cancel(taker, order)
    assert ("10000.00", "0.00") == (merchant.free, merchant.locked)


def test_a_cancelled_sale_frees_the_takers_coins():
    """On a BUY ad it is the maker who cancels and the taker who gets the coins back."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad(BUY_AD)
    order = taker.place(ad, tradeType="SELL", payId=50100200)

    cancel(merchant, order)
    assert ("5000.00", "0.00") == (taker.free, taker.locked)
    assert "5000.00" == merchant.do("ads.get", adsNo=ad)["surplusAmount"]


def test_an_unpaid_order_times_out():
    """When the minutes to pay are over the system cancels, whoever looks first, and the coins are free again."""
    merchant, taker, clock = trading()
    ad = merchant.post_ad(initAmount="272")
    order = taker.place(ad)
    merchant.do("ads.update_status", {"advNos": [ad], "advStatus": 4})

    clock.seconds += 15 * 60 - 1
    assert UNPAID == taker.status(order)
    clock.seconds += 1
    assert ("10000.00", "0.00") == (merchant.free, merchant.locked)
    assert "990102" == taker.code("orders.mark_paid", {"orderNumber": order})
    detail = taker.do("orders.get", {"adOrderNo": order})
    assert (TIMED_OUT, START_MS + 15 * 60_000) == (detail["orderStatus"], detail["cancelTime"])
    assert "CANCELLED_BY_SYSTEM" == taker.do("orders.history")[0]["orderStatus"]


def test_a_paid_order_does_not_time_out():
    """Once it is marked as paid only the seller ends it."""
    merchant, taker, clock = trading()
    order = taker.place(merchant.post_ad())
    taker.do("orders.mark_paid", {"orderNumber": order})
    clock.seconds += DAY

    assert PAID == merchant.status(order)
    merchant.release(order)
    assert COMPLETED == merchant.status(order)


def test_orders_of_others_are_not_there():
    """A number that is nobody's, or not the caller's, is refused the same way."""
    _, taker, _ = trading()

    for operation in ("orders.can_release", "orders.mark_paid", "orders.release"):
        assert "990101" == taker.code(operation, {"orderNumber": "22784000000000000001"})
    assert "990101" == taker.code("orders.get", {"adOrderNo": "22784000000000000001"})
    assert "'adOrderNo'" in taker.refusal("orders.get", {"orderNumber": "1"})[2]


def account_numbers(trader: Trader, order: str) -> list[str]:
    methods = trader.do("orders.get", {"adOrderNo": order})["payMethods"]
    assert ["SPEI"] == [method["tradeMethodName"] for method in methods]
    return [field["fieldValue"] for method in methods for field in method["fields"]]


def test_accounts_to_pay_to_are_shown_while_they_are_needed():
    """Active orders show them to both sides, completed ones for 90 days, cancelled ones not at all."""
    merchant, taker, clock = trading()
    ad = merchant.post_ad()
    completed, cancelled = taker.place(ad), taker.place(ad)
    assert "000000000000000001" in account_numbers(taker, completed)
    assert "000000000000000001" in account_numbers(merchant, completed)

    cancel(taker, cancelled)
    taker.do("orders.mark_paid", {"orderNumber": completed})
    merchant.release(completed)
    assert [] == account_numbers(taker, cancelled)
    clock.seconds += 90 * DAY
    assert "000000000000000001" in account_numbers(taker, completed)
    clock.seconds += 1
    assert [] == account_numbers(taker, completed)


def test_an_order_keeps_the_price_it_was_placed_at():
    """A later update of the ad changes neither the order's price nor its payment method."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    order = taker.place(ad)
    merchant.do("ads.update", {"advNo": ad, "price": "19.00"})

    detail = taker.do("orders.get", {"adOrderNo": order})
    assert ("18.45", "0.01", "BUY") == (detail["price"], detail["priceTicketSize"], detail["tradeType"])
    assert "990203" == taker.code("orders.place", {**ORDER, "advOrderNumber": ad})
    assert taker.place(ad, matchPrice="19.0")


def test_the_same_deeds_give_the_same_numbers():
    """Two sandboxes that see the same requests give the same answers, byte for byte."""
    answers = []
    for _ in range(2):
        merchant, taker, _ = trading()
        ad = merchant.post_ad()
        answers.append((ad, taker.send("orders.place", {**ORDER, "advOrderNumber": ad}).body))
    assert answers[0] == answers[1]


def test_only_the_buyer_of_an_unpaid_order_can_cancel():
    """The question has a yes in one case only."""
    merchant, taker, _ = trading()
    order = {"orderNumber": taker.place(merchant.post_ad())}
    unpaid = [trader.do("orders.can_cancel", order) for trader in (merchant, taker)]
    taker.do("orders.mark_paid", order)

    assert [False, True] == unpaid
    assert [False, False] == [trader.do("orders.can_cancel", order) for trader in (merchant, taker)]
    assert "990101" == taker.code("orders.can_cancel", {"orderNumber": "1"})


def test_another_reason_has_to_be_told():
    """Reason 5 goes with words."""
    merchant, taker, _ = trading()
    body = {"orderNumber": taker.place(merchant.post_ad()), "orderCancelReasonCode": 5}

    assert (-31002, "illegal parameter: orderCancelAdditionalInfo") == taker.refusal("orders.cancel", body)[1:]


def test_open_orders_are_counted_by_state():
    """Finished orders are in no counter; the others are in the first and the last, and in that of their state."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    orders = [taker.place(ad, totalAmount="500") for _ in range(5)]
    for order in orders[:3]:
        taker.do("orders.mark_paid", {"orderNumber": order})
    merchant.release(orders[0])
    merchant.sandbox.moves.appeal("merchant", orders[1])
    cancel(taker, orders[3])

    counters = {"tradingCount": 3, "buyerPayedCount": 1, "inAppealCount": 1, "inProcessCount": 3}
    assert [counters, counters] == [trader.do("orders.summary") for trader in (merchant, taker)]


def test_a_used_code_is_told_from_a_wrong_one():
    """`111111` is a code that was used already: 200001035, wait for a new one."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())
    taker.do("orders.mark_paid", {"orderNumber": order})

    body = {"orderNumber": order, "authType": "GOOGLE", "googleVerifyCode": "111111"}
    assert "200001035" == merchant.code("orders.can_release", body)
    assert "200001035" == merchant.code("orders.release", body)


def test_wrong_fund_passwords_lock_it():
    """The fifth wrong one in a row locks the password, and from then on the right one is refused as well."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())
    taker.do("orders.mark_paid", {"orderNumber": order})

    def release(password: str) -> int | str:
        return merchant.code(
            "orders.release", {"orderNumber": order, "authType": "FUND_PWD", "code": encrypted(password)}
        )

    four = [release("wrong") for _ in range(4)]
    right = encrypted("000000")
    merchant.do("orders.can_release", {"orderNumber": order, "authType": "FUND_PWD", "code": right})
    assert ["83895"] * 4 == four
    assert ["83895", "83895", "83895", "83895", "83896", "83896"] == [release("wrong") for _ in range(6)]
    assert "83896" == release("000000")
    assert PAID == merchant.status(order)


def test_large_orders_are_not_released_with_the_fund_password():
    """Above 500 US dollars another factor is needed."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad(), totalAmount="9200.01")
    taker.do("orders.mark_paid", {"orderNumber": order})

    body = {"orderNumber": order, "authType": "FUND_PWD", "code": encrypted("000000")}
    assert "990106" == merchant.code("orders.release", body)
    merchant.release(order)


@pytest.mark.parametrize(("coin", "maker", "taker"), [("USDT", "0.0035", "0"), ("BTC", "0.0035", "0.001")])
def test_the_exchange_takes_its_commission(coin: str, maker: str, taker: str):
    """The maker's comes out of the ad, the taker's out of what the taker buys; both arrive at the exchange."""
    merchant, buyer, _ = trading()
    price, stock = {"USDT": ("18.45", "5000"), "BTC": ("1200000", "1")}[coin]
    ad = merchant.post_ad(asset=coin, price=price, initAmount=stock)
    order = buyer.place(ad, asset=coin, matchPrice=price)
    buyer.do("orders.mark_paid", {"orderNumber": order})
    merchant.release(order)

    [row] = buyer.do("orders.history")
    scale = Decimal("0.01") if coin == "USDT" else Decimal("0.00000001")
    ours, theirs = ((Decimal(row["amount"]) * Decimal(rate)).quantize(scale, ROUND_DOWN) for rate in (maker, taker))
    assert (ours, theirs) == (Decimal(row["commission"]), Decimal(row["takerCommission"]))
    assert Decimal(row["amount"]) - theirs == Decimal(row["takerAmount"])
    assert ours + theirs == merchant.sandbox.balances["exchange"][coin].free
    detail = merchant.do("orders.get", {"adOrderNo": order})
    assert (maker, taker) == (detail["commissionRate"], detail["takerCommissionRate"])
