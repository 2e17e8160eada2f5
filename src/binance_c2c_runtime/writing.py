"""From a caller's arguments to the wire: strict, and every refusal names the argument and what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from binance_c2c_runtime.open_enums import OpenInt, OpenStr
from binance_c2c_runtime.reading import epoch_ms, is_plain, to_time

P = ParamSpec("P")
T = TypeVar("T")
Money = Decimal | int | str
"""An amount, a price or a rate. A float is refused: it is no longer the number that was written."""
Time = datetime | int
"""An aware datetime, or milliseconds since 1970."""
HIDDEN: Any = "[hidden]"
"""What an argument becomes that no report may show."""
_MOST_BITS = 63


class Writable(Protocol):
    """A model that can be part of a request."""

    extra: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One of its fields."""

    wire: str
    required: bool
    write: Callable[[str, Any], Any]


def discreet(build: Callable[P, T]) -> Callable[P, T]:
    """`build`, whose errors do not hold what was given: error reports that list local variables are common."""

    @wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return build(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - it is raised again
            # Half a character's `UnicodeEncodeError` has all of the text.
            error.__context__ = None
            raise error.with_traceback(None) from None
        finally:
            # Not deleted: some reports look for each argument of a frame.
            args = kwargs = HIDDEN

    return built


def text(name: str, value: Any, *, min_length: int = 0, max_length: int | None = None) -> str:
    """A string, as it is."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: a string is expected, not {type(value).__name__}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{name}: the string holds half a character (a lone surrogate)") from None
    if len(value) < min_length:
        raise ValueError(f"{name}: at least {min_length} characters are expected, not {len(value)}")
    if max_length is not None and len(value) > max_length:
        raise ValueError(f"{name}: at most {max_length} characters are allowed, not {len(value)}")
    return str(value)


def whole(name: str, value: Any, *, minimum: int | None = None, maximum: int | None = None) -> int:
    """An integer."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: an integer is expected, not {type(value).__name__}")
    _check_bits(name, value)
    if minimum is not None and value < minimum:
        raise ValueError(f"{name}: at least {minimum} is expected, not {value}")
    if maximum is not None and value > maximum:
        raise ValueError(f"{name}: at most {maximum} is allowed, not {value}")
    return int(value)


def flag(name: str, value: Any) -> bool:
    """True or False, and not something that merely looks like it."""
    if not isinstance(value, bool):
        raise TypeError(f"{name}: True or False is expected, not {type(value).__name__}")
    return value


def decimal(name: str, value: Any) -> str:
    """A plain decimal number as a string, all digits kept."""
    if isinstance(value, float):
        message = f"{name}: a float has already lost digits; give a Decimal, an int or a string such as '18.45'"
        raise TypeError(message)
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        raise TypeError(f"{name}: a Decimal, an int or a string is expected, not {type(value).__name__}")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{name}: a decimal number such as '18.45' is expected, not {value!r}") from None
    if not is_plain(number):
        raise ValueError(f"{name}: a finite number of sensible size is expected, not {_shown(value)}")
    return format(number, "f")


def epoch_milliseconds(name: str, value: Any) -> int:
    """Milliseconds since 1970."""
    if isinstance(value, datetime):
        return epoch_ms(_aware(name, value))
    if isinstance(value, int) and not isinstance(value, bool):
        _check_bits(name, value)
        return int(value)
    raise TypeError(f"{name}: an aware datetime or integer milliseconds are expected, not {type(value).__name__}")


def iso_time(name: str, value: Any) -> str:
    """A time in ISO 8601, in UTC."""
    try:
        time = to_time(epoch_milliseconds(name, value))
    except OverflowError:
        message = f"{name}: milliseconds since 1970, within the years 1 to 9999, are expected, not {value}"
        raise ValueError(message) from None
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def member(name: str, value: Any, enum: type[OpenStr | OpenInt]) -> Any:
    """The wire value of an enum's member.

    A plain value must be one the description lists, which catches typing errors. A value newer than the description can
    be sent as a member: `TradeType("SWAP")`.
    """
    if isinstance(value, enum):
        return value.value
    plain = str if issubclass(enum, str) else int
    if isinstance(value, plain) and not isinstance(value, bool):
        known = next((one for one in enum if one.value == value), None)
        if known is not None:
            return known.value
    listed = ", ".join(repr(one.value) for one in enum)
    shown = _shown(value) if isinstance(value, (str, int)) else type(value).__name__
    raise ValueError(f"{name}: one of {listed} is expected, not {shown}")


def model(name: str, value: Any, kind: type[Writable], fields: Mapping[str, Field]) -> dict[str, Any]:
    """A part of a request: a model, or a mapping with its fields in Python's or the wire's names."""
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
) -> list[T]:
    """A list, item by item."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Sequence):
        raise TypeError(f"{name}: a list is expected, not {type(values).__name__}")
    given: Sequence[Any] = values  # pyright: ignore[reportUnknownVariableType]
    if len(given) < min_items:
        raise ValueError(f"{name}: at least {min_items} items are expected, not {len(given)}")
    if max_items is not None and len(given) > max_items:
        raise ValueError(f"{name}: at most {max_items} items are allowed, not {len(given)}")
    return [write(f"{name}[{index}]", value) for index, value in enumerate(given)]


def _check_bits(name: str, value: int) -> None:
    if value.bit_length() > _MOST_BITS:
        raise ValueError(f"{name}: an integer of at most 64 bits is expected, not {_shown(value)}")


def _shown(value: Any) -> str:
    # An integer of more than 4300 digits has no `repr`.
    long = isinstance(value, int) and value.bit_length() > _MOST_BITS
    return f"one of {value.bit_length() + 1} bits" if long else repr(value)


def _aware(name: str, time: datetime) -> datetime:
    if time.tzinfo is None or time.utcoffset() is None:
        message = f"{name}: the datetime has no time zone; give one, such as datetime.now(timezone.utc)"
        raise ValueError(message)
    return time
