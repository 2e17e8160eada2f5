"""The ads as the website shows them to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.gateway import to_everybody
from binance_c2c.sandbox.handlers import listings
from binance_c2c.sandbox.handlers.ad_answers import public_row
from binance_c2c.sandbox.handlers.registry import Counter
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange
    from binance_c2c.sandbox.fields import Fields
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.handlers.registry import Visit

_ROWS = _MOST_ROWS = 20

counter = Counter()


@counter.anybody("market.search")
def _search(exchange: Exchange, visit: Visit) -> Json:
    where = visit.body.page(rows=_ROWS, most_rows=_MOST_ROWS)
    ads, total = listings.search(exchange.ads, None, visit.body, visit.now_ms, where)
    if _wants_pros(visit.body):
        ads, total = [], 0
    return to_everybody([public_row(ad, visit.now_ms) for ad in ads], total=total)


@counter.anybody("market.ad")
def _ad(exchange: Exchange, visit: Visit) -> Json:
    ad = exchange.ads.find(visit.query.text("advNo"))
    if not ad.is_open_to(None, visit.now_ms):
        ad.maker.shop.refuse_at_rest()
        raise RefusedError(codes.AD_NOT_ONLINE)
    return to_everybody(public_row(ad, visit.now_ms))


def _wants_pros(body: Fields) -> bool:
    # Nobody here has one of these two titles. Whom one follows or has traded with, a visitor without a name cannot say.
    return any(body.maybe_flag(name) for name in ("proMerchantAds", "shieldMerchantAds"))
