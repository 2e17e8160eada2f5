"""What buyer, seller, maker and support may do with an order, and when. The coins are the book's business."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.exchange.markets import fits, opposite
from binance_c2c.sandbox.exchange.order import Appeal, Commission, ExtraKyc, Order, OrderStatus
from binance_c2c.sandbox.exchange.second_factor import check_factor
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from decimal import Decimal

    from binance_c2c.sandbox.exchange.accounts import Account, PayMethod
    from binance_c2c.sandbox.exchange.ad import Ad
    from binance_c2c.sandbox.exchange.ads import AdBook
    from binance_c2c.sandbox.exchange.markets import Markets
    from binance_c2c.sandbox.exchange.order_book import OrderBook
    from binance_c2c.sandbox.fields import Fields

_OTHER_REASON = 5
_MOST_DOLLARS_BY_PASSWORD = 500


class OrderDesk:
    """Each method either does all it says or raises `RefusedError` and has done nothing."""

    def __init__(self, ads: AdBook, book: OrderBook, markets: Markets) -> None:
        self._ads = ads
        self._book = book
        self._markets = markets

    def can_place(self, taker: Account, number: str, now_ms: int) -> bool:
        """Whether the account could take the ad. One that is not there cannot be taken."""
        try:
            ad = self._ads.find(number)
        except RefusedError:
            return False
        return ad.is_open_to(taker, now_ms)

    def place(self, taker: Account, body: Fields, now_ms: int) -> Order:
        """Take an ad, or a part of it."""
        ad = self._ads.find(body.text("advOrderNumber"))
        ad.check_open_to(taker, now_ms)
        _check_fit(ad, body)
        amount, total = _size(ad, body)
        methods = _pay_methods(ad, taker, body)
        order = Order(
            number=self._book.next_number,
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
            remark=ad.terms.kept["remarks"],
            extra_kyc=ExtraKyc.OPEN if ad.terms.takes_extra_kyc else ExtraKyc.NOT_ASKED,
        )
        _lock(order)
        self._book.place(order)
        self._ads.file(ad)
        return order

    def verify_kyc(self, account: Account, number: str) -> Order:
        """The maker states that the taker was verified. Saying it twice changes nothing."""
        order = self._book.get(account, number)
        if account is not order.maker:
            raise RefusedError(codes.MAKER_ONLY)
        if order.extra_kyc == ExtraKyc.NOT_ASKED:
            raise RefusedError(codes.KYC_NOT_ASKED)
        if order.status.is_over:
            raise RefusedError(codes.ORDER_STATUS_WRONG, order.status.words, OrderStatus.UNPAID.words)
        order.extra_kyc = ExtraKyc.DONE
        return order

    def mark_paid(self, account: Account, body: Fields, now_ms: int) -> Order:
        """The buyer says that the money is on its way."""
        order = self._for_buyer(account, body.text("orderNumber"))
        _check_status(order, OrderStatus.UNPAID)
        if order.extra_kyc == ExtraKyc.OPEN:
            raise RefusedError(codes.KYC_MISSING)
        pay_id = body.maybe_whole("payId")
        chosen = next((method for method in order.pay_methods if pay_id in {None, method.id}), None)
        if chosen is None:
            raise RefusedError(codes.PAYMENT_METHOD_UNFIT)
        order.chosen, order.paid_ms = chosen, now_ms
        self._book.set_status(order, OrderStatus.PAID, now_ms)
        return order

    def can_release(self, account: Account, body: Fields) -> bool:
        """Whether the account is the seller of an order that is marked as paid. A factor is checked if there is one."""
        order = self._book.get(account, body.text("orderNumber"))
        check_factor(account, body, needed=False)
        return account is order.seller and order.status == OrderStatus.PAID

    def release(self, account: Account, body: Fields, now_ms: int) -> None:
        """The seller hands over the coins, which cannot be undone."""
        order = self._book.get(account, body.text("orderNumber"))
        if account is not order.seller:
            raise RefusedError(codes.SELLER_ONLY)
        # A quick release, before payment, is known from the buyer's side of the website alone: refused like any other.
        _check_status(order, OrderStatus.PAID)
        if order.chosen and body.maybe_whole("payId") not in {None, order.chosen.id}:
            raise RefusedError(codes.PAYMENT_METHOD_UNFIT)
        if body.maybe_text("authType") == "FUND_PWD":
            self._check_worth(order)
        check_factor(account, body, needed=True)
        self._book.complete(order, now_ms)

    def can_cancel(self, account: Account, number: str) -> bool:
        """Whether the account is the buyer of an order that is not marked as paid."""
        order = self._book.get(account, number)
        return account is order.buyer and order.status == OrderStatus.UNPAID

    def cancel(self, account: Account, body: Fields, now_ms: int) -> None:
        """The buyer does not want it any more."""
        order = self._for_buyer(account, body.text("orderNumber"))
        _check_status(order, OrderStatus.UNPAID)
        text = body.maybe_text("orderCancelAdditionalInfo")
        if body.whole("orderCancelReasonCode") == _OTHER_REASON and not text:
            body.refuse("orderCancelAdditionalInfo")
        order.cancel_text = text
        self._book.call_off(order, OrderStatus.CANCELLED, now_ms)

    def appeal(self, account: Account, number: str, reason: str, now_ms: int) -> Order:
        """One side of a paid order asks support to decide. From then on nobody releases anything."""
        order = self._book.get(account, number)
        _check_status(order, OrderStatus.PAID)
        order.appeal = Appeal(account, reason, now_ms)
        self._book.set_status(order, OrderStatus.IN_APPEAL, now_ms)
        return order

    def withdraw_appeal(self, account: Account, number: str, now_ms: int) -> Order:
        """Who appealed has found an agreement: the order is a paid one again."""
        order = self._book.get(account, number)
        _check_status(order, OrderStatus.IN_APPEAL)
        if order.appeal is None or account is not order.appeal.by:
            raise RefusedError(codes.APPELLANT_ONLY)
        order.appeal = None
        self._book.set_status(order, OrderStatus.PAID, now_ms)
        return order

    def decide_appeal(self, order: Order, *, for_buyer: bool, now_ms: int) -> None:
        """Support gives the coins to the buyer, or back to the seller."""
        _check_status(order, OrderStatus.IN_APPEAL)
        if for_buyer:
            self._book.complete(order, now_ms)
        else:
            self._book.call_off(order, OrderStatus.CANCELLED_BY_SYSTEM, now_ms)

    def _for_buyer(self, account: Account, number: str) -> Order:
        order = self._book.get(account, number)
        if account is not order.buyer:
            raise RefusedError(codes.BUYER_ONLY)
        return order

    def _check_worth(self, order: Order) -> None:
        # A dollar is taken for one USDT.
        dollar = self._markets.get("USDT", order.ad.market.fiat.code).reference_price
        if order.total > _MOST_DOLLARS_BY_PASSWORD * dollar:
            raise RefusedError(codes.PASSWORD_LIMIT, _MOST_DOLLARS_BY_PASSWORD)


def _check_fit(ad: Ad, body: Fields) -> None:
    ours = {"asset": ad.market.coin.code, "fiatUnit": ad.market.fiat.code, "tradeType": opposite(ad.side)}
    for name, value in ours.items():
        if body.maybe_text(name) not in {None, value}:
            raise RefusedError(codes.AD_DIFFERS, name)
    if body.money("matchPrice") != ad.price:
        raise RefusedError(codes.PRICE_MOVED)


def _size(ad: Ad, body: Fields) -> tuple[Decimal, Decimal]:
    asked, terms, price = body.money("totalAmount"), ad.terms, ad.price
    by_amount = body.maybe_text("buyType") == "BY_AMOUNT"
    if asked <= 0 or not fits(asked, ad.market.coin.scale if by_amount else ad.market.fiat.scale):
        body.refuse("totalAmount")
    if by_amount:
        amount, total = asked, ad.market.fiat_for(asked, price)
    else:
        amount, total = ad.market.coins_for(asked, price), asked
    if not terms.smallest <= total <= terms.largest or not amount:
        raise RefusedError(codes.OUTSIDE_LIMITS, terms.smallest, terms.largest)
    if amount > ad.tradable:
        raise RefusedError(codes.MORE_THAN_LEFT, ad.tradable)
    return amount, total


def _pay_methods(ad: Ad, taker: Account, body: Fields) -> tuple[PayMethod, ...]:
    if ad.side == "SELL":
        return tuple(way.method for way in ad.terms.ways if way.method)
    method = taker.pay_method(body.maybe_whole("payId"))
    if method is None or method.kind not in {way.kind for way in ad.terms.ways}:
        raise RefusedError(codes.PAYMENT_METHOD_UNFIT)
    return (method,)


def _commission(ad: Ad, amount: Decimal) -> Commission:
    market = ad.market
    maker, taker = market.commission(amount, market.maker_rate), market.commission(amount, market.taker_rate)
    return Commission(market.maker_rate, market.taker_rate, maker, taker)


def _lock(order: Order) -> None:
    if order.ad.side == "BUY":
        asset = order.ad.market.coin.code
        if order.held > order.taker.wallet[asset].free:
            raise RefusedError(codes.BALANCE_TOO_SMALL)
        order.taker.wallet.lock(asset, order.held)
    # The coins of a SELL ad are locked already: from here on for the order instead of the ad.
    order.ad.surplus -= order.taken


def _check_status(order: Order, wanted: OrderStatus) -> None:
    if order.status != wanted:
        raise RefusedError(codes.ORDER_STATUS_WRONG, order.status.words, wanted.words)
