"""JSON without losing a digit, with msgspec and without."""

import json
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_c2c._core.support import json as _json

Reader = Callable[[bytes], Any]

VALUES: dict[bytes, Any] = {
    b"9007199254740993": 9007199254740993,
    b"-18446744073709551617": -18446744073709551617,
    b"1" * 4000: int("1" * 4000),
    b"0.10": Decimal("0.10"),
    b"1e2": Decimal("1E+2"),
    b"1E+999999999": Decimal("1E+999999999"),
    b"-0.0": Decimal("-0.0"),
    b'\xef\xbb\xbf{"a": null}': {"a": None},
    b' [true, "\xe6\x94\xaf"] ': [True, "\u652f"],
    b'{"a": 1, "a": 2}': {"a": 2},
    rb'["\ud83d\udcb8", "\ud83d***"]': ["\U0001f4b8", "\ud83d***"],
}
NO_JSON = [
    *(b"", b" ", b"NaN", b"Infinity", b"-Infinity", b"{", b"[1,]", b'{"a":1,}', b"{} {}", b"01", b".5", b"+1", b"nul"),
    *(b"\xff", b'"\xff"', b'"\xed\xa0\x80"', b'"\x00"', b'"a\tb"', b"'a'", b"{}\x00", "{}".encode("utf-16")),
    *(b"1E+99999999999999999999", b"1" * 5000, b"[" * 100_000, b'{"a":' * 100_000),
]


@pytest.fixture(params=["msgspec", "stdlib"])
def loads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """`loads` as it is with msgspec installed, and without."""
    if request.param == "stdlib":
        monkeypatch.setitem(sys.modules, "msgspec", None)
    else:
        pytest.importorskip("msgspec")
    monkeypatch.setattr(_json, "_reader", _json._reader.__wrapped__)
    return _json.loads


def bits(value: Any) -> str:
    """A value with its types and digits: `1 == True == Decimal(1)`, and here they differ."""
    return repr(value)


@pytest.mark.parametrize(("text", "value"), VALUES.items(), ids=[repr(text[:24]) for text in VALUES])
def test_values_are_exact(loads: Reader, text: bytes, value: Any):
    """Integers of any length, fractions with their digits, any word: each as it was written."""
    assert bits(value) == bits(loads(text))


@pytest.mark.parametrize("text", NO_JSON, ids=[f"{index} {text[:12]!r}" for index, text in enumerate(NO_JSON)])
def test_what_is_no_json_is_a_value_error(loads: Reader, text: bytes):
    """Nothing else is raised, however broken, deep or huge it is."""
    with pytest.raises(ValueError, match=r"."):
        loads(text)


def test_msgspec_is_asked_for_once(monkeypatch: pytest.MonkeyPatch):
    """Whether it is installed is found out with the first answer, and remembered."""
    _json._reader.cache_clear()
    monkeypatch.setitem(sys.modules, "msgspec", None)
    without = _json._reader()
    monkeypatch.delitem(sys.modules, "msgspec")
    again = _json._reader()
    _json._reader.cache_clear()

    assert _json.read_with_stdlib is without
    assert without is again


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
texts = st.binary(max_size=30) | values.map(json.dumps).map(str.encode)


@settings(deadline=None)
@given(text=texts)
def test_both_readers_agree(text: bytes):
    """With msgspec installed or not, the same text gives the same value, or none."""
    pytest.importorskip("msgspec")

    assert outcome(_json.read_with_stdlib, text) == outcome(_json._reader(), text)


def outcome(reader: Reader, text: bytes) -> str:
    try:
        return bits(reader(text))
    except ValueError:
        return "no JSON"


def test_writing_is_compact_and_exact():
    """Short separators, text as it is in UTF-8, and no number that JSON has no word for."""
    assert '{"a":["支付",1,null,true]}'.encode() == _json.dumps({"a": ["支付", 1, None, True]})
    with pytest.raises(ValueError, match="not JSON compliant"):
        _json.dumps(float("nan"))
    with pytest.raises(TypeError, match="not JSON serializable"):
        _json.dumps(Decimal("0.1"))
