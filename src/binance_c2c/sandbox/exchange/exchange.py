"""The state of the exchange: accounts, markets, ads, orders, chats. The operations on it are in `handlers`."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from binance_c2c.sandbox.exchange.accounts import Account, Profile, Wallet, make_account, other_merchant, own_accounts
from binance_c2c.sandbox.exchange.ad import FIXED, FLOATING, AdTerms, payment_option
from binance_c2c.sandbox.exchange.ads import Ads
from binance_c2c.sandbox.exchange.chat import Chats
from binance_c2c.sandbox.exchange.markets import Markets
from binance_c2c.sandbox.exchange.orders import Orders

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange.markets import Market, PricePath, Side

_OTHERS = (("AlbaCambio", "ALBA INVENTADA"), ("NorteP2P", "BRUNO INVENTADO"), ("CriptoValle", "CARLA INVENTADA"))
_POSTED_MS = 1_700_000_000_000
_SHORTEST_PAUSE_MS, _PAUSES = 60_000, 10
"""Made-up merchants change their fixed prices every 1 to 10 minutes, by the ad's number."""
_APART_MS = 7_919
"""Multiplied by the ad's number, it shifts the times of these changes."""


def other_merchants() -> list[Account]:
    """New accounts of the merchants without an API key whose ads fill the market."""
    return [other_merchant(number, nickname, name) for number, (nickname, name) in enumerate(_OTHERS, 3)]


def _any(_: object) -> bool:
    return True


class Exchange:
    """Everything there is on one exchange. An empty one has the two accounts with API keys, and no ads."""

    def __init__(self, accounts: dict[str, Account] | None = None, fees: Wallet | None = None) -> None:
        self.accounts = own_accounts() if accounts is None else accounts
        self.markets = Markets()
        self.fees = Wallet({}) if fees is None else fees
        """The commissions taken so far."""
        self.ads = Ads()
        self.chats = Chats()
        self.orders = Orders(self.ads, self.markets, self.chats, self.fees)

    def pass_time(self, now_ms: int) -> None:
        """Apply what is due by now: orders expire, breaks end, prices move. Call it before anything else."""
        self.orders.expire(now_ms)
        for market, path in self.markets.pass_time(now_ms):
            self.ads.follow_reference_price(market)
            self._reprice(market, path, now_ms)
        for account in self.accounts.values():
            account.status.pass_time(now_ms)

    @property
    def next_account_number(self) -> int:
        """A number for the next account, which no other has."""
        return max(account.number for account in self.accounts.values()) + 1

    def add_account(self, name: str, profile: Profile) -> Account:
        """Add an account with an API key, or apply the profile to one that has not traded yet.

        Raises `ValueError` if an account of this name has traded, or has no API key.
        """
        known = self.accounts.get(name)
        if known is None:
            account = self.accounts[name] = make_account(name, self.next_account_number, profile, self.markets)
            return account
        if (
            known.key is None
            or len(self.ads.of_account(known).select(_any))
            or len(self.orders.of_account(known).select(_any))
        ):
            message = f"account: {name} exists already and has traded, so it cannot be replaced"
            raise ValueError(message)
        known.change(profile, self.markets)
        return known

    def _reprice(self, market: Market, path: PricePath, now_ms: int) -> None:
        """Let made-up merchants change their fixed prices every few minutes, each at times of its own."""
        for ad in self.ads.fixed_ads_of_others(market):
            number = int(ad.number)
            period_ms = _SHORTEST_PAUSE_MS * (1 + number % _PAUSES)
            moment_ms = now_ms - (now_ms + number * _APART_MS) % period_ms
            if ad.updated_ms < moment_ms and not ad.maker.status.is_resting:
                price = market.percent_of(market.price_on(path, moment_ms), ad.terms.ratio or Decimal(100))
                self.ads.update(ad, replace(ad.terms, price=price), now_ms=moment_ms)

    def open_market(self) -> None:
        """Add other merchants, each with ads to sell and to buy in every market, so that a search finds some."""
        for number, maker in enumerate(other_merchants(), 3):
            self.accounts[maker.name] = maker
            for asset, coins in (("USDT", Decimal(2_000 * number)), ("BTC", Decimal(number) / 10)):
                self._post(maker, "SELL", asset, coins, 100 + Decimal(number) / 10)
                self._post(maker, "BUY", asset, coins, 100 - Decimal(number) / 10)

    def _post(self, maker: Account, side: Side, asset: str, coins: Decimal, percent: Decimal) -> None:
        market = self.markets.get(asset, "MXN")
        # Fixed prices stay, floating ones follow the reference price, as on the exchange.
        floats = int(maker.user_no[1:]) % 2 == 0
        terms = AdTerms(
            price_type=FLOATING if floats else FIXED,
            price=None if floats else market.floating_price(percent),
            # For a fixed price the ratio tells the merchant what to ask once the market moves.
            ratio=percent,
            init_amount=coins,
            smallest=Decimal(500),
            largest=Decimal(50_000),
            options=(payment_option(maker, side, maker.pay_methods[0].id, "SPEI", self.markets.kinds),),
        )
        self.ads.post(maker, market, side, terms, classify="mass", now_ms=_POSTED_MS)
