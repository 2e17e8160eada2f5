"""All orders: what buyer, seller, maker and support may do with one and when, and the coins that move with it."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.exchange.index import Index, Numbered
from binance_c2c.sandbox.exchange.markets import fits, opposite
from binance_c2c.sandbox.exchange.order import Appeal, Commission, ExtraKyc, Order, OrderStatus
from binance_c2c.sandbox.exchange.second_factor import SecondFactor, check_second_factor
from binance_c2c.sandbox.exchange.trading_stats import FinishedOrder
from binance_c2c.sandbox.refusals import InvalidValueError, RefusedError

if TYPE_CHECKING:
    from decimal import Decimal

    from binance_c2c.sandbox.exchange.accounts import Account, PayMethod, Wallet
    from binance_c2c.sandbox.exchange.ad import Ad
    from binance_c2c.sandbox.exchange.ads import Ads
    from binance_c2c.sandbox.exchange.chat import Chats
    from binance_c2c.sandbox.exchange.markets import Markets, Side

_FIRST_NUMBER = 22_784_000_000_000_000_001
WARNING_MS = 180_000
"""How long before the payment deadline both sides are warned. A guess: only the name of that message is known."""
_OTHER_REASON = 5
_MOST_DOLLARS_BY_PASSWORD = 500


class OrderKey(NamedTuple):
    """The properties that the lists of orders are filtered by."""

    side: Side
    status: OrderStatus
    asset: str


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """A request to take an ad, or a part of it. None stands for the ad's own value."""

    adv_no: str
    total_amount: Decimal
    by_amount: bool = False
    """Whether the total is in coins and not in fiat."""
    pay_id: int | None = None
    """The taker's payment method, for a BUY ad."""
    price: Decimal | None = None
    asset: str | None = None
    fiat: str | None = None
    side: Side | None = None
    """The taker's."""


class Orders(Numbered[Order]):
    """All orders. Each method either does all it says, or raises `RefusedError` and has done nothing.

    Commissions go to `fees`.
    """

    def __init__(self, ads: Ads, markets: Markets, chats: Chats, fees: Wallet) -> None:
        super().__init__(_FIRST_NUMBER)
        self._ads = ads
        self._markets = markets
        self._chats = chats
        self._fees = fees
        self._deadlines: list[tuple[int, str]] = []
        """A heap of payment deadlines, and of the times at which to warn of them; each with the order's number."""
        self._by_account: dict[tuple[str, str | None], Index[OrderKey]] = {}

    def of_account(self, account: Account, adv_no: str | None = None) -> Index[OrderKey]:
        """The account's orders, ordered by placing: all of them, or those of one ad."""
        return self._by_account.get((account.name, adv_no)) or Index()

    def find(self, number: str) -> Order:
        """The order with this number, of any two accounts."""
        order = self._items.get(number)
        if order is None:
            raise RefusedError(refusals.ORDER_UNKNOWN)
        return order

    def get(self, account: Account, number: str) -> Order:
        """The account's order with this number. Orders of others are unknown to it."""
        order = self.find(number)
        if account not in {order.maker, order.taker}:
            raise RefusedError(refusals.ORDER_UNKNOWN)
        return order

    def can_place(self, taker: Account, adv_no: str, now_ms: int) -> bool:
        """Whether the account could take the ad. An ad that does not exist cannot be taken."""
        try:
            ad = self._ads.find(adv_no)
        except RefusedError:
            return False
        return ad.is_open_to(taker, now_ms)

    def place(self, taker: Account, wanted: PlaceOrder, now_ms: int) -> Order:
        """Take an ad, or a part of it. The coins of the order are locked until it is over."""
        ad = self._ads.find(wanted.adv_no)
        ad.check_open_to(taker, now_ms)
        _check_fit(ad, wanted)
        amount, total = _amount_and_total(ad, wanted)
        methods = _pay_methods(ad, taker, wanted.pay_id)
        order = Order(
            number=self.next_number,
            ad=ad,
            taker=taker,
            amount=amount,
            price=ad.price,
            total=total,
            commission=_commission(ad, amount),
            placed_ms=now_ms,
            pay_minutes=ad.terms.pay_minutes,
            pay_methods=methods,
            chosen=methods[0] if ad.side == "BUY" else None,
            remark=ad.terms.remarks,
            extra_kyc=ExtraKyc.PENDING if ad.terms.needs_extra_kyc else ExtraKyc.NOT_REQUIRED,
        )
        # The coins of a SELL ad are locked already: from here on for the order instead of the ad.
        if ad.side == "BUY":
            if order.held > taker.wallet[ad.market.coin.code].free:
                raise RefusedError(refusals.BALANCE_TOO_SMALL)
            taker.wallet.lock(ad.market.coin.code, order.held)
        self._ads.take(ad, order.taken)
        self.add(order)
        self._chats.announce_status(order, now_ms)
        return order

    def add(self, order: Order) -> None:
        """Add an order whose coins are locked already."""
        self._items[order.number] = order
        if order.status == OrderStatus.UNPAID:
            heapq.heappush(self._deadlines, (order.pay_end_ms - WARNING_MS, order.number))
        self._set_status(order, order.status)

    def verify_kyc(self, account: Account, number: str, now_ms: int) -> Order:
        """The maker states that the taker was verified. Stating it twice changes nothing."""
        order = self.get(account, number)
        if account is not order.maker:
            raise RefusedError(refusals.MAKER_ONLY)
        if order.extra_kyc == ExtraKyc.NOT_REQUIRED:
            raise RefusedError(refusals.KYC_NOT_ASKED)
        if order.status.is_over:
            raise RefusedError(refusals.ORDER_STATUS_WRONG, order.status.words, OrderStatus.UNPAID.words)
        if order.extra_kyc == ExtraKyc.PENDING:
            order.extra_kyc = ExtraKyc.VERIFIED
            self._chats.announce_kyc(order, now_ms)
        return order

    def mark_paid(self, account: Account, number: str, pay_id: int | None, now_ms: int) -> Order:
        """The buyer states that the money was sent, to the payment method `pay_id` or the seller's first."""
        order = self._of_buyer(account, number)
        _check_status(order, OrderStatus.UNPAID)
        if order.extra_kyc == ExtraKyc.PENDING:
            raise RefusedError(refusals.KYC_MISSING)
        chosen = next((method for method in order.pay_methods if pay_id in {None, method.id}), None)
        if chosen is None:
            raise RefusedError(refusals.PAYMENT_METHOD_UNFIT)
        order.chosen, order.paid_ms = chosen, now_ms
        self._move_on(order, OrderStatus.PAID, now_ms)
        return order

    def can_release(self, account: Account, number: str, factor: SecondFactor) -> bool:
        """Whether the account is the seller of an order that is marked as paid. Codes are checked if there are any."""
        order = self.get(account, number)
        check_second_factor(account, factor, needed=False)
        return account is order.seller and order.status == OrderStatus.PAID

    def release(self, account: Account, number: str, factor: SecondFactor, pay_id: int | None, now_ms: int) -> None:
        """The seller gives the coins to the buyer, which cannot be undone."""
        order = self.get(account, number)
        if account is not order.seller:
            raise RefusedError(refusals.SELLER_ONLY)
        # Release before payment ("quick release") was only seen on the website, by buyers; here its status is refused.
        _check_status(order, OrderStatus.PAID)
        if order.chosen and pay_id not in {None, order.chosen.id}:
            raise RefusedError(refusals.PAYMENT_METHOD_UNFIT)
        if factor.auth_type == "FUND_PWD":
            self._check_password_limit(order)
        check_second_factor(account, factor, needed=True)
        self._settle(order, now_ms)

    def can_cancel(self, account: Account, number: str) -> bool:
        """Whether the account is the buyer of an order that is not marked as paid."""
        order = self.get(account, number)
        return account is order.buyer and order.status == OrderStatus.UNPAID

    def cancel(self, account: Account, number: str, reason: int, text: str | None, now_ms: int) -> None:
        """The buyer cancels an unpaid order. Reason 5 needs a text."""
        order = self._of_buyer(account, number)
        _check_status(order, OrderStatus.UNPAID)
        if reason == _OTHER_REASON and not text:
            raise InvalidValueError("text")
        order.cancel_text = text
        self._cancel(order, OrderStatus.CANCELLED, now_ms)

    def appeal(self, account: Account, number: str, reason: str, now_ms: int) -> Order:
        """One side of a paid order asks support to decide. From then on neither side can release or cancel."""
        order = self.get(account, number)
        _check_status(order, OrderStatus.PAID)
        order.appeal = Appeal(account, reason, now_ms)
        self._move_on(order, OrderStatus.IN_APPEAL, now_ms)
        return order

    def withdraw_appeal(self, account: Account, number: str, now_ms: int) -> Order:
        """The side that appealed takes the appeal back: the order is a paid one again."""
        order = self.get(account, number)
        _check_status(order, OrderStatus.IN_APPEAL)
        if order.appeal is None or account is not order.appeal.by:
            raise RefusedError(refusals.APPELLANT_ONLY)
        order.appeal = None
        self._set_status(order, OrderStatus.PAID)
        self._chats.announce_withdrawal(order, now_ms)
        return order

    def decide_appeal(self, order: Order, *, for_buyer: bool, now_ms: int) -> None:
        """Support gives the coins to the buyer, or back to the seller."""
        _check_status(order, OrderStatus.IN_APPEAL)
        if for_buyer:
            self._settle(order, now_ms)
        else:
            self._cancel(order, OrderStatus.CANCELLED_BY_SYSTEM, now_ms)

    def expire(self, now_ms: int) -> None:
        """Cancel the orders that were not paid in time, and warn of near deadlines. Call it before any other method."""
        while self._deadlines and self._deadlines[0][0] <= now_ms:
            due_ms, number = heapq.heappop(self._deadlines)
            order = self._items[number]
            if order.status != OrderStatus.UNPAID:
                continue
            if due_ms < order.pay_end_ms:
                self._chats.announce_deadline(order, due_ms)
                heapq.heappush(self._deadlines, (order.pay_end_ms, number))
            else:
                self._cancel(order, OrderStatus.CANCELLED_BY_SYSTEM, due_ms)

    def _of_buyer(self, account: Account, number: str) -> Order:
        order = self.get(account, number)
        if account is not order.buyer:
            raise RefusedError(refusals.BUYER_ONLY)
        return order

    def _check_password_limit(self, order: Order) -> None:
        # One USDT counts as a dollar.
        dollar = self._markets.get("USDT", order.ad.market.fiat.code).reference_price
        if order.total > _MOST_DOLLARS_BY_PASSWORD * dollar:
            raise RefusedError(refusals.PASSWORD_LIMIT, _MOST_DOLLARS_BY_PASSWORD)

    def _settle(self, order: Order, now_ms: int) -> None:
        """Give the coins to the buyer, and the commission to the exchange."""
        asset, seller = order.ad.market.coin.code, order.seller.wallet
        seller.hand_over(asset, order.received, order.buyer.wallet)
        seller.hand_over(asset, order.held - order.received, self._fees)
        self._end(order, OrderStatus.COMPLETED, now_ms)

    def _cancel(self, order: Order, status: OrderStatus, now_ms: int) -> None:
        """Give the coins back to the ad, or to their owner if the ad no longer locks coins."""
        ad = order.ad
        if not ad.locks_coins:
            order.seller.wallet.unlock(ad.market.coin.code, order.held)
        self._ads.give_back(ad, order.taken)
        self._end(order, status, now_ms)

    def _end(self, order: Order, status: OrderStatus, now_ms: int) -> None:
        order.ended_ms = now_ms
        self._move_on(order, status, now_ms)
        completed = status == OrderStatus.COMPLETED
        # An order that is not completed counts as failed for the buyer only: the seller was not at fault.
        for account in (order.seller, order.buyer) if completed else (order.buyer,):
            side, partner = order.side_of(account), order.other(account).name
            asset = order.ad.market.coin.code
            account.stats.add(FinishedOrder(now_ms, side, asset, order.amount, partner, completed))

    def _move_on(self, order: Order, status: OrderStatus, now_ms: int) -> None:
        """Give an order its next status, and announce it in the chat."""
        self._set_status(order, status)
        self._chats.announce_status(order, now_ms, order.appeal.by if order.appeal else None)

    def _set_status(self, order: Order, status: OrderStatus) -> None:
        """Change an order's status and its place in the indexes. Nothing else changes a status."""
        order.status = status
        for account in (order.maker, order.taker):
            key = OrderKey(order.side_of(account), status, order.ad.market.coin.code)
            for adv_no in (None, order.ad.number):
                self._by_account.setdefault((account.name, adv_no), Index()).put(order.number, key, order.placed_ms)


def _check_fit(ad: Ad, wanted: PlaceOrder) -> None:
    market = ad.market
    differing = {
        "the coin": wanted.asset not in {None, market.coin.code},
        "the fiat currency": wanted.fiat not in {None, market.fiat.code},
        "the trade type": wanted.side not in {None, opposite(ad.side)},
    }
    for name, differs in differing.items():
        if differs:
            raise RefusedError(refusals.AD_DIFFERS, name)
    if wanted.price not in {None, ad.price}:
        raise RefusedError(refusals.PRICE_MOVED)


def _amount_and_total(ad: Ad, wanted: PlaceOrder) -> tuple[Decimal, Decimal]:
    """The order in coins and in fiat."""
    asked, terms, price = wanted.total_amount, ad.terms, ad.price
    if asked <= 0 or not fits(asked, ad.market.coin.scale if wanted.by_amount else ad.market.fiat.scale):
        raise InvalidValueError("total_amount")
    if wanted.by_amount:
        amount, total = asked, ad.market.fiat_for(asked, price)
    else:
        amount, total = ad.market.coins_for(asked, price), asked
    if not terms.smallest <= total <= terms.largest or not amount:
        raise RefusedError(refusals.OUTSIDE_LIMITS, terms.smallest, terms.largest)
    if amount > ad.tradable:
        raise RefusedError(refusals.MORE_THAN_LEFT, ad.tradable)
    return amount, total


def _pay_methods(ad: Ad, taker: Account, pay_id: int | None) -> tuple[PayMethod, ...]:
    if ad.side == "SELL":
        return tuple(option.method for option in ad.terms.options if option.method)
    method = taker.pay_method(pay_id)
    if method is None or method.kind not in {option.kind for option in ad.terms.options}:
        raise RefusedError(refusals.PAYMENT_METHOD_UNFIT)
    return (method,)


def _commission(ad: Ad, amount: Decimal) -> Commission:
    market = ad.market
    maker, taker = market.commission(amount, market.maker_rate), market.commission(amount, market.taker_rate)
    return Commission(market.maker_rate, market.taker_rate, maker, taker)


def _check_status(order: Order, wanted: OrderStatus) -> None:
    if order.status != wanted:
        raise RefusedError(refusals.ORDER_STATUS_WRONG, order.status.words, wanted.words)
