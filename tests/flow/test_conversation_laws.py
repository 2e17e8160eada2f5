"""What holds for every conversation, whatever the network does."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_c2c import Budget, Exchange, RetryPolicy
from binance_c2c._core.auth.signer import HmacAuth
from binance_c2c._core.flow.drivers import AsyncDriver, Driver
from binance_c2c._core.limits.usage import UsageTracker
from binance_c2c.errors import C2CError
from binance_c2c_runtime import Call
from binance_c2c_sapi.operations import ADS_SEARCH, ORDERS_RELEASE
from tests.support.clients import KEY, SECRET, gateway, no, yes
from tests.support.talk import Outcome, Watch, converse, flow

COULD_NOT_CONNECT = (
    *(httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol),
)
MAY_HAVE_ARRIVED = (
    *(httpx.ReadError, httpx.ReadTimeout, httpx.WriteError, httpx.WriteTimeout, httpx.CloseError),
    *(httpx.RemoteProtocolError, httpx.LocalProtocolError, httpx.DecodingError, httpx.TooManyRedirects),
)
TOO_OFTEN = {-1003, -1015}
CLOCK_IS_OFF = -1021
ATTEMPTS = 6
patient = settings(deadline=None)

codes = st.sampled_from([*TOO_OFTEN, -1000, -1001, -1004, -1006, -1007, -1008, -1021, -1022, -2015, -9000, 0])
bodies = st.one_of(
    st.binary(max_size=20),
    codes.map(gateway).map(json.dumps).map(str.encode),
    codes.map(lambda code: json.dumps({"code": str(code), "message": "m", "success": False}).encode()),
    st.sampled_from([yes(), no(), [], None, 1, "x", {}, {"success": True}, {"data": 1}])
    .map(json.dumps)
    .map(str.encode),
)
retry_after = st.one_of(
    st.floats(min_value=0, max_value=1e6).map(str),
    st.integers(0, 10**30).map(str),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    st.datetimes().map(lambda moment: f"{moment:%a, %d %b %Y %H:%M:%S} GMT"),
)
responses = st.builds(
    lambda status, body, wait: httpx.Response(
        status, content=body, headers={} if wait is None else {"retry-after": wait}
    ),
    st.one_of(st.integers(200, 599), st.sampled_from([200, 400, 418, 429, 500, 503])),
    bodies,
    st.none() | retry_after,
)
failures = st.sampled_from([kind("what") for kind in (*COULD_NOT_CONNECT, *MAY_HAVE_ARRIVED)])
outcomes = st.lists(failures | responses, min_size=2 * ATTEMPTS, max_size=2 * ATTEMPTS)
seconds = st.floats(min_value=0, max_value=1e300)
policies = st.builds(RetryPolicy, attempts=st.integers(1, ATTEMPTS), first_wait=seconds, longest_wait=seconds)
chances = st.floats(min_value=0, max_value=1)
READ: Call[Any] = Call(ADS_SEARCH)
WRITE: Call[Any] = Call(ORDERS_RELEASE)
calls = st.sampled_from([READ, WRITE])


def may_have_been_acted_on(outcome: Outcome) -> bool:
    """By the contract alone: no connection, 429, -1003, -1015 and -1021 are proof that it was not."""
    if isinstance(outcome, httpx.Response):
        return outcome.status_code != 429 and code_of(outcome) not in {*TOO_OFTEN, CLOCK_IS_OFF}
    return not isinstance(outcome, COULD_NOT_CONNECT)


def code_of(response: httpx.Response) -> int | None:
    try:
        return int(json.loads(response.content)["code"])
    except (ValueError, TypeError, KeyError):
        return None


@patient
@given(outcomes=outcomes, policy=policies)
def test_a_write_is_never_repeated_once_it_may_have_arrived(outcomes: list[Outcome], policy: RetryPolicy):
    """Before each further attempt at a write, everything that came back proved that it had not been done."""
    talk = converse(flow(retry=policy), WRITE, outcomes)

    assert [] == [one for one in talk.came[:-1] if may_have_been_acted_on(one)]


@patient
@given(call=calls, outcomes=outcomes, policy=policies, chance=chances)
def test_attempts_and_waits_are_bounded(call: Call[Any], outcomes: list[Outcome], policy: RetryPolicy, chance: float):
    """Never more attempts than allowed, never a wait below zero or above the longest."""
    talk = converse(flow(retry=policy, chance=lambda: chance), call, outcomes)

    attempts = talk.sends - talk.resent
    assert attempts <= policy.attempts
    assert len(talk.waits) in {0, attempts - 1}
    assert [] == [wait for wait in talk.waits if not 0 <= wait <= policy.longest_wait]


@patient
@given(
    call=calls,
    outcomes=outcomes,
    policy=policies,
    timeout=st.floats(min_value=1e-3, max_value=1e6),
    each_takes=st.floats(min_value=0, max_value=1e3),
)
def test_nothing_is_begun_after_the_deadline(
    call: Call[Any], outcomes: list[Outcome], policy: RetryPolicy, timeout: float, each_takes: float
):
    """Each attempt begins before the deadline and may take no longer than what is left."""
    watch = Watch()
    talk = converse(flow(watch, retry=policy, timeout=timeout), call, outcomes, each_takes)

    assert {timeout} >= {step.deadline for step in talk.sent}
    assert watch.now - each_takes < timeout


class Slow(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Takes its time over each of these outcomes; knows when a request came, and when and how long one slept."""

    def __init__(self, watch: Watch, outcomes: list[Outcome], each_takes: float) -> None:
        self.told: list[tuple[str, float, float]] = []
        self._watch = watch
        self._outcomes = iter(outcomes)
        self._each_takes = each_takes

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.told.append(("sent", self._watch.now, request.extensions["timeout"]["read"]))
        self._watch.now += self._each_takes
        outcome = next(self._outcomes)
        if isinstance(outcome, httpx.Response):
            return httpx.Response(outcome.status_code, headers=outcome.headers, content=outcome.content)
        raise outcome

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    def sleep(self, seconds: float) -> None:
        self.told.append(("slept", self._watch.now, seconds))
        self._watch.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


def driven(kind: type[Driver] | type[AsyncDriver], call: Call[Any], slow: Slow, **parts: Any) -> None:
    """Two calls carried out by a driver, the second with what the first has learned of limits and bans."""
    # A signer that asks for the time does so within an attempt, whose rest is held by clocks that are not the test's.
    common = flow(slow._watch, limits=UsageTracker(Budget(ip=2), slow._watch), **parts), HmacAuth(KEY, SECRET), slow
    for _ in range(2):
        slow.told.append(("begun", slow._watch.now, 0.0))
        with suppress(C2CError):
            if kind is Driver:
                Driver(*common, slow.sleep).send(call)
            else:
                asyncio.run(AsyncDriver(*common, slow.sleep_async).send(call))


@patient
@given(
    call=calls,
    outcomes=outcomes,
    policy=policies,
    timeout=st.integers(1, 200),
    times=st.tuples(st.integers(0, 59), st.sampled_from([0.0, 0.25, 1.0, 7.0, 100.0])),
)
def test_both_drivers_wait_and_send_within_the_deadline(
    call: Call[Any], outcomes: list[Outcome], policy: RetryPolicy, timeout: int, times: tuple[int, float]
):
    """For a retry, a limit or a hold: no wait ends after the call's time, and no request has more than the rest."""
    start, each_takes = times
    here, there = Slow(Watch(start), [*outcomes] * 2, each_takes), Slow(Watch(start), [*outcomes] * 2, each_takes)
    driven(Driver, call, here, retry=policy, timeout=timeout)
    driven(AsyncDriver, call, there, retry=policy, timeout=timeout)

    assert here.told == there.told
    deadline = 0.0
    for what, now, seconds in here.told:
        deadline = now + timeout if what == "begun" else deadline
        assert now < deadline
        assert now + seconds <= deadline + 1e-6


@patient
@given(call=calls, outcomes=outcomes, policy=policies)
def test_a_conversation_ends_in_an_answer_or_in_an_error_of_ours(
    call: Call[Any], outcomes: list[Outcome], policy: RetryPolicy
):
    """Whatever comes back, no foreign exception reaches the caller, and each error names its operation."""
    talk = converse(flow(retry=policy), call, outcomes)

    assert isinstance(talk.result, Exchange) or isinstance(talk.error, C2CError)
    assert call.operation.id == getattr(talk.error, "operation_id", call.operation.id)
