"""The life of orders: placed, paid, released, cancelled or timed out, and the coins that move with it."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from . import _codes as codes
from ._codes import RefusedError
from ._factor import check_factor
from ._market import Side, fits, opposite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from ._accounts import Account, PayMethod
    from ._ads import Ad, AdBook
    from ._chats import Chats
    from ._fields import Fields

_FIRST_NUMBER = 22_784_000_000_000_000_001
_MINUTE_MS = 60_000


class OrderStatus(IntEnum):
    """Where an order stands. Appeals are not played yet."""

    UNPAID = 1
    PAID = 2
    IN_APPEAL = 3
    COMPLETED = 4
    CANCELLED = 6
    TIMED_OUT = 7

    @property
    def words(self) -> str:
        """For people."""
        return self.name.lower().replace("_", " ")


@dataclass(slots=True, eq=False)
class Order:
    """One trade. Until it is completed or cancelled the seller has `amount` coins locked for it."""

    number: str
    ad: Ad
    taker: Account
    amount: Decimal
    price: Decimal
    total: Decimal
    """In fiat."""
    placed_ms: int
    pay_end_ms: int
    pay_methods: tuple[PayMethod, ...]
    """The seller's, as they were when the order was placed."""
    chosen: PayMethod | None
    status: OrderStatus = OrderStatus.UNPAID
    paid_ms: int | None = None
    ended_ms: int | None = None
    """When the coins were released, or when it was cancelled."""
    cancel_text: str | None = None

    @property
    def maker(self) -> Account:
        """Who posted the ad."""
        return self.ad.maker

    @property
    def seller(self) -> Account:
        """Who gives coins."""
        return self.maker if self.ad.side == "SELL" else self.taker

    @property
    def buyer(self) -> Account:
        """Who pays."""
        return self.taker if self.ad.side == "SELL" else self.maker

    @property
    def confirm_end_ms(self) -> int | None:
        """Until when the seller should release the coins."""
        return None if self.paid_ms is None else self.paid_ms + self.pay_end_ms - self.placed_ms

    @property
    def updated_ms(self) -> int:
        """When it last changed."""
        return self.ended_ms or self.paid_ms or self.placed_ms

    def side_of(self, account: Account) -> Side:
        """Which side `account` is on."""
        return "SELL" if account is self.seller else "BUY"


class OrderBook:
    """All orders. Each method either does all it says or raises `RefusedError` and has done nothing."""

    def __init__(self, ads: AdBook, chats: Chats) -> None:
        self._ads = ads
        self._chats = chats
        self._orders: dict[str, Order] = {}
        self._deadlines: list[tuple[int, str]] = []

    def of(self, account: Account) -> Iterator[Order]:
        """The account's orders, newest first."""
        return (order for order in reversed(self._orders.values()) if account in {order.seller, order.buyer})

    def get(self, account: Account, number: str) -> Order:
        """One of the account's orders."""
        order = self._orders.get(number)
        if order is None or account not in {order.seller, order.buyer}:
            raise RefusedError(codes.ORDER_UNKNOWN)
        return order

    def place(self, taker: Account, body: Fields, now_ms: int) -> Order:
        """Take an ad, or a part of it."""
        ad = self._ads.online(body.text("advOrderNumber"))
        _check_fit(ad, taker, body)
        amount, total = _size(ad, body)
        methods = _pay_methods(ad, taker, body)
        _lock(ad, taker, amount)
        order = Order(
            number=str(_FIRST_NUMBER + len(self._orders)),
            ad=ad,
            taker=taker,
            amount=amount,
            price=ad.terms.price,
            total=total,
            placed_ms=now_ms,
            pay_end_ms=now_ms + ad.terms.pay_minutes * _MINUTE_MS,
            pay_methods=methods,
            chosen=methods[0] if ad.side == "BUY" else None,
        )
        self._orders[order.number] = order
        heapq.heappush(self._deadlines, (order.pay_end_ms, order.number))
        self._chats.tell_news(order, now_ms)
        return order

    def mark_paid(self, account: Account, body: Fields, now_ms: int) -> Order:
        """The buyer says that the money is on its way."""
        order = self._for_buyer(account, body.text("orderNumber"))
        _check_status(order, OrderStatus.UNPAID)
        pay_id = body.maybe_whole("payId")
        chosen = next((method for method in order.pay_methods if pay_id in {None, method.id}), None)
        if chosen is None:
            raise RefusedError(codes.PAYMENT_METHOD_UNFIT)
        order.chosen, order.paid_ms, order.status = chosen, now_ms, OrderStatus.PAID
        self._chats.tell_news(order, now_ms)
        return order

    def can_release(self, account: Account, body: Fields) -> bool:
        """Whether the account is the seller of an order that is marked as paid."""
        order = self.get(account, body.text("orderNumber"))
        return account is order.seller and order.status == OrderStatus.PAID

    def release(self, account: Account, body: Fields, now_ms: int) -> None:
        """The seller hands over the coins, which cannot be undone."""
        order = self.get(account, body.text("orderNumber"))
        if account is not order.seller:
            raise RefusedError(codes.SELLER_ONLY)
        # A quick release, before payment, is known from the buyer's side of the website alone: refused like any other.
        _check_status(order, OrderStatus.PAID)
        if order.chosen and body.maybe_whole("payId") not in {None, order.chosen.id}:
            raise RefusedError(codes.PAYMENT_METHOD_UNFIT)
        check_factor(body, needed=True)
        order.seller.wallet.hand_over(order.ad.market.coin.code, order.amount, order.buyer.wallet)
        order.status, order.ended_ms = OrderStatus.COMPLETED, now_ms
        self._chats.tell_news(order, now_ms)

    def cancel(self, account: Account, body: Fields, now_ms: int) -> None:
        """The buyer does not want it any more."""
        order = self._for_buyer(account, body.text("orderNumber"))
        _check_status(order, OrderStatus.UNPAID)
        order.cancel_text = body.maybe_text("orderCancelAdditionalInfo")
        self._call_off(order, OrderStatus.CANCELLED, now_ms)

    def time_out(self, now_ms: int) -> None:
        """End the orders that were not paid in time. To be called before anything else is asked or done."""
        while self._deadlines and self._deadlines[0][0] <= now_ms:
            deadline_ms, number = heapq.heappop(self._deadlines)
            order = self._orders[number]
            if order.status == OrderStatus.UNPAID:
                self._call_off(order, OrderStatus.TIMED_OUT, deadline_ms)

    def _call_off(self, order: Order, status: OrderStatus, now_ms: int) -> None:
        """Give the amount back to the ad, and the coins to whoever has them locked for nothing now."""
        if not order.ad.locks_coins:
            order.seller.wallet.unlock(order.ad.market.coin.code, order.amount)
        order.ad.surplus += order.amount
        order.status, order.ended_ms = status, now_ms
        self._chats.tell_news(order, now_ms)

    def _for_buyer(self, account: Account, number: str) -> Order:
        order = self.get(account, number)
        if account is not order.buyer:
            raise RefusedError(codes.BUYER_ONLY)
        return order


def _check_fit(ad: Ad, taker: Account, body: Fields) -> None:
    if ad.maker is taker:
        raise RefusedError(codes.OWN_AD)
    ours = {"asset": ad.market.coin.code, "fiatUnit": ad.market.fiat.code, "tradeType": opposite(ad.side)}
    for name, value in ours.items():
        if body.maybe_text(name) not in {None, value}:
            raise RefusedError(codes.AD_DIFFERS, name)
    if body.money("matchPrice") != ad.terms.price:
        raise RefusedError(codes.PRICE_MOVED)


def _size(ad: Ad, body: Fields) -> tuple[Decimal, Decimal]:
    asked, terms = body.money("totalAmount"), ad.terms
    by_amount = body.maybe_text("buyType") == "BY_AMOUNT"
    if asked <= 0 or not fits(asked, ad.market.coin.scale if by_amount else ad.market.fiat.scale):
        body.refuse("totalAmount")
    if by_amount:
        amount, total = asked, ad.market.fiat_for(asked, terms.price)
    else:
        amount, total = ad.market.coins_for(asked, terms.price), asked
    if not terms.smallest <= total <= terms.largest or not amount:
        raise RefusedError(codes.OUTSIDE_LIMITS, terms.smallest, terms.largest)
    if amount > ad.surplus:
        raise RefusedError(codes.MORE_THAN_LEFT, ad.surplus)
    return amount, total


def _pay_methods(ad: Ad, taker: Account, body: Fields) -> tuple[PayMethod, ...]:
    if ad.side == "SELL":
        return tuple(way.method for way in ad.terms.ways if way.method)
    method = taker.pay_method(body.maybe_whole("payId"))
    if method is None or method.kind not in {way.kind for way in ad.terms.ways}:
        raise RefusedError(codes.PAYMENT_METHOD_UNFIT)
    return (method,)


def _lock(ad: Ad, taker: Account, amount: Decimal) -> None:
    if ad.side == "BUY":
        if amount > taker.wallet[ad.market.coin.code].free:
            raise RefusedError(codes.BALANCE_TOO_SMALL)
        taker.wallet.lock(ad.market.coin.code, amount)
    # The coins of a SELL ad are locked already: from here on for the order instead of the ad.
    ad.surplus -= amount


def _check_status(order: Order, wanted: OrderStatus) -> None:
    if order.status != wanted:
        raise RefusedError(codes.ORDER_STATUS_WRONG, order.status.words, wanted.words)
