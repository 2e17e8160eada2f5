"""The chat as far as it goes over HTTP: what to connect with, what was said, what was read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from binance_c2c.sandbox.exchange import Kind
from binance_c2c.sandbox.gateway import done, found, page
from binance_c2c.sandbox.handlers.chat_answers import chat_message, image_upload, risk_hints
from binance_c2c.sandbox.handlers.listings import MOST_ROWS, ascending
from binance_c2c.sandbox.handlers.registry import Counter

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.handlers.registry import Ask

_ROWS = 20
_PICTURE = re.compile(r"[^/\\]+\.(?:jpg|jpeg|png)", re.IGNORECASE)

counter = Counter()


@counter.owner("chat.credential")
def _credential(exchange: Exchange, ask: Ask) -> Json:
    return found(
        {
            # A name that leads nowhere: a program that connects to it by mistake reaches nobody's exchange.
            "chatWssUrl": "wss://im.sandbox.invalid:443/chat",
            "listenKey": f"c2c_{ask.account.user_id:032}_v2",
            "listenToken": exchange.chats.new_token(ask.account),
        }
    )


@counter.owner("chat.messages")
def _messages(exchange: Exchange, ask: Ask) -> Json:
    where = ask.query.page(rows=_ROWS, most_rows=MOST_ROWS)
    order_number, kind = ask.query.maybe_text("orderNo"), ask.query.maybe_text("chatMessageType")
    if kind not in {None, *get_args(Kind)}:
        ask.query.refuse("chatMessageType")
    if order_number is not None:
        exchange.orders.get(ask.account, order_number)
    before = ask.query.maybe_whole("id")
    messages = [
        message
        for message in exchange.chats.of(ask.account, order_number)
        if kind in {None, message.kind} and (before is None or message.id < before)
    ]
    if not ascending(ask.query):
        messages.reverse()
    return page([chat_message(message) for message in messages[where]], len(messages))


@counter.owner("chat.image_upload_url")
def _image_upload_url(exchange: Exchange, ask: Ask) -> Json:
    name = ask.body.text("imageName")
    if not _PICTURE.fullmatch(name):
        ask.body.refuse("imageName")
    return found(image_upload(exchange.chats.new_picture_number(), name.rpartition(".")[2].lower()))


@counter.owner("chat.mark_order_read")
def _mark_order_read(exchange: Exchange, ask: Ask) -> Json:
    order = exchange.orders.get(ask.account, ask.body.text("orderNo"))
    exchange.chats.mark_read(ask.account, order.number)
    return done()


@counter.owner("chat.mark_user_read")
def _mark_user_read(exchange: Exchange, ask: Ask) -> Json:
    exchange.chats.mark_read(ask.account)
    return done()


@counter.owner("chat.risk_tips")
def _risk_tips(exchange: Exchange, ask: Ask) -> Json:
    number, fiat = ask.body.maybe_text("orderNo"), ask.body.maybe_text("fiat")
    order = None if number is None else exchange.orders.get(ask.account, number)
    return found({"riskHints": risk_hints(fiat, order)})
