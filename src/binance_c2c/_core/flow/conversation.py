"""The life of a call, written once for both clients: send, decode, perhaps wait and send again. Does no I/O."""

import logging
import random
import time
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast

import httpx

from binance_c2c._core.auth import CLOCK_IS_OFF, RESERVED, Clock, Pairs
from binance_c2c._core.flow.hooks import Notify, log
from binance_c2c._core.flow.retry import RetryPolicy
from binance_c2c._core.flow.steps import Endpoint, LearnTime, Outcome, Send, Step, Wait
from binance_c2c._core.limits import CheckFleet, FleetState, Pause, PauseFleet, UsageTracker
from binance_c2c._core.support import HIDDEN, HiddenBytes, dumps, loads, scrub_error
from binance_c2c._core.transport import NEVER_SENT, Answer, Origin, begun_answer, described
from binance_c2c._core.version import __version__
from binance_c2c.errors import (
    APIError,
    AuthenticationError,
    C2CError,
    ConfigurationError,
    OutcomeUnknownError,
    RateLimitError,
    TransportError,
)
from binance_c2c_runtime import Operation, Security
from binance_c2c_sapi.operations import SYSTEM_TIME

if TYPE_CHECKING:
    from binance_c2c._core.flow.decode import Exchange
    from binance_c2c._core.flow.events import RequestEvent, ResponseEvent
    from binance_c2c_runtime import Call

T = TypeVar("T")

# The codes for a missing parameter, here the signature.
SIGNATURE_MISSING = frozenset({-1102})
DENIED = frozenset({401, 403})
# `how_to_find_out` for a call that only reads and carries a secret.
CODE_USED_UP = "No order was changed, but the code sent may be used up, and a wrong password may have been counted."
# Seconds that a call with a one-time code may be delayed: the code expires.
LONGEST_WAIT_WITH_CODE = 1.0
# Seconds that must be left for another attempt. The timers of some event loops fire early by that much.
SHORTEST_ATTEMPT = 0.005
# The assumed seconds of a ban without `Retry-After`: the shortest that the exchange documents.
SHORTEST_BAN = 120.0
# The longest ban that the exchange documents, in seconds. A longer one is taken for a mistake.
LONGEST_BAN = 3 * 86_400.0
TOO_OFTEN = frozenset({418, 429})
# The number of cached endpoints is bounded: callers may use any number of operations.
MOST_ENDPOINTS = 512
_HEADERS = (
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip, deflate"),
    (b"connection", b"keep-alive"),
    (b"user-agent", f"binance-c2c/{__version__}".encode("ascii")),
)


@dataclass(eq=False, repr=False, match_args=False)
class Flow:
    """The settings and the state that all calls of a client share: limits, bans, pauses and the clock."""

    base_url: str
    timeout: float | None
    retry: RetryPolicy
    ban: Pause
    public_url: str = ""
    """The base URL of the public operations, where it is not `base_url`."""
    hold: Pause = field(default_factory=Pause)
    """The pause that the exchange asked for after too many requests."""
    limits: UsageTracker = field(default_factory=UsageTracker)
    clock: Clock = field(default_factory=Clock)
    fleet: bool = False
    """Whether the fleet is asked before each call."""
    on_request: Callable[["RequestEvent"], object] | None = None
    on_response: Callable[["ResponseEvent"], object] | None = None
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    _endpoints: dict[Any, Endpoint] = field(default_factory=dict[Any, Endpoint], init=False, repr=False, compare=False)

    def conversation(self, call: "Call[T]") -> Generator[Step, Any, "Exchange[T]"]:
        """Send, decode, perhaps wait and send again. Returns the decoded answer, or raises an error."""
        _check_call(call)
        _check_second_factor(call)
        _load_readers()
        deadline = None if self.timeout is None else self.monotonic() + self.timeout
        attempt = tries = 1
        patience = float("inf")
        if carries_secrets(call):
            patience = LONGEST_WAIT_WITH_CODE
            if call.operation.safe_to_repeat:
                # Even a read must not be repeated then: a one-time code works once, and wrong passwords are counted.
                call = replace(call, operation=call.operation._replace(safe_to_repeat=False, outcome=CODE_USED_UP))
        while True:
            operation = call.operation
            yield from self._admit(operation, deadline, patience)
            if self.on_request is not None:
                yield _request_notice(self.on_request, operation, attempt)
            begun = self.monotonic()
            attempted: Any = yield from self._attempt(call, deadline, patience)  # pyright: ignore[reportUnknownVariableType]
            outcome, result = cast("tuple[Outcome, Exchange[T] | C2CError]", attempted)
            elapsed = self.monotonic() - begun
            wait: float | None = None
            if isinstance(result, RateLimitError):
                yield from self._pause(operation, result)
            if isinstance(result, C2CError):
                if operation.security == Security.KEY and _asks_for_a_signature(result):
                    # Sources differ on whether a signature is needed here: send it once more, with one.
                    call, wait = replace(call, operation=operation._replace(security=Security.SIGNED)), 0.0
                else:
                    tries += 1
                    wait = self._retry_wait(tries, operation, result, deadline, patience)
            notice = self._report_attempt(
                outcome, result, operation=operation, attempt=attempt, elapsed=elapsed, wait=wait
            )
            if notice is not None:
                yield notice
            if not isinstance(result, C2CError):
                return result
            if wait is None:
                raise result
            if operation is call.operation:
                yield Wait(wait)
            attempt += 1

    def _attempt(
        self, call: "Call[T]", deadline: float | None, patience: float
    ) -> Generator[Step, Any, tuple[Outcome, "Exchange[T] | C2CError"]]:
        """Send a call; if it is refused because of the clock, correct that and send it once more."""
        counters = self.clock.counters
        outcome, result = yield from self._send(call, deadline)
        if isinstance(result, AuthenticationError) and result.code == CLOCK_IS_OFF:
            failure = yield from self._learn_time(call.operation, counters, deadline)
            if failure is not None:
                return failure
            # The exchange checks the timestamp first: nothing was done, and a one-time code is not used up.
            yield from self._admit(call.operation, deadline, patience)
            outcome, result = yield from self._send(call, deadline)
        return outcome, result

    def _send(
        self, call: "Call[T]", deadline: float | None
    ) -> Generator[Step, Any, tuple[Outcome, "Exchange[T] | C2CError"]]:
        sent = self.limits.now()
        outcome = _settled((yield self._request(call, deadline)))
        if isinstance(outcome, Answer):
            self.limits.learn(call.operation, outcome.raw_headers, sent)
        return outcome, self._judge(call, outcome)

    def _learn_time(
        self, operation: Operation, counters: tuple[int, int], deadline: float | None
    ) -> Generator[Step, Any, tuple[Outcome, C2CError] | None]:
        """Set the clock to the exchange's time. Returns the outcome and the error if the call cannot go on.

        The exchange did not act on the refused call, so whatever fails here, the call was not done.
        """
        from binance_c2c_runtime import Call  # noqa: PLC0415 - already loaded for the program's own call

        step = LearnTime(self.clock, counters, self._request(Call(SYSTEM_TIME), deadline))
        came: Outcome | None = yield step
        if came is None:
            # Another call asked meanwhile. If that failed, the calls that waited for it do not each ask again.
            if self.clock.readings != counters[0]:
                return None
            error = httpx.ConnectError("another call asked for the exchange's time in vain")
            return error, self._unsent_error(operation, error)
        outcome = _settled(came)
        if step.asked:
            # The fleet counts this weight together with the second attempt.
            self.limits.count(SYSTEM_TIME)
        if isinstance(outcome, httpx.RequestError):
            return outcome, self._unsent_error(operation, outcome)
        # By the corrected clock this may be another minute.
        self.limits.learn(SYSTEM_TIME, outcome.raw_headers, self.limits.now() - step.round_trip_ms / 1000)
        if outcome.status_code in TOO_OFTEN:
            from binance_c2c._core.flow.decode import refusal_from  # noqa: PLC0415 - rare

            return outcome, scrub_error(refusal_from(operation, outcome))
        # If the answer has no time in it, the second attempt is refused like the first, and that refusal is raised.
        return None

    def _retry_wait(
        self, tries: int, operation: Operation, failure: C2CError, deadline: float | None, patience: float
    ) -> float | None:
        """Seconds until the next attempt; None if the call is not tried again."""
        wait = self.retry.wait_before(tries, operation, failure, chance=self.chance())
        if wait is None or wait > patience:
            return None
        if deadline is not None and self.monotonic() + wait >= deadline - SHORTEST_ATTEMPT:
            return None
        return wait

    def _report_attempt(
        self,
        outcome: Outcome,
        result: "Exchange[Any] | C2CError",
        *,
        operation: Operation,
        attempt: int,
        elapsed: float,
        wait: float | None,
    ) -> Notify | None:
        """Log an attempt that has ended. Returns the step that calls the hook, if there is a hook."""
        level = logging.DEBUG if wait is None else logging.INFO
        if self.on_response is None and not log.isEnabledFor(level):
            return None
        # Most programs neither have a hook nor log this much.
        from binance_c2c._core.flow.events import ResponseEvent, log_attempt  # noqa: PLC0415

        failure = type(result).__name__ if isinstance(result, C2CError) else None
        event = ResponseEvent(operation.id, attempt, elapsed, failure=failure, wait=wait)
        answer = begun_answer(outcome) if isinstance(outcome, httpx.RequestError) else outcome
        if answer is not None:
            event = event.answered(answer.status_code, answer.headers)
        log_attempt(level, event)
        return None if self.on_response is None else Notify(self.on_response, event)

    def _admit(self, operation: Operation, deadline: float | None, patience: float) -> Generator[Step, Any, None]:
        """Wait for the end of a pause and until the budget has room. Raises if that would take too long."""
        while wait := (yield from self._try_admit(operation)):
            too_long = None
            if deadline is not None and self.monotonic() + wait >= deadline:
                too_long = "longer than its timeout leaves"
            elif wait > patience:
                too_long = "in which its one-time code would expire"
            if too_long is not None:
                message = f"the rate limits hold the call back for another {wait:.0f} s, {too_long}; nothing was sent"
                raise RateLimitError(message, retry_after=wait, operation_id=operation.id)
            about_wait = {"operation_id": operation.id, "wait": wait}
            log.info("%s: the rate limits hold the call back for %.1f s", operation.id, wait, extra=about_wait)
            yield Wait(wait)

    def _try_admit(self, operation: Operation) -> Generator[Step, Any, float]:
        """Count a call against the budget. Returns 0 if it may be sent, else the seconds to wait before retrying."""
        self._refuse_if_banned(operation)
        if wait := self._remaining_pause(operation):
            return wait
        charges, wait = self.limits.reserve(operation)
        if (wait and not charges) or not self.fleet or operation.public:
            return wait
        state: FleetState | None = yield CheckFleet(charges, self.limits.client)
        over = self.limits.wait_if_over(charges, state)
        if state is None:
            return wait or over
        self.ban.begin(self.monotonic(), state.banned)
        self.hold.begin(self.monotonic(), state.held)
        self._refuse_if_banned(operation)
        # A pause or a minute that has just ended must not let the call through: it was not counted.
        paused = max(self._remaining_pause(operation), state.held, state.banned)
        return paused or wait or over

    def _remaining_pause(self, operation: Operation) -> float:
        rest = 0.0 if operation.public else self.hold.remaining(self.monotonic())
        if rest > self.retry.longest_wait:
            message = f"the pause that the exchange asked for lasts another {rest:.0f} s; nothing was sent"
            raise RateLimitError(message, retry_after=rest, operation_id=operation.id)
        return rest

    def _pause(self, operation: Operation, error: RateLimitError) -> Generator[Step, Any, None]:
        """Pause all calls for as long as the exchange asks: a client that goes on sending is banned."""
        seconds = min(error.retry_after or (SHORTEST_BAN if error.banned else 0.0), LONGEST_BAN)
        if operation.public and not error.banned:
            # The website's limits are separate from the API's.
            return
        (self.ban if error.banned else self.hold).begin(self.monotonic(), seconds)
        if error.banned:
            about_ban = {"operation_id": operation.id, "wait": seconds}
            log.warning(
                "%s: the exchange has banned this IP address for %.0f s", operation.id, seconds, extra=about_ban
            )
        if seconds and self.fleet:
            yield PauseFleet(seconds, error.banned)

    def _refuse_if_banned(self, operation: Operation) -> None:
        rest = self.ban.remaining(self.monotonic())
        if rest > 0:
            message = f"the exchange has banned this IP address for another {rest:.0f} s; nothing was sent"
            raise RateLimitError(message, retry_after=rest, banned=True, operation_id=operation.id)

    def _request(self, call: "Call[Any]", deadline: float | None) -> Send:
        operation = call.operation
        body = None if call.body is None else HiddenBytes(dumps(call.body))
        return Send(operation, self._endpoint(operation), _pairs(call), body, deadline)

    def _endpoint(self, operation: Operation) -> Endpoint:
        key = operation.path, operation.headers, operation.public
        endpoint = self._endpoints.get(key)
        if endpoint is None:
            host = (self.public_url if operation.public else "") or self.base_url
            url = httpx.URL(f"{host}{operation.path}")
            root = f"{url.scheme}://{url.netloc.decode('ascii')}"
            own = [(name.encode("ascii"), value.encode("ascii")) for name, value in operation.headers]
            endpoint = Endpoint(root, Origin.of(url), url.raw_path, ((b"Host", url.netloc), *_HEADERS, *own))
            if len(self._endpoints) < MOST_ENDPOINTS:
                self._endpoints[key] = endpoint
        return endpoint

    def _judge(self, call: "Call[T]", outcome: Outcome) -> "Exchange[T] | C2CError":
        operation = call.operation
        if isinstance(outcome, NEVER_SENT):
            return self._unsent_error(operation, outcome)
        # Loaded already, by `_load_readers`.
        from binance_c2c._core.flow.decode import decode  # noqa: PLC0415
        from binance_c2c._core.flow.refusals import no_usable_answer  # noqa: PLC0415

        try:
            if isinstance(outcome, httpx.RequestError):
                begun, why = begun_answer(outcome), described(outcome)
                why = why if begun is None else f"HTTP {begun.status_code}, {why}"
                raise no_usable_answer(operation, why, begun) from outcome
            exchange = decode(call, outcome)
        except OutcomeUnknownError as error:
            error.sent = without_secrets(call)
            return scrub_error(error, secrets_of(call))
        except C2CError as error:
            return scrub_error(error, secrets_of(call))
        self._report_bad_rows(operation, exchange.value)
        return exchange

    def _unsent_error(self, operation: Operation, failure: httpx.RequestError) -> C2CError:
        """The error for a call that the exchange never acted on, because it could not be reached."""
        message = f"{self._endpoint(operation).root} could not be reached ({described(failure)}); nothing was done"
        error = TransportError(message, request_sent=False, operation_id=operation.id)
        error.__cause__ = failure
        return scrub_error(error)

    def _report_bad_rows(self, operation: Operation, value: object) -> None:
        for bad in getattr(value, "bad_rows", ()):
            about_row = {"operation_id": operation.id, "row": bad.index, "page": bad.page, "number": bad.number}
            log.warning("%s: a row cannot be read: %s", operation.id, bad, extra=about_row)


@cache
def _load_readers() -> None:
    """Load the modules that decode answers, with the first call and before anything is sent.

    Afterwards loading may fail: no file descriptor may be left, or packages may be in the middle of an update. The
    answer to a write would then be lost to an `ImportError`.
    """
    for name in ("decode", "events"):
        import_module(f"binance_c2c._core.flow.{name}")
    loads(b"null")


def _request_notice(hook: Callable[["RequestEvent"], object], operation: Operation, attempt: int) -> Notify:
    from binance_c2c._core.flow.events import RequestEvent  # noqa: PLC0415 - most programs have no hook

    return Notify(hook, RequestEvent(operation.id, attempt))


def _settled(outcome: Outcome) -> Outcome:
    """The outcome; the begun answer where it broke off after saying that there were too many calls."""
    begun = begun_answer(outcome) if isinstance(outcome, httpx.RequestError) else None
    return outcome if begun is None or begun.status_code not in TOO_OFTEN else begun


def _check_call(call: object) -> None:
    if not isinstance(getattr(call, "operation", None), Operation):
        message = f"call: a Call is expected, not {type(call).__name__}"
        raise TypeError(message)


def _check_second_factor(call: "Call[Any]") -> None:
    """Refuse a call that would send a fund password unencrypted."""
    if call.body is not None and "code" in call.body:
        # Loaded here: most programs never send a code.
        from binance_c2c.fund_password import check_encrypted  # noqa: PLC0415

        check_encrypted(call)


def _asks_for_a_signature(error: C2CError) -> bool:
    if not isinstance(error, APIError) or isinstance(error, RateLimitError):
        # A signature does not help if there were too many calls.
        return False
    return isinstance(error, AuthenticationError) or error.code in SIGNATURE_MISSING or error.http_status in DENIED


def _pairs(call: "Call[Any]") -> Pairs:
    pairs: Pairs = []
    for key, value in call.query.items():
        if key in RESERVED:
            message = f"{key}: the signer sets this parameter; leave it out"
            raise ConfigurationError(message, operation_id=call.operation.id)
        if isinstance(value, bool) or not isinstance(value, (str, int)):  # pyright: ignore[reportUnnecessaryIsInstance]
            message = f"query {key}: a string or an integer is expected, not {type(value).__name__}"
            raise ConfigurationError(message, operation_id=call.operation.id)
        try:
            # `int` first: `str` of a member of an integer enum would be its name.
            text = value if isinstance(value, str) else str(int(value))
            if not (key.isascii() and text.isascii()):
                (key + text).encode()
        except (ValueError, AttributeError):
            message = f"query {key!a}: a name and a value that can be written in UTF-8 are expected"
            raise ConfigurationError(message, operation_id=call.operation.id) from None
        pairs.append((key, text))
    return pairs


def without_secrets(call: "Call[Any]") -> dict[str, Any]:
    """The parameters of a call in wire names, with `[hidden]` for each that the API description marks as a secret."""
    shown: dict[str, Any] = _redact({**call.query, **(call.body or {})}, call.operation.secrets)
    return shown


def carries_secrets(call: "Call[Any]") -> bool:
    """Whether a call has a value for a parameter that the API description marks as a secret: a code, a password."""
    return bool(secrets_of(call))


def secrets_of(call: "Call[Any]") -> list[str]:
    """The one-time codes and passwords that a call sends."""
    if not call.operation.secrets:
        return []
    from binance_c2c_runtime import writing  # noqa: PLC0415 - loaded with each call that can carry one

    return list(map(writing.Hidden, _secret_values([call.query, call.body], call.operation.secrets)))


def _secret_values(value: Any, secrets: Collection[str]) -> Iterator[Any]:
    if isinstance(value, dict):
        parts: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        for name, part in parts.items():
            if name in secrets and part is not None:
                yield part
            else:
                yield from _secret_values(part, secrets)
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        for item in items:
            yield from _secret_values(item, secrets)


def _redact(value: Any, secrets: Collection[str]) -> Any:
    if isinstance(value, dict):
        parts: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return {name: HIDDEN if name in secrets else _redact(part, secrets) for name, part in parts.items()}
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        return [_redact(item, secrets) for item in items]
    return value
