"""The policy of trying again: what it can be made of."""

from typing import Any

import pytest

from binance_c2c import RetryPolicy
from binance_c2c.errors import (
    APIError,
    AuthenticationError,
    C2CError,
    ConfigurationError,
    DecodeError,
    OutcomeUnknownError,
    RateLimitError,
    ServerError,
    TransportError,
)
from binance_c2c_sapi.operations import ADS_SEARCH, ORDERS_RELEASE


@pytest.mark.parametrize("field", ["first_wait", "longest_wait"])
@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf"), "1", None, True], ids=repr)
def test_waits_are_finite_seconds(field: str, wrong: Any):
    """A wait that is negative, endless or no number is refused by name, with what was given."""
    with pytest.raises(ConfigurationError, match=rf"^{field}: seconds, 0 or more, are expected, not {wrong!r}$"):
        RetryPolicy(**{field: wrong})


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "3", None], ids=repr)
def test_there_is_at_least_one_attempt(wrong: Any):
    """A number of attempts that is no whole number above zero is refused by name, with what was given."""
    with pytest.raises(ConfigurationError, match=rf"^attempts: an integer of at least 1 is expected, not {wrong!r}$"):
        RetryPolicy(attempts=wrong)


ERRORS: dict[str, tuple[C2CError, bool, bool]] = {
    # What failed: whether a read may be repeated, and whether a write may.
    "nothing went out": (TransportError("x", request_sent=False), True, True),
    "something went out": (TransportError("x"), True, False),
    "a write was lost": (OutcomeUnknownError("x"), False, False),
    "too often": (RateLimitError("x"), True, True),
    "too often for the gateway": (RateLimitError("x", http_status=400, code=-1003), True, True),
    "too often for the service": (RateLimitError("x", http_status=200, code="83628"), True, False),
    "banned": (RateLimitError("x", banned=True), False, False),
    "the exchange failed": (ServerError("x"), True, False),
    "refused": (APIError("x"), False, False),
    "not let in": (AuthenticationError("x"), False, False),
    "not understood": (DecodeError("x"), False, False),
    "not configured": (ConfigurationError("x"), False, False),
}


@pytest.mark.parametrize(("error", "read", "write"), ERRORS.values(), ids=ERRORS)
def test_what_may_be_repeated(error: C2CError, read: bool, write: bool):
    """By what went wrong and what it went wrong at, and never more often than the policy says."""
    policy = RetryPolicy(attempts=2)
    waits = [policy.wait_before(2, operation, error) for operation in (ADS_SEARCH, ORDERS_RELEASE)]
    last = [policy.wait_before(3, operation, error) for operation in (ADS_SEARCH, ORDERS_RELEASE)]

    assert [0.5 if read else None, 0.5 if write else None] == waits
    assert [None, None] == last


def test_a_policy_is_a_value():
    """Equal by its parts, usable as a key, and not to be changed."""
    assert RetryPolicy() == RetryPolicy(attempts=3, first_wait=0.5, longest_wait=30.0)
    assert {RetryPolicy(): 1} == {RetryPolicy(3): 1}
    assert RetryPolicy(5, 1.0) == RetryPolicy(5)._replace(first_wait=1.0)
    with pytest.raises(ConfigurationError, match=r"^attempts: "):
        RetryPolicy()._replace(attempts=0)
    with pytest.raises(AttributeError):
        RetryPolicy().attempts = 5  # type: ignore[misc]
