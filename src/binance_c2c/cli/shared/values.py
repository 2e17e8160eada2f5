"""What a command shows: rows or one record, of values that read alike in a table, in JSON and in CSV."""

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
    """A list, with the same columns in each row."""

    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Value]]
    note: str = ""
    """A sentence for people, such as how many more there are."""
    spare: tuple[str, ...] = ()
    """Columns that a table leaves out where the terminal has no room for them, the least important first."""
    prose: tuple[str, ...] = ()
    """Columns with sentences, which a table breaks between words."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing, by its fields."""

    fields: Mapping[str, Value]


def listed(columns: tuple[str, ...], found: Iterable[Sequence[Value]], *, spare: tuple[str, ...] = ()) -> Rows:
    """Rows whose values stand in the order of `columns`."""
    return Rows(columns, [dict(zip(columns, row, strict=True)) for row in found], spare=spare)


def word(member: Enum | None) -> str | None:
    """A member of a set as a word in small letters; one that is not described as it stands on the wire."""
    return None if member is None else member.name.lower() or str(member.value)


def text(value: Value, zone: tzinfo | None) -> str:
    """A value in letters: money with all its digits, a time with its distance from UTC, nothing for None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")
    return "" if value is None else str(value)


def jsonable(value: Value, zone: tzinfo | None) -> str | int | bool | None:
    """A value as JSON has it: whole numbers and truths as such, all else as in `text`, None as null."""
    return value if value is None or isinstance(value, (bool, int)) else text(value, zone)


def printable(words: str) -> str:
    """Text of others, such as a nickname, without what would move a terminal's cursor or turn its letters around."""
    if words.isprintable():
        return words
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) in _INVISIBLE else one for one in words)
