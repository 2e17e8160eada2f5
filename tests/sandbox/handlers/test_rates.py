"""What can be traded in the sandbox, and what it costs."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.sandbox_client import trading


def test_coins_and_currencies_are_listed_once():
    """Each coin and each currency that a market has, with the decimals that its amounts have."""
    merchant, _, _ = trading()

    assert [("USDT", 2), ("BTC", 8)] == [
        (coin["asset"], coin["decimalScale"]) for coin in merchant.do("currencies.digital")
    ]
    assert [("MXN", "MX", 2)] == [
        (fiat["currencyCode"], fiat["countryCode"], fiat["priceScale"]) for fiat in merchant.do("currencies.fiat")
    ]


def test_the_overview_has_a_rate_for_each_market():
    """Eight rates by coin and currency; none for a currency that nothing trades against."""
    merchant, _, _ = trading()
    overview = merchant.do("commission_rates.overview", {"fiat": "MXN"})
    rates = [name for name in overview["assetRetList"][0]["items"][0] if name.endswith("CommissionRate")]

    assert overview == merchant.do("commission_rates.overview", {})
    assert ["USDT", "BTC"] == [row["asset"] for row in overview["assetRetList"]]
    assert 8 == len(rates)
    assert [] == merchant.do("commission_rates.overview", {"fiat": "XXX"})["assetRetList"]


def test_the_rate_of_a_taker_is_the_one_of_the_overview():
    """Asked for one coin, the answer is what the overview says of it."""
    merchant, _, _ = trading()
    for row in merchant.do("commission_rates.overview", {})["assetRetList"]:
        [rate] = merchant.do("commission_rates.taker", {"asset": row["asset"], "fiat": "MXN", "tradeType": "buy"})

        assert Decimal(row["items"][0]["takerBuyCommissionRate"]) == Decimal(rate["commissionRate"])
        assert "BUY" == rate["tradeType"]


@pytest.mark.parametrize(
    ("body", "sides"),
    [
        ({}, ["BUY", "SELL"]),
        ({"tradeType": "sell", "tradeMethodIdentifier": ["SPEI"]}, ["SELL"]),
        ({"asset": "DOGE"}, []),
    ],
)
def test_a_taker_asks_for_some_or_for_all(body: dict[str, Any], sides: list[str]):
    """A row for each side and each way to pay; none where nothing is traded."""
    merchant, _, _ = trading()

    assert sides == [row["tradeType"] for row in merchant.do("commission_rates.taker", body)]


def test_a_way_to_pay_that_is_none_is_refused():
    """By the name of the field."""
    merchant, _, _ = trading()

    assert (400, -31002, "illegal parameter: tradeMethodIdentifier") == (
        merchant.refusal("commission_rates.taker", {"tradeMethodIdentifier": ["SPEI", "SHELLS"]})
    )
