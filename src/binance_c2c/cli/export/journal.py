"""The journal of an export: a file beside the output that holds each row once, so that the export can be resumed.

The period is fetched in windows, the newest first. An incomplete window is fetched again as a whole, and rows that the
journal has already, known by their order numbers, are left out. So no row is missing, even if the exchange does not
sort them, and none comes twice. Each line is JSON: the scope of the export, some rows, a row that could not be read, or
the end of a window. An incomplete last line is removed, and its rows are fetched again.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from binance_c2c.cli.export.rows import COLUMNS, Row, encoded
from binance_c2c.cli.shared.failures import CommandError

VERSION = 2
WINDOW = timedelta(days=30)
"""The longest period that a call may cover, and the most that is fetched again after an interruption."""
_BAD = "unreadable"
_HEAD = "export"
_ROWS = "rows"
_WINDOW = "window"
_NUMBER, _TIME = COLUMNS.index("order_number"), COLUMNS.index("create_time")


@dataclass(frozen=True, slots=True)
class Scope:
    """The period and the account of an export."""

    start: datetime
    end: datetime
    owner: str
    """The public number of the account: an export cannot be resumed with the key of another account."""
    asked: datetime | None = None
    """The end that the user asked for, which may be in the future."""

    def to_json(self) -> dict[str, str | int | None]:
        """The content of the journal's first line."""
        return {
            "version": VERSION,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "owner": self.owner,
            "asked": None if self.asked is None else self.asked.isoformat(),
        }


@dataclass
class Journal:
    """A journal, open for writing in a `with` block."""

    path: Path
    scope: Scope | None = None
    """The scope of the export, once it has begun."""
    count: int = 0
    """The number of rows in the file."""
    last: datetime | None = None
    """The time of the last row in the file that has one."""
    reached: datetime | None = None
    """The start of the last window that is complete."""
    _window: set[str] = field(default_factory=set[str])
    """Order numbers of the rows in the incomplete window."""
    _previous_window: set[str] = field(default_factory=set[str])
    """Order numbers of the rows in the window before: rows at the moment between the two may come in both."""
    _bad: set[str] = field(default_factory=set[str])

    def __enter__(self) -> Self:
        self._file = self.path.open("a+b")
        with ExitStack() as on_failure:
            on_failure.callback(self._file.close)
            _lock(self._file.fileno(), self.path)
            self._resume()
            on_failure.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def complete(self) -> bool:
        """Whether all windows are complete."""
        return self.scope is not None and self.reached is not None and self.reached <= self.scope.start

    def begin(self, scope: Scope) -> None:
        """Write the first line."""
        self.scope = scope
        self._write({_HEAD: scope.to_json()})
        self._file.flush()

    def windows(self) -> Iterator[tuple[datetime, datetime]]:
        """The windows left to fetch, the newest first. Asking for the next window marks the one before as complete."""
        while self.scope is not None and not self.complete:
            end = self.reached or self.scope.end
            start = max(self.scope.start, end - WINDOW)
            yield start, end
            self._end_window(start)

    def add(self, rows: Iterable[Row]) -> list[Row]:
        """Add the rows that are not there yet, and return them.

        They are flushed to the operating system, so that they survive the end of this process.
        """
        window, previous, added = self._window, self._previous_window, list[Row]()
        for row in rows:
            number = row[_NUMBER]
            if number not in window and number not in previous:
                window.add(number)
                added.append(row)
        if added:
            self._write({_ROWS: added})
            self._count(added)
            self._file.flush()
        return added

    def add_bad(self, row: object, reason: str) -> None:
        """Add a row that could not be read, unless it is there already."""
        known = json.dumps(row, sort_keys=True, default=str)
        if known not in self._bad:
            self._bad.add(known)
            self._write({_BAD: {"reason": reason, "row": json.loads(known)}})

    def rows(self) -> Iterator[Row]:
        """All rows of the file, in their order."""
        return (row for line in self._lines() if _ROWS in line for row in line[_ROWS])

    def bad_rows(self) -> Iterator[dict[str, Any]]:
        """Rows that could not be read, with the reasons."""
        return (line[_BAD] for line in self._lines() if _BAD in line)

    def _end_window(self, start: datetime) -> None:
        """Write that the window with this start is complete, once all of its rows are on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._write({_WINDOW: start.isoformat()})
        self._file.flush()
        self._enter_next(start)

    def _enter_next(self, reached: datetime) -> None:
        self.reached = reached
        self._previous_window, self._window = self._window, set()

    def _lines(self) -> Iterator[dict[str, Any]]:
        self._file.flush()
        with self.path.open("rb") as lines:
            for line in lines:
                yield json.loads(line)

    def _resume(self) -> None:
        """Read all lines, and cut off an incomplete last one."""
        end = 0
        with self.path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                self._read_line(line)
                end += len(line)
        self._file.truncate(end)

    def _read_line(self, line: bytes) -> None:
        try:
            content: dict[str, Any] = dict(json.loads(line))
            if _HEAD in content:
                self._read_head(content[_HEAD])
            elif _BAD in content:
                self._bad.add(json.dumps(content[_BAD]["row"], sort_keys=True))
            elif _WINDOW in content:
                self._enter_next(datetime.fromisoformat(content[_WINDOW]))
            else:
                self._window.update(row[_NUMBER] for row in content[_ROWS])
                self._count(content[_ROWS])
        except (ValueError, KeyError, TypeError, IndexError):
            message = f"{self.path} is not the journal of an export: move it away, or name another output"
            raise CommandError(message) from None

    def _read_head(self, head: dict[str, Any]) -> None:
        if head["version"] != VERSION:
            raise ValueError
        start, end = (datetime.fromisoformat(head[name]) for name in ("start", "end"))
        asked = None if head["asked"] is None else datetime.fromisoformat(head["asked"])
        self.scope = Scope(start, end, head["owner"], asked)

    def _count(self, rows: list[Row]) -> None:
        self.count += len(rows)
        time = next((row[_TIME] for row in reversed(rows) if row[_TIME] is not None), None)
        self.last = self.last if time is None else datetime.fromisoformat(time)

    def _write(self, content: dict[str, Any]) -> None:
        self._file.write(encoded(content) + b"\n")


def _lock(descriptor: int, path: Path) -> None:
    """Refuse a second export into the same file. The lock ends with the process, even if that is killed."""
    with suppress(ModuleNotFoundError):
        import fcntl  # noqa: PLC0415 - not on Windows

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another export writes to {path}: wait for it, or name another output"
            raise CommandError(message) from None
