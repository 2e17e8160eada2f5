"""Processes that share their limits through Redis. Without Redis each of them goes on by itself."""

import hashlib
import logging
import math
import re
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from binance_c2c._auth import Secret
from binance_c2c._limits.usage import MINUTE, Charge
from binance_c2c._support import renew_after_fork
from binance_c2c.errors import ConfigurationError

# Seconds for connecting and for each answer: Redis is near, and a call is never to be held up by it for longer.
PATIENCE = 0.25
# Seconds without a further try, once Redis has failed.
RECOVERY = 5.0
# How many threads or tasks ask at a time. Each has a connection; the others are not much later.
CONNECTIONS = 8
# The longest ban that the exchange documents.
LONGEST_HALT = 3 * 86_400.0
PREFIX = "binance-c2c"

log = logging.getLogger("binance_c2c")


@dataclass(frozen=True, slots=True)
class Fleet:
    """The processes behind one IP address: they share budgets, and a ban of one stops all. Needs the extra `[redis]`.

    Weight for the address (`Budget.ip`), a ban and a request to hold back concern all clients with the same `name`, on
    one Redis and of one exchange, whatever their keys. Give the processes behind each address a name of their own, or
    what happens to one address slows or stops another. Weight for the account (`Budget.uid`) is shared by all clients
    with one API key, whatever the name. Minutes are the exchange's, as each process knows its time.

    Where Redis cannot be reached, or does not answer within a quarter of a second, that is logged as a warning, once,
    and each process goes on with its own count; every five seconds one call looks whether it is back. No call fails
    for it. Redis learns neither keys nor secrets nor what is called: it holds counts and times, which expire.

    Raises:
        ConfigurationError: The URL or the name cannot work.

    """

    url: str = field(repr=False)
    """`redis://[[user]:password@]host[:port][/database]`, `rediss://…` with TLS, `unix:///path` for a socket."""
    name: str = "default"

    def __post_init__(self) -> None:
        url: object = self.url
        if not isinstance(url, str) or not re.match(r"(rediss?|unix)://", url):
            message = "fleet: a URL that begins with redis://, rediss:// or unix:// is expected"
            raise ConfigurationError(message)
        name: object = self.name
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
            message = f"fleet: the name has 1 to 64 letters, digits, dots, hyphens and underscores, unlike {name!r}"
            raise ConfigurationError(message)


@dataclass(frozen=True, slots=True)
class CheckFleet:
    """To be counted by the fleet. What comes back is a `FleetState`, or None where the fleet cannot be asked."""

    charges: tuple[Charge, ...]


@dataclass(frozen=True, slots=True)
class FleetState:
    """What the fleet knows of its limits."""

    banned: float = 0.0
    """Seconds for which the address is banned."""
    held: float = 0.0
    """Seconds for which the exchange asked to hold back."""
    totals: tuple[int, ...] = ()
    """What each charge was added to, with the charge; nothing is counted while the fleet may not send."""


@dataclass(frozen=True, slots=True)
class PauseFleet:
    """To be told to the fleet: for how long none of it may send. Nothing comes back."""

    seconds: float
    banned: bool


class Names:
    """What things are called in Redis."""

    def __init__(self, fleet: Fleet, base_url: str, api_key: Secret | None) -> None:
        # A sandbox is no part of the exchange: a ban there is none here.
        address = f"{base_url.partition('://')[2]}/{fleet.name}"
        account = hashlib.sha256(api_key.reveal().encode() if api_key else b"").hexdigest()[:32]
        self._owners = {"ip": address, "uid": f"{base_url.partition('://')[2]}/{account}"}
        self.ban, self.hold = f"{PREFIX}:{address}/ban", f"{PREFIX}:{address}/hold"

    def addition(self, charge: Charge) -> tuple[str, int, int]:
        """The name of a count (the library puts the prefix before it), how long it lives, and what is added."""
        return f"{self._owners[charge.scope]}/{charge.scope}/{charge.minute}", 2 * MINUTE, charge.weight

    def mark(self, pause: PauseFleet) -> tuple[str, int]:
        """The name of the mark that silences the fleet, and how many milliseconds it lives."""
        return self.ban if pause.banned else self.hold, math.ceil(min(pause.seconds, LONGEST_HALT) * 1000)


class CircuitBreaker:
    """Whether Redis is worth a try. However many calls it fails, there is one warning."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._down = False
        self._next_try = 0.0
        renew_after_fork(self)

    def renew(self) -> None:
        self._lock = threading.Lock()

    def allows(self) -> bool:
        if not self._down:
            return True
        with self._lock:
            now = self._monotonic()
            if now < self._next_try:
                return False
            # One call tries; the others do not wait for what it finds.
            self._next_try = now + RECOVERY
            return True

    def failed(self, error: Exception) -> None:
        with self._lock:
            first, self._down, self._next_try = not self._down, True, self._monotonic() + RECOVERY
        if first:
            # Only what kind of failure it is: the text may quote the URL, and with it a password.
            log.warning("fleet: Redis fails (%s); going on with the limits of this process", type(error).__name__)

    def answered(self) -> None:
        if not self._down:
            return
        with self._lock:
            back, self._down = self._down, False
        if back:
            log.warning("fleet: Redis answers again; limits are shared")


class FleetConnection:
    """One client's connections to Redis, for as many threads as like."""

    def __init__(self, fleet: Fleet, names: Names, breaker: CircuitBreaker | None = None) -> None:
        with _extra():
            import redis  # noqa: PLC0415
            from limits.storage import RedisStorage  # noqa: PLC0415
            from redis.retry import Retry  # noqa: PLC0415
        with _checked():
            pool: Any = redis.ConnectionPool.from_url(fleet.url, **_options(Retry))  # pyright: ignore[reportUnknownMemberType]
        self._redis: Any = redis.Redis(connection_pool=pool)
        self._counts = RedisStorage("redis://", connection_pool=pool, key_prefix=PREFIX)
        self._failure = redis.RedisError
        self._names = names
        self._breaker = breaker or CircuitBreaker()
        self.renew()
        renew_after_fork(self)

    def renew(self) -> None:
        # The library takes fresh connections in a forked process by itself.
        self._slots = threading.BoundedSemaphore(CONNECTIONS)

    def ask(self, step: CheckFleet | PauseFleet) -> FleetState | None:
        """Do what the flow asks for; None where Redis cannot."""
        with self._slots:
            if not self._breaker.allows():
                return None
            state = None
            try:
                if isinstance(step, CheckFleet):
                    state = self._count(step)
                else:
                    self._pause(step)
            except self._failure as error:
                self._breaker.failed(error)
                return None
        self._breaker.answered()
        return state

    def close(self) -> None:
        self._redis.connection_pool.disconnect()

    def _count(self, step: CheckFleet) -> FleetState:
        with self._redis.pipeline(transaction=False) as both:
            rests = both.pttl(self._names.ban).pttl(self._names.hold).execute()
        if max(rests) > 0:
            return _paused(*rests)
        return FleetState(totals=tuple(self._counts.incr(*self._names.addition(charge)) for charge in step.charges))

    def _pause(self, step: PauseFleet) -> None:
        name, milliseconds = self._names.mark(step)
        if self._redis.pttl(name) < milliseconds:
            self._redis.set(name, 1, px=milliseconds)


class AsyncFleetConnection:
    """The same for as many tasks as like, of one event loop of asyncio after another."""

    def __init__(self, fleet: Fleet, names: Names, breaker: CircuitBreaker | None = None) -> None:
        with _extra():
            from asyncio import AbstractEventLoop, Semaphore  # noqa: PLC0415

            from limits.aio.storage import RedisStorage  # noqa: PLC0415
            from redis import RedisError, asyncio  # noqa: PLC0415
            from redis.asyncio.retry import Retry  # noqa: PLC0415

        def opened() -> tuple[Any, Any, Semaphore]:
            with _checked():
                pool: Any = asyncio.ConnectionPool.from_url(fleet.url, **_options(Retry))  # pyright: ignore[reportUnknownMemberType]
            options: Any = {"connection_pool": pool}
            counts = RedisStorage("async+redis://", implementation="redispy", key_prefix=PREFIX, **options)
            return asyncio.Redis(connection_pool=pool), counts, Semaphore(CONNECTIONS)

        self._opened = opened
        self._loop: AbstractEventLoop | None = None
        self._redis, self._counts, self._slots = opened()
        self._failure = RedisError
        self._names = names
        self._breaker = breaker or CircuitBreaker()

    async def ask(self, step: CheckFleet | PauseFleet) -> FleetState | None:
        self._come_to_loop()
        async with self._slots:
            if not self._breaker.allows():
                return None
            state = None
            try:
                if isinstance(step, CheckFleet):
                    state = await self._count(step)
                else:
                    await self._pause(step)
            except self._failure as error:
                self._breaker.failed(error)
                return None
        self._breaker.answered()
        return state

    async def aclose(self) -> None:
        self._come_to_loop()
        await self._redis.connection_pool.disconnect()

    def _come_to_loop(self) -> None:
        """Open anew where another event loop runs than before: connections and turns ended with theirs."""
        from asyncio import get_running_loop  # noqa: PLC0415

        try:
            loop = get_running_loop()
        except RuntimeError:
            message = "fleet: tasks share limits on asyncio alone"
            raise ConfigurationError(message) from None
        if self._loop not in {None, loop}:
            self._redis, self._counts, self._slots = self._opened()
        self._loop = loop

    async def _count(self, step: CheckFleet) -> FleetState:
        async with self._redis.pipeline(transaction=False) as both:
            rests = await both.pttl(self._names.ban).pttl(self._names.hold).execute()
        if max(rests) > 0:
            return _paused(*rests)
        return FleetState(
            totals=tuple([await self._counts.incr(*self._names.addition(charge)) for charge in step.charges])
        )

    async def _pause(self, step: PauseFleet) -> None:
        name, milliseconds = self._names.mark(step)
        if await self._redis.pttl(name) < milliseconds:
            await self._redis.set(name, 1, px=milliseconds)


def _paused(ban: int, hold: int) -> FleetState:
    # Negative where there is none.
    return FleetState(banned=max(ban, 0) / 1000, held=max(hold, 0) / 1000)


def _options(retry: Any) -> dict[str, Any]:
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.exceptions import ConnectionError as BrokenConnectionError  # noqa: PLC0415

    # A connection that Redis closed in a quiet hour is opened anew, once. By itself the library would try for seconds.
    once = retry(NoBackoff(), 1, (BrokenConnectionError,))
    return {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": once}


@contextmanager
def _extra() -> Generator[None]:
    try:
        yield
    except ImportError as error:
        message = "fleet: Redis needs the extra `redis`: pip install 'binance-c2c[redis]'"
        raise ConfigurationError(message) from error


@contextmanager
def _checked() -> Generator[None]:
    try:
        yield
    except ValueError:
        # Neither the cause: it may quote the URL, and so a password.
        message = "fleet: the URL cannot be read"
        raise ConfigurationError(message) from None
