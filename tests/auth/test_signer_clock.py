"""A clock that is off: the exchange is asked for the time once, and the call is signed once more."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import repeat
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from binance_c2c import AsyncC2CClient, Budget, C2CClient, RetryPolicy
from binance_c2c._core.auth.clock import Clock
from binance_c2c._core.auth.signer import HmacAuth
from binance_c2c._core.flow.steps import LearnTime, Send
from binance_c2c._core.limits.usage import CheckFleet, FleetState, UsageTracker
from binance_c2c._core.transport import Answer as ConnectionAnswer
from binance_c2c._core.transport import Origin, Request, open_async_transport, open_transport, sync, trio
from binance_c2c._core.transport import asyncio as asyncio_module
from binance_c2c._core.transport.permits import Permit, ThreadPermits
from binance_c2c.errors import AuthenticationError, C2CError, OutcomeUnknownError, RateLimitError, TransportError
from binance_c2c_runtime import Call
from binance_c2c_sapi.operations import ORDERS_HISTORY, SYSTEM_TIME
from tests.support.clients import (
    KEY,
    PATIENCE,
    SECRET,
    Kind,
    OnTrio,
    answering,
    both_clients,
    gateway,
    on_its_loop,
    run,
    settings,
    yes,
)
from tests.support.talk import Watch, converse, flow
from tests.support.wire import HANG_UP, RESET, Answer, Received, Wire, reply

API = "https://api.binance.com"
CLOCK_IS_OFF = reply(gateway(-1021, "Timestamp for this request is outside of the recvWindow."), 400)
LATER_MS = 4_000_000_000_000
"""A day in 2096, which no machine that runs this test takes for today."""
TIME = reply({"serverTime": LATER_MS})
TIME_PATH = "/api/v3/time"
RELEASED = reply(yes())
CODE = -1021
CALLERS = 8
TASKS = 1000
TIMELESS = {
    "nothing": reply(b""),
    "html": reply(b"<html>"),
    "no bytes of text": reply(b"\xff\xfe"),
    "no fields": reply({}),
    "a list": reply([]),
    "null": reply({"serverTime": None}),
    "a word": reply({"serverTime": "noon"}),
    "a flag": reply({"serverTime": True}),
    "a fraction": reply({"serverTime": 1.5}),
    "before 1970": reply({"serverTime": -1}),
    "after 9999": reply({"serverTime": LATER_MS * 1000}),
    "400 digits": reply({"serverTime": 10**400}),
    "5000 digits": reply(b'{"serverTime": 1' + b"0" * 5000 + b"}"),
    "deep": reply(b"[" * 100_000),
    "a gateway that failed": reply(b"", 502),
    "an exchange that failed": reply(gateway(-1000), 500),
}


@pytest.mark.parametrize("given", [str(LATER_MS), float(LATER_MS), "2096-10-02T07:06:40Z"])
@both_clients
def test_the_time_is_learned_in_every_form_that_can_be_read(kind: Kind, given: str | float):
    """What `system.time` reads corrects a client's clock as well, and a signer's."""
    time = reply({"serverTime": given})
    with Wire(CLOCK_IS_OFF, time, then=RELEASED) as wire:
        run(kind, wire.url, lambda client: client.merchant.go_online())
    signing = HmacAuth(KEY, SECRET).sync_auth_flow(httpx.Request("GET", f"{API}/sapi/v1/c2c/ads/getReferencePrice"))
    next(signing)
    signing.send(httpx.Response(400, json={"code": CODE}))
    signed = signing.send(httpx.Response(200, json={"serverTime": given}))

    for stamped in (wire.requests[-1].query, signed.url.query.decode()):
        assert LATER_MS <= int(parse_qs(stamped)["timestamp"][0])


@pytest.mark.parametrize("code", [CODE, str(CODE)], ids=["integer", "text"])
def test_the_code_of_a_clock_that_is_off_may_be_a_text(code: int | str):
    """As an integer or as a string, -1021 has the signer ask for the time."""
    signing = HmacAuth(KEY, SECRET).sync_auth_flow(httpx.Request("GET", f"{API}/sapi/v1/c2c/ads/getReferencePrice"))
    next(signing)

    assert TIME_PATH == signing.send(httpx.Response(400, json={"code": code})).url.path


def release(client: Any) -> Any:
    return client.orders.release(order_number="1")


def own(kind: Kind) -> dict[str, Any]:
    """A client of httpx's that the caller brings along."""
    return {"http": (httpx.Client if kind is C2CClient else httpx.AsyncClient)(trust_env=False)}


def kinds(wire: Wire) -> list[str]:
    return ["time" if one.path.endswith(TIME_PATH) else "signed" for one in wire.requests]


def timestamp(received: Received) -> int:
    return int(parse_qs(received.query)["timestamp"][0])


def ticking(*seconds: float) -> Clock:
    """A clock that is read at these moments."""
    return Clock(now=iter(seconds).__next__)


def test_an_offset_is_taken_from_the_middle_of_the_round_trip():
    """The server read its clock half-way between sending and receiving, so the offset refers to that moment."""
    clock = ticking(50.0, 100.0)
    clock.learn(20_000, sent_ms=10_000, received_ms=12_000)

    assert 109_000 == clock.now_ms()
    assert 1 == clock.readings


def test_the_question_and_the_second_try_are_counted():
    """Both use up the budget as any call does, and leave less to the next."""
    limits = UsageTracker(Budget(ip=4), Watch(15.0))
    call: Call[Any] = Call(ORDERS_HISTORY)
    answers = [httpx.Response(400, json=gateway(-1021)), httpx.Response(200, json={"serverTime": LATER_MS})]
    talk = converse(flow(limits=limits), call, [*answers, httpx.Response(200, json=yes([]))])
    waits = [limits.reserve(ORDERS_HISTORY)[1] for _ in range(2)]

    assert (2, 1, None) == (talk.sends, talk.asked, talk.error)
    assert [0.0, 45.0] == waits


def test_the_second_try_waits_for_room():
    """Where the question used up the last of the budget, the call goes on in the next minute."""
    limits = UsageTracker(Budget(ip=2), watch := Watch(15.0))
    answers = [httpx.Response(400, json=gateway(-1021)), httpx.Response(200, json={"serverTime": LATER_MS})]
    talk = converse(flow(watch, limits=limits), Call(ORDERS_HISTORY), [*answers, httpx.Response(200, json=yes([]))])

    assert ([45.0], 2) == (talk.waits, talk.sends)


def test_the_fleet_counts_the_question_and_the_second_try():
    """What one process sends to set its clock is weight for all of them."""
    limits = UsageTracker(Budget(ip=9), Watch(15.0))
    answers = [httpx.Response(400, json=gateway(-1021)), httpx.Response(200, json={"serverTime": LATER_MS})]
    states = [FleetState(totals=(number,), clients=(1,)) for number in (1, 3)]
    both = flow(limits=limits, fleet=True)
    talk = converse(both, Call(ORDERS_HISTORY), [*answers, httpx.Response(200, json=yes([]))], fleet=states)

    charges = [step.charges[0] for step in talk.told if isinstance(step, CheckFleet)]
    assert [(1, 1), (1, 3)] == [(charge.weight, charge.own) for charge in charges]
    assert (2, None) == (talk.sends, talk.error)


@both_clients
def test_a_client_learns_its_limits_from_the_question_too(kind: Kind):
    """The answer to it says what is used up, in the minute that the corrected clock tells."""
    time = reply({"serverTime": LATER_MS}, headers=[("X-MBX-USED-WEIGHT-1M", "70")])
    with Wire(CLOCK_IS_OFF, time, RELEASED) as wire:
        _, limits = run(kind, wire.url, release, lambda client: client.limits)

    assert ("system.time", 70) == (limits["mbx-1m"].operation_id, limits["mbx-1m"].used)


def test_a_clock_without_an_offset_is_the_local_one():
    """Milliseconds since 1970, cut and not rounded, so that no request comes from the future."""
    assert 1710460800999 == ticking(1710460800.9999).now_ms()


def test_a_wrong_clock_is_corrected_once():
    """Sent, refused, asked for the time, sent with the time of the exchange: three steps and no fourth."""
    timeout = {"read": 0.5}
    request = httpx.Request("GET", f"{API}/x", extensions={"timeout": timeout})
    # Signing, asking, learning, comparing, signing.
    steps = HmacAuth(KEY, SECRET, ticking(10.0, 20.0, 22.0, 22.0, 30.0)).sync_auth_flow(request)

    assert "10000" == next(steps).url.params["timestamp"]
    asked = steps.send(httpx.Response(400, json=gateway(-1021)))
    assert f"{API}{TIME_PATH}" == str(asked.url)
    assert timeout == asked.extensions["timeout"]
    assert ["host"] == list(asked.headers)
    again = steps.send(httpx.Response(200, json={"serverTime": 1_021_000}))
    # At 30 s, with a server that said 1021 s at 21 s.
    assert "1030000" == again.url.params["timestamp"]
    assert KEY == again.headers["X-MBX-APIKEY"]
    with pytest.raises(StopIteration):
        steps.send(httpx.Response(400, json=gateway(-1021)))


@pytest.mark.parametrize("status", [400, 200])
@pytest.mark.parametrize("own_client", [False, True])
@both_clients
def test_a_call_survives_a_wrong_clock(kind: Kind, own_client: bool, status: int):
    """The caller sees nothing of it, a write neither, and the next call knows the time from the start."""
    off = reply(gateway(-1021, "Timestamp for this request is outside of the recvWindow."), status)
    with Wire(off, TIME, RELEASED, RELEASED) as wire:
        results = run(kind, wire.url, release, release, **own(kind) if own_client else {})
    first, asked, second, third = wire.requests

    assert [None, None] == results
    assert timestamp(first) < LATER_MS <= timestamp(second) <= timestamp(third)
    assert ("GET", TIME_PATH, b"") == (asked.method, asked.target, asked.body)
    assert asked.header("X-MBX-APIKEY") is None
    assert first.body == second.body


@pytest.mark.parametrize("code", [-1021, "-1021"], ids=repr)
@both_clients
def test_a_clock_that_stays_off_is_an_error(kind: Kind, code: Any):
    """Two attempts and one question for the time, then the refusal is the caller's, without further ado."""
    off = reply({"code": code, "msg": "outside of the recvWindow"}, 400)
    with Wire(off, TIME, off, then=off) as wire:
        [error] = run(kind, wire.url, release)

    assert ["signed", "time", "signed"] == kinds(wire)
    assert isinstance(error, AuthenticationError)
    assert ("orders.release", 400, -1021) == (error.operation_id, error.http_status, error.code)


@pytest.mark.parametrize("own_client", [False, True])
@pytest.mark.parametrize("failure", [HANG_UP, RESET, Answer(b"HTTP/1.1 200 OK\r\nContent-Le", hang_up=True)])
@both_clients
def test_a_lost_time_call_is_no_lost_write(kind: Kind, failure: Answer, own_client: bool):
    """The write was refused before the time was asked for: it did not happen, and the error says so."""
    http = own(kind) if own_client else {}
    with Wire(CLOCK_IS_OFF, failure) as wire:
        url = wire.url
        [error] = run(kind, url, release, retry=RetryPolicy(attempts=1), **http)

    assert ["signed", "time"] == kinds(wire)
    assert TransportError is type(error)
    assert not error.request_sent
    assert "orders.release" == error.operation_id
    assert f"orders.release: {url} could not be reached" in str(error)
    assert str(error).endswith("; nothing was done")


@both_clients
def test_a_write_lost_after_the_correction_is_lost(kind: Kind):
    """The second attempt is a write like any other: without an answer its outcome is not known."""
    with Wire(CLOCK_IS_OFF, TIME, HANG_UP, then=RELEASED) as wire:
        [error] = run(kind, wire.url, release)

    assert ["signed", "time", "signed"] == kinds(wire)
    assert isinstance(error, OutcomeUnknownError)


@pytest.mark.parametrize("answer", TIMELESS.values(), ids=TIMELESS)
@both_clients
def test_a_time_call_without_a_time_changes_nothing(kind: Kind, answer: Answer):
    """Whatever comes instead of the time, the clock stays as it is and the caller learns of the refusal."""
    with Wire(CLOCK_IS_OFF, answer, CLOCK_IS_OFF) as wire:
        [error] = run(kind, wire.url, release)

    assert isinstance(error, AuthenticationError)
    assert ["signed", "time", "signed"] == kinds(wire)
    assert 0 <= timestamp(wire.requests[2]) - timestamp(wire.requests[0]) < LATER_MS / 10


@pytest.mark.parametrize("status", [418, 429])
@both_clients
def test_a_time_call_that_is_one_too_many_stops_the_call(kind: Kind, status: int):
    """Whoever is told to be quiet while asking for the time sends nothing more, and hears how long."""
    with Wire(CLOCK_IS_OFF, reply(gateway(-1003), status, [("Retry-After", "77")])) as wire:
        [error] = run(kind, wire.url, release)

    assert ["signed", "time"] == kinds(wire)
    assert isinstance(error, RateLimitError)
    assert (77.0, status == 418, "orders.release") == (error.retry_after, error.banned, error.operation_id)


@both_clients
def test_the_time_is_asked_where_the_api_is(kind: Kind):
    """With a base URL that has a path, the question for the time goes below that path too."""
    with Wire(CLOCK_IS_OFF, TIME, RELEASED) as wire:
        run(kind, f"{wire.url}/behind/a/proxy/", release)

    start = "/behind/a/proxy"
    paths = [f"{start}/sapi/v1/c2c/orderMatch/releaseCoin", f"{start}{TIME_PATH}"]
    assert [paths[0], paths[1], paths[0]] == [one.path for one in wire.requests]


@pytest.mark.parametrize("body", [b"[" * 100_000, b"[]", b"\xff", b'{"code": 1' + b"0" * 5000 + b"}", b"-1021"])
def test_a_refusal_that_cannot_be_read_is_not_about_the_clock(body: bytes):
    """What is no object of JSON ends the conversation of the signer, and raises nothing there."""
    steps = HmacAuth(KEY, SECRET).sync_auth_flow(httpx.Request("GET", f"{API}/x"))
    next(steps)

    with pytest.raises(StopIteration):
        steps.send(httpx.Response(400, content=body))


def test_the_signer_alone_asks_the_host_of_the_request():
    """In a client of the caller's own the time comes from where the request went."""
    answers = iter([httpx.Response(400, json=gateway(-1021)), httpx.Response(200, json={"serverTime": LATER_MS})])
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return next(answers, httpx.Response(200))

    with httpx.Client(auth=HmacAuth(KEY, SECRET), transport=answering(handler)) as client:
        response = client.post("http://localhost:8000/sapi/v1/c2c/x?a=1", json={"b": 1})

    assert 200 == response.status_code
    assert "http://localhost:8000/api/v3/time" == str(seen[1].url)
    assert [b'{"b":1}', b"", b'{"b":1}'] == [one.read() for one in seen]


class Occupied:
    """A turn that nobody gets, and that tells how long they would have waited."""

    def __init__(self) -> None:
        self.patience: list[float | None] = []

    def take(self, seconds: float | None) -> None:
        self.patience.append(seconds)


@pytest.mark.parametrize("timeout", [1800.0, None])
def test_waiting_for_the_time_ends_with_what_is_left_of_the_call(timeout: float | None):
    """Behind another call that gets no answer a caller gives up when its own time is over, with nothing done."""
    transport = answering(lambda _: httpx.Response(400, json=gateway(-1021)))
    with C2CClient(**settings(http=transport, timeout=timeout, retry=RetryPolicy(attempts=1))) as client:
        driver: Any = client._driver
        vars(driver)["_time_permits"] = occupied = Occupied()
        with pytest.raises(TransportError) as caught:
            release(client)

    [waited] = occupied.patience
    assert waited is None if timeout is None else 1200 < (waited or 0) <= 1800
    assert not caught.value.request_sent


class Counter:
    """An exchange that refuses all first attempts together, and counts who asks for the time."""

    def __init__(self) -> None:
        self.asked = 0

    def answer(self, request: httpx.Request) -> httpx.Response | None:
        """What to say at once; None for a first attempt, which waits for the others."""
        if request.url.path == TIME_PATH:
            self.asked += 1
            return httpx.Response(200, json={"serverTime": LATER_MS})
        corrected = int(request.url.params["timestamp"]) >= LATER_MS
        return httpx.Response(200, json=yes(True)) if corrected else None


class Doorway:
    """Turns, as the driver has them, that tell when all callers have come."""

    def __init__(self) -> None:
        self.all_came = threading.Event()
        self._turns = ThreadPermits(1)
        self._came: list[object] = []

    def take(self, seconds: float | None) -> Permit | None:
        self._came.append(None)
        if len(self._came) == CALLERS:
            self.all_came.set()
        return self._turns.take(seconds)

    def give_back(self, turn: Permit) -> None:
        self._turns.give_back(turn)


FAILURES: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "no connection": lambda request: failing(httpx.ConnectError("down", request=request)),
    "a lost answer": lambda request: failing(httpx.ReadError("lost", request=request)),
    "no time in it": lambda _: httpx.Response(502),
}


def failing(error: httpx.RequestError) -> httpx.Response:
    raise error


def transport_alone(transport: httpx.MockTransport) -> httpx.MockTransport:
    return transport


def asked_by_threads(
    counter: Counter,
    fail: Callable[[httpx.Request], httpx.Response] | None = None,
    given: Callable[..., Any] = transport_alone,
) -> list[Any]:
    """What callers get who are refused at the same moment; all of them wait while the first asks for the time."""
    doorway, together = Doorway(), threading.Barrier(CALLERS, timeout=120)

    def handler(request: httpx.Request) -> httpx.Response:
        answer = counter.answer(request)
        if request.url.path == TIME_PATH:
            # The others wait for this answer by now; without a lock they never come to the door.
            doorway.all_came.wait(timeout=120)
            return fail(request) if fail else answer or httpx.Response(500)
        if answer is None and not doorway.all_came.is_set():
            together.wait()
        return answer or httpx.Response(400, json=gateway(-1021))

    def caught(client: C2CClient) -> Any:
        try:
            return release(client)
        except C2CError as error:
            return error

    single = RetryPolicy(attempts=1)
    with (
        C2CClient(**settings(http=given(answering(handler)), retry=single)) as client,
        ThreadPoolExecutor(CALLERS) as pool,
    ):
        driver: Any = client._driver
        vars(driver)["_time_permits"] = doorway
        return list(pool.map(caught, repeat(client, CALLERS)))


def asked_by_tasks(counter: Counter, fail: Callable[[httpx.Request], httpx.Response] | None = None) -> list[Any]:
    """The same for a thousand tasks."""

    async def main() -> list[Any]:
        together = asyncio.Barrier(TASKS)

        async def handler(request: httpx.Request) -> httpx.Response:
            answer = counter.answer(request)
            if request.url.path == TIME_PATH:
                # Meanwhile all the others go as far as they can.
                for _ in range(100):
                    await asyncio.sleep(0)
                return fail(request) if fail else answer or httpx.Response(500)
            if answer is None and not counter.asked:
                await together.wait()
            return answer or httpx.Response(400, json=gateway(-1021))

        single = RetryPolicy(attempts=1)
        async with AsyncC2CClient(**settings(http=httpx.MockTransport(handler), retry=single)) as client:
            return await asyncio.gather(*[release(client) for _ in range(TASKS)], return_exceptions=True)

    return asyncio.run(main())


@pytest.mark.parametrize("asked", [asked_by_threads, asked_by_tasks])
def test_many_callers_ask_for_the_time_once(asked: Callable[..., list[Any]]):
    """Threads or tasks that are refused at the same moment share one question, and all of them succeed."""
    counter = Counter()

    assert {None} == set(asked(counter))
    assert 1 == counter.asked


def asked_through_a_client(counter: Counter, fail: Callable[[httpx.Request], httpx.Response]) -> list[Any]:
    """By threads, through an httpx client of the caller's own, which keeps from the signer what failed."""
    return asked_by_threads(counter, fail, lambda transport: httpx.Client(transport=transport))


@pytest.mark.parametrize("fail", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("asked", [asked_by_threads, asked_by_tasks, asked_through_a_client])
def test_a_question_in_vain_is_in_vain_for_all(
    asked: Callable[..., list[Any]], fail: Callable[[httpx.Request], httpx.Response]
):
    """Those who waited for the answer do not each wait for one of their own: nobody could say when they would end."""
    counter = Counter()
    results = asked(counter, fail)

    assert 1 == counter.asked
    assert {TransportError} >= {type(result) for result in results} - {AuthenticationError}
    assert [] == [error for error in results if type(error) is TransportError and error.request_sent]


@pytest.mark.parametrize("asked", [asked_by_threads, asked_by_tasks])
def test_a_question_too_many_is_not_asked_again(asked: Callable[..., list[Any]]):
    """When the first is told to be quiet, those behind it are quiet too."""
    counter = Counter()
    results = asked(counter, lambda _: httpx.Response(418, headers={"Retry-After": "77"}))

    assert 1 == counter.asked
    assert [True] == [error.banned for error in results if isinstance(error, RateLimitError)]


def test_who_waits_behind_a_question_has_not_written():
    """Cut off there, through an httpx client too, a write that was refused for its clock is no lost one."""

    def answered(request: Received) -> Answer:
        return Answer() if request.path == TIME_PATH else CLOCK_IS_OFF

    async def main(url: str, seconds: float) -> list[Any]:
        async with httpx.AsyncClient(trust_env=False) as http:
            client = AsyncC2CClient(**settings(base_url=url, http=http, timeout=seconds))
            return await asyncio.gather(*[release(client) for _ in range(CALLERS)], return_exceptions=True)

    found = set[tuple[type, object]]()
    for seconds in PATIENCE:
        with Wire(then=answered) as wire:
            errors = asyncio.run(main(wire.url, seconds))
        found = {(type(error), getattr(error, "request_sent", None)) for error in errors}
        # A machine may be too slow to read every refusal within the shorter times, and that would be a lost write.
        if len(wire.requests) > CALLERS and OutcomeUnknownError not in {kind for kind, _ in found}:
            break

    assert {(TransportError, False)} == found


def test_a_task_cancelled_while_it_asks_holds_nobody_up():
    """Whoever waits for a time that nobody will bring asks for it."""
    counter = Counter()

    async def main() -> None:
        asking, never = asyncio.Event(), asyncio.Event()

        async def handler(request: httpx.Request) -> httpx.Response:
            if request.url.path == TIME_PATH and not asking.is_set():
                asking.set()
                await never.wait()
            return counter.answer(request) or httpx.Response(400, json=gateway(-1021))

        async with AsyncC2CClient(**settings(http=httpx.MockTransport(handler))) as client:
            first = asyncio.create_task(release(client))
            await asking.wait()
            second = asyncio.create_task(release(client))
            first.cancel()
            await second
            assert first.cancelled()

    asyncio.run(main())

    assert 1 == counter.asked


@pytest.mark.parametrize(("kind", "module"), [(C2CClient, sync), (AsyncC2CClient, asyncio_module), (OnTrio, trio)])
def test_the_round_trip_begins_when_the_question_leaves(kind: Kind, module: Any, monkeypatch: pytest.MonkeyPatch):
    """Behind a thousand callers it waits for a connection: counted in, that would put the clock ahead by half of it."""
    moments = iter([10.0, 13.0, 20.0])
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=moments.__next__))
    with Wire(TIME) as wire:
        origin = Origin.of(httpx.URL(wire.url))
        request = Request("GET", origin, b"/", [(b"Host", origin.authority)])
        waited: float = on_its_loop(kind, waited_for, kind, request)
    clock = Clock(now=iter([0.0, 4.0, 4.0]).__next__)
    step = LearnTime(clock, clock.counters, Send(SYSTEM_TIME, None, [], None, None))  # type: ignore[arg-type]
    step.begin()
    step.end(connection_answer(waited))

    assert 3.0 == waited
    assert 1000.0 == step.round_trip_ms


async def waited_for(kind: Kind, request: Request) -> float:
    if issubclass(kind, C2CClient):
        with closing(open_transport(None, 999)) as transport:
            return transport.fetch(request, None).waited
    tasks = open_async_transport(None, 999)
    answer = await tasks.fetch(request, None)
    await tasks.aclose()
    return answer.waited


def connection_answer(waited: float) -> ConnectionAnswer:
    return ConnectionAnswer(200, [], b'{"serverTime": 1000000}', waited=waited)
