"""The life of a chat's stream as a plain object: it is told what came and when, and says what is to be done. No I/O.

The times it is told are seconds of a clock that only goes forward, so that a wall clock that jumps moves nothing.
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
"""Messages of one gap that are fetched; what is older is reported as missed."""
MOST_QUESTIONS = 5
"""Tries to read a page of the history, before what it holds is reported as missed."""
MUCH_ROOM = 16
"""So many times more may wait for the program while one of its own messages waits for its acknowledgement."""
_OTHER_LOGIN = "bye"
_CLEAN = frozenset({1000, 1001})
_NO_MESSAGES = frozenset({"statistics", "contact", "error", "mark", "recall", "translate", "ack"})
"""Types that are about messages, or about none."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """How long to wait before a connection is made again. A connection that ended cleanly is made again at once."""

    first_wait: float = 5.0
    growth: float = 1.5
    longest_wait: float = 60.0
    jitter: float = 0.25
    """By which share of it a wait is made longer or shorter, at random."""
    settled: float = 10.0
    """Seconds after which a connection has proved itself: the next wait is the first one again."""
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
        # The power of a large number is none that a float can hold.
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
    """Whether its connection ended, and neither the next one nor the history brought it back."""

    @property
    def is_settled(self) -> bool:
        """Whether it is known what became of it."""
        return self.echo is not None or self.refusal is not None


@dataclass(frozen=True, slots=True)
class Question:
    """A page of the history that is wanted, and not before a time."""

    before_id: str | None
    not_before: float
    order_number: str | None = None
    rows: int = ROWS


@dataclass(slots=True)
class _Filling:
    """A gap that is being filled, from its end backwards."""

    until: int
    """A page that reaches down to here is the last."""
    found: dict[int, ChatFrame]
    question: Question | None
    tries: int = 0


class Session:
    """What is known of one stream: connection, gap, messages on their way in and out."""

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
        self._tickets: dict[str, Ticket] = {}
        self._queues: dict[str, deque[Ticket]] = {}
        self._connections = 0
        self._opened_at = 0.0
        self._attempts = 0
        self._connect_at: float | None = 0.0
        self._away_since: datetime | None = None
        self.is_open = False
        self.failure: BaseException | None = None
        """Why the stream ended, where that is an error."""
        self.pongs = 0
        """How many signs of life the other side asks for, that were not sent."""
        self.frames = 0
        """How many frames came: who sends some is alive, also where its pong stands behind them."""

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
        """Start the stream behind these messages."""
        self._ledger.begin_at(max((int(row.id) for row in newest if row.id.isdecimal()), default=0))

    def wait_before_connect(self, now: float) -> float | None:
        """Seconds until a connection is to be made; None where there is to be none."""
        return None if self._connect_at is None else max(0.0, self._connect_at - now)

    def opened(self, now: float) -> None:
        """A connection is there."""
        self._connections += 1
        self._opened_at = now
        self._connect_at = None
        self.is_open = True
        self.pongs = 0
        self._filling = _Filling(self._ledger.highest, {}, Question(None, now))

    def not_opened(self, now: float, reason: str, wait: float | None = None) -> None:
        """A connection could not be made. `wait` is what the exchange asked for."""
        self._leave(reason)
        self._attempts += 1
        self._connect_at = now + max(wait or 0.0, self._reconnect.wait_before(self._attempts, self._chance))

    def lost(self, now: float, code: int | None, reason: str) -> None:
        """The connection ended, with a code and words where the other side gave them."""
        was_open, self.is_open = self.is_open, False
        self._filling = None
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
        """Make no connection any more."""
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
        """Whether more may be read: what waits for the program is bounded."""
        waiting = len(self._events) + len(self._held)
        return waiting < self._most_waiting * (MUCH_ROOM if self._tickets else 1)

    def received(self, data: bytes) -> None:
        """A frame came."""
        self.frames += 1
        frame = decoded(data)
        if isinstance(frame, Odd):
            if frame.reason:
                self._events.append(Unreadable(frame.reason, data))
            self.pongs += frame.asks_for_pong
        elif frame.type == "error":
            self._refused(frame)
        else:
            self._settle(frame)
            if self._filling is None:
                self._file(frame)
            else:
                # What was said before it may still be in the gap.
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
        """Where the stream stands: what was taken is in it."""
        state = self._ledger.state
        waiting = [
            number
            for event in self._events
            if isinstance(event, Message) and (number := number_of(event.frame)) is not None
        ]
        if waiting and EVERYTHING in state:
            # Of an order that the state does not name, what waits would be taken for known.
            state[EVERYTHING] = str(min(int(state[EVERYTHING]), min(waiting) - 1))
        return state

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
        """Put a frame behind the others, unless it is there already. Gives whether it is a message."""
        order = order_of(frame)
        if order is None or frame.type in _NO_MESSAGES or frame.type is None:
            self._events.append(Notice(frame))
            return False
        if self._ledger.is_known(order, frame):
            if frame.type == "video":
                # A film comes twice, the second time when it can be seen.
                self._events.append(Notice(frame))
            return False
        late = self._ledger.enter(order, frame)
        self._events.append(Message(order, frame, recovered, late))
        return True

    # ---- the gap

    def question(self) -> Question | None:
        """The page of the history that is wanted, None where no gap is being filled."""
        return self._filling.question if self._filling is not None else None

    def answered(self, question: Question, rows: Iterable[ChatMessage], now: float) -> None:
        """A page of the history came."""
        filling = self._filling
        if filling is None or filling.question is not question:
            return
        filling.tries = 0
        numbers: list[int] = []
        for row in rows:
            frame = ChatFrame.from_dict(row.to_dict())
            self._settle(frame)
            number, order = number_of(frame), order_of(frame)
            if number is None or order is None:
                continue
            numbers.append(number)
            if not self._ledger.is_past(order, number) and not self._ledger.is_known(order, frame):
                filling.found[number] = frame
        lowest = min(numbers, default=0)
        before = int(question.before_id) if question.before_id else None
        if lowest <= filling.until or (before is not None and lowest >= before):
            self._filled(filling)
        elif len(filling.found) >= MOST_RECOVERED:
            self._events.append(Missed(str(filling.until), f"more than {MOST_RECOVERED} messages were missed"))
            self._filled(filling)
        else:
            filling.question = Question(str(lowest), now)

    def unanswered(self, question: Question, reason: str, now: float, wait: float | None = None) -> None:
        """A page of the history could not be had."""
        filling = self._filling
        if filling is None or filling.question is not question:
            return
        filling.tries += 1
        if filling.tries < MOST_QUESTIONS:
            later = max(wait or 0.0, self._reconnect.wait_before(filling.tries, self._chance))
            filling.question = Question(question.before_id, now + later)
            return
        self._events.append(Missed(str(filling.until), reason))
        self._filled(filling)

    def _filled(self, filling: _Filling) -> None:
        """The gap ends here: what was found in it comes first, then what came meanwhile."""
        self._filling = None
        # The stream may have brought what a page holds too, and a page what is still to come: by number they merge.
        # A frame without one stays behind the frame it came behind.
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
        if self._away_since is not None:
            self._events.append(Back(self._away_since, recovered))
            self._away_since = None
        for ticket in self._tickets.values():
            ticket.doubtful = ticket.departed_on is not None and ticket.departed_on < self._connections

    # ---- going out

    def submit(self, ticket: Ticket) -> None:
        """Take a message of the program's own: those of one order go out in the order they are taken."""
        self._tickets[ticket.uuid] = ticket
        self._queues.setdefault(ticket.order_number, deque()).append(ticket)

    def may_depart(self, ticket: Ticket) -> bool:
        """Whether a message may go out now."""
        return self.is_open and self._queues[ticket.order_number][0] is ticket

    def departed(self, ticket: Ticket) -> None:
        """From here on a message may be out."""
        ticket.departed_on = self._connections

    def settle(self, rows: Iterable[ChatMessage]) -> None:
        """Look for messages of the program's own in a page of the history."""
        for row in rows:
            self._settle(ChatFrame.from_dict(row.to_dict()))

    def drop(self, ticket: Ticket) -> None:
        """A message is no longer waited for: the next one of its order may go out."""
        self._tickets.pop(ticket.uuid, None)
        queue = self._queues[ticket.order_number]
        queue.remove(ticket)
        if not queue:
            del self._queues[ticket.order_number]
