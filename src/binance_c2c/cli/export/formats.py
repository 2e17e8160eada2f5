"""The files that an export can become, each written from the journal's rows, whole or not at all."""

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.models import OrderHistoryRow

Row = Mapping[str, Any]
COLUMNS = (*OrderHistoryRow.NAMES, "extra")
"""The fields of a row; `extra` has what the description does not know, as JSON."""


def writer_for(path: Path) -> Callable[[Iterator[Row], Path], None]:
    """What writes rows to a file of the kind that its name says. Raises `CommandError` for any other."""
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        message = f"--out: a name that ends in {', '.join(_WRITERS)} is expected, not {path.name!r}"
        raise CommandError(message, Status.USAGE)
    return write


def write_whole(path: Path, rows: Iterator[Row], write: Callable[[Iterator[Row], Path], None]) -> None:
    """Write a file beside its place, and put it there once it is complete."""
    unfinished = path.with_name(f"{path.name}.part")
    write(rows, unfinished)
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(path)


def write_lines(rows: Iterable[Row], path: Path) -> None:
    """One JSON object a line."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_csv(rows: Iterator[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        written = csv.writer(out, lineterminator="\n")
        written.writerow(COLUMNS)
        written.writerows([_text(row.get(name)) for name in COLUMNS] for row in rows)


def _text(value: object) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


_WRITERS: dict[str, Callable[[Iterator[Row], Path], None]] = {".csv": _write_csv, ".jsonl": write_lines}
