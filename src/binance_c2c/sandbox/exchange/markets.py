"""Markets: coins, fiat currencies, payment methods, reference prices and commissions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

Side = Literal["BUY", "SELL"]

# How far a price may be from the reference price is not published, and differs from market to market.
LOWEST_RATIO, HIGHEST_RATIO = Decimal(80), Decimal(120)


def opposite(of: Side) -> Side:
    """The other side of a trade."""
    return "SELL" if of == "BUY" else "BUY"


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin. `scale` is the number of decimals amounts of it have."""

    code: str
    name: str
    scale: int


@dataclass(frozen=True, slots=True)
class Fiat:
    """A fiat currency. Its scales are numbers of decimals."""

    code: str
    country: str
    symbol: str
    scale: int
    price_scale: int


@dataclass(frozen=True, slots=True)
class PayKind:
    """A kind of payment method, such as SPEI."""

    id: int
    identifier: str
    name: str
    group: str


@dataclass(slots=True, eq=False)
class Market:
    """One coin against one fiat currency."""

    coin: Coin
    fiat: Fiat
    reference_price: Decimal
    maker_rate: Decimal
    """Share of an order's coins that its maker pays to the exchange."""
    taker_rate: Decimal

    def fiat_for(self, amount: Decimal, price: Decimal) -> Decimal:
        """The price of `amount` coins, in fiat."""
        return rounded(amount * price, self.fiat.scale, ROUND_HALF_UP)

    def coins_for(self, total: Decimal, price: Decimal) -> Decimal:
        """How many coins `total` buys; never more than was paid for."""
        return rounded(total / price, self.coin.scale, ROUND_DOWN)

    def floating_price(self, ratio: Decimal) -> Decimal:
        """`ratio` percent of the reference price."""
        return rounded(self.reference_price * ratio / 100, self.fiat.price_scale, ROUND_HALF_UP)

    def commission(self, amount: Decimal, rate: Decimal) -> Decimal:
        """The commission on `amount` coins, rounded down."""
        return rounded(amount * rate, self.coin.scale, ROUND_DOWN)

    def allows(self, price: Decimal) -> bool:
        """Whether a price is near enough to the reference price."""
        return LOWEST_RATIO <= 100 * price / self.reference_price <= HIGHEST_RATIO


PAY_KINDS = {"SPEI": PayKind(318, "SPEI", "SPEI", "bank-transfer")}


class Markets:
    """The markets of one exchange."""

    def __init__(self) -> None:
        mxn = Fiat("MXN", "MX", "$", scale=2, price_scale=2)
        maker, free = Decimal("0.0035"), Decimal(0)
        self._markets = {
            (market.coin.code, market.fiat.code): market
            for market in (
                Market(Coin("USDT", "TetherUS", 2), mxn, Decimal("18.40"), maker, free),
                Market(Coin("BTC", "Bitcoin", 8), mxn, Decimal("1200000.00"), maker, Decimal("0.001")),
            )
        }

    def __iter__(self) -> Iterator[Market]:
        return iter(self._markets.values())

    def get(self, asset: str, fiat: str) -> Market:
        """The market of two codes, or a refusal."""
        try:
            return self._markets[asset, fiat]
        except KeyError:
            raise RefusedError(refusals.FIAT_ASSET_ILLEGAL, asset, fiat) from None


def fits(value: Decimal, scale: int) -> bool:
    """Whether `value` has no more than `scale` decimals."""
    return value == rounded(value, scale, ROUND_DOWN)


def rounded(value: Decimal, scale: int, rounding: str) -> Decimal:
    """`value` rounded to `scale` decimals."""
    return value.quantize(Decimal(1).scaleb(-scale), rounding=rounding)
