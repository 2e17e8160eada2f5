"""The events of a chat's stream: messages, other frames, and changes of the connection. No repr shows a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from binance_c2c.chat.codec import content_of
from binance_c2c_sapi.models import ChatSystemContent, ChatVerificationCard

if TYPE_CHECKING:
    from datetime import datetime

    from binance_c2c_sapi.models import ChatFrame


@dataclass(frozen=True)
class Message:
    """A message of an order. Each is given once, and those of one order by ascending id."""

    order_number: str
    frame: ChatFrame = field(repr=False)
    recovered: bool = False
    """Whether it comes from the history, since the stream missed it."""
    late: bool = False
    """Whether one with a larger id was given before: the exchange sent them in this order."""

    @property
    def is_own(self) -> bool:
        """Whether the account sent it."""
        return bool(self.frame.is_own)

    @property
    def text(self) -> str | None:
        """The text; None for a message that is no text."""
        return self.frame.content if self.frame.type in {"text", "auto_reply", "quick_reply"} else None

    @cached_property
    def news(self) -> ChatSystemContent | None:
        """The content of a system message about the order; None in any other message, or where it cannot be read."""
        content = content_of(self.frame)
        return content if isinstance(content, ChatSystemContent) else None

    @cached_property
    def verification(self) -> ChatVerificationCard | None:
        """The content of a card that asks for a verification; None in any other message, or where it cannot be read."""
        content = content_of(self.frame)
        return content if isinstance(content, ChatVerificationCard) else None

    def __repr__(self) -> str:
        return f"<Message {self.frame.type} {self.frame.id} of order {self.order_number}>"


@dataclass(frozen=True)
class Notice:
    """A frame that is not a message of an order: a count, a contact, a refusal that nobody awaits, an unknown type."""

    frame: ChatFrame = field(repr=False)

    def __repr__(self) -> str:
        return f"<Notice {self.frame.type}>"


@dataclass(frozen=True)
class Unreadable:
    """A frame that is not as described: not JSON, not an object, or with a field of the wrong type."""

    reason: str
    data: bytes = field(repr=False)
    """The frame as it came."""


@dataclass(frozen=True)
class Away:
    """The connection is lost. Messages of the meantime come from the history once the stream is connected again."""

    since: datetime
    reason: str


@dataclass(frozen=True)
class Back:
    """The connection is back. The messages that were missed came before this event."""

    since: datetime
    recovered: int
    """How many messages were missed."""


@dataclass(frozen=True)
class Missed:
    """Messages may be missing: the history did not have all that came after the message `after_id`."""

    after_id: str
    reason: str
    order_number: str | None = None
    """The order whose messages may be missing. None: those of any order of which the stream had no message before."""


@dataclass(frozen=True)
class Replaced:
    """Another connection of the account replaced this one. The stream ends, unless `Reconnect.take_back` is set."""

    at: datetime


Event = Message | Notice | Unreadable | Away | Back | Missed | Replaced
