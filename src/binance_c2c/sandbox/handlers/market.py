"""Ads as the website shows them to anonymous visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.handlers.ads import public_row, search_ads
from binance_c2c.sandbox.handlers.envelope import ok_public
from binance_c2c.sandbox.handlers.registry import public
from binance_c2c.sandbox.refusals import MissingValueError, RefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange
    from binance_c2c.sandbox.gateway import Json, Request
    from binance_c2c_strict import models


@public("market.search")
def _search(exchange: Exchange, request: Request[models.SearchMarketRequest]) -> Json:
    body, now_ms = request.model, request.gateway_time_ms
    ads, total = search_ads(exchange, None, body, now_ms, frozenset(body.periods or ()))
    # No merchant here is a pro or shield merchant. `tradedWith` and `followed` mean nothing without a login.
    if body.proMerchantAds or body.shieldMerchantAds:
        ads, total = [], 0
    return ok_public([public_row(ad, now_ms) for ad in ads], total=total)


@public("market.ad")
def _ad(exchange: Exchange, request: Request[None]) -> Json:
    number, now_ms = request.query.text("advNo"), request.gateway_time_ms
    if number is None:
        raise MissingValueError("advNo")
    ad = exchange.ads.find(number)
    if not ad.is_open_to(None, now_ms):
        ad.maker.status.check_not_resting()
        raise RefusedError(refusals.AD_NOT_ONLINE)
    return ok_public(public_row(ad, now_ms))
