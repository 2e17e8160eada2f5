"""All there is on this exchange: accounts, markets, ads, orders, chats. What may be asked of it is in the counters."""

from __future__ import annotations

from ._accounts import seeded
from ._ad_book import AdBook
from ._chats import Chats
from ._market import Markets
from ._order_book import OrderBook
from ._order_desk import OrderDesk
from ._wallet import Wallet


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
