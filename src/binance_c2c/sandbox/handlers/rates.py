"""What can be traded here, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.exchange import PAY_KINDS
from binance_c2c.sandbox.gateway import found
from binance_c2c.sandbox.handlers.ad_answers import coin_kind, fiat_kind
from binance_c2c.sandbox.handlers.registry import Counter

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange, Market
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.handlers.registry import Ask

counter = Counter()


@counter.owner("currencies.digital")
def _digital(exchange: Exchange, _: Ask) -> Json:
    coins = {market.coin.code: market.coin for market in exchange.markets}
    return found([{**coin_kind(coin), "isEnable": 1, "isTransVisible": 1} for coin in coins.values()])


@counter.owner("currencies.fiat")
def _fiat(exchange: Exchange, _: Ask) -> Json:
    fiats = {market.fiat.code: market.fiat for market in exchange.markets}
    return found([fiat_kind(fiat) for fiat in fiats.values()])


@counter.owner("commission_rates.overview")
def _overview(exchange: Exchange, ask: Ask) -> Json:
    fiat = ask.body.maybe_text("fiat")
    markets = [market for market in exchange.markets if fiat in {None, market.fiat.code}]
    assets = [
        {
            "asset": coin.code,
            "assetName": coin.name,
            "assetLogoUrl": None,
            "items": [_item(market) for market in markets if market.coin.code == coin.code],
        }
        for coin in {market.coin.code: market.coin for market in markets}.values()
    ]
    level = {"userLevel": 1, "userDiscountOffRateMaker": "0", "userDiscountOffRateTaker": "0"}
    return found({**level, "assetRetList": assets})


@counter.owner("commission_rates.taker")
def _taker(exchange: Exchange, ask: Ask) -> Json:
    asset, fiat = ask.body.maybe_text("asset"), ask.body.maybe_text("fiat")
    asked = ask.body.maybe_text("tradeType")
    kinds = ask.body.texts("tradeMethodIdentifier") or list(PAY_KINDS)
    if not set(kinds) <= PAY_KINDS.keys():
        ask.body.refuse("tradeMethodIdentifier")
    # The answer does not say which coin a rate is for, so that without one asked for it is the dearest that counts.
    rates = [
        market.taker_rate
        for market in exchange.markets
        if asset in {None, market.coin.code} and fiat in {None, market.fiat.code}
    ]
    rate = f"{max(rates):f}" if rates else None
    return found(
        [
            {"tradeType": side, "tradeMethodIdentifier": kind, "commissionRate": rate, "baseCommissionRate": rate}
            for side in ("BUY", "SELL")
            for kind in kinds
            if rate is not None and asked in {None, side.lower()}
        ]
    )


def _item(market: Market) -> Json:
    rates = {"maker": market.maker_rate, "taker": market.taker_rate}
    return {
        "area": "p2pZone",
        "channel": "c2c",
        "fiat": market.fiat.code,
        **{
            f"{role}{side}{kind}CommissionRate": f"{rate:f}"
            for role, rate in rates.items()
            for side in ("Buy", "Sell")
            for kind in ("Base", "")
        },
    }
