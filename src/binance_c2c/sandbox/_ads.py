"""The board of ads: what is on it, who may change what, and the coins an ad keeps locked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from . import _codes as codes
from ._codes import RefusedError
from ._factor import check_factor
from ._market import MARKETS, Market, Side, side
from ._terms import Terms, read_terms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from ._accounts import Account
    from ._fields import Fields

_FIRST_NUMBER = 12_784_000_000_000_000_001


class AdStatus(IntEnum):
    """Where an ad stands."""

    ONLINE = 1
    OFFLINE = 3
    CLOSED = 4


@dataclass(slots=True, eq=False)
class Ad:
    """One offer. While a SELL ad is not closed, its maker has `surplus` coins locked for it."""

    number: str
    maker: Account
    side: Side
    market: Market
    classify: str
    terms: Terms
    surplus: Decimal
    status: AdStatus
    created_ms: int
    updated_ms: int

    @property
    def locks_coins(self) -> bool:
        """Whether `surplus` is locked in the maker's wallet now."""
        return self.side == "SELL" and self.status != AdStatus.CLOSED

    @property
    def largest_now(self) -> Decimal:
        """The largest order that the coins left still allow, in fiat."""
        return min(self.terms.largest, self.market.fiat_for(self.surplus, self.terms.price))

    @property
    def has_enough_left(self) -> bool:
        """Whether the coins left are worth the smallest order."""
        return self.largest_now >= self.terms.smallest

    @property
    def is_open(self) -> bool:
        """Whether somebody could take it now."""
        return self.status == AdStatus.ONLINE and self.has_enough_left and self.maker.shop.trades

    def is_open_to(self, viewer: Account | None) -> bool:
        """Whether `viewer` could take it now; None is somebody unknown."""
        return self.is_open and self.maker is not viewer


class AdBook:
    """All ads. Each method either does all it says or raises `RefusedError` and has done nothing."""

    def __init__(self) -> None:
        self._ads: dict[str, Ad] = {}

    def __iter__(self) -> Iterator[Ad]:
        """Oldest first."""
        return iter(self._ads.values())

    def post(self, maker: Account, body: Fields, now_ms: int) -> Ad:
        """A new ad, online unless the maker says otherwise. A SELL ad locks its coins."""
        maker.shop.refuse_at_rest()
        check_factor(body, needed=False)
        where, which = MARKETS.get(body.text("asset"), body.text("fiatUnit")), side(body.text("tradeType"))
        terms = read_terms(body, where, which, maker)
        # The unit of the delay was never published. With one, the ad starts offline and waits for its owner.
        online = body.maybe_flag("onlineNow") is not False and not body.maybe_whole("onlineDelayTime")
        ad = Ad(
            number=str(_FIRST_NUMBER + len(self._ads)),
            maker=maker,
            side=which,
            market=where,
            classify=body.text("classify"),
            terms=terms,
            surplus=terms.init_amount,
            status=AdStatus.ONLINE if online else AdStatus.OFFLINE,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        _lock_more(ad, ad.surplus)
        self._ads[ad.number] = ad
        return ad

    def own(self, account: Account, number: str) -> Ad:
        """The account's own ad with this number."""
        ad = self._ads.get(number)
        if ad is None:
            raise RefusedError(codes.AD_NOT_ONLINE)
        if ad.maker is not account:
            raise RefusedError(codes.NOT_YOURS)
        return ad

    def online(self, number: str) -> Ad:
        """Anybody's ad, as long as it can be taken."""
        ad = self._ads.get(number)
        if ad is None or ad.status != AdStatus.ONLINE:
            raise RefusedError(codes.AD_NOT_ONLINE)
        ad.maker.shop.refuse_at_rest()
        if not ad.maker.shop.is_open:
            raise RefusedError(codes.AD_NOT_ONLINE)
        return ad

    def update(self, account: Account, body: Fields, now_ms: int) -> None:
        """New terms. What is left moves by as much as the whole does: coins already sold stay sold."""
        check_factor(body, needed=False)
        ad = self._changeable(account, body.text("advNo"))
        _refuse_another_market(ad, body)
        asked = body if body.maybe_text("updateMode") == "full" else body.over(ad.terms.asked)
        terms = read_terms(asked, ad.market, ad.side, ad.maker)
        more = terms.init_amount - ad.terms.init_amount
        if ad.surplus + more < 0:
            raise RefusedError(codes.STOCK_MISMATCH)
        _lock_more(ad, more)
        ad.terms, ad.surplus, ad.updated_ms = terms, ad.surplus + more, now_ms
        status = body.maybe_whole("advStatus")
        if status is not None:
            _set_status(ad, AdStatus(status), now_ms)

    def update_status(self, account: Account, body: Fields, now_ms: int) -> list[tuple[str, RefusedError]]:
        """A new status for several ads. Returns those that stay as they were, and why."""
        status, failed = AdStatus(body.whole("advStatus")), list[tuple[str, RefusedError]]()
        for number in body.texts("advNos"):
            try:
                ad = self._changeable(account, number)
            except RefusedError as refused:
                failed.append((number, refused))
            else:
                _set_status(ad, status, now_ms)
        return failed

    def _changeable(self, account: Account, number: str) -> Ad:
        ad = self.own(account, number)
        account.shop.refuse_at_rest()
        if ad.status == AdStatus.CLOSED:
            raise RefusedError(codes.AD_NOT_ONLINE)
        return ad


def _set_status(ad: Ad, status: AdStatus, now_ms: int) -> None:
    if status == AdStatus.CLOSED and ad.locks_coins:
        ad.maker.wallet.unlock(ad.market.coin.code, ad.surplus)
    ad.status, ad.updated_ms = status, now_ms


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
