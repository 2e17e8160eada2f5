"""The retry policy: whether to try a call again, and how long to wait first. Decides; never sleeps."""

from collections.abc import Iterable
from typing import Any, NamedTuple, Self

from binance_c2c.errors import (
    APIError,
    C2CError,
    ConfigurationError,
    OutcomeUnknownError,
    RateLimitError,
    ServerError,
    TransportError,
)
from binance_c2c_runtime import Operation

_TOO_MANY = 429
# The gateway's codes for too many requests and orders.
_TOO_OFTEN = frozenset({-1003, -1015})


class _Numbers(NamedTuple):
    attempts: int
    first_wait: float
    longest_wait: float


# A tuple, since making a frozen data class would take a hundredth of the time that the SDK needs to be imported.
class RetryPolicy(_Numbers):
    """The number of attempts of a call, and the seconds to wait between them.

    After a failure in which the exchange did not act (no connection, too many calls), every operation is tried again.
    After any other failure, only operations that are safe to repeat are.

    Args:
        attempts: The number of attempts, including the first. 1 means no retry.
        first_wait: Seconds before the second attempt. They double before each further one; up to half of each wait is
            taken off at random.
        longest_wait: The most seconds to wait. If the exchange asks for more, its refusal is raised at once.

    Raises:
        ConfigurationError: A number is out of range or has the wrong type.

    """

    __slots__ = ()

    def __new__(cls, attempts: int = 3, first_wait: float = 0.5, longest_wait: float = 30.0) -> Self:
        _check_count("attempts", attempts)
        _check_seconds("first_wait", first_wait)
        _check_seconds("longest_wait", longest_wait)
        return super().__new__(cls, attempts, first_wait, longest_wait)

    # Without this, `_replace` would make policies with unchecked values. Type checkers do not let it be overridden.
    @classmethod
    def _make(cls, iterable: Iterable[Any]) -> Self:  # type: ignore[override] # pyright: ignore[reportIncompatibleMethodOverride]
        return cls(*iterable)

    def wait_before(self, attempt: int, operation: Operation, error: C2CError, *, chance: float = 1.0) -> float | None:
        """Seconds to wait before attempt number `attempt` (2 or more), or None to give up.

        `chance`, from 0 to 1, makes callers that failed together retry at different times.
        """
        if attempt > self.attempts or not _may_repeat(operation, error):
            return None
        # A `retry_after` of 0 is ignored: requests in quick succession lead to a ban.
        if asked := error.retry_after if isinstance(error, RateLimitError) else None:
            return asked if asked <= self.longest_wait else None
        wait = min(self.longest_wait, self.first_wait * 2.0 ** min(attempt - 2, 60))
        return wait * ((1 + chance) / 2)


def _may_repeat(operation: Operation, error: C2CError) -> bool:
    match error:
        case OutcomeUnknownError():
            return False
        case APIError() if error.known is not None and error.known.category == "second_factor":
            # A one-time code works once, and wrong passwords are counted.
            return False
        case RateLimitError():
            # The gateway refuses before it forwards, so nothing was done. Requests during a ban prolong it.
            return not error.banned and (operation.safe_to_repeat or _was_held_back(error))
        case TransportError():
            return not error.request_sent or operation.safe_to_repeat
        case ServerError():
            return operation.safe_to_repeat
        case APIError() | _:
            return False


def _was_held_back(error: RateLimitError) -> bool:
    """Whether this client or the gateway stopped the call. Codes such as 83628 are the service's: it may have acted."""
    return error.http_status in {None, _TOO_MANY} or error.code in _TOO_OFTEN


def _check_count(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        message = f"{name}: an integer of at least 1 is expected, not {value!r}"
        raise ConfigurationError(message)


def _check_seconds(name: str, value: object) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < float("inf"):
        message = f"{name}: seconds, 0 or more, are expected, not {value!r}"
        raise ConfigurationError(message)
