"""Orders: placed, read, listed, counted, paid, released and cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.gateway import done, found, page
from binance_c2c.sandbox.handlers import listings
from binance_c2c.sandbox.handlers.order_answers import (
    counterparty,
    history_row,
    order_detail,
    order_row,
    paid_order,
    placed_order,
    summary,
)
from binance_c2c.sandbox.handlers.registry import Counter

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.handlers.registry import Ask

counter = Counter()


@counter.owner("orders.can_cancel")
def _can_cancel(exchange: Exchange, ask: Ask) -> Json:
    return found(exchange.desk.can_cancel(ask.account, ask.body.text("orderNumber")))


@counter.owner("orders.can_place")
def _can_place(exchange: Exchange, ask: Ask) -> Json:
    return found(exchange.desk.can_place(ask.account, ask.body.text("adOrderNo"), ask.now_ms))


@counter.owner("orders.can_release")
def _can_release(exchange: Exchange, ask: Ask) -> Json:
    return found(exchange.desk.can_release(ask.account, ask.body))


@counter.owner("orders.cancel")
def _cancel(exchange: Exchange, ask: Ask) -> Json:
    exchange.desk.cancel(ask.account, ask.body, ask.now_ms)
    return done()


@counter.owner("orders.counterparty_stats")
def _counterparty_stats(exchange: Exchange, ask: Ask) -> Json:
    order = exchange.orders.get(ask.account, ask.body.text("orderNumber"))
    return found(counterparty(order, ask.account, ask.now_ms))


@counter.owner("orders.get")
def _get(exchange: Exchange, ask: Ask) -> Json:
    order = exchange.orders.get(ask.account, ask.body.text("adOrderNo"))
    return found(order_detail(order, ask.account, ask.now_ms, exchange.chats.unread(ask.account, order.number)))


@counter.owner("orders.history")
def _history(exchange: Exchange, ask: Ask) -> Json:
    orders, total = listings.history(exchange.orders, ask.account, ask.query, ask.now_ms)
    return page([history_row(order, ask.account) for order in orders], total)


@counter.owner("orders.list")
def _list(exchange: Exchange, ask: Ask) -> Json:
    orders, total = listings.orders(exchange.orders, ask.account, ask.body)
    unread = exchange.chats.unread
    return page([order_row(order, ask.account, unread(ask.account, order.number)) for order in orders], total)


@counter.owner("orders.mark_paid")
def _mark_paid(exchange: Exchange, ask: Ask) -> Json:
    return found(paid_order(exchange.desk.mark_paid(ask.account, ask.body, ask.now_ms)))


@counter.owner("orders.place")
def _place(exchange: Exchange, ask: Ask) -> Json:
    order = exchange.desk.place(ask.account, ask.body, ask.now_ms)
    return found(placed_order(order, ask.account, ask.now_ms, exchange.chats.unread(ask.account, order.number)))


@counter.owner("orders.release")
def _release(exchange: Exchange, ask: Ask) -> Json:
    exchange.desk.release(ask.account, ask.body, ask.now_ms)
    return done()


@counter.owner("orders.summary")
def _summary(exchange: Exchange, ask: Ask) -> Json:
    return found(summary(exchange.orders, ask.account))


@counter.owner("orders.verify_kyc")
def _verify_kyc(exchange: Exchange, ask: Ask) -> Json:
    order = exchange.desk.verify_kyc(ask.account, ask.body.text("orderNumber"))
    return found({"orderNumber": order.number, "kycVerified": True})
