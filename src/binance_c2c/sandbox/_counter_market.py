"""The ads as the website shows them to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _codes as codes
from . import _listings as listings
from ._ad_answers import public_row
from ._answers import to_everybody
from ._codes import RefusedError
from ._counter import Counter

if TYPE_CHECKING:
    from ._answers import Json
    from ._counter import Visit
    from ._exchange import Exchange
    from ._fields import Fields

_ROWS = _MOST_ROWS = 20

counter = Counter()


@counter.anybody("market.search")
def _search(exchange: Exchange, visit: Visit) -> Json:
    where = visit.body.page(rows=_ROWS, most_rows=_MOST_ROWS)
    periods = set(visit.body.wholes("periods"))
    ads = [
        ad
        for ad in listings.search(exchange.ads, None, visit.body)
        if (not periods or ad.terms.pay_minutes in periods) and not _wants_pros(visit.body)
    ]
    return to_everybody([public_row(ad) for ad in ads[where]], total=len(ads))


@counter.anybody("market.ad")
def _ad(exchange: Exchange, visit: Visit) -> Json:
    ad = exchange.ads.online(visit.query.text("advNo"))
    if not ad.is_open:
        raise RefusedError(codes.AD_NOT_ONLINE)
    return to_everybody(public_row(ad))


def _wants_pros(body: Fields) -> bool:
    # Nobody here has one of these two titles. Whom one follows or has traded with, a visitor without a name cannot say.
    return any(body.maybe_flag(name) for name in ("proMerchantAds", "shieldMerchantAds"))
