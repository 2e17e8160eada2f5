"""Ads: read, listed, searched, posted and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _listings as listings
from ._ad_answers import own_ad, search_row, status_result
from ._answers import found, page
from ._counter import Counter

if TYPE_CHECKING:
    from ._answers import Json
    from ._counter import Ask
    from ._exchange import Exchange

_ROWS = 20

counter = Counter()


@counter.owner("ads.get")
def _get(exchange: Exchange, ask: Ask) -> Json:
    return found(own_ad(exchange.ads.own(ask.account, ask.query.text("adsNo"))))


@counter.owner("ads.list")
def _list(exchange: Exchange, ask: Ask) -> Json:
    where = ask.body.page(rows=_ROWS, most_rows=listings.MOST_ROWS)
    ads = listings.own_ads(exchange.ads, ask.account, ask.body)
    return page([own_ad(ad) for ad in ads[where]], len(ads))


@counter.owner("ads.post")
def _post(exchange: Exchange, ask: Ask) -> Json:
    return found(exchange.ads.post(ask.account, ask.body, ask.now_ms).number)


@counter.owner("ads.search")
def _search(exchange: Exchange, ask: Ask) -> Json:
    where = ask.body.page(rows=_ROWS, most_rows=listings.MOST_ROWS)
    ads = listings.search(exchange.ads, ask.account, ask.body)
    return page([search_row(ad, ask.account) for ad in ads[where]], len(ads))


@counter.owner("ads.update")
def _update(exchange: Exchange, ask: Ask) -> Json:
    exchange.ads.update(ask.account, ask.body, ask.now_ms)
    return found(data=True)


@counter.owner("ads.update_status")
def _update_status(exchange: Exchange, ask: Ask) -> Json:
    return found(status_result(exchange.ads.update_status(ask.account, ask.body, ask.now_ms)))
