"""The base class of models: `repr`, pickling, and conversion to plain Python values and to JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar


class Model:
    """An object of the API. It can be changed, is compared by its values, and therefore cannot be hashed."""

    __slots__ = ()

    NAMES: ClassVar[Mapping[str, str]]

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={_repr(value)}" for name, value in visible_fields(self).items())
        return f"{type(self).__name__}({fields})"

    def __getstate__(self) -> dict[str, Any]:
        # Flat, since pickle and copy recurse into each level, and deep nesting would exceed the recursion limit.
        return {name: _flat(getattr(self, name)) for name in (*self.NAMES, "extra")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, parts in state.items():
            setattr(self, name, _nested(parts))

    def _repr_html_(self) -> str:
        """A table for notebooks, without secret fields."""
        return html_table([visible_fields(self)])


def visible_fields(model: Model) -> dict[str, Any]:
    """The fields that are set and are not secret, by their Python names."""
    # Here attrs keeps the settings of each field, such as `repr=False`.
    fields: Iterable[Any] = getattr(type(model), "__attrs_attrs__")  # noqa: B009 - no checker knows of it
    values = {field.name: getattr(model, field.name) for field in fields if field.repr}
    return {name: value for name, value in values.items() if value is not None}


def python_values(model: Model) -> dict[str, Any]:
    """All fields by their Python names: Decimals and datetimes as they are, enum members as values, models as dicts.

    Fields that are not in the API description are under `extra`.
    """
    out = {name: _python_value(getattr(model, name), python_values) for name in model.NAMES}
    out["extra"] = dict(getattr(model, "extra"))  # noqa: B009 - every model has it, and this class has no fields
    return out


def json_values(model: Model) -> dict[str, Any]:
    """The fields that are set, by their Python names, ready for JSON: money as strings of digits, times in ISO 8601."""
    result: dict[str, Any] = jsonable(_set_values(model))
    return result


def _set_values(model: Model) -> dict[str, Any]:
    """Like `python_values`, but without the fields that are None, in models within the model too."""
    out = {name: _python_value(getattr(model, name), _set_values) for name in model.NAMES}
    out["extra"] = getattr(model, "extra") or None  # noqa: B009 - every model has it, and this class has no fields
    return {name: value for name, value in out.items() if value is not None}


def jsonable(value: Any) -> Any:
    """A copy of a value for `json.dumps`: decimals and times become strings, and no digit is lost."""
    root = [value]
    pending: list[Any] = [root]
    # Without recursion: an answer may be nested more deeply than Python's recursion limit.
    while pending:
        whole = pending.pop()
        parts: list[tuple[Any, Any]] = list(whole.items() if isinstance(whole, dict) else enumerate(whole))  # pyright: ignore[reportUnknownArgumentType]
        for key, inner in parts:
            if isinstance(inner, Decimal):
                whole[key] = _digits(inner)
            elif isinstance(inner, datetime):
                whole[key] = inner.isoformat()
            elif isinstance(inner, (dict, list)):
                whole[key] = copy(inner)  # pyright: ignore[reportUnknownArgumentType]
                pending.append(whole[key])
    return root[0]


def html_table(rows: Iterable[Mapping[str, Any]]) -> str:
    """An HTML table with a column for each field that is set in at least one row."""
    from html import escape  # noqa: PLC0415 - it brings a table of all named characters

    listed = list(rows)
    columns = list(dict.fromkeys(name for row in listed for name in row))
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    lines = ("".join(f"<td>{escape(_text(row.get(name)))}</td>" for name in columns) for row in listed)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _flat(value: Any) -> list[tuple[list[Any] | int | None, Any]]:
    """A nested value as a flat list, in which each container (its keys or its length) precedes its items."""
    parts: list[tuple[list[Any] | int | None, Any]] = []
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            parts.append((list(part), None))  # pyright: ignore[reportUnknownArgumentType]
            pending.extend(reversed(part.values()))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        elif isinstance(part, list):
            parts.append((len(part), None))  # pyright: ignore[reportUnknownArgumentType]
            pending.extend(reversed(part))  # pyright: ignore[reportUnknownArgumentType]
        else:
            parts.append((None, part))
    return parts


def _nested(parts: list[tuple[list[Any] | int | None, Any]]) -> Any:
    """The nested value from the list that `_flat` returned."""
    made: list[Any] = []
    for shape, value in reversed(parts):
        match shape:
            case None:
                made.append(value)
            case int():
                made.append([made.pop() for _ in range(shape)])
            case _:
                made.append({key: made.pop() for key in shape})
    return made[0]


def _python_value(value: Any, values_of: Callable[[Model], dict[str, Any]]) -> Any:
    match value:
        case Enum():
            return value.value
        case Model():
            return values_of(value)
        case list():
            return [_python_value(inner, values_of) for inner in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return _digits(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case str() | Enum():
            return str(value)
        case list():
            return ", ".join(map(_text, value))  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return repr(value)


def _repr(value: Any) -> str:
    # Without exponent: Python would write a zero with eight decimals as `Decimal('0E-8')`.
    return f"Decimal('{_digits(value)}')" if isinstance(value, Decimal) else repr(value)


def _digits(number: Decimal) -> str:
    # Written in full, 1E+999999 would have a million digits.
    short = number.is_finite() and abs(number.adjusted()) < 100  # noqa: PLR2004 - as in what is read as money
    return format(number, "f") if short else str(number)
