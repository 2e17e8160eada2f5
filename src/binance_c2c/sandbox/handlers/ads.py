"""Ads: read, listed, searched, posted and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.gateway import found, page
from binance_c2c.sandbox.handlers import listings
from binance_c2c.sandbox.handlers.ad_answers import own_ad, reference_price, search_row, status_result
from binance_c2c.sandbox.handlers.registry import Counter

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.handlers.registry import Ask

counter = Counter()


@counter.owner("ads.categories")
def _categories(_: Exchange, ask: Ask) -> Json:
    return found({"advClassifies": list(ask.account.categories)})


@counter.owner("ads.get")
def _get(exchange: Exchange, ask: Ask) -> Json:
    return found(own_ad(exchange.ads.own(ask.account, ask.query.text("adsNo"))))


@counter.owner("ads.list")
def _list(exchange: Exchange, ask: Ask) -> Json:
    ads, total = listings.own_ads(exchange.ads, ask.account, ask.body)
    return page([own_ad(ad) for ad in ads], total)


@counter.owner("ads.post")
def _post(exchange: Exchange, ask: Ask) -> Json:
    return found(exchange.ads.post(ask.account, ask.body, ask.now_ms).number)


@counter.owner("ads.reference_prices")
def _reference_prices(exchange: Exchange, ask: Ask) -> Json:
    fiat, assets = ask.body.text("fiatCurrency"), ask.body.texts("assets")
    # Without coins asked for, all that trade against the currency.
    asked = [exchange.markets.get(asset, fiat) for asset in assets]
    markets = asked or [market for market in exchange.markets if market.fiat.code == fiat]
    return found([reference_price(market) for market in markets])


@counter.owner("ads.search")
def _search(exchange: Exchange, ask: Ask) -> Json:
    ads, total = listings.search(exchange.ads, ask.account, ask.body, ask.now_ms)
    return page([search_row(ad, ask.account, ask.now_ms) for ad in ads], total)


@counter.owner("ads.update")
def _update(exchange: Exchange, ask: Ask) -> Json:
    exchange.ads.update(ask.account, ask.body, ask.now_ms)
    return found(data=True)


@counter.owner("ads.update_status")
def _update_status(exchange: Exchange, ask: Ask) -> Json:
    return found(status_result(exchange.ads.update_status(ask.account, ask.body, ask.now_ms)))
