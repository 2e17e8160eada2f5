"""Server-sent events: tells open pages of each request, at the pace each of them can read.

A page holds a place in the journal, not a queue: one that is slow misses what the journal forgets, and costs nothing.
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

    from binance_c2c.sandbox.journal import Journal

_HEARTBEAT_SECONDS = 10.0
_PAUSE_SECONDS = 0.1
_MOST_DIGITS = 19


class Events:
    """All open streams of one server."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._bells: set[_Bell] = set()
        # Numbers begin again with each sandbox: a page must not take those of another for its own.
        self._run = token_hex(4)

    def changed(self) -> None:
        """Something other than a request has changed the exchange. From any thread."""
        for bell in tuple(self._bells):
            bell.ring()

    async def stream(self, last_event_id: str) -> AsyncGenerator[str]:
        """What happened since that event, then what happens: `requests` with their rows, or `changed`."""
        bell, seen = _Bell(asyncio.get_running_loop()), self._number(last_event_id)
        self._journal.listen(bell.ring)
        self._bells.add(bell)
        try:
            yield "retry: 1000\n\n"
            while True:
                records = self._journal.after(seen)
                if records:
                    seen = records[-1].number
                    rows = json.dumps([row(record, self._journal.keyring) for record in records])
                    yield f"id: {self._run}-{seen}\nevent: requests\ndata: {rows}\n\n"
                else:
                    yield "event: changed\ndata: {}\n\n"
                await bell.wait(_HEARTBEAT_SECONDS)
                # A person reads ten news a second as one.
                await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            self._bells.discard(bell)
            self._journal.ignore(bell.ring)

    def _number(self, event_id: str) -> int:
        run, _, number = event_id.partition("-")
        return int(number) if run == self._run and number.isdecimal() and len(number) < _MOST_DIGITS else 0


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
        # Last: who rings before this line has already written what is read next.
        self._rung = False
