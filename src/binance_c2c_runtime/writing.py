"""Checks arguments and writes them as JSON values. Every error names the argument and what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import wraps
from traceback import clear_frames
from typing import Any, ParamSpec, Protocol, TypeVar

from binance_c2c_runtime.open_enums import OpenInt, OpenStr
from binance_c2c_runtime.reading import epoch_ms, is_plain, to_time

P = ParamSpec("P")
T = TypeVar("T")
Money = Decimal | int | str
"""An amount, a price or a rate. A float is refused, since it is not exactly the number that was written."""
Time = datetime | int
"""An aware datetime, or milliseconds since 1970."""
Limit = Decimal | int
"""A bound for a number."""
HIDDEN: Any = "[hidden]"
"""Replaces an argument that must not be shown."""
_MOST_BITS = 63
_MOST_SHOWN = 60
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_EARLIEST_MS = 10**11
_LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999, where datetimes end."""


class Hidden(str):
    """A secret text, such as a one-time code. Its `repr` is `[hidden]`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[hidden]"


class Writable(Protocol):
    """A model that can be part of a request."""

    extra: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model that is part of a request, with the function that writes it."""

    wire: str
    required: bool
    write: Callable[[str, Any], Any]


def hide_arguments(build: Callable[P, T]) -> Callable[P, T]:
    """A decorator that keeps arguments out of tracebacks, since error reports list local variables."""

    @wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return build(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - raised again below
            # A `UnicodeEncodeError` holds the whole text.
            error.__context__ = None
            raise error.with_traceback(None) from None
        except BaseException as error:
            # `KeyboardInterrupt` and its like keep their traceback, without its variables.
            clear_frames(error.__traceback__)
            raise
        finally:
            # Overwritten and not deleted: some error reporters read every argument of a frame.
            args = kwargs = HIDDEN

    return built


def text(
    name: str,
    value: Any,
    *,
    min_length: int = 0,
    max_length: int | None = None,
    pattern: str | None = None,
    hidden: bool = False,
) -> str:
    """A string, unchanged. Errors do not quote it if it is `hidden`."""
    if not isinstance(value, str) or isinstance(value, OpenStr):
        raise TypeError(f"{name}: a string is expected, not {type(value).__name__}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{name}: the string holds half a character (a lone surrogate)") from None
    if len(value) < min_length:
        raise ValueError(f"{name}: at least {_counted(min_length, 'character')} expected, not {len(value)}")
    if max_length is not None and len(value) > max_length:
        raise ValueError(f"{name}: at most {max_length} characters are allowed, not {len(value)}")
    # `fullmatch`, since `$` also matches before a line break at the end.
    if pattern is not None and not re.fullmatch(pattern, value):
        given = "this one" if hidden else _shown(value)
        raise ValueError(f"{name}: a string that matches {pattern} is expected, not {given}")
    return str(value)


def whole(
    name: str,
    value: Any,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    exclusive_minimum: int | None = None,
    exclusive_maximum: int | None = None,
    multiple_of: int | None = None,
) -> int:
    """An integer."""
    if not isinstance(value, int) or isinstance(value, (bool, OpenInt)):
        raise TypeError(f"{name}: an integer is expected, not {type(value).__name__}")
    _check_bits(name, value)
    _check_range(
        name,
        value,
        minimum=minimum,
        maximum=maximum,
        exclusive_minimum=exclusive_minimum,
        exclusive_maximum=exclusive_maximum,
    )
    if multiple_of is not None and value % multiple_of:
        raise ValueError(f"{name}: a multiple of {multiple_of} is expected, not {value}")
    return int(value)


def flag(name: str, value: Any) -> bool:
    """A boolean; numbers and strings are refused."""
    if not isinstance(value, bool):
        raise TypeError(f"{name}: True or False is expected, not {type(value).__name__}")
    return value


def decimal(
    name: str,
    value: Any,
    *,
    minimum: Limit | None = None,
    maximum: Limit | None = None,
    exclusive_minimum: Limit | None = None,
    exclusive_maximum: Limit | None = None,
) -> str:
    """A plain decimal number as a string, all digits kept.

    A string may have digits, a minus sign and one point. Spaces, underscores, exponents and digits of other scripts,
    which `Decimal` accepts, are more likely a mistake, and refused.
    """
    if isinstance(value, float):
        message = f"{name}: a float has already lost digits; give a Decimal, an int or a string such as '18.45'"
        raise TypeError(message)
    if isinstance(value, (bool, OpenInt, OpenStr)) or not isinstance(value, (Decimal, int, str)):
        raise TypeError(f"{name}: a Decimal, an int or a string is expected, not {type(value).__name__}")
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise ValueError(f"{name}: a decimal number such as '18.45' is expected, not {_shown(value)}")
    number = Decimal(value)
    if not is_plain(number):
        raise ValueError(f"{name}: a finite number of sensible size is expected, not {_shown(value)}")
    _check_range(
        name,
        number,
        minimum=minimum,
        maximum=maximum,
        exclusive_minimum=exclusive_minimum,
        exclusive_maximum=exclusive_maximum,
    )
    return format(number, "f")


def epoch_milliseconds(name: str, value: Any) -> int:
    """Milliseconds since 1970.

    An integer that would be a time before March 1973 is refused, since it is probably seconds; one beyond the year 9999
    too, since it is probably microseconds.
    """
    if isinstance(value, datetime):
        return epoch_ms(_aware(name, value))
    if isinstance(value, int) and not isinstance(value, (bool, OpenInt)):
        if _EARLIEST_MS <= value <= _LATEST_MS:
            return int(value)
        hint = ", which looks like seconds" if 0 < value < _EARLIEST_MS else ""
        given = f"{_shown(value)}{hint}"
        raise ValueError(f"{name}: milliseconds since 1970, up to the year 9999, are expected, not {given}")
    raise TypeError(f"{name}: an aware datetime or integer milliseconds are expected, not {type(value).__name__}")


def check_period(start: Any, end: Any) -> None:
    """Refuse a period that ends before it begins: the exchange may take it for one without rows."""
    if start is None or end is None:
        return
    first, last = epoch_milliseconds("start", start), epoch_milliseconds("end", end)
    if first > last:
        raise ValueError(f"start: {shown_time(first)} lies after end, {shown_time(last)}")


def shown_time(moment_ms: int) -> str:
    """A time as messages show it."""
    return to_time(moment_ms).isoformat(timespec="milliseconds")


def iso_time(name: str, value: Any) -> str:
    """A time in ISO 8601, in UTC."""
    time = to_time(epoch_milliseconds(name, value))
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def member(name: str, value: Any, enum: type[OpenStr | OpenInt]) -> Any:
    """The wire value of an enum's member.

    A plain value must be in the API description, which catches typing errors. A newer value can be sent as a member:
    `TradeType("SWAP")`.
    """
    if isinstance(value, enum):
        return value.value
    plain = str if issubclass(enum, str) else int
    if isinstance(value, plain) and not isinstance(value, (bool, Enum)):
        known = next((one for one in enum if one.value == value), None)
        if known is not None:
            return known.value
    listed = ", ".join(repr(one.value) for one in enum)
    shown = _shown(value) if isinstance(value, (str, int, Enum)) else type(value).__name__
    raise ValueError(f"{name}: one of {listed} is expected, not {shown}")


def model(name: str, value: Any, kind: type[Writable], fields: Mapping[str, Field]) -> dict[str, Any]:
    """An object in a request, from a model or a mapping whose keys are Python names or wire names."""
    if isinstance(value, kind):
        given: Mapping[Any, Any] = {python: getattr(value, python) for python in fields}
        out = dict(value.extra)
    elif isinstance(value, Mapping):
        given = value  # pyright: ignore[reportUnknownVariableType]
        out = {}
    else:
        raise TypeError(f"{name}: {kind.__name__} or a mapping is expected, not {type(value).__name__}")
    python_names: dict[Any, str] = {field.wire: python for python, field in fields.items()}
    for key, part in given.items():
        python: Any = python_names.get(key, key)
        if python not in fields:
            raise ValueError(f"{name}: {key!r} is not a field of {kind.__name__} ({', '.join(fields)})")
        if part is not None:
            out[fields[python].wire] = fields[python].write(f"{name}.{python}", part)
    for python, field in fields.items():
        if field.required and field.wire not in out:
            raise ValueError(f"{name}: {python} is missing")
    return out


def items(
    name: str,
    values: Any,
    write: Callable[[str, Any], T],
    *,
    min_items: int = 0,
    max_items: int | None = None,
    unique_items: bool = False,
) -> list[T]:
    """A list, item by item."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Sequence):
        raise TypeError(f"{name}: a list is expected, not {type(values).__name__}")
    given: Sequence[Any] = values  # pyright: ignore[reportUnknownVariableType]
    if len(given) < min_items:
        raise ValueError(f"{name}: at least {_counted(min_items, 'item')} expected, not {len(given)}")
    if max_items is not None and len(given) > max_items:
        raise ValueError(f"{name}: at most {max_items} items are allowed, not {len(given)}")
    written = [write(f"{name}[{index}]", value) for index, value in enumerate(given)]
    if unique_items:
        for index, item in enumerate(written):
            if item in written[:index]:
                raise ValueError(f"{name}[{index}]: each item is expected once, and this one is a repetition")
    return written


def _check_range(
    name: str,
    number: Limit,
    *,
    minimum: Limit | None,
    maximum: Limit | None,
    exclusive_minimum: Limit | None,
    exclusive_maximum: Limit | None,
) -> None:
    if minimum is not None and number < minimum:
        expected = f"at least {_digits(minimum)} is expected"
    elif exclusive_minimum is not None and number <= exclusive_minimum:
        expected = f"more than {_digits(exclusive_minimum)} is expected"
    elif maximum is not None and number > maximum:
        expected = f"at most {_digits(maximum)} is allowed"
    elif exclusive_maximum is not None and number >= exclusive_maximum:
        expected = f"less than {_digits(exclusive_maximum)} is expected"
    else:
        return
    raise ValueError(f"{name}: {expected}, not {_digits(number)}")


def _digits(number: Limit) -> str:
    return format(number, "f") if isinstance(number, Decimal) else str(number)


def _counted(number: int, what: str) -> str:
    return f"{number} {what} is" if number == 1 else f"{number} {what}s are"


def _check_bits(name: str, value: int) -> None:
    if value.bit_length() > _MOST_BITS:
        raise ValueError(f"{name}: an integer of at most 64 bits is expected, not {_shown(value)}")


def _shown(value: Any) -> str:
    # An integer of more than 4300 digits has no `repr`.
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"one of {value.bit_length() + 1} bits"
    return repr(value) if not isinstance(value, str) or len(value) <= _MOST_SHOWN else f"{value[:_MOST_SHOWN]!r}…"


def _aware(name: str, time: datetime) -> datetime:
    if time.tzinfo is None or time.utcoffset() is None:
        message = f"{name}: the datetime has no time zone; give one, such as datetime.now(timezone.utc)"
        raise ValueError(message)
    return time
