"""An ad: its terms, the coins left, and which accounts may take it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.exchange.conditions import NO_CONDITIONS, TakerConditions
from binance_c2c.sandbox.exchange.markets import (
    HIGHEST_RATIO,
    LOWEST_RATIO,
    Market,
    PayKind,
    Side,
    fits,
    rounded,
)
from binance_c2c.sandbox.refusals import InvalidValueError, MissingValueError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.exchange.accounts import Account, PayMethod

FIXED, FLOATING = 1, 2
DEFAULT_PAY_MINUTES = 15
# The longest time was not published; the website offers hours.
LONGEST_PAY_MINUTES = 24 * 60


class AdStatus(IntEnum):
    """Whether an ad is shown, hidden or closed."""

    ONLINE = 1
    OFFLINE = 3
    CLOSED = 4


@dataclass(frozen=True, slots=True)
class PaymentOption:
    """A payment method that an ad accepts. A seller names one of its own, a buyer only the kind."""

    kind: PayKind
    method: PayMethod | None


def payment_option(
    maker: Account, side: Side, pay_id: int | None, identifier: str | None, kinds: Mapping[str, PayKind]
) -> PaymentOption:
    """The payment option that an ad's maker names: by `pay_id` to sell, by an `identifier` of `kinds` to buy."""
    if side == "BUY":
        if identifier is None:
            raise MissingValueError("identifier")
        if identifier not in kinds:
            raise InvalidValueError("identifier")
        return PaymentOption(kinds[identifier], None)
    if pay_id is None:
        raise MissingValueError("pay_id")
    method = maker.pay_method(pay_id)
    if method is None:
        raise RefusedError(refusals.PAYMENT_METHOD_UNFIT)
    if identifier not in {None, method.kind.identifier}:
        raise InvalidValueError("identifier")
    return PaymentOption(method.kind, method)


@dataclass(frozen=True, slots=True)
class AdTerms:
    """The terms that the maker of an ad sets. `None` is a value that was not given."""

    price_type: int
    """`FIXED` or `FLOATING`."""
    init_amount: Decimal
    """Coins, including those already sold."""
    smallest: Decimal
    """The smallest order, in fiat."""
    largest: Decimal
    options: tuple[PaymentOption, ...]
    price: Decimal | None = None
    """The price of one coin, if it is fixed."""
    ratio: Decimal | None = None
    """Percent of the reference price. With a fixed price: the percentage at which the maker follows it."""
    pay_minutes: int = DEFAULT_PAY_MINUTES
    conditions: TakerConditions = NO_CONDITIONS
    extra_kyc: int | None = None
    """1 where the maker verifies takers before they pay."""
    remarks: str | None = None
    auto_reply: str | None = None
    """First message of the chat of each order."""
    rate_ratio: Decimal | None = None
    """A percentage that only the maker reads back."""

    @property
    def needs_extra_kyc(self) -> bool:
        """Whether the maker verifies takers before they pay."""
        return self.extra_kyc == 1

    def price_in(self, market: Market) -> Decimal:
        """The price of one coin at the market's reference price."""
        if self.price_type == FIXED:
            return self.price or Decimal(0)
        return market.floating_price(self.ratio or Decimal(0))

    def check(self, market: Market) -> None:
        """Refuse terms that make no sense in this market. `check_price` compares the price with the reference price."""
        self._check_price_is_given(market)
        _check_positive("init_amount", self.init_amount, market.coin.scale)
        _check_positive("smallest", self.smallest, market.fiat.scale)
        _check_positive("largest", self.largest, market.fiat.scale)
        if self.smallest > self.largest:
            raise RefusedError(refusals.LIMITS_CROSSED)
        if market.fiat_for(self.init_amount, self.price_in(market)) < self.smallest:
            raise RefusedError(refusals.QUANTITY_TOO_SMALL)
        if not 1 <= self.pay_minutes <= LONGEST_PAY_MINUTES:
            raise InvalidValueError("pay_minutes")
        if self.extra_kyc not in {None, 0, 1}:
            raise InvalidValueError("extra_kyc")
        if not self.options:
            raise InvalidValueError("options")
        self.conditions.check()

    def check_price(self, market: Market) -> None:
        """Refuse a price too far from the reference price."""
        if self.price_type == FIXED:
            allowed = market.allows(self.price_in(market))
        else:
            allowed = LOWEST_RATIO <= (self.ratio or Decimal(0)) <= HIGHEST_RATIO
        if not allowed:
            raise RefusedError(refusals.PRICE_OUT_OF_BAND, LOWEST_RATIO, HIGHEST_RATIO)

    def _check_price_is_given(self, market: Market) -> None:
        if self.price_type == FIXED:
            if self.price is None:
                raise MissingValueError("price")
            _check_positive("price", self.price, market.fiat.price_scale)
            return
        if self.ratio is None:
            raise MissingValueError("ratio")
        if market.floating_price(self.ratio) <= 0:
            raise InvalidValueError("ratio")


def _check_positive(name: str, value: Decimal, scale: int) -> None:
    if value <= 0 or not fits(value, scale):
        raise InvalidValueError(name)


class OpenAdKey(NamedTuple):
    """The properties that searches filter open ads by, except the amount. Ads with equal keys share a bucket."""

    side: Side
    asset: str
    fiat: str
    country: str
    classify: str
    maker: Account
    kinds: frozenset[PayKind]
    conditions: TakerConditions
    needs_extra_kyc: bool
    pay_minutes: int

    def is_open_to(self, taker: Account | None, now_ms: int) -> bool:
        """Whether `taker` may take these ads. None is an anonymous visitor, to whom no condition applies."""
        if not self.maker.status.is_trading or self.maker is taker:
            return False
        return taker is None or self.conditions.allows(taker, now_ms)


@dataclass(slots=True, eq=False)
class Ad:
    """One ad. While a SELL ad is not closed, its maker has `surplus` coins locked for it."""

    number: str
    maker: Account
    side: Side
    market: Market
    classify: str
    terms: AdTerms
    surplus: Decimal
    """Coins left. In a SELL ad the commission on selling them comes out of them, too."""
    status: AdStatus
    created_ms: int
    updated_ms: int

    @property
    def locks_coins(self) -> bool:
        """Whether `surplus` is locked in the maker's wallet."""
        return self.side == "SELL" and self.status != AdStatus.CLOSED

    @property
    def price(self) -> Decimal:
        """The price of one coin at the market's reference price."""
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
        """Whether the ad itself can be taken: it is online and has enough left."""
        return self.status == AdStatus.ONLINE and self.has_enough_left

    @property
    def key(self) -> OpenAdKey:
        """The properties that searches filter it by while it is open."""
        return OpenAdKey(
            side=self.side,
            asset=self.market.coin.code,
            fiat=self.market.fiat.code,
            country=self.market.fiat.country,
            classify=self.classify,
            maker=self.maker,
            kinds=frozenset(option.kind for option in self.terms.options),
            conditions=self.terms.conditions,
            needs_extra_kyc=self.terms.needs_extra_kyc,
            pay_minutes=self.terms.pay_minutes,
        )

    def is_open_to(self, taker: Account | None, now_ms: int) -> bool:
        """Whether `taker` could take it. None is an anonymous visitor, to whom no condition applies."""
        return self.is_open and self.key.is_open_to(taker, now_ms)

    def check_open_to(self, taker: Account, now_ms: int) -> None:
        """Refuse a taker who may not take it, with the first reason."""
        self.maker.status.check_not_resting()
        if self.status != AdStatus.ONLINE or not self.maker.status.is_open:
            raise RefusedError(refusals.AD_NOT_ONLINE)
        if self.maker is taker:
            raise RefusedError(refusals.OWN_AD)
        if not self.terms.conditions.allows(taker, now_ms):
            raise RefusedError(refusals.CONDITIONS_NOT_MET)
