"""What a client lets see of its attempts: hooks, the log, and what it says of a lost write."""

import logging
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from binance_c2c import (
    AsyncC2CClient,
    Budget,
    C2CClient,
    Call,
    Limit,
    Operation,
    RequestEvent,
    ResponseEvent,
    RetryPolicy,
)
from binance_c2c._core.flow.conversation import LONGEST_BAN, carries_secrets, without_secrets
from binance_c2c.errors import ConfigurationError, OutcomeUnknownError, RateLimitError
from tests.support.clients import Kind, answering, both_clients, gateway, order_data, run, settings, yes
from tests.support.talk import RECEIVED, SAFE, Watch, answer, converse, flow

WEIGHTS = {"X-SAPI-USED-IP-WEIGHT-1M": "7", "X-MBX-USED-WEIGHT-1M": "9", "X-MBX-USED-ODD": "many"}


def answers(*script: Any) -> httpx.MockTransport:
    remaining = iter(script)

    def handler(request: httpx.Request) -> httpx.Response:
        del request
        following = next(remaining)
        if isinstance(following, Exception):
            raise following
        return httpx.Response(following[0], json=following[1], headers=following[2] if len(following) > 2 else {})

    return answering(handler)


def get(client: Any) -> Any:
    return client.orders.get(order_number="1")


@both_clients
def test_hooks_hear_of_each_attempt(kind: Kind, caplog: pytest.LogCaptureFixture):
    """One event before and one after each attempt: how it ended, after how long, what it cost, what follows."""
    heard: list[Any] = []
    script = [
        (502, "html"),
        httpx.ReadTimeout("slow"),
        (200, yes(order_data("1")), {**WEIGHTS, "x-mbx-uuid": "abc"}),
    ]
    run(kind, "https://api.binance.com", get, http=answers(*script), on_request=heard.append, on_response=heard.append)

    assert [RequestEvent("orders.get", attempt) for attempt in (1, 2, 3)] == heard[::2]
    first, second, third = heard[1::2]
    assert ("ServerError", 502, 0.0, {}, None) == seen(first)
    assert ("TransportError", None, 0.0, {}, None) == seen(second)
    weights = {"x-sapi-used-ip-weight-1m": 7, "x-mbx-used-weight-1m": 9}
    assert (None, 200, None, weights, "abc") == seen(third)
    assert [1, 2, 3] == [event.attempt for event in heard[1::2]]
    assert all(0 <= event.elapsed < 60 for event in heard[1::2])
    assert [] == [record for record in caplog.records if record.exc_info]


@both_clients
def test_hooks_hear_where_nothing_is_logged(kind: Kind, caplog: pytest.LogCaptureFixture):
    """The level of the log is the program's, and does not silence its hooks."""
    heard: list[Any] = []
    caplog.set_level(logging.CRITICAL, logger="binance_c2c")
    run(kind, "https://api.binance.com", get, http=answers((200, yes(order_data("1")))), on_response=heard.append)

    assert [200] == [event.status for event in heard]
    assert [] == caplog.records


@pytest.mark.parametrize(
    "told",
    [
        RequestEvent("orders.get", 1),
        ResponseEvent("orders.get", 1, 0.5),
        Budget(ip=5),
        Limit("mbx-1m", 60, 2, None, "system.time", datetime(2024, 3, 15, tzinfo=UTC)),
    ],
    ids=lambda told: type(told).__name__,
)
def test_what_is_told_stays_as_it_is(told: Any):
    """One hook cannot change what the next one hears, nor anybody a budget that is kept, or a limit that was told."""
    [name, *_] = told.__slots__
    with pytest.raises(FrozenInstanceError):
        setattr(told, name, "other")


def test_a_long_request_id_is_cut():
    """The exchange's names for a request are short; what is longer fills no log."""
    event = ResponseEvent("orders.get", 1, 0.5).answered(200, {"x-mbx-uuid": "a" * 129})

    assert "a" * 128 == event.request_id


def seen(event: ResponseEvent) -> tuple[Any, ...]:
    return event.failure, event.status, event.wait, dict(event.used_weights), event.request_id


def test_an_async_hook_is_awaited():
    """A client for tasks waits for hooks that are coroutines."""
    heard: list[Any] = []

    async def hook(event: Any) -> None:
        heard.append(event)

    script = (200, yes(order_data("1")))
    run(AsyncC2CClient, "https://api.binance.com", get, http=answers(script), on_request=hook, on_response=hook)

    assert ["RequestEvent", "ResponseEvent"] == [type(event).__name__ for event in heard]


@both_clients
def test_a_hook_that_fails_costs_no_call(kind: Kind, caplog: pytest.LogCaptureFixture):
    """What goes wrong in a hook is logged with its traceback, and the answer comes all the same."""

    def hook(event: Any) -> None:
        raise ZeroDivisionError(event.attempt)

    script = (200, yes(order_data("1")))
    [order] = run(kind, "https://api.binance.com", get, http=answers(script), on_request=hook, on_response=hook)

    assert "1" == order.order_number
    assert ["orders.get: on_request failed", "orders.get: on_response failed"] == [
        one.getMessage() for one in caplog.records if one.exc_info
    ]
    assert {"ZeroDivisionError"} == {
        one.exc_info[0].__name__ for one in caplog.records if one.exc_info and one.exc_info[0]
    }


async def coroutine(event: Any) -> None: ...


class Metrics:
    async def __call__(self, event: Any) -> None: ...


@pytest.mark.parametrize("awaited", [coroutine, Metrics()], ids=["function", "object"])
@pytest.mark.parametrize("name", ["on_request", "on_response"])
def test_what_is_no_hook_is_refused(name: str, awaited: Any):
    """A hook that cannot be called, or that nobody would await, is named as the mistake it is."""
    for kind in (C2CClient, AsyncC2CClient):
        with pytest.raises(ConfigurationError, match=f"^{name}: a function of one event is expected, not int$"):
            kind(**settings(**{name: 5}))
    with pytest.raises(ConfigurationError, match=f"^{name}: a plain function is expected; only AsyncC2CClient"):
        C2CClient(**settings(**{name: awaited}))


def test_a_second_try_with_a_signature_is_an_attempt_too():
    """A call that is refused without a signature and repeated with one is told of twice, and waits for nothing."""
    heard: list[Any] = []
    script = [(401, gateway(-2014)), (200, yes())]
    run(
        C2CClient,
        "https://api.binance.com",
        lambda c: c.chat.mark_user_read(),
        http=answers(*script),
        on_response=heard.append,
        retry=RetryPolicy(attempts=1),
    )

    assert [(1, "AuthenticationError", 0.0), (2, None, None)] == [(e.attempt, e.failure, e.wait) for e in heard]


@both_clients
def test_the_log_says_it_in_fields(kind: Kind, caplog: pytest.LogCaptureFixture):
    """Each attempt is one line, a failed one at INFO, and its parts are fields of the record."""
    caplog.set_level(logging.DEBUG, logger="binance_c2c")
    script = [(429, gateway(-1003), {"Retry-After": "0"}), (200, yes(order_data("1")), WEIGHTS)]
    run(kind, "https://api.binance.com", get, http=answers(*script))

    failed, good = caplog.records
    assert ["INFO", "DEBUG"] == [failed.levelname, good.levelname]
    assert "orders.get: attempt 1: RateLimitError after" in failed.getMessage()
    assert failed.getMessage().endswith("; the next in 0.0 s")
    assert "orders.get: attempt 2: HTTP 200 after" in good.getMessage()
    names = ("operation_id", "attempt", "status", "failure", "wait", "weight")
    assert ("orders.get", 1, 429, "RateLimitError", 0.0, None) == tuple(vars(failed)[name] for name in names)
    assert ("orders.get", 2, 200, None, None, 9) == tuple(vars(good)[name] for name in names)


def test_a_ban_is_a_warning(caplog: pytest.LogCaptureFixture):
    """Who is banned reads it in the log, with the seconds as a field."""
    converse(flow(), SAFE, [answer(418, b"", retry_after="77")])

    [record] = [one for one in caplog.records if one.levelname == "WARNING"]
    assert ("ads.search", 77.0) == (vars(record)["operation_id"], vars(record)["wait"])
    assert "ads.search: the exchange has banned this IP address for 77 s" == record.getMessage()


@pytest.mark.parametrize("status", [418, 429])
def test_no_ban_outlives_the_longest(status: int):
    """A `Retry-After` beyond all reason silences the client for three days, not for its lifetime."""
    watch = Watch()
    banned = flow(watch)
    converse(banned, SAFE, [answer(status, b"", retry_after="1" + "0" * 20)])
    early = converse(banned, SAFE, [])
    watch.now += LONGEST_BAN
    late = converse(banned, SAFE, [RECEIVED])

    assert isinstance(early.error, RateLimitError) or [LONGEST_BAN] == early.waits[:1]
    assert (1, None) == (late.sends, late.error)


@both_clients
def test_a_lost_write_says_what_it_asked_for(kind: Kind):
    """Which order, by which factor, and nothing of the code itself: in the error, its text and its `repr`."""
    code = "739154"

    def release(client: Any) -> Any:
        return client.orders.release(order_number="22784", auth_type="GOOGLE", code=code, google_verify_code=code)

    [error] = run(kind, "https://api.binance.com", release, http=answers((502, "html")))

    assert isinstance(error, OutcomeUnknownError)
    hidden = {"code": "[hidden]", "googleVerifyCode": "[hidden]"}
    assert {"orderNumber": "22784", "authType": "GOOGLE", **hidden} == error.sent
    assert "22784" in str(error)
    assert code not in f"{error!s}{error!r}{vars(error)}"


def test_secrets_are_hidden_at_any_depth():
    """What is marked as a secret is hidden inside of lists and objects too, and in the query; the rest is told."""
    operation = Operation("a.b", "POST", "/", secrets=("payAccount", "token"))
    methods = [{"payId": 1, "payAccount": "012180"}, 5]
    call: Call[Any] = Call(operation, query={"token": "t", "page": 1}, body={"advNo": "1", "tradeMethods": methods})

    shown = {"token": "[hidden]", "page": 1, "advNo": "1"}
    assert {**shown, "tradeMethods": [{"payId": 1, "payAccount": "[hidden]"}, 5]} == without_secrets(call)


@pytest.mark.parametrize(
    ("body", "carries"),
    [
        ({"code": "1"}, True),
        ({"advNo": "1", "ways": [5, {"code": ""}]}, True),
        ({"way": {"code": "1"}}, True),
        ({"code": None, "ways": [{"advNo": "1"}, "code"], "advNo": "code"}, False),
        (None, False),
    ],
    ids=repr,
)
def test_a_secret_is_carried_where_it_has_a_value(body: Any, carries: bool):
    """At any depth, and in the query; a name without a value carries nothing."""
    operation = Operation("a.b", "POST", "/", secrets=("code",))

    assert carries == carries_secrets(Call(operation, body=body))
    assert carries_secrets(Call(operation, query={"code": 1}, body=body))
    assert not carries_secrets(Call(operation._replace(secrets=()), body=body))


@both_clients
def test_options_change_what_is_given_and_share_the_rest(kind: Kind):
    """A client with other options has resources of its own, over the connections, clock and ban of the first."""
    client = kind(**settings(timeout=5.0))
    quick = client.with_options(timeout=1.0)
    patient = quick.with_options(retry=RetryPolicy(attempts=9)).with_options(timeout=None)

    assert kind is type(quick)
    assert (5.0, 1.0, None) == tuple(one._driver.flow.timeout for one in (client, quick, patient))
    assert 9 == patient._driver.flow.retry.attempts
    assert client._driver.flow.retry == quick._driver.flow.retry
    assert client._driver.flow.ban is patient._driver.flow.ban
    assert client._driver.flow.limits is patient._driver.flow.limits
    assert client.orders is not quick.orders is not patient.orders
    assert repr(client) == repr(quick)


@both_clients
def test_the_first_client_closes_for_all(kind: Kind):
    """Closing one that was derived closes nothing; once the first is closed, none of them sends."""
    made: list[Any] = []

    def derive(client: Any) -> Any:
        client.orders.get  # noqa: B018 - a resource of the first, which the derived one must not take over
        made.append(client.with_options(timeout=1.0))
        return made[0].close() if kind is C2CClient else made[0].aclose()

    acts = (derive, lambda _: made[0].orders.get(order_number="1"), get)
    script = [(200, yes(order_data("1")))] * 2
    http = answers(*script)
    _, first, second = run(kind, "https://api.binance.com", *acts, http=http)
    [closed] = run(kind, "https://api.binance.com", lambda _: made[0].orders.get(order_number="1"))

    assert ["1", "1"] == [first.order_number, second.order_number]
    assert isinstance(closed, ConfigurationError)
    assert "the client is closed" in str(closed)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 0}, "timeout: a positive number of seconds or None is expected, not 0"),
        ({"timeout": "1"}, "timeout: a positive number"),
        ({"retry": None}, "retry: a RetryPolicy is expected, not NoneType"),
    ],
)
@both_clients
def test_options_that_cannot_work_are_named(kind: Kind, options: dict[str, Any], message: str):
    """They are checked as the arguments of the class are."""
    with pytest.raises(ConfigurationError, match=f"^{message}"):
        kind(**settings()).with_options(**options)
