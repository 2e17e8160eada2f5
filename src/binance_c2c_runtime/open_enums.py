"""Open enums: an unknown value is kept, as a member without a name."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum
from typing import Any, Generic, Self, TypeVar

E = TypeVar("E", bound=Enum)


class _Open:
    """The methods that both kinds of open enums share."""

    _name_: str
    _value_: Any

    @property
    def is_known(self) -> bool:
        """Whether the API description lists the value."""
        return bool(self._name_)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{'.' + self._name_ if self._name_ else ''}: {self._value_!r}>"


class OpenStr(_Open, StrEnum):
    """An enum of strings that may get more values.

    An unknown string becomes a member without a name: equal to that string, `is_known` is False, pickling keeps it.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return None
        known = cls._value2member_map_.get(value)
        if known is not None:
            return known  # type: ignore[return-value]
        # Not cached: a hostile server could fill the memory with made-up values.
        member = str.__new__(cls, value)
        member._name_ = ""
        member._value_ = value
        return member


class OpenInt(_Open, IntEnum):
    """An enum of integers that may get more values.

    An unknown integer becomes a member without a name: equal to that integer, `is_known` is False, pickling keeps it.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
            value = int(value)
        if not isinstance(value, int):
            return None
        known = cls._value2member_map_.get(value)
        if known is not None:
            return known  # type: ignore[return-value]
        member = int.__new__(cls, value)
        member._name_ = ""
        member._value_ = value
        return member

    def __str__(self) -> str:
        """The member's name; its number if it has none."""
        return self._name_ or str(int(self))

    def __format__(self, spec: str, /) -> str:
        return format(int(self), spec) if spec else str(self)


class Members(dict[Any, E | None], Generic[E]):
    """A look-up table from wire values to the members of one enum; `None` for null.

    A dict, because reading a page of rows spends a good part of its time here. Unknown values become new members.
    """

    __slots__ = ("_enum",)

    def __init__(self, enum: type[E]) -> None:
        super().__init__({member.value: member for member in enum})
        self[None] = None
        self._enum = enum

    def __missing__(self, value: Any) -> E:
        return self._enum(value)
