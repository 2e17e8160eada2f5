"""The policy of trying again: what it can be made of."""

from typing import Any

import pytest

from binance_c2c import RetryPolicy


@pytest.mark.parametrize("field", ["first_wait", "longest_wait"])
@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf"), "1", None, True], ids=repr)
def test_waits_are_finite_seconds(field: str, wrong: Any):
    """A wait that is negative, endless or no number is refused by name, with what was given."""
    with pytest.raises(ValueError, match=rf"^{field}: seconds, 0 or more, are expected, not {wrong!r}$"):
        RetryPolicy(**{field: wrong})


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "3", None], ids=repr)
def test_there_is_at_least_one_attempt(wrong: Any):
    """A number of attempts that is no whole number above zero is refused by name, with what was given."""
    with pytest.raises(ValueError, match=rf"^attempts: an integer of at least 1 is expected, not {wrong!r}$"):
        RetryPolicy(attempts=wrong)


def test_a_policy_is_a_value():
    """Equal by its parts, usable as a key, and not to be changed."""
    assert RetryPolicy() == RetryPolicy(attempts=3, first_wait=0.5, longest_wait=30.0)
    assert {RetryPolicy(): 1} == {RetryPolicy(3): 1}
    with pytest.raises(AttributeError):
        RetryPolicy().attempts = 5  # type: ignore[misc]
