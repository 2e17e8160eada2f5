"""One chat connection without a socket: takes the client's frames, and gives the frames to send."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from binance_c2c.sandbox.chat.frames import (
    FAILED,
    FrameRefusedError,
    error_frame,
    mark_frame,
    message_frame,
    read_frame,
    read_message,
    statistics_frame,
)
from binance_c2c.sandbox.exchange import Picture
from binance_c2c.sandbox.faults import ChatPlace, FaultKind, altered_frame, dumps
from binance_c2c.sandbox.refusals import RefusedError
from binance_c2c_sapi.enums import ChatMessageType

if TYPE_CHECKING:
    from collections.abc import Callable

    from binance_c2c.sandbox.chat.hub import ChatHub
    from binance_c2c.sandbox.exchange import Account, Message
    from binance_c2c.sandbox.faults import Fault
    from binance_c2c.sandbox.gateway import Json

MOST_WAITING = 10_000
"""Frames that may wait to be sent. If a client reads too slowly for that, its connection is closed."""

_NORMAL = 1000
_TRY_AGAIN = 1013


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame to send: a text frame for `str`, a binary frame for `bytes`."""

    data: str | bytes
    delay: float = 0.0
    """Seconds to wait before it is sent. Later frames wait as well."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection, with a reason for the client."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Break the connection off, without a close frame."""


@dataclass(frozen=True, slots=True)
class Freeze:
    """Read and write nothing for some seconds."""

    seconds: float


Outgoing = Frame | Close | Drop | Freeze


@dataclass(frozen=True, slots=True)
class _Held:
    """A frame held back by the fault `reorder` until the next one, or until `due_ms`."""

    frame: Frame
    due_ms: int


class ChatSession:
    """One connection of one account. Any thread may call it."""

    def __init__(self, hub: ChatHub, account: Account, host: str) -> None:
        self.account = account
        self._host = host
        self.is_over = False
        """Whether the connection has ended or is about to end: no more frames are queued."""
        self.on_ready: Callable[[], object] = lambda: None
        """Called, from any thread, whenever `take` has something to return."""
        self._hub = hub
        self._waiting: deque[Outgoing] = deque()
        self._held: list[_Held] = []

    def receive(self, data: str | bytes) -> None:
        """Act on a frame of the client: deliver its message, or refuse it by an error frame."""
        with self._hub.turn() as now_ms:
            if not self.is_over:
                self._receive(data, now_ms)

    def answers_ping(self) -> bool:
        """Whether to answer a ping of the client. Call it once per ping: faults count it."""
        with self._hub.turn():
            faults = self._hub.faults.draw(ChatPlace.PING)
            for fault in faults:
                if fault.kind is FaultKind.FREEZE:
                    self._put(Freeze(fault.seconds or 0))
        return not faults

    def take(self) -> list[Outgoing]:
        """Remove and return what is due to be sent, in order."""
        with self._hub.turn() as now_ms:
            for held in [held for held in self._held if held.due_ms <= now_ms]:
                self._held.remove(held)
                self._put(held.frame)
            taken = list(self._waiting)
            self._waiting.clear()
        return taken

    def end(self) -> None:
        """Mark the session as over, and remove it from the hub, once the connection is gone."""
        with self._hub.turn():
            self.is_over = True
            self._hub.forget(self)

    # The hub calls these while it holds the exchange's lock.

    def begin(self, unread: int) -> None:
        """Queue the first frame of a connection."""
        self._put_json(statistics_frame(unread))

    def close(self, reason: str) -> None:
        """Close the connection, with a reason for the client."""
        self._put(Close(_NORMAL, reason))
        self.is_over = True

    def drop(self) -> None:
        """Break the connection off, without a close frame."""
        self._put(Drop())
        self.is_over = True

    def tell_read(self, order_number: str) -> None:
        """Queue the frame that says that the other side of an order has read the messages."""
        self._put_json(mark_frame(order_number))

    def bring(self, message: Message, now_ms: int) -> None:
        """Queue the frame of a message, as changed by the faults that strike."""
        if self.is_over:
            return
        faults = self._hub.faults.draw(ChatPlace.RECEIVE)
        by_kind = {fault.kind: fault for fault in faults}
        if FaultKind.DROP_BEFORE in by_kind:
            self.drop()
            return
        if FaultKind.FREEZE in by_kind:
            self._put(Freeze(by_kind[FaultKind.FREEZE].seconds or 0))
        frame = Frame(
            altered_frame(faults, message_frame(message, self.account, self._hub.addresses.for_caller(self._host))),
            _delay(faults),
        )
        held_back, self._held = self._held, []
        if FaultKind.REORDER in by_kind:
            self._held.append(_Held(frame, now_ms + int(1000 * (by_kind[FaultKind.REORDER].seconds or 0))))
        elif FaultKind.LOST not in by_kind:
            for _ in range(2 if FaultKind.DUPLICATES in by_kind else 1):
                self._put(frame)
        for held in held_back:
            self._put(held.frame)
        if FaultKind.DROP_AFTER in by_kind:
            self.drop()

    def _receive(self, data: str | bytes, now_ms: int) -> None:
        try:
            frame = read_frame(data)
            if frame == {"type": "ping"}:
                self._put_json({"type": "pong"})
            elif frame is not None:
                self._receive_message(frame, now_ms)
        except FrameRefusedError as refused:
            self._put_json(error_frame(refused.uuid, str(refused)))

    def _receive_message(self, frame: Json, now_ms: int) -> None:
        kinds = {fault.kind for fault in self._hub.faults.draw(ChatPlace.SEND)}
        message = read_message(frame)
        if FaultKind.DROP_BEFORE in kinds:
            self.drop()
        if FaultKind.ERROR_BEFORE in kinds:
            self._put_json(error_frame(message.uuid, FAILED))
        if kinds & {FaultKind.DROP_BEFORE, FaultKind.ERROR_BEFORE, FaultKind.LOST}:
            return
        if FaultKind.DROP_AFTER in kinds:
            # Dropped before the message is stored, so that its echo does not arrive.
            self.drop()
        chats = self._hub.exchange.chats
        try:
            order = self._hub.exchange.orders.get(self.account, message.order_number)
        except RefusedError:
            raise FrameRefusedError(message.uuid) from None
        if chats.is_sent(self.account, order.number, message.uuid):
            raise FrameRefusedError(message.uuid)
        if message.picture_number is None:
            chats.say(order, self.account, message.text, now_ms, uuid=message.uuid)
            return
        upload = chats.uploads.get(message.picture_number)
        if upload is None or upload.owner != self.account.name or upload.uploaded_ms is None:
            raise FrameRefusedError(message.uuid)
        picture = Picture(upload.number, upload.kind, message.width, message.height)
        chats.say(order, self.account, "", now_ms, kind=ChatMessageType.IMAGE, picture=picture, uuid=message.uuid)

    def _put_json(self, frame: Json) -> None:
        self._put(Frame(dumps(frame)))

    def _put(self, outgoing: Outgoing) -> None:
        if self.is_over:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.is_over = True
            outgoing = Close(_TRY_AGAIN, "")
        self._waiting.append(outgoing)
        self.on_ready()


def _delay(faults: list[Fault]) -> float:
    return sum(fault.seconds or 0 for fault in faults if fault.kind is FaultKind.DELAY)
