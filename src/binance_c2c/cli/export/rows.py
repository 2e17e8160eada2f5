"""A row of an export: the fields of an order of the history, in the order of the columns, as JSON has them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from binance_c2c.models import OrderHistoryRow
from binance_c2c_runtime import jsonable

COLUMNS = (*OrderHistoryRow.NAMES, "extra")
"""The fields of a row; `extra` has the fields that the description does not know, under their wire names."""

Row = Sequence[Any]
"""Values in the order of `COLUMNS`: money as digits, times in ISO 8601, None for what is not there."""

_FIELDS = attrgetter(*OrderHistoryRow.NAMES)


def row_of(order: OrderHistoryRow) -> Row:
    """The row of an order: the values of `order.to_dict(wire=False)`, in a fraction of its time."""
    values: tuple[Any, ...] = _FIELDS(order)
    row = [value if value.__class__ in _AS_THEY_ARE else _JSON[value.__class__](value) for value in values]
    row.append(jsonable(order.extra) if order.extra else None)
    return row


class _Kinds(dict[type, Callable[[Any], Any]]):
    """By the type of a value, the function that makes JSON of it."""

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        self[kind] = _digits if issubclass(kind, Decimal) else attrgetter("_value_")
        return self[kind]


def _digits(number: Decimal) -> str:
    return Decimal.__format__(number, "f")


_AS_THEY_ARE = frozenset({str, type(None)})
# One that has its digits after an exponent would not be a plain Decimal: reading answers sees to that.
_JSON = _Kinds({Decimal: str, datetime: datetime.isoformat})
