"""Arguments of an ad, an order and a release, for tests in which the terms of the trade do not matter."""

from typing import Any

FACTOR: dict[str, Any] = {"auth_type": "GOOGLE", "google_verify_code": "000000"}
"""The second factor of a release in the sandbox."""


def an_ad(**changed: Any) -> dict[str, Any]:
    """Arguments of `ads.post`: the sandbox's merchant sells 500 USDT at 18.45 MXN."""
    terms = {
        "asset": "USDT",
        "fiat": "MXN",
        "trade_type": "SELL",
        "classify": "profession",
        "price_type": 1,
        "price": "18.45",
        "init_amount": 500,
        "min_single_trans_amount": 500,
        "max_single_trans_amount": 5000,
        "pay_time_limit": 15,
        "buyer_kyc_limit": 0,
        "trade_methods": [{"identifier": "SPEI", "pay_id": 40100200}],
    }
    return {**terms, **changed}


def an_order(adv_no: str, **changed: Any) -> dict[str, Any]:
    """Arguments of `orders.place`: the taker buys 100 USDT of that ad."""
    terms = {
        "adv_no": adv_no,
        "asset": "USDT",
        "fiat": "MXN",
        "buy_type": "BY_MONEY",
        "total_amount": 1845,
        "match_price": "18.45",
        "trade_type": "BUY",
    }
    return {**terms, **changed}
