"""Prints events as they happen, one a line: as JSON, as CSV, or as text for people."""

import json
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime

from binance_c2c.cli.shared.output import Form, csv_line, wrapped
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Value, jsonable, printable, text

_INDENT = "    "


class Feed:
    """Prints events one by one, flushed at once, so that a program that reads them need not wait."""

    def __init__(self, shell: Shell, columns: tuple[str, ...]) -> None:
        self._form, self._zone = shell.form, shell.zone
        self._columns = columns
        if self._form is Form.CSV:
            sys.stdout.write(csv_line(columns))
            sys.stdout.flush()

    @property
    def is_for_people(self) -> bool:
        """Whether it prints text for people, not JSON or CSV."""
        return self._form is Form.TABLE

    def put(self, row: Mapping[str, Value], words: tuple[str, ...]) -> None:
        """Print an event: `row` for programs, or `words` for people, on several lines if one is too short."""
        if self._form is Form.JSON:
            print(json.dumps({name: jsonable(row[name], self._zone) for name in self._columns}, ensure_ascii=False))
        elif self._form is Form.CSV:
            sys.stdout.write(csv_line(text(row[name], self._zone) for name in self._columns))
        else:
            first, *rest = map(printable, words)
            line = "  ".join((first, *rest))
            is_long = len(line) > shutil.get_terminal_size().columns and sys.stdout.isatty()
            continued = (wrapped(one, sys.stdout, first=_INDENT, indent=_INDENT) for one in rest)
            print("\n".join((first, *continued)) if is_long else line)
        sys.stdout.flush()

    def time_of_day(self, time: datetime) -> str:
        """The time of day, for people."""
        return f"{time.astimezone(self._zone):%H:%M:%S}"
