"""From the wire to Python: other spellings of a value are taken, and an error names the field and no value."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from binance_c2c_runtime import reading


def test_many_decimals_are_read_and_none_is_kept_for_ever():
    """Remembered texts are bounded in number, and a text that was forgotten reads as before."""
    texts = [f"{number}.50" for number in range(10_000)]
    read = [reading.to_decimal(text) for text in texts]

    assert [Decimal(text) for text in texts] == read
    assert Decimal("0.50") == reading.to_decimal("0.50")
    assert 10_000 > len(reading.DECIMALS)


def test_a_long_decimal_keeps_all_its_digits():
    """What is too long to be remembered is read like any other."""
    assert Decimal("0.1234567890123456789012345678901234567890") == reading.to_decimal(
        "0.1234567890123456789012345678901234567890"
    )


def test_an_error_that_does_not_come_again_is_told_without_a_field():
    """Where no field by itself is at fault the error says how reading failed, and still quotes nothing."""

    def read(owner: type[Any], data: Mapping[str, Any]) -> None:
        del owner
        for name in data:
            data[name]

    error = ValueError("Jane Example")

    assert "the answer: cannot be read (ValueError)" == str(reading.locate_error(dict, {"a": 1, "b": 2}, error, read))
