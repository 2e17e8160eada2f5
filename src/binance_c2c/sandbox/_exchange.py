"""All there is on this exchange: accounts, ads, orders and chats. What may be asked of it is in the counters."""

from __future__ import annotations

from ._accounts import seeded
from ._ads import AdBook
from ._chats import Chats
from ._market import MARKETS
from ._orders import OrderBook


class Exchange:
    """The state of everything."""

    def __init__(self) -> None:
        self.accounts = seeded()
        self.markets = MARKETS
        self.ads = AdBook()
        self.chats = Chats()
        self.orders = OrderBook(self.ads, self.chats)

    def pass_time(self, now_ms: int) -> None:
        """What happens by itself. To be called before anything is asked or done."""
        self.orders.time_out(now_ms)
        for account in self.accounts.values():
            account.shop.pass_time(now_ms)
