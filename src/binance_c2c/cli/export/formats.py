"""The formats of an export: CSV, JSON lines, Parquet and workbooks; and files that are written whole or not at all."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from binance_c2c.cli.export.rows import COLUMNS, INTEGER_COLUMN, Line, Row, encoded
from binance_c2c.cli.export.tables import parquet_writer, workbook_writer
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.output import csv_line

Write = Callable[[Iterator[Row], Path], None]
_LONE_SURROGATES = "backslashreplace"
"""Writes a lone surrogate as an escape such as `\\ud83d`, since UTF-8 cannot hold it.

The exchange may cut a nickname inside an emoji, and leave half of it.
"""
_COMMAS = len(COLUMNS) - 1


def writer_for(path: Path) -> Write:
    """The function that writes rows in the format that the file's name ends in.

    Raises:
        CommandError: The ending is not known, or a package is not installed.

    """
    make_writer = _WRITER_FACTORIES.get(path.suffix.lower())
    if make_writer is None:
        message = f"--out: a name that ends in {', '.join(_WRITER_FACTORIES)} is expected, not {path.name!r}"
        raise CommandError(message, Status.USAGE)
    return make_writer()


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file under a temporary name, and rename it once it is complete."""
    unfinished = path.with_name(f"{path.name}.part")
    write(unfinished)
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(path)


def write_lines(objects: Iterable[Any], path: Path) -> None:
    """Write a file with one JSON object a line."""
    with path.open("wb") as out:
        out.writelines(encoded(one) + b"\n" for one in objects)


def _write_json(rows: Iterator[Row], path: Path) -> None:
    write_lines((Line(*row) for row in rows), path)


def _write_csv(rows: Iterator[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8", errors=_LONE_SURROGATES, newline="") as out:
        out.write(csv_line(COLUMNS))
        for row in rows:
            if row[-1] is not None:
                out.write(csv_line([*row[:-1], json.dumps(row[-1], ensure_ascii=False)]))
                continue
            # A fast path: few rows need quoting, and checking every character is slow.
            cells = ["" if value is None else value for value in row]
            cells[INTEGER_COLUMN] = str(cells[INTEGER_COLUMN])
            line = ",".join(cells)
            if '"' in line or "\n" in line or "\r" in line or line.count(",") != _COMMAS:
                line = csv_line(row)[:-1]
            out.write(f"{line}\n")


_WRITER_FACTORIES: dict[str, Callable[[], Write]] = {
    ".csv": lambda: _write_csv,
    ".jsonl": lambda: _write_json,
    ".parquet": parquet_writer,
    ".xlsx": workbook_writer,
}
