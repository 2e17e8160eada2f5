"""Prints a result: as a table for people, as JSON or CSV for programs, with the same values in all three."""

import csv
import io
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable
from datetime import tzinfo
from enum import StrEnum
from itertools import chain, repeat
from typing import TextIO

from binance_c2c.cli.shared.layout import record_text, table_text
from binance_c2c.cli.shared.values import Record, Rows, jsonable, text


class Form(StrEnum):
    """The form in which a result is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def show(result: Rows | Record, form: Form, zone: tzinfo | None, stream: TextIO) -> None:
    """Print a result, with times in `zone`, or in this machine's zone if that is None."""
    if form is Form.JSON:
        _json(result, zone, stream)
    elif form is Form.CSV:
        _csv(result, zone, stream)
    elif isinstance(result, Record):
        stream.write(record_text(result, zone, *_width_and_bold(stream)))
    else:
        stream.write(table_text(result, zone, *_width_and_bold(stream)))


def _json(result: Rows | Record, zone: tzinfo | None, stream: TextIO) -> None:
    if isinstance(result, Record):
        value: object = {name: jsonable(field, zone) for name, field in result.fields.items()}
    else:
        value = [{name: jsonable(row[name], zone) for name in result.columns} for row in result.rows]
    stream.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _csv(result: Rows | Record, zone: tzinfo | None, stream: TextIO) -> None:
    as_rows = Rows(tuple(result.fields), [result.fields]) if isinstance(result, Record) else result
    stream.write(csv_line(as_rows.columns))
    stream.writelines(csv_line(text(row[name], zone) for name in as_rows.columns) for row in as_rows.rows)


def csv_line(cells: Iterable[object]) -> str:
    """A line of CSV with its line break. Cells with commas, quotation marks or line breaks are quoted."""
    line = io.StringIO()
    # With "\n" as the line terminator, Python before 3.13 does not quote a cell with "\r", and readers break the line.
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n") + "\n"


def _width_and_bold(stream: TextIO) -> tuple[int | None, bool]:
    """The terminal's width, None if the stream is no terminal; and whether it can show bold letters."""
    return shutil.get_terminal_size().columns if stream.isatty() else None, has_colour(stream)


def wrapped(words: str, stream: TextIO, *, first: str = "", indent: str = "") -> str:
    """A text for a person, wrapped to the width of the terminal if the stream is one.

    `first` is put before the first line, and `indent` before all others.
    """
    if not stream.isatty():
        return f"{first}{words}"
    width = shutil.get_terminal_size().columns
    starts = chain([first], repeat(indent))
    return "\n".join(
        textwrap.fill(
            line,
            width,
            initial_indent=start,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for start, line in zip(starts, words.splitlines(), strict=False)
    )


def ask_to_go_on(stream: TextIO) -> bool:
    """Ask on the stream whether to go on, and return whether the person typed yes. End of input counts as no."""
    print("Go on? [y/N] ", end="", file=stream, flush=True)
    line = sys.stdin.readline()
    if not line:
        print(file=stream)
    return line.strip().lower() in {"y", "yes"}


def has_colour(stream: TextIO) -> bool:
    """Whether to use colours and bold letters: the stream is a terminal that has them, and NO_COLOR is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
