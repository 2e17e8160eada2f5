"""What an account asks about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._account_answers import pay_method
from ._ads import AdStatus
from ._answers import found
from ._counter import Counter

if TYPE_CHECKING:
    from ._accounts import PayMethod
    from ._answers import Json
    from ._counter import Ask
    from ._exchange import Exchange

counter = Counter()


@counter.owner("payment_methods.mine")
def _payment_methods_mine(exchange: Exchange, ask: Ask) -> Json:
    methods = ask.account.pay_methods
    return found([pay_method(ask.account, method, _ads_paid_on(exchange, method)) for method in methods])


def _ads_paid_on(exchange: Exchange, method: PayMethod) -> int:
    open_ads = (ad for ad in exchange.ads if ad.status != AdStatus.CLOSED)
    return sum(method in {way.method for way in ad.terms.ways} for ad in open_ads)
