"""Frames of the chat as JSON: messages for their readers, errors, and the messages that clients send.

Their keys and types are those of the API description. What has not been observed of the exchange is marked as a guess
here, and in `exchange.chat` and `exchange.orders`.
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
"""The only known code of error frames."""
FAILED = "SYSTEM_ERROR"
"""The code of error frames that faults send. Invented for the sandbox."""
LONGEST_TEXT = 2_000
"""Characters of a message. A guess: the exchange's own limit is not known."""

_LONGEST_NAME = 64
_MOST_PIXELS = 100_000
_HEARTBEATS: tuple[dict[str, str], ...] = ({}, {"type": "pong"}, {"e": "pong"})


class FrameRefusedError(Exception):
    """A client's frame is refused: the client gets an error frame with the same uuid, if the frame had one."""

    def __init__(self, uuid: str | None) -> None:
        super().__init__(ILLEGAL)
        self.uuid = uuid


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """A message that a client sends about an order: a text, or an uploaded picture."""

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
        # A guess: the format of this value was not published.
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
    """The frame with the number of messages that an account has not read.

    Sent first on every connection. That is a guess: the exchange sends them often, but it is not known when.
    """
    kind, counted = ChatMessageType.STATISTICS, ChatMessageSubtype.UNREAD_MESSAGES
    return {"type": kind, "subType": counted, "totalCount": unread}


def mark_frame(order_number: str) -> Json:
    """The frame that tells one side of an order that the other has read its messages.

    A guess: only the name of this type of frames is known.
    """
    topic = {"topicId": order_number, "topicType": "ORDER"}
    return {"type": ChatMessageType.MARK, "orderNo": order_number, **topic, "self": False, "status": "read"}


def error_frame(uuid: str | None, code: str) -> Json:
    """The frame that refuses a client's frame with this uuid, or one without."""
    return {"type": ChatMessageType.ERROR, "content": code, **({} if uuid is None else {"uuid": uuid})}


def read_frame(data: str | bytes) -> Json | None:
    """The JSON object in a client's frame; None for an empty object or a heartbeat, which get no answer.

    Raises `FrameRefusedError` for anything else.
    """
    if data in {"", b"", "pong"}:
        return None
    try:
        frame: object = json.loads(data)
    # RecursionError: the document is nested too deep.
    except (ValueError, RecursionError):
        raise FrameRefusedError(None) from None
    if not isinstance(frame, dict):
        raise FrameRefusedError(None)
    return None if frame in _HEARTBEATS else cast("Json", frame)


def read_message(frame: Json) -> ClientMessage:
    """The message in a frame of type `text` or `image`. Raises `FrameRefusedError` for any other frame.

    `createTime`, `self`, `clientType` and `sendStatus` are not checked: clients send anything there.
    """
    uuid, order_number, kind = frame.get("uuid"), frame.get("orderNo"), frame.get("type")
    if not isinstance(uuid, str) or not 0 < len(uuid) <= _LONGEST_NAME:
        raise FrameRefusedError(None)
    if not isinstance(order_number, str) or frame.get("sessionId") == "":
        raise FrameRefusedError(uuid)
    text = frame.get("content")
    if kind == ChatMessageType.TEXT and isinstance(text, str) and text.strip() and len(text) <= LONGEST_TEXT:
        return ClientMessage(uuid, order_number, text)
    # The exchange refuses pictures with a `content`.
    if kind == ChatMessageType.IMAGE and "content" not in frame:
        url, width, height = frame.get("imageUrl"), _pixels(frame.get("width")), _pixels(frame.get("height"))
        number = picture_number(url) if isinstance(url, str) else None
        if None not in {number, width, height}:
            return ClientMessage(uuid, order_number, "", number, width or 0, height or 0)
    raise FrameRefusedError(uuid)


def _pixels(value: object) -> int | None:
    return value if type(value) is int and 0 < value <= _MOST_PIXELS else None
