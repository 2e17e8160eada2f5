"""Decodes and encodes frames of the chat. Bytes that are not a frame become a value too; nothing is raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from binance_c2c._core.support import dumps, loads
from binance_c2c_runtime import WireError
from binance_c2c_sapi.frames import RECEIVED
from binance_c2c_sapi.models import ChatFrame, ChatImageToSend, ChatMessageType, ChatTextToSend

if TYPE_CHECKING:
    from collections.abc import Mapping

PING = "ping"
_ALIVE = (b"", b"pong", b"{}")
_HEARTBEATS = frozenset({"ping", "pong"})


@dataclass(frozen=True, slots=True)
class NoFrame:
    """Bytes that are not a frame: a heartbeat, with an empty `reason`, or something that cannot be read."""

    reason: str = ""
    asks_for_pong: bool = False


def decoded(data: bytes) -> ChatFrame | NoFrame:
    """The frame in these bytes, whether they came as text or as binary."""
    try:
        value = loads(data)
    except ValueError:
        return NoFrame() if data.strip() in _ALIVE else NoFrame("it is not JSON in UTF-8")
    if not isinstance(value, dict):
        return NoFrame("it is JSON, but not an object")
    fields = cast("Mapping[str, Any]", value)
    if len(fields) <= 1 and (not fields or _is_heartbeat(fields)):
        return NoFrame(asks_for_pong=PING in fields.values())
    try:
        return ChatFrame.from_dict(fields)
    except WireError as error:
        return NoFrame(str(error))


def _is_heartbeat(fields: Mapping[str, Any]) -> bool:
    [(key, value)] = fields.items()
    return key in {"type", "e"} and isinstance(value, str) and value in _HEARTBEATS


def content_of(frame: ChatFrame) -> Any:
    """The JSON in a frame's content, as its model; None where there is none, or it cannot be read."""
    known = RECEIVED.get(frame.type.value) if frame.type is not None else None
    if known is None or not known.contents or frame.content is None:
        return None
    subtype = frame.subtype.value if frame.subtype is not None else ""
    model = known.contents.get(subtype) or known.contents.get("*")
    if model is None:
        return None
    try:
        return model.from_dict(loads(frame.content.encode("utf-8", "surrogatepass")))
    except ValueError:
        return None


def order_of(frame: ChatFrame) -> str | None:
    """The number of the order that a frame belongs to."""
    return frame.order_number or frame.topic_id or None


def number_of(frame: ChatFrame) -> int | None:
    """A message's number, which is its id as an integer; None where it has none."""
    text = frame.id
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) <= 20 else None  # noqa: PLR2004 - of 64 bits


def text_frame(uuid: str, order_number: str, text: str, now_ms: int) -> str:
    """The frame that sends a text."""
    frame = ChatTextToSend(
        type=ChatMessageType.TEXT,
        uuid=uuid,
        order_number=order_number,
        content=text,
        is_own=True,
        client_type="web",
        create_time=_moment(now_ms),
        send_status=0,
    )
    return dumps(frame.to_dict()).decode()


def image_frame(uuid: str, order_number: str, url: str, *, kind: str, size: tuple[int, int], now_ms: int) -> str:
    """The frame that sends a picture."""
    frame = ChatImageToSend(
        type=ChatMessageType.IMAGE,
        uuid=uuid,
        order_number=order_number,
        image_url=url,
        thumbnail_url=url,
        image_type=kind,
        width=size[0],
        height=size[1],
        is_own=True,
        client_type="web",
        create_time=_moment(now_ms),
        send_status=0,
    )
    return dumps(frame.to_dict()).decode()


def _moment(now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms / 1000, UTC)
