"""Reads JSON values into Python values. Accepts each form that the exchange uses; an error names the wrong field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from binance_c2c_runtime.page import BadRow, Page

if TYPE_CHECKING:
    from binance_c2c_runtime.calls import Call

T = TypeVar("T")


class Readable(Protocol):
    """A class whose objects are read from JSON objects."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], /) -> Self:
        """Read a JSON object."""
        ...


RowT = TypeVar("RowT", bound=Readable)

READ_ERRORS = (TypeError, ValueError, AttributeError, ArithmeticError, OSError, RecursionError)
"""The errors that a value of the wrong type can cause, which are turned into a `WireError`. `OSError` comes from the C
library for a time outside its calendar, `RecursionError` from an enum that quotes a deeply nested value."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LONGEST_REMEMBERED = 32
_MOST_REMEMBERED = 4096
# `Decimal` shows a number, a zero too, with an exponent if its `adjusted()` is less than this.
_SMALLEST_PLAIN = -6
_MOST_DIGITS = 100
_LONGEST_NAME = 64


class WireError(ValueError):
    """A JSON value has a field that is not as described. The text names the field, and never quotes the value."""

    def __init__(self, path: tuple[str, ...], reason: str, owner: type[Any] | None = None) -> None:
        super().__init__(f"{'.'.join(path) or 'the answer'}: {reason}")
        self.path = path
        self.reason = reason
        self.owner = owner
        self.handled = False


_plain_format = Decimal.__format__


class FullDecimal(Decimal):
    """A number that is shown with all its digits where `Decimal` would show an exponent: `0.00000000`, not `0E-8`.

    So are its sums, products and other results: the total of fees that are all zero is `0.00000000` too.
    """

    __slots__ = ()

    def __str__(self) -> str:
        # A global, since many numbers are written: `super` would double the time.
        return _plain_format(self, "f")

    # `Decimal.__format__` has more parameters, which differ between stubs and versions; `format()` passes this one.
    def __format__(self, spec: str, /) -> str:  # type: ignore[override] # pyright: ignore[reportIncompatibleMethodOverride]
        has_type = spec[-1:].isalpha() or spec.endswith("%")
        return super().__format__(spec if has_type else f"{spec}f")

    def __repr__(self) -> str:
        return f"Decimal('{self}')"


def _with_full_result(operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    def operate(*numbers: Any, **settings: Any) -> Any:
        result = operation(*numbers, **settings)
        return in_full(result) if isinstance(result, Decimal) and is_plain(result) else result

    return operate


# Python asks the right operand first where its class is derived from the left one's, so `Decimal(0) + fee` is one too.
for _operator in (
    *("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__rtruediv__"),
    *("__neg__", "__pos__", "__abs__", "__round__", "quantize"),
):
    setattr(FullDecimal, _operator, _with_full_result(getattr(Decimal, _operator)))


def in_full(number: Decimal) -> Decimal:
    """The same number, which is shown with all its digits and without an exponent."""
    return FullDecimal(number) if "E" in str(number) else number


class _Decimals(dict[Any, Decimal | None]):
    """A look-up table from wire values to `Decimal`; `None` for null.

    Caches a bounded number of short strings: rates, prices and zeros come again and again, and looking one up takes a
    sixth of the time of making it.
    """

    __slots__ = ()

    def __missing__(self, value: Any) -> Decimal:
        if type(value) is str:
            number = Decimal(value)
            # `is_plain`, inlined: reading rows spends most of its time here.
            size = number.adjusted()
            if not (number.is_finite() and -_MOST_DIGITS < size < _MOST_DIGITS):
                raise ValueError(_NOT_PLAIN)
            # Only such a number may be shown with an exponent.
            if size < _SMALLEST_PLAIN or "E" in value or "e" in value:
                number = in_full(number)
            if len(value) <= _LONGEST_REMEMBERED:
                if len(self) >= _MOST_REMEMBERED:
                    self.clear()
                    self[None] = None
                self[value] = number
            return number
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return in_full(_finite(Decimal(value)))
        raise TypeError(_expected("a decimal number", value))


DECIMALS = _Decimals({None: None})


def to_decimal(value: Any) -> Decimal:
    """A `Decimal`, from a number or a string of digits."""
    return required(Decimal, "", DECIMALS[value])


def to_text(value: Any) -> str:
    """A string, from a string or a number."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    raise TypeError(_expected("a string", value))


def to_whole(value: Any) -> int:
    """An integer, from an integer, a string of digits or a boolean."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (str, Decimal)):
        try:
            number = _finite(Decimal(value))
        except InvalidOperation:
            raise ValueError(_expected("an integer", value)) from None
        if number == number.to_integral_value():
            return int(number)
    raise TypeError(_expected("an integer", value))


def to_flag(value: Any) -> bool:
    """A boolean, from a boolean, 0, 1, `"0"`, `"1"`, `"true"` or `"false"`."""
    if isinstance(value, bool):
        return value
    known = {0: False, 1: True, "0": False, "1": True, "false": False, "true": True}
    if isinstance(value, (int, str)) and value in known:
        return known[value]
    raise TypeError(_expected("true or false", value))


def to_time(value: Any) -> datetime:
    """An aware datetime, from milliseconds since 1970, their digits, or ISO 8601 (UTC if it has no time zone)."""
    if isinstance(value, str) and not value.lstrip("-").isdecimal():
        time = datetime.fromisoformat(value)
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        # Refuses a time that has no equivalent in UTC: it could be written, but not read again.
        to_time(epoch_ms(time))
        return time
    if isinstance(value, bool):
        raise TypeError(_expected("a time", value))
    return _EPOCH + to_whole(value) * _MILLISECOND


def to_list(value: Any) -> list[Any]:
    """A list. Strings and objects can be iterated over too, and are refused."""
    if isinstance(value, list):
        return value  # pyright: ignore[reportUnknownVariableType]
    raise TypeError(_expected("a list", value))


def missing(owner: type[Any], wire: str) -> WireError:
    """The error for a required field that is missing."""
    return WireError((wire,), "is missing", owner)


def required(owner: type[Any], wire: str, value: T | None) -> T:
    """The value; if it is None, raise a `WireError` that names the missing field."""
    if value is None:
        raise missing(owner, wire)
    return value


def epoch_ms(time: datetime) -> int:
    """Milliseconds since 1970, rounded to the nearest."""
    return round((time - _EPOCH) / _MILLISECOND)


def locate_error(
    owner: type[Any], data: Any, error: Exception, read: Callable[[type[Any], Mapping[str, Any]], object]
) -> WireError:
    """The error that names the field at which `read` failed: found by reading `data` again, field by field."""
    if isinstance(error, WireError) and error.owner is owner and not error.handled:
        # Raised for a missing field of this object. Marked, since an outer object may be of the same class.
        error.handled = True
        return error
    if not isinstance(data, Mapping):
        return WireError((), _expected("an object", data))
    fields: Mapping[str, Any] = data  # pyright: ignore[reportUnknownVariableType]
    if len(fields) == 1:
        (name,) = fields
        if isinstance(error, WireError):
            return WireError((str(name), *error.path), error.reason)
        return WireError((str(name),), _reason(error))
    for name in fields:
        try:
            read(owner, {name: fields[name]})
        except WireError as found:
            if found.owner is not owner:
                return found
    return WireError((), _reason(error))


class PageReader(Generic[RowT]):
    """Reads the pages of an operation.

    `row` returns the class of the rows, which is loaded with the first page. `key` is the path of wire names to the key
    of a row.
    """

    def __init__(self, row: Callable[[], type[RowT]], key: str) -> None:
        self.row = row
        self.key = key

    def __call__(self, call: Call[Any], answer: Mapping[str, Any]) -> Page[RowT]:
        """Read the page in an answer."""
        return page_of(self.row().from_dict, call, answer, self.key)


def page_of(read: Callable[[Mapping[str, Any]], T], call: Call[Any], answer: Mapping[str, Any], key: str) -> Page[T]:
    """The page in an answer; `data: null` is an empty page. Rows that cannot be read are listed with their index.

    `key` is the path of wire names to the key of a row.
    """
    data = _data_list(answer, or_empty=True)
    rows: list[T] = []
    bad: list[BadRow] = []
    number = page_number(call)
    try:
        rows = [read(row) for row in data]
    except WireError:
        for index, row in enumerate(data):
            try:
                rows.append(read(row))
            except WireError as error:
                bad.append(BadRow(index, str(error), row, number, _name(row, key)))
    return Page(rows, total=to_total(answer.get("total")), page=number, bad_rows=bad)


def page_number(call: Call[Any]) -> int:
    """The number of the page that a call asks for, from 1."""
    number = (call.body or call.query).get("page", 1)
    return number if isinstance(number, int) else 1


def _name(row: Any, key: str) -> str | None:
    for wire in key.split("."):
        row = row.get(wire) if isinstance(row, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return str(row)[:_LONGEST_NAME] if isinstance(row, (str, int)) else None  # pyright: ignore[reportUnknownArgumentType]


def to_total(value: Any) -> int | None:
    """The total number of rows; None if it cannot be read, since the rows are usable without it."""
    try:
        return None if value is None else to_whole(value)
    except READ_ERRORS:
        return None


def list_of(read: Callable[[Mapping[str, Any]], T], answer: Mapping[str, Any]) -> list[T]:
    """The list in an answer."""
    return [read(row) for row in _data_list(answer)]


def model_of(read: Callable[[Mapping[str, Any]], T], answer: Mapping[str, Any], *, wrap: str | None = None) -> T:
    """The object in an answer. If what belongs under its key `wrap` comes alone, it is taken for that too."""
    data = _data(answer)
    if not isinstance(data, Mapping):
        raise WireError(("data",), _expected("an object", data))
    found: Mapping[str, Any] = data  # pyright: ignore[reportUnknownVariableType]
    return read({**found, wrap: found} if wrap is not None and found.get(wrap) is None else found)


def text_of(answer: Mapping[str, Any], unwrap: str) -> str:
    """The string in an answer; if there is an object instead, the string under its key `unwrap`."""
    data = _data(answer)
    if isinstance(data, Mapping):
        data = data.get(unwrap)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return required(str, "data", _field("data", to_text, data))


def value_of(read: Callable[[Any], T], answer: Mapping[str, Any]) -> T:
    """The single value in an answer: a string, a number, a boolean, a time or an enum member."""
    return required(object, "data", _field("data", read, _data(answer)))


def values_of(read: Callable[[Any], T], answer: Mapping[str, Any]) -> list[T]:
    """The list of single values in an answer."""
    return value_of(lambda data: [read(value) for value in to_list(data)], answer)


def _data(answer: Mapping[str, Any]) -> Any:
    return required(object, "data", answer.get("data"))


def _data_list(answer: Mapping[str, Any], *, or_empty: bool = False) -> Iterable[Any]:
    data: Any = answer.get("data")
    if data is None and or_empty:
        return ()
    result = _field("data", to_list, required(object, "data", data))
    return result or ()


def _field(name: str, read: Callable[[Any], T], value: Any) -> T | None:
    try:
        return None if value is None else read(value)
    except READ_ERRORS as error:
        raise WireError((name,), _reason(error)) from None


def is_plain(number: Decimal) -> bool:
    """Whether a number is finite and of at most a hundred digits: written out, `1E+999999999` would fill the memory."""
    return number.is_finite() and abs(number.adjusted()) < _MOST_DIGITS


def _finite(number: Decimal) -> Decimal:
    if not is_plain(number):
        raise ValueError(_NOT_PLAIN)
    return number


class _OwnMessage(str):
    """A text of this module for the argument of an error, which does not quote the value."""

    __slots__ = ()


_NOT_PLAIN = _OwnMessage("a finite number of sensible size is expected")


def _expected(what: str, value: Any) -> str:
    return _OwnMessage(f"{what} is expected, not {_json_name(value)}")


def _reason(error: Exception) -> str:
    # Python's own messages may quote the value, which may be a person's name or account.
    if error.args and isinstance(error.args[0], _OwnMessage):
        return str(error.args[0])
    if isinstance(error, InvalidOperation):
        return "a decimal number is expected, not this text"
    return f"cannot be read ({type(error).__name__})"


def _json_name(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "a string"
        case int() | float() | Decimal():
            return "a number"
        case Mapping():
            return "an object"
        case _:
            return "a list"
