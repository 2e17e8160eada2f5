"""Processes that share their limits through a real Redis, and what becomes of them without it."""

import asyncio
import gc
import json
import logging
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from binance_c2c import AsyncC2CClient, Budget, C2CClient, Fleet
from binance_c2c._auth.secrets import Secret
from binance_c2c._limits.fleet import (
    RECOVERY,
    AsyncFleetConnection,
    CheckFleet,
    CircuitBreaker,
    FleetConnection,
    FleetState,
    Names,
    PauseFleet,
)
from binance_c2c._limits.usage import Charge
from binance_c2c.errors import ConfigurationError, RateLimitError
from tests.support.clients import KEY, SECRET, Kind, both_clients, run, settings, yes
from tests.support.redis_server import RedisServer
from tests.support.talk import Watch
from tests.support.wire import Wire, reply

CHARGE = Charge("ip", 7, 1)
# More than ask Redis at a time.
CROWD = 20
# Each process stands still in the same minute and calls as often as it is told.
PROCESS = """
import asyncio, json, sys
from binance_c2c import *
url, redis, calls, kind, settings = sys.argv[1:]
calls, settings = int(calls), json.loads(settings)
settings = dict(settings, base_url=url, budget=Budget(**settings.pop("budget")), fleet=Fleet(redis))

def result(error=None):
    return [type(error).__name__, getattr(error, "banned", None), getattr(error, "retry_after", None)]

def sync_calls():
    with C2CClient(**settings) as client:
        client._limits.now = lambda: 100.0
        for _ in range(calls):
            try:
                client.users.me()
            except errors.RateLimitError as error:
                yield result(error)
            else:
                yield result()

async def async_calls():
    async with AsyncC2CClient(**settings) as client:
        client._limits.now = lambda: 100.0
        found = await asyncio.gather(*(client.users.me() for _ in range(calls)), return_exceptions=True)
        return [result(one if isinstance(one, Exception) else None) for one in found]

print(json.dumps(list(sync_calls()) if kind == "sync" else asyncio.run(async_calls())))
"""


def start(wire: Wire, server: RedisServer, kind: str, calls: int, **budget: int) -> "subprocess.Popen[str]":
    """A process of the fleet, under way."""
    chosen = json.dumps({"api_key": KEY, "api_secret": SECRET, "budget": budget})
    command = [sys.executable, "-c", PROCESS, wire.url, server.url, str(calls), kind, chosen]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def results(process: "subprocess.Popen[str]") -> list[list[Any]]:
    out, _ = process.communicate()
    assert 0 == process.returncode
    found: list[list[Any]] = json.loads(out)
    return found


class Either:
    """A link of either kind, asked one thing after the other."""

    def __init__(self, kind: type[FleetConnection] | type[AsyncFleetConnection], *parts: Any) -> None:
        self._runner = asyncio.Runner()
        self._link = kind(*parts)

    def ask(self, step: CheckFleet | PauseFleet) -> FleetState | None:
        answer = self._link.ask(step)
        return answer if isinstance(answer, FleetState | None) else self._runner.run(answer)

    def close(self) -> None:
        if isinstance(self._link, FleetConnection):
            self._link.close()
        else:
            self._runner.run(self._link.aclose())
        self._runner.close()


@pytest.fixture(params=[FleetConnection, AsyncFleetConnection])
def link(request: pytest.FixtureRequest, redis_server: RedisServer) -> Iterator[Either]:
    fleet = Fleet(redis_server.url)
    either = Either(request.param, fleet, Names(fleet, "https://api.binance.com", Secret("api_key", KEY)))
    yield either
    either.close()


def other(
    server: RedisServer, *, name: str = "default", url: str = "https://api.binance.com", key: str = KEY
) -> Either:
    """A link of another process."""
    fleet = Fleet(server.url, name)
    return Either(FleetConnection, fleet, Names(fleet, url, Secret("api_key", key)))


@pytest.mark.parametrize("kinds", [("sync", "sync"), ("async", "async"), ("sync", "async")])
def test_two_processes_share_a_budget(kinds: tuple[str, str], redis_server: RedisServer):
    """Together they send as much as the budget has; the calls beyond it are refused unsent."""
    with Wire(then=reply(yes({}))) as wire:
        processes = [start(wire, redis_server, kind, calls=8, ip=10) for kind in kinds]
        found = [one for process in processes for one in results(process)]

        assert 10 == len(wire.requests)
    assert 10 == found.count(["NoneType", None, None])
    assert 6 == found.count(["RateLimitError", False, 20.0])


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_ban_of_one_process_stops_another(kind: str, redis_server: RedisServer):
    """After the 418 that one process saw another sends nothing, and says for how long."""
    with Wire(reply(b"", 418, [("Retry-After", "3600")])) as wire:
        first = results(start(wire, redis_server, kind, calls=1))
        second = results(start(wire, redis_server, kind, calls=3))

        assert 1 == len(wire.requests)
    assert [["RateLimitError", True, 3600.0]] == first
    assert ["RateLimitError"] * 3 == [name for name, _, _ in second]
    assert all(banned and 0 < seconds <= 3600 for _, banned, seconds in second)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings of the fleet; libraries speak of each request."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "binance_c2c"
        and record.levelno >= logging.WARNING
        and record.getMessage().startswith("fleet:")
    ]


@both_clients
def test_redis_gone_loses_no_call(kind: Kind, redis_server: RedisServer, caplog: pytest.LogCaptureFixture):
    """When Redis dies between two calls they go on, with one warning and the budget of the process alone."""
    chosen = {"budget": Budget(ip=5), "fleet": Fleet(redis_server.url)}

    def still(client: Any) -> None:
        client._limits.now = lambda: 100.0

    def kill(_: Any) -> None:
        redis_server.kill()

    def call(client: Any) -> Any:
        return client.users.me()

    with Wire(then=reply(yes({}))) as wire:
        found = run(kind, wire.url, still, call, kill, *[call] * 5, **chosen)

        assert 5 == len(wire.requests)
    assert ["RateLimitError"] == [type(one).__name__ for one in found if isinstance(one, Exception)]
    assert isinstance(found[-1], RateLimitError)
    [warning] = told(caplog)
    assert re.fullmatch(r"fleet: Redis fails \(\w+\); going on with the limits of this process", warning)


@pytest.mark.parametrize("url", ["redis://:pass-word@{}", "redis://{}"])
@both_clients
def test_a_redis_that_never_answers_loses_no_call(kind: Kind, url: str, caplog: pytest.LogCaptureFixture):
    """Where connections are taken and nothing is ever said, one call finds out, and the others do not even try."""
    with socket.create_server(("127.0.0.1", 0)) as silent, Wire(then=reply(yes({}))) as wire:
        address = "{}:{}".format(*silent.getsockname())
        found = run(kind, wire.url, *[lambda c: c.users.me()] * 4, fleet=Fleet(url.format(address)))
        silent.setblocking(False)
        connections = [silent.accept()[0]]
        with pytest.raises(BlockingIOError):
            silent.accept()
        for connection in connections:
            connection.close()

        assert 4 == len(wire.requests)
    assert [] == [one for one in found if isinstance(one, Exception)]
    assert ["fleet: Redis fails (TimeoutError); going on with the limits of this process"] == told(caplog)


@both_clients
def test_a_redis_that_was_never_there_loses_no_call(kind: Kind, caplog: pytest.LogCaptureFixture):
    """A client is made and calls go out, whether or not Redis runs."""
    with Wire(then=reply(yes({}))) as wire:
        found = run(kind, wire.url, *[lambda c: c.users.me()] * 2, fleet=Fleet("unix:///nowhere/at/all"))

        assert 2 == len(wire.requests)
    assert [] == [one for one in found if isinstance(one, Exception)]
    assert ["fleet: Redis fails (ConnectionError); going on with the limits of this process"] == told(caplog)


@pytest.mark.parametrize("kind", [FleetConnection, AsyncFleetConnection])
def test_redis_is_back_when_it_is_back(kind: Any, redis_server: RedisServer, caplog: pytest.LogCaptureFixture):
    """After a failure some seconds pass without a try; then one call looks, and when Redis answers it counts again."""
    watch, fleet = Watch(), Fleet(redis_server.url)
    link = Either(kind, fleet, Names(fleet, "https://api.binance.com", Secret("api_key", KEY)), CircuitBreaker(watch))
    before = link.ask(CheckFleet((CHARGE,)))
    redis_server.kill()
    during = [link.ask(CheckFleet((CHARGE,))) for _ in range(2)]
    watch.now += RECOVERY
    during += [link.ask(CheckFleet((CHARGE,)))]
    redis_server.start()
    watch.now += RECOVERY - 1
    during += [link.ask(CheckFleet((CHARGE,)))]
    watch.now += 1
    after = [link.ask(CheckFleet((CHARGE,))) for _ in range(2)]
    link.close()

    assert FleetState(totals=(1,)) == before
    assert [None] * 4 == during
    assert [FleetState(totals=(1,)), FleetState(totals=(2,))] == after
    assert ["fleet: Redis fails (ConnectionError); going on with the limits of this process"] == told(caplog)[:1]
    assert ["fleet: Redis answers again; limits are shared"] == told(caplog)[1:]


def test_one_call_looks_whether_redis_is_back():
    """While one looks, the others go on without waiting for it; one that fails later does not warn again."""
    watch = Watch()
    breaker = CircuitBreaker(watch)
    breaker.failed(OSError())
    watch.now += RECOVERY
    looks = [breaker.allows() for _ in range(3)]
    breaker.answered()

    assert [True, False, False] == looks
    assert breaker.allows()


def test_threads_that_fail_together_warn_once(caplog: pytest.LogCaptureFixture):
    """However many calls an outage meets, it is told once, and its end too."""
    breaker = CircuitBreaker(Watch())
    for _ in range(3):
        breaker.failed(OSError("redis://:pass-word@host"))

    class Late:
        """Another thread was quicker, between the look at the state and the lock."""

        def __enter__(self) -> None:
            breaker._down = False

        def __exit__(self, *_: object) -> None: ...

    breaker._lock = Late()  # type: ignore[assignment]
    breaker.answered()

    assert ["fleet: Redis fails (OSError); going on with the limits of this process"] == told(caplog)


def test_a_connection_that_redis_closed_is_opened_anew(link: Either, redis_server: RedisServer, caplog: Any):
    """Redis hangs up on who was quiet for long: that is no failure, and nothing is left uncounted."""
    counted = [link.ask(CheckFleet((CHARGE,)))]
    with redis_server.client() as admin:
        admin.client_kill_filter(_type="normal", skipme=True)
    counted += [link.ask(CheckFleet((CHARGE,)))]

    assert [FleetState(totals=(1,)), FleetState(totals=(2,))] == counted
    assert [] == told(caplog)


def test_a_redis_of_another_use_is_no_reason_to_fail(link: Either, redis_server: RedisServer, caplog: Any):
    """Where Redis refuses what is asked, that counts as an outage."""
    with redis_server.client() as admin:
        admin.lpush("binance-c2c:api.binance.com/default/ip/7", "something else")

    assert link.ask(CheckFleet((CHARGE,))) is None
    assert ["fleet: Redis fails (ResponseError); going on with the limits of this process"] == told(caplog)


@pytest.mark.parametrize(
    ("pause", "known"),
    [
        (PauseFleet(120.0, banned=True), {"banned": 120.0}),
        (PauseFleet(7.5, banned=False), {"held": 7.5}),
        (PauseFleet(1e30, banned=True), {"banned": 3 * 86_400.0}),
    ],
)
def test_a_halt_is_known_to_all_until_it_is_over(
    link: Either, redis_server: RedisServer, pause: PauseFleet, known: dict[str, float]
):
    """Redis itself forgets it when the time is up; until then nothing is counted."""
    link.ask(pause)
    another = other(redis_server)
    state = another.ask(CheckFleet((CHARGE,)))
    another.close()

    assert state is not None
    [(name, seconds)] = known.items()
    assert seconds - 60 < getattr(state, name) <= seconds
    assert () == state.totals


def test_a_short_halt_does_not_end_a_long_one(link: Either):
    """The later end counts."""
    link.ask(PauseFleet(3600.0, banned=True))
    link.ask(PauseFleet(10.0, banned=True))
    state = link.ask(CheckFleet(()))

    assert state is not None
    assert state.banned > 3000


def test_who_shares_what(redis_server: RedisServer):
    """The address is what the name says; the account is what the key opens; another exchange is another world."""
    links = {
        "one": other(redis_server),
        "same address, another key": other(redis_server, key="k" * 64),
        "same key, another address": other(redis_server, name="home"),
        "a sandbox": other(redis_server, url="http://127.0.0.1:8000"),
    }
    both = CheckFleet((Charge("ip", 7, 1), Charge("uid", 7, 1)))
    totals = {name: link.ask(both) for name, link in links.items()}
    links["one"].ask(PauseFleet(60.0, banned=True))
    stopped = [name for name, link in links.items() if getattr(link.ask(both), "banned", 0)]
    for link in links.values():
        link.close()

    assert {
        "one": (1, 1),
        "same address, another key": (2, 1),
        "same key, another address": (1, 2),
        "a sandbox": (1, 1),
    } == {name: getattr(state, "totals", None) for name, state in totals.items()}
    assert ["one", "same address, another key"] == stopped


@both_clients
def test_redis_learns_no_secret(kind: Kind, redis_server: RedisServer):
    """Neither the key nor the secret nor what was called stands in any name or value, and all of it expires."""
    chosen = settings(budget=Budget(ip=5, uid=5), fleet=Fleet(redis_server.url))
    with Wire(reply(yes({})), reply(b"", 429, [("Retry-After", "600")]), reply(b"", 418)) as wire:
        acts = [lambda c: c.users.me(), lambda c: c.users.me()]
        run(kind, wire.url, *acts, **chosen)
        run(kind, wire.url, *acts, **{**chosen, "fleet": Fleet(redis_server.url, "another")})
    contents = redis_server.contents()
    text = repr(contents)
    with redis_server.client() as client:
        lives = [client.ttl(name) for name in contents]

    assert {"ip", "uid", "hold", "ban"} == set(re.findall(r"[a-z]+", text)) & {"ip", "uid", "hold", "ban"}
    assert [] == [part for part in (KEY, SECRET, KEY[:8], "users", "baseDetail") if part in text]
    assert all(0 < life for life in lives)


def test_tasks_never_exceed_a_budget(redis_server: RedisServer):
    """A hundred tasks of one client under a shared budget send as much as it has."""

    async def main(url: str) -> list[Any]:
        async with AsyncC2CClient(
            **settings(base_url=url, budget=Budget(ip=30), fleet=Fleet(redis_server.url))
        ) as client:
            client._limits.now = lambda: 100.0
            return await asyncio.gather(*(client.users.me() for _ in range(100)), return_exceptions=True)

    with Wire(then=reply(yes({}))) as wire:
        found = asyncio.run(main(wire.url))

        assert 30 == len(wire.requests)
    assert 70 == sum(isinstance(one, RateLimitError) for one in found)


def test_redis_has_a_quarter_of_a_second():
    """To be reached, and for each answer: a call is not to be held up by it for longer."""
    fleet = Fleet("redis://localhost")
    names = Names(fleet, "https://api.binance.com", None)
    pools = [kind(fleet, names)._redis.connection_pool for kind in (FleetConnection, AsyncFleetConnection)]

    assert [(0.25, 0.25)] * 2 == [
        (pool.connection_kwargs["socket_timeout"], pool.connection_kwargs["socket_connect_timeout"]) for pool in pools
    ]


def test_a_closed_client_has_left_redis(redis_server: RedisServer):
    """Whoever closes a client closes its connections to Redis too, whether or not the client is still held."""
    clients = list[Any]()

    async def waiting() -> None:
        clients.append(AsyncC2CClient(**chosen))
        async with clients[-1] as client:
            await client.users.me()

    with Wire(then=reply(yes({}))) as wire, redis_server.client() as admin:
        chosen = settings(base_url=wire.url, fleet=Fleet(redis_server.url))
        clients.append(C2CClient(**chosen))
        with clients[-1] as client:
            client.users.me()
        asyncio.run(waiting())
        # Redis looks at each connection in turn, and soon at those that are closed.
        connected = next((one for _ in range(10_000) if len(one := admin.client_list()) == 1), admin.client_list())

    assert 1 == len(connected)
    assert 2 == len(clients)


@pytest.mark.parametrize("url", [None, "", "localhost:6379", "http://localhost", b"redis://", "memcached://host"])
def test_a_fleet_has_a_url_of_redis(url: Any):
    """Anything else is refused, without being shown."""
    with pytest.raises(ConfigurationError, match=r"^fleet: a URL that begins with redis://, rediss:// or unix://"):
        Fleet(url)


@pytest.mark.parametrize("name", [None, "", "a b", "a/b", "x" * 65, 5])
def test_a_fleet_has_a_plain_name(name: Any):
    """It becomes part of the names in Redis."""
    with pytest.raises(ConfigurationError, match=r"^fleet: the name has 1 to 64 letters"):
        Fleet("redis://localhost", name)


@both_clients
def test_a_url_that_cannot_be_read_is_not_shown(kind: Kind):
    """The client is not made, and the error does not repeat what may hold a password."""
    with pytest.raises(ConfigurationError) as caught:
        kind(**settings(fleet=Fleet("redis://:pass-word@localhost:port")))

    assert "fleet: the URL cannot be read" == str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "pass-word" not in repr(Fleet("redis://:pass-word@localhost"))


@both_clients
def test_the_extra_is_named_where_it_is_missing(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """Without the packages for Redis a client of a fleet cannot be made, and the error says what to install."""
    for name in [name for name in sys.modules if name.split(".")[0] in {"redis", "limits"}]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'binance-c2c\[redis\]'"):
        kind(**settings(fleet=Fleet("redis://localhost")))


# The connections of a loop that ended are collected with it.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_fleets_client_serves_one_loop_after_another(redis_server: RedisServer):
    """Connections to Redis, and the turns at them, end with the loop they began on; calls do not fail for it."""

    async def crowd(client: AsyncC2CClient) -> None:
        await asyncio.gather(*(client.users.me() for _ in range(CROWD)))

    with Wire(then=reply(yes({}))) as wire:
        client = AsyncC2CClient(**settings(base_url=wire.url, budget=Budget(ip=1000), fleet=Fleet(redis_server.url)))
        for _ in range(3):
            asyncio.run(crowd(client))
        asyncio.run(client.aclose())
        counted = sum(map(int, redis_server.contents().values()))
        del client
        gc.collect()

    assert (3 * CROWD, 3 * CROWD) == (len(wire.requests), counted)


def test_tasks_of_another_library_have_no_fleet():
    """The library for Redis knows asyncio alone: said before anything is sent."""

    async def play(url: str) -> str:
        client = AsyncC2CClient(**settings(base_url=url, fleet=Fleet("redis://localhost")))
        with pytest.raises(ConfigurationError) as refused:
            await client.users.me()
        return str(refused.value)

    with Wire(then=reply(yes({}))) as wire:
        message = anyio.run(play, wire.url, backend="trio")

    assert ("fleet: tasks share limits on asyncio alone", []) == (message, wire.requests)
