"""The formats of an export, and files that are written whole or not at all."""

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from binance_c2c.cli.export.rows import COLUMNS, Row
from binance_c2c.cli.export.tables import parquet_writer, workbook_writer
from binance_c2c.cli.shared.failures import CommandError, Status

Write = Callable[[Iterator[Row], Path], None]
_HALF_SIGNS = "backslashreplace"
"""Writes half of an emoji, which UTF-8 cannot hold, as `\\ud83d`. The exchange may cut a nickname inside an emoji."""
_encoded = json.JSONEncoder(ensure_ascii=False).encode


def writer_for(path: Path) -> Write:
    """The function that writes rows to a file, in the format of the file's name.

    Raises:
        CommandError: The name has no known format, or a package is not installed.

    """
    find = _WRITERS.get(path.suffix.lower())
    if find is None:
        message = f"--out: a name that ends in {', '.join(_WRITERS)} is expected, not {path.name!r}"
        raise CommandError(message, Status.USAGE)
    return find()


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file under a temporary name, and rename it once it is complete."""
    unfinished = path.with_name(f"{path.name}.part")
    write(unfinished)
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(path)


def write_lines(objects: Iterable[dict[str, Any]], path: Path) -> None:
    """Write a file with one JSON object a line."""
    with path.open("w", encoding="utf-8", errors=_HALF_SIGNS, newline="\n") as out:
        out.writelines(_encoded(one) + "\n" for one in objects)


def _write_json(rows: Iterator[Row], path: Path) -> None:
    pairs = (zip(COLUMNS, row, strict=True) for row in rows)
    write_lines(({name: value for name, value in one if value is not None} for one in pairs), path)


def _write_csv(rows: Iterator[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8", errors=_HALF_SIGNS, newline="") as out:
        written = csv.writer(out, lineterminator="\n")
        written.writerow(COLUMNS)
        written.writerows(row if row[-1] is None else [*row[:-1], _encoded(row[-1])] for row in rows)


_WRITERS: dict[str, Callable[[], Write]] = {
    ".csv": lambda: _write_csv,
    ".jsonl": lambda: _write_json,
    ".parquet": parquet_writer,
    ".xlsx": workbook_writer,
}
