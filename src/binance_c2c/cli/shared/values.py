"""The results of commands: rows, or one record. Their values are the same text in a table, in JSON and in CSV."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import Enum

Value = str | int | bool | Decimal | datetime | None
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of rows that have the same columns."""

    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Value]]
    note: str = ""
    """A sentence for people, such as how many more there are."""
    spare: tuple[str, ...] = ()
    """Columns that a table leaves out if the terminal is too narrow, the least important first."""
    prose: tuple[str, ...] = ()
    """Columns with sentences, which a table wraps."""


@dataclass(frozen=True, slots=True)
class Record:
    """One object, as names and values of its fields."""

    fields: Mapping[str, Value]


def rows_of(columns: tuple[str, ...], found: Iterable[Sequence[Value]], *, spare: tuple[str, ...] = ()) -> Rows:
    """Rows made of sequences of values in the order of `columns`."""
    return Rows(columns, [dict(zip(columns, row, strict=True)) for row in found], spare=spare)


def label(member: Enum | None) -> str | None:
    """The name of an enum member in small letters, or its value if the API description does not name it."""
    return None if member is None else member.name.lower() or str(member.value)


def text(value: Value, zone: tzinfo | None) -> str:
    """A value as text: money with all its digits, a time in ISO 8601 with its offset, an empty text for None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")
    return "" if value is None else str(value)


def jsonable(value: Value, zone: tzinfo | None) -> str | int | bool | None:
    """A value for JSON: integers, booleans and null as they are, everything else as `text` formats it."""
    return value if value is None or isinstance(value, (bool, int)) else text(value, zone)


def printable(words: str) -> str:
    """Text that others wrote, such as a nickname, with control characters replaced: they could garble a terminal."""
    if words.isprintable():
        return words
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) in _INVISIBLE else one for one in words)
