"""How much a fleet sends within a minute, whatever becomes of its Redis."""

import random
from collections import Counter
from typing import Any

import httpx
import pytest

from binance_c2c import Budget, C2CClient, Fleet
from binance_c2c._core.limits import connection
from binance_c2c._core.limits.connection import RECOVERY
from binance_c2c._core.limits.usage import MEMBERSHIP, RECOUNT_WAIT, Charge, FleetState, UsageTracker
from binance_c2c_sapi.operations import ADS_SEARCH
from tests.support.clients import settings, yes
from tests.support.servers.redis_server import RedisServer
from tests.support.talk import Watch

START = 60_000.0


def answered(total: int, clients: int = 4, memory: str = "first") -> FleetState:
    return FleetState(totals=(total,), clients=(clients,), memory=memory)


def wait_of_one(tracker: UsageTracker, state: FleetState | None) -> float:
    """How long a call has to wait; 0 where it goes out."""
    charges, wait = tracker.reserve(ADS_SEARCH)
    return wait or tracker.wait_if_over(charges, state)


def sent_alone(tracker: UsageTracker) -> int:
    """How many calls go out before one has to wait, while the fleet cannot be asked."""
    return next(number for number in range(1000) if wait_of_one(tracker, None))


def test_a_share_is_the_budget_divided_by_the_processes():
    """As many as were stated, which is known without Redis; where Redis has seen more, those count."""
    stated, seen = (UsageTracker(Budget(ip=80), Watch(START), processes=4) for _ in range(2))
    seen.wait_if_over(seen.reserve(ADS_SEARCH)[0], answered(1, clients=10))

    assert 20 == sent_alone(stated)
    # One is counted, and of the other 79 a tenth may follow.
    assert 79 // 10 == sent_alone(seen)


def test_what_the_fleet_had_used_up_is_shared_no_more():
    """In the minute in which Redis is lost each adds its share of what was left, in the next one a share of all."""
    watch = Watch(START)
    tracker = UsageTracker(Budget(ip=80), watch, processes=4)
    tracker.wait_if_over(tracker.reserve(ADS_SEARCH)[0], answered(60))
    first = sent_alone(tracker)
    watch.now += 60

    assert (20 // 4, 80 // 4) == (first, sent_alone(tracker))


def test_what_the_exchange_told_is_shared_no_more():
    """Its count may have what others used up of whom the fleet does not know."""
    tracker = UsageTracker(Budget(ip=80), Watch(START), processes=4)
    tracker.learn(ADS_SEARCH, [(b"x-sapi-used-ip-weight-1m", b"60")], START)

    assert 20 // 4 == sent_alone(tracker)


def test_a_redis_that_forgot_is_not_relied_upon():
    """When it was emptied its totals are too low: until the minute is over each keeps to its share."""
    watch = Watch(START)
    tracker = UsageTracker(Budget(ip=80), watch, processes=4)
    tracker.wait_if_over(tracker.reserve(ADS_SEARCH)[0], answered(60))
    waits = [wait_of_one(tracker, answered(n, 1, "second")) for n in range(2, 8)]
    watch.now += 60
    later = [wait_of_one(tracker, answered(n, 1, "second")) for n in range(1, 81)]

    assert [0.0] * 5 + [60.0] == waits
    assert [0.0] * 80 == later


def test_a_loss_is_noticed_while_the_fleet_is_paused():
    """A ban that a fresh Redis knows of tells, too, that it is another one."""
    tracker = UsageTracker(Budget(ip=80), Watch(START), processes=4)
    tracker.wait_if_over(tracker.reserve(ADS_SEARCH)[0], answered(60))
    tracker.wait_if_over(tracker.reserve(ADS_SEARCH)[0], FleetState(banned=1.0, memory="second"))

    assert 20 // 4 == sent_alone(tracker)


@pytest.mark.parametrize("state", [FleetState(held=1.0), answered(81)], ids=["paused", "over"])
def test_what_does_not_go_out_is_not_counted(state: FleetState):
    """A call that the fleet holds back has used nothing up."""
    tracker = UsageTracker(Budget(ip=80), Watch(START), processes=4)
    tracker.learn(ADS_SEARCH, [(b"x-sapi-used-ip-weight-1m", b"5")], START)
    tracker.wait_if_over(tracker.reserve(ADS_SEARCH)[0], state)
    [charge], _ = tracker.reserve(ADS_SEARCH)

    assert 1 == charge.own
    assert [0.0] * 74 + [60.0] == [tracker.reserve(ADS_SEARCH)[1] for _ in range(75)]


def test_a_call_of_the_last_minute_is_taken_back_from_no_other():
    """What was counted in a minute that is over stays there."""
    watch = Watch(START)
    tracker = UsageTracker(Budget(ip=80), watch, processes=4)
    before, _ = tracker.reserve(ADS_SEARCH)
    watch.now += 60
    tracker.reserve(ADS_SEARCH)
    waits = [tracker.wait_if_over(before, state) for state in (FleetState(held=1.0), answered(1))]
    [charge], _ = tracker.reserve(ADS_SEARCH)

    assert [0.0, RECOUNT_WAIT] == waits
    assert 2 == charge.own


def test_a_fleet_that_became_smaller_is_believed_later():
    """An emptied Redis has seen few clients, so the higher number holds for as long as Redis itself would keep it."""
    watch = Watch(START)
    tracker = UsageTracker(Budget(ip=80), watch, processes=4)
    for clients in (10, 2):
        tracker.wait_if_over(tracker.reserve(ADS_SEARCH)[0], answered(1, clients))
    watch.now += 60
    soon = sent_alone(tracker)
    watch.now += MEMBERSHIP
    tracker.wait_if_over(tracker.reserve(ADS_SEARCH)[0], answered(1, 2))
    watch.now += 60

    assert (80 // 10, 80 // 4) == (soon, sent_alone(tracker))


def test_a_forked_process_is_another_client():
    """It has a name of its own, and what its parent sent is counted under the parent's."""
    tracker = UsageTracker(Budget(ip=80), Watch(START), processes=4)
    tracker.reserve(ADS_SEARCH)
    name = tracker.client
    tracker.reset_after_fork()

    assert name != tracker.client
    assert ((Charge("ip", 1000, 1, own=1, budget=80),), 0.0) == tracker.reserve(ADS_SEARCH)


class _HasToWaitError(Exception):
    """The limits hold a call back."""


def _refuse_to_wait(seconds: float) -> None:
    raise _HasToWaitError(seconds)


class Members:
    """Clients of one fleet, as if each were a process of its own, on a clock in the test's hands."""

    def __init__(self, server: RedisServer, number: int, budget: int) -> None:
        self.watch = Watch(START)
        self.sent: Counter[int] = Counter()
        self.clients = [self._client(server, budget) for _ in range(number)]

    def _client(self, server: RedisServer, budget: int) -> C2CClient:
        http = httpx.MockTransport(self._answer)
        client = C2CClient(
            **settings(budget=Budget(ip=budget), fleet=Fleet(server.url, processes=4), http=http, timeout=None)
        )
        client._driver._sleep = _refuse_to_wait
        client._limits.now = self.watch
        fleet: Any = client._driver._fleet
        fleet._breaker._monotonic = self.watch
        return client

    def _answer(self, _: httpx.Request) -> httpx.Response:
        self.sent[int(self.watch.now // 60)] += 1
        return httpx.Response(200, json=yes({}))

    def call(self, client: C2CClient, times: int) -> None:
        """Call so often, or until the next call has to wait."""
        for _ in range(times):
            try:
                client.users.me()
            except _HasToWaitError:
                return

    def close(self) -> None:
        for client in self.clients:
            client.close()


def test_what_was_sent_alone_is_counted_when_redis_is_back(redis_server: RedisServer):
    """The count of a minute that was spent without Redis is complete as soon as each client has asked again."""
    members = Members(redis_server, 4, budget=40)
    for client in members.clients:
        members.call(client, 1)
    redis_server.kill()
    for client in members.clients:
        members.call(client, 40)
    redis_server.start()
    members.watch.now += RECOVERY
    for client in members.clients:
        members.call(client, 1)
    [count] = [count for name, count in redis_server.contents().items() if name.endswith(f"/{int(START // 60)}")]
    members.close()

    # One each by Redis, and alone a fourth of what each saw left: 39, 38, 37 and 36.
    assert {int(START // 60): 4 + 9 + 9 + 9 + 9} == members.sent
    assert [10] * 4 == [int(own) for own in count.values()]


@pytest.mark.parametrize("seed", range(3))
def test_no_minute_holds_twice_the_budget(seed: int, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch):
    """However Redis is killed, stopped and emptied, and whoever calls when: less than twice the budget is sent."""
    # A Redis that is stopped answers nothing, which each client is to find out soon.
    monkeypatch.setattr(connection, "REPLY_TIMEOUT", 0.25)
    dice, budget = random.Random(seed), 30  # noqa: S311 - a sequence that can be repeated
    members = Members(redis_server, 4, budget)
    for _ in range(120):
        members.call(dice.choice(members.clients), dice.choice([1, 3, 10, budget]))
        members.watch.now += dice.choice([0.1, 1, 5, 20])
        match dice.randrange(12):
            case 0:
                redis_server.kill()
                redis_server.start()
            case 1:
                with redis_server.client() as admin:
                    admin.flushall()
            case 2:
                redis_server.kill()
                members.call(dice.choice(members.clients), budget)
                members.watch.now += dice.choice([1, 30, 60])
                members.call(dice.choice(members.clients), budget)
                redis_server.start()
            case 3:
                redis_server.stop()
                members.call(dice.choice(members.clients), budget)
                redis_server.go_on()
            case _:
                pass
    members.close()

    assert len(members.sent) > 5
    assert max(members.sent.values()) < 2 * budget
