"""What a request says, read one field at a time; a field that is missing or unreadable refuses the request by name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.query import Query
    from binance_c2c.sandbox.refusals import Refusal

T = TypeVar("T")

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_MONEY = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9])?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fields:
    """Names and values of a query or of a body that the strict models have let through."""

    def __init__(self, values: Mapping[str, object], missing: Refusal, invalid: Refusal, inside: str = "") -> None:
        self._values = values
        self._missing = missing
        self._invalid = invalid
        self._inside = inside

    def over(self, older: Fields) -> Fields:
        """These fields, and those of `older` that are not among them."""
        return Fields({**older._values, **self._values}, self._missing, self._invalid, self._inside)

    def on_page(self, page: int) -> Fields:
        """These fields, for another page."""
        return Fields({**self._values, "page": page}, self._missing, self._invalid, self._inside)

    def refuse(self, name: str) -> NoReturn:
        """Refuse the request because of a field that was sent and cannot be used."""
        raise RefusedError(self._invalid, self._inside + name)

    def maybe_text(self, name: str) -> str | None:
        """The field as text."""
        value = self._values.get(name)
        return None if value is None else str(value)

    def maybe_whole(self, name: str) -> int | None:
        """The field as a whole number of at most 64 bits."""
        return self._whole(name, self._values.get(name))

    def maybe_flag(self, name: str) -> bool | None:
        """The field as true or false."""
        value = self._values.get(name)
        return value if isinstance(value, bool) else None

    def maybe_money(self, name: str) -> Decimal | None:
        """The field as an exact decimal. Sent as text or as a number, the vendor reads both."""
        text = self.maybe_text(name)
        if text is None:
            return None
        if not _MONEY.fullmatch(text):
            self.refuse(name)
        return Decimal(text)

    def maybe_moment_ms(self, name: str) -> int | None:
        """The field, a moment in ISO 8601, as epoch milliseconds. Without an offset it is UTC."""
        text = self.maybe_text(name)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.refuse(name)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - _EPOCH) // timedelta(milliseconds=1)

    def text(self, name: str) -> str:
        """The same, where the field has to be there."""
        return self._required(name, self.maybe_text(name))

    def whole(self, name: str) -> int:
        """The same, where the field has to be there."""
        return self._required(name, self.maybe_whole(name))

    def money(self, name: str) -> Decimal:
        """The same, where the field has to be there."""
        return self._required(name, self.maybe_money(name))

    def texts(self, name: str) -> list[str]:
        """The field as a list of texts, empty where it was not sent."""
        return [str(value) for value in self._list(name)]

    def wholes(self, name: str) -> list[int]:
        """The field as a list of whole numbers, empty where it was not sent."""
        return [number for value in self._list(name) if (number := self._whole(name, value)) is not None]

    def parts(self, name: str) -> list[Fields]:
        """The field as a list of objects, empty where it was not sent."""
        return [
            Fields(cast("Mapping[str, object]", value), self._missing, self._invalid, f"{self._inside}{name}.{index}.")
            for index, value in enumerate(self._list(name))
        ]

    def page(self, *, rows: int, most_rows: int) -> slice:
        """Which rows of the whole are asked for; `rows` of them unless the request says otherwise."""
        page = self.maybe_whole("page")
        page = 1 if page is None else page
        asked = self.maybe_whole("rows")
        rows = rows if asked is None else asked
        if page < 1:
            self.refuse("page")
        if not 1 <= rows <= most_rows:
            self.refuse("rows")
        return slice((page - 1) * rows, page * rows)

    def _list(self, name: str) -> list[object]:
        return cast("list[object]", self._values.get(name) or [])

    def _whole(self, name: str, value: object) -> int | None:
        if value is None:
            return None
        if isinstance(value, int):
            # Before it is text: a number too long for that would raise.
            return value if abs(value) < 10**18 else self.refuse(name)
        return int(str(value)) if _WHOLE.fullmatch(str(value)) else self.refuse(name)

    def _required(self, name: str, value: T | None) -> T:
        if value is None:
            raise RefusedError(self._missing, self._inside + name)
        return value


def of_query(query: Query, *, public: bool) -> Fields:
    """The query's fields. An empty one counts as not sent."""
    values = {name: value for name, value in query.pairs if value}
    if public:
        return Fields(values, missing=codes.ILLEGAL_ON_WEBSITE, invalid=codes.ILLEGAL_ON_WEBSITE)
    return Fields(values, missing=codes.PARAMETER_MISSING, invalid=codes.PARAMETER_INVALID)


def of_body(values: Mapping[str, object], illegal: Refusal) -> Fields:
    """A body's fields."""
    return Fields(values, missing=illegal, invalid=illegal)
