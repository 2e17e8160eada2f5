"""Who may take an ad in the sandbox: conditions for counterparties, and what an account has traded so far."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from binance_c2c.sandbox import Sandbox
from binance_c2c.sandbox.exchange import FIXED, SPEI, AdTerms, PaymentOption, TakerConditions
from binance_c2c.sandbox.exchange.markets import Markets
from binance_c2c.sandbox.exchange.trading_stats import Totals
from binance_c2c.sandbox.refusals import InvalidValueError
from tests.support.sandbox_client import DAY, ORDER, START_MS, Clock, Trader, trading

SEARCH = {"asset": "USDT", "fiat": "MXN", "tradeType": "BUY", "page": 1, "rows": 20}
REGISTERED_MS = 1_650_000_000_000


def may_take(trader: Trader, ad: str) -> bool:
    """Whether an ad is open to somebody, which four operations say alike."""
    [row] = trader.do("ads.search", SEARCH)
    tradable = trader.total("ads.search", {**SEARCH, "filterType": "tradable"})
    answers = {bool(tradable), row["adv"]["isTradable"], trader.do("orders.can_place", {"adOrderNo": ad})}
    placed = b'"000000"' in trader.send("orders.place", {**ORDER, "advOrderNumber": ad}).body
    assert answers == {placed}
    return placed


@pytest.mark.parametrize(
    ("conditions", "opens"),
    [
        ({}, True),
        ({"buyerBtcPositionLimit": "1"}, True),
        ({"buyerBtcPositionLimit": "1.00000001"}, False),
        ({"buyerBtcPositionLimit": "-1", "buyerRegDaysLimit": -1}, True),
        ({"userAllTradeCountMin": 17}, True),
        ({"userAllTradeCountMin": 18}, False),
        ({"userAllTradeCountMin": 4, "userTradeCountFilterTime": 1}, False),
        ({"userAllTradeCountMin": 3, "userTradeCountFilterTime": 1}, True),
        ({"userAllTradeCountMax": 16}, False),
        ({"userAllTradeCountMax": -1}, True),
        ({"userBuyTradeCountMin": 12, "userSellTradeCountMax": 5}, True),
        ({"userBuyTradeCountMin": 13}, False),
        ({"userSellTradeCountMax": 4}, False),
        ({"userTradeCompleteCountMin": 17}, True),
        ({"userTradeCompleteCountMin": 18}, False),
        ({"userTradeCompleteRateMin": "0.94"}, True),
        ({"userTradeCompleteRateMin": "0.95"}, False),
        ({"userTradeCompleteRateMin": "0.95", "userTradeCompleteRateFilterTime": 1}, True),
        ({"userTradeVolumeMin": "0.01"}, False),
        ({"userTradeVolumeMax": "100"}, True),
    ],
)
def test_an_ad_is_open_to_whom_its_maker_wants(conditions: dict[str, Any], opens: object):
    """Each condition is held against the taker's holdings and trades, in 30 days or in all."""
    merchant, taker, _ = trading()

    assert opens is may_take(taker, merchant.post_ad(**conditions))


def test_who_is_refused_is_told_so():
    """A refused taker gets a code of its own."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad(userAllTradeCountMin=1000)

    assert "990208" == taker.code("orders.place", {**ORDER, "advOrderNumber": ad})


@pytest.mark.parametrize(("days", "opens"), [(29, False), (30, True)])
def test_an_account_has_to_be_old_enough(days: int, opens: object):
    """Days since registration are whole days."""
    clock = Clock()
    clock.seconds = REGISTERED_MS / 1000 + days * DAY
    sandbox = Sandbox(now=clock, empty=True)
    merchant, taker = (Trader(sandbox, name, clock) for name in ("merchant", "taker"))

    assert opens is may_take(taker, merchant.post_ad(buyerRegDaysLimit=30))


def test_an_account_of_the_future_is_zero_days_old(tmp_path: Path):
    """A registration after the sandbox's present counts as no days, everywhere, and closes no ad without conditions."""
    merchant, taker, _ = trading()
    file = tmp_path / "taker.toml"
    file.write_text("registered = 2099-01-01\n")
    merchant.sandbox.add_account("taker", file)
    order = taker.place(merchant.post_ad())

    assert 0 == merchant.do("orders.counterparty_stats", {"orderNumber": order})["registerDays"]
    assert 0 == taker.do("users.me")["registerDays"]
    assert 0 == taker.do("merchant.profile")["merchant"]["registerDays"]
    assert "990208" == taker.code("orders.place", {**ORDER, "advOrderNumber": merchant.post_ad(buyerRegDaysLimit=1)})


@pytest.mark.parametrize(("passed", "limit", "opens"), [(True, 1, True), (False, 1, False), (False, 0, True)])
def test_an_account_has_to_be_verified_where_it_is_asked_for(limit: int, *, passed: bool, opens: bool):
    """`buyerKycLimit` 1 keeps out who has not been verified by the exchange."""
    merchant, taker, _ = trading()
    merchant.sandbox.moves.set_kyc_passed("taker", passed=passed)

    assert opens is may_take(taker, merchant.post_ad(buyerKycLimit=limit))


def test_what_is_traded_counts():
    """Completed orders add to number, volume and partners; a cancelled one counts against its buyer alone."""
    merchant, taker, clock = trading()
    ad = merchant.post_ad(userTradeVolumeMin="271", userTradeVolumeFilterTime=1, userTradeType=0)
    free = merchant.post_ad(initAmount="3000")
    assert taker.do("orders.can_place", {"adOrderNo": ad}) is False

    done, called_off = taker.place(free), taker.place(free)
    taker.do("orders.mark_paid", {"orderNumber": done})
    merchant.release(done)
    taker.do("orders.cancel", {"orderNumber": called_off, "orderCancelReasonCode": 1})
    assert taker.do("orders.can_place", {"adOrderNo": ad}) is True
    stats = merchant.do("orders.counterparty_stats", {"orderNumber": done})
    assert {
        "completedOrderNum": 18,
        "completedOrderNumOfLatest30day": 4,
        "finishRate": "0.9000",
        "finishRateLatest30Day": "0.8000",
        "numberOfTradesWithCounterpartyCompleted30day": 1,
        "registerDays": (START_MS - REGISTERED_MS) // (DAY * 1000),
    } == stats
    assert "0.9889" == taker.do("orders.counterparty_stats", {"orderNumber": done})["finishRateLatest30Day"]

    clock.seconds += 30 * DAY + 1
    later = merchant.do("orders.counterparty_stats", {"orderNumber": done})
    assert (18, 3, 0) == (
        later["completedOrderNum"],
        later["completedOrderNumOfLatest30day"],
        later["numberOfTradesWithCounterpartyCompleted30day"],
    )
    assert taker.do("orders.can_place", {"adOrderNo": ad}) is False


def test_an_ad_that_is_not_there_cannot_be_taken():
    """The question is answered no, where placing would be refused."""
    _, taker, _ = trading()

    assert taker.do("orders.can_place", {"adOrderNo": "1"}) is False


def test_who_has_not_traded_has_not_failed():
    """Without any order the rate is 1, so that a new account is not judged by nothing."""
    assert 1 == Totals().rate


TERMS = AdTerms(
    price_type=FIXED,
    init_amount=Decimal(100),
    smallest=Decimal(500),
    largest=Decimal(1000),
    options=(PaymentOption(SPEI, None),),
    price=Decimal("18.45"),
)


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("kyc", replace(TERMS, conditions=TakerConditions(kyc=7))),
        ("extra_kyc", replace(TERMS, extra_kyc=2)),
    ],
)
def test_the_exchange_takes_no_terms_that_mean_nothing(name: str, terms: AdTerms):
    """Its own rules hold for values that no request brought, and the refusal names the value."""
    market = Markets().get("USDT", "MXN")
    TERMS.check(market)

    with pytest.raises(InvalidValueError) as refused:
        terms.check(market)
    assert name == refused.value.name
