"""What an exchange may do to a call, over real sockets: the error it is, and how often each operation arrived."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from binance_c2c.errors import (
    APIError,
    AuthenticationError,
    OutcomeUnknownError,
    RateLimitError,
    ServerError,
    TransportError,
)
from binance_c2c_sapi.operations import ORDERS_GET, ORDERS_RELEASE, SYSTEM_TIME
from tests.support.answers import LOST, release
from tests.support.clients import gateway, no, order_data, yes
from tests.support.servers.ways import Way, every_way
from tests.support.wire import Answer, reply

NAMES = {ORDERS_RELEASE.path: "release", ORDERS_GET.path: "get", SYSTEM_TIME.path: "time"}
TIME = reply({"serverTime": 1700000000000})
WRONG_CLOCK = reply(gateway(-1021), 400)
FAREWELL = Answer(reply(yes(order_data("1"))).data, hang_up=True)


@dataclass(frozen=True)
class Ending:
    """How a call ends: with an error or None, after so many requests."""

    error: type[Exception] | None
    sent: int
    time: int = 0
    """Questions for the time among them."""


@dataclass(frozen=True)
class Case:
    """What the server does for ever, and how the two calls end."""

    script: tuple[Answer, ...]
    release: Ending
    get: Ending


def always(answer: Answer, release: Ending, get: Ending | None = None) -> Case:
    return Case((answer,) * 9, release, get or release)


UNKNOWN, TRIED = Ending(OutcomeUnknownError, 1), Ending(TransportError, 3)
UNSERVED = Ending(ServerError, 3)
REFUSED, BANNED, LIMITED = Ending(APIError, 1), Ending(RateLimitError, 1), Ending(RateLimitError, 3)

CASES = {
    "dropped before the answer": always(LOST["dropped before the answer"], UNKNOWN, TRIED),
    "dropped inside the head": always(LOST["dropped inside the head"], UNKNOWN, TRIED),
    "dropped inside the body": always(LOST["dropped inside the body"], UNKNOWN, TRIED),
    "dropped after the answer": always(FAREWELL, Ending(None, 1)),
    "a page under 502": always(reply(b"<html>Bad Gateway</html>", 502), UNKNOWN, UNSERVED),
    "520": always(reply(b"", 520), UNKNOWN, UNSERVED),
    "-1000": always(reply(gateway(-1000), 400), UNKNOWN, UNSERVED),
    "-1008": always(reply(gateway(-1008), 400), Ending(ServerError, 1), UNSERVED),
    "an empty 200": always(reply(b""), UNKNOWN, TRIED),
    "a list": always(reply([]), UNKNOWN, TRIED),
    "broken UTF-8": always(reply(b'{"code":"000000","message":"\xff\xfe","success":true}'), UNKNOWN, TRIED),
    "a refusal in broken UTF-8": always(reply(b'{"code":-1102,"msg":"\xff"}', 400), REFUSED),
    "429": always(reply(gateway(-1003), 429, [("Retry-After", "0")]), LIMITED),
    "429 in HTML": always(reply(b"<html>", 429, [("Retry-After", "0")]), LIMITED),
    "418": always(reply(gateway(-1003), 418, [("Retry-After", "60")]), BANNED),
    "-1021 once": Case(
        (WRONG_CLOCK, TIME, reply(yes(order_data("1")))),
        release=Ending(None, 2, time=1),
        get=Ending(None, 2, time=1),
    ),
    "-1021 for ever": Case(
        (WRONG_CLOCK, TIME, *[WRONG_CLOCK] * 9),
        release=Ending(AuthenticationError, 2, time=1),
        get=Ending(AuthenticationError, 2, time=1),
    ),
    "-1022": always(reply(gateway(-1022), 400), Ending(AuthenticationError, 1)),
    "a refusal inside a 200": always(reply(no()), REFUSED),
    "the gateway's refusal inside a 200": always(reply(gateway(-1102)), REFUSED),
    "451": always(reply(b"<html>Unavailable</html>", 451), REFUSED),
}
PASSING = {name: case for name, case in CASES.items() if case.get.sent == 3}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def get(client: Any) -> Any:
    return client.orders.get(order_number="1")


def ended(way: Way, case: Case, act: Any, name: str) -> tuple[Ending, Any]:
    """How the call ended, and with what, on a server that does as the case says."""
    with way.wire(*case.script) as wire:
        [result] = way.run(wire, act)
    arrived = Counter(NAMES[one.path] for one in wire.requests)
    assert {name, "time"} >= arrived.keys()
    error = type(result) if isinstance(result, Exception) else None
    return Ending(error, arrived[name], arrived["time"]), result


@each_case
@every_way
def test_a_release_ends_like_this(way: Way, case: Case):
    """A release arrives again only after an answer that proves that nothing was done."""
    ending, _ = ended(way, case, release, "release")

    assert case.release == ending


@each_case
@every_way
def test_reading_ends_like_this(way: Way, case: Case):
    """Reading is tried three times where another try may help, and once where the exchange said no."""
    ending, result = ended(way, case, get, "get")

    assert case.get == ending
    assert ending.error or result.order_number == "1"


@pytest.mark.parametrize("case", PASSING.values(), ids=PASSING)
@every_way
def test_an_accident_that_passes_costs_a_reader_nothing(way: Way, case: Case):
    """What is tried again succeeds as soon as the server does."""
    ending, order = ended(way, Case((case.script[0], FAREWELL), case.release, case.get), get, "get")

    assert Ending(None, 2) == ending
    assert "1" == order.order_number


@every_way
def test_a_banned_client_leaves_the_network_alone(way: Way):
    """After a 418 neither reading nor writing sends anything, and both say that nothing was sent."""
    with way.wire(reply(b"", 418, [("Retry-After", "60")]), then=reply(yes(order_data("1")))) as wire:
        first, *later = way.run(wire, get, get, release)

    assert first.banned
    assert [(RateLimitError, True)] * 2 == [(type(error), error.banned) for error in later]
    assert all("nothing was sent" in str(error) for error in later)
    assert 1 == len(wire.requests)
