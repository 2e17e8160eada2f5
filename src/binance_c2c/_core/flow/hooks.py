"""Events of each attempt, for hooks and for the log. They hold no secret: no URL, no header, no body."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from inspect import isawaitable, iscoroutinefunction
from typing import Any, cast

from binance_c2c._core.support import count
from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import Call

log = logging.getLogger("binance_c2c")

# The exchange's own name for a request, and that of the network in front of it.
REQUEST_IDS = ("x-mbx-uuid", "x-amz-cf-id")
LONGEST_ID = 128
HIDDEN = "[hidden]"


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """An attempt that is about to be sent."""

    operation_id: str
    """Such as `orders.release`."""
    attempt: int
    """1 for the first."""


@dataclass(frozen=True, slots=True)
class ResponseEvent:
    """An attempt that has come to its end, well or badly."""

    operation_id: str
    attempt: int
    elapsed: float
    """Seconds from sending to the last byte, with the question for the time where one was needed."""
    status: int | None = None
    """Of the answer; None where there was none."""
    failure: str | None = None
    """The kind of error, such as `RateLimitError`; None for a success."""
    wait: float | None = None
    """Seconds until the next attempt; None where this one was the last."""
    used_weights: Mapping[str, int] = field(default_factory=dict[str, int])
    """The weight that the exchange has counted against each limit, by the name of its header in lower case."""
    request_id: str | None = None
    """The exchange's name for the request, where it gave one."""

    def answered(self, status: int, headers: Mapping[str, str]) -> "ResponseEvent":
        """This event, completed by the status and the headers of an answer."""
        weights = {
            name: used
            for name, value in headers.items()
            if name.startswith(("x-mbx-used-", "x-sapi-used-")) and (used := count(value)) is not None
        }
        request_id = next((headers[name][:LONGEST_ID] for name in REQUEST_IDS if headers.get(name)), None)
        return replace(self, status=status, used_weights=weights, request_id=request_id)


RequestHook = Callable[[RequestEvent], object]
ResponseHook = Callable[[ResponseEvent], object]
AsyncRequestHook = Callable[[RequestEvent], Awaitable[object] | object]
AsyncResponseHook = Callable[[ResponseEvent], Awaitable[object] | object]


@dataclass(frozen=True, slots=True)
class Notify:
    """A step: call a hook with an event. A hook that fails is logged and ignored: the call matters more."""

    hook: Callable[[Any], object]
    event: RequestEvent | ResponseEvent

    def act(self) -> None:
        try:
            self.hook(self.event)
        except Exception:
            operation = self.event.operation_id
            log.exception("%s: %s failed", operation, self._name, extra={"operation_id": operation})

    async def act_async(self) -> None:
        try:
            result = self.hook(self.event)
            if isawaitable(result):
                await result
        except Exception:
            operation = self.event.operation_id
            log.exception("%s: %s failed", operation, self._name, extra={"operation_id": operation})

    @property
    def _name(self) -> str:
        return "on_request" if isinstance(self.event, RequestEvent) else "on_response"


def check_hook(name: str, hook: object, *, may_be_async: bool) -> None:
    """Refuse a hook that is no function, and an async one where nothing would await it."""
    if hook is not None and not callable(hook):
        message = f"{name}: a function of one event is expected, not {type(hook).__name__}"
        raise ConfigurationError(message)
    # An object may have one by which it is called.
    called = getattr(hook, "__call__", None)  # noqa: B004 - what is asked is whether it is async
    if not may_be_async and (iscoroutinefunction(hook) or iscoroutinefunction(called)):
        message = f"{name}: a plain function is expected; only AsyncC2CClient can await one"
        raise ConfigurationError(message)


def log_attempt(level: int, event: ResponseEvent) -> None:
    """Log an attempt in one line, with its parts as fields of the log record."""
    ended = f"HTTP {event.status}" if event.failure is None else event.failure
    after = "" if event.wait is None else f"; the next in {event.wait:.1f} s"
    fields = {
        "operation_id": event.operation_id,
        "attempt": event.attempt,
        "elapsed": event.elapsed,
        "status": event.status,
        "failure": event.failure,
        "wait": event.wait,
        "weight": max(event.used_weights.values(), default=None),
        "request_id": event.request_id,
    }
    message = "%s: attempt %d: %s after %.3f s%s"
    log.log(level, message, event.operation_id, event.attempt, ended, event.elapsed, after, extra=fields)


def without_secrets(call: Call[Any]) -> dict[str, Any]:
    """The parameters of a call in wire names, with `[hidden]` for each that the description calls a secret."""
    shown: dict[str, Any] = _shown({**call.query, **(call.body or {})}, call.operation.secrets)
    return shown


def carries_secrets(call: Call[Any]) -> bool:
    """Whether a call gives a value for anything that the description calls a secret: a one-time code, a password."""
    secrets = call.operation.secrets
    return bool(secrets) and _holds([call.query, call.body], secrets)


def _holds(value: Any, secrets: Collection[str]) -> bool:
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        return any((name in secrets and part is not None) or _holds(part, secrets) for name, part in parts.items())
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        return any(_holds(item, secrets) for item in items)
    return False


def _shown(value: Any, secrets: Collection[str]) -> Any:
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        return {name: HIDDEN if name in secrets else _shown(part, secrets) for name, part in parts.items()}
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        return [_shown(item, secrets) for item in items]
    return value
