"""Frames of the chat as JSON: a message for one of its readers, an error, and what a client wants to say.

Their keys and types are those of the description. What nobody has seen of the exchange is called a guess here, and in
`exchange.chat` and `exchange.orders`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from binance_c2c.sandbox.gateway import picture_number, picture_url
from binance_c2c_sapi.enums import ChatMessageSubtype, ChatMessageType

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Account, Message
    from binance_c2c.sandbox.gateway import Addresses, Json

ILLEGAL = "ILLEGAL_PARAM"
"""The one code of error frames that is known."""
FAILED = "SYSTEM_ERROR"
"""The code of an error frame that a fault sends. The sandbox's own."""
LONGEST_TEXT = 2_000
"""Characters. A guess: the exchange's own limit is not known."""

_LONGEST_NAME = 64
_MOST_PIXELS = 100_000
_HEARTBEATS: tuple[dict[str, str], ...] = ({}, {"type": "pong"}, {"e": "pong"})


class FrameRefusedError(Exception):
    """A frame is refused by an error frame with the same uuid, if it has one."""

    def __init__(self, uuid: str | None) -> None:
        super().__init__(ILLEGAL)
        self.uuid = uuid


@dataclass(frozen=True, slots=True)
class Said:
    """A message that a client sends about an order: a text, or a picture that was uploaded before."""

    uuid: str
    order_number: str
    text: str = ""
    picture_number: int | None = None
    width: int = 0
    height: int = 0


def message_frame(message: Message, reader: Account, addresses: Addresses) -> Json:
    """The frame that brings a message to one of its readers."""
    frame: Json = {
        "type": message.kind,
        "id": str(message.id),
        "uuid": message.uuid,
        "orderNo": message.order_number,
        "topicId": message.order_number,
        "topicType": "ORDER",
        # A guess: the form of this value was not published.
        "groupId": f"{reader.user_id}_{message.order_number}",
        "content": message.content,
        "createTime": message.sent_ms,
        "self": message.is_own,
        "status": "read" if message.is_read else "unread",
        "clientType": "web",
    }
    if message.sender is not None:
        frame["fromNickname"] = message.sender
    if message.picture is not None:
        url = picture_url(message.picture, addresses)
        frame |= {
            "imageUrl": url,
            "thumbnailUrl": url,
            "imageType": message.picture.kind,
            "width": message.picture.width,
            "height": message.picture.height,
        }
    return frame


def statistics_frame(unread: int) -> Json:
    """The frame that tells how many messages an account has not read.

    A connection begins with one. That is a guess: they come often, and when is not known.
    """
    kind, counted = ChatMessageType.STATISTICS, ChatMessageSubtype.UNREAD_MESSAGES
    return {"type": kind, "subType": counted, "totalCount": unread}


def mark_frame(order_number: str) -> Json:
    """The frame that tells one side of an order that the other has read its messages.

    A guess: of frames of this type no more than the name is known.
    """
    topic = {"topicId": order_number, "topicType": "ORDER"}
    return {"type": ChatMessageType.MARK, "orderNo": order_number, **topic, "self": False, "status": "read"}


def error_frame(uuid: str | None, code: str) -> Json:
    """The frame that refuses another: by its uuid, where it has one."""
    return {"type": ChatMessageType.ERROR, "content": code, **({} if uuid is None else {"uuid": uuid})}


def read_frame(data: str | bytes) -> Json | None:
    """The JSON object in a client's frame; None where it is an empty one or a heartbeat, which nothing answers.

    Raises `FrameRefusedError` for anything else.
    """
    if data in {"", b"", "pong"}:
        return None
    try:
        frame: object = json.loads(data)
    # RecursionError comes of a document that is nested too deep.
    except (ValueError, RecursionError):
        raise FrameRefusedError(None) from None
    if not isinstance(frame, dict):
        raise FrameRefusedError(None)
    return None if frame in _HEARTBEATS else cast("Json", frame)


def read_said(frame: Json) -> Said:
    """The message in a frame of type `text` or `image`. Raises `FrameRefusedError` where it cannot be sent.

    `createTime`, `self`, `clientType` and `sendStatus` are not looked at: clients send what they like there.
    """
    uuid, order_number, kind = frame.get("uuid"), frame.get("orderNo"), frame.get("type")
    if not isinstance(uuid, str) or not 0 < len(uuid) <= _LONGEST_NAME:
        raise FrameRefusedError(None)
    if not isinstance(order_number, str) or frame.get("sessionId") == "":
        raise FrameRefusedError(uuid)
    text = frame.get("content")
    if kind == ChatMessageType.TEXT and isinstance(text, str) and text.strip() and len(text) <= LONGEST_TEXT:
        return Said(uuid, order_number, text)
    # Pictures with a `content` are refused by the exchange.
    if kind == ChatMessageType.IMAGE and "content" not in frame:
        url, width, height = frame.get("imageUrl"), _pixels(frame.get("width")), _pixels(frame.get("height"))
        number = picture_number(url) if isinstance(url, str) else None
        if None not in {number, width, height}:
            return Said(uuid, order_number, "", number, width or 0, height or 0)
    raise FrameRefusedError(uuid)


def _pixels(value: object) -> int | None:
    return value if type(value) is int and 0 < value <= _MOST_PIXELS else None
