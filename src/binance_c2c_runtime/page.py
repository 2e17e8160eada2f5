"""`Page`, one page of rows, and `BadRow`, a row that could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from binance_c2c_runtime.models import Model, html_table, python_values, visible_fields

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a page that could not be read."""

    index: int
    """The row's index in the answer, from 0."""
    reason: str
    """The field that is wrong, and what was expected there."""
    row: Any = field(repr=False)
    """The row as it was received."""
    page: int = 1
    """The number of the page, from 1."""
    number: str | None = None
    """The row's key, such as an order number; None if it could not be read."""

    def __str__(self) -> str:
        name = f" ({self.number})" if self.number else ""
        return f"page {self.page}, row {self.index}{name}: {self.reason}"


class Page(Sequence[T_co]):
    """The rows of one page, in the server's order."""

    __slots__ = ("_rows", "bad_rows", "page", "total")

    def __init__(
        self, rows: Sequence[T_co], *, total: int | None = None, page: int = 1, bad_rows: Sequence[BadRow] = ()
    ) -> None:
        self._rows = tuple(rows)
        self.total = total
        """The number of rows on all pages together; None if the server did not report it."""
        self.page = page
        """The number of this page, from 1."""
        self.bad_rows = tuple(bad_rows)
        """The rows that could not be read, and so are missing from the page."""

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Page):
            return NotImplemented
        return self._parts() == other._parts()  # pyright: ignore[reportUnknownMemberType]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        bad = f", {len(self.bad_rows)} unreadable" if self.bad_rows else ""
        return f"<Page {self.page}: {len(self)} rows of {'?' if self.total is None else self.total}{bad}>"

    def _repr_html_(self) -> str:
        """A table for notebooks, without secret fields."""
        return html_table(visible_fields(row) for row in self._rows if isinstance(row, Model))

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as dicts with the same keys (Python names), ready for a data frame.

        Decimals and datetimes stay as they are, enum members become their values; `extra` has undescribed fields.
        """
        return [python_values(row) for row in self._rows if isinstance(row, Model)]

    def _parts(self) -> tuple[Any, ...]:
        return self._rows, self.total, self.page, self.bad_rows
