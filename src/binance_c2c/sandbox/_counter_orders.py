"""Orders: placed, read, listed, paid, released and cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _listings as listings
from ._answers import done, found, page
from ._counter import Counter
from ._order_answers import history_row, order_detail, order_row, paid_order, placed_order

if TYPE_CHECKING:
    from ._answers import Json
    from ._counter import Ask
    from ._exchange import Exchange

_LIST_ROWS = 20
_HISTORY_ROWS = 100

counter = Counter()


@counter.owner("orders.cancel")
def _cancel(exchange: Exchange, ask: Ask) -> Json:
    exchange.orders.cancel(ask.account, ask.body, ask.now_ms)
    return done()


@counter.owner("orders.can_release")
def _can_release(exchange: Exchange, ask: Ask) -> Json:
    return found(exchange.orders.can_release(ask.account, ask.body))


@counter.owner("orders.get")
def _get(exchange: Exchange, ask: Ask) -> Json:
    order = exchange.orders.get(ask.account, ask.body.text("adOrderNo"))
    return found(order_detail(order, ask.account, ask.now_ms, exchange.chats.unread(ask.account, order.number)))


@counter.owner("orders.history")
def _history(exchange: Exchange, ask: Ask) -> Json:
    where = ask.query.page(rows=_HISTORY_ROWS, most_rows=listings.MOST_ROWS)
    orders = listings.history(exchange.orders, ask.account, ask.query, ask.now_ms)
    return page([history_row(order, ask.account) for order in orders[where]], len(orders))


@counter.owner("orders.list")
def _list(exchange: Exchange, ask: Ask) -> Json:
    where = ask.body.page(rows=_LIST_ROWS, most_rows=listings.MOST_ROWS)
    orders = listings.orders(exchange.orders, ask.account, ask.body)
    unread = exchange.chats.unread
    rows = [order_row(order, ask.account, unread(ask.account, order.number)) for order in orders[where]]
    return page(rows, len(orders))


@counter.owner("orders.mark_paid")
def _mark_paid(exchange: Exchange, ask: Ask) -> Json:
    return found(paid_order(exchange.orders.mark_paid(ask.account, ask.body, ask.now_ms)))


@counter.owner("orders.place")
def _place(exchange: Exchange, ask: Ask) -> Json:
    order = exchange.orders.place(ask.account, ask.body, ask.now_ms)
    return found(placed_order(order, ask.account, ask.now_ms, exchange.chats.unread(ask.account, order.number)))


@counter.owner("orders.release")
def _release(exchange: Exchange, ask: Ask) -> Json:
    exchange.orders.release(ask.account, ask.body, ask.now_ms)
    return done()
