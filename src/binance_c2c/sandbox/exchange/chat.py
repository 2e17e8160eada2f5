"""Chat messages about orders, with their pictures. Each side of an order has its own copy, read or unread."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from binance_c2c.sandbox.exchange.order import ExtraKyc, OrderStatus
from binance_c2c_sapi.enums import ChatMessageType, ChatSystemEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from binance_c2c.sandbox.exchange.accounts import Account
    from binance_c2c.sandbox.exchange.order import Order

MESSAGE_ID_BASE = 1_990_000_000_000_000_001
"""Message ids are this plus the running number of the message, from 1."""
TOKEN_LIFE_MS = 60 * 60_000
"""How long an unused token opens a connection. A guess: clients assume an hour."""
PICTURE_DELAY_MS = 1_500
"""How long an uploaded picture cannot be read yet. A guess: the website looks for it after two seconds."""
MOST_PICTURE_BYTES = 64 * 1_048_576
"""The most bytes of all pictures together."""
_EVENTS = {OrderStatus.PAID: "payed", OrderStatus.COMPLETED: "completed", OrderStatus.CANCELLED: "cancelled"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a message; `number` is that of the upload that holds its content."""

    number: int
    kind: str
    """Such as `jpg`."""
    width: int
    height: int


@dataclass(slots=True)
class Upload:
    """A picture that an account has announced, and then uploaded."""

    number: int
    owner: str
    """Name of the account."""
    kind: str
    announced_ms: int
    content: bytes = field(default=b"", repr=False)
    uploaded_ms: int | None = None

    def is_readable(self, now_ms: int) -> bool:
        """Whether it can be downloaded: not at once after the upload, and never without one."""
        return self.uploaded_ms is not None and now_ms >= self.uploaded_ms + PICTURE_DELAY_MS


@dataclass(frozen=True, slots=True)
class Token:
    """A token that opens one chat connection of an account, until it is used or expires."""

    owner: str
    """Name of the account."""
    expires_ms: int


@dataclass(slots=True)
class Message:
    """One side's copy of a message."""

    id: int
    """Equal in both copies."""
    order_number: str
    kind: ChatMessageType
    sender: str | None
    """Nickname; None for the exchange."""
    is_own: bool
    content: str
    picture: Picture | None
    uuid: str
    """The id that the sender gave it."""
    sent_ms: int
    is_read: bool


class Chats:
    """All messages, by account and by order; the uploaded pictures; the tokens of connections."""

    def __init__(self) -> None:
        self.count = 0
        """How many messages were sent; the next id is derived from it."""
        self.uploads: dict[int, Upload] = {}
        """Pictures by number, from 1."""
        self.tokens_given = 0
        self.tokens: dict[str, Token] = {}
        """Unused tokens by their text."""
        self._by_account: dict[str, list[Message]] = {}
        self._by_order: dict[tuple[str, str], list[Message]] = {}
        self._on_read: list[Callable[[Account, str], object]] = []
        self._sent: set[tuple[str, str, str]] = set()
        """Sender, order number and uuid of each message."""
        self._listeners: list[Callable[[Account, Message], object]] = []

    def listen_to_reading(self, listener: Callable[[Account, str], object]) -> None:
        """Call `listener` with an account and an order's number whenever the account has read something about it."""
        self._on_read.append(listener)

    def of_account(self, account: Account, order_number: str | None = None) -> Sequence[Message]:
        """The account's copies, all of them or those about one order, oldest first."""
        if order_number is None:
            return self._by_account.get(account.name, ())
        return self._by_order.get((account.name, order_number), ())

    def listen(self, listener: Callable[[Account, Message], object]) -> None:
        """Call `listener` with each copy of a message from now on, and with the account whose copy it is."""
        self._listeners.append(listener)

    def new_token(self, account: Account, now_ms: int) -> str:
        """A token for one chat connection of the account, never given twice."""
        self.tokens = {text: token for text, token in self.tokens.items() if token.expires_ms > now_ms}
        self.tokens_given += 1
        text = f"TOKEN{self.tokens_given:032}"
        self.tokens[text] = Token(account.name, now_ms + TOKEN_LIFE_MS)
        return text

    def use_token(self, text: str, now_ms: int) -> str | None:
        """Use up a token. Returns the name of its account, or None if the token opens no connection."""
        token = self.tokens.pop(text, None)
        return None if token is None or token.expires_ms <= now_ms else token.owner

    def announce_picture(self, account: Account, kind: str, now_ms: int) -> Upload:
        """Register a picture that the account is about to upload."""
        number = len(self.uploads) + 1
        self.uploads[number] = Upload(number, account.name, kind, now_ms)
        return self.uploads[number]

    def upload(self, picture: Upload, content: bytes, now_ms: int) -> None:
        """Store the content of a picture. The oldest contents are dropped to keep within `MOST_PICTURE_BYTES`."""
        picture.content, picture.uploaded_ms = content, now_ms
        kept = 0
        for one in sorted(self.uploads.values(), key=_uploaded, reverse=True):
            kept += len(one.content)
            if kept > MOST_PICTURE_BYTES:
                one.content, one.uploaded_ms = b"", None

    def unread(self, account: Account, order_number: str) -> int:
        """How many messages about an order the account has not read."""
        return sum(not message.is_read for message in self.of_account(account, order_number))

    def mark_read(self, account: Account, order_number: str | None = None) -> None:
        """Mark the account's messages as read: all, or those about one order."""
        unread = [message for message in self.of_account(account, order_number) if not message.is_read]
        for message in unread:
            message.is_read = True
        for number in dict.fromkeys(message.order_number for message in unread):
            for listener in self._on_read:
                listener(account, number)

    def is_sent(self, sender: Account, order_number: str, uuid: str) -> bool:
        """Whether the account has already sent a message about the order with this uuid."""
        return (sender.name, order_number, uuid) in self._sent

    def say(
        self,
        order: Order,
        sender: Account,
        content: str,
        now_ms: int,
        *,
        kind: ChatMessageType = ChatMessageType.TEXT,
        picture: Picture | None = None,
        uuid: str = "",
    ) -> int:
        """Add a message of one side of an order to the other. Returns its id."""
        self.count += 1
        number = MESSAGE_ID_BASE + self.count
        for reader in (order.seller, order.buyer):
            self._deliver(
                reader,
                Message(
                    id=number,
                    order_number=order.number,
                    kind=kind,
                    sender=sender.nickname,
                    is_own=reader is sender,
                    content=content,
                    picture=picture,
                    uuid=uuid or f"{order.number}{now_ms}{self.count}",
                    sent_ms=now_ms,
                    is_read=reader is sender,
                ),
            )
        return number

    def announce_status(self, order: Order, now_ms: int, by: Account | None = None) -> None:
        """Add a system message about the order's status for both sides; `by` is the side that appealed."""
        self._announce(order, now_ms, lambda reader: _status_event(order, reader, by))
        if order.status != OrderStatus.UNPAID:
            return
        if order.extra_kyc != ExtraKyc.NOT_REQUIRED:
            required = "order_created_with_additional_kyc"
            self._announce(order, now_ms, lambda reader: _event_for_place(required, order, reader))
        if reply := order.ad.terms.auto_reply:
            self.say(order, order.maker, reply, now_ms, kind=ChatMessageType.AUTO_REPLY)

    def announce_kyc(self, order: Order, now_ms: int) -> None:
        """Add a system message for both sides: the maker has verified the taker."""
        self._announce(order, now_ms, lambda reader: _event_for_place("maker_verified_additional_kyc", order, reader))

    def announce_withdrawal(self, order: Order, now_ms: int) -> None:
        """Add a system message for both sides: the appeal was taken back."""
        self._announce(order, now_ms, lambda reader: _event_for_side("cancel_appeal_completed", order, reader))

    def announce_deadline(self, order: Order, now_ms: int) -> None:
        """Add a system message for both sides, once for each order: the time to pay is nearly over.

        A guess: only the name of that message is known, not when it comes and to which side.
        """
        event = ChatSystemEvent.ORDER_ABOUT_TIMEOUT
        if not any(event in message.content for message in self.of_account(order.buyer, order.number)):
            self._announce(order, now_ms, lambda _: event)

    def keep(self, reader: Account, message: Message) -> None:
        """Add one side's copy of a message to the lists of the account."""
        self._by_account.setdefault(reader.name, []).append(message)
        self._by_order.setdefault((reader.name, message.order_number), []).append(message)
        if message.is_own:
            self._sent.add((reader.name, message.order_number, message.uuid))

    def _announce(self, order: Order, now_ms: int, event: Callable[[Account], ChatSystemEvent]) -> None:
        """Add a system message for both sides; `event` gives its word for a reader."""
        self.count += 1
        for reader in (order.seller, order.buyer):
            self._deliver(
                reader,
                Message(
                    id=MESSAGE_ID_BASE + self.count,
                    order_number=order.number,
                    kind=ChatMessageType.SYSTEM,
                    sender=None,
                    is_own=False,
                    content=json.dumps({"type": event(reader), "orderNo": order.number}),
                    picture=None,
                    uuid=f"{order.number}{now_ms}{self.count}",
                    sent_ms=now_ms,
                    is_read=False,
                ),
            )

    def _deliver(self, reader: Account, message: Message) -> None:
        self.keep(reader, message)
        for listener in self._listeners:
            listener(reader, message)


def _uploaded(picture: Upload) -> tuple[int, int]:
    return picture.uploaded_ms or 0, picture.number


def _role(order: Order, reader: Account) -> str:
    return "seller" if reader is order.seller else "buyer"


def _event_for_side(event: str, order: Order, reader: Account) -> ChatSystemEvent:
    """The variant of an event for a reader: `seller_…` or `buyer_…`."""
    return ChatSystemEvent(f"{_role(order, reader)}_{event}")


def _event_for_place(event: str, order: Order, reader: Account) -> ChatSystemEvent:
    """The variant of an event for a reader: `…_maker_sell`, `…_taker_buy` and so on."""
    side = "sell" if reader is order.seller else "buy"
    place = "maker" if reader is order.maker else "taker"
    return ChatSystemEvent(f"{event}_{place}_{side}")


def _status_event(order: Order, reader: Account, by: Account | None) -> ChatSystemEvent:
    """The event that tells a reader of an order's status; `by` is the side that appealed."""
    if order.status == OrderStatus.UNPAID:
        return _event_for_side(f"{reader.user_type}_trading", order, reader)
    if order.status == OrderStatus.CANCELLED_BY_SYSTEM:
        return ChatSystemEvent.CANCELLED_BY_SYSTEM
    if order.status == OrderStatus.IN_APPEAL:
        return ChatSystemEvent.SUBMIT_APPEAL if reader is by else ChatSystemEvent.BE_APPEAL
    return _event_for_side(_EVENTS[order.status], order, reader)
