"""Merchants: their public profile, and the switches of their own shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.exchange import AdStatus
from binance_c2c.sandbox.gateway import done, found
from binance_c2c.sandbox.handlers.merchant_answers import merchant_ad, merchant_user
from binance_c2c.sandbox.handlers.registry import Counter

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Account, Exchange
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.handlers.registry import Ask

counter = Counter()


@counter.owner("merchant.profile")
def _profile(exchange: Exchange, ask: Ask) -> Json:
    merchant = _named(exchange, ask)
    shown = merchant.shop.trades or merchant is ask.account
    ads = [ad for ad in exchange.ads if ad.maker is merchant and ad.status == AdStatus.ONLINE and shown]
    lists = {
        f"{side.lower()}List": [merchant_ad(ad, ask.account, ask.now_ms) for ad in ads if ad.side == side]
        for side in ("BUY", "SELL")
    }
    return found({"merchant": merchant_user(merchant, ask.now_ms), **lists})


@counter.owner("merchant.go_online")
def _go_online(_: Exchange, ask: Ask) -> Json:
    ask.account.shop.is_present = True
    return done()


@counter.owner("merchant.go_offline")
def _go_offline(_: Exchange, ask: Ask) -> Json:
    ask.account.shop.is_present = False
    return done()


@counter.owner("merchant.start_business")
def _start_business(_: Exchange, ask: Ask) -> Json:
    ask.account.shop.do_business(is_open=True)
    return found(data=True)


@counter.owner("merchant.close_business")
def _close_business(_: Exchange, ask: Ask) -> Json:
    ask.account.shop.do_business(is_open=False)
    return found(data=True)


@counter.owner("merchant.start_rest")
def _start_rest(_: Exchange, ask: Ask) -> Json:
    return found({"suspendEndTime": ask.account.shop.start_rest(ask.now_ms)})


@counter.owner("merchant.end_rest")
def _end_rest(_: Exchange, ask: Ask) -> Json:
    ask.account.shop.end_rest()
    return found(data=True)


def _named(exchange: Exchange, ask: Ask) -> Account:
    number = ask.query.maybe_text("merchantNo")
    if number is None:
        return ask.account
    named = (account for account in exchange.accounts.values() if account.user_no == number)
    return next(named, None) or ask.query.refuse("merchantNo")
