"""Tracks used weight and tells whether a budget has room for another call. Decides; never waits."""

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
# Seconds for which a client counts as part of the fleet after it asked.
MEMBERSHIP = 600
# Seconds after which a call is counted again when the minute changed before it was sent.
A_MOMENT = 0.001
# Cached header names are bounded, since a server may send any number of them.
MOST_HEADERS = 256
# The last second a `datetime` can hold, since the server's time may be any number.
_LATEST = 253_402_300_799.0
_SECONDS = {"s": 1, "m": MINUTE, "h": 3600, "d": 86400}
_HEADER = r"x-(?:(sapi)-used-(ip|uid)-weight|(mbx)-used-weight)-([1-9][0-9]{0,4})([smhd])"
_MOST_DIGITS = 15
# As documented. Operations under `/sapi/` have been seen to report `mbx` too, whose limit is not documented.
_CEILINGS = {("sapi-ip-1m", "/sapi/"): 12_000, ("sapi-uid-1m", "/sapi/"): 180_000, ("mbx-1m", "/api/v"): 6_000}


class Charge(NamedTuple):
    """Weight that one call adds to the count of one scope in one minute."""

    scope: str
    """`ip` or `uid`."""
    minute: int
    weight: int
    """0 where only `own` is reported, because the fleet has not heard of all of it."""
    own: int
    """Weight that this client has used up in the minute, this charge included."""
    budget: int


class FleetState(NamedTuple):
    """The state of a fleet's limits, in answer to one `CheckFleet`."""

    banned: float = 0.0
    """Seconds for which the address is banned."""
    held: float = 0.0
    """Seconds for which the exchange asked to hold back."""
    totals: tuple[int, ...] = ()
    """For each charge, what the whole fleet has used up, with the charge. Empty while the fleet may not send."""
    clients: tuple[int, ...] = ()
    """For each charge, how many clients share the count."""
    memory: str = ""
    """Another text than before means that Redis has lost what it knew: it was started anew or emptied."""


class CheckFleet(NamedTuple):
    """A step of a call: have the fleet count it. The answer is a `FleetState`, or None where Redis fails."""

    charges: tuple[Charge, ...]
    client: str = ""
    """The name under which the fleet counts the client."""


class PauseFleet(NamedTuple):
    """A step of a call: tell the fleet for how long none of it may send. There is no answer."""

    seconds: float
    banned: bool


class _Count:
    """The weight used up in one scope (address or account) in one minute, as this client knows it."""

    def __init__(self, minute: int) -> None:
        self.minute = minute
        self.used = 0
        """By this client, or as the exchange said, with what was sent since."""
        self.told = 0
        """The highest count that the exchange reported."""
        self.own = 0
        """By this client alone: what it has sent or is about to send."""
        self.shared = 0
        """The part of `own` that the fleet has counted."""
        self.fleet = 0
        """Weight that the whole fleet had used up when Redis last told."""
        self.alone: int | None = None
        """The highest `own` once the fleet's count cannot be relied upon. It is set once and holds for the minute."""


class UsageTracker:
    """Counts the weight that a client uses, and holds it to a budget. Serves any number of threads and tasks.

    `now` gives seconds since 1970: the exchange's minutes are those of the clock. `processes` is by how many clients a
    budget is shared while the fleet cannot be asked; where the fleet has told of more, those count.
    """

    def __init__(
        self, budget: "Budget | None" = None, now: Callable[[], float] = time.time, processes: int = 1
    ) -> None:
        bounds = {} if budget is None else {"ip": budget.ip, "uid": budget.uid}
        self._budget = {scope: most for scope, most in bounds.items() if most is not None}
        self._counts: dict[str, _Count] = {}
        """By scope, the count of its latest minute."""
        self._reported: dict[str, tuple[int, int, Operation, float]] = {}
        """By name, the interval in seconds, the used weight, the operation whose answer reported it, and when."""
        self._known = _KnownHeaders()
        self._processes = processes
        self._clients: dict[str, tuple[int, int]] = {}
        """By scope, how many clients share it, and in which minute that was told."""
        self._memory = ""
        self._lock = threading.Lock()
        self.client = os.urandom(8).hex()
        """The name under which the fleet counts this client."""
        self.now = now
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Count as another client in a forked process, with a fresh lock.

        What was sent so far is the parent's: the fleet counts it under the parent's name.
        """
        self._lock = threading.Lock()
        self.client = os.urandom(8).hex()
        for count in self._counts.values():
            count.own = count.shared = 0

    def reported(self) -> "dict[str, Limit]":
        """The limits that the exchange reported and that still hold, by name."""
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
                self._note(operation, known, int(value), sent)

    def reserve(self, operation: Operation) -> tuple[tuple[Charge, ...], float]:
        """Count a call and return its charges, or, where there is no room, the seconds to wait.

        Beside a wait there may be charges without weight, which tell the fleet what it has not heard of.
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
            unheard = {s: count for s, count in counts.items() if count.alone is not None and count.own > count.shared}
            return self._charges(unheard, 0), self._until_next_minute()

    def count(self, operation: Operation) -> None:
        """Count a request that goes out even beyond the budget: the one for the exchange's time."""
        scopes = self._scopes(operation)
        with self._lock:
            minute = int(self.now() // MINUTE)
            self._add(operation.weight, [self._count(scope, minute) for scope in scopes])

    def wait_if_over(self, charges: tuple[Charge, ...], state: FleetState | None) -> float:
        """Seconds to wait where the fleet's count leaves no room for these charges, which are then taken back; else 0.

        `state` is what the fleet answered, None where it could not be asked. From the first time in a minute that it
        cannot be asked, or has forgotten what it knew, this client may add its share of what was left, and no more:
        with `n` clients of which each does so, less than twice the budget is sent in that minute, and at most the
        budget in a minute that began without the fleet.
        """
        with self._lock:
            minute, over = int(self.now() // MINUTE), False
            if state is None or self._memory not in {"", state.memory}:
                self._rely_on_share(minute)
            if state is not None:
                self._memory = state.memory
                if state.banned or state.held:
                    # Nothing was counted.
                    self._release(charges)
                    return 0.0
            if any(charge.minute != minute for charge in charges):
                # It must be counted in the minute in which it is sent.
                return A_MOMENT
            for index, charge in enumerate(charges):
                count = self._count(charge.scope, minute)
                over |= count.alone is not None and charge.own > count.alone
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
        """Let this client add its share of what the fleet has left, and no more, until the minute is over."""
        for scope, budget in self._budget.items():
            count = self._count(scope, minute)
            if count.alone is None:
                left = max(0, budget - max(count.fleet, count.told))
                count.alone = count.shared + left // self._size(scope)

    def _size(self, scope: str) -> int:
        """The number of clients that share a budget."""
        return max(self._processes, self._clients.get(scope, (0, 0))[1])

    def _learn_size(self, scope: str, minute: int, clients: int) -> None:
        # A Redis that was emptied knows few clients, so the higher number is kept for as long as Redis would keep it.
        told, most = self._clients.get(scope, (minute, 0))
        if clients >= most or minute - told > MEMBERSHIP // MINUTE:
            self._clients[scope] = minute, clients

    def _charges(self, counts: dict[str, _Count], weight: int) -> tuple[Charge, ...]:
        return tuple(
            Charge(scope, count.minute, weight, count.own, self._budget[scope]) for scope, count in counts.items()
        )

    def _has_room(self, scope: str, count: _Count, weight: int) -> bool:
        fits = count.used + weight <= self._budget[scope]
        return fits and (count.alone is None or count.own + weight <= count.alone)

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
                count.used = max(count.used - charge.weight, count.told)

    def _count(self, scope: str, minute: int) -> _Count:
        count = self._counts.get(scope)
        if count is None or count.minute != minute:
            count = self._counts[scope] = _Count(minute)
        return count

    def _until_next_minute(self) -> float:
        return MINUTE - self.now() % MINUTE

    def _note(self, operation: Operation, known: tuple[str, str, int], used: int, sent: float) -> None:
        name, scope, interval = known
        with self._lock:
            now = self.now()
            if not _same_interval(interval, sent, now):
                # It is unclear which of the two intervals this value belongs to; the next answer will tell.
                return
            before = self._reported.get(name)
            if before is None or before[1] <= used or not _same_interval(interval, before[3], now):
                self._reported[name] = interval, used, operation, now
            if interval == MINUTE and scope in self._budget:
                count = self._count(scope, int(now // MINUTE))
                count.told, count.used = max(count.told, used), max(count.used, used)


class Pause:
    """A time in which nothing may be sent, after a ban or a request to hold back, on a clock that only runs forward."""

    def __init__(self) -> None:
        self._until = float("-inf")

    def begin(self, now: float, seconds: float) -> None:
        """Pause for so many seconds from `now`. A pause that is under way and ends later goes on."""
        self._until = max(self._until, now + seconds)

    def rest(self, now: float) -> float:
        """Seconds until it is over, at least 0."""
        return max(0.0, self._until - now)


def _same_interval(interval: int, earlier: float, now: float) -> bool:
    """Whether two moments lie in one interval."""
    return earlier // interval == now // interval


def _as_limit(name: str, interval: int, used: int, operation: Operation, learned: float) -> "Limit":
    # Imported here, since most programs never ask for it.
    from binance_c2c._core.limits.budget import Limit  # noqa: PLC0415

    ceiling = _CEILINGS.get((name, operation.path[:6]))
    return Limit(name, interval, used, ceiling, operation.id, datetime.fromtimestamp(min(learned, _LATEST), UTC))


def _limit(header: bytes) -> tuple[str, str, int] | None:
    found = re.fullmatch(_HEADER, header.decode("latin-1").lower())
    if found is None:
        return None
    sapi, scope, _, number, unit = found.groups()
    name = f"sapi-{scope}" if sapi else "mbx"
    return f"{name}-{number}{unit}", scope or "ip", int(number) * _SECONDS[unit]


class _KnownHeaders(dict[bytes, tuple[str, str, int] | None]):
    """Cache: header name -> name, scope and seconds of the limit it reports, or None for headers that report none."""

    def __missing__(self, header: bytes) -> tuple[str, str, int] | None:
        known = _limit(header)
        if len(self) < MOST_HEADERS:
            self[header] = known
        return known
