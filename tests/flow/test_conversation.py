"""The life of a call, played without a network: what is sent again, after how long, and what never is."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

import httpx
import pytest

from binance_c2c import Budget, RetryPolicy
from binance_c2c._core.auth import Clock
from binance_c2c._core.flow import refusals as _refusal
from binance_c2c._core.flow.conversation import CODE_USED_UP, SHORTEST_ATTEMPT, SHORTEST_BAN
from binance_c2c._core.limits.usage import Pause, UsageTracker
from binance_c2c.errors import C2CError, OutcomeUnknownError, RateLimitError, TransportError
from binance_c2c_runtime import Call
from binance_c2c_sapi.operations import ORDERS_RELEASE
from binance_c2c_sapi.resources.ads import build_search
from tests.support.clients import gateway, no, yes
from tests.support.talk import RECEIVED, SAFE, UNSAFE, Outcome, Watch, answer, converse, flow

REFUSED_AT_THE_DOOR = {
    "no connection": httpx.ConnectError("refused"),
    "no connection in time": httpx.ConnectTimeout("slow"),
    "no free connection": httpx.PoolTimeout("full"),
    "the proxy refused": httpx.ProxyError("no"),
    "no such protocol": httpx.UnsupportedProtocol("gopher"),
    "429": answer(429, gateway(-1003)),
    "429 of a firewall": answer(429, b"<html>"),
    "-1003": answer(400, gateway(-1003)),
    "-1003 in a 200": answer(200, gateway(-1003)),
    "-1015": answer(400, gateway(-1015)),
}
LOST: dict[str, Outcome] = {
    "no answer": httpx.RequestError("nothing"),
    "the connection broke": httpx.ReadError("reset"),
    "the answer took too long": httpx.ReadTimeout("slow"),
    "sending broke": httpx.WriteError("reset"),
    "sending took too long": httpx.WriteTimeout("slow"),
    "half an answer": httpx.RemoteProtocolError("incomplete"),
    "a broken protocol": httpx.LocalProtocolError("what"),
    "a broken encoding": httpx.DecodingError("gzip"),
    "closing broke": httpx.CloseError("reset"),
    "an empty answer": answer(200, b""),
    "an empty 202": answer(202, b""),
    "a page of a firewall": answer(200, b"<html>"),
    "a list": answer(200, []),
    "no envelope": answer(200, {"data": None}),
    "a redirect": answer(302, b"", location="https://www.binance.com"),
    "switching protocols": answer(101, b""),
    "no status of HTTP's": answer(0, b""),
    "408": answer(408, b"<html>"),
    "500": answer(500, gateway(-1000)),
    "502": answer(502, b"<html>"),
    "503": answer(503, {"code": -1008, "msg": "overloaded"}),
    "504": answer(504, b""),
    "520": answer(520, b""),
    "599": answer(599, b""),
    **{str(code): answer(400, gateway(code)) for code in (-1000, -1001, -1006, -1007)},
    "-1007 as a string": answer(200, {"code": "-1007", "message": "timeout", "success": False}),
}
BUSY = {"-1004": answer(400, gateway(-1004)), "-1008": answer(400, gateway(-1008))}
FINAL = {
    "banned": answer(418, gateway(-1003), retry_after="0"),
    **{str(status): answer(status, b"<html>") for status in (400, 401, 403, 404, 451)},
    **{str(code): answer(400, gateway(code)) for code in (-1002, -1022, -1102, -2008, -2014, -2015, -9000)},
    "a refusal in a 200": answer(200, no()),
}


def table(*parts: dict[str, Any]) -> pytest.MarkDecorator:
    rows = {name: value for part in parts for name, value in part.items()}
    return pytest.mark.parametrize("outcome", rows.values(), ids=rows)


@table(REFUSED_AT_THE_DOOR)
@pytest.mark.parametrize("call", [SAFE, UNSAFE], ids=["safe", "unsafe"])
def test_what_was_not_acted_on_is_sent_again(call: Call[Any], outcome: Outcome):
    """Without a connection, or refused at the door, any operation has another try."""
    talk = converse(flow(), call, [outcome, RECEIVED])

    assert (2, [0.5], None) == (talk.sends, talk.waits, talk.error)


@table(REFUSED_AT_THE_DOOR)
def test_what_was_not_acted_on_is_never_called_lost(outcome: Outcome):
    """When tries run out, a write that provably did not happen is no `OutcomeUnknownError`."""
    talk = converse(flow(), UNSAFE, repeat(outcome))

    assert 3 == talk.sends
    assert isinstance(talk.error, TransportError | RateLimitError)
    assert not isinstance(talk.error, OutcomeUnknownError)
    assert not getattr(talk.error, "request_sent", False)


def test_a_host_that_cannot_be_reached_is_named():
    """The error says that nothing was done, to which host, and why; it has the name of the operation and the cause."""
    cause = httpx.ConnectError("refused")
    error = converse(flow(), UNSAFE, repeat(cause)).error

    assert isinstance(error, TransportError)
    assert "orders.release: https://api.binance.com could not be reached (ConnectError); nothing was done" == str(error)
    assert (False, "orders.release", cause) == (error.request_sent, error.operation_id, error.__cause__)


@table(LOST)
def test_an_unsafe_operation_is_never_sent_twice(outcome: Outcome):
    """Once a write may have arrived it is not repeated; the error says how to find out what became of it."""
    talk = converse(flow(), UNSAFE, [outcome])

    assert (1, []) == (talk.sends, talk.waits)
    assert isinstance(talk.error, OutcomeUnknownError)
    assert ORDERS_RELEASE.outcome == talk.error.how_to_find_out != ""
    assert talk.error.request_sent
    text = f"whether it took effect is not known. {ORDERS_RELEASE.outcome} Sent: {{'orderNumber': '1'}}"
    assert str(talk.error).endswith(text)


@table(LOST, BUSY)
def test_a_safe_operation_is_sent_again(outcome: Outcome):
    """What only reads is asked for again, in full, as often as the policy says and no more."""
    talk = converse(flow(), SAFE, repeat(outcome))

    assert (3, [0.5, 1.0]) == (talk.sends, talk.waits)
    assert not isinstance(talk.error, OutcomeUnknownError)
    assert talk.sent[0] is not talk.sent[1]
    assert talk.sent[0].body == talk.sent[1].body


@table(BUSY)
def test_a_busy_exchange_is_not_asked_twice_to_write(outcome: Outcome):
    """Too busy to begin is a refusal: nothing is lost, and whether to write again is the caller's decision."""
    talk = converse(flow(), UNSAFE, [outcome])

    assert ("ServerError", 1) == (type(talk.error).__name__, talk.sends)


@table(FINAL)
@pytest.mark.parametrize("call", [SAFE, UNSAFE], ids=["safe", "unsafe"])
def test_a_refusal_is_final(call: Call[Any], outcome: Outcome):
    """What the exchange refuses, it refuses again: one attempt, and an error that is no lost answer."""
    talk = converse(flow(), call, [outcome])

    assert (1, []) == (talk.sends, talk.waits)
    assert isinstance(talk.error, C2CError)
    assert not isinstance(talk.error, TransportError)


def test_an_answer_in_unknown_words_is_final():
    """A yes that cannot be read would not read better the second time."""
    talk = converse(flow(), build_search(asset="USDT", fiat="MXN", trade_type="BUY"), [answer(200, yes("rows"))])

    assert ("DecodeError", 1) == (type(talk.error).__name__, talk.sends)


def test_a_lost_question_for_the_time_is_no_lost_write():
    """Refused for its clock, a write was not done, whatever becomes of the question: it is tried again."""
    talk = converse(flow(), UNSAFE, [answer(400, gateway(-1021)), httpx.ReadError("reset"), RECEIVED])

    assert (2, 1, None) == (talk.sends, talk.asked, talk.error)


@pytest.mark.parametrize(("chance", "waits"), [(0.0, [0.25, 0.5, 1.0, 1.5]), (1.0, [0.5, 1.0, 2.0, 3.0])])
def test_waits_double_up_to_the_longest(chance: float, waits: list[float]):
    """Each wait is twice the one before, never above the longest, and chance takes half of it at most."""
    policy = RetryPolicy(attempts=5, first_wait=0.5, longest_wait=3.0)
    talk = converse(flow(retry=policy, chance=lambda: chance), SAFE, repeat(LOST["no answer"]))

    assert (5, waits) == (talk.sends, talk.waits)


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.0), ("0.1", 0.1), ("1.5", 1.5), (" 30 ", 30.0)])
def test_the_exchange_says_how_long_to_wait(asked: str, waited: float):
    """`Retry-After` in seconds is waited for to the letter."""
    talk = converse(flow(), UNSAFE, [answer(429, b"", retry_after=asked), RECEIVED])

    assert ([waited], None) == (talk.waits, talk.error)


@pytest.mark.parametrize("date", ["Sun, 22 Nov 2026 12:00:09 GMT", "Sun, 22 Nov 2026 12:00:09 -0000"])
def test_the_exchange_says_until_when_to_wait(date: str, monkeypatch: pytest.MonkeyPatch):
    """`Retry-After` as a date counts from now."""
    monkeypatch.setattr(_refusal, "datetime", Noon)
    talk = converse(flow(), UNSAFE, [answer(429, b"", retry_after=date), RECEIVED])

    assert [9.0] == talk.waits


@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_until_when_is_told_by_the_clock_that_says_so(zone: str):
    """With a `Date` beside it a moment counts from that: the local clock may be off by hours."""
    told = {"retry_after": f"Sun, 22 Nov 2099 12:00:09 {zone}", "date": f"Sun, 22 Nov 2099 12:00:00 {zone}"}
    talk = converse(flow(), UNSAFE, [answer(429, b"", **told), RECEIVED])

    assert [9.0] == talk.waits


class Noon(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> "Noon":
        return cls(2026, 11, 22, 12, tzinfo=tz or UTC)


# More than a date of Python's can hold.
OVERFLOWING = [f"Mon, 01 Jan {10**20} 00:00:00 GMT", f"Mon, 01 Jan 2027 00:00:00 +{10**14}"]


ODD = ["", "soon", "-5", "5 seconds", "nan", "inf", "Sun, 99 Nov 2026 12:00:00 GMT", "\xb2", *OVERFLOWING]


@pytest.mark.parametrize("odd", ODD)
def test_a_wait_that_cannot_be_read_is_ours_to_choose(odd: str):
    """An odd `Retry-After` is treated like none at all."""
    limited = httpx.Response(429, headers=[(b"retry-after", odd.encode("latin-1"))])
    talk = converse(flow(), SAFE, [limited, RECEIVED])

    assert [0.5] == talk.waits


@pytest.mark.parametrize("over", ["0", "0.0", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_wait_that_is_over_is_ours_to_choose(over: str):
    """None at all, or a moment in the past, is no leave to come back at once, and again."""
    limited = answer(429, b"", retry_after=over)
    talk = converse(flow(), SAFE, [limited, limited, RECEIVED])

    assert [0.5, 1.0] == talk.waits


@pytest.mark.parametrize(("status", "header"), [(418, {}), (429, {}), (403, {}), (418, {"retry_after": "9"})])
def test_a_ban_may_be_told_in_words(status: int, header: dict[str, str]):
    """-1003 says until when in milliseconds: that counts without `Retry-After`, and whatever the status."""
    text = "Way too much request weight used; IP banned until 1795348809000. Please use WebSocket Streams."
    dated = {"date": "Sun, 22 Nov 2026 12:00:00 GMT", **header}
    banned = flow()
    talk = converse(banned, UNSAFE, [answer(status, gateway(-1003, text), **dated)])
    later = converse(banned, SAFE, [])

    assert isinstance(talk.error, RateLimitError)
    assert (1, 9.0, True) == (talk.sends, talk.error.retry_after, talk.error.banned)
    assert isinstance(later.error, RateLimitError)
    assert (0, 9.0, True) == (later.sends, later.error.retry_after, later.error.banned)


@pytest.mark.parametrize("code", ["83895", "83896", "100001003", "200001035"])
@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_a_code_that_was_refused_is_not_shown_again(status: int, code: str):
    """A second wrong try can lock what the first did not, whatever the status says beside it."""
    talk = converse(flow(), SAFE, [answer(status, no(code), retry_after="1")])

    assert (1, []) == (talk.sends, talk.waits)
    assert code == getattr(talk.error, "code", None)


def test_the_second_try_has_what_is_left_of_the_call():
    """After the clock was corrected the deadline is the same, for a pause and for the request."""
    asked = answer(400, gateway(-1021)), answer(200, {"serverTime": 1710460800000})
    sent_again = converse(flow(timeout=10.0), UNSAFE, [*asked, RECEIVED])
    held = flow(timeout=10.0)

    def a_pause_begins() -> Iterator[Outcome]:
        yield asked[0]
        held.hold.begin(0.0, 20.0)
        yield asked[1]

    refused = converse(held, UNSAFE, a_pause_begins())

    assert [10.0, 10.0] == [step.deadline for step in sent_again.sent]
    assert ([], 1) == (refused.waits, refused.sends)
    assert "hold the call back for another 20 s, longer than its timeout leaves" in str(refused.error)


def test_a_question_that_was_lost_is_the_cause():
    """The error of a call that was refused for its clock names why the exchange's time could not be learned."""
    lost, once = httpx.ReadError("reset"), RetryPolicy(attempts=1)
    own = converse(flow(retry=once), UNSAFE, [answer(400, gateway(-1021)), lost]).error
    behind = flow(retry=once)
    behind.clock.readings = 1

    def another_call_asks_in_vain() -> Iterator[Outcome]:
        behind.clock.failures += 1
        yield answer(400, gateway(-1021))

    others = converse(behind, UNSAFE, another_call_asks_in_vain()).error

    assert isinstance(own, TransportError)
    assert isinstance(others, TransportError)
    assert (lost, False) == (own.__cause__, own.request_sent)
    assert ("another call asked for the exchange's time in vain", False) == (str(others.__cause__), others.request_sent)
    assert "orders.release: https://api.binance.com could not be reached" in str(others)


def test_what_the_question_used_up_counts_for_its_own_minute():
    """Asked before the turn of a minute and answered behind it, the weight belongs to the minute that is over."""
    watch = Watch(50.0)
    limits = UsageTracker(Budget(ip=100), watch)
    waited = flow(watch, limits=limits, clock=Clock(now=watch, monotonic=watch))

    def the_minute_turns() -> Iterator[Outcome]:
        yield answer(400, gateway(-1021))
        watch.now += 20.0
        yield answer(200, {"serverTime": 70_000}, X_SAPI_USED_IP_WEIGHT_1M="90")
        yield RECEIVED

    talk = converse(waited, SAFE, the_minute_turns())

    assert (2, [], None) == (talk.sends, talk.waits, talk.error)
    assert "sapi-ip-1m" not in limits.reported()


def test_a_code_that_was_lost_is_not_shown_again():
    """Even where the operation only reads: the code may be used up, and the error says so."""
    reading = ORDERS_RELEASE._replace(safe_to_repeat=True)
    talk = converse(flow(), Call(reading, body={"orderNumber": "1", "code": "000000"}), [LOST["no answer"]])

    assert (1, []) == (talk.sends, talk.waits)
    assert isinstance(talk.error, OutcomeUnknownError)
    assert CODE_USED_UP == talk.error.how_to_find_out


def test_the_address_of_an_operation_is_made_once():
    """Its requests share it, with the host, the headers of each request and those of the operation."""
    shared = flow()
    [first], [second] = (converse(shared, SAFE, [RECEIVED]).sent for _ in range(2))
    names = [name for name, _ in first.endpoint.headers]

    assert first.endpoint is second.endpoint
    assert (b"Host", b"api.binance.com") == first.endpoint.headers[0]
    assert "https://api.binance.com" == first.endpoint.root
    assert len(names) == len({name.lower() for name in names})


def test_a_wait_above_the_longest_is_the_callers():
    """Who would have to wait longer than the policy allows learns at once, and for how long."""
    talk = converse(flow(), UNSAFE, [answer(429, b"", retry_after="31")])

    assert (1, []) == (talk.sends, talk.waits)
    assert isinstance(talk.error, RateLimitError)
    assert (31.0, False) == (talk.error.retry_after, talk.error.banned)


def test_a_deadline_bounds_attempts_and_waits():
    """No wait begins that would end after the deadline, and each attempt gets only what is left."""
    talk = converse(flow(timeout=10.0, retry=RetryPolicy(attempts=9)), SAFE, repeat(LOST["no answer"]), each_takes=3.0)

    assert [0.5, 1.0] == talk.waits
    assert [10.0] * 3 == [step.deadline for step in talk.sent]


@pytest.mark.parametrize(("wait", "sends"), [(1.0 - SHORTEST_ATTEMPT, 1), (1.0, 1), (0.99, 2)])
def test_an_attempt_that_would_have_no_time_is_not_waited_for(wait: float, sends: int):
    """At the end of a wait there has to be more left of the call than its shortest attempt takes."""
    talk = converse(flow(timeout=1.0, retry=RetryPolicy(first_wait=wait)), SAFE, repeat(LOST["no answer"]))

    assert sends == talk.sends


def test_without_a_timeout_nothing_is_bounded():
    """`timeout=None` waits for ever."""
    talk = converse(flow(), SAFE, [RECEIVED])

    assert talk.sent[0].deadline is None


@pytest.mark.parametrize(("header", "seconds"), [({"retry_after": "77"}, 77.0), ({}, SHORTEST_BAN)])
def test_a_ban_silences_every_call_until_it_is_over(header: dict[str, str], seconds: float):
    """After a 418 all calls of the client raise at once, unsent, and go out again when the time is up."""
    watch = Watch(1000.0)
    banned = flow(watch)
    first = converse(banned, SAFE, [answer(418, b"<html>", **header)])
    watch.now += seconds - 1
    silent = converse(banned, UNSAFE, [])
    watch.now += 1
    after = converse(banned, UNSAFE, [RECEIVED])

    assert 1 == first.sends
    assert isinstance(silent.error, RateLimitError)
    assert (0, 1.0, True) == (silent.sends, silent.error.retry_after, silent.error.banned)
    said = "orders.release: the exchange has banned this IP address for another 1 s; nothing was sent"
    assert said == str(silent.error)
    assert "orders.release" == silent.error.operation_id
    assert "nothing was sent" in str(silent.error)
    assert (1, None) == (after.sends, after.error)


def test_a_ban_holds_back_a_call_that_was_about_to_try_again():
    """A call that waits while another one is banned does not go out either."""
    both = flow()
    conversation = both.conversation(SAFE)
    next(conversation)
    conversation.send(LOST["no answer"])
    both.ban.begin(both.monotonic(), 60.0)

    with pytest.raises(RateLimitError, match="another 60 s"):
        next(conversation)


def test_a_short_ban_does_not_end_a_long_one():
    """The later end counts."""
    ban = Pause()
    ban.begin(0.0, 100.0)
    ban.begin(1.0, 10.0)

    assert 50.0 == ban.remaining(50.0)
    assert 0.0 == ban.remaining(101.0)
