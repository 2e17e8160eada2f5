"""The log of requests, a line each, written in its own thread, so that the exchange never waits for a terminal."""

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

    If requests come faster than lines can be written, some are left out, and a line says how many.

    Args:
        sandbox: The sandbox whose requests are logged.
        write: Called with each line, without a line end, in the log's thread. If it raises `OSError`, the log ends.
        now: Gives the time of day as text.
        as_json: Whether each line is a JSON object instead of words.

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
        # With a time limit, because the reader of the log may have stopped reading.
        self._thread.join(_END_SECONDS)

    def refused(self, method: str, path: str, status: int, why: str) -> None:
        """Write a line for a request that was refused before the exchange saw it. Any thread may call it."""
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
            fields = {"method": method, "path": path, "status": status, "refused": True, "reason": why}
            self._put(now, plain_line(f"{method} {path} {status}: {why}"), fields)
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

    def _put(self, now: str, words: str, fields: Mapping[str, object]) -> None:
        """Write a line, as words or as JSON."""
        self._write(json.dumps({"time": now, **fields}) if self._as_json else f"{now} {words}")
