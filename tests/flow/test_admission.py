"""Before a call goes out: what holds it back, for how long, and when it is refused instead. Without a network."""

import logging
from typing import Any

import httpx
import pytest

from binance_c2c import Budget, RetryPolicy
from binance_c2c._core.flow.conversation import LONGEST_WAIT_WITH_CODE, Flow
from binance_c2c._core.limits.usage import Charge, CheckFleet, FleetState, PauseFleet, UsageTracker
from binance_c2c.errors import RateLimitError
from binance_c2c_runtime import Call
from binance_c2c_sapi.operations import MARKET_SEARCH, ORDERS_RELEASE
from tests.support.clients import gateway, yes
from tests.support.talk import RECEIVED, SAFE, UNSAFE, Talk, Watch, converse, flow

LOST = httpx.ReadError("reset")
PUBLIC: Call[Any] = Call(MARKET_SEARCH, body={})
FREE = FleetState()


def counted(*totals: int, **more: Any) -> FleetState:
    """What a fleet of two clients answers that may send."""
    return FleetState(totals=totals, clients=(2,) * len(totals), **more)


def refused(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=gateway(-1003), headers={k.replace("_", "-"): v for k, v in headers.items()})


def limited(budget: Budget | None = None, start: float = 0.0, **changed: Any) -> Flow:
    """A flow whose minutes and deadlines are on one clock. Where there is a fleet, it has eight clients."""
    watch = Watch(start)
    return flow(watch, limits=UsageTracker(budget, watch, processes=8), **changed)


def charges(talk: Talk) -> list[tuple[Charge, ...]]:
    """What the fleet was to count."""
    return [step.charges for step in talk.told if isinstance(step, CheckFleet)]


def unsent(talk: Talk) -> RateLimitError:
    """The error of a call that did not go out."""
    assert isinstance(talk.error, RateLimitError)
    assert "nothing was sent" in str(talk.error)
    assert talk.error.operation_id is not None
    return talk.error


def test_a_call_beyond_the_budget_waits():
    """It goes out when the next minute begins, as one of that minute."""
    slow = limited(Budget(ip=1), 15.0)
    talks = [converse(slow, SAFE, [RECEIVED]) for _ in range(3)]

    assert [[], [45.0], [60.0]] == [talk.waits for talk in talks]
    assert [1, 1, 1] == [talk.sends for talk in talks]


def test_a_call_that_cannot_wait_is_refused_unsent():
    """Where the next minute lies past the deadline the caller learns at once when to come back."""
    slow = limited(Budget(ip=1), 15.0, timeout=45.0)
    first, second = converse(slow, UNSAFE, [RECEIVED]), converse(slow, UNSAFE, [])

    assert (1, None) == (first.sends, first.error)
    assert (0, []) == (second.sends, second.waits)
    assert (45.0, False) == (unsent(second).retry_after, unsent(second).banned)
    assert str(second.error).startswith(
        "orders.release: the rate limits hold the call back for another 45 s, longer than its timeout"
    )


def test_each_attempt_uses_the_budget():
    """An attempt is a call to the exchange like any other."""
    slow = limited(Budget(ip=2), retry=RetryPolicy(first_wait=1.0))
    talk = converse(slow, SAFE, [LOST, LOST, RECEIVED])

    assert [1.0, 2.0, 57.0] == talk.waits


def test_what_the_exchange_says_slows_the_next_call():
    """The count in an answer is heard, in a refusal too, and shows among the limits."""
    slow = limited(Budget(ip=100))
    first = converse(slow, UNSAFE, [refused(400, X_SAPI_USED_IP_WEIGHT_1M="100"), RECEIVED])

    assert [0.5, 59.5] == first.waits
    assert 100 == converse_and_hear(100)


def converse_and_hear(used: int) -> int:
    heard = limited()
    converse(heard, SAFE, [httpx.Response(200, json=yes(), headers={"X-SAPI-USED-IP-WEIGHT-1M": str(used)})])
    return heard.limits.reported()["sapi-ip-1m"].used


def test_after_a_429_everybody_holds_back():
    """Who goes on after a 429 is banned: until it is over other calls wait too, and then go out."""
    held = limited(retry=RetryPolicy(attempts=1))
    first = converse(held, SAFE, [refused(429, retry_after="7")])
    second = converse(held, UNSAFE, [RECEIVED])
    third = converse(held, UNSAFE, [RECEIVED])

    assert (1, [], "RateLimitError") == (first.sends, first.waits, type(first.error).__name__)
    assert (1, [7.0], None) == (second.sends, second.waits, second.error)
    assert (1, [], None) == (third.sends, third.waits, third.error)
    assert [] == first.told, "there is no fleet to tell"


@pytest.mark.parametrize(
    ("asked", "changed", "said"),
    [
        ("31", {}, "the pause that the exchange asked for lasts another 31 s"),
        ("5", {"timeout": 5.0}, "the rate limits hold the call back for another 5 s, longer than its timeout leaves"),
    ],
    ids=["too long", "past the deadline"],
)
def test_who_cannot_hold_back_is_refused_unsent(asked: str, changed: dict[str, Any], said: str):
    """Where it takes longer than the policy waits, or than the caller has, the refusal says for how long."""
    held = limited(retry=RetryPolicy(attempts=1), **changed)
    converse(held, SAFE, [refused(429, retry_after=asked)])
    second = converse(held, UNSAFE, [])

    assert (0, []) == (second.sends, second.waits)
    assert (float(asked), False) == (unsent(second).retry_after, unsent(second).banned)
    assert f"orders.release: {said}; nothing was sent" == str(second.error)


def test_the_website_and_the_api_hold_back_by_themselves():
    """A 429 of the website says nothing of the API, nor the other way round."""
    held = limited(retry=RetryPolicy(attempts=1))
    converse(held, PUBLIC, [refused(429, retry_after="7")])
    of_api = converse(held, SAFE, [refused(429, retry_after="8")])
    of_website = converse(held, PUBLIC, [RECEIVED])

    assert ([], []) == (of_api.waits, of_website.waits)
    assert (1, 1) == (of_api.sends, of_website.sends)


def test_without_a_time_nobody_else_holds_back():
    """A refusal that does not say for how long is the business of the call it met."""
    held = limited(fleet=True)
    talk = converse(held, SAFE, [refused(429), RECEIVED], fleet=[FREE, FREE])

    assert [0.5] == talk.waits
    assert [(), ()] == charges(talk)


def test_the_fleet_counts_each_attempt():
    """Before every attempt the fleet is asked, with what it adds to which budget."""
    together = limited(Budget(ip=5, uid=5), 70.0, fleet=True)
    talk = converse(together, SAFE, [LOST, RECEIVED], fleet=[counted(1, 1), counted(2, 2)])

    assert [(Charge("ip", 1, 1, own, 5), Charge("uid", 1, 1, own, 5)) for own in (1, 2)] == charges(talk)
    assert 2 == talk.sends


def test_what_the_fleet_used_up_is_waited_for():
    """When others have used the budget up the call waits, and asks again in the next minute."""
    together = limited(Budget(ip=5), 70.0, fleet=True)
    talk = converse(together, SAFE, [RECEIVED], fleet=[counted(6), counted(5)])

    assert ([50.0], 1) == (talk.waits, talk.sends)
    assert [(Charge("ip", 1, 1, 1, 5),), (Charge("ip", 2, 1, 1, 5),)] == charges(talk)


def test_without_the_fleet_a_share_of_the_budget_counts():
    """Where the fleet cannot be asked each client has its share of the minute; what is beyond it waits for the next."""
    together = limited(Budget(ip=16), 15.0, fleet=True)
    talks = [converse(together, SAFE, [RECEIVED], fleet=[None, None]) for _ in range(3)]

    assert [[], [], [45.0]] == [talk.waits for talk in talks]
    assert [1, 1, 2] == [len(talk.told) for talk in talks]


def test_what_was_sent_alone_is_reported_when_the_share_is_used_up():
    """A call that has to wait still tells the fleet what it has not heard of; then there is nothing left to tell."""
    together = limited(Budget(ip=8), 15.0, fleet=True, timeout=1.0)
    alone = converse(together, SAFE, [RECEIVED], fleet=[None])
    reporting = converse(together, SAFE, [], fleet=[counted(1)])
    waiting = converse(together, SAFE, [])

    assert 1 == alone.sends
    assert [(Charge("ip", 0, 0, own=1, budget=8),)] == charges(reporting)
    assert [45.0, 45.0] == [unsent(talk).retry_after for talk in (reporting, waiting)]
    assert [] == waiting.told


def test_a_call_that_the_turn_of_a_minute_overtakes_is_counted_again():
    """While the fleet was asked the minute ended: the call is counted in the one in which it goes out."""

    class Turning(Watch):
        def __call__(self) -> float:
            self.now += 0.5
            return self.now

    together = flow(Watch(), limits=UsageTracker(Budget(ip=5), Turning(59.0)), fleet=True)
    talk = converse(together, SAFE, [RECEIVED], fleet=[counted(1), counted(1)])

    assert ([0.001], [0, 1]) == (talk.waits, [charge.minute for [charge] in charges(talk)])


def test_a_ban_that_the_fleet_knows_is_kept():
    """What one was told all keep, for as long as it lasts and without asking again."""
    together = limited(fleet=True)
    first = converse(together, SAFE, [], fleet=[FleetState(banned=90.0)])
    second = converse(together, SAFE, [])
    assert isinstance(together.monotonic, Watch)
    together.monotonic.now += 90
    third = converse(together, SAFE, [RECEIVED], fleet=[FREE])

    assert (90.0, True) == (unsent(first).retry_after, unsent(first).banned)
    assert [] == second.told
    assert unsent(second).banned
    assert 1 == third.sends


def test_a_request_to_hold_back_that_the_fleet_knows_is_kept():
    """The call waits for as long as the other one was asked to, and the fleet is asked once more."""
    together = limited(fleet=True)
    talk = converse(together, SAFE, [RECEIVED], fleet=[FleetState(held=9.0), FREE])

    assert ([9.0], 1, 2) == (talk.waits, talk.sends, len(talk.told))


def test_a_long_hold_that_the_fleet_knows_is_the_callers():
    """Where the policy would not wait that long the call is refused unsent, and the next one without asking again."""
    together = limited(fleet=True)
    first, second = converse(together, SAFE, [], fleet=[FleetState(held=31.0)]), converse(together, SAFE, [])

    assert [31.0, 31.0] == [unsent(talk).retry_after for talk in (first, second)]
    assert ([], []) == (first.waits, second.told)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (refused(418, retry_after="77"), PauseFleet(77.0, banned=True)),
        (refused(418), PauseFleet(120.0, banned=True)),
        (refused(429, retry_after="7"), PauseFleet(7.0, banned=False)),
    ],
)
def test_what_the_exchange_asks_of_one_it_asks_of_all(answer: httpx.Response, told: PauseFleet):
    """A ban and a request to hold back are passed on at once."""
    talk = converse(limited(fleet=True, retry=RetryPolicy(attempts=1)), SAFE, [answer], fleet=[FREE])

    assert [told] == talk.told[1:]


def test_the_website_is_not_counted():
    """A public operation needs no fleet: its host has other limits."""
    talk = converse(limited(Budget(ip=1), fleet=True), PUBLIC, [RECEIVED])

    assert (1, []) == (talk.sends, talk.told)


@pytest.mark.parametrize("state", [FleetState(banned=0.001), FleetState(held=0.001)], ids=["ban", "hold"])
def test_what_ends_while_it_is_read_is_asked_again(state: FleetState):
    """A ban or a hold that is over by the time its end is looked at has kept the call from being counted."""

    class Racing(Watch):
        def __call__(self) -> float:
            self.now += 1
            return self.now

    together = flow(Racing(), limits=UsageTracker(Budget(ip=5), Watch()), fleet=True)
    talk = converse(together, SAFE, [RECEIVED], fleet=[state, counted(1)])

    assert ([0.001], 2, 1) == (talk.waits, len(talk.told), talk.sends)


def test_a_wait_is_logged_with_its_length(caplog: pytest.LogCaptureFixture):
    """Which operation is held back, and for how many seconds, in words and as fields."""
    caplog.set_level(logging.INFO, logger="binance_c2c")
    slow = limited(Budget(ip=1))
    slow.hold.begin(0.0, 7.25)
    converse(slow, SAFE, [RECEIVED])
    [record] = [one for one in caplog.records if one.levelno == logging.INFO]

    assert "ads.search: the rate limits hold the call back for 7.2 s" == record.getMessage()
    assert ("ads.search", 7.25) == (vars(record)["operation_id"], vars(record)["wait"])


def test_the_longest_waits_are_waited_for():
    """The limits of a wait are waits that a call may have: of the policy, and of a call with a code."""
    with_code: Call[Any] = Call(ORDERS_RELEASE, body={"orderNumber": "1", "authType": "GOOGLE", "code": "000000"})
    waits: list[list[float]] = []
    for call, longest in ((SAFE, RetryPolicy().longest_wait), (with_code, LONGEST_WAIT_WITH_CODE)):
        held = limited()
        held.hold.begin(0.0, longest)
        waits.append(converse(held, call, [RECEIVED]).waits)

    assert [[30.0], [LONGEST_WAIT_WITH_CODE]] == waits


def test_the_fleet_is_told_who_asks():
    """Each process of a fleet has a name of its own, under which its calls are counted."""
    one = limited(Budget(ip=10), fleet=True)
    talk = converse(one, SAFE, [RECEIVED], fleet=[None])

    assert [one.limits.client] == [step.client for step in talk.told if isinstance(step, CheckFleet)]
    assert one.limits.client


def test_a_call_with_a_code_is_not_held_back_for_long():
    """The code would be old when it goes out: nothing is sent, and the error says how long the wait would be."""
    slow = limited(Budget(ip=1))
    converse(slow, SAFE, [RECEIVED])
    with_code: Call[Any] = Call(ORDERS_RELEASE, body={"orderNumber": "1", "authType": "GOOGLE", "code": "000000"})
    talk = converse(slow, with_code, [])

    assert (0, []) == (talk.sends, talk.waits)
    assert isinstance(talk.error, RateLimitError)
    assert "in which its one-time code would expire; nothing was sent" in str(talk.error)


@pytest.mark.parametrize(("asked", "sends"), [("1", 2), ("2", 1)])
def test_a_code_is_not_shown_again_after_a_wait_of_seconds(asked: str, sends: int):
    """Refused unread, the call goes out again where that is soon enough; else its refusal is the caller's."""
    with_code: Call[Any] = Call(ORDERS_RELEASE, body={"orderNumber": "1", "authType": "GOOGLE", "code": "000000"})
    talk = converse(flow(), with_code, [refused(429, Retry_After=asked), RECEIVED])

    assert sends == talk.sends
    assert (sends == 1) is isinstance(talk.error, RateLimitError)


def test_operations_that_are_made_up_fill_no_memory(monkeypatch: pytest.MonkeyPatch):
    """Beyond a number of them the place of each is found anew."""
    monkeypatch.setattr("binance_c2c._core.flow.conversation.MOST_ENDPOINTS", 0)
    one = flow()

    assert converse(one, SAFE, [RECEIVED]).error is None
    assert {} == one._endpoints
