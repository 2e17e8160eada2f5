"""The events before and after each attempt, for hooks and the log. They hold no secret: no URL, header or body."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from binance_c2c._core.flow.hooks import log
from binance_c2c._core.support import parse_count

# The id that the exchange gives a request, and the id that the content delivery network in front of it gives.
REQUEST_IDS = ("x-mbx-uuid", "x-amz-cf-id")
LONGEST_ID = 128


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """An attempt that is about to be sent."""

    operation_id: str
    """Such as `orders.release`."""
    attempt: int
    """1 for the first."""


@dataclass(frozen=True, slots=True)
class ResponseEvent:
    """An attempt that has ended, successfully or not."""

    operation_id: str
    attempt: int
    elapsed: float
    """Seconds from sending to the last byte, including a request for the exchange's time if one was needed."""
    status: int | None = None
    """The HTTP status of the answer; None if there was none."""
    failure: str | None = None
    """The kind of error, such as `RateLimitError`; None for a success."""
    wait: float | None = None
    """Seconds until the next attempt; None where this one was the last."""
    used_weights: Mapping[str, int] = field(default_factory=dict[str, int])
    """The used weight that the exchange reported for each limit, by the name of its header in lower case."""
    request_id: str | None = None
    """The exchange's id of the request; None if it gave none."""

    def answered(self, status: int, headers: Mapping[str, str]) -> "ResponseEvent":
        """This event with the status and the values in the headers of an answer."""
        weights = {
            name: used
            for name, value in headers.items()
            if name.startswith(("x-mbx-used-", "x-sapi-used-")) and (used := parse_count(value)) is not None
        }
        request_id = next((headers[name][:LONGEST_ID] for name in REQUEST_IDS if headers.get(name)), None)
        return replace(self, status=status, used_weights=weights, request_id=request_id)


RequestHook = Callable[[RequestEvent], object]
ResponseHook = Callable[[ResponseEvent], object]
AsyncRequestHook = Callable[[RequestEvent], Awaitable[object] | object]
AsyncResponseHook = Callable[[ResponseEvent], Awaitable[object] | object]


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
