"""One chat connection without a socket: it takes the client's frames, and gives the frames to be sent."""

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
    read_said,
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
"""Frames that wait to be sent. A client that reads more slowly is cut off."""

_NORMAL = 1000
_TRY_AGAIN = 1013


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame to be sent: text, or binary where it is bytes."""

    data: str | bytes
    delay: float = 0.0
    """Seconds to wait before it is sent. What comes after it waits as well."""


@dataclass(frozen=True, slots=True)
class Close:
    """The end of the connection, with a reason for the client."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """The end of the connection, without a reason."""


@dataclass(frozen=True, slots=True)
class Freeze:
    """Nothing is read or written for some seconds."""

    seconds: float


Outgoing = Frame | Close | Drop | Freeze


@dataclass(frozen=True, slots=True)
class _Held:
    """A frame that waits for the next one to overtake it."""

    frame: Frame
    due_ms: int


class ChatSession:
    """One connection of one account. Any thread may call it."""

    def __init__(self, hub: ChatHub, account: Account, host: str) -> None:
        self.account = account
        self._host = host
        self.is_over = False
        """Whether the connection has ended or is about to: nothing more is put in."""
        self.on_ready: Callable[[], object] = lambda: None
        """Called, from any thread, whenever there is something to take."""
        self._hub = hub
        self._waiting: deque[Outgoing] = deque()
        self._held: list[_Held] = []

    def receive(self, data: str | bytes) -> None:
        """Act on a frame of the client: deliver its message, or refuse it by an error frame."""
        with self._hub.turn() as now_ms:
            if not self.is_over:
                self._receive(data, now_ms)

    def answers_ping(self) -> bool:
        """Whether a ping of the client is to be answered. To be asked once for each."""
        with self._hub.turn():
            faults = self._hub.faults.draw(ChatPlace.PING)
            for fault in faults:
                if fault.kind is FaultKind.FREEZE:
                    self._put(Freeze(fault.seconds or 0))
        return not faults

    def take(self) -> list[Outgoing]:
        """Remove and return what is to be sent now, in order."""
        with self._hub.turn() as now_ms:
            for held in [held for held in self._held if held.due_ms <= now_ms]:
                self._held.remove(held)
                self._put(held.frame)
            taken = list(self._waiting)
            self._waiting.clear()
        return taken

    def end(self) -> None:
        """Note that the connection is gone, and leave the hub."""
        with self._hub.turn():
            self.is_over = True
            self._hub.forget(self)

    # The hub calls these in a turn.

    def begin(self, unread: int) -> None:
        """Queue the frames that a connection begins with."""
        self._put_json(statistics_frame(unread))

    def close(self, reason: str) -> None:
        """End the connection for a reason that the client is told."""
        self._put(Close(_NORMAL, reason))
        self.is_over = True

    def drop(self) -> None:
        """End the connection without a reason."""
        self._put(Drop())
        self.is_over = True

    def tell_read(self, order_number: str) -> None:
        """Queue the frame that tells that the other side of an order has read its messages."""
        self._put_json(mark_frame(order_number))

    def bring(self, message: Message, now_ms: int) -> None:
        """Queue the frame of a message, changed by the faults that strike."""
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
        overtaken, self._held = self._held, []
        if FaultKind.REORDER in by_kind:
            self._held.append(_Held(frame, now_ms + int(1000 * (by_kind[FaultKind.REORDER].seconds or 0))))
        elif FaultKind.LOST not in by_kind:
            for _ in range(2 if FaultKind.DUPLICATES in by_kind else 1):
                self._put(frame)
        for held in overtaken:
            self._put(held.frame)
        if FaultKind.DROP_AFTER in by_kind:
            self.drop()

    def _receive(self, data: str | bytes, now_ms: int) -> None:
        try:
            frame = read_frame(data)
            if frame == {"type": "ping"}:
                self._put_json({"type": "pong"})
            elif frame is not None:
                self._say(frame, now_ms)
        except FrameRefusedError as refused:
            self._put_json(error_frame(refused.uuid, str(refused)))

    def _say(self, frame: Json, now_ms: int) -> None:
        kinds = {fault.kind for fault in self._hub.faults.draw(ChatPlace.SEND)}
        said = read_said(frame)
        if FaultKind.DROP_BEFORE in kinds:
            self.drop()
        if FaultKind.ERROR_BEFORE in kinds:
            self._put_json(error_frame(said.uuid, FAILED))
        if kinds & {FaultKind.DROP_BEFORE, FaultKind.ERROR_BEFORE, FaultKind.LOST}:
            return
        if FaultKind.DROP_AFTER in kinds:
            # Dropped before the message is stored, so that its echo does not arrive.
            self.drop()
        chats = self._hub.exchange.chats
        try:
            order = self._hub.exchange.orders.get(self.account, said.order_number)
        except RefusedError:
            raise FrameRefusedError(said.uuid) from None
        if chats.is_sent(self.account, order.number, said.uuid):
            raise FrameRefusedError(said.uuid)
        if said.picture_number is None:
            chats.say(order, self.account, said.text, now_ms, uuid=said.uuid)
            return
        upload = chats.uploads.get(said.picture_number)
        if upload is None or upload.owner != self.account.name or upload.uploaded_ms is None:
            raise FrameRefusedError(said.uuid)
        picture = Picture(upload.number, upload.kind, said.width, said.height)
        chats.say(order, self.account, "", now_ms, kind=ChatMessageType.IMAGE, picture=picture, uuid=said.uuid)

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
