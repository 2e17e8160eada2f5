"""The journal: the last requests with their answers, and the last actions by hand, for the inspector to show."""

from __future__ import annotations

import dataclasses
from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from binance_c2c.sandbox.diagnosis import explain_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from binance_c2c.sandbox.diagnosis import Diagnosis
    from binance_c2c.sandbox.gateway import Answer, Keyring, Request

MOST_ENTRIES = 500
MOST_BYTES = 16_384
"""How many bytes of a body are kept at most, so that the journal stays a few megabytes."""

_KEPT_HEADERS = ("host", "user-agent", "x-mbx-apikey", "clienttype", "content-type")
_SHOWN_KEY_LETTERS = 4


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One request and its answer."""

    number: int
    """Counted from 1 in the order of the entries."""
    request: Request[Any]
    """With the headers that matter and a cut body. Of a key that is not the sandbox's own, the first letters."""
    body_size: int
    answer: Answer
    answer_size: int
    seconds: float
    """From the request to its answer, including the delay of a fault."""
    foreign_key: Diagnosis | None
    """The diagnosis of a key that is not the sandbox's own."""


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """One action by hand, such as a counterparty's payment or a change of the clock."""

    number: int
    at_ms: int
    """The exchange's time after the action."""
    name: str
    """The name of the action in the inspector's API."""
    arguments: Mapping[str, object] = field(repr=False)
    subject: str | None
    """The number of the order or ad that it is about or has created."""
    outcome: str
    """The effect in words, or the reason why it was refused."""
    refused: bool


Entry = JournalEntry | ActionEntry


class Journal:
    """Entries, oldest first. Any thread may use it."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        """The API keys of the sandbox."""
        self._lock = Lock()
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._count = 0
        self._listeners: list[Callable[[], object]] = []

    def add(self, request: Request[Any], answer: Answer, seconds: float = 0.0) -> None:
        """Add a request. Beyond `MOST_ENTRIES` entries the oldest is dropped."""
        kept = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
        key, body, foreign_key = kept.get("x-mbx-apikey"), request.body, None
        if key and key not in self.keyring.owners:
            # The key may be a real one, sent here by mistake: neither the key nor the body is kept.
            foreign_key = explain_key(key, self.keyring)
            kept["x-mbx-apikey"], body = f"{key[:_SHOWN_KEY_LETTERS]}…", b""
        shown = dataclasses.replace(request, headers=MappingProxyType(kept), body=body[:MOST_BYTES])
        body_size, answer_size = len(request.body), len(answer.body)
        if answer_size > MOST_BYTES:
            answer = dataclasses.replace(answer, body=answer.body[:MOST_BYTES])
        self._add(lambda number: JournalEntry(number, shown, body_size, answer, answer_size, seconds, foreign_key))

    def add_action(
        self,
        name: str,
        arguments: Mapping[str, object],
        outcome: str,
        *,
        at_ms: int,
        refused: bool = False,
        subject: str | None = None,
    ) -> None:
        """Add an action."""
        self._add(lambda number: ActionEntry(number, at_ms, name, arguments, subject, outcome, refused))

    def after(self, number: int) -> list[Entry]:
        """The kept entries with higher numbers than this, oldest first."""
        with self._lock:
            return [entry for entry in self._entries if entry.number > number]

    def requests(self) -> list[JournalEntry]:
        """The kept requests, oldest first, without the actions by hand."""
        return [entry for entry in self.after(0) if isinstance(entry, JournalEntry)]

    def get(self, number: int) -> Entry | None:
        """The entry with this number; None if it is no longer kept."""
        return next((entry for entry in self.after(number - 1) if entry.number == number), None)

    def clear(self) -> None:
        """Remove all entries. The numbers go on from where they were."""
        with self._lock:
            self._entries.clear()

    @property
    def first_number(self) -> int:
        """The number of the oldest kept entry; if there is none, of the next entry."""
        with self._lock:
            return self._entries[0].number if self._entries else self._count + 1

    def listen(self, listener: Callable[[], object]) -> None:
        """Call `listener` after each further entry, in the thread that added it."""
        with self._lock:
            self._listeners.append(listener)

    def ignore(self, listener: Callable[[], object]) -> None:
        """Stop calling `listener`."""
        with self._lock:
            self._listeners.remove(listener)

    def _add(self, make_entry: Callable[[int], Entry]) -> None:
        with self._lock:
            self._count += 1
            self._entries.append(make_entry(self._count))
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()
