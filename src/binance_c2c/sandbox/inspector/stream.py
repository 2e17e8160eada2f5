"""Server-sent events: report each request and action to open pages, at the pace each page can read.

For a page only its position in the journal is kept, not a queue: a slow page misses what the journal drops.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING

from binance_c2c.sandbox.inspector.views import row

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from binance_c2c.sandbox.sandbox import Sandbox

_HEARTBEAT_SECONDS = 10.0
_PAUSE_SECONDS = 0.1
_MOST_DIGITS = 18


class Events:
    """All open event streams of one server."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._journal = sandbox.journal
        self._clock = sandbox.clock
        self._chat = sandbox.chat
        self._bells: set[_Bell] = set()
        self.run = token_hex(4)
        """The id of this run in event ids: numbers begin anew with each sandbox, so pages must tell them apart."""

    def changed(self) -> None:
        """Tell all streams that something changed besides the journal. Any thread may call it."""
        for bell in tuple(self._bells):
            bell.ring()

    async def stream(self, last_event_id: str) -> AsyncGenerator[str]:
        """The events since that id, then as they happen: `requests` with rows for the list, or `changed`.

        Each has the exchange's time, and the number of the oldest kept entry: the page removes rows before it.
        """
        bell, seen = _Bell(asyncio.get_running_loop()), self._number(last_event_id)
        self._journal.listen(bell.ring)
        self._chat.listen(bell.ring)
        self._bells.add(bell)
        try:
            yield "retry: 1000\n\n"
            while True:
                entries, first = self._journal.after(seen), self._journal.first_number
                seen = entries[-1].number if entries else seen
                rows = [row(entry, self._journal.keyring) for entry in entries]
                data = json.dumps({"run": self.run, "now_ms": self._clock.now_ms(), "first": first, "rows": rows})
                yield f"id: {self.run}-{seen}\nevent: {'requests' if rows else 'changed'}\ndata: {data}\n\n"
                await bell.wait(_HEARTBEAT_SECONDS)
                # More than ten events a second are of no use to a person.
                await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            self._bells.discard(bell)
            self._journal.ignore(bell.ring)
            self._chat.ignore(bell.ring)

    def _number(self, event_id: str) -> int:
        run, _, number = event_id.partition("-")
        return int(number) if run == self.run and number.isdecimal() and len(number) <= _MOST_DIGITS else 0


class _Bell:
    """Wakes one task, from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._event = asyncio.Event()
        self._rung = False

    def ring(self) -> None:
        if not self._rung:
            self._rung = True
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()
        # Last: the caller reads the journal after this, so it finds the entry of a thread that rang before this line.
        self._rung = False
