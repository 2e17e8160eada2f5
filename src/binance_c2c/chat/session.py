"""The state machine of a chat's stream: takes what came and when, and decides the next step. Does no I/O.

Its times are seconds of a clock that only goes forward, so that a jump of the wall clock changes nothing. A message's
number is its id as an integer. A *backfill* reads the history from its newest message backwards, over a gap.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from binance_c2c.chat.codec import NoFrame, decoded, number_of, order_of
from binance_c2c.chat.events import Away, Back, Event, Message, Missed, Notice, Replaced, Unreadable
from binance_c2c.chat.ledger import EVERYTHING, Ledger
from binance_c2c.errors import ConfigurationError
from binance_c2c_sapi.models import ChatFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from binance_c2c_sapi.models import ChatMessage

PONG = '{"type":"pong"}'
ROWS = 50
"""Messages in a page of the history."""
MOST_RECOVERED = 10_000
"""The most messages that are recovered from one gap; older ones are reported as missed."""
MOST_ATTEMPTS = 5
"""Attempts to read a page of the history before its messages are reported as missed."""
MOST_ORDERS_ASKED = 50
"""The most orders whose histories are read one by one, where that of the account does not go back far enough."""
RECHECK_AFTER = 5.0
"""Seconds after which the history is read once more: it may show a message late."""
BACKLOG_FACTOR = 16
"""The factor by which the limit of queued events is raised while a sent message waits for its acknowledgement."""
_OTHER_LOGIN = "bye"
_CLEAN = frozenset({1000, 1001})
_NO_MESSAGES = frozenset({"statistics", "contact", "error", "mark", "recall", "translate", "ack"})
"""Types of frames that are not messages."""
_NEWS = frozenset({"system", "card"})
"""Types of messages by which the exchange reports a change of an order."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """How long to wait before connecting again. After a connection that was closed normally there is no wait."""

    first_wait: float = 5.0
    growth: float = 1.5
    longest_wait: float = 60.0
    jitter: float = 0.25
    """The largest share by which a wait is made longer or shorter at random."""
    settled: float = 10.0
    """Seconds after which a connection counts as stable: the next wait is then `first_wait` again."""
    take_back: bool = False
    """Whether to connect again after another login has replaced the connection."""

    def __post_init__(self) -> None:
        for name in ("first_wait", "growth", "longest_wait", "jitter", "settled"):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < float("inf"):
                message = f"reconnect: {name}: a number that is not negative is expected, not {value!r}"
                raise ConfigurationError(message)

    def wait_before(self, attempt: int, chance: Callable[[], float]) -> float:
        """Seconds before the attempt with this number, counted from 1."""
        # The power of a large number exceeds what a float can hold.
        wait = self.first_wait * min(self.growth, 1e6) ** min(attempt - 1, 50)
        return max(0.0, min(wait, self.longest_wait) * (1 + self.jitter * (2 * chance() - 1)))


@dataclass(slots=True, eq=False)
class OutgoingMessage:
    """A message of the program's own, from its submission until its outcome."""

    uuid: str
    order_number: str
    payload: str = field(repr=False)
    departed_on: int | None = None
    """The number of the connection on which it may have gone out."""
    echo: ChatFrame | None = None
    refusal: ChatFrame | None = None
    doubtful: bool = False
    """Whether the connection it was sent on has ended, and neither a later one nor the history has shown it."""

    @property
    def has_outcome(self) -> bool:
        """Whether the outcome is known."""
        return self.echo is not None or self.refusal is not None


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """A request for a page of the history, not to be sent before a certain time."""

    before_id: str | None
    not_before: float
    order_number: str | None = None
    rows: int = ROWS


@dataclass(slots=True)
class _Backfill:
    """A backfill in progress: it reads the history of the account, then those of single orders if need be."""

    until: int
    """The number down to which the history of the account has to be read; 0 for all of it."""
    request: HistoryRequest | None
    found: dict[int, ChatFrame] = field(default_factory=dict[int, "ChatFrame"])
    orders: deque[tuple[str, int]] = field(default_factory=deque[tuple[str, int]])
    """Orders whose histories are still to be read, each with the number to reach."""
    lowest: int | None = None
    """The smallest number seen in the history that is being read."""
    top: int = 0
    """The largest number seen in the history of the account."""
    tries: int = 0
    is_second: bool = False
    """Whether this is the second reading, for messages that the history shows late. It holds no event back."""
    is_outdated: bool = False
    """Whether a frame that could not be read came meanwhile: a page on its way may not have that message yet."""
    goal: int = field(init=False)
    """The number down to which the present history is to be read."""

    def __post_init__(self) -> None:
        self.goal = self.until


class Session:
    """The state of one stream: its connection, its backfill, and messages on their way in and out."""

    def __init__(
        self,
        state: Mapping[str, str] | None = None,
        reconnect: Reconnect = Reconnect(),
        *,
        most_waiting: int = 256,
        chance: Callable[[], float] = random.random,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = Ledger(state)
        self._reconnect = reconnect
        self._most_waiting = most_waiting
        self._chance = chance
        self._wall = wall
        self._events: deque[Event] = deque()
        self._held: deque[ChatFrame] = deque()
        self._backfill: _Backfill | None = None
        self._interrupted: _Backfill | None = None
        """A backfill of the account that was interrupted when a connection ended; its pages are not read again."""
        self._unread_down_to: int | None = None
        """The number down to which a backfill that failed still has to read."""
        self._looked_at = 0.0
        """When the history was last read."""
        self._by_order = False
        """Whether the exchange refuses the history of the account, but not that of an order."""
        self._outgoing: dict[str, OutgoingMessage] = {}
        self._queues: dict[str, deque[OutgoingMessage]] = {}
        self._connections = 0
        self._opened_at = 0.0
        self._attempts = 0
        self._connect_at: float | None = 0.0
        self._away_since: datetime | None = None
        self.wants_history = False
        """Whether a frame made a history request necessary. The loop that reads the stream resets it."""
        self.listeners: list[Callable[[str], object]] = []
        """Called with the number of an order when the exchange reports a change of it."""
        self.is_open = False
        self.failure: BaseException | None = None
        """Why the stream ended, where that is an error."""
        self.pongs = 0
        """How many pongs are to be sent."""
        self.frames = 0
        """How many frames came: any of them shows, like a pong, that the other side is alive."""

    # ---- connecting

    @property
    def is_over(self) -> bool:
        """Whether the stream has ended: there is no connection, and none is to be made."""
        return self._connect_at is None and not self.is_open

    @property
    def needs_start(self) -> bool:
        """Whether the newest message has to be read before the first connection."""
        return self._ledger.start is None

    def begin(self, newest: Iterable[ChatMessage]) -> None:
        """Start the stream after these messages."""
        self._ledger.begin_at(max((int(row.id) for row in newest if row.id.isdecimal()), default=0))

    def begin_by_order(self) -> None:
        """Start the stream with the next message: the exchange refuses to say which one is the newest."""
        self._by_order = True
        self._ledger.begin_at(0)

    def wait_before_connect(self, now: float) -> float | None:
        """Seconds until a connection is to be made; None if none is to be made."""
        return None if self._connect_at is None else max(0.0, self._connect_at - now)

    def opened(self, now: float) -> None:
        """Note that a connection was made."""
        self._connections += 1
        self._opened_at = now
        self._connect_at = None
        self.is_open = True
        self.pongs = 0
        until = self._ledger.until if self._unread_down_to is None else min(self._unread_down_to, self._ledger.until)
        self._backfill = _Backfill(until, HistoryRequest(None, now))
        if self._interrupted is not None:
            self._backfill.found = self._interrupted.found
        if self._by_order:
            self._ask_by_order(self._backfill, now, "the exchange gives no history of the whole account")

    def not_opened(self, now: float, reason: str, wait: float | None = None) -> None:
        """Note that a connection could not be made. `wait`: the seconds that the exchange asked to wait."""
        self._report_away(reason)
        self._attempts += 1
        self._connect_at = now + max(wait or 0.0, self._reconnect.wait_before(self._attempts, self._chance))

    def lost(self, now: float, code: int | None, reason: str) -> None:
        """Note that the connection ended, with a code and a reason where the other side gave them."""
        was_open, self.is_open = self.is_open, False
        self._interrupt_backfill()
        if not was_open:
            return
        replaced = reason.strip().lower() == _OTHER_LOGIN
        if replaced:
            self._events.append(Replaced(self._wall()))
            if not self._reconnect.take_back:
                self._connect_at = None
                return
        told = f"closed with {code}" if code is not None else "broke off"
        self._report_away(f"the connection {told}")
        settled = now - self._opened_at >= self._reconnect.settled
        at_once = code in _CLEAN and not replaced and (settled or not self._attempts)
        self._attempts = 1 if settled else self._attempts + 1
        wait = 0.0 if at_once else self._reconnect.wait_before(self._attempts, self._chance)
        self._connect_at = now + wait

    def end(self, failure: BaseException | None = None) -> None:
        """End the stream: no further connection is made."""
        self.is_open = False
        self._backfill = None
        self._connect_at = None
        self.failure = self.failure or failure

    def _report_away(self, reason: str) -> None:
        if self._away_since is None and self._connections:
            self._away_since = self._wall()
            self._events.append(Away(self._away_since, reason))

    # ---- coming in

    def has_room(self) -> bool:
        """Whether more may be read: the number of queued events is limited."""
        waiting = len(self._events) + len(self._held)
        return waiting < self._most_waiting * (BACKLOG_FACTOR if self._outgoing else 1)

    def received(self, data: bytes) -> None:
        """Process a frame that came."""
        self.frames += 1
        frame = decoded(data)
        if isinstance(frame, NoFrame):
            if frame.reason:
                self._events.append(Unreadable(frame.reason, data))
                self._recheck()
            self.pongs += frame.asks_for_pong
        elif frame.type == "error":
            self._take_refusal(frame)
        else:
            self._match_own(frame)
            if self._backfill is None or self._backfill.is_second:
                self._enqueue(frame)
            else:
                # Older messages may still be missing, and come first.
                self._held.append(frame)

    def take(self) -> Event | None:
        """The next event for the program, None where there is none."""
        if not self._events:
            return None
        event = self._events.popleft()
        if type(event) is Message:
            self._ledger.give(event.order_number, event.frame)
        return event

    @property
    def state(self) -> dict[str, str]:
        """The position of the stream after all events that were taken."""
        state = self._ledger.state
        waiting = [
            number
            for event in self._events
            if isinstance(event, Message) and (number := number_of(event.frame)) is not None
        ]
        if EVERYTHING in state:
            # An order that the state does not name has this position: it must be below all queued and missing messages.
            known = [int(state[EVERYTHING]), *(number - 1 for number in waiting)]
            state[EVERYTHING] = str(min(known if self._unread_down_to is None else [*known, self._unread_down_to]))
        return state

    def _recheck(self) -> None:
        """Read the newest messages again, but not too often: a frame that could not be read may have been one."""
        if self._backfill is not None:
            self._backfill.is_outdated = True
        elif not self._by_order:
            self._backfill = _Backfill(
                self._ledger.until, HistoryRequest(None, self._looked_at + RECHECK_AFTER), is_second=True
            )
            self.wants_history = True

    def _take_refusal(self, frame: ChatFrame) -> None:
        message = self._outgoing.get(frame.uuid or "")
        if message is None or message.has_outcome:
            self._events.append(Notice(frame))
        else:
            message.refusal = frame

    def _match_own(self, frame: ChatFrame) -> None:
        """Note a frame that is the echo of a message of the program's own."""
        message = self._outgoing.get(frame.uuid or "")
        if message is not None and not message.has_outcome and frame.type not in _NO_MESSAGES:
            message.echo = frame

    def _enqueue(self, frame: ChatFrame, *, recovered: bool = False) -> bool:
        """Queue a frame, unless it is queued already. Returns whether it is a message."""
        order = order_of(frame)
        if order is None or frame.type in _NO_MESSAGES or frame.type is None:
            self._events.append(Notice(frame))
            return False
        if self._ledger.is_known(order, frame):
            if frame.type == "video":
                # A video message comes twice, the second time when the video can be played.
                self._events.append(Notice(frame))
            return False
        late = self._ledger.enter(order, frame)
        self._events.append(Message(order, frame, recovered, late))
        if self.listeners and frame.type in _NEWS:
            for listener in tuple(self.listeners):
                listener(order)
        return True

    # ---- the history

    def history_request(self) -> HistoryRequest | None:
        """The request for the next page of the history; None without a backfill."""
        return self._backfill.request if self._backfill is not None else None

    def take_history(self, request: HistoryRequest, rows: Iterable[ChatMessage], now: float) -> None:
        """Process a page of the history that came."""
        backfill = self._backfill
        if backfill is None or backfill.request is not request:
            return
        backfill.tries = 0
        if backfill.is_second and not self.has_room():
            # If the program takes events slowly, the missing messages may still be unread in the connection.
            backfill.request = HistoryRequest(None, now + RECHECK_AFTER)
            return
        before, lowest = backfill.lowest, self._collect(backfill, rows, request.order_number)
        is_stuck = lowest is None or (before is not None and lowest >= before)
        if request.order_number is None:
            lowest = self._lowest_read(lowest)
        if not is_stuck:
            backfill.lowest = lowest
        is_down = is_stuck if backfill.goal == 0 else lowest is not None and lowest <= backfill.goal
        if is_down:
            self._read_next(backfill, now)
        elif is_stuck:
            self._history_ended(backfill, now)
        elif len(backfill.found) >= MOST_RECOVERED:
            self._report_missed(backfill, f"more than {MOST_RECOVERED} messages were missed")
            self._finish_backfill(backfill, now)
        else:
            backfill.request = HistoryRequest(str(lowest), now, request.order_number)

    def _lowest_read(self, lowest: int | None) -> int | None:
        """The smallest number read, also by the interrupted backfill of the account once this one overlaps it."""
        earlier = self._interrupted
        if lowest is None or earlier is None or earlier.lowest is None or not earlier.lowest < lowest <= earlier.top:
            return lowest
        return earlier.lowest

    def _interrupt_backfill(self) -> None:
        """Stop the backfill. Remember how far one of the account came, for the next connection to continue it."""
        backfill, self._backfill = self._backfill, None
        if backfill is None or backfill.is_second or backfill.request is None or backfill.request.order_number:
            return
        earlier = self._interrupted
        overlaps = (
            earlier is None
            or earlier.lowest is None
            or (backfill.lowest is not None and backfill.lowest <= earlier.lowest)
        )
        if backfill.lowest is not None and overlaps:
            self._interrupted = backfill

    def _collect(self, backfill: _Backfill, rows: Iterable[ChatMessage], asked: str | None) -> int | None:
        """Keep the missing messages of a page. Returns the smallest number among the messages that were asked for.

        A page may have a message of another order, which says nothing about how far back this history has been read.
        """
        numbers: list[int] = []
        for row in rows:
            fields = row.to_dict()
            frame = ChatFrame.from_dict(
                fields if fields.get("orderNo") or asked is None else {**fields, "orderNo": asked}
            )
            self._match_own(frame)
            number, order = number_of(frame), order_of(frame)
            if number is None or order is None:
                continue
            if asked in {None, order}:
                numbers.append(number)
            if asked is None:
                backfill.top = max(backfill.top, number)
            if not self._ledger.is_past(order, number) and not self._ledger.is_known(order, frame):
                backfill.found[number] = frame
        return min(numbers, default=None)

    def history_failed(
        self, request: HistoryRequest, reason: str, now: float, wait: float | None = None, *, refused: bool = False
    ) -> None:
        """Note that a page of the history could not be read. `refused`: another attempt would fail too."""
        backfill = self._backfill
        if backfill is None or backfill.request is not request:
            return
        backfill.tries += 1
        if not refused and backfill.tries < MOST_ATTEMPTS:
            later = max(wait or 0.0, self._reconnect.wait_before(backfill.tries, self._chance))
            backfill.request = HistoryRequest(request.before_id, now + later, request.order_number)
        elif backfill.is_second:
            self._backfill = None
        elif request.order_number is None and refused:
            self._by_order = True
            self._ask_by_order(backfill, now, reason)
        elif refused:
            self._report_missed(backfill, reason)
            self._read_next(backfill, now)
        else:
            # The history cannot be read at present: all that it may have is reported as missed, and read next time.
            self._report_missed(backfill, reason)
            while backfill.orders:
                self._next_order(backfill, now)
                self._report_missed(backfill, reason)
            self._finish_backfill(backfill, now)
            self._unread_down_to = backfill.until

    def _read_next(self, backfill: _Backfill, now: float) -> None:
        """Begin to read the history of the next order, or end the backfill if there is none."""
        if backfill.orders:
            self._next_order(backfill, now)
        else:
            self._finish_backfill(backfill, now)

    def _history_ended(self, backfill: _Backfill, now: float) -> None:
        """Go on after a history that ended before it reached a known message."""
        request = backfill.request
        if backfill.is_second:
            self._finish_backfill(backfill, now)
        elif request is not None and request.order_number is None:
            self._ask_by_order(backfill, now, "the history of the account does not reach back to it")
        else:
            self._report_missed(backfill, "the history of the order does not reach back to it")
            self._read_next(backfill, now)

    def _ask_by_order(self, backfill: _Backfill, now: float, reason: str) -> None:
        """Read the histories of the known orders. Messages of other orders may be missed, which a `Missed` reports."""
        if self._ledger.highest:
            self._report_missed(backfill, f"{reason}; orders that are known here are asked for one by one")
        found = dict(self._ledger.orders(backfill.lowest, MOST_ORDERS_ASKED))
        for frame in (*backfill.found.values(), *self._held):
            order = order_of(frame)
            if order is not None and not self._ledger.has_heard_of(order):
                # Its first messages may be missing.
                found[order] = backfill.until
        backfill.orders.extend(found.items())
        self._read_next(backfill, now)

    def _next_order(self, backfill: _Backfill, now: float) -> None:
        order, backfill.goal = backfill.orders.popleft()
        backfill.lowest, backfill.tries = None, 0
        backfill.request = HistoryRequest(None, now, order)

    def _report_missed(self, backfill: _Backfill, reason: str) -> None:
        request = backfill.request
        order = None if request is None else request.order_number
        after = self._ledger.highest if order is None else backfill.goal
        self._events.append(Missed(str(after), reason, order))

    def _finish_backfill(self, backfill: _Backfill, now: float) -> None:
        """End the backfill: queue the messages that it found, and those that came meanwhile, in order."""
        # The stream and the history may have the same messages: they are merged by number.
        # A frame without a number stays after the frame that it followed.
        behind = max(backfill.found, default=0)
        merged: list[tuple[int, int, ChatFrame, bool]] = []
        for place, frame in enumerate(self._held, 1):
            number = number_of(frame)
            if number is not None:
                behind = number
                backfill.found.pop(number, None)
            merged.append((behind, place, frame, False))
        self._held.clear()
        merged.extend((number, 0, frame, True) for number, frame in backfill.found.items())
        recovered = 0
        for _, _, frame, is_recovered in sorted(merged, key=lambda entry: entry[:2]):
            is_message = self._enqueue(frame, recovered=is_recovered)
            recovered += is_message and is_recovered
        self._backfill = self._unread_down_to = self._interrupted = None
        self._looked_at = now
        if backfill.is_second:
            if backfill.is_outdated:
                self._recheck()
            return
        if self._away_since is not None:
            self._events.append(Back(self._away_since, recovered))
            self._away_since = None
        for message in self._outgoing.values():
            message.doubtful = message.departed_on is not None and message.departed_on < self._connections
        if not self._by_order:
            self._backfill = _Backfill(backfill.until, HistoryRequest(None, now + RECHECK_AFTER), is_second=True)

    # ---- going out

    def submit(self, message: OutgoingMessage) -> None:
        """Queue a message of the program's own: those about one order go out as they were submitted."""
        self._outgoing[message.uuid] = message
        self._queues.setdefault(message.order_number, deque()).append(message)

    def may_depart(self, message: OutgoingMessage) -> bool:
        """Whether a message may be sent now."""
        return self.is_open and self._queues[message.order_number][0] is message

    def departed(self, message: OutgoingMessage) -> None:
        """Note that a message may have been sent."""
        message.departed_on = self._connections

    def match_history(self, rows: Iterable[ChatMessage]) -> None:
        """Note which messages of the program's own are in a page of the history."""
        for row in rows:
            self._match_own(ChatFrame.from_dict(row.to_dict()))

    def drop(self, message: OutgoingMessage) -> None:
        """Stop waiting for a message: the next one of its order may be sent."""
        self._outgoing.pop(message.uuid, None)
        queue = self._queues[message.order_number]
        queue.remove(message)
        if not queue:
            del self._queues[message.order_number]
