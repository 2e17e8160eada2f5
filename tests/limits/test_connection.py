"""Processes that share their limits through a real Redis, and what becomes of them without it."""

import asyncio
import contextlib
import gc
import json
import logging
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any, Self

import anyio
import pytest

from binance_c2c import AsyncC2CClient, Budget, C2CClient, Fleet
from binance_c2c._core.auth.secrets import Secret
from binance_c2c._core.limits.connection import RECOVERY, AsyncFleetConnection, CircuitBreaker, FleetConnection, Names
from binance_c2c._core.limits.usage import Charge, CheckFleet, FleetState, PauseFleet
from binance_c2c.errors import ConfigurationError, RateLimitError
from tests.support.clients import KEY, SECRET, Kind, both_clients, run, settings, yes
from tests.support.servers.redis_server import RedisServer, free_cluster_port, need_redis
from tests.support.talk import Watch
from tests.support.wire import Wire, reply


def charge(own: int, scope: str = "ip") -> Charge:
    """What a client adds to the seventh minute that has used up so much of it."""
    return Charge(scope, 7, 1, own, budget=10)


def check(own: int, client: str = "one") -> CheckFleet:
    return CheckFleet((charge(own),), client)


# More than ask Redis at a time.
CROWD = 20
# Each process stands still in the same minute, has time for a slow Redis, and calls as often as it is told.
PROCESS = """
import asyncio, json, sys
from binance_c2c import *
from binance_c2c._core.limits import connection
connection.REPLY_TIMEOUT = 60.0
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


def totals(state: FleetState | None) -> tuple[int, ...]:
    """What the fleet counted; nothing where it could not be asked."""
    return () if state is None else state.totals


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
    # Less than what is left of the minute, which stands still: the call beyond the budget is refused at once.
    chosen = {"budget": Budget(ip=5), "fleet": Fleet(redis_server.url, processes=1), "timeout": 10.0}

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
    assert re.fullmatch(r"fleet: Redis fails \(\w+\); going on with this process's share of the limits", warning)


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
    assert ["fleet: Redis fails (TimeoutError); going on with this process's share of the limits"] == told(caplog)


@both_clients
def test_a_redis_that_was_never_there_loses_no_call(kind: Kind, caplog: pytest.LogCaptureFixture):
    """A client is made and calls go out, whether or not Redis runs."""
    with Wire(then=reply(yes({}))) as wire:
        found = run(kind, wire.url, *[lambda c: c.users.me()] * 2, fleet=Fleet("unix:///nowhere/at/all"))

        assert 2 == len(wire.requests)
    assert [] == [one for one in found if isinstance(one, Exception)]
    assert ["fleet: Redis fails (ConnectionError); going on with this process's share of the limits"] == told(caplog)


@pytest.mark.parametrize("kind", [FleetConnection, AsyncFleetConnection])
def test_redis_is_back_when_it_is_back(kind: Any, redis_server: RedisServer, caplog: pytest.LogCaptureFixture):
    """After a failure some seconds pass without a try; then one call looks, and when Redis answers it counts again."""
    watch, fleet = Watch(), Fleet(redis_server.url)
    link = Either(kind, fleet, Names(fleet, "https://api.binance.com", Secret("api_key", KEY)), CircuitBreaker(watch))
    before = link.ask(check(1))
    redis_server.kill()
    during = [link.ask(check(2)) for _ in range(2)]
    watch.now += RECOVERY
    during += [link.ask(check(3))]
    redis_server.start()
    watch.now += RECOVERY - 1
    during += [link.ask(check(4))]
    watch.now += 1
    after = [link.ask(check(own)) for own in (5, 6)]
    link.close()

    assert (1,) == totals(before)
    assert [None] * 4 == during
    assert [(5,), (6,)] == [totals(state) for state in after]
    assert ["fleet: Redis fails (ConnectionError); going on with this process's share of the limits"] == told(caplog)[
        :1
    ]
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

    assert ["fleet: Redis fails (OSError); going on with this process's share of the limits"] == told(caplog)


def test_a_connection_that_redis_closed_is_opened_anew(link: Either, redis_server: RedisServer, caplog: Any):
    """Redis hangs up on who was quiet for long: that is no failure, and nothing is left uncounted."""
    counted = [totals(link.ask(check(1)))]
    with redis_server.client() as admin:
        admin.client_kill_filter(_type="normal", skipme=True)
    counted += [totals(link.ask(check(2)))]

    assert [(1,), (2,)] == counted
    assert [] == told(caplog)


@pytest.mark.parametrize("value", ["a list", "a word"])
def test_a_redis_of_another_use_is_no_reason_to_fail(value: str, link: Either, redis_server: RedisServer, caplog: Any):
    """Where something else has the name of a count, or stands in one, that counts as an outage."""
    with redis_server.client() as admin:
        name = "binance-c2c:api.binance.com/default/ip/7"
        if value == "a list":
            admin.lpush(name, "something else")
        else:
            admin.hset(name, "two", "something else")

    assert link.ask(check(1)) is None
    assert ["fleet: Redis fails (ResponseError); going on with this process's share of the limits"] == told(caplog)


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
    state = another.ask(check(1))
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
    charges = charge(1), charge(1, "uid")
    known = {name: totals(link.ask(CheckFleet(charges, name))) for name, link in links.items()}
    links["one"].ask(PauseFleet(60.0, banned=True))
    stopped = [name for name, link in links.items() if getattr(link.ask(CheckFleet(charges, name)), "banned", 0)]
    for link in links.values():
        link.close()

    assert {
        "one": (1, 1),
        "same address, another key": (2, 1),
        "same key, another address": (1, 2),
        "a sandbox": (1, 1),
    } == known
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
            # Less than what is left of the minute, which stands still: calls beyond the budget are refused at once.
            **settings(base_url=url, budget=Budget(ip=30), fleet=Fleet(redis_server.url), timeout=10.0)
        ) as client:
            client._limits.now = lambda: 100.0
            return await asyncio.gather(*(client.users.me() for _ in range(100)), return_exceptions=True)

    with Wire(then=reply(yes({}))) as wire:
        found = asyncio.run(main(wire.url))

        assert 30 == len(wire.requests)
    assert 70 == sum(isinstance(one, RateLimitError) for one in found)


# Each in the words of Redis' protocol, or in others.
STRANGE_REPLIES = {
    "a word": b"+OK\r\n",
    "a number": b":1\r\n",
    "a text": b"$5\r\nhello\r\n",
    "nothing": b"$-1\r\n",
    "an error": b"-ERR it is broken\r\n",
    "an empty list": b"*0\r\n",
    "an error inside": b"*3\r\n:-2\r\n:-2\r\n-ERR inside\r\n",
    "a list of texts": b"*5\r\n" + b"$1\r\n1\r\n" * 5,
    "a list in a list": b"*5\r\n:-2\r\n:-2\r\n$1\r\nm\r\n*1\r\n:1\r\n:1\r\n",
    "too few counts": b"*3\r\n:-2\r\n:-2\r\n$1\r\nm\r\n",
    "a total without us": b"*5\r\n:-2\r\n:-2\r\n$1\r\nm\r\n:0\r\n:1\r\n",
    "a fleet of nobody": b"*5\r\n:-2\r\n:-2\r\n$1\r\nm\r\n:1\r\n:0\r\n",
    "an endless number": b":" + b"9" * 5000 + b"\r\n",
    "a number of letters": b":abc\r\n",
    "lists without end": b"*1\r\n" * 100_000,
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "no text": b"\xff\xfe\x00\r\n\r\n",
}


class Impostor:
    """Greets as Redis does, and answers what is asked of it with the bytes that it was given."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.url = "redis://{}:{}".format(*self._listener.getsockname())

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection, contextlib.suppress(ConnectionError):
                while asked := connection.recv(65536):
                    if asked == b"the end":
                        return
                    connection.sendall(self._answer if b"EVAL" in asked else b"+OK\r\n" * asked.count(b"*"))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.create_connection(self._listener.getsockname()) as connection:
            connection.sendall(b"the end")
            self._thread.join()
        self._listener.close()


@pytest.mark.parametrize("reply", STRANGE_REPLIES.values(), ids=STRANGE_REPLIES)
@pytest.mark.parametrize("kind", [FleetConnection, AsyncFleetConnection])
def test_a_strange_reply_is_an_outage(kind: Any, reply: bytes, caplog: pytest.LogCaptureFixture):
    """Whatever answers in the place of Redis, nothing is raised and nothing of it is believed."""
    with Impostor(reply) as impostor:
        fleet = Fleet(impostor.url)
        link = Either(kind, fleet, Names(fleet, "https://api.binance.com", None))
        found = [link.ask(check(1)), link.ask(PauseFleet(1.0, banned=True)) if reply != b":1\r\n" else None]
        link.close()

    assert [None, None] == found
    [warning] = told(caplog)
    assert re.fullmatch(r"fleet: Redis fails \(\w+\); going on with this process's share of the limits", warning)


@pytest.mark.parametrize("reply", [b"*3\r\n:%d\r\n:-2\r\n$1\r\nm\r\n", b"*3\r\n:-2\r\n:%d\r\n$1\r\nm\r\n"])
@pytest.mark.parametrize("kind", [FleetConnection, AsyncFleetConnection])
def test_no_pause_is_longer_than_the_longest(kind: Any, reply: bytes):
    """A ban or a hold that is read from Redis silences nobody for longer than three days, however long it says."""
    with Impostor(reply % 10**15) as impostor:
        fleet = Fleet(impostor.url)
        link = Either(kind, fleet, Names(fleet, "https://api.binance.com", None))
        state = link.ask(check(1))
        link.close()

    assert state is not None
    assert 3 * 86_400.0 == state.banned + state.held


@pytest.mark.parametrize("said", ["MOVED 1 127.0.0.1:1", "ASK 1 127.0.0.1:1", "CROSSSLOT keys", "CLUSTERDOWN slot"])
@pytest.mark.parametrize("kind", [FleetConnection, AsyncFleetConnection])
def test_what_only_a_cluster_says_is_told(kind: Any, said: str, caplog: pytest.LogCaptureFixture):
    """The names of the library's errors are still those that tell a cluster from another failure."""
    with Impostor(f"-{said}\r\n".encode()) as impostor:
        fleet = Fleet(impostor.url)
        link = Either(kind, fleet, Names(fleet, "https://api.binance.com", None))
        state = link.ask(check(1))
        link.close()

    assert state is None
    [warning] = told(caplog)
    assert "(it is part of a Redis Cluster, which is not supported)" in warning


def test_a_cluster_is_named(caplog: pytest.LogCaptureFixture):
    """A server of a Redis Cluster cannot hold what belongs together: the warning says what is wrong."""
    need_redis()
    # One server for both kinds of connection.
    with RedisServer(cluster_enabled="yes", bind="127.0.0.1", port=str(free_cluster_port())) as server:
        fleet = Fleet(server.url)
        for kind in (FleetConnection, AsyncFleetConnection):
            link = Either(kind, fleet, Names(fleet, "https://api.binance.com", None))
            state = link.ask(check(1))
            link.close()
            assert state is None

    assert 2 == len(told(caplog))
    assert all("(it is part of a Redis Cluster, which is not supported)" in warning for warning in told(caplog))


def test_an_outage_keeps_no_ban_from_being_told(redis_server: RedisServer):
    """Whether or not the next look at Redis is due, a ban is told to it: the others should not earn one each."""
    breaker, fleet = CircuitBreaker(Watch()), Fleet(redis_server.url)
    link = FleetConnection(fleet, Names(fleet, "https://api.binance.com", Secret("api_key", KEY)), breaker)
    breaker.failed(OSError())
    refused = link.ask(check(1))
    link.ask(PauseFleet(60.0, banned=True))
    link.close()
    another = other(redis_server)
    state = another.ask(check(1))
    another.close()

    assert refused is None
    assert state is not None
    assert 0 < state.banned <= 60


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


@both_clients
def test_the_extra_is_named_where_it_is_missing(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """Without the packages for Redis a client of a fleet cannot be made, and the error says what to install."""
    for name in [name for name in sys.modules if name.split(".")[0] == "redis"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigurationError, match=r'pip install "binance-c2c\[redis\]"'):
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
        counts = [count for name, count in redis_server.contents().items() if re.search(r"/ip/\d", name)]
        counted = sum(int(own) for count in counts for own in count.values())
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

    assert ("fleet: an async client can share limits on asyncio only", []) == (message, wire.requests)
