"""A client's connections to its fleet's Redis, for threads and for tasks. Calls go on while Redis fails."""

import hashlib
import logging
import math
import secrets
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, cast

from binance_c2c._core.auth import Secret
from binance_c2c._core.limits.fleet import Fleet
from binance_c2c._core.limits.usage import MEMBERSHIP, MINUTE, Charge, CheckFleet, FleetState, PauseFleet
from binance_c2c._core.support import register_fork_aware
from binance_c2c.errors import ConfigurationError

# The time limit in seconds for connecting and for each reply: Redis is near, and must not delay a call.
REPLY_TIMEOUT = 0.25
# Seconds between tries while Redis fails.
RECOVERY = 5.0
# The number of threads or tasks that may ask at the same time, each over its own connection.
CONNECTIONS = 8
# The longest pause in seconds: the longest ban that the exchange documents.
LONGEST_PAUSE = 3 * 86_400.0
# Seconds for which Redis keeps the mark of its data.
_MEMORY = 86_400
_HIGHEST_COUNT = 2**53
PREFIX = "binance-c2c"
# Returns the milliseconds left of a ban and of a pause, a mark that changes when Redis loses its data, and for each
# charge its total and the number of clients. A total is the sum of the clients' own counts: a repeated report does not
# count twice, and after a loss each report restores the count of its client.
_CHECK = """
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
redis.call('SET', KEYS[3], ARGV[2], 'NX')
redis.call('EXPIRE', KEYS[3], ARGV[3])
local memory = redis.call('GET', KEYS[3]) .. '/' .. run
local answer = {redis.call('PTTL', KEYS[1]), redis.call('PTTL', KEYS[2]), memory}
if answer[1] > 0 or answer[2] > 0 then
  return answer
end
local client, now, fits = ARGV[1], tonumber(redis.call('TIME')[1]), true
local charges = (#KEYS - 3) / 2
for i = 1, charges do
  local count, members = KEYS[2 + 2 * i], KEYS[3 + 2 * i]
  local weight, own, budget = tonumber(ARGV[3 * i + 3]), tonumber(ARGV[3 * i + 4]), tonumber(ARGV[3 * i + 5])
  local total, all = own, redis.call('HGETALL', count)
  for j = 1, #all, 2 do
    if all[j] ~= client then total = total + all[j + 1] end
  end
  fits = fits and (weight == 0 or total <= budget)
  redis.call('ZADD', members, now + tonumber(ARGV[4]), client)
  redis.call('ZREMRANGEBYSCORE', members, '-inf', now)
  redis.call('EXPIRE', members, ARGV[4])
  answer[2 * i + 2], answer[2 * i + 3] = total, redis.call('ZCARD', members)
end
for i = 1, fits and charges or 0 do
  local count, own = KEYS[2 + 2 * i], tonumber(ARGV[3 * i + 4])
  redis.call('HSET', count, client, math.max(own, redis.call('HGET', count, client) or 0))
  redis.call('EXPIRE', count, ARGV[5])
end
return answer
"""
_PAUSE = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
end
return 1
"""
# The library's errors for replies that only a Redis Cluster gives.
_OF_A_CLUSTER = {"AskError", "ClusterCrossSlotError", "ClusterDownError", "MovedError"}

log = logging.getLogger("binance_c2c")


class Names:
    """The keys in Redis under which a fleet keeps its counts, bans and pauses."""

    def __init__(self, fleet: Fleet, base_url: str, api_key: Secret | None) -> None:
        # The exchange is part of the key: a ban in a sandbox does not apply to the real exchange.
        exchange = base_url.partition("://")[2]
        address = f"{exchange}/{fleet.name}"
        account = hashlib.sha256(api_key.reveal().encode() if api_key else b"").hexdigest()[:32]
        self._owners = {"ip": f"{PREFIX}:{address}/ip", "uid": f"{PREFIX}:{exchange}/{account}/uid"}
        self.ban, self.hold, self.memory = (f"{PREFIX}:{address}/{name}" for name in ("ban", "hold", "memory"))

    def of_charge(self, charge: Charge) -> tuple[str, str]:
        """Two keys: of the weights that the clients used up in the minute, and of the set of clients."""
        owner = self._owners[charge.scope]
        return f"{owner}/{charge.minute}", f"{owner}/members"


class CircuitBreaker:
    """Allows only one request to Redis every few seconds while it fails. Each outage is logged once."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._down = False
        self._next_try = 0.0
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Replace the lock: the thread that holds it does not run in a forked process, and would never release it."""
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether to ask Redis: always while it answers, once every few seconds during an outage."""
        if not self._down:
            return True
        with self._lock:
            now = self._monotonic()
            if now < self._next_try:
                return False
            # One call tries; the others do not wait for it.
            self._next_try = now + RECOVERY
            return True

    def failed(self, error: Exception) -> None:
        """Note a failure. The first of an outage is logged."""
        with self._lock:
            first, self._down, self._next_try = not self._down, True, self._monotonic() + RECOVERY
        if first:
            # Only the name of the error: its text may quote the URL, which may hold a password.
            kind = type(error).__name__
            why = "it is part of a Redis Cluster, which is not supported" if kind in _OF_A_CLUSTER else kind
            log.warning("fleet: Redis fails (%s); going on with this process's share of the limits", why)

    def answered(self) -> None:
        """Note an answer. The first after an outage is logged."""
        if not self._down:
            return
        with self._lock:
            back, self._down = self._down, False
        if back:
            log.warning("fleet: Redis answers again; limits are shared")


class FleetConnection:
    """One client's connections to Redis, for any number of threads."""

    def __init__(self, fleet: Fleet, names: Names, breaker: CircuitBreaker | None = None) -> None:
        with _require_extra():
            import redis  # noqa: PLC0415
            from redis.retry import Retry  # noqa: PLC0415
        with _refuse_bad_url():
            pool: Any = redis.ConnectionPool.from_url(fleet.reveal_url(), **_options(Retry))  # pyright: ignore[reportUnknownMemberType]
        self._connections, self._redis = pool, cast("Any", redis.Redis(connection_pool=pool))
        self._names = names
        self._breaker = breaker or CircuitBreaker()
        self.reset_after_fork()
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Replace the semaphore in a forked process. The library opens new connections there by itself."""
        self._slots = threading.BoundedSemaphore(CONNECTIONS)

    def ask(self, step: CheckFleet | PauseFleet) -> FleetState | None:
        """Have Redis count a call, or pause the fleet. None if Redis fails."""
        with self._slots:
            if not _may_ask(step, self._breaker):
                return None
            try:
                state = _parse_reply(step, self._redis.execute_command(*_command(self._names, step)))
            except Exception as error:  # noqa: BLE001 - the library may raise anything for a malformed reply
                self._breaker.failed(error)
                # The state of these connections is unknown.
                self._connections.disconnect(inuse_connections=False)
                return None
        self._breaker.answered()
        return state

    def close(self) -> None:
        """Close the connections."""
        self._connections.disconnect()


class AsyncFleetConnection:
    """One client's connections to Redis, for any number of tasks on one asyncio event loop at a time."""

    def __init__(self, fleet: Fleet, names: Names, breaker: CircuitBreaker | None = None) -> None:
        with _require_extra():
            from asyncio import AbstractEventLoop, Semaphore  # noqa: PLC0415

            from redis import asyncio  # noqa: PLC0415
            from redis.asyncio.retry import Retry  # noqa: PLC0415

        def open_connections() -> tuple[Any, Any, Semaphore]:
            with _refuse_bad_url():
                pool: Any = asyncio.ConnectionPool.from_url(fleet.reveal_url(), **_options(Retry))  # pyright: ignore[reportUnknownMemberType]
            return pool, asyncio.Redis(connection_pool=pool), Semaphore(CONNECTIONS)

        self._open_connections = open_connections
        self._loop: AbstractEventLoop | None = None
        self._connections, self._redis, self._slots = open_connections()
        self._names = names
        self._breaker = breaker or CircuitBreaker()

    async def ask(self, step: CheckFleet | PauseFleet) -> FleetState | None:
        """Have Redis count a call, or pause the fleet. None if Redis fails."""
        self._reconnect_on_new_loop()
        async with self._slots:
            if not _may_ask(step, self._breaker):
                return None
            try:
                state = _parse_reply(step, await self._redis.execute_command(*_command(self._names, step)))
            except Exception as error:  # noqa: BLE001 - the library may raise anything for a malformed reply
                self._breaker.failed(error)
                await self._connections.disconnect(inuse_connections=False)
                return None
        self._breaker.answered()
        return state

    async def aclose(self) -> None:
        """Close the connections."""
        self._reconnect_on_new_loop()
        await self._connections.disconnect()

    def _reconnect_on_new_loop(self) -> None:
        """Open new connections if another event loop runs than before: the old ones belong to the old loop."""
        from asyncio import get_running_loop  # noqa: PLC0415

        try:
            loop = get_running_loop()
        except RuntimeError:
            message = "fleet: an async client can share limits on asyncio only"
            raise ConfigurationError(message) from None
        if self._loop not in {None, loop}:
            self._connections, self._redis, self._slots = self._open_connections()
        self._loop = loop


class _StrangeReplyError(Exception):
    """A reply that Redis cannot have given to the script: another server is at its address."""


def _may_ask(step: CheckFleet | PauseFleet, breaker: CircuitBreaker) -> bool:
    # A pause is sent even during an outage, which may be over: it is rare and matters to the whole fleet.
    return isinstance(step, PauseFleet) or breaker.allows()


def _command(names: Names, step: CheckFleet | PauseFleet) -> list[str | int]:
    """The Redis command for a step, with its keys and arguments."""
    if isinstance(step, PauseFleet):
        milliseconds = math.ceil(min(step.seconds, LONGEST_PAUSE) * 1000)
        return ["EVAL", _PAUSE, 1, names.ban if step.banned else names.hold, milliseconds]
    keys = [names.ban, names.hold, names.memory]
    values: list[str | int] = [step.client, secrets.token_hex(8), _MEMORY, MEMBERSHIP, 2 * MINUTE]
    for charge in step.charges:
        keys.extend(names.of_charge(charge))
        values += [charge.weight, charge.own, charge.budget]
    return ["EVAL", _CHECK, len(keys), *keys, *values]


def _parse_reply(step: CheckFleet | PauseFleet, reply: Any) -> FleetState | None:
    """Read the reply to a step's command. Raises `_StrangeReplyError` if it has another form."""
    if isinstance(step, PauseFleet):
        if reply != 1:
            raise _StrangeReplyError
        return None
    if not isinstance(reply, list) or len(reply) < 3:  # noqa: PLR2004 - the parts that always come # pyright: ignore[reportUnknownArgumentType]
        raise _StrangeReplyError
    parts: list[Any] = reply  # pyright: ignore[reportUnknownVariableType]
    ban, hold, memory, *counts = parts
    numbers = [ban, hold, *counts]
    if not isinstance(memory, bytes) or not all(type(number) is int for number in numbers):
        raise _StrangeReplyError
    state = FleetState(_seconds(ban), _seconds(hold), memory=memory.decode("latin-1"))
    if state.banned or state.held:
        return state
    totals, clients = counts[::2], counts[1::2]
    if not len(totals) == len(clients) == len(step.charges):
        raise _StrangeReplyError
    for charge, total, known in zip(step.charges, totals, clients, strict=True):
        if not charge.own <= total < _HIGHEST_COUNT or not 1 <= known < _HIGHEST_COUNT:
            raise _StrangeReplyError
    return state._replace(totals=tuple(totals), clients=tuple(clients))


def _seconds(milliseconds: int) -> float:
    # Negative if there is no pause.
    return min(max(milliseconds, 0) / 1000, LONGEST_PAUSE)


def _options(retry: Any) -> dict[str, Any]:
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.exceptions import ConnectionError as BrokenConnectionError  # noqa: PLC0415

    # One retry, for a connection that Redis closed while it was idle. By default the library retries for seconds.
    once = retry(NoBackoff(), 1, (BrokenConnectionError,))
    # Protocol version 2 suffices and needs no handshake.
    return {"socket_timeout": REPLY_TIMEOUT, "socket_connect_timeout": REPLY_TIMEOUT, "retry": once, "protocol": 2}


@contextmanager
def _require_extra() -> Generator[None]:
    try:
        yield
    except ImportError as error:
        message = 'fleet: Redis needs the extra `redis`: pip install "binance-c2c[redis]"'
        raise ConfigurationError(message) from error


@contextmanager
def _refuse_bad_url() -> Generator[None]:
    try:
        yield
    except ValueError:
        # Without the cause, which may quote the URL and so a password.
        message = "fleet: the URL cannot be read"
        raise ConfigurationError(message) from None
