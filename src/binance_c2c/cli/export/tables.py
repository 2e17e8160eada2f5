"""Writes Parquet files and Excel workbooks, with the packages of the extra `[export]`."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, get_args, get_type_hints

from binance_c2c.cli.export.rows import COLUMNS, Row
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.models import OrderHistoryRow

_ROWS_A_GROUP = 10_000
# Of a `decimal128`: 20 digits before the point, 18 behind it.
_PRECISION, _SCALE = 38, 18
_ROWS_OF_A_SHEET = 1_048_576
"""The most rows of a sheet in Excel, including the row of headings."""
_DIGITS_OF_A_CELL = 15
"""The number of digits of a number that a spreadsheet keeps."""
_WIDTHS = {"order_number": 22, "adv_no": 22, "create_time": 24, "counter_part_nick_name": 20}


def import_extra(name: str) -> Any:
    """Import a module of the extra `[export]`. Raises `CommandError` if its package is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        root = name.partition(".")[0]
        message = f'this needs {root}, which comes with an extra: pip install "binance-c2c[export]"'
        raise CommandError(message, Status.SETTINGS) from None


def _column_types() -> dict[str, type]:
    """The type of each column's values."""
    found: dict[str, type] = {}
    for name, hint in get_type_hints(OrderHistoryRow).items():
        # `Decimal | None` is a Decimal.
        kind = next((one for one in get_args(hint) if one is not type(None)), hint)
        is_number = isinstance(kind, type) and issubclass(kind, Enum) and issubclass(kind, int)
        found[name] = int if is_number else kind if kind in {Decimal, datetime} else str
    return {name: found.get(name, str) for name in COLUMNS}


def parquet_writer() -> Callable[[Iterator[Row], Path], None]:
    """The function that writes Parquet: money as exact decimals, times in UTC, `extra` as JSON."""
    arrow, parquet = import_extra("pyarrow"), import_extra("pyarrow.parquet")
    types = {
        Decimal: arrow.decimal128(_PRECISION, _SCALE),
        datetime: arrow.timestamp("us", tz="UTC"),
        int: arrow.int64(),
        str: arrow.string(),
    }
    kinds = _column_types()
    schema = arrow.schema([(name, types[kinds[name]]) for name in COLUMNS])

    def column(name: str, values: tuple[Any, ...]) -> Any:
        read = _READERS[kinds[name]]
        try:
            return arrow.array([None if value is None else read(value) for value in values], types[kinds[name]])
        except arrow.ArrowInvalid:
            message = (
                f"{name} has a number of more than {_PRECISION - _SCALE} digits before the point or {_SCALE} behind "
                "it, which Parquet's decimals do not hold: name an --out that ends in .csv, and nothing is lost"
            )
            raise CommandError(message) from None

    def write(rows: Iterator[Row], path: Path) -> None:
        with parquet.ParquetWriter(path, schema) as out:
            while group := list(islice(rows, _ROWS_A_GROUP)):
                columns = [column(name, values) for name, values in zip(COLUMNS, zip(*group, strict=True), strict=True)]
                out.write_batch(arrow.record_batch(columns, schema=schema))

    return write


def _text(value: Any) -> str:
    text: str = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # The exchange may cut a nickname inside an emoji; UTF-8 cannot hold the lone surrogate that is left.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


_READERS: dict[type, Callable[[Any], Any]] = {
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    int: int,
    str: _text,
}


def workbook_writer() -> Callable[[Iterator[Row], Path], None]:
    """The function that writes a workbook: money as numbers if those are exact, else as text; times in UTC."""
    xlsxwriter = import_extra("xlsxwriter")

    def write(rows: Iterator[Row], path: Path) -> None:
        # Each row is written to disk at once, so that memory does not grow.
        with xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": _DATE}) as book:
            number = 0
            while first := next(rows, None):
                number += 1
                _write_sheet(book, number, first, rows)
            if not number:
                _new_sheet(book, 1)

    return write


_DATE = "yyyy-mm-dd hh:mm:ss.000"


def _new_sheet(book: Any, number: int) -> Any:
    sheet = book.add_worksheet("orders" if number == 1 else f"orders {number}")
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for place, name in enumerate(COLUMNS):
        sheet.set_column(place, place, _WIDTHS.get(name, 16))
        sheet.write_string(0, place, f"{name} (UTC)" if _COLUMN_TYPES[name] is datetime else name, bold)
    return sheet


def _write_sheet(book: Any, number: int, first: Row, rows: Iterator[Row]) -> None:
    sheet = _new_sheet(book, number)
    formats: dict[int, Any] = {}

    def write_money(line: int, place: int, digits: str) -> None:
        if len(Decimal(digits).normalize().as_tuple().digits) > _DIGITS_OF_A_CELL:
            sheet.write_string(line, place, digits)
            return
        scale = len(digits.partition(".")[2])
        if scale not in formats:
            formats[scale] = book.add_format({"num_format": f"0.{'0' * scale}" if scale else "0"})
        sheet.write_number(line, place, float(digits), formats[scale])

    def write_row(line: int, row: Row) -> None:
        for place, (name, value) in enumerate(zip(COLUMNS, row, strict=True)):
            if value is None:
                continue
            if _COLUMN_TYPES[name] is Decimal:
                write_money(line, place, value)
            elif _COLUMN_TYPES[name] is datetime:
                sheet.write_datetime(line, place, datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None))
            elif _COLUMN_TYPES[name] is int:
                sheet.write_number(line, place, value)
            else:
                # As a string, so that a nickname that begins with = is not a formula.
                sheet.write_string(line, place, _text(value))

    write_row(1, first)
    for line, row in enumerate(islice(rows, _ROWS_OF_A_SHEET - 2), 2):
        write_row(line, row)


_COLUMN_TYPES = _column_types()
