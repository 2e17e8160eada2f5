"""The journal of an export: a file beside the output, to which each row is added once, and from which it goes on.

A line is JSON. The first says what is exported; each other one is a row, or a row that could not be read. A line that
was cut by the end of the process is taken off, and its row is fetched again.
"""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from binance_c2c.cli.shared.failures import CommandError

VERSION = 1
_BAD = "unreadable"
_HEAD = "export"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is exported."""

    start: datetime
    end: datetime
    owner: str
    """The account's public number, so that no export goes on with another's key."""

    def to_json(self) -> dict[str, str | int]:
        """As it stands in the journal's first line."""
        return {
            "version": VERSION,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "owner": self.owner,
        }


@dataclass
class Journal:
    """A journal that is written. Open it as a context."""

    path: Path
    scope: Scope | None = None
    """What is exported, once it has begun."""
    count: int = 0
    """How many rows it has."""
    last: datetime | None = None
    """The time of the last row that has one."""
    complete: bool = False
    """Whether the walk came to its end."""
    _recent: set[str] = field(default_factory=set[str])
    """Numbers of the rows of that very moment: they come again."""
    _undated: set[str] = field(default_factory=set[str])
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

    def begin(self, scope: Scope) -> None:
        """Write the first line."""
        self.scope = scope
        self._write({_HEAD: scope.to_json()})
        self.flush()

    def add(self, row: dict[str, Any], time: datetime | None) -> None:
        """Add a row, unless it is there already."""
        number = row["order_number"]
        if number in self._recent or number in self._undated:
            return
        self._note(number, time)
        self._write(row)

    def add_bad(self, row: object, reason: str) -> None:
        """Add a row that could not be read, unless it is there already."""
        known = json.dumps(row, sort_keys=True, default=str)
        if known not in self._bad:
            self._bad.add(known)
            self._write({_BAD: {"reason": reason, "row": json.loads(known)}})

    def finish(self) -> None:
        """Note that the walk came to its end, and wait until the disk has it all."""
        self.complete = True
        self._write({_HEAD: {"complete": self.count}})
        self.flush()
        os.fsync(self._file.fileno())

    def flush(self) -> None:
        """Hand what was added to the system: from there the end of this process cannot take it."""
        self._file.flush()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Its rows, in the order they came."""
        return (line for line in self._lines() if _HEAD not in line and _BAD not in line)

    def bad_rows(self) -> Iterator[dict[str, Any]]:
        """Rows that could not be read, with the reasons."""
        return (line[_BAD] for line in self._lines() if _BAD in line)

    def _lines(self) -> Iterator[dict[str, Any]]:
        self.flush()
        with self.path.open("rb") as lines:
            for line in lines:
                yield json.loads(line)

    def _resume(self) -> None:
        """Take a cut line off, and learn what is there."""
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
            else:
                time = content.get("create_time")
                self._note(content["order_number"], None if time is None else datetime.fromisoformat(time))
        except (ValueError, KeyError, TypeError):
            message = f"{self.path} is not the journal of an export: move it away, or name another output"
            raise CommandError(message) from None

    def _learn_head(self, head: dict[str, Any]) -> None:
        if "complete" in head:
            self.complete = True
            return
        if head["version"] != VERSION:
            raise ValueError
        start, end = (datetime.fromisoformat(head[name]) for name in ("start", "end"))
        self.scope = Scope(start, end, head["owner"])

    def _note(self, number: str, time: datetime | None) -> None:
        self.count += 1
        if time is None:
            self._undated.add(number)
            return
        if time != self.last:
            self.last = time
            self._recent.clear()
        self._recent.add(number)

    def _write(self, content: dict[str, Any]) -> None:
        self._file.write(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _lock(descriptor: int, path: Path) -> None:
    """Refuse a second export into the same file. The lock ends with the process, however that ends."""
    with suppress(ModuleNotFoundError):
        import fcntl  # noqa: PLC0415 - not on Windows

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another export writes to {path}: wait for it, or name another output"
            raise CommandError(message) from None
