"""An ad: what its maker offers, what is left of it, and whom it is open to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import IntEnum
from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.exchange.markets import Market, Side, rounded
from binance_c2c.sandbox.exchange.search_index import Label, Offer
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange.accounts import Account
    from binance_c2c.sandbox.exchange.ad_terms import Terms


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
    """Coins left. In a SELL ad the commission on selling them comes out of them, too."""
    status: AdStatus
    created_ms: int
    updated_ms: int

    @property
    def locks_coins(self) -> bool:
        """Whether `surplus` is locked in the maker's wallet now."""
        return self.side == "SELL" and self.status != AdStatus.CLOSED

    @property
    def price(self) -> Decimal:
        """What one coin costs now."""
        return self.terms.price_in(self.market)

    @property
    def tradable(self) -> Decimal:
        """The largest order that the coins left still allow, in coins."""
        if self.side == "BUY":
            return self.surplus
        return rounded(self.surplus / (1 + self.market.maker_rate), self.market.coin.scale, ROUND_DOWN)

    @property
    def largest_now(self) -> Decimal:
        """The largest order that the coins left still allow, in fiat."""
        return min(self.terms.largest, self.market.fiat_for(self.tradable, self.price))

    @property
    def has_enough_left(self) -> bool:
        """Whether the coins left are worth the smallest order."""
        return self.largest_now >= self.terms.smallest

    @property
    def is_open(self) -> bool:
        """Whether somebody could take it, as far as the ad itself goes."""
        return self.status == AdStatus.ONLINE and self.has_enough_left

    def check_open_to(self, taker: Account, now_ms: int) -> None:
        """Refuse whoever may not take it now, with the first reason."""
        self.maker.shop.refuse_at_rest()
        if self.status != AdStatus.ONLINE or not self.maker.shop.is_open:
            raise RefusedError(codes.AD_NOT_ONLINE)
        if self.maker is taker:
            raise RefusedError(codes.OWN_AD)
        if not self.terms.gates.admit(taker, now_ms):
            raise RefusedError(codes.GATES_CLOSED)

    def is_open_to(self, taker: Account | None, now_ms: int) -> bool:
        """Whether `taker` could take it now; None is somebody unknown."""
        return self.is_open and is_open_to(self.label, taker, now_ms)

    @property
    def label(self) -> Label:
        """What searches ask about."""
        return Label(
            side=self.side,
            asset=self.market.coin.code,
            fiat=self.market.fiat.code,
            country=self.market.fiat.country,
            classify=self.classify,
            maker=self.maker,
            kinds=frozenset(way.kind for way in self.terms.ways),
            gates=self.terms.gates,
            takes_extra_kyc=self.terms.takes_extra_kyc,
            pay_minutes=self.terms.pay_minutes,
        )

    @property
    def offer(self) -> Offer:
        """What hangs on the board."""
        return Offer(self.label, self.number, self.price, self.terms.smallest, self.largest_now)


def is_open_to(label: Label, taker: Account | None, now_ms: int) -> bool:
    """Whether `taker` may take open ads with this label now; of somebody unknown nothing speaks against it."""
    if not label.maker.shop.trades or label.maker is taker:
        return False
    return taker is None or label.gates.admit(taker, now_ms)
