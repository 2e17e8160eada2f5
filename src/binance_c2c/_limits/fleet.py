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
from binance_c2c._limits.usage import MINUTE, Claim
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
class Consult:
    """To be counted by the fleet. What comes back is a `Standing`, or None where the fleet cannot be asked."""

    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the fleet knows of its limits."""

    banned: float = 0.0
    """Seconds for which the address is banned."""
    held: float = 0.0
    """Seconds for which the exchange asked to hold back."""
    totals: tuple[int, ...] = ()
    """What each claim was added to, with the claim; nothing is counted while the fleet may not send."""


@dataclass(frozen=True, slots=True)
class Halt:
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

    def addition(self, claim: Claim) -> tuple[str, int, int]:
        """The name of a count (the library puts the prefix before it), how long it lives, and what is added."""
        return f"{self._owners[claim.scope]}/{claim.scope}/{claim.minute}", 2 * MINUTE, claim.weight

    def mark(self, halt: Halt) -> tuple[str, int]:
        """The name of the mark that silences the fleet, and how many milliseconds it lives."""
        return self.ban if halt.banned else self.hold, math.ceil(min(halt.seconds, LONGEST_HALT) * 1000)


class Health:
    """Whether Redis is worth a try. However many calls it fails, there is one warning."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._down = False
        self._next_try = 0.0
        renew_after_fork(self)

    def renew(self) -> None:
        self._lock = threading.Lock()

    def worth_a_try(self) -> bool:
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


class Link:
    """One client's connections to Redis, for as many threads as like."""

    def __init__(self, fleet: Fleet, names: Names, health: Health | None = None) -> None:
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
        self._health = health or Health()
        self.renew()
        renew_after_fork(self)

    def renew(self) -> None:
        # The library takes fresh connections in a forked process by itself.
        self._slots = threading.BoundedSemaphore(CONNECTIONS)

    def ask(self, step: Consult | Halt) -> Standing | None:
        """Do what the flow asks for; None where Redis cannot."""
        with self._slots:
            if not self._health.worth_a_try():
                return None
            standing = None
            try:
                if isinstance(step, Consult):
                    standing = self._count(step)
                else:
                    self._halt(step)
            except self._failure as error:
                self._health.failed(error)
                return None
        self._health.answered()
        return standing

    def close(self) -> None:
        self._redis.connection_pool.disconnect()

    def _count(self, step: Consult) -> Standing:
        with self._redis.pipeline(transaction=False) as both:
            rests = both.pttl(self._names.ban).pttl(self._names.hold).execute()
        if max(rests) > 0:
            return _halted(*rests)
        return Standing(totals=tuple(self._counts.incr(*self._names.addition(claim)) for claim in step.claims))

    def _halt(self, step: Halt) -> None:
        name, milliseconds = self._names.mark(step)
        if self._redis.pttl(name) < milliseconds:
            self._redis.set(name, 1, px=milliseconds)


class AsyncLink:
    """The same for as many tasks as like, of one event loop of asyncio after another."""

    def __init__(self, fleet: Fleet, names: Names, health: Health | None = None) -> None:
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
        self._health = health or Health()

    async def ask(self, step: Consult | Halt) -> Standing | None:
        self._come_to_loop()
        async with self._slots:
            if not self._health.worth_a_try():
                return None
            standing = None
            try:
                if isinstance(step, Consult):
                    standing = await self._count(step)
                else:
                    await self._halt(step)
            except self._failure as error:
                self._health.failed(error)
                return None
        self._health.answered()
        return standing

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

    async def _count(self, step: Consult) -> Standing:
        async with self._redis.pipeline(transaction=False) as both:
            rests = await both.pttl(self._names.ban).pttl(self._names.hold).execute()
        if max(rests) > 0:
            return _halted(*rests)
        return Standing(totals=tuple([await self._counts.incr(*self._names.addition(claim)) for claim in step.claims]))

    async def _halt(self, step: Halt) -> None:
        name, milliseconds = self._names.mark(step)
        if await self._redis.pttl(name) < milliseconds:
            await self._redis.set(name, 1, px=milliseconds)


def _halted(ban: int, hold: int) -> Standing:
    # Negative where there is none.
    return Standing(banned=max(ban, 0) / 1000, held=max(hold, 0) / 1000)


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
