"""How the chat is written on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.gateway import Json

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Message, Order

_UPLOAD_SECONDS = 300


def chat_message(message: Message) -> Json:
    """One message, as its reader sees it."""
    picture = message.picture
    return {
        "id": message.id,
        "type": message.kind,
        "status": "read" if message.is_read else "unread",
        "orderNo": message.order_number,
        "self": message.is_own,
        "fromNickName": message.sender,
        "content": message.content,
        "uuid": message.uuid,
        "createTime": message.sent_ms,
        "imageUrl": None if picture is None else picture.url,
        "thumbnailUrl": None if picture is None else picture.url,
        "imageType": None if picture is None else picture.kind,
        "width": None if picture is None else picture.width,
        "height": None if picture is None else picture.height,
    }


def image_upload(number: int, kind: str) -> Json:
    """Two addresses of a picture. They lead nowhere: a picture is nothing the sandbox would look at."""
    path = f"c2c/chat/{number:012}.{kind}"
    return {
        "uploadUrl": f"https://bucket.sandbox.invalid/{path}?X-Amz-Expires={_UPLOAD_SECONDS}&X-Amz-SignedHeaders=host",
        "imageUrl": f"https://cdn.sandbox.invalid/{path}",
    }


def risk_hints(fiat: str | None, order: Order | None) -> list[Json]:
    """One warning for each thing that was named."""
    hints = list[Json]()
    if fiat is not None:
        hints.append(_hint("fiat", f"Check that the {fiat} have arrived before you release."))
    if order is not None:
        names = ", ".join(sorted({method.kind.name for method in order.pay_methods}))
        hints.append(_hint("paymethod", f"Take {names} from an account in the buyer's own name only."))
        hints.append(_hint("counterparty", "Do not trade or talk outside of this chat."))
    return hints


def _hint(about: str, text: str) -> Json:
    return {"riskType": about, "riskTips": text}
