"""Runs the conversation of a call without I/O: the test plays network, clock and random numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from binance_c2c import RetryPolicy
from binance_c2c._core.flow import decode
from binance_c2c._core.flow.conversation import Flow
from binance_c2c._core.flow.decode import Exchange
from binance_c2c._core.flow.hooks import Notify
from binance_c2c._core.flow.steps import LearnTime, Send, Wait
from binance_c2c._core.limits.usage import CheckFleet, FleetState, Pause, PauseFleet
from binance_c2c._core.transport import Answer
from binance_c2c.errors import C2CError
from binance_c2c_runtime import Call
from binance_c2c_sapi.operations import ADS_SEARCH, ORDERS_RELEASE
from tests.support.clients import answer_of, yes

Outcome = httpx.Response | httpx.RequestError
BASE_URL = "https://api.binance.com"
SAFE: Call[Any] = Call(ADS_SEARCH)
"""A call that only reads."""
UNSAFE: Call[Any] = Call(ORDERS_RELEASE, body={"orderNumber": "1"})
"""A call that must not happen twice."""
RECEIVED = httpx.Response(200, json=yes())


def answer(status: int, body: Any = None, **headers: str) -> httpx.Response:
    """A response with this body, bytes as they are and anything else as JSON; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, bytes | None):
        return httpx.Response(status, content=body, headers=named)
    return httpx.Response(status, json=body, headers=named)


def judge(call: Call[Any], response: httpx.Response) -> Exchange[Any]:
    """The value in a response of httpx, or the error that it means."""
    return decode.decode(call, answer_of(response))


@dataclass
class Watch:
    """A clock that the test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Talk:
    """The record of a conversation: requests, waits, and its result or error."""

    sent: list[Send] = field(default_factory=list[Send])
    came: list[Outcome] = field(default_factory=list[Outcome])
    """The outcome of each request in `sent`."""
    resent: int = 0
    """How many of them were sent again within an attempt, after the clock was corrected."""
    asked: int = 0
    """How often the exchange was asked for its time."""
    waits: list[float] = field(default_factory=list[float])
    told: list[CheckFleet | PauseFleet] = field(default_factory=list[CheckFleet | PauseFleet])
    """The steps that concern the fleet, in their order."""
    result: Exchange[Any] | None = None
    error: C2CError | None = None

    @property
    def sends(self) -> int:
        return len(self.sent)


def flow(watch: Watch | None = None, **changed: Any) -> Flow:
    """The flow of a client, whose clock and random numbers the test controls."""
    parts: dict[str, Any] = {"base_url": BASE_URL, "timeout": None, "retry": RetryPolicy(), "ban": Pause()}
    parts.update(monotonic=watch or Watch(), chance=lambda: 1.0)
    return Flow(**{**parts, **changed})


def converse(
    flow: Flow,
    call: Call[Any],
    outcomes: Iterable[Outcome],
    each_takes: float = 0.0,
    fleet: Iterable[FleetState | None] = (),
) -> Talk:
    """Run the conversation of a call to its end.

    Each answer takes `each_takes` seconds; `fleet` has the answers to `CheckFleet`, in their order.
    """
    assert isinstance(flow.monotonic, Watch)
    talk, remaining, states = Talk(), iter(outcomes), iter(fleet)
    conversation = flow.conversation(call)
    outcome: Any = None
    step: Any = None
    while True:
        before = step
        try:
            step = conversation.send(outcome)
        except StopIteration as done:
            talk.result = done.value
            return talk
        except C2CError as error:
            talk.error = error
            return talk
        if isinstance(step, Send) and step.deadline is not None and flow.monotonic.now >= step.deadline:
            # As real connections do, which check the deadline before they send.
            outcome = httpx.ConnectTimeout("the deadline has passed")
        elif isinstance(step, Send):
            talk.sent.append(step)
            talk.came.append(next(remaining))
            talk.resent += isinstance(before, LearnTime)
            outcome = _came(talk.came[-1])
            flow.monotonic.now += each_takes
        elif isinstance(step, LearnTime):
            outcome = None
            if step.begin():
                talk.asked += 1
                outcome = _came(next(remaining))
                step.end(outcome)
        elif isinstance(step, Notify):
            step.act()
            outcome = None
        elif isinstance(step, Wait):
            talk.waits.append(step.seconds)
            outcome = None
            flow.monotonic.now += step.seconds
        else:
            talk.told.append(step)
            outcome = next(states) if isinstance(step, CheckFleet) else None


def _came(outcome: Outcome) -> Answer | httpx.RequestError:
    return outcome if isinstance(outcome, httpx.RequestError) else answer_of(outcome)
