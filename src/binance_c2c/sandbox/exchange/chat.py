"""Chat messages about orders. Each side of an order has its own copy of a message, read or unread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from binance_c2c.sandbox.exchange.order import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from binance_c2c.sandbox.exchange.accounts import Account
    from binance_c2c.sandbox.exchange.order import Order

Kind = Literal[
    "text",
    "image",
    "auto_reply",
    "card",
    "system",
    "error",
    "mark",
    "recall",
    "translate",
    "video",
    "quick_reply",
    "statistics",
    "contact",
    "recommend",
    "ack",
    "banner_b_unpaid",
    "banner_s_unpaid",
    "banner_s_paid",
    "refund_s_auto_seller",
    "refund_s_auto_buyer",
    "refund_b_sys",
    "unknown",
]
"""What a message is. The sandbox sends but a few of them, and all can be asked for."""

_FIRST_ID = 1_990_000_000_000_000_001
_EVENTS = {OrderStatus.PAID: "payed", OrderStatus.COMPLETED: "completed", OrderStatus.CANCELLED: "cancelled"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was uploaded before."""

    url: str
    kind: str
    """Such as `jpg`."""
    width: int
    height: int


@dataclass(slots=True)
class Message:
    """One side's copy of a message."""

    id: int
    """Equal in both copies."""
    order_number: str
    kind: Kind
    sender: str | None
    """Nickname; the exchange has none."""
    is_own: bool
    content: str
    picture: Picture | None
    uuid: str
    """The sender's own name for it."""
    sent_ms: int
    is_read: bool


class Chats:
    """All messages, by account and by order."""

    def __init__(self) -> None:
        self.count = 0
        """How many messages were sent; ids are made of it."""
        self.pictures = 0
        """How many numbers of pictures were given."""
        self.tokens_given = 0
        self.tokens: dict[str, str] = {}
        """The token of the next chat connection, by the account's name. A newer one replaces an older one."""
        self._by_account: dict[str, list[Message]] = {}
        self._by_order: dict[tuple[str, str], list[Message]] = {}

    def of(self, account: Account, order_number: str | None = None) -> Sequence[Message]:
        """The account's copies, all of them or those about one order, oldest first."""
        if order_number is None:
            return self._by_account.get(account.name, ())
        return self._by_order.get((account.name, order_number), ())

    def new_token(self, account: Account) -> str:
        """A token for one chat connection of the account, never given twice."""
        self.tokens_given += 1
        self.tokens[account.name] = f"TOKEN{self.tokens_given:032}"
        return self.tokens[account.name]

    def new_picture_number(self) -> int:
        """A number for a picture that is about to be uploaded."""
        self.pictures += 1
        return self.pictures

    def unread(self, account: Account, order_number: str) -> int:
        """How many messages about an order the account has not read."""
        return sum(not message.is_read for message in self.of(account, order_number))

    def mark_read(self, account: Account, order_number: str | None = None) -> None:
        """Mark the account's messages as read: all, or those about one order."""
        for message in self.of(account, order_number):
            message.is_read = True

    def say(
        self,
        order: Order,
        sender: Account,
        content: str,
        now_ms: int,
        *,
        kind: Kind = "text",
        picture: Picture | None = None,
        uuid: str = "",
    ) -> None:
        """Add a message of one side of an order to the other."""
        self.count += 1
        for reader in (order.seller, order.buyer):
            self.keep(
                reader,
                Message(
                    id=_FIRST_ID + self.count,
                    order_number=order.number,
                    kind=kind,
                    sender=sender.nickname,
                    is_own=reader is sender,
                    content=content,
                    picture=picture,
                    uuid=uuid or str(now_ms),
                    sent_ms=now_ms,
                    is_read=reader is sender,
                ),
            )

    def announce_status(self, order: Order, now_ms: int, by: Account | None = None) -> None:
        """Add a system message about the order's status for both sides; `by` is the side that appealed."""
        self.count += 1
        for reader in (order.seller, order.buyer):
            self.keep(
                reader,
                Message(
                    id=_FIRST_ID + self.count,
                    order_number=order.number,
                    kind="system",
                    sender=None,
                    is_own=False,
                    content=json.dumps({"type": _event(order, reader, by), "orderNo": order.number}),
                    picture=None,
                    uuid=f"system{self.count}",
                    sent_ms=now_ms,
                    is_read=False,
                ),
            )
        if order.status == OrderStatus.UNPAID and (reply := order.ad.terms.auto_reply):
            self.say(order, order.maker, reply, now_ms, kind="auto_reply")

    def keep(self, reader: Account, message: Message) -> None:
        """Add one side's copy of a message to the lists of the account."""
        self._by_account.setdefault(reader.name, []).append(message)
        self._by_order.setdefault((reader.name, message.order_number), []).append(message)


def _event(order: Order, reader: Account, by: Account | None) -> str:
    """The order's status as a word of the exchange's system messages, from the reader's point of view."""
    role = "seller" if reader is order.seller else "buyer"
    if order.status == OrderStatus.UNPAID:
        return f"{role}_{reader.user_type}_trading"
    if order.status == OrderStatus.CANCELLED_BY_SYSTEM:
        return "cancelled_by_system"
    if order.status == OrderStatus.IN_APPEAL:
        return "submit_appeal" if reader is by else "be_appeal"
    return f"{role}_{_EVENTS[order.status]}"
