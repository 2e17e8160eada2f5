"""The book of orders: where each can be found, when each has to be paid, and the coins that move with it."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.exchange.order import Order, OrderStatus
from binance_c2c.sandbox.exchange.time_index import Index
from binance_c2c.sandbox.exchange.trading_stats import Deed
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from binance_c2c.sandbox.exchange.accounts import Account
    from binance_c2c.sandbox.exchange.ads import AdBook
    from binance_c2c.sandbox.exchange.chat import Chats
    from binance_c2c.sandbox.exchange.markets import Side
    from binance_c2c.sandbox.exchange.wallet import Wallet

_FIRST_NUMBER = 22_784_000_000_000_000_001


class OrderLabel(NamedTuple):
    """What the filters of the list of orders ask about."""

    side: Side
    status: OrderStatus
    asset: str


class OrderBook:
    """All orders. Commissions go to `fees`."""

    def __init__(self, ads: AdBook, chats: Chats, fees: Wallet) -> None:
        self._ads = ads
        self._chats = chats
        self._fees = fees
        self._orders: dict[str, Order] = {}
        self._deadlines: list[tuple[int, str]] = []
        self._of: dict[tuple[str, str | None], Index[OrderLabel]] = {}

    def __iter__(self) -> Iterator[Order]:
        """Oldest first."""
        return iter(self._orders.values())

    def __reversed__(self) -> Iterator[Order]:
        """Newest first."""
        return reversed(self._orders.values())

    def __getitem__(self, number: str) -> Order:
        return self._orders[number]

    @property
    def next_number(self) -> str:
        """The number of the next order."""
        return str(_FIRST_NUMBER + len(self._orders))

    def of(self, account: Account, adv_no: str | None = None) -> Index[OrderLabel]:
        """The account's orders: all of them, or those that came from one ad."""
        return self._of.get((account.name, adv_no)) or Index()

    def find(self, number: str) -> Order:
        """Anybody's order."""
        order = self._orders.get(number)
        if order is None:
            raise RefusedError(codes.ORDER_UNKNOWN)
        return order

    def get(self, account: Account, number: str) -> Order:
        """One of the account's orders. Those of others are not there."""
        order = self._orders.get(number)
        if order is None or account not in {order.maker, order.taker}:
            raise RefusedError(codes.ORDER_UNKNOWN)
        return order

    def add(self, order: Order) -> None:
        """Take in an order whose coins are locked already."""
        self._orders[order.number] = order
        if order.status == OrderStatus.UNPAID:
            heapq.heappush(self._deadlines, (order.pay_end_ms, order.number))
        self.file(order)

    def place(self, order: Order) -> None:
        """Take in a new order, and tell both sides."""
        self.add(order)
        self._chats.tell_news(order, order.placed_ms)

    def file(self, order: Order) -> None:
        """Find the order under what it is now. To be called after every change of its status."""
        for account in (order.maker, order.taker):
            label = OrderLabel(order.side_of(account), order.status, order.ad.market.coin.code)
            for adv_no in (None, order.ad.number):
                index = self._of.setdefault((account.name, adv_no), Index())
                index.file(order.placed_ms, order.number, label)

    def set_status(self, order: Order, status: OrderStatus, now_ms: int) -> None:
        """Move an order on, as long as no coins move with it, and tell both sides."""
        order.status = status
        self.file(order)
        self._chats.tell_news(order, now_ms, order.appeal.by if order.appeal else None)

    def complete(self, order: Order, now_ms: int) -> None:
        """The buyer gets the coins, the exchange its commission."""
        asset, seller = order.ad.market.coin.code, order.seller.wallet
        seller.hand_over(asset, order.received, order.buyer.wallet)
        seller.hand_over(asset, order.held - order.received, self._fees)
        self._end(order, OrderStatus.COMPLETED, now_ms)

    def call_off(self, order: Order, status: OrderStatus, now_ms: int) -> None:
        """Give the coins back to the ad, or to their owner where the ad has none locked any more."""
        ad = order.ad
        if not ad.locks_coins:
            order.seller.wallet.unlock(ad.market.coin.code, order.held)
        ad.surplus += order.taken
        self._ads.file(ad)
        self._end(order, status, now_ms)

    def time_out(self, now_ms: int) -> None:
        """End the orders that were not paid in time. To be called before anything else is asked or done."""
        while self._deadlines and self._deadlines[0][0] <= now_ms:
            deadline_ms, number = heapq.heappop(self._deadlines)
            order = self._orders[number]
            if order.status == OrderStatus.UNPAID:
                self.call_off(order, OrderStatus.CANCELLED_BY_SYSTEM, deadline_ms)

    def _end(self, order: Order, status: OrderStatus, now_ms: int) -> None:
        order.ended_ms = now_ms
        self.set_status(order, status, now_ms)
        completed = status == OrderStatus.COMPLETED
        # Who sold and was not paid has not failed: an order that comes to nothing counts against its buyer.
        for account in (order.seller, order.buyer) if completed else (order.buyer,):
            side, partner = order.side_of(account), order.other(account).name
            account.record.note(Deed(now_ms, side, order.ad.market.coin.code, order.amount, partner, completed))
