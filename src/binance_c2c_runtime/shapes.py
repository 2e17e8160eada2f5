"""Readers made to measure: for each set of keys that objects of a class come with, a function that reads just those.

The rows of an answer have the same keys, so one function serves them all. It takes each key by subscript, asks for none
that is not there, and need not look for keys that nobody knows: that halves what reading a wide object costs. It is
compiled when such an object comes first, as attrs compiles the methods of a class.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property
from typing import Any

from binance_c2c_runtime.open_enums import Members
from binance_c2c_runtime.reading import (
    DECIMALS,
    READ_ERRORS,
    WireError,
    blame,
    missing,
    to_flag,
    to_list,
    to_text,
    to_time,
    to_whole,
)

Read = Callable[[type[Any], Any], Any]

READERS: dict[type[Any], Reader] = {}
"""The reader of each class that has one."""

# More than there are operations that give one class. Beyond it any set of keys is read by one function, less quickly.
_MOST_SHAPES = 32
# Names on the wire that no description knows, and that a message of a class is remembered to have come with.
_MOST_STRANGE = 64
_STRANGE = re.compile(r"[A-Za-z0-9_.$-]{1,64}")
NAMES: dict[str, Any] = {
    "DECIMALS": DECIMALS,
    "ERRORS": (WireError, *READ_ERRORS),
    "UTC": UTC,
    "fromtimestamp": datetime.fromtimestamp,
    "missing": missing,
    "new": object.__new__,
    "to_flag": to_flag,
    "to_list": to_list,
    "to_text": to_text,
    "to_time": to_time,
    "to_whole": to_whole,
}
"""What the expressions of `Kind` call by name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value and how it is read: an expression over `v` that gives None for null, and the `use` it calls."""

    expression: str
    use: Any = None
    model: type[Any] | None = None
    """The class of what it is, or of what is in it, where that is read by its own `from_dict`."""
    listed: bool = False
    plain: type[Any] | None = None
    """The type of a value that is taken as it is, where there is one."""


# The usual case comes first and calls nothing of ours.
TEXT = Kind("v if type(v) is str or v is None else to_text(v)", plain=str)
WHOLE = Kind("v if type(v) is int or v is None else to_whole(v)", plain=int)
FLAG = Kind("v if type(v) is bool or v is None else to_flag(v)", plain=bool)
DECIMAL = Kind("DECIMALS[v]")
# Keeps every millisecond until the year 9999, where datetimes end.
TIME = Kind("fromtimestamp(v / 1000, UTC) if type(v) is int else None if v is None else to_time(v)")
ANY = Kind("v")


def member(enum: type[Enum]) -> Kind:
    """A member of an open enum."""
    return Kind("use[v]", Members(enum))


def one(read: Callable[[Any], Any]) -> Kind:
    """An object, by its `from_dict`."""
    return Kind("None if v is None else use(v)", read, _owner(read))


def many(read: Callable[[Any], Any]) -> Kind:
    """A list of what `read` reads."""
    return Kind(
        "None if v is None else [use(x) for x in (v if type(v) is list else to_list(v))]",
        read,
        _owner(read),
        listed=True,
    )


def _owner(read: Callable[[Any], Any]) -> type[Any] | None:
    owner = getattr(read, "__self__", None)
    return owner if isinstance(owner, type) else None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a class."""

    wire: str
    python: str
    kind: Kind
    required: bool = False
    also: tuple[str, ...] = ()
    """Other names under which it comes as well. Never of one that is required."""


class Reader:
    """Reads the objects of one class."""

    def __init__(self, owner: type[Any], *fields: Field) -> None:
        self._owner = owner
        self.fields = fields
        self.strange: set[str] = set()
        """Names on the wire that came and stand in no description; so many of them as are remembered."""
        self._known = frozenset(name for field in fields for name in (field.wire, *field.also))
        self._made: dict[frozenset[str], Read] = {}
        self.latest: Read = self._other
        """`from_dict` for objects with the keys that came last. Given other keys it goes and finds their function."""
        READERS[owner] = self

    def _other(self, cls: type[Any], data: Any) -> Any:
        if not isinstance(data, dict):
            return self._general(cls, data)
        names: dict[str, Any] = data  # pyright: ignore[reportUnknownVariableType]
        keys = frozenset(names)
        made = self._made.get(keys)
        if made is None:
            # Without a key to take, an empty list would look like it.
            if not keys or len(self._made) >= _MOST_SHAPES:
                return self._general(cls, data)
            made = self._made[keys] = self._for_keys(*names)
        self.latest = made
        return made(cls, data)

    @cached_property
    def _general(self) -> Read:
        """The reader for any set of keys. It also finds, field by field, what is wrong with an object."""
        return self._compiled(
            "True",
            "get = data.get",
            *_reads([(field, (field.wire, *field.also)) for field in self.fields], "get({})"),
            "self.extra = {key: data[key] for key in data if key not in known}",
        )

    def _for_keys(self, *keys: str) -> Read:
        spelled = [(field, [name for name in (field.wire, *field.also) if name in keys]) for field in self.fields]
        present = [(field, names) for field, names in spelled if names]
        absent = [field for field, names in spelled if not names]
        strange = [key for key in keys if key not in self._known]
        named = [key for key in strange if _STRANGE.fullmatch(key)]
        self.strange.update(named[: _MOST_STRANGE - len(self.strange)])
        return self._compiled(
            # As many keys, and each of them read below: so they are the same ones.
            f"len(data) == {len(keys)}",
            "self.extra = {key: data[key] for key in strange}" if strange else "self.extra = {}",
            *_reads(present, "data[{}]"),
            *(f"raise missing(cls, {field.wire!r})" for field in absent if field.required),
            *(f"self.{field.python} = None" for field in absent),
            strange=strange,
        )

    def _compiled(self, condition: str, *body: str, strange: Sequence[str] = ()) -> Read:
        lines = [
            # What nearly every value asks for is local: found without a look into two dictionaries.
            "def read(cls, data, type=type, str=str, int=int, DECIMALS=DECIMALS):",
            "    try:",
            f"        if {condition}:",
            "            self = new(cls)",
            *(f"            {line}" for line in body),
            "            return self",
            "    except KeyError:",
            "        pass",
            "    except ERRORS as error:",
            "        raise blame(cls, data, error) from None",
            "    return other(cls, data)",
        ]
        names = {f"use_{field.python}": field.kind.use for field in self.fields}
        names |= {"blame": self._blame, "known": self._known, "other": self._other, "strange": strange, **NAMES}
        # No text in it comes off the wire: the names are the description's, and keys it does not know stay values.
        exec(compile("\n".join(lines), f"<{self._owner.__qualname__}.from_dict>", "exec"), names)  # noqa: S102
        read: Read = names["read"]
        return read

    def _blame(self, cls: type[Any], data: Any, error: Exception) -> WireError:
        return blame(cls, data, error, self._general)


def _reads(fields: Sequence[tuple[Field, Sequence[str]]], value: str) -> Iterator[str]:
    """Statements that read each field, by the names it comes under."""
    for field, names in fields:
        expression = field.kind.expression.replace("use", f"use_{field.python}")
        target = f"needed_{field.python}" if field.required else f"self.{field.python}"
        yield f"v = {value.format(repr(names[0]))}"
        for other in names[1:]:
            # Taken also where it is not needed: that each key is there is what tells the sets of keys apart.
            yield f"w = {value.format(repr(other))}"
            yield "v = w if v is None else v"
        yield f"{target} = {expression}"
    # Last, so that a field that cannot be read is found before one that is not there.
    for field, _ in fields:
        if field.required:
            yield f"if needed_{field.python} is None: raise missing(cls, {field.wire!r})"
            yield f"self.{field.python} = needed_{field.python}"
