"""The state machine of a chat's stream: it is told what came and when, and decides the next step. Does no I/O.

The times it is told are seconds of a clock that only goes forward, so that a jump of the wall clock changes nothing.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from binance_c2c.chat.codec import Odd, decoded, number_of, order_of
from binance_c2c.chat.events import Away, Back, Event, Message, Missed, Notice, Replaced, Unreadable
from binance_c2c.chat.ledger import EVERYTHING, Ledger
from binance_c2c.errors import ConfigurationError
from binance_c2c_sapi.models import ChatFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from binance_c2c_sapi.models import ChatMessage

PONG = '{"type":"pong"}'
ROWS = 50
"""Messages asked for at once, to fill a gap."""
MOST_RECOVERED = 10_000
"""The most messages of one gap that are fetched; older ones are reported as missed."""
MOST_QUESTIONS = 5
"""Attempts to read a page of the history, before its messages are reported as missed."""
MOST_ORDERS_ASKED = 50
"""The most orders that are asked for one by one, where the history of the account does not go back far enough."""
SECOND_LOOK = 5.0
"""Seconds after which the history is read once more: it may show a message late."""
MUCH_ROOM = 16
"""How many times more events may wait while one of the program's own messages waits for its acknowledgement."""
_OTHER_LOGIN = "bye"
_CLEAN = frozenset({1000, 1001})
_NO_MESSAGES = frozenset({"statistics", "contact", "error", "mark", "recall", "translate", "ack"})
"""Types of frames that are no messages."""
_NEWS = frozenset({"system", "card"})
"""Types in which the exchange tells what happened to an order."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """How long to wait before a connection is made again. A connection that ended cleanly is made again at once."""

    first_wait: float = 5.0
    growth: float = 1.5
    longest_wait: float = 60.0
    jitter: float = 0.25
    """The share by which a wait is made longer or shorter at random."""
    settled: float = 10.0
    """Seconds after which a connection counts as stable: the next wait is then `first_wait` again."""
    take_back: bool = False
    """Whether to connect again when another login has taken the connection's place."""

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
class Ticket:
    """A message of the program's own on its way out."""

    uuid: str
    order_number: str
    payload: str = field(repr=False)
    departed_on: int | None = None
    """The number of the connection on which it may have gone out."""
    echo: ChatFrame | None = None
    refusal: ChatFrame | None = None
    doubtful: bool = False
    """Whether its connection ended, and neither the next one nor the history has shown it."""

    @property
    def is_settled(self) -> bool:
        """Whether the outcome is known."""
        return self.echo is not None or self.refusal is not None


@dataclass(frozen=True, slots=True)
class Question:
    """A page of the history to ask for, not before a certain time."""

    before_id: str | None
    not_before: float
    order_number: str | None = None
    rows: int = ROWS


@dataclass(slots=True)
class _Filling:
    """A gap that is being filled, from its end backwards: over the whole account, then order by order if need be."""

    until: int
    """The number down to which the history of the account is to be read; 0 for all of it."""
    question: Question | None
    found: dict[int, ChatFrame] = field(default_factory=dict[int, "ChatFrame"])
    orders: deque[tuple[str, int]] = field(default_factory=deque[tuple[str, int]])
    """Orders that are still to be asked for, each with the number to reach."""
    lowest: int | None = None
    """The smallest number that the present walk has seen."""
    top: int = 0
    """The largest number that the walk through the account has seen."""
    tries: int = 0
    is_second: bool = False
    """Whether the history is read a second time, for messages that it shows late. No event waits for that."""
    is_outdated: bool = False
    """Whether a frame that could not be read has come since: an answer on its way may not have that message yet."""
    goal: int = field(init=False)
    """A page that reaches down to this number is the last of the present walk."""

    def __post_init__(self) -> None:
        self.goal = self.until


class Session:
    """The state of one stream: its connection, the gap being filled, and messages on their way in and out."""

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
        self._filling: _Filling | None = None
        self._begun: _Filling | None = None
        """A walk through the account that the end of a connection stopped: its pages need not be read again."""
        self._owed: int | None = None
        """The number that a walk which failed was to reach."""
        self._looked_at = 0.0
        """When the history was last read."""
        self._by_order = False
        """Whether the exchange refuses the history of the account, but not that of an order."""
        self._tickets: dict[str, Ticket] = {}
        self._queues: dict[str, deque[Ticket]] = {}
        self._connections = 0
        self._opened_at = 0.0
        self._attempts = 0
        self._connect_at: float | None = 0.0
        self._away_since: datetime | None = None
        self.asks = False
        """Whether a frame made the session want a page of the history. The loop that reads the stream resets it."""
        self.listeners: list[Callable[[str], object]] = []
        """Called with the number of an order when news of it comes."""
        self.is_open = False
        self.failure: BaseException | None = None
        """Why the stream ended, where that is an error."""
        self.pongs = 0
        """How many pongs the other side waits for."""
        self.frames = 0
        """How many frames came: the other side is alive if it sends any, even before its pong."""

    # ---- connecting

    @property
    def is_over(self) -> bool:
        """Whether no connection is to be made any more."""
        return self._connect_at is None and not self.is_open

    @property
    def needs_start(self) -> bool:
        """Whether the newest message is to be asked for, before the first connection."""
        return self._ledger.start is None

    def begin(self, newest: Iterable[ChatMessage]) -> None:
        """Start the stream after these messages."""
        self._ledger.begin_at(max((int(row.id) for row in newest if row.id.isdecimal()), default=0))

    def begin_by_order(self) -> None:
        """Start the stream with the next message: the exchange refuses to say which one is the newest."""
        self._by_order = True
        self._ledger.begin_at(0)

    def wait_before_connect(self, now: float) -> float | None:
        """Seconds until a connection is to be made; None where there is to be none."""
        return None if self._connect_at is None else max(0.0, self._connect_at - now)

    def opened(self, now: float) -> None:
        """Note that a connection was made."""
        self._connections += 1
        self._opened_at = now
        self._connect_at = None
        self.is_open = True
        self.pongs = 0
        until = self._ledger.until if self._owed is None else min(self._owed, self._ledger.until)
        self._filling = _Filling(until, Question(None, now))
        if self._begun is not None:
            self._filling.found = self._begun.found
        if self._by_order:
            self._ask_by_order(self._filling, now, "the exchange gives no history of the whole account")

    def not_opened(self, now: float, reason: str, wait: float | None = None) -> None:
        """Note that a connection could not be made. `wait` is how long the exchange asked to wait."""
        self._leave(reason)
        self._attempts += 1
        self._connect_at = now + max(wait or 0.0, self._reconnect.wait_before(self._attempts, self._chance))

    def lost(self, now: float, code: int | None, reason: str) -> None:
        """Note that the connection ended, with a code and a reason where the other side gave them."""
        was_open, self.is_open = self.is_open, False
        self._keep_walk()
        if not was_open:
            return
        replaced = reason.strip().lower() == _OTHER_LOGIN
        if replaced:
            self._events.append(Replaced(self._wall()))
            if not self._reconnect.take_back:
                self._connect_at = None
                return
        told = f"closed with {code}" if code is not None else "broke off"
        self._leave(f"the connection {told}")
        settled = now - self._opened_at >= self._reconnect.settled
        at_once = code in _CLEAN and not replaced and (settled or not self._attempts)
        self._attempts = 1 if settled else self._attempts + 1
        wait = 0.0 if at_once else self._reconnect.wait_before(self._attempts, self._chance)
        self._connect_at = now + wait

    def end(self, failure: BaseException | None = None) -> None:
        """End the stream: no further connection is made."""
        self.is_open = False
        self._filling = None
        self._connect_at = None
        self.failure = self.failure or failure

    def _leave(self, reason: str) -> None:
        if self._away_since is None and self._connections:
            self._away_since = self._wall()
            self._events.append(Away(self._away_since, reason))

    # ---- coming in

    def has_room(self) -> bool:
        """Whether more may be read: the number of events that wait for the program is bounded."""
        waiting = len(self._events) + len(self._held)
        return waiting < self._most_waiting * (MUCH_ROOM if self._tickets else 1)

    def received(self, data: bytes) -> None:
        """Take a frame that came."""
        self.frames += 1
        frame = decoded(data)
        if isinstance(frame, Odd):
            if frame.reason:
                self._events.append(Unreadable(frame.reason, data))
                self._look_again()
            self.pongs += frame.asks_for_pong
        elif frame.type == "error":
            self._refused(frame)
        else:
            self._settle(frame)
            if self._filling is None or self._filling.is_second:
                self._file(frame)
            else:
                # Messages from before this one may still be in the gap.
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
        """The position of the stream, with every event that was taken."""
        state = self._ledger.state
        waiting = [
            number
            for event in self._events
            if isinstance(event, Message) and (number := number_of(event.frame)) is not None
        ]
        if EVERYTHING in state:
            # For an order that the state does not name, messages that wait or are still missing would count as known.
            known = [int(state[EVERYTHING]), *(number - 1 for number in waiting)]
            state[EVERYTHING] = str(min(known if self._owed is None else [*known, self._owed]))
        return state

    def _look_again(self) -> None:
        """Ask for the last messages, but not too often: a frame that could not be read may have been one."""
        if self._filling is not None:
            self._filling.is_outdated = True
        elif not self._by_order:
            self._filling = _Filling(self._ledger.until, Question(None, self._looked_at + SECOND_LOOK), is_second=True)
            self.asks = True

    def _refused(self, frame: ChatFrame) -> None:
        ticket = self._tickets.get(frame.uuid or "")
        if ticket is None or ticket.is_settled:
            self._events.append(Notice(frame))
        else:
            ticket.refusal = frame

    def _settle(self, frame: ChatFrame) -> None:
        ticket = self._tickets.get(frame.uuid or "")
        if ticket is not None and not ticket.is_settled and frame.type not in _NO_MESSAGES:
            ticket.echo = frame

    def _file(self, frame: ChatFrame, *, recovered: bool = False) -> bool:
        """Queue a frame, unless it is queued already. Returns whether it is a message."""
        order = order_of(frame)
        if order is None or frame.type in _NO_MESSAGES or frame.type is None:
            self._events.append(Notice(frame))
            return False
        if self._ledger.is_known(order, frame):
            if frame.type == "video":
                # A film comes twice, the second time once it can be watched.
                self._events.append(Notice(frame))
            return False
        late = self._ledger.enter(order, frame)
        self._events.append(Message(order, frame, recovered, late))
        if self.listeners and frame.type in _NEWS:
            for listener in tuple(self.listeners):
                listener(order)
        return True

    # ---- the gap

    def question(self) -> Question | None:
        """The page of the history that is wanted, None where no gap is being filled."""
        return self._filling.question if self._filling is not None else None

    def answered(self, question: Question, rows: Iterable[ChatMessage], now: float) -> None:
        """Take a page of the history that came."""
        filling = self._filling
        if filling is None or filling.question is not question:
            return
        filling.tries = 0
        if filling.is_second and not self.has_room():
            # Where the program is slow to take events, the missing messages may still lie unread in the connection.
            filling.question = Question(None, now + SECOND_LOOK)
            return
        before, lowest = filling.lowest, self._take_in(filling, rows, question.order_number)
        is_stuck = lowest is None or (before is not None and lowest >= before)
        if question.order_number is None:
            lowest = self._joined(lowest)
        if not is_stuck:
            filling.lowest = lowest
        is_down = is_stuck if filling.goal == 0 else lowest is not None and lowest <= filling.goal
        if is_down:
            self._walked(filling, now)
        elif is_stuck:
            self._fell_short(filling, now)
        elif len(filling.found) >= MOST_RECOVERED:
            self._miss(filling, f"more than {MOST_RECOVERED} messages were missed")
            self._filled(filling, now)
        else:
            filling.question = Question(str(lowest), now, question.order_number)

    def _joined(self, lowest: int | None) -> int | None:
        """How far down the walk through the account is, with that of an earlier connection once it has met it."""
        begun = self._begun
        if lowest is None or begun is None or begun.lowest is None or not begun.lowest < lowest <= begun.top:
            return lowest
        return begun.lowest

    def _keep_walk(self) -> None:
        """Remember how far the walk through the account is, for the next connection to go on with."""
        filling, self._filling = self._filling, None
        if filling is None or filling.is_second or filling.question is None or filling.question.order_number:
            return
        begun = self._begun
        has_met = (
            begun is None or begun.lowest is None or (filling.lowest is not None and filling.lowest <= begun.lowest)
        )
        if filling.lowest is not None and has_met:
            self._begun = filling

    def _take_in(self, filling: _Filling, rows: Iterable[ChatMessage], asked: str | None) -> int | None:
        """Keep the missing messages of a page, each under its own order. Gives the smallest number that was asked for.

        Now and then a page has a message of another order, which says nothing about how far back the walk is.
        """
        numbers: list[int] = []
        for row in rows:
            fields = row.to_dict()
            frame = ChatFrame.from_dict(
                fields if fields.get("orderNo") or asked is None else {**fields, "orderNo": asked}
            )
            self._settle(frame)
            number, order = number_of(frame), order_of(frame)
            if number is None or order is None:
                continue
            if asked in {None, order}:
                numbers.append(number)
            if asked is None:
                filling.top = max(filling.top, number)
            if not self._ledger.is_past(order, number) and not self._ledger.is_known(order, frame):
                filling.found[number] = frame
        return min(numbers, default=None)

    def unanswered(
        self, question: Question, reason: str, now: float, wait: float | None = None, *, refused: bool = False
    ) -> None:
        """Note that a page of the history could not be read. `refused`: another attempt would fail in the same way."""
        filling = self._filling
        if filling is None or filling.question is not question:
            return
        filling.tries += 1
        if not refused and filling.tries < MOST_QUESTIONS:
            later = max(wait or 0.0, self._reconnect.wait_before(filling.tries, self._chance))
            filling.question = Question(question.before_id, now + later, question.order_number)
        elif filling.is_second:
            self._filling = None
        elif question.order_number is None and refused:
            self._by_order = True
            self._ask_by_order(filling, now, reason)
        elif refused:
            self._miss(filling, reason)
            self._walked(filling, now)
        else:
            # Further pages would not help.
            self._miss(filling, reason)
            while filling.orders:
                self._next_order(filling, now)
                self._miss(filling, reason)
            self._filled(filling, now)
            self._owed = filling.until

    def _walked(self, filling: _Filling, now: float) -> None:
        """End a walk and begin the next one, if there is one."""
        if filling.orders:
            self._next_order(filling, now)
        else:
            self._filled(filling, now)

    def _fell_short(self, filling: _Filling, now: float) -> None:
        """Go on after a history that ended before the walk reached a known message."""
        question = filling.question
        if filling.is_second:
            self._filled(filling, now)
        elif question is not None and question.order_number is None:
            self._ask_by_order(filling, now, "the history of the account does not reach back to it")
        else:
            self._miss(filling, "the history of the order does not reach back to it")
            self._walked(filling, now)

    def _ask_by_order(self, filling: _Filling, now: float, reason: str) -> None:
        """Ask for the known orders one by one. Messages of others may be missed, which an event tells."""
        if self._ledger.highest:
            self._miss(filling, f"{reason}; orders that are known here are asked for one by one")
        found = dict(self._ledger.orders(filling.lowest, MOST_ORDERS_ASKED))
        for frame in (*filling.found.values(), *self._held):
            order = order_of(frame)
            if order is not None and not self._ledger.has_heard_of(order):
                # Its first messages may be among those that are missing.
                found[order] = filling.until
        filling.orders.extend(found.items())
        self._walked(filling, now)

    def _next_order(self, filling: _Filling, now: float) -> None:
        order, filling.goal = filling.orders.popleft()
        filling.lowest, filling.tries = None, 0
        filling.question = Question(None, now, order)

    def _miss(self, filling: _Filling, reason: str) -> None:
        question = filling.question
        order = None if question is None else question.order_number
        after = self._ledger.highest if order is None else filling.goal
        self._events.append(Missed(str(after), reason, order))

    def _filled(self, filling: _Filling, now: float) -> None:
        """End a gap: queue the messages that were found in it, then those that came in the meantime."""
        # The stream and a page of the history may bring the same messages: they are merged by number.
        # A frame without a number stays behind the frame that it followed.
        behind = max(filling.found, default=0)
        merged: list[tuple[int, int, ChatFrame, bool]] = []
        for place, frame in enumerate(self._held, 1):
            number = number_of(frame)
            if number is not None:
                behind = number
                filling.found.pop(number, None)
            merged.append((behind, place, frame, False))
        self._held.clear()
        merged.extend((number, 0, frame, True) for number, frame in filling.found.items())
        recovered = 0
        for _, _, frame, is_recovered in sorted(merged, key=lambda entry: entry[:2]):
            filed = self._file(frame, recovered=is_recovered)
            recovered += filed and is_recovered
        self._filling = self._owed = self._begun = None
        self._looked_at = now
        if filling.is_second:
            if filling.is_outdated:
                self._look_again()
            return
        if self._away_since is not None:
            self._events.append(Back(self._away_since, recovered))
            self._away_since = None
        for ticket in self._tickets.values():
            ticket.doubtful = ticket.departed_on is not None and ticket.departed_on < self._connections
        if not self._by_order:
            self._filling = _Filling(filling.until, Question(None, now + SECOND_LOOK), is_second=True)

    # ---- going out

    def submit(self, ticket: Ticket) -> None:
        """Take a message of the program's own: those of one order go out in the order they are taken."""
        self._tickets[ticket.uuid] = ticket
        self._queues.setdefault(ticket.order_number, deque()).append(ticket)

    def may_depart(self, ticket: Ticket) -> bool:
        """Whether a message may be sent now."""
        return self.is_open and self._queues[ticket.order_number][0] is ticket

    def departed(self, ticket: Ticket) -> None:
        """Note that a message may have been sent."""
        ticket.departed_on = self._connections

    def settle(self, rows: Iterable[ChatMessage]) -> None:
        """Look for messages of the program's own in a page of the history."""
        for row in rows:
            self._settle(ChatFrame.from_dict(row.to_dict()))

    def drop(self, ticket: Ticket) -> None:
        """Stop waiting for a message: the next one of its order may be sent."""
        self._tickets.pop(ticket.uuid, None)
        queue = self._queues[ticket.order_number]
        queue.remove(ticket)
        if not queue:
            del self._queues[ticket.order_number]
