"""The HTTP operations of the chat: credentials of connections, messages, pictures, and marks that they were read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.gateway import picture_url, upload_url
from binance_c2c.sandbox.handlers.envelope import ok, ok_page
from binance_c2c.sandbox.handlers.reading import is_ascending, query_page
from binance_c2c.sandbox.handlers.registry import private
from binance_c2c.sandbox.refusals import InvalidValueError
from binance_c2c_sapi.enums import ChatMessageType

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange, Message, Order
    from binance_c2c.sandbox.gateway import Addresses, Json, Request
    from binance_c2c_strict import models

_ROWS = 20
_NUMBER = re.compile(r"\d{1,19}", re.ASCII)
_PICTURE = re.compile(r"[^/\\]+\.(?:jpg|jpeg|png)", re.IGNORECASE)


@private("chat.credential")
def _credential(exchange: Exchange, request: Request[None]) -> Json:
    return ok(
        {
            "chatWssUrl": request.addresses.chat,
            "listenKey": request.account.listen_key,
            "listenToken": exchange.chats.new_token(request.account, request.now_ms),
        }
    )


@private("chat.messages")
def _messages(exchange: Exchange, request: Request[None]) -> Json:
    query, account = request.query, request.account
    rows = query_page(query, _ROWS)
    order_number, kind = query.text("orderNo"), query.text("chatMessageType")
    if kind not in {None, *ChatMessageType}:
        raise InvalidValueError("chatMessageType", refusals.PARAMETER_INVALID)
    if order_number is not None:
        exchange.orders.get(account, order_number)
    before = query.text("id")
    if before is not None and not _NUMBER.fullmatch(before):
        raise InvalidValueError("id", refusals.PARAMETER_INVALID)
    messages = [
        message
        for message in exchange.chats.of_account(account, order_number)
        if kind in {None, message.kind} and (before is None or message.id < int(before))
    ]
    if not is_ascending(query.text("order"), query.text("sort")):
        messages.reverse()
    return ok_page([chat_message(message, request.addresses) for message in messages[rows]], len(messages))


@private("chat.image_upload_url")
def _image_upload_url(exchange: Exchange, request: Request[models.ImageUploadUrlRequest]) -> Json:
    name = request.model.imageName
    if not _PICTURE.fullmatch(name):
        raise InvalidValueError("imageName")
    upload = exchange.chats.announce_picture(request.account, name.rpartition(".")[2].lower(), request.now_ms)
    return ok({"uploadUrl": upload_url(upload, request.addresses), "imageUrl": picture_url(upload, request.addresses)})


@private("chat.mark_order_read")
def _mark_order_read(exchange: Exchange, request: Request[models.MarkOrderReadRequest]) -> Json:
    order = exchange.orders.get(request.account, request.model.orderNo)
    exchange.chats.mark_read(request.account, order.number)
    return ok()


@private("chat.mark_user_read")
def _mark_user_read(exchange: Exchange, request: Request[None]) -> Json:
    exchange.chats.mark_read(request.account)
    return ok()


@private("chat.risk_tips")
def _risk_tips(exchange: Exchange, request: Request[models.RiskTipsRequest]) -> Json:
    number, fiat = request.model.orderNo, request.model.fiat
    order = None if number is None else exchange.orders.get(request.account, number)
    return ok({"riskHints": risk_hints(fiat, order)})


def chat_message(message: Message, addresses: Addresses) -> Json:
    """JSON of a message for one of its two readers."""
    picture = message.picture
    url = None if picture is None else picture_url(picture, addresses)
    return {
        "id": str(message.id),
        "type": message.kind,
        "status": "read" if message.is_read else "unread",
        "orderNo": message.order_number,
        "self": message.is_own,
        "fromNickName": message.sender,
        "content": message.content,
        "uuid": message.uuid,
        "createTime": message.sent_ms,
        "imageUrl": url,
        "thumbnailUrl": url,
        "imageType": None if picture is None else picture.kind,
        "width": None if picture is None else picture.width,
        "height": None if picture is None else picture.height,
    }


def risk_hints(fiat: str | None, order: Order | None) -> list[Json]:
    """JSON of the warnings about a fiat currency and an order, if there are any."""
    hints: list[Json] = []
    if fiat is not None:
        hints.append(_hint("fiat", f"Check that the {fiat} have arrived before you release."))
    if order is not None:
        names = ", ".join(sorted({method.kind.name for method in order.pay_methods}))
        hints.append(_hint("paymethod", f"Take {names} from an account in the buyer's own name only."))
        hints.append(_hint("counterparty", "Do not trade or talk outside of this chat."))
    return hints


def _hint(about: str, text: str) -> Json:
    return {"riskType": about, "riskTips": text}
