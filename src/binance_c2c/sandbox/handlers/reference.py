"""Reference data: currencies, commission rates, and the exchange's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.handlers.envelope import coin_fields, fiat_fields, ok
from binance_c2c.sandbox.handlers.registry import private, public
from binance_c2c.sandbox.refusals import InvalidValueError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange, Market
    from binance_c2c.sandbox.gateway import Json, Request
    from binance_c2c_strict import models


@public("system.ping")
def _ping(_: Exchange, _request: Request[None]) -> Json:
    return {}


@public("system.time")
def _time(_: Exchange, request: Request[None]) -> Json:
    return {"serverTime": request.gateway_time_ms}


@private("currencies.digital")
def _digital(exchange: Exchange, _: Request[None]) -> Json:
    coins = {market.coin.code: market.coin for market in exchange.markets}
    return ok([{**coin_fields(coin), "isEnable": 1, "isTransVisible": 1} for coin in coins.values()])


@private("currencies.fiat")
def _fiat(exchange: Exchange, _: Request[None]) -> Json:
    fiats = {market.fiat.code: market.fiat for market in exchange.markets}
    return ok([fiat_fields(fiat) for fiat in fiats.values()])


@private("commission_rates.overview")
def _overview(exchange: Exchange, request: Request[models.CommissionOverviewRequest]) -> Json:
    fiat = request.model.fiat
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
    return ok({**level, "assetRetList": assets})


@private("commission_rates.taker")
def _taker(exchange: Exchange, request: Request[models.TakerCommissionRequest]) -> Json:
    asset, fiat, asked = request.model.asset, request.model.fiat, request.model.tradeType
    kinds = request.model.tradeMethodIdentifier or list(exchange.markets.kinds)
    if not set(kinds) <= exchange.markets.kinds.keys():
        raise InvalidValueError("tradeMethodIdentifier")
    # The answer does not say which coin a rate is for, so if the request names none the highest rate is given.
    rates = [
        market.taker_rate
        for market in exchange.markets
        if asset in {None, market.coin.code} and fiat in {None, market.fiat.code}
    ]
    rate = f"{max(rates):f}" if rates else None
    return ok(
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
