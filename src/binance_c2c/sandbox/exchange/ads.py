"""All ads: who may post, change and close them, the coins they lock, and the indexes they are found by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.exchange.ad import FIXED, Ad, AdStatus, OpenAdKey
from binance_c2c.sandbox.exchange.index import Index, Numbered
from binance_c2c.sandbox.exchange.second_factor import NO_FACTOR, SecondFactor, check_second_factor
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from binance_c2c.sandbox.exchange.accounts import Account, PayMethod
    from binance_c2c.sandbox.exchange.ad import AdTerms
    from binance_c2c.sandbox.exchange.markets import Market, Side

_FIRST_NUMBER = 12_784_000_000_000_000_001


class OwnAdKey(NamedTuple):
    """The properties that the list of an account's own ads is filtered by."""

    side: Side
    asset: str
    fiat: str
    classify: str
    status: AdStatus
    is_open: bool


class Ads(Numbered[Ad]):
    """All ads. Each method either does all it says, or raises `RefusedError` and has done nothing."""

    def __init__(self) -> None:
        super().__init__(_FIRST_NUMBER)
        self._own: dict[str, Index[OwnAdKey]] = {}
        self._open: Index[OpenAdKey] = Index()
        self._limits: dict[str, tuple[Decimal, Decimal]] = {}
        """Smallest and largest order of each open ad."""

    def find(self, number: str) -> Ad:
        """The ad with this number, of any maker."""
        ad = self._items.get(number)
        if ad is None:
            raise RefusedError(refusals.AD_NOT_ONLINE)
        return ad

    def own(self, account: Account, number: str) -> Ad:
        """The account's own ad with this number."""
        ad = self.find(number)
        if ad.maker is not account:
            raise RefusedError(refusals.NOT_YOURS)
        return ad

    def of_account(self, account: Account) -> Index[OwnAdKey]:
        """The account's own ads, ordered by creation."""
        return self._own.get(account.name) or Index()

    def search(self, wanted: Callable[[OpenAdKey], bool], total: Decimal | None, rows: slice) -> tuple[list[Ad], int]:
        """One page of the wanted open ads that accept an order of `total`, best price first; and the number of all."""
        matches = self._open.select(wanted)
        if total is None:
            numbers, count = matches.page(rows), len(matches)
        else:
            accepted = [number for number in matches.iterate() if self._accepts(number, total)]
            numbers, count = accepted[rows], len(accepted)
        return [self._items[number] for number in numbers], count

    def count_using(self, method: PayMethod) -> int:
        """How many ads that are not closed name this payment method."""
        ads = (ad for ad in self if ad.status != AdStatus.CLOSED)
        return sum(any(option.method is method for option in ad.terms.options) for ad in ads)

    def post(
        self,
        maker: Account,
        market: Market,
        side: Side,
        terms: AdTerms,
        *,
        classify: str,
        now_ms: int,
        online: bool = True,
        factor: SecondFactor = NO_FACTOR,
    ) -> Ad:
        """Post an ad. A SELL ad locks its coins."""
        maker.status.check_not_resting()
        check_second_factor(maker, factor, needed=False)
        if classify not in maker.categories:
            raise RefusedError(refusals.CLASSIFY_NOT_YOURS, classify)
        terms.check(market)
        terms.check_price(market)
        ad = Ad(
            number=self.next_number,
            maker=maker,
            side=side,
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

    def add(self, ad: Ad) -> None:
        """Add an ad whose coins are locked already."""
        self._items[ad.number] = ad
        self._change(ad)

    def update(
        self,
        ad: Ad,
        terms: AdTerms,
        *,
        now_ms: int,
        status: AdStatus | None = None,
        checks_price: bool = True,
        factor: SecondFactor = NO_FACTOR,
    ) -> None:
        """Give an ad new terms. The coins left change by as much as the total: coins already sold stay sold."""
        check_second_factor(ad.maker, factor, needed=False)
        _check_changeable(ad)
        terms.check(ad.market)
        if checks_price:
            terms.check_price(ad.market)
        more = terms.init_amount - ad.terms.init_amount
        if ad.surplus + more < 0:
            raise RefusedError(refusals.STOCK_MISMATCH)
        _lock_more(ad, more)
        self._change(ad, terms=terms, surplus=ad.surplus + more, now_ms=now_ms)
        self._set_status(ad, ad.status if status is None else status, now_ms)

    def update_status(
        self, account: Account, numbers: Iterable[str], status: AdStatus, now_ms: int
    ) -> list[tuple[str, RefusedError]]:
        """Give several ads a status. Returns the numbers of those that stay as they were, each with the reason."""
        failed = list[tuple[str, RefusedError]]()
        for number in numbers:
            try:
                ad = self.own(account, number)
                _check_changeable(ad)
            except RefusedError as refused:
                failed.append((number, refused))
            else:
                self._set_status(ad, status, now_ms)
        return failed

    def take(self, ad: Ad, coins: Decimal) -> None:
        """Lower what is left of an ad: an order has taken these coins."""
        self._change(ad, surplus=ad.surplus - coins)

    def give_back(self, ad: Ad, coins: Decimal) -> None:
        """Raise what is left of an ad: an order that had taken these coins was cancelled."""
        self._change(ad, surplus=ad.surplus + coins)

    def follow_reference_price(self, market: Market) -> None:
        """Sort the ads of a market by their prices again, once its reference price has changed."""
        for ad in self:
            if ad.market is market and ad.status != AdStatus.CLOSED:
                self._change(ad)

    def fixed_ads_of_others(self, market: Market) -> list[Ad]:
        """The online fixed-price ads of made-up merchants in a market, whose prices follow the reference price."""
        return [
            ad
            for ad in self
            if ad.market is market
            and ad.terms.price_type == FIXED
            and ad.terms.ratio is not None
            and ad.maker.key is None
            and ad.status == AdStatus.ONLINE
        ]

    def _set_status(self, ad: Ad, status: AdStatus, now_ms: int) -> None:
        if status == AdStatus.CLOSED and ad.locks_coins:
            ad.maker.wallet.unlock(ad.market.coin.code, ad.surplus)
        self._change(ad, status=status, now_ms=now_ms)

    def _change(
        self,
        ad: Ad,
        *,
        terms: AdTerms | None = None,
        surplus: Decimal | None = None,
        status: AdStatus | None = None,
        now_ms: int | None = None,
    ) -> None:
        """Change an ad and its place in the indexes. Nothing else changes an ad."""
        ad.terms = ad.terms if terms is None else terms
        ad.surplus = ad.surplus if surplus is None else surplus
        ad.status = ad.status if status is None else status
        ad.updated_ms = ad.updated_ms if now_ms is None else now_ms
        is_open = ad.is_open
        key = OwnAdKey(ad.side, ad.market.coin.code, ad.market.fiat.code, ad.classify, ad.status, is_open)
        self._own.setdefault(ad.maker.name, Index()).put(ad.number, key, ad.created_ms)
        if is_open:
            price = ad.price
            self._open.put(ad.number, ad.key, price if ad.side == "SELL" else -price)
            self._limits[ad.number] = ad.terms.smallest, ad.largest_now
        else:
            self._open.remove(ad.number)

    def _accepts(self, number: str, total: Decimal) -> bool:
        smallest, largest = self._limits[number]
        return smallest <= total <= largest


def _check_changeable(ad: Ad) -> None:
    ad.maker.status.check_not_resting()
    if ad.status == AdStatus.CLOSED:
        raise RefusedError(refusals.AD_NOT_ONLINE)


def _lock_more(ad: Ad, amount: Decimal) -> None:
    if not ad.locks_coins:
        return
    if amount > ad.maker.wallet[ad.market.coin.code].free:
        raise RefusedError(refusals.HOLDINGS_TOO_SMALL)
    ad.maker.wallet.lock(ad.market.coin.code, amount)
