"""All there is on this exchange: accounts, markets, ads, orders, chats. What may be asked of it is in the counters."""

from __future__ import annotations

from binance_c2c.sandbox.exchange.accounts import seeded
from binance_c2c.sandbox.exchange.ads import AdBook
from binance_c2c.sandbox.exchange.chat import Chats
from binance_c2c.sandbox.exchange.markets import Markets
from binance_c2c.sandbox.exchange.order_book import OrderBook
from binance_c2c.sandbox.exchange.orders import OrderDesk
from binance_c2c.sandbox.exchange.wallet import Wallet


class Exchange:
    """The state of everything."""

    def __init__(self) -> None:
        self.accounts = seeded()
        self.markets = Markets()
        self.fees = Wallet({})
        """The commissions taken so far."""
        self.ads = AdBook(self.markets)
        self.chats = Chats()
        self.orders = OrderBook(self.ads, self.chats, self.fees)
        self.desk = OrderDesk(self.ads, self.orders, self.markets)

    def pass_time(self, now_ms: int) -> None:
        """What happens by itself. To be called before anything is asked or done."""
        self.orders.time_out(now_ms)
        for account in self.accounts.values():
            account.shop.pass_time(now_ms)
