"""The life of a call, written once for both clients: send, judge, perhaps wait and send again. Does no I/O."""

import logging
import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import httpx

from binance_c2c._auth import RESERVED
from binance_c2c._json import dumps
from binance_c2c._judge import Exchange, judge
from binance_c2c._limits import Claim, Limits
from binance_c2c._refusal import about, unusable
from binance_c2c._retry import RetryPolicy
from binance_c2c._version import __version__
from binance_c2c.errors import (
    APIError,
    AuthenticationError,
    C2CError,
    ConfigurationError,
    RateLimitError,
    TransportError,
)
from binance_c2c_sapi.calls import Call, Operation, Security

T = TypeVar("T")
Outcome = httpx.Response | httpx.RequestError | None

log = logging.getLogger("binance_c2c")

# What fails before a byte of the request is out.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
# What a request without a signature is refused with, where one is wanted.
SIGNATURE_MISSING = frozenset({-1102})
DENIED = frozenset({401, 403})
# How long a ban without `Retry-After` is taken to last: the shortest the exchange documents.
SHORTEST_BAN = 120.0
_HEADERS = (
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip, deflate"),
    (b"connection", b"keep-alive"),
    (b"user-agent", f"binance-c2c/{__version__}".encode("ascii")),
)


@dataclass(frozen=True, slots=True)
class Send:
    """To be sent as it is, once signed. What comes back goes into the conversation."""

    request: httpx.Request


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float


@dataclass(frozen=True, slots=True)
class Consult:
    """To be counted by the fleet. What comes back is a `Standing`, or None where the fleet cannot be asked."""

    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the fleet knows of its limits."""

    banned: float = 0.0
    """Seconds for which the address is banned."""
    held: float = 0.0
    """Seconds for which the exchange asked to hold back."""
    totals: tuple[int, ...] = ()
    """What each claim was added to, with the claim; nothing is counted while the fleet may not send."""


@dataclass(frozen=True, slots=True)
class Halt:
    """To be told to the fleet: for how long none of it may send. Nothing comes back."""

    seconds: float
    banned: bool


Step = Send | Wait | Consult | Halt


class Ban:
    """Until when the exchange wants to hear nothing of us, on a clock that only runs forward."""

    def __init__(self) -> None:
        self._until = float("-inf")

    def begin(self, now: float, seconds: float) -> None:
        self._until = max(self._until, now + seconds)

    def rest(self, now: float) -> float:
        """Seconds until it is over; nothing below zero."""
        return max(0.0, self._until - now)


@dataclass(frozen=True)
class Flow:
    """What all calls of a client have in common."""

    base_url: str
    timeout: float | None
    retry: RetryPolicy
    ban: Ban
    public_url: str = ""
    """Where the public operations are, if not at `base_url`."""
    held: Ban = field(default_factory=Ban)
    """Until when the exchange asked to hold back."""
    limits: Limits = field(default_factory=Limits)
    fleet: bool = False
    """Whether others are to be consulted before each call."""
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    _urls: dict[str, httpx.URL] = field(default_factory=dict[str, httpx.URL], init=False, repr=False, compare=False)

    def conversation(self, call: Call[T]) -> Generator[Step, Any, Exchange[T]]:
        """Send, judge, perhaps wait and send again. Returns the answer or raises why not."""
        deadline = None if self.timeout is None else self.monotonic() + self.timeout
        attempt = 1
        while True:
            operation = call.operation
            yield from self._admission(operation, deadline)
            sent = self.limits.now()
            outcome: Outcome = yield Send(self._request(call, deadline))
            if isinstance(outcome, httpx.Response):
                self.limits.learn(operation, outcome.headers.raw, sent)
            try:
                return self._judged(call, outcome)
            except C2CError as error:
                failure = error
            if isinstance(failure, RateLimitError):
                yield from self._halt(operation, failure)
            if operation.security == Security.KEY and _asks_for_a_signature(failure):
                # One source says that the key alone is enough here, others sign: so this once more, signed.
                call = replace(call, operation=replace(operation, security=Security.SIGNED))
                continue
            attempt += 1
            wait = self.retry.wait_before(attempt, operation, failure, chance=self.chance())
            if wait is None or (deadline is not None and self.monotonic() + wait >= deadline):
                raise failure
            log.info("%s: attempt %d in %.1f s, after %s", operation.id, attempt, wait, type(failure).__name__)
            yield Wait(wait)

    def _admission(self, operation: Operation, deadline: float | None) -> Generator[Step, Any, None]:
        """Hold a call back while something speaks against it. Raises where that would take too long."""
        while wait := (yield from self._hindrance(operation)):
            if deadline is not None and self.monotonic() + wait >= deadline:
                message = f"no room for another {wait:.0f} s, which is past the deadline; nothing was sent"
                raise RateLimitError(message, retry_after=wait, operation_id=operation.id)
            log.info("%s: held back for %.1f s", operation.id, wait)
            yield Wait(wait)

    def _hindrance(self, operation: Operation) -> Generator[Step, Any, float]:
        """Seconds to wait before there may be room for a call; none once it is counted."""
        self._respect_ban(operation)
        if wait := self._held_back(operation):
            return wait
        claims, wait = self.limits.take(operation)
        if wait or not self.fleet or operation.public:
            return wait
        standing: Standing | None = yield Consult(claims)
        if standing is None:
            return 0.0
        self.ban.begin(self.monotonic(), standing.banned)
        self.held.begin(self.monotonic(), standing.held)
        self._respect_ban(operation)
        # Either may be over by now, but then nothing has been counted: so once more.
        halted = max(self._held_back(operation), standing.held, standing.banned)
        return halted or self.limits.over(claims, standing.totals)

    def _held_back(self, operation: Operation) -> float:
        rest = 0.0 if operation.public else self.held.rest(self.monotonic())
        if rest > self.retry.longest_wait:
            message = f"the exchange asked to hold back for another {rest:.0f} s; nothing was sent"
            raise RateLimitError(message, retry_after=rest, operation_id=operation.id)
        return rest

    def _halt(self, operation: Operation, error: RateLimitError) -> Generator[Step, Any, None]:
        """Silence all calls for as long as the exchange asks: one that goes on in spite of it is banned."""
        seconds = error.retry_after or (SHORTEST_BAN if error.banned else 0.0)
        if operation.public and not error.banned:
            # The website's limits are others than the API's.
            return
        (self.ban if error.banned else self.held).begin(self.monotonic(), seconds)
        if seconds and self.fleet:
            yield Halt(seconds, error.banned)

    def _respect_ban(self, operation: Operation) -> None:
        rest = self.ban.rest(self.monotonic())
        if rest > 0:
            message = f"the address is banned for another {rest:.0f} s; nothing was sent"
            raise RateLimitError(message, retry_after=rest, banned=True, operation_id=operation.id)

    def _request(self, call: Call[T], deadline: float | None) -> httpx.Request:
        operation = call.operation
        headers = [*_HEADERS, *((name.encode("ascii"), value.encode("ascii")) for name, value in operation.headers)]
        content = None
        if call.body is not None:
            headers.append((b"content-type", b"application/json"))
            content = dumps(call.body)
        rest = None if deadline is None else max(deadline - self.monotonic(), 0.001)
        return httpx.Request(
            operation.method,
            self._url(operation),
            headers=headers,
            content=content,
            extensions={
                "timeout": {"connect": rest, "read": rest, "write": rest, "pool": rest},
                "operation": operation,
                # The signer puts it into the URL, so that it is encoded once, with what it adds.
                "query": _pairs(call),
            },
        )

    def _url(self, operation: Operation) -> httpx.URL:
        url = self._urls.get(operation.path)
        if url is None:
            host = (self.public_url if operation.public else "") or self.base_url
            url = self._urls[operation.path] = httpx.URL(f"{host}{operation.path}")
        return url

    def _judged(self, call: Call[T], outcome: Outcome) -> Exchange[T]:
        operation = call.operation
        if isinstance(outcome, httpx.Response):
            exchange = judge(call, outcome)
            self._report_bad_rows(operation, exchange.value)
            return exchange
        why = _described(outcome)
        if isinstance(outcome, NEVER_SENT) or _is_about_another_request(outcome, operation):
            # The other one is the question for the time, which follows a refusal.
            message = f"the exchange could not be reached ({why})"
            raise TransportError(message, request_sent=False, **about(operation, None)) from outcome
        raise unusable(operation, why) from outcome

    def _report_bad_rows(self, operation: Operation, value: object) -> None:
        for bad in getattr(value, "bad_rows", ()):
            log.warning("%s: row %d cannot be read: %s", operation.id, bad.index, bad.reason)


def _asks_for_a_signature(error: C2CError) -> bool:
    if not isinstance(error, APIError) or isinstance(error, RateLimitError):
        # Too many calls are no fewer for one that is signed.
        return False
    return isinstance(error, AuthenticationError) or error.code in SIGNATURE_MISSING or error.http_status in DENIED


def _pairs(call: Call[T]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in call.query.items():
        if key in RESERVED:
            message = f"{key} is set by the signer and cannot be given"
            raise ConfigurationError(message, operation_id=call.operation.id)
        if isinstance(value, bool) or not isinstance(value, (str, int)):  # pyright: ignore[reportUnnecessaryIsInstance]
            message = f"query {key}: a string or an integer is expected, not {type(value).__name__}"
            raise ConfigurationError(message, operation_id=call.operation.id)
        pairs.append((key, str(value)))
    return pairs


def _described(error: httpx.RequestError | None) -> str:
    # Their text may carry a URL, and so a signature: only what kind of failure it was goes on.
    return "no answer" if error is None else type(error).__name__


def _is_about_another_request(error: httpx.RequestError | None, operation: Operation) -> bool:
    try:
        request = error.request if error is not None else None
    except RuntimeError:
        return False
    return request is not None and request.extensions.get("operation", operation) is not operation
