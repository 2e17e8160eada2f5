"""The state of the exchange: accounts, markets, ads, orders, chats. The operations on it are in `handlers`."""

from __future__ import annotations

from decimal import Decimal

from binance_c2c.sandbox.exchange.accounts import Account, Wallet, other_merchant, own_accounts
from binance_c2c.sandbox.exchange.ad import FIXED, FLOATING, AdTerms, payment_option
from binance_c2c.sandbox.exchange.ads import Ads
from binance_c2c.sandbox.exchange.chat import Chats
from binance_c2c.sandbox.exchange.markets import Markets, Side
from binance_c2c.sandbox.exchange.orders import Orders

_OTHERS = (("AlbaCambio", "ALBA INVENTADA"), ("NorteP2P", "BRUNO INVENTADO"), ("CriptoValle", "CARLA INVENTADA"))
_POSTED_MS = 1_700_000_000_000


def other_merchants() -> list[Account]:
    """The merchants without an API key whose ads fill the market, fresh."""
    return [other_merchant(number, nickname, name) for number, (nickname, name) in enumerate(_OTHERS, 3)]


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
        """Apply what is due by now: orders that expire and breaks that end. To be called before anything else."""
        self.orders.expire(now_ms)
        for account in self.accounts.values():
            account.status.pass_time(now_ms)

    def open_market(self) -> None:
        """Add other merchants, each with ads to sell and to buy in every market, so that a search finds some."""
        for number, maker in enumerate(other_merchants(), 3):
            self.accounts[maker.name] = maker
            for asset, coins in (("USDT", Decimal(2_000 * number)), ("BTC", Decimal(number) / 10)):
                self._post(maker, "SELL", asset, coins, 100 + Decimal(number) / 10)
                self._post(maker, "BUY", asset, coins, 100 - Decimal(number) / 10)

    def _post(self, maker: Account, side: Side, asset: str, coins: Decimal, percent: Decimal) -> None:
        market = self.markets.get(asset, "MXN")
        # Some prices stay, some follow the reference price, as on the exchange.
        floats = int(maker.user_no[1:]) % 2 == 0
        terms = AdTerms(
            price_type=FLOATING if floats else FIXED,
            price=None if floats else market.floating_price(percent),
            ratio=percent if floats else None,
            init_amount=coins,
            smallest=Decimal(500),
            largest=Decimal(50_000),
            options=(payment_option(maker, side, maker.pay_methods[0].id, "SPEI"),),
        )
        self.ads.post(maker, market, side, terms, classify="mass", now_ms=_POSTED_MS)
