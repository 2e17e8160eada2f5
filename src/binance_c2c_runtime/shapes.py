"""Compiles readers for models: one function for each set of keys that is received for a class.

The rows of an answer usually have the same keys, so one function reads them all. It takes each key by subscript, and
need not look for absent or undescribed keys, which halves the time for an object with many fields. It is compiled when
a set of keys is first received, as attrs compiles the methods of a class.
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
    locate_error,
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

# More than the operations that return one class. Further sets of keys are read by a general, slower function.
_MOST_SHAPES = 32
# The number of undescribed wire names that are kept for each class.
_MOST_UNDESCRIBED = 64
_UNDESCRIBED = re.compile(r"[A-Za-z0-9_.$-]{1,64}")
NAMES: dict[str, Any] = {
    "DECIMALS": DECIMALS,
    "ERRORS": READ_ERRORS,
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
"""The names that the expressions of `Kind` may use."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value and how it is read: a Python expression of `v` (None for null), which may use `use`."""

    expression: str
    use: Any = None
    model: type[Any] | None = None
    """The class of the value, or of each item, if that is a model."""
    listed: bool = False
    plain: type[Any] | None = None
    """The type of a value that needs no conversion."""


# The most frequent type is tested first, without a function call.
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
    """A model, read by `read`, its `from_dict`."""
    return Kind("None if v is None else use(v)", read, _owner(read))


def many(read: Callable[[Any], Any]) -> Kind:
    """A list whose items `read` reads."""
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
    """Other wire names of an optional field."""


class Reader:
    """Reads the objects of one class."""

    def __init__(self, owner: type[Any], *fields: Field) -> None:
        self._owner = owner
        self.fields = fields
        self.undescribed: set[str] = set()
        """Undescribed wire names that were received, up to a bound."""
        self._known = frozenset(name for field in fields for name in (field.wire, *field.also))
        self._by_keys: dict[frozenset[str], Read] = {}
        self.latest: Read = self._dispatch
        """The function for the keys of the last object. Called with other keys, it finds or compiles theirs."""
        READERS[owner] = self

    def _dispatch(self, cls: type[Any], data: Any) -> Any:
        if not isinstance(data, dict):
            return self._general(cls, data)
        names: dict[str, Any] = data  # pyright: ignore[reportUnknownVariableType]
        keys = frozenset(names)
        made = self._by_keys.get(keys)
        if made is None:
            # Compiled for no keys, a function would also accept an empty list.
            if not keys or len(self._by_keys) >= _MOST_SHAPES:
                return self._general(cls, data)
            made = self._by_keys[keys] = self._for_keys(*names)
        self.latest = made
        return made(cls, data)

    @cached_property
    def _general(self) -> Read:
        """The function for any set of keys, which is also used to find the wrong field of an object."""
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
        undescribed = [key for key in keys if key not in self._known]
        named = [key for key in undescribed if _UNDESCRIBED.fullmatch(key)]
        self.undescribed.update(named[: _MOST_UNDESCRIBED - len(self.undescribed)])
        return self._compiled(
            # Each key is read below, so an equal number of keys means equal sets.
            f"len(data) == {len(keys)}",
            "self.extra = {key: data[key] for key in undescribed}" if undescribed else "self.extra = {}",
            *_reads(present, "data[{}]"),
            *(f"raise missing(cls, {field.wire!r})" for field in absent if field.required),
            *(f"self.{field.python} = None" for field in absent),
            undescribed=undescribed,
        )

    def _compiled(self, condition: str, *body: str, undescribed: Sequence[str] = ()) -> Read:
        lines = [
            # Parameters with defaults are local variables, which are faster than globals and built-ins.
            "def read(cls, data, type=type, str=str, int=int, DECIMALS=DECIMALS):",
            "    try:",
            f"        if {condition}:",
            "            self = new(cls)",
            *(f"            {line}" for line in body),
            "            return self",
            "    except KeyError:",
            "        pass",
            "    except ERRORS as error:",
            "        raise locate_error(cls, data, error) from None",
            "    return other(cls, data)",
        ]
        names = {f"use_{field.python}": field.kind.use for field in self.fields}
        names |= {
            "locate_error": self._locate_error,
            "known": self._known,
            "other": self._dispatch,
            "undescribed": undescribed,
            **NAMES,
        }
        # The source has names of the API description only; undescribed keys are passed in as values.
        exec(compile("\n".join(lines), f"<{self._owner.__qualname__}.from_dict>", "exec"), names)  # noqa: S102
        read: Read = names["read"]
        return read

    def _locate_error(self, cls: type[Any], data: Any, error: Exception) -> WireError:
        return locate_error(cls, data, error, self._general)


def _reads(fields: Sequence[tuple[Field, Sequence[str]]], value: str) -> Iterator[str]:
    """Statements that read each field from its wire names."""
    for field, names in fields:
        expression = field.kind.expression.replace("use", f"use_{field.python}")
        target = f"needed_{field.python}" if field.required else f"self.{field.python}"
        yield f"v = {value.format(repr(names[0]))}"
        for other in names[1:]:
            # Always read: the function relies on each of its keys being there.
            yield f"w = {value.format(repr(other))}"
            yield "v = w if v is None else v"
        yield f"{target} = {expression}"
    # Checked last, so that an unreadable field is reported before a missing one.
    for field, _ in fields:
        if field.required:
            yield f"if needed_{field.python} is None: raise missing(cls, {field.wire!r})"
            yield f"self.{field.python} = needed_{field.python}"
