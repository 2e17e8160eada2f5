"""Markets: coins, fiat currencies, payment methods, reference prices and commissions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal
from zlib import crc32

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

Side = Literal["BUY", "SELL"]

# How far a price may be from the reference price is not published, and differs from market to market.
LOWEST_RATIO, HIGHEST_RATIO = Decimal(80), Decimal(120)
_FIRST_OWN_KIND = 10_000
TICK_MS = 5_000
"""How long a price stays as it is, in milliseconds."""

_MINUTE, _HOUR = 60_000, 3_600_000
# Period and height of each wave, the height in millionths of the price: together no more than 3.6 percent.
_WAVES = ((14 * 24 * _HOUR, 20_000), (18 * _HOUR, 10_000), (40 * _MINUTE, 4_500), (_MINUTE, 1_500))
_MILLION = 1_000_000


def opposite(of: Side) -> Side:
    """The other side of a trade."""
    return "SELL" if of == "BUY" else "BUY"


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin. `scale` is the number of decimals amounts of it have."""

    code: str
    name: str
    scale: int
    dollars: Decimal
    """How many US dollars one is worth, about."""
    taker_rate: Decimal
    """Share of an order's coins that its taker pays to the exchange."""


@dataclass(frozen=True, slots=True)
class Fiat:
    """A fiat currency. Its scales are numbers of decimals."""

    code: str
    country: str
    symbol: str
    scale: int
    price_scale: int
    per_dollar: Decimal
    """How much of it one US dollar is worth, about."""
    kinds: tuple[PayKind, ...]
    """The kinds of payment method for it."""


@dataclass(frozen=True, slots=True)
class PayKind:
    """A kind of payment method, such as SPEI."""

    id: int
    identifier: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class PricePath:
    """A reference price that moves around `base`: a function of the seed and the time alone, so the clock may jump."""

    base: Decimal
    seed: str
    """Any text."""

    def at(self, moment_ms: int) -> Decimal:
        """The price at a moment, in epoch milliseconds, exactly."""
        moment_ms -= moment_ms % TICK_MS
        return self.base + self.base * sum(self._wave(moment_ms, *wave) for wave in _WAVES) / (_MILLION * _MILLION)

    def _wave(self, moment_ms: int, period_ms: int, height: int) -> int:
        """A wave at a moment, in millionths of millionths: a line from one random point to the next."""
        number, since_ms = divmod(moment_ms, period_ms)
        start, end = self._point(period_ms, number), self._point(period_ms, number + 1)
        return height * (start + (end - start) * since_ms // period_ms)

    def _point(self, period_ms: int, number: int) -> int:
        """A random whole number between minus and plus a million, the same each time."""
        digest = hashlib.blake2b(f"{self.seed}/{period_ms}/{number}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) % (2 * _MILLION + 1) - _MILLION


@dataclass(slots=True, eq=False)
class Market:
    """One coin against one fiat currency."""

    coin: Coin
    fiat: Fiat
    reference_price: Decimal
    maker_rate: Decimal
    """Share of an order's coins that its maker pays to the exchange."""
    taker_rate: Decimal
    path: PricePath | None = None
    """How the reference price moves with the time; None if it does not."""

    def price_on(self, path: PricePath, moment_ms: int) -> Decimal:
        """The reference price that a path leads to at a moment."""
        return rounded(path.at(moment_ms), self.fiat.price_scale, ROUND_HALF_UP)

    def fiat_for(self, amount: Decimal, price: Decimal) -> Decimal:
        """The price of `amount` coins, in fiat."""
        return rounded(amount * price, self.fiat.scale, ROUND_HALF_UP)

    def coins_for(self, total: Decimal, price: Decimal) -> Decimal:
        """How many coins `total` buys; never more than was paid for."""
        return rounded(total / price, self.coin.scale, ROUND_DOWN)

    def floating_price(self, ratio: Decimal) -> Decimal:
        """`ratio` percent of the reference price."""
        return self.percent_of(self.reference_price, ratio)

    def percent_of(self, price: Decimal, ratio: Decimal) -> Decimal:
        """`ratio` percent of a price, as a price."""
        return rounded(price * ratio / 100, self.fiat.price_scale, ROUND_HALF_UP)

    def commission(self, amount: Decimal, rate: Decimal) -> Decimal:
        """The commission on `amount` coins, rounded down."""
        return rounded(amount * rate, self.coin.scale, ROUND_DOWN)

    def allows(self, price: Decimal) -> bool:
        """Whether a price is near enough to the reference price."""
        return LOWEST_RATIO <= 100 * price / self.reference_price <= HIGHEST_RATIO


_BANK, _WALLET = "bank-transfer", "e-wallet"
SPEI = PayKind(318, "SPEI", "SPEI", _BANK)
_MERCADO_PAGO = PayKind(338, "MercadoPagoNew", "Mercado Pago", _WALLET)
_WISE = PayKind(48, "Wise", "Wise", _WALLET)
_MAKER_RATE = Decimal("0.0035")
_FREE, _TAKER_RATE = Decimal(0), Decimal("0.001")

COINS = {
    coin.code: coin
    for coin in (
        Coin("USDT", "TetherUS", 2, Decimal(1), _FREE),
        Coin("BTC", "Bitcoin", 8, Decimal("65217.3913"), _TAKER_RATE),
        Coin("ETH", "Ethereum", 8, Decimal(2600), _TAKER_RATE),
        Coin("BNB", "BNB", 8, Decimal(610), _TAKER_RATE),
        Coin("USDC", "USD Coin", 2, Decimal(1), _FREE),
        Coin("FDUSD", "First Digital USD", 2, Decimal(1), _FREE),
    )
}
"""The coins that a market can be opened for, by code."""
FIATS = {
    fiat.code: fiat
    for fiat in (
        Fiat("MXN", "MX", "$", 2, 2, Decimal("18.40"), (SPEI,)),
        Fiat(
            *("ARS", "AR", "$", 2, 2, Decimal(1450)),
            (PayKind(361, "BankArgentina", "Bank Transfer (Argentina)", _BANK), _MERCADO_PAGO),
        ),
        Fiat("BRL", "BR", "R$", 2, 3, Decimal("5.35"), (PayKind(350, "PIX", "Pix", _BANK), _MERCADO_PAGO)),
        Fiat(
            *("COP", "CO", "$", 2, 2, Decimal(3900)),
            (PayKind(310, "BancolombiaSA", "Bancolombia S.A.", _BANK), PayKind(309, "Nequi", "Nequi", _WALLET)),
        ),
        Fiat("PEN", "PE", "S/", 2, 3, Decimal("3.40"), (PayKind(322, "Yape", "Yape", _WALLET),)),
        Fiat("VES", "VE", "Bs", 2, 2, Decimal(240), (PayKind(327, "PagoMovil", "Pago Movil", _BANK),)),
        Fiat("EUR", "EU", "€", 2, 3, Decimal("0.862"), (PayKind(25, "SEPAinstant", "SEPA Instant", _BANK), _WISE)),
        Fiat("USD", "US", "$", 2, 3, Decimal("1.000"), (PayKind(20, "Zelle", "Zelle", _BANK), _WISE)),
        Fiat("NGN", "NG", "₦", 2, 2, Decimal(1450), (PayKind(27, "BANK", "Bank Transfer", _BANK),)),
    )
}
"""The currencies that a market can be opened for, by code. Their rates, and the numbers of kinds, are invented."""


class Markets:
    """The markets of one exchange, and the kinds of payment methods it knows."""

    def __init__(self) -> None:
        self._markets: dict[tuple[str, str], Market] = {}
        self.kinds: dict[str, PayKind] = {}
        """The kinds of all markets' currencies, and further ones that accounts use; by identifier."""
        self._tick = 0
        for asset in ("USDT", "BTC"):
            self.open(asset, "MXN")

    def __iter__(self) -> Iterator[Market]:
        return iter(self._markets.values())

    def get(self, asset: str, fiat: str) -> Market:
        """The market of two codes, or a refusal."""
        try:
            return self._markets[asset, fiat]
        except KeyError:
            raise RefusedError(refusals.FIAT_ASSET_ILLEGAL, asset, fiat) from None

    def open(self, asset: str, fiat: str) -> Market:
        """The market of a coin and a currency of the tables above, opened if it was not."""
        if (asset, fiat) not in self._markets:
            coin, currency = COINS[asset], FIATS[fiat]
            price = rounded(coin.dollars * currency.per_dollar, currency.price_scale, ROUND_HALF_UP)
            self._markets[asset, fiat] = Market(coin, currency, price, _MAKER_RATE, coin.taker_rate)
            self.kinds.update({kind.identifier: kind for kind in currency.kinds})
        return self._markets[asset, fiat]

    def kind(self, identifier: str) -> PayKind:
        """The kind of payment method with this identifier; an unknown one is added."""
        everywhere = (kind for fiat in FIATS.values() for kind in fiat.kinds)
        known = next((kind for kind in everywhere if kind.identifier == identifier), None)
        # The number follows from the name, so that it is the same one in every sandbox.
        made = PayKind(_FIRST_OWN_KIND + crc32(identifier.encode()), identifier, identifier, _BANK)
        return self.kinds.setdefault(identifier, known or made)

    def pass_time(self, now_ms: int) -> list[tuple[Market, PricePath]]:
        """Set the reference prices that follow a path. Returns their markets and paths; none before the next tick."""
        tick = now_ms // TICK_MS
        if tick == self._tick:
            return []
        self._tick = tick
        moving = list[tuple[Market, PricePath]]()
        for market in self:
            if market.path is not None:
                market.reference_price = market.price_on(market.path, now_ms)
                moving.append((market, market.path))
        return moving


def fits(value: Decimal, scale: int) -> bool:
    """Whether `value` has no more than `scale` decimals."""
    return value == rounded(value, scale, ROUND_DOWN)


def rounded(value: Decimal, scale: int, rounding: str) -> Decimal:
    """`value` rounded to `scale` decimals."""
    return value.quantize(Decimal(1).scaleb(-scale), rounding=rounding)
