"""The journal of an export: a file beside the output that has each row once, and from which the export can go on.

The period is read window by window, the newest first. A window that was begun and not completed is fetched again as a
whole, without the rows that the journal has, which it knows by their numbers. So none is missing even if the exchange
does not sort, and none comes twice. A line is JSON: the scope of the export, some rows, a row that could not be read,
or the end of a window. A line that was cut by the end of the process is removed, and its rows are fetched again.
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
"""The most that is fetched again after an interruption; the longest period that a call may cover."""
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
    """The public number of the account: an export does not go on with the key of another account."""
    asked: datetime | None = None
    """The end that was asked for, which may lie in the future."""

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
    """The time of the last row in the file, of those that have a time."""
    reached: datetime | None = None
    """The start of the last window that is complete."""
    _window: set[str] = field(default_factory=set[str])
    """Numbers of the rows of the window that is not complete."""
    _before: set[str] = field(default_factory=set[str])
    """Numbers of the rows of the window before it: at the border between them rows come again."""
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
        """The windows left to fetch, the newest first. A window counts as complete once the next one is requested."""
        while self.scope is not None and not self.complete:
            end = self.reached or self.scope.end
            start = max(self.scope.start, end - WINDOW)
            yield start, end
            self._end_window(start)

    def add(self, rows: Iterable[Row]) -> list[Row]:
        """Add rows, all but those that are there already, and hand them to the system. Returns those that were added.

        From there the end of this process cannot take them.
        """
        window, before, added = self._window, self._before, list[Row]()
        for row in rows:
            number = row[_NUMBER]
            if number not in window and number not in before:
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
        """Its rows, in the order they came."""
        return (row for line in self._lines() if _ROWS in line for row in line[_ROWS])

    def bad_rows(self) -> Iterator[dict[str, Any]]:
        """Rows that could not be read, with the reasons."""
        return (line[_BAD] for line in self._lines() if _BAD in line)

    def _end_window(self, start: datetime) -> None:
        """Note that the window which starts at this moment is complete, once the disk has all of it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._write({_WINDOW: start.isoformat()})
        self._file.flush()
        self._enter_next(start)

    def _enter_next(self, reached: datetime) -> None:
        self.reached = reached
        self._before, self._window = self._window, set()

    def _lines(self) -> Iterator[dict[str, Any]]:
        self._file.flush()
        with self.path.open("rb") as lines:
            for line in lines:
                yield json.loads(line)

    def _resume(self) -> None:
        """Cut off an incomplete last line, and read what the others say."""
        end = 0
        with self.path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                self._learn(line)
                end += len(line)
        self._file.truncate(end)

    def _learn(self, line: bytes) -> None:
        try:
            content: dict[str, Any] = dict(json.loads(line))
            if _HEAD in content:
                self._learn_head(content[_HEAD])
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

    def _learn_head(self, head: dict[str, Any]) -> None:
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
    """Refuse a second export into the same file. The lock ends with the process, however that ends."""
    with suppress(ModuleNotFoundError):
        import fcntl  # noqa: PLC0415 - not on Windows

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another export writes to {path}: wait for it, or name another output"
            raise CommandError(message) from None
