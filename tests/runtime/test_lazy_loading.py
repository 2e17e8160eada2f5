"""What the package that generated code stands on offers, and what importing it costs."""

import json
import subprocess
import sys

import pytest

import binance_c2c_runtime


def test_every_name_is_there_and_in_order():
    """`__all__` is sorted, is what `dir` shows, and each name in it can be had."""
    names = binance_c2c_runtime.__all__

    assert sorted(set(names)) == names == dir(binance_c2c_runtime)
    assert [] == [name for name in names if getattr(binance_c2c_runtime, name, None) is None]


def test_another_name_is_an_ordinary_error():
    """A name that the package does not offer is missed as in any module."""
    with pytest.raises(AttributeError, match=r"^module 'binance_c2c_runtime' has no attribute 'Pages'$"):
        getattr(binance_c2c_runtime, "Pages")  # noqa: B009 - the checkers know that it is none


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import binance_c2c_runtime", ["lazy_loading"]),
        ("from binance_c2c_runtime import Operation", ["lazy_loading", "operations"]),
        ("from binance_c2c_runtime import OpenStr", ["lazy_loading", "open_enums"]),
    ],
)
def test_a_name_loads_its_module_and_no_other(statement: str, expected: list[str]):
    """The table of operations pays for operations as values, and not for all that reads, writes and walks."""
    script = f"{statement}\nimport json, sys; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    here = "binance_c2c_runtime."
    assert expected == [name.removeprefix(here) for name in json.loads(done.stdout) if name.startswith(here)]
