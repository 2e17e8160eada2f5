"""How much weight is used up, and whether there is room for one more call. Decides; never waits."""

import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from binance_c2c._support import renew_after_fork
from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import Operation, Security

MINUTE = 60
# Of all that ever came with an answer: a server that makes names up does not fill the memory.
MOST_HEADERS = 256
_SECONDS = {"s": 1, "m": MINUTE, "h": 3600, "d": 86400}
_HEADER = re.compile(r"x-(?:(sapi)-used-(ip|uid)-weight|(mbx)-used-weight)-([1-9][0-9]{0,4})([smhd])")
_COUNT = re.compile(rb"[0-9]{1,15}")
# As documented. Operations under `/sapi/` have been seen to answer with `mbx` too; its ceiling is not told.
_CEILINGS = {("sapi-ip-1m", "/sapi/"): 12_000, ("sapi-uid-1m", "/sapi/"): 180_000, ("mbx-1m", "/api/v"): 6_000}


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of one limit is used up, in the exchange's words.

    The exchange counts each endpoint under `/sapi/` by itself, and from one full minute of the clock to the next. This
    is the highest of its counts in the present minute, whoever used it up: address and account may be shared.
    """

    name: str
    """`sapi-ip-1m` (the IP address), `sapi-uid-1m` (the account) or `mbx-1m` (the address, all of `/api/`).

    From the headers `X-SAPI-USED-IP-WEIGHT-1M`, `X-SAPI-USED-UID-WEIGHT-1M`, `X-MBX-USED-WEIGHT-1M`; other intervals
    stand in the place of `1m`.
    """
    interval: int
    """Seconds after which the count begins anew."""
    used: int
    ceiling: int | None
    """Where calls are refused, as far as that is documented."""
    operation_id: str
    """Whose answer said so."""
    learned: datetime


@dataclass(frozen=True, slots=True)
class Budget:
    """How much weight may be used up within a minute. A call for which nothing is left waits for the next one.

    It counts what the client sends, with a fleet what all of it send, and what the exchange says is used where that is
    more. All operations count together, although the exchange's ceilings are for each endpoint by itself.

    Raises:
        ConfigurationError: A weight is no positive integer.

    """

    ip: int | None = None
    """For the IP address. The exchange refuses above 12000."""
    uid: int | None = None
    """For the account, which may be used from several IP addresses. The exchange refuses above 180000."""

    def __post_init__(self) -> None:
        for name in ("ip", "uid"):
            value: object = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                message = f"budget: {name} is a weight a minute, an integer of at least 1, not {value!r}"
                raise ConfigurationError(message)


@dataclass(frozen=True, slots=True)
class Charge:
    """Weight that one call adds to one count."""

    scope: str
    """`ip` or `uid`."""
    minute: int
    weight: int


class UsageTracker:
    """What all calls of a client know of their limits. Serves any number of threads and tasks.

    `now` gives seconds since 1970: the exchange's minutes are those of the clock.
    """

    def __init__(self, budget: Budget | None = None, now: Callable[[], float] = time.time) -> None:
        budget = budget or Budget()
        self._budget = {scope: most for scope, most in (("ip", budget.ip), ("uid", budget.uid)) if most is not None}
        self._used: dict[str, tuple[int, int]] = {}
        """By scope, the minute and what is used up of it."""
        self._heard: dict[str, tuple[int, int, Operation, float]] = {}
        """By name, the interval in seconds, what is used up of it, who said so and when."""
        self._known = _Known()
        self._lock = threading.Lock()
        self.now = now
        renew_after_fork(self)

    def renew(self) -> None:
        """Take a fresh lock, in a forked process: nobody there will release the one that another thread held."""
        self._lock = threading.Lock()

    def reported(self) -> dict[str, Limit]:
        """By name, what the exchange last said and what still holds."""
        now = self.now()
        with self._lock:
            known = {name: one for name, one in self._heard.items() if _same(one[0], one[3], now)}
        return {name: _as_limit(name, *known[name]) for name in sorted(known)}

    def learn(self, operation: Operation, headers: Iterable[tuple[bytes, bytes]], sent: float) -> None:
        """Take in what an answer says of the limits; `sent` is when its request went out."""
        names = self._known
        for header, value in headers:
            known = names[header]
            if known is not None and _COUNT.fullmatch(value):
                self._note(operation, known, int(value), sent)

    def reserve(self, operation: Operation) -> tuple[tuple[Charge, ...], float]:
        """Count a call and say which charges it has; or, where there is no room, how many seconds to wait for it."""
        if not self._budget or operation.public:
            return (), 0.0
        weight, scopes = operation.weight, self._scopes(operation)
        with self._lock:
            minute = int(self.now() // MINUTE)
            if any(self._count(scope, minute) + weight > self._budget[scope] for scope in scopes):
                return (), self._until_next_minute()
            self._add(weight, scopes, minute)
        return tuple(Charge(scope, minute, weight) for scope in scopes), 0.0

    def count(self, operation: Operation) -> None:
        """Count what is sent whether there is room or not: the question for the time, without which no call goes on."""
        with self._lock:
            self._add(operation.weight, self._scopes(operation), int(self.now() // MINUTE))

    def wait_if_over(self, charges: Iterable[Charge], totals: Iterable[int]) -> float:
        """Seconds to wait where totals that others keep, with these charges in them, leave no room; else nothing."""
        over = any(total > self._budget[charge.scope] for charge, total in zip(charges, totals, strict=True))
        return self._until_next_minute() if over else 0.0

    def _scopes(self, operation: Operation) -> list[str]:
        scopes = [scope for scope in self._budget if scope == "ip" or operation.security != Security.NONE]
        for scope in scopes:
            if operation.weight > self._budget[scope]:
                message = f"budget: {scope}={self._budget[scope]} never has room for a weight of {operation.weight}"
                raise ConfigurationError(message, operation_id=operation.id)
        return scopes

    def _add(self, weight: int, scopes: Iterable[str], minute: int) -> None:
        for scope in scopes:
            self._used[scope] = minute, self._count(scope, minute) + weight

    def _count(self, scope: str, minute: int) -> int:
        counted, used = self._used.get(scope, (minute, 0))
        return used if counted == minute else 0

    def _until_next_minute(self) -> float:
        return MINUTE - self.now() % MINUTE

    def _note(self, operation: Operation, known: tuple[str, str, int], used: int, sent: float) -> None:
        name, scope, interval = known
        with self._lock:
            now = self.now()
            if not _same(interval, sent, now):
                # Which of the two intervals it counts cannot be told; the next answer will say.
                return
            before = self._heard.get(name)
            if before is None or before[1] <= used or not _same(interval, before[3], now):
                self._heard[name] = interval, used, operation, now
            if interval == MINUTE and scope in self._budget:
                minute = int(now // MINUTE)
                self._used[scope] = minute, max(used, self._count(scope, minute))


class Pause:
    """Until when nothing may be sent, on a clock that only runs forward: after a ban, or when asked to hold back."""

    def __init__(self) -> None:
        self._until = float("-inf")

    def begin(self, now: float, seconds: float) -> None:
        """Pause for so many seconds from `now`. A pause that is under way and ends later goes on."""
        self._until = max(self._until, now + seconds)

    def rest(self, now: float) -> float:
        """Seconds until it is over; nothing below zero."""
        return max(0.0, self._until - now)


def _same(interval: int, earlier: float, now: float) -> bool:
    """Whether two moments lie in one interval."""
    return earlier // interval == now // interval


def _as_limit(name: str, interval: int, used: int, operation: Operation, learned: float) -> Limit:
    ceiling = _CEILINGS.get((name, operation.path[:6]))
    return Limit(name, interval, used, ceiling, operation.id, datetime.fromtimestamp(learned, UTC))


def _limit(header: bytes) -> tuple[str, str, int] | None:
    found = _HEADER.fullmatch(header.decode("latin-1").lower())
    if found is None:
        return None
    sapi, scope, _, number, unit = found.groups()
    name = f"sapi-{scope}" if sapi else "mbx"
    return f"{name}-{number}{unit}", scope or "ip", int(number) * _SECONDS[unit]


class _Known(dict[bytes, tuple[str, str, int] | None]):
    """By header, the name, scope and interval of the limit it is about, None for others. Each is looked at once."""

    def __missing__(self, header: bytes) -> tuple[str, str, int] | None:
        known = _limit(header)
        if len(self) < MOST_HEADERS:
            self[header] = known
        return known
