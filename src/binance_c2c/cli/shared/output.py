"""How a result is printed: a table for people, JSON or CSV for programs, with the same values in all three."""

import csv
import json
import os
import shutil
import textwrap
from collections.abc import Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import TextIO

from binance_c2c.cli.shared.values import Record, Rows, Value, jsonable, printable, text

_GAP = "  "


class Form(StrEnum):
    """In which form a result is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def show(result: Rows | Record, form: Form, zone: tzinfo | None, stream: TextIO) -> None:
    """Print a result. `zone` is what times are told in, None for this machine's."""
    if form is Form.JSON:
        _json(result, zone, stream)
    elif form is Form.CSV:
        _csv(result, zone, stream)
    elif isinstance(result, Record):
        _record(result, zone, stream)
    else:
        _table(result, zone, stream)


def _json(result: Rows | Record, zone: tzinfo | None, stream: TextIO) -> None:
    if isinstance(result, Record):
        value: object = {name: jsonable(field, zone) for name, field in result.fields.items()}
    else:
        value = [{name: jsonable(row[name], zone) for name in result.columns} for row in result.rows]
    stream.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _csv(result: Rows | Record, zone: tzinfo | None, stream: TextIO) -> None:
    listed = Rows(tuple(result.fields), [result.fields]) if isinstance(result, Record) else result
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(listed.columns)
    writer.writerows([text(row[name], zone) for name in listed.columns] for row in listed.rows)


def _record(record: Record, zone: tzinfo | None, stream: TextIO) -> None:
    width = max(map(len, record.fields), default=0)
    lines = [f"{name:<{width}}{_GAP}{_cell(value, zone)}" for name, value in record.fields.items()]
    _print(lines, width, stream)


def _table(result: Rows, zone: tzinfo | None, stream: TextIO) -> None:
    from rich.cells import cell_len  # noqa: PLC0415 - programs, which read JSON, need none of it

    cells = [[_cell(row[name], zone) for name in result.columns] for row in result.rows]
    widths = [max(map(cell_len, column)) for column in zip(result.columns, *cells, strict=True)]
    numbers = [any(_is_number(row[name]) for row in result.rows) for name in result.columns]

    def line(words: Sequence[str]) -> str:
        padded: list[str] = []
        for one, width, is_number in zip(words, widths, numbers, strict=True):
            blank = " " * (width - cell_len(one))
            padded.append(blank + one if is_number else one + blank)
        return _GAP.join(padded).rstrip()

    too_wide = sum(widths) + len(_GAP) * (len(widths) - 1) > shutil.get_terminal_size().columns
    if not result.rows:
        stream.write("None found.\n")
    elif too_wide and stream.isatty():
        # A line that a terminal breaks can be read by nobody, and one that is cut has lost digits.
        for number, row in enumerate(result.rows):
            stream.write("\n" if number else "")
            _record(Record(row), zone, stream)
    else:
        _print([line(result.columns), *map(line, cells)], 0, stream)
    if result.note:
        stream.write(f"\n{result.note}\n")


def _print(lines: Sequence[str], width: int, stream: TextIO) -> None:
    """Write lines, the names on them bold on a terminal that shows it: the first `width` letters, or the first line."""
    bold, plain = ("\x1b[1m", "\x1b[0m") if has_colour(stream) else ("", "")
    if width:
        lines = [f"{bold}{line[:width]}{plain}{line[width:]}" for line in lines]
    else:
        lines = [f"{bold}{lines[0]}{plain}", *lines[1:]]
    stream.write("".join(f"{line}\n" for line in lines))


def sentence(words: str, stream: TextIO) -> str:
    """Words for a person, on a terminal broken between them and not within one."""
    if not stream.isatty():
        return words
    width = shutil.get_terminal_size().columns
    lines = words.splitlines()
    return "\n".join(textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) for line in lines)


def has_colour(stream: TextIO) -> bool:
    """Whether to send a stream more than letters: it is a terminal that can, and nobody asked for none."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def _cell(value: Value, zone: tzinfo | None) -> str:
    words = text(value, zone)
    return words.replace("T", " ", 1) if isinstance(value, datetime) else printable(words)


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
