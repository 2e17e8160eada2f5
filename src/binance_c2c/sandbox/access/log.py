"""The log of requests, a line each, written by a thread of its own: an exchange does not wait for a terminal."""

from __future__ import annotations

import json
from collections import deque
from datetime import UTC, datetime
from threading import Event, Thread
from typing import TYPE_CHECKING

from binance_c2c.sandbox.inspector import log_line, log_object, plain_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

    from binance_c2c.sandbox.sandbox import Sandbox

_MOST_WAITING = 500
_END_SECONDS = 2.0


def _clock_time() -> str:
    return f"{datetime.now(UTC).astimezone():%H:%M:%S.%f}"[:-3]


class RequestLog:
    """Writes a line for each request and each action by hand, while the context lasts.

    Lines that come faster than they can be written are left out, and their number is told.

    Args:
        sandbox: Whose requests they are.
        write: Takes each line, without its end, in a thread of the log. Where it raises `OSError`, the log ends.
        now: The time of day as it is written.
        as_json: Whether each line is a JSON object in the place of words.

    """

    def __init__(
        self,
        sandbox: Sandbox,
        write: Callable[[str], object],
        now: Callable[[], str] = _clock_time,
        *,
        as_json: bool = False,
    ) -> None:
        self._journal = sandbox.journal
        self._write = write
        self._now = now
        self._as_json = as_json
        self._seen = 0
        self._refused: deque[tuple[str, str, int, str]] = deque(maxlen=_MOST_WAITING)
        self._bell = Event()
        self._is_ending = False
        self._thread = Thread(target=self._run, name="binance-c2c-sandbox-log", daemon=True)

    def __enter__(self) -> Self:
        self._journal.listen(self._bell.set)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._journal.ignore(self._bell.set)
        self._is_ending = True
        self._bell.set()
        # The reader of the log may have stopped: nothing else may wait for it.
        self._thread.join(_END_SECONDS)

    def refused(self, method: str, path: str, status: int, why: str) -> None:
        """Write a line for a request that was refused before the exchange saw it. From any thread."""
        self._refused.append((method, path, status, why))
        self._bell.set()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            self._bell.wait()
            self._bell.clear()
            is_last = self._is_ending
            try:
                self._write_all()
            except OSError:
                return

    def _write_all(self) -> None:
        now = self._now()
        while self._refused:
            method, path, status, why = self._refused.popleft()
            told = {"method": method, "path": path, "status": status, "refused": True, "reason": why}
            self._put(now, plain_line(f"{method} {path} {status}: {why}"), told)
        keyring = self._journal.keyring
        for entry in self._journal.after(self._seen):
            missed = entry.number - self._seen - 1
            if missed:
                self._put(now, f"… {missed} lines were left out", {"left_out": missed})
            self._seen = entry.number
            if self._as_json:
                self._put(now, "", log_object(entry, keyring))
            else:
                self._put(now, log_line(entry, keyring), {})

    def _put(self, now: str, words: str, told: Mapping[str, object]) -> None:
        """Write a line, in the form that is wanted."""
        self._write(json.dumps({"time": now, **told}) if self._as_json else f"{now} {words}")
