"""The generator of markets with ads of many made-up merchants, whose prices move; equal seeds give equal markets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from random import Random
from typing import TYPE_CHECKING

from binance_c2c.sandbox.exchange import (
    BANK,
    COINS,
    FIATS,
    FIXED,
    FLOATING,
    Account,
    AdTerms,
    MerchantStatus,
    OwnMethod,
    PricePath,
    TakerConditions,
    Totals,
    TradingStats,
    Wallet,
    payment_option,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from binance_c2c.sandbox.exchange import Exchange, Market, Side

MOST_ADS = 5_000
_ADS_OF_A_MERCHANT = 5
_FIRST_WORDS = (
    *("Luna", "Norte", "Alba", "Cobre", "Delta", "Faro", "Jade", "Lirio", "Mar", "Nube", "Onda", "Prado", "Roble"),
    *("Sierra", "Trigo", "Valle", "Volcan", "Ceiba", "Coral", "Duna", "Estero", "Fuego", "Gaviota", "Halcon"),
)
_LAST_WORDS = ("Cambio", "P2P", "Cripto", "Pagos", "Exchange", "Digital", "Express", "Coins")
_REMARKS = (
    None,
    None,
    None,
    "Solo pagos de una cuenta a tu nombre.",
    "Fast release. Please send the receipt in the chat.",
    "No third party payments, please.",
)
_DAY_MS = 86_400_000
_CONDITIONS = (TakerConditions(), TakerConditions(), TakerConditions(), TakerConditions(kyc=1, days=30))
_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """The markets to fill, and how many ads there are in all of them."""

    fiats: Sequence[str]
    assets: Sequence[str]
    ads: int

    def __post_init__(self) -> None:
        for name, given, known in (("fiats", self.fiats, FIATS), ("assets", self.assets, COINS)):
            unknown = [code for code in given if code not in known]
            if unknown or not given:
                wrong = unknown[0] if unknown else None
                message = f"{name}: only {', '.join(known)} are expected, not {wrong!r}"
                raise ValueError(message)
        if isinstance(self.ads, bool) or not 1 <= self.ads <= MOST_ADS:
            message = f"ads: a number from 1 to {MOST_ADS} is expected, not {self.ads!r}"
            raise ValueError(message)


def fill_market(exchange: Exchange, plan: MarketPlan, seed: int, now_ms: int) -> None:
    """Open the markets, let their prices move, and have many merchants post ads in them.

    Accounts with an API key get a payment method for each currency that they have none for.
    """
    chance = Random(f"market {seed}")  # noqa: S311 - a play, no secret
    markets = [exchange.markets.open(asset, fiat) for fiat, asset in product(plan.fiats, plan.assets)]
    for market in markets:
        market.path = path_of(market, seed)
    for fiat in {market.fiat.code: market.fiat for market in markets}.values():
        for account in exchange.accounts.values():
            if account.key is not None and not any(method.kind in fiat.kinds for method in account.pay_methods):
                account.add_pay_method(OwnMethod(identifier=fiat.kinds[0].identifier), exchange.markets)
    exchange.pass_time(now_ms)
    names = (name for name in _names(chance) if name not in exchange.accounts)
    left = plan.ads
    while left:
        count = min(left, chance.randrange(1, 2 * _ADS_OF_A_MERCHANT))
        # One merchant trades in one currency, in any of the coins.
        code = chance.choice(plan.fiats)
        own = [market for market in markets if market.fiat.code == code]
        maker = _merchant(exchange, next(names), own, chance)
        for _ in range(count):
            _post(exchange, maker, chance.choice(own), chance, now_ms)
        left -= count


def path_of(market: Market, seed: int) -> PricePath:
    """A path of a market's price around the present one, random by this seed."""
    return PricePath(market.reference_price, f"{seed}/{market.coin.code}/{market.fiat.code}")


def _names(chance: Random) -> Iterator[str]:
    """Endless nicknames in random order, each once."""
    pairs = [f"{first}{last}" for first, last in product(_FIRST_WORDS, _LAST_WORDS)]
    chance.shuffle(pairs)
    yield from pairs
    number = 1
    while True:
        number += 1
        yield from (f"{pair}{number}" for pair in pairs)


def _merchant(exchange: Exchange, nickname: str, markets: Sequence[Market], chance: Random) -> Account:
    """Add a merchant without an API key. `_post` gives it the coins for its ads."""
    number = exchange.next_account_number
    bought, sold = chance.randrange(20, 3_000), chance.randrange(20, 3_000)
    month = chance.randrange(5, 60)
    account = Account(
        name=nickname,
        key=None,
        user_id=700_000_000 + number,
        user_no="s" + str(number).zfill(32),
        user_type="merchant",
        nickname=nickname,
        kyc_name=f"{nickname.upper()} INVENTADO",
        registered_ms=1_500_000_000_000 + chance.randrange(1_500) * _DAY_MS,
        release_seconds=chance.randrange(30, 900),
        categories=("mass", "profession"),
        pay_methods=(),
        wallet=Wallet({market.coin.code: Decimal(0) for market in markets}),
        stats=TradingStats(
            all_time=Totals(bought=bought, sold=sold, failed=chance.randrange(1, 40)),
            last_month=Totals(bought=month, sold=month, failed=chance.randrange(3)),
        ),
        status=MerchantStatus(is_online=chance.random() < 0.8),  # noqa: PLR2004 - most are
    )
    kinds = markets[0].fiat.kinds
    for kind in chance.sample(kinds, chance.randint(1, len(kinds))):
        account.add_pay_method(OwnMethod(identifier=kind.identifier, bank=BANK), exchange.markets)
    exchange.accounts[nickname] = account
    return account


def _post(exchange: Exchange, maker: Account, market: Market, chance: Random, now_ms: int) -> None:
    """Post an ad near the market's price: a seller asks a little more, a buyer offers a little less."""
    side: Side = "SELL" if chance.random() < 0.5 else "BUY"  # noqa: PLR2004 - one of two
    margin = _PERCENT * chance.randrange(10, 350)
    ratio = 100 + margin if side == "SELL" else 100 - margin
    floats = chance.random() < 0.4  # noqa: PLR2004 - fewer than half
    dollars = chance.randrange(500, 20_000)
    amount = (dollars / market.coin.dollars).quantize(Decimal(1).scaleb(-market.coin.scale), ROUND_HALF_UP)
    smallest = _round_money(chance.randrange(5, 100) * market.fiat.per_dollar)
    largest = max(smallest, _round_money(min(dollars, chance.randrange(300, 5_000)) * market.fiat.per_dollar))
    if side == "SELL":
        maker.wallet.deposit(market.coin.code, amount)
    terms = AdTerms(
        price_type=FLOATING if floats else FIXED,
        price=None if floats else market.floating_price(ratio),
        ratio=ratio,
        init_amount=amount,
        smallest=smallest,
        largest=largest,
        options=tuple(
            payment_option(maker, side, method.id, method.kind.identifier, exchange.markets.kinds)
            for method in maker.pay_methods
        ),
        pay_minutes=chance.choice((15, 15, 15, 30, 45)),
        conditions=chance.choice(_CONDITIONS),
        remarks=chance.choice(_REMARKS),
    )
    classify = "mass" if chance.random() < 0.7 else "profession"  # noqa: PLR2004 - most are
    exchange.ads.post(maker, market, side, terms, classify=classify, now_ms=now_ms)


def _round_money(amount: Decimal) -> Decimal:
    """An amount of money as people write it into an ad: rounded down to two significant digits, and at least 1."""
    step = Decimal(1).scaleb(max(0, amount.adjusted() - 1))
    return max(Decimal(1), amount.quantize(Decimal(1)) // step * step)
