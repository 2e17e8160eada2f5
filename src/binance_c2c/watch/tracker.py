"""Decides which request a watch sends next, and turns the answers into events. Does no I/O."""

import heapq
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum

from binance_c2c.errors import (
    APIError,
    AuthenticationError,
    C2CError,
    DecodeError,
    RateLimitError,
    ServerError,
    TransportError,
)
from binance_c2c.watch.checkpoint import Known
from binance_c2c.watch.events import OrderEvent, OrderEventKind
from binance_c2c.watch.stages import Seen, Stage, Told, changes, is_certain
from binance_c2c_runtime import BadRow, Call, Page, epoch_ms, walking
from binance_c2c_sapi.enums import OrderStatus
from binance_c2c_sapi.models import OrderDetail, OrderRow
from binance_c2c_sapi.resources.orders import build_get, build_list

ROWS = 20
"""The largest page that every source allows."""
SWEEP_EVERY = 300.0
"""Seconds between two reads of all recent orders, whatever their status."""
QUICKEST = 0.5
"""Seconds between two polls, however often a hint asks for one."""
LONGEST_WAIT = 60.0
"""Seconds until something that failed is tried again, unless the exchange asks for more."""
REFUSALS = 3
"""After this many refusals of `orders.get`, an end that only the list shows is accepted."""
FIRST_SWEEPS = 3
"""After this many sweeps the start counts as seen, even if none of them was complete."""
SHORT_PAGES = 3
"""How often in a row a page with fewer rows than it should have is requested again."""
QUIET_SWEEPS = 10
"""This many sweeps in a row that find no unknown old order count as a complete one."""
GROWTH = 1.25
"""The factor by which the interval grows with each poll that finds no change."""
_DAY_MS = 86_400_000
# A smaller number would be seconds, not milliseconds.
_EARLIEST_MS = 100_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALL = (*OrderStatus.all_open(), *OrderStatus.all_over())


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a watch polls, and for how long it remembers."""

    every: float = 3.0
    """Seconds between two polls while orders change."""
    at_most: float = 15.0
    """The longest interval, in seconds; it grows to this while no order changes."""
    warn_before_ms: int = 180_000
    """How long before a deadline to warn of it."""
    memory_ms: int = 21_600_000
    """For how long after an order was placed the list may still show an old state of it, or hide it."""


@dataclass(frozen=True, slots=True)
class ListOrders:
    """A step: ask for a page of the list of orders."""

    call: Call[Page[OrderRow]]
    sweep: bool


@dataclass(frozen=True, slots=True)
class LookUp:
    """A step: ask for one order."""

    call: Call[OrderDetail]
    order_number: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A step: wait, at most until a hint comes."""

    seconds: float


class Trouble(Enum):
    """The meaning of a failed step for the watch."""

    PASSING = 1
    """It ends by itself: nothing is lost by waiting."""
    OF_AN_ORDER = 2
    """It is about one order; the others go on."""
    LASTING = 3
    """Nothing will work until a person does something."""


@dataclass(slots=True)
class _Order:
    """An order whose end has not been told yet."""

    created_ms: int
    told: Told | None = None
    latest: Told | None = None
    """The state after all queued events."""
    row: OrderRow | OrderDetail | None = None
    """The latest answer that shows it in its latest stage."""
    ended_row: OrderRow | None = None
    """The last row in which the list showed it as finished."""
    deadlines: dict[Stage, int] = field(default_factory=dict[Stage, int])
    missed: int = 0
    """How many polls in a row did not have it."""
    wanted: bool = False
    """Whether it is to be looked up."""
    warning: bool = False
    """Whether that look-up is because of a deadline."""
    not_before: float = 0.0
    in_vain: int = 0
    """How many look-ups in a row failed or found no change."""
    refused: int = 0


class Tracker:
    """Turns answers of the exchange into events: each change once, those of one order in the order they happened.

    Three kinds of reads complement each other. A *poll* reads the list of open orders, page by page. A row is accepted
    if it is a step forward. If it is not, if it shows the end of the order, or if a known order is missing from the
    list, the order itself is read with `orders.get` (*look-up*). A *sweep* reads all recent orders, for those that came
    and ended between two polls, in an outage, or while the list hid them.

    An event counts as told once `take_event` has returned it. `checkpoint` has only what was told: the next run sees
    the rest again. A finished order is remembered until a complete sweep has found no unknown order among the old
    ones, and the newest order was placed at least `memory_ms` after it. Only times of the exchange are compared, so a
    jump of the local clock cannot make it forget.

    Args:
        pace: How often to poll.
        known: The checkpoint of an earlier run.
        chance: Returns a random number from 0 to 1, which spreads the retries of clients that failed together.

    """

    def __init__(self, pace: Pace, known: Known | None = None, chance: Callable[[], float] = lambda: 1.0) -> None:
        self._pace = pace
        self._chance = chance
        self._known = known or Known()
        self._fresh = self._known.begun_ms is None
        self._orders = {number: _Order(created, told, told) for number, (created, told) in self._known.open.items()}
        self._pending: deque[tuple[str, OrderEvent, Told]] = deque()
        self._bad_rows: deque[BadRow] = deque()
        self._reported: set[str] = set()
        self._wanted: list[tuple[float, str]] = []
        self._due_warnings: list[tuple[int, str, Stage]] = []
        self._newest_ms = 0
        self._interval = pace.every
        self._poll: walking.Walk[OrderRow] | None = None
        self._poll_due = self._sweep_due = -math.inf
        self._poll_at = -math.inf
        self._polled: set[str] = set()
        self._poll_total = 0
        self._changed = False
        self._sweep: walking.Walk[OrderRow] | None = None
        self._swept: dict[str, int] = {}
        """The orders in sweeps since the last `_forget`: their numbers, and when they were placed."""
        self._sweep_total = 0
        """The highest total that the list has reported for these sweeps."""
        self._sweep_retry = pace.every
        self._quiet = 0
        """How many sweeps in a row found no unknown order that is old."""
        self._short = 0
        """How often in a row a page had fewer rows than the total of the list implies."""
        self._sweep_tries = 0
        self._found_unknown = False
        self._forget_ms = 0
        self._turn = False
        self._not_before = -math.inf
        self._failures = 0

    def take_event(self) -> OrderEvent | None:
        """The next event, which then counts as told. None while there is none."""
        if not self._pending:
            return None
        number, event, after = self._pending.popleft()
        order = self._orders[number]
        order.told = after
        if after.stage.is_over:
            del self._orders[number]
            self._known.over[number] = order.created_ms
        return event

    def take_bad_row(self) -> BadRow | None:
        """The next row that could not be read, each once. None while there is none."""
        return self._bad_rows.popleft() if self._bad_rows else None

    def checkpoint(self) -> str:
        """The events that were told, as JSON from which another tracker can continue."""
        self._known.open = {
            number: (order.created_ms, order.told) for number, order in self._orders.items() if order.told is not None
        }
        return self._known.dumps()

    def hurry(self, order_number: str | None, ticks: float) -> None:
        """Look soon at this order, if one is given, and at the list: something may have happened."""
        self._interval = self._pace.every
        self._poll_due = min(self._poll_due, max(ticks, self._poll_at + QUICKEST))
        if order_number is not None and order_number not in self._known.over:
            # The list may show the change late; the order itself shows it.
            order = self._orders.setdefault(order_number, _Order(self._newest_ms))
            order.not_before = ticks
            self._want(order_number, order, ticks)

    def next_step(self, ticks: float, now_ms: int) -> ListOrders | LookUp | Pause:
        """The next request to send, or how long to wait. To be called when no event is left.

        `ticks` are seconds on a clock that only runs forward, `now_ms` is the exchange's time.
        """
        if ticks < self._not_before:
            return Pause(self._not_before - ticks)
        self._forget()
        self._look_at_deadlines(ticks, now_ms)
        if self._poll is not None or ticks >= self._poll_due:
            return self._next_of_poll(ticks)
        # In turns: neither a long sweep nor many look-ups keep the other waiting.
        self._turn = not self._turn
        sweep_due = self._sweep is not None or ticks >= self._sweep_due
        number = None if self._turn and sweep_due else self._next_wanted(ticks)
        if number is not None:
            return LookUp(build_get(order_number=number), number)
        if sweep_due:
            return self._next_of_sweep()
        dues = [self._poll_due, self._sweep_due]
        if self._wanted:
            dues.append(self._wanted[0][0])
        if self._due_warnings:
            dues.append(ticks + max(0.0, (self._due_warnings[0][0] - now_ms) / 1000))
        return Pause(max(0.0, min(dues) - ticks))

    def take_page(self, step: ListOrders, page: Page[OrderRow], ticks: float, now_ms: int) -> None:
        """Take in the page that a step asked for."""
        self._failures = 0
        if not self._known.started_ms:
            # Not earlier: only the first answer corrects a clock that is off.
            self._known.started_ms = now_ms
            self._known.since_ms = max(_EARLIEST_MS, now_ms - self._pace.memory_ms)
        walk = self._sweep if step.sweep else self._poll
        if walk is None:
            # The walk was given up while the page was on its way.
            return
        if self._is_short(walk, page):
            # A page that is empty or cut short hides the orders behind it: it is requested again.
            self._short += 1
        else:
            self._short = 0
            walk.take(page)
        for bad in page.bad_rows:
            self._take_bad(bad, ticks)
        unknown = [row.order_number for row in page if not self._is_known(row.order_number)]
        for row in page:
            self._take_row(row, ticks, now_ms, sweep=step.sweep)
        numbers = {row.order_number: _created(row) for row in page}
        numbers |= {bad.number: self._newest_ms for bad in page.bad_rows if bad.number is not None}
        if step.sweep:
            self._swept |= numbers
            self._sweep_total = max(self._sweep_total, page.total or 0)
            # A server that ignores `start` is not followed through all of its history.
            all_old = bool(page) and not unknown and all(_created(row) < self._known.since_ms for row in page)
            if walk.ended or all_old:
                self._end_sweep(ticks, complete=all_old or len(self._swept) >= self._sweep_total)
        else:
            self._polled |= numbers.keys()
            self._poll_total = page.total or 0
            if walk.ended:
                self._end_poll(ticks)

    def take_order(self, step: LookUp, detail: OrderDetail, ticks: float, now_ms: int) -> None:
        """Take in the order that a step asked for."""
        self._failures = 0
        number = step.order_number
        order = self._orders.get(number)
        if order is None or _is_over(order):
            return
        order.wanted, order.refused, order.missed = False, 0, 0
        order.created_ms = _created(detail) or order.created_ms
        self._note_newest(order.created_ms, now_ms)
        seen = Seen.of(detail)
        if order.latest is None and seen.stage.is_over and self._is_of_the_past(order, detail):
            self._drop(number, order)
            return
        changed = self._observe(number, order, seen, detail)
        self._warn(number, order, now_ms)
        order.in_vain = 0 if changed else order.in_vain + 1
        order.not_before = ticks + self._wait(order.in_vain, self._pace.at_most)

    def failed(self, step: ListOrders | LookUp, error: C2CError, ticks: float, now_ms: int) -> Trouble:
        """Note that a step failed. Returns what that means for the watch."""
        trouble = _trouble(step, error)
        if isinstance(step, LookUp):
            order = self._orders.get(step.order_number)
            if order is not None and not _is_over(order):
                refused = trouble is Trouble.OF_AN_ORDER
                self._failed_look_up(step.order_number, order, ticks, now_ms, refused=refused)
        else:
            # Pages from before and after the failure may not fit together, and changes in between have to be found.
            self._poll = self._sweep = None
            self._poll_due = self._sweep_due = ticks
        if trouble is not Trouble.OF_AN_ORDER:
            self._failures += 1
            asked = error.retry_after if isinstance(error, RateLimitError) else None
            self._not_before = ticks + max(self._wait(self._failures, LONGEST_WAIT), asked or 0.0)
            self._sweep_due = min(self._sweep_due, self._not_before)
        return trouble

    def _next_of_poll(self, ticks: float) -> ListOrders:
        if self._poll is None:
            self._poll = self._walk()
            self._poll_at, self._polled, self._changed = ticks, set(), False
        statuses = OrderStatus.all_open()
        return ListOrders(build_list(page=self._poll.number, rows=ROWS, order_status_list=statuses), sweep=False)

    def _next_of_sweep(self) -> ListOrders:
        if self._sweep is None:
            self._sweep = self._walk()
            self._found_unknown = False
        start = max(self._known.since_ms, _EARLIEST_MS)
        call = build_list(page=self._sweep.number, rows=ROWS, order_status_list=_ALL, start=start)
        return ListOrders(call, sweep=True)

    def _walk(self) -> walking.Walk[OrderRow]:
        return walking.Walk(first=1, rows=ROWS, key=lambda row: row.order_number, on_bad_row=_leave)

    def _end_poll(self, ticks: float) -> None:
        self._poll = None
        complete = len(self._polled) >= self._poll_total
        for number, order in self._orders.items():
            if _is_over(order):
                continue
            if number in self._polled:
                order.missed = 0
                continue
            order.missed += 1
            # An incomplete poll hides open orders: they are looked up if the next poll does not have them either.
            if complete or order.missed > 1:
                self._want(number, order, ticks)
        self._interval = self._pace.every if self._changed else min(self._pace.at_most, self._interval * GROWTH)
        self._poll_due = self._poll_at + self._interval

    def _end_sweep(self, ticks: float, *, complete: bool) -> None:
        self._sweep = None
        # One sweep may miss rows that another one shows: together they are complete.
        self._sweep_retry = self._pace.every if complete else min(SWEEP_EVERY, self._sweep_retry * 2)
        self._sweep_due = ticks + (SWEEP_EVERY if complete else self._sweep_retry)
        self._sweep_tries += 1
        if self._fresh and (complete or self._sweep_tries >= FIRST_SWEEPS):
            self._fresh = False
            self._known.begun_ms = self._newest_ms
            return
        self._quiet = 0 if self._found_unknown else self._quiet + 1
        # The total may always be higher than the number of rows that the list ever shows.
        if self._quiet and (complete or self._quiet >= QUIET_SWEEPS):
            self._quiet = 0
            self._forget_ms = max(self._forget_ms, self._newest_ms - self._pace.memory_ms)

    def _forget(self) -> None:
        """Forget finished orders placed before `_forget_ms` and before the oldest order that has no event yet."""
        if not self._forget_ms or self._pending:
            return
        edge = min([self._forget_ms, *(order.created_ms for order in self._orders.values() if order.told is None)])
        if edge > self._known.forgotten_ms:
            self._known.forgotten_ms = edge
            self._known.since_ms = max(self._known.since_ms, edge)
            self._known.over = {number: created for number, created in self._known.over.items() if created >= edge}
            self._swept = {number: created for number, created in self._swept.items() if created >= edge}
            self._sweep_total = len(self._swept)
        self._forget_ms = 0

    def _is_short(self, walk: walking.Walk[OrderRow], page: Page[OrderRow]) -> bool:
        came = len(page) + len(page.bad_rows)
        return came < ROWS and (walk.number - 1) * ROWS + came < (page.total or 0) and self._short < SHORT_PAGES

    def _is_known(self, number: str) -> bool:
        return number in self._orders or number in self._known.over

    def _note_newest(self, created_ms: int, now_ms: int) -> None:
        # One wrong time in the far future must not make all other orders old.
        self._newest_ms = max(self._newest_ms, min(created_ms, now_ms + _DAY_MS))

    def _take_bad(self, bad: BadRow, ticks: float) -> None:
        name = bad.number or repr(bad.row)
        if name not in self._reported:
            self._reported.add(name)
            self._bad_rows.append(bad)
        if bad.number is not None and bad.number not in self._known.over:
            self._want(bad.number, self._orders.setdefault(bad.number, _Order(self._newest_ms)), ticks)

    def _take_row(self, row: OrderRow, ticks: float, now_ms: int, *, sweep: bool) -> None:
        number, created = row.order_number, _created(row)
        self._note_newest(created, now_ms)
        if number in self._known.over:
            return
        order = self._orders.get(number)
        if order is None:
            order = self._orders[number] = _Order(created)
            # Only old orders count: those placed within `memory_ms`, and all in the first sweeps, may well be unknown.
            self._found_unknown |= sweep and not self._fresh and created < self._newest_ms - self._pace.memory_ms
        if _is_over(order):
            return
        seen = Seen.of(row)
        if seen.stage.is_over:
            order.ended_row = row
        if order.latest is None and seen.stage.is_over and self._fresh and created < self._known.started_ms:
            self._drop(number, order)
        elif (order.latest is None and created < self._known.forgotten_ms) or not is_certain(order.latest, seen):
            self._want(number, order, ticks)
        else:
            self._observe(number, order, seen, row)

    def _is_of_the_past(self, order: _Order, detail: OrderDetail) -> bool:
        """Whether a finished order without an event was told and forgotten, or ended before the watch began."""
        if order.created_ms < self._known.forgotten_ms:
            return True
        ended = detail.confirm_pay_time or detail.cancel_time or detail.update_time
        return ended is not None and epoch_ms(ended) < (self._known.begun_ms or 0)

    def _drop(self, number: str, order: _Order) -> None:
        del self._orders[number]
        self._known.over[number] = order.created_ms

    def _observe(self, number: str, order: _Order, seen: Seen, row: OrderRow | OrderDetail) -> bool:
        """Queue an event for each change of an order. Returns whether there was any."""
        found = list(changes(order.latest, seen))
        for kind, after in found:
            halt = f":{after.halts}" if kind in _HALTS else ""
            late = after.stage is not seen.stage
            event = OrderEvent(kind=kind, order=row, key=f"{number}:{kind}{halt}", late=late)
            self._pending.append((number, event, after))
            order.latest = after
        if found:
            self._changed = True
            self._interval = self._pace.every
            order.in_vain = 0
        if order.latest is not None and order.latest.stage is seen.stage:
            order.row = row
            if seen.stage is Stage.WAITING:
                self._note_deadline(number, order, seen.stage, row.notify_pay_end_time)
            elif seen.stage is Stage.PAID:
                self._note_deadline(number, order, seen.stage, row.confirm_pay_end_time)
        return bool(found)

    def _note_deadline(self, number: str, order: _Order, stage: Stage, deadline: datetime | None) -> None:
        # An outdated answer may have an earlier deadline.
        if deadline is not None and epoch_ms(deadline) > order.deadlines.get(stage, 0):
            order.deadlines[stage] = epoch_ms(deadline)
            heapq.heappush(self._due_warnings, (epoch_ms(deadline) - self._pace.warn_before_ms, number, stage))

    def _look_at_deadlines(self, ticks: float, now_ms: int) -> None:
        """Look up each order whose deadline is near: perhaps it was paid, or given more time."""
        while self._due_warnings and self._due_warnings[0][0] <= now_ms:
            _, number, stage = heapq.heappop(self._due_warnings)
            order = self._orders.get(number)
            if order is None or order.latest is None:
                continue
            if order.latest.stage is stage:
                order.warning = True
                order.not_before = ticks
                self._want(number, order, ticks)
            else:
                # Scheduled again if the order returns to this stage, whose time limit then goes on running.
                order.deadlines.pop(stage, None)

    def _warn(self, number: str, order: _Order, now_ms: int) -> None:
        told, row = order.latest, order.row
        if not order.warning or told is None or row is None:
            return
        order.warning = False
        deadline = order.deadlines.get(told.stage, 0)
        if told.warned_ms < deadline <= now_ms + self._pace.warn_before_ms:
            order.latest = Told(told.stage, told.paid, told.halts, told.verification, deadline)
            event = OrderEvent(
                kind=OrderEventKind.DEADLINE_NEAR,
                order=row,
                key=f"{number}:{OrderEventKind.DEADLINE_NEAR}:{deadline}",
                deadline=_EPOCH + timedelta(milliseconds=deadline),
            )
            self._pending.append((number, event, order.latest))

    def _want(self, number: str, order: _Order, ticks: float) -> None:
        """Schedule a look-up of an order, not before `order.not_before`."""
        if not order.wanted or order.not_before <= ticks:
            order.wanted = True
            heapq.heappush(self._wanted, (max(ticks, order.not_before), number))

    def _next_wanted(self, ticks: float) -> str | None:
        while self._wanted and self._wanted[0][0] <= ticks:
            _, number = heapq.heappop(self._wanted)
            order = self._orders.get(number)
            if order is not None and order.wanted and not _is_over(order):
                return number
        return None

    def _failed_look_up(self, number: str, order: _Order, ticks: float, now_ms: int, *, refused: bool) -> None:
        # A warning from older data is better than one too late.
        self._warn(number, order, now_ms)
        order.wanted = False
        order.refused += refused
        order.in_vain += 1
        if order.refused >= REFUSALS and order.ended_row is not None:
            self._observe(number, order, Seen.of(order.ended_row), order.ended_row)
        elif order.refused >= REFUSALS and order.told is None and order.row is None:
            # A hint named an order of another account, or a row has the number of no order.
            del self._orders[number]
        else:
            order.not_before = ticks + self._wait(order.in_vain, self._pace.at_most)
            self._want(number, order, ticks)

    def _wait(self, times: int, longest: float) -> float:
        """Seconds before the next attempt, after so many that failed."""
        wait = 0.0 if times == 0 else min(longest, 2.0 ** min(times - 1, 30))
        return wait * (1 + self._chance()) / 2


_HALTS = frozenset({OrderEventKind.DISPUTED, OrderEventKind.RESUMED, OrderEventKind.UNKNOWN})
"""Kinds of events that an order may have more than once: their keys end in a number."""


def _is_over(order: _Order) -> bool:
    return order.latest is not None and order.latest.stage.is_over


def _leave(bad: BadRow) -> None:
    """Do nothing about a row that cannot be read: the tracker reports it, and the walk goes on."""
    del bad


def _trouble(step: ListOrders | LookUp, error: C2CError) -> Trouble:
    if isinstance(error, (TransportError, RateLimitError, ServerError)) or _is_of_a_firewall(error):
        return Trouble.PASSING
    about_the_order = isinstance(error, (APIError, DecodeError)) and not isinstance(error, AuthenticationError)
    return Trouble.OF_AN_ORDER if about_the_order and isinstance(step, LookUp) else Trouble.LASTING


def _created(order: OrderRow | OrderDetail) -> int:
    """When it was placed, in milliseconds since 1970; never before."""
    return max(0, epoch_ms(order.create_time))


def _is_of_a_firewall(error: C2CError) -> bool:
    """Whether a refusal has no code: a firewall's page, which does not come from the exchange."""
    return isinstance(error, APIError) and not isinstance(error, AuthenticationError) and error.code is None
