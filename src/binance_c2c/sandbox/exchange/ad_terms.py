"""What the maker of an ad offers: read from what was asked for, and checked as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.exchange.conditions import Gates, read_gates
from binance_c2c.sandbox.exchange.markets import HIGHEST_RATIO, LOWEST_RATIO, PAY_KINDS, Market, PayKind, Side, fits
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.exchange.accounts import Account, PayMethod
    from binance_c2c.sandbox.fields import Fields

FIXED = 1
DEFAULT_PAY_MINUTES = 15
LONGEST_PAY_MINUTES = 7 * 24 * 60

# What the owner sets and reads back as it was sent.
_KEPT_TEXTS = ("remarks", "autoReplyMsg", "userTradeVolumeAsset")
_KEPT_WHOLES = (
    *("buyerKycLimit", "buyerRegDaysLimit", "takerAdditionalKycRequired", "userTradeType"),
    *("userTradeCountFilterTime", "userTradeCompleteRateFilterTime", "userTradeVolumeFilterTime"),
    *("userAllTradeCountMin", "userAllTradeCountMax", "userBuyTradeCountMin", "userBuyTradeCountMax"),
    *("userSellTradeCountMin", "userSellTradeCountMax", "userTradeCompleteCountMin"),
)
_KEPT_DECIMALS = (
    *("rateFloatingRatio", "buyerBtcPositionLimit", "userTradeCompleteRateMin"),
    *("userTradeVolumeMin", "userTradeVolumeMax"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to pay that an ad accepts. A seller names the very account, a buyer only the kind."""

    kind: PayKind
    method: PayMethod | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the maker decides."""

    asked: Fields
    """As it was sent, so that an update can be laid over it."""
    price_type: int
    price: Decimal | None
    """What one coin costs, unless it floats."""
    ratio: Decimal | None
    """Percent of the reference price, if it floats."""
    init_amount: Decimal
    smallest: Decimal
    """The smallest order, in fiat."""
    largest: Decimal
    pay_minutes: int
    ways: tuple[Way, ...]
    gates: Gates
    takes_extra_kyc: bool
    """Whether takers are verified by the maker before they pay."""
    kept: Mapping[str, object]
    """Wire names and values that are only read back."""

    def price_in(self, market: Market) -> Decimal:
        """What one coin costs now."""
        return market.floating_price(self.ratio or Decimal(0)) if self.price is None else self.price


def read_terms(asked: Fields, market: Market, side: Side, maker: Account) -> Terms:
    """The terms, or the first reason against them. Whether the price is allowed at the moment is asked elsewhere."""
    price_type = asked.whole("priceType")
    if price_type == FIXED:
        ratio, fixed = None, _positive(asked, "price", market.fiat.price_scale)
        price = fixed
    else:
        ratio, fixed = _ratio(asked, market), None
        price = market.floating_price(ratio)
    init_amount = _positive(asked, "initAmount", market.coin.scale)
    smallest = _positive(asked, "minSingleTransAmount", market.fiat.scale)
    largest = _positive(asked, "maxSingleTransAmount", market.fiat.scale)
    if smallest > largest:
        raise RefusedError(codes.LIMITS_CROSSED)
    if market.fiat_for(init_amount, price) < smallest:
        raise RefusedError(codes.QUANTITY_TOO_SMALL)
    minutes = asked.maybe_whole("payTimeLimit")
    minutes = DEFAULT_PAY_MINUTES if minutes is None else minutes
    if not 1 <= minutes <= LONGEST_PAY_MINUTES:
        asked.refuse("payTimeLimit")
    return Terms(
        asked=asked,
        price_type=price_type,
        price=fixed,
        ratio=ratio,
        init_amount=init_amount,
        smallest=smallest,
        largest=largest,
        pay_minutes=minutes,
        ways=_ways(asked, side, maker),
        gates=read_gates(asked),
        takes_extra_kyc=asked.maybe_whole("takerAdditionalKycRequired") == 1,
        kept=_kept(asked),
    )


def check_price(terms: Terms, market: Market) -> None:
    """Refuse a price too far from the reference price."""
    if terms.price is not None and not market.allows(terms.price):
        raise RefusedError(codes.PRICE_OUT_OF_BAND, LOWEST_RATIO, HIGHEST_RATIO)
    if terms.ratio is not None and not LOWEST_RATIO <= terms.ratio <= HIGHEST_RATIO:
        raise RefusedError(codes.PRICE_OUT_OF_BAND, LOWEST_RATIO, HIGHEST_RATIO)


def _ratio(asked: Fields, market: Market) -> Decimal:
    ratio = asked.money("priceFloatingRatio")
    if market.floating_price(ratio) <= 0:
        asked.refuse("priceFloatingRatio")
    return ratio


def _positive(asked: Fields, name: str, scale: int) -> Decimal:
    value = asked.money(name)
    if value <= 0 or not fits(value, scale):
        asked.refuse(name)
    return value


def _ways(asked: Fields, side: Side, maker: Account) -> tuple[Way, ...]:
    ways = tuple(
        _seller_way(part, maker) if side == "SELL" else _buyer_way(part) for part in asked.parts("tradeMethods")
    )
    if not ways:
        asked.refuse("tradeMethods")
    return ways


def _seller_way(part: Fields, maker: Account) -> Way:
    method = maker.pay_method(part.whole("payId"))
    if method is None:
        raise RefusedError(codes.PAYMENT_METHOD_UNFIT)
    if part.maybe_text("identifier") not in {None, method.kind.identifier}:
        part.refuse("identifier")
    return Way(method.kind, method)


def _buyer_way(part: Fields) -> Way:
    kind = PAY_KINDS.get(part.text("identifier"))
    if kind is None:
        part.refuse("identifier")
    return Way(kind, None)


def _kept(asked: Fields) -> dict[str, object]:
    readers = {**dict.fromkeys(_KEPT_TEXTS, asked.maybe_text), **dict.fromkeys(_KEPT_WHOLES, asked.maybe_whole)}
    kept: dict[str, object] = {name: read(name) for name, read in readers.items()}
    for name in _KEPT_DECIMALS:
        value = asked.maybe_money(name)
        kept[name] = None if value is None else f"{value:f}"
    return kept
