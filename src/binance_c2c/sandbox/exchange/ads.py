"""The book of ads: who may post and change what, and the coins that move with it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.exchange.ad import Ad, AdStatus
from binance_c2c.sandbox.exchange.ad_terms import check_price, read_terms
from binance_c2c.sandbox.exchange.markets import side
from binance_c2c.sandbox.exchange.search_index import Board
from binance_c2c.sandbox.exchange.second_factor import check_factor
from binance_c2c.sandbox.exchange.time_index import Index
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from binance_c2c.sandbox.exchange.accounts import Account, PayMethod
    from binance_c2c.sandbox.exchange.markets import Market, Markets, Side
    from binance_c2c.sandbox.fields import Fields

_FIRST_NUMBER = 12_784_000_000_000_000_001
_PRICE_FIELDS = ("price", "priceType", "priceFloatingRatio")


class AdLabel(NamedTuple):
    """What the filters of the list of own ads ask about."""

    side: Side
    asset: str
    fiat: str
    classify: str
    status: AdStatus
    is_open: bool


class AdBook:
    """All ads. Each method either does all it says or raises `RefusedError` and has done nothing."""

    def __init__(self, markets: Markets) -> None:
        self.board = Board()
        self._markets = markets
        self._ads: dict[str, Ad] = {}
        self._of: dict[tuple[str, str | None], Index[AdLabel]] = {}
        self._paid_on: Counter[int] = Counter()

    def __iter__(self) -> Iterator[Ad]:
        """Oldest first."""
        return iter(self._ads.values())

    def __reversed__(self) -> Iterator[Ad]:
        """Newest first."""
        return reversed(self._ads.values())

    def __getitem__(self, number: str) -> Ad:
        return self._ads[number]

    def of(self, account: Account, number: str | None = None) -> Index[AdLabel]:
        """The account's own ads: all of them, or the one with this number."""
        return self._of.get((account.name, number)) or Index()

    def paid_on(self, method: PayMethod) -> int:
        """How many ads that are not closed name this payment method."""
        return self._paid_on[method.id]

    def add(self, ad: Ad) -> None:
        """Take in an ad whose coins are locked already."""
        self._ads[ad.number] = ad
        self._count_methods(ad, 1)
        self.file(ad)

    def file(self, ad: Ad) -> None:
        """Find the ad under what it is now. To be called after every change of one."""
        is_open = ad.is_open
        label = AdLabel(ad.side, ad.market.coin.code, ad.market.fiat.code, ad.classify, ad.status, is_open)
        for number in (None, ad.number):
            self._of.setdefault((ad.maker.name, number), Index()).file(ad.created_ms, ad.number, label)
        if is_open:
            self.board.show(ad.offer)
        else:
            self.board.hide(ad.number)

    def reference_moved(self, market: Market) -> None:
        """Find the ads of a market under their new prices."""
        for ad in self:
            if ad.market is market and ad.terms.ratio is not None:
                self.file(ad)

    def post(self, maker: Account, body: Fields, now_ms: int) -> Ad:
        """A new ad, online unless the maker says otherwise. A SELL ad locks its coins."""
        maker.shop.refuse_at_rest()
        check_factor(maker, body, needed=False)
        classify = body.text("classify")
        if classify not in maker.categories:
            raise RefusedError(codes.CLASSIFY_NOT_YOURS, classify)
        market, which = self._markets.get(body.text("asset"), body.text("fiatUnit")), side(body.text("tradeType"))
        terms = read_terms(body, market, which, maker)
        check_price(terms, market)
        # The unit of the delay was never published. With one, the ad starts offline and waits for its owner.
        online = body.maybe_flag("onlineNow") is not False and not body.maybe_whole("onlineDelayTime")
        ad = Ad(
            number=str(_FIRST_NUMBER + len(self._ads)),
            maker=maker,
            side=which,
            market=market,
            classify=classify,
            terms=terms,
            surplus=terms.init_amount,
            status=AdStatus.ONLINE if online else AdStatus.OFFLINE,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        _lock_more(ad, ad.surplus)
        self.add(ad)
        return ad

    def find(self, number: str) -> Ad:
        """Anybody's ad."""
        ad = self._ads.get(number)
        if ad is None:
            raise RefusedError(codes.AD_NOT_ONLINE)
        return ad

    def own(self, account: Account, number: str) -> Ad:
        """The account's own ad with this number."""
        ad = self.find(number)
        if ad.maker is not account:
            raise RefusedError(codes.NOT_YOURS)
        return ad

    def update(self, account: Account, body: Fields, now_ms: int) -> None:
        """New terms. What is left moves by as much as the whole does: coins already sold stay sold."""
        check_factor(account, body, needed=False)
        ad = self._changeable(account, body.text("advNo"))
        _refuse_another_market(ad, body)
        asked = body if body.maybe_text("updateMode") == "full" else body.over(ad.terms.asked)
        terms = read_terms(asked, ad.market, ad.side, ad.maker)
        if any(body.maybe_text(name) is not None for name in _PRICE_FIELDS):
            check_price(terms, ad.market)
        more = terms.init_amount - ad.terms.init_amount
        if ad.surplus + more < 0:
            raise RefusedError(codes.STOCK_MISMATCH)
        _lock_more(ad, more)
        self._count_methods(ad, -1)
        ad.terms, ad.surplus, ad.updated_ms = terms, ad.surplus + more, now_ms
        self._count_methods(ad, 1)
        status = body.maybe_whole("advStatus")
        self._set_status(ad, ad.status if status is None else AdStatus(status), now_ms)

    def update_status(self, account: Account, body: Fields, now_ms: int) -> list[tuple[str, RefusedError]]:
        """A new status for several ads. Returns those that stay as they were, and why."""
        status, failed = AdStatus(body.whole("advStatus")), list[tuple[str, RefusedError]]()
        for number in body.texts("advNos"):
            try:
                ad = self._changeable(account, number)
            except RefusedError as refused:
                failed.append((number, refused))
            else:
                self._set_status(ad, status, now_ms)
        return failed

    def _changeable(self, account: Account, number: str) -> Ad:
        ad = self.own(account, number)
        account.shop.refuse_at_rest()
        if ad.status == AdStatus.CLOSED:
            raise RefusedError(codes.AD_NOT_ONLINE)
        return ad

    def _set_status(self, ad: Ad, status: AdStatus, now_ms: int) -> None:
        if status == AdStatus.CLOSED:
            if ad.locks_coins:
                ad.maker.wallet.unlock(ad.market.coin.code, ad.surplus)
            self._count_methods(ad, -1)
        ad.status, ad.updated_ms = status, now_ms
        self.file(ad)

    def _count_methods(self, ad: Ad, times: int) -> None:
        if ad.status != AdStatus.CLOSED:
            for way in {way.method.id for way in ad.terms.ways if way.method}:
                self._paid_on[way] += times


def _lock_more(ad: Ad, amount: Decimal) -> None:
    if not ad.locks_coins:
        return
    if amount > ad.maker.wallet[ad.market.coin.code].free:
        raise RefusedError(codes.HOLDINGS_TOO_SMALL)
    ad.maker.wallet.lock(ad.market.coin.code, amount)


def _refuse_another_market(ad: Ad, body: Fields) -> None:
    fixed = {"asset": ad.market.coin.code, "fiatUnit": ad.market.fiat.code, "tradeType": ad.side}
    for name, value in fixed.items():
        if body.maybe_text(name) not in {None, value}:
            body.refuse(name)
