"""What happens in the sandbox without a request: moves of the counterparty, appeals, a market that goes up and down."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import pytest

from binance_c2c.sandbox import MoveRefusedError
from tests.support.sandbox_client import BUY_AD, DAY, FACTOR, ORDER, START_MS, Trader, trading

if TYPE_CHECKING:
    from collections.abc import Callable

UNPAID, PAID, IN_APPEAL, COMPLETED, CANCELLED, CANCELLED_BY_SYSTEM = 1, 2, 5, 4, 6, 7


def paid_order(merchant: Trader) -> str:
    order = merchant.sandbox.moves.place("taker", merchant.post_ad(), total_amount="5000")
    merchant.sandbox.moves.mark_paid(order)
    return order


def test_a_person_can_play_the_counterparty():
    """Place, pay and release without key or signature are what they are over the wire."""
    merchant, taker, _ = trading()
    moves = merchant.sandbox.moves

    sale = paid_order(merchant)
    assert PAID == merchant.status(sale)
    moves.release(sale)
    assert (COMPLETED, "5271.00") == (taker.status(sale), taker.free)

    purchase = moves.place("taker", merchant.post_ad(BUY_AD), total_amount=Decimal("100.50"), by_amount=True)
    assert "100.50" == merchant.do("orders.get", {"adOrderNo": purchase})["amount"]
    moves.cancel(purchase, reason=5, text="a mistake")
    assert CANCELLED == merchant.status(purchase)


def test_moves_keep_to_the_rules():
    """What the exchange refuses over the wire it refuses here, with the same code; a name that is none is told."""
    merchant, _, _ = trading()
    moves, ad = merchant.sandbox.moves, merchant.post_ad()
    refused: dict[str, Any] = {}
    attempts: dict[str, Callable[[], object]] = {
        "own ad": lambda: moves.place("merchant", ad, total_amount=5000),
        "too small": lambda: moves.place("taker", ad, total_amount=1),
        "no ad": lambda: moves.place("taker", "1", total_amount=5000),
        "no order": lambda: moves.release("1"),
    }
    for name, move in attempts.items():
        with pytest.raises(MoveRefusedError) as error:
            move()
        refused[name] = error.value.code

    assert {"own ad": "990201", "too small": "990204", "no ad": "187022", "no order": "990101"} == refused
    with pytest.raises(ValueError, match="account: one of merchant, taker is expected, not 'nobody'"):
        moves.place("nobody", ad, total_amount=5000)
    with pytest.raises(ValueError, match="total_amount: a positive number up to 1000000000000 is expected, not 'much'"):
        moves.place("taker", ad, total_amount="much")


@pytest.mark.parametrize(
    ("winner", "status", "word", "balances"),
    [
        ("buyer", COMPLETED, "COMPLETED", ("4728.06", "5271.00")),
        ("seller", CANCELLED_BY_SYSTEM, "CANCELLED_BY_SYSTEM", ("5000", "5000")),
    ],
)
def test_support_decides_an_appeal(
    winner: Literal["buyer", "seller"], status: int, word: str, balances: tuple[str, str]
):
    """In an appeal neither side moves the coins; support gives them to the buyer or back to the ad."""
    merchant, taker, _ = trading()
    order, moves = paid_order(merchant), merchant.sandbox.moves
    before = taker.do("orders.get", {"adOrderNo": order})
    moves.appeal("taker", order, reason="I paid.")

    during = taker.do("orders.get", {"adOrderNo": order})
    assert (True, None) == (before["isComplaintAllowed"], before["complaintStatus"])
    assert (IN_APPEAL, False, True, 0, "I paid.") == tuple(
        during[name]
        for name in (
            *("orderStatus", "isComplaintAllowed", "canCancelComplaintOrder", "complaintStatus", "complaintReason"),
        )
    )
    assert merchant.do("orders.get", {"adOrderNo": order})["canCancelComplaintOrder"] is False
    assert "IN_APPEAL" == taker.do("orders.history")[0]["orderStatus"]
    assert "990102" == merchant.code("orders.release", {"orderNumber": order, **FACTOR})
    assert "990102" == taker.code("orders.cancel", {"orderNumber": order, "orderCancelReasonCode": 1})

    moves.decide_appeal(order, winner=winner)
    assert balances == (merchant.locked, taker.free)
    assert (status, 3) == (taker.status(order), taker.do("orders.get", {"adOrderNo": order})["complaintStatus"])
    assert word == taker.do("orders.history")[0]["orderStatus"]


def test_an_appeal_is_withdrawn_by_who_made_it():
    """Afterwards the order is a paid one again, and the seller may release."""
    merchant, taker, _ = trading()
    order, moves = paid_order(merchant), merchant.sandbox.moves
    moves.appeal("taker", order)
    with pytest.raises(MoveRefusedError, match="only the user who appealed"):
        moves.withdraw_appeal("merchant", order)

    moves.withdraw_appeal("taker", order)
    detail = taker.do("orders.get", {"adOrderNo": order})
    assert (PAID, None) == (detail["orderStatus"], detail["complaintStatus"])
    merchant.release(order)


def test_only_paid_orders_come_to_an_appeal():
    """Before payment there is nothing to appeal about, and nothing to decide without an appeal."""
    merchant, _, _ = trading()
    moves = merchant.sandbox.moves
    order = moves.place("taker", merchant.post_ad(), total_amount=5000)

    with pytest.raises(MoveRefusedError, match="the order is unpaid, but has to be paid"):
        moves.appeal("taker", order)
    with pytest.raises(MoveRefusedError, match="but has to be in appeal"):
        moves.decide_appeal(order, winner="buyer")
    with pytest.raises(ValueError, match="winner: buyer or seller is expected, not 'me'"):
        moves.decide_appeal(order, winner="me")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_an_appeal_does_not_run_out():
    """Neither a paid order nor one in appeal ends by itself."""
    merchant, _, clock = trading()
    order = paid_order(merchant)
    merchant.sandbox.moves.appeal("merchant", order)

    clock.seconds += 10 * DAY
    assert IN_APPEAL == merchant.status(order)


def test_a_market_takes_its_floating_ads_along():
    """A new reference price moves floating ads, in price and in their place in a search; fixed ones stay."""
    merchant, taker, _ = trading()
    fixed = merchant.post_ad(initAmount="1000", price="18.50")
    floating = merchant.post_ad(initAmount="1000", priceType=2, priceFloatingRatio="100")
    search = {"asset": "USDT", "fiat": "MXN", "tradeType": "BUY", "page": 1, "rows": 20}

    def found() -> list[tuple[str, str]]:
        return [(row["adv"]["advNo"], row["adv"]["price"]) for row in taker.do("ads.search", search)]

    before = found()
    merchant.sandbox.moves.set_reference_price("USDT", "MXN", "19.00")
    assert [(floating, "18.40"), (fixed, "18.50")] == before
    assert [(fixed, "18.50"), (floating, "19.00")] == found()


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "sNaN", "Infinity", "x", "", "0.0099", "1e13", "1e999999"])
def test_a_price_that_is_none_is_refused(price: str):
    """A reference price is a number from the smallest step on, and at either end the market is still played."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad(priceType=2, priceFloatingRatio="80")
    with pytest.raises(ValueError, match=f"^price: a number from 0.01 to 1000000000000 is expected, not '{price}'$"):
        merchant.sandbox.moves.set_reference_price("USDT", "MXN", price)

    for edge, code in (("0.01", "990205"), (10**12, "990204")):
        merchant.sandbox.moves.set_reference_price("USDT", "MXN", edge)
        shown = merchant.do("ads.get", adsNo=ad)
        assert code == taker.code("orders.place", {**ORDER, "advOrderNumber": ad, "matchPrice": shown["price"]})


def test_extra_verification_comes_before_payment():
    """The taker sees no account and pays nothing before the maker has stated that the verification is done."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad(takerAdditionalKycRequired=1))
    body = {"orderNumber": order}

    def seen(trader: Trader) -> tuple[int, bool]:
        detail = trader.do("orders.get", {"adOrderNo": order})
        return detail["additionalKycVerify"], any(method["fields"] for method in detail["payMethods"])

    assert ((1, False), (1, True)) == (seen(taker), seen(merchant))
    assert "990109" == taker.code("orders.mark_paid", body)
    assert "990107" == taker.code("orders.verify_kyc", body)

    merchant.sandbox.moves.verify_kyc(order)
    assert {"orderNumber": order, "kycVerified": True} == merchant.do("orders.verify_kyc", body)
    assert (2, True) == seen(taker)
    assert 2 == taker.do("orders.list", {"page": 1, "rows": 1})[0]["additionalKycVerify"]
    taker.do("orders.mark_paid", body)
    merchant.release(order)
    assert "990102" == merchant.code("orders.verify_kyc", body)


def test_verification_that_nobody_asked_for_is_refused():
    """An order from an ad without the condition has nothing to verify."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())

    assert "990108" == merchant.code("orders.verify_kyc", {"orderNumber": order})
    assert START_MS == merchant.do("orders.get", {"adOrderNo": order})["updateTime"]
