"""Tracks used weight, and decides whether a budget has room for another call. Never waits."""

import os
import re
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from binance_c2c._core.support import register_fork_aware
from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import Operation, Security

if TYPE_CHECKING:
    from binance_c2c._core.limits.budget import Budget, Limit

MINUTE = 60
# Seconds for which a client counts as part of the fleet after it asked Redis.
MEMBERSHIP = 600
# The wait, in seconds, before a call is counted anew because the minute changed before it was sent.
RECOUNT_WAIT = 0.001
# The number of cached header names is bounded: a server may send any number of them.
MOST_HEADERS = 256
# The last second that a `datetime` can hold.
_LATEST = 253_402_300_799.0
_SECONDS = {"s": 1, "m": MINUTE, "h": 3600, "d": 86400}
_HEADER = r"x-(?:(sapi)-used-(ip|uid)-weight|(mbx)-used-weight)-([1-9][0-9]{0,4})([smhd])"
_MOST_DIGITS = 15
# As documented. Operations under `/sapi/` have been seen to report `mbx` too; its limit there is not documented.
_CEILINGS = {("sapi-ip-1m", "/sapi/"): 12_000, ("sapi-uid-1m", "/sapi/"): 180_000, ("mbx-1m", "/api/v"): 6_000}


class Charge(NamedTuple):
    """Weight that one call adds to the count of one scope in one minute."""

    scope: str
    """`ip` or `uid`."""
    minute: int
    weight: int
    """0 in a charge that only reports `own`, part of which the fleet has not counted yet."""
    own: int
    """Weight that this client has used in the minute, including this charge."""
    budget: int


class FleetState(NamedTuple):
    """The state of a fleet's limits, in answer to one `CheckFleet`."""

    banned: float = 0.0
    """Seconds left of a ban of the IP address."""
    held: float = 0.0
    """Seconds left of a pause that the exchange asked for."""
    totals: tuple[int, ...] = ()
    """For each charge, the weight that the whole fleet has used, including the charge. Empty during a ban or pause."""
    clients: tuple[int, ...] = ()
    """For each charge, the number of clients that share the count."""
    memory: str = ""
    """A mark of the data in Redis. If it differs from the one before, Redis was restarted or emptied."""


class CheckFleet(NamedTuple):
    """A step of a call: have the fleet count it. The result is a `FleetState`, or None if Redis fails."""

    charges: tuple[Charge, ...]
    client: str = ""
    """The name under which the fleet counts the client."""


class PauseFleet(NamedTuple):
    """A step of a call: stop all clients of the fleet for some seconds. Its result is None."""

    seconds: float
    banned: bool


class _Count:
    """The weight used in one scope (address or account) in one minute, as far as this client knows."""

    def __init__(self, minute: int) -> None:
        self.minute = minute
        self.used = 0
        """The best estimate: this client's count, or the exchange's last report if higher, plus what was sent since."""
        self.reported = 0
        """The highest count that the exchange reported."""
        self.own = 0
        """The weight of what this client has sent or is about to send."""
        self.shared = 0
        """The part of `own` that the fleet has counted."""
        self.fleet = 0
        """The weight that the whole fleet had used when Redis last answered."""
        self.own_limit: int | None = None
        """The upper bound of `own` for the rest of the minute, once the fleet's count is unreliable; None before."""


class UsageTracker:
    """Counts the weight that a client uses, and keeps it within a budget. Serves any number of threads and tasks.

    `now` returns seconds since 1970 by the exchange's clock, whose minutes count. `processes` is the number of clients
    that share the budget while Redis cannot be asked; if the fleet has reported more, that number is used.
    """

    def __init__(
        self, budget: "Budget | None" = None, now: Callable[[], float] = time.time, processes: int = 1
    ) -> None:
        bounds = {} if budget is None else {"ip": budget.ip, "uid": budget.uid}
        self._budget = {scope: most for scope, most in bounds.items() if most is not None}
        self._counts: dict[str, _Count] = {}
        """By scope, the count of its latest minute."""
        self._reported: dict[str, tuple[int, int, Operation, float]] = {}
        """By name: interval in seconds, used weight, the operation whose answer reported it, and the time of that."""
        self._known = _KnownHeaders()
        self._processes = processes
        self._clients: dict[str, tuple[int, int]] = {}
        """By scope: the minute of the report, and the number of clients that share the scope."""
        self._memory = ""
        self._lock = threading.Lock()
        self.client = os.urandom(8).hex()
        """The name under which the fleet counts this client."""
        self.now = now
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Become another client of the fleet in a forked process, with a fresh lock.

        The fleet has counted what was sent so far under the parent's name.
        """
        self._lock = threading.Lock()
        self.client = os.urandom(8).hex()
        for count in self._counts.values():
            count.own = count.shared = 0

    def reported(self) -> "dict[str, Limit]":
        """The limits that the exchange reported in their present interval, by name."""
        now = self.now()
        with self._lock:
            known = {name: one for name, one in self._reported.items() if _same_interval(one[0], one[3], now)}
        return {name: _as_limit(name, *known[name]) for name in sorted(known)}

    def learn(self, operation: Operation, headers: Iterable[tuple[bytes, bytes]], sent: float) -> None:
        """Read the used weights in the headers of an answer; `sent` is when its request went out."""
        names = self._known
        for header, value in headers:
            known = names[header]
            if known is not None and len(value) <= _MOST_DIGITS and value.isdigit():
                self._record(operation, known, int(value), sent)

    def reserve(self, operation: Operation) -> tuple[tuple[Charge, ...], float]:
        """Count a call. Returns its charges and 0, or, if the budget has no room, the seconds to wait.

        A wait may come with charges of weight 0, which report usage that the fleet has not counted yet.
        """
        if not self._budget or operation.public:
            return (), 0.0
        weight, scopes = operation.weight, self._scopes(operation)
        with self._lock:
            minute = int(self.now() // MINUTE)
            counts = {scope: self._count(scope, minute) for scope in scopes}
            if all(self._has_room(scope, count, weight) for scope, count in counts.items()):
                self._add(weight, counts.values())
                return self._charges(counts, weight), 0.0
            unreported = {
                s: count for s, count in counts.items() if count.own_limit is not None and count.own > count.shared
            }
            return self._charges(unreported, 0), self._until_next_minute()

    def count(self, operation: Operation) -> None:
        """Count a request that is sent even if the budget has no room: the one for the exchange's time."""
        scopes = self._scopes(operation)
        with self._lock:
            minute = int(self.now() // MINUTE)
            self._add(operation.weight, [self._count(scope, minute) for scope in scopes])

    def wait_if_over(self, charges: tuple[Charge, ...], state: FleetState | None) -> float:
        """Seconds to wait if the fleet's count leaves no room for these charges, which are then taken back; else 0.

        `state` is the fleet's answer, None if it could not be asked. Once the fleet cannot be asked, or has lost its
        counts, this client may use only its share of what was left for the rest of the minute: if `n` clients do so,
        less than twice the budget is used in that minute, and at most the budget in a minute that began without the
        fleet.
        """
        with self._lock:
            minute, over = int(self.now() // MINUTE), False
            if state is None or self._memory not in {"", state.memory}:
                self._rely_on_share(minute)
            if state is not None:
                self._memory = state.memory
                if state.banned or state.held:
                    # During a ban or a pause the fleet counts nothing.
                    self._release(charges)
                    return 0.0
            if any(charge.minute != minute for charge in charges):
                # A call must be counted in the minute in which it is sent.
                return RECOUNT_WAIT
            for index, charge in enumerate(charges):
                count = self._count(charge.scope, minute)
                over |= count.own_limit is not None and charge.own > count.own_limit
                if state is not None:
                    count.fleet = max(count.fleet, state.totals[index])
                    self._learn_size(charge.scope, minute, state.clients[index])
                    over |= state.totals[index] > charge.budget
            if over:
                self._release(charges)
                return self._until_next_minute()
            if state is not None:
                for charge in charges:
                    count = self._count(charge.scope, minute)
                    count.shared = max(count.shared, charge.own)
            return 0.0

    def _rely_on_share(self, minute: int) -> None:
        """Limit this client to its share of what is left of the budget, until the minute is over."""
        for scope, budget in self._budget.items():
            count = self._count(scope, minute)
            if count.own_limit is None:
                left = max(0, budget - max(count.fleet, count.reported))
                count.own_limit = count.shared + left // self._size(scope)

    def _size(self, scope: str) -> int:
        """The number of clients that share a budget."""
        return max(self._processes, self._clients.get(scope, (0, 0))[1])

    def _learn_size(self, scope: str, minute: int, clients: int) -> None:
        # A Redis that was emptied knows few clients, so the higher number is kept as long as Redis would have kept it.
        reported, most = self._clients.get(scope, (minute, 0))
        if clients >= most or minute - reported > MEMBERSHIP // MINUTE:
            self._clients[scope] = minute, clients

    def _charges(self, counts: dict[str, _Count], weight: int) -> tuple[Charge, ...]:
        return tuple(
            Charge(scope, count.minute, weight, count.own, self._budget[scope]) for scope, count in counts.items()
        )

    def _has_room(self, scope: str, count: _Count, weight: int) -> bool:
        fits = count.used + weight <= self._budget[scope]
        return fits and (count.own_limit is None or count.own + weight <= count.own_limit)

    def _scopes(self, operation: Operation) -> list[str]:
        scopes = [scope for scope in self._budget if scope == "ip" or operation.security != Security.NONE]
        for scope in scopes:
            if operation.weight > self._budget[scope]:
                message = f"budget: {scope}={self._budget[scope]} is less than one such call weighs, {operation.weight}"
                raise ConfigurationError(message, operation_id=operation.id)
        return scopes

    def _add(self, weight: int, counts: Iterable[_Count]) -> None:
        for count in counts:
            count.own += weight
            count.used += weight

    def _release(self, charges: Iterable[Charge]) -> None:
        for charge in charges:
            count = self._counts[charge.scope]
            if count.minute == charge.minute:
                count.own -= charge.weight
                count.used = max(count.used - charge.weight, count.reported)

    def _count(self, scope: str, minute: int) -> _Count:
        count = self._counts.get(scope)
        if count is None or count.minute != minute:
            count = self._counts[scope] = _Count(minute)
        return count

    def _until_next_minute(self) -> float:
        return MINUTE - self.now() % MINUTE

    def _record(self, operation: Operation, known: tuple[str, str, int], used: int, sent: float) -> None:
        name, scope, interval = known
        with self._lock:
            now = self.now()
            if not _same_interval(interval, sent, now):
                # It is not known to which of the two intervals this value belongs; the next answer will show.
                return
            before = self._reported.get(name)
            if before is None or before[1] <= used or not _same_interval(interval, before[3], now):
                self._reported[name] = interval, used, operation, now
            if interval == MINUTE and scope in self._budget:
                count = self._count(scope, int(now // MINUTE))
                count.reported, count.used = max(count.reported, used), max(count.used, used)


class Pause:
    """A time in which nothing may be sent, after a ban or a request to back off, on a monotonic clock."""

    def __init__(self) -> None:
        self._until = float("-inf")

    def begin(self, now: float, seconds: float) -> None:
        """Pause for some seconds from `now`. Does not shorten a pause that has begun already."""
        self._until = max(self._until, now + seconds)

    def remaining(self, now: float) -> float:
        """Seconds until the pause ends; 0 if there is none."""
        return max(0.0, self._until - now)


def _same_interval(interval: int, earlier: float, now: float) -> bool:
    """Whether two times, in seconds since 1970, lie in the same interval."""
    return earlier // interval == now // interval


def _as_limit(name: str, interval: int, used: int, operation: Operation, learned: float) -> "Limit":
    # Imported here, since most programs never ask for limits.
    from binance_c2c._core.limits.budget import Limit  # noqa: PLC0415

    ceiling = _CEILINGS.get((name, operation.path[:6]))
    return Limit(name, interval, used, ceiling, operation.id, datetime.fromtimestamp(min(learned, _LATEST), UTC))


def _parse_header(header: bytes) -> tuple[str, str, int] | None:
    found = re.fullmatch(_HEADER, header.decode("latin-1").lower())
    if found is None:
        return None
    sapi, scope, _, number, unit = found.groups()
    name = f"sapi-{scope}" if sapi else "mbx"
    return f"{name}-{number}{unit}", scope or "ip", int(number) * _SECONDS[unit]


class _KnownHeaders(dict[bytes, tuple[str, str, int] | None]):
    """Cache: header name -> name, scope and seconds of the limit it reports, or None for headers that report none."""

    def __missing__(self, header: bytes) -> tuple[str, str, int] | None:
        known = _parse_header(header)
        if len(self) < MOST_HEADERS:
            self[header] = known
        return known
