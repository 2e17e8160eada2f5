"""Reads many models of one class at once, from objects that have the JSON values as attributes.

A JSON library that knows types makes such objects much faster than dicts. It has checked strings, integers and booleans
already; all other values are read here, as `shapes` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import islice
from typing import Any

from binance_c2c_runtime.reading import DECIMALS, missing
from binance_c2c_runtime.shapes import DECIMAL, NAMES, READERS, Field

Read = Callable[[type[Any], Sequence[Any]], list[Any]]

# A longer text may be a number that is too large to be accepted as money.
_LONGEST_PLAIN = 100
_PLAIN = bytes(48 if chr(code) in "0123456789.-" else 44 if chr(code) == "," else 120 for code in range(256))
"""Maps the characters of plain numbers to `0`, the comma between two numbers to itself, and every other byte to `x`."""
# Finds the start of a number that `Decimal` may show with an exponent.
_find_small = re.compile(r",(?:[-.]|0(?:0|\.000000))").search
_TOO_LONG = b"0" * _LONGEST_PLAIN
# Not the program's context, which may turn a text that is no number into NaN.
_to_decimal = Context(prec=_LONGEST_PLAIN, traps=[InvalidOperation, Inexact]).create_decimal


@dataclass(frozen=True, slots=True)
class Batch:
    """Compiles list readers for one class, from its fields and the undescribed names that were received so far."""

    owner: type[Any]
    fields: tuple[Field, ...]
    inner: Mapping[str, Batch]
    """The fields that hold objects, by their Python names."""
    undescribed: tuple[str, ...]
    """Wire names that were received and are not described."""

    def undescribed_attributes(self) -> dict[str, str]:
        """Attribute names for the undescribed fields, and their wire names."""
        return {f"undescribed_{number}": wire for number, wire in enumerate(self.undescribed)}

    def count_names(self) -> int:
        """The number of wire names that can be read, including those of inner objects."""
        return len(self.fields) + len(self.undescribed) + sum(inner.count_names() for inner in self.inner.values())

    def compiled(self, absent: object) -> Read:
        """The function that reads a list of objects. An undescribed field whose value is `absent` is left out.

        It raises one of `READ_ERRORS` if a value is not as described.
        """
        columns = {field.python: _column(field, self.inner, absent) for field in self.fields}
        taken = {name: column for name, column in columns.items() if column is not None}
        targets = ", ".join(["row", *(f"value_{name}" for name in taken)])
        sources = ", ".join(["rows", *(f"column_{name}([row.{name} for row in rows])" for name in taken)])
        lines = [
            "def read(cls, rows, type=type, str=str, int=int, new=new, UTC=UTC, fromtimestamp=fromtimestamp):",
            "    read = []",
            "    if not rows: return read",
            f"    for {targets} in {f'zip({sources})' if taken else sources}:",
            "        self = new(cls)",
            *(f"        {line}" for field in self.fields for line in _statements(field, taken)),
            f"        self.extra = {self._extra()}",
            "        read.append(self)",
            "    return read",
        ]
        names = {f"use_{field.python}": field.kind.use for field in self.fields}
        names |= {f"column_{name}": column for name, column in taken.items()}
        names |= {"absent": absent, "undescribed": self.undescribed, **NAMES}
        # The source has names of the API description only; undescribed wire names are passed in as values.
        exec(compile("\n".join(lines), f"<{self.owner.__qualname__}, many at once>", "exec"), names)  # noqa: S102
        read: Read = names["read"]
        return read

    def _extra(self) -> str:
        if not self.undescribed:
            return "{}"
        values = "".join(f"row.{name}, " for name in self.undescribed_attributes())
        return f"{{name: value for name, value in zip(undescribed, ({values})) if value is not absent}}"


def batch_of(owner: type[Any], above: tuple[type[Any], ...] = ()) -> Batch:
    """The batch for a class and the classes of its fields. Objects within one of their own class need `from_dict`."""
    reader = READERS[owner]
    around = (*above, owner)
    inner = {
        field.python: batch_of(field.kind.model, around)
        for field in reader.fields
        if field.kind.model in READERS and field.kind.model not in around
    }
    return Batch(owner, reader.fields, inner, tuple(sorted(reader.undescribed)))


def _statements(field: Field, taken: Container[str]) -> Iterator[str]:
    name = field.python
    if name in taken:
        yield f"self.{name} = value_{name}"
    elif field.kind.plain is not None:
        yield f"self.{name} = row.{name}"
    else:
        yield f"v = row.{name}"
        if field.required:
            yield f"if v is None: raise missing(cls, {field.wire!r})"
        yield f"self.{name} = {field.kind.expression.replace('use', f'use_{name}')}"


def _column(field: Field, inner: Mapping[str, Batch], absent: object) -> Callable[[list[Any]], Iterable[Any]] | None:
    """The function that reads one field of all objects at once; None if each value is read separately."""
    if field.kind is DECIMAL:
        return _required_decimals if field.required else _decimals
    batch = inner.get(field.python)
    if batch is None:
        return None
    read, model = batch.compiled(absent), batch.owner
    if field.kind.listed:
        return lambda column: _lists(column, lambda rows: read(model, rows))
    return lambda column: _objects(column, lambda rows: read(model, rows))


def _decimals(column: list[Any]) -> Iterable[Decimal | None]:
    first = column[0]
    if (type(first) is str or first is None) and column.count(first) == len(column):
        # Rates and fees are often the same in all rows.
        return [DECIMALS[first]] * len(column)
    try:
        texts = f",{','.join(column)}"
        shape = texts.encode().translate(_PLAIN)
    except (TypeError, UnicodeEncodeError):
        # Some of them are not strings.
        texts, shape = "", b"x"
    if b"x" in shape or _TOO_LONG in shape:
        return [DECIMALS[value] for value in column]
    if _find_small(texts):
        return [DECIMALS[value] if value[:1] in "0.-" else _to_decimal(value) for value in column]
    return map(_to_decimal, column)


def _required_decimals(column: list[Any]) -> Iterable[Decimal | None]:
    if None in column:
        raise missing(Decimal, "")
    return _decimals(column)


def _objects(column: list[Any], read: Callable[[list[Any]], list[Any]]) -> Iterable[Any]:
    made = iter(read([value for value in column if value is not None]))
    return [None if value is None else next(made) for value in column]


def _lists(column: list[Any], read: Callable[[list[Any]], list[Any]]) -> Iterable[Any]:
    made = iter(read([value for values in column if values for value in values]))
    return [None if values is None else list(islice(made, len(values))) for values in column]
