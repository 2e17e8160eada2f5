"""The journal: the last requests with their answers, and the last actions taken by hand, for the inspector to show."""

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
"""The most bytes of a body that are kept: longer ones are cut, so that the journal stays a few megabytes."""

_KEPT_HEADERS = ("host", "user-agent", "x-mbx-apikey", "clienttype", "content-type")
_SHOWN_OF_A_KEY = 4


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One request and its answer."""

    number: int
    """1 for the first entry of a journal, and so on."""
    request: Request[Any]
    """With the headers that matter, and its body cut. Of a key that is not the sandbox's own, the first letters."""
    body_size: int
    answer: Answer
    answer_size: int
    seconds: float
    """From the request to its answer, a fault's delay included."""
    foreign_key: Diagnosis | None
    """The diagnosis of a key that is not the sandbox's own."""


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """One action taken by hand, such as a counterparty's payment or a move of the clock."""

    number: int
    at_ms: int
    """The exchange's time, once it was done."""
    name: str
    """The name of the inspector's control."""
    arguments: Mapping[str, object] = field(repr=False)
    subject: str | None
    """The number of the order or ad it is about, or that it made."""
    outcome: str
    """The effect of the action in words, or the reason why it was refused."""
    refused: bool


Entry = JournalEntry | ActionEntry


class Journal:
    """Entries in the order they came. Any thread may add to it and read it."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        """The keys that the requests are checked with."""
        self._lock = Lock()
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._count = 0
        self._listeners: list[Callable[[], object]] = []

    def add(self, request: Request[Any], answer: Answer, seconds: float = 0.0) -> None:
        """Keep one more request, and forget the oldest of too many."""
        kept = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
        key, body, foreign_key = kept.get("x-mbx-apikey"), request.body, None
        if key and key not in self.keyring.owners:
            # The key may be a real one, of a program pointed here by mistake: neither key nor request is kept.
            foreign_key = explain_key(key, self.keyring)
            kept["x-mbx-apikey"], body = f"{key[:_SHOWN_OF_A_KEY]}…", b""
        shown = dataclasses.replace(request, headers=MappingProxyType(kept), body=body[:MOST_BYTES])
        body_size, answer_size = len(request.body), len(answer.body)
        if answer_size > MOST_BYTES:
            answer = dataclasses.replace(answer, body=answer.body[:MOST_BYTES])
        self._keep(lambda number: JournalEntry(number, shown, body_size, answer, answer_size, seconds, foreign_key))

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
        """Keep one more action."""
        self._keep(lambda number: ActionEntry(number, at_ms, name, arguments, subject, outcome, refused))

    def after(self, number: int) -> list[Entry]:
        """The entries since the one of this number, oldest first, as far as they are kept."""
        with self._lock:
            return [entry for entry in self._entries if entry.number > number]

    def requests(self) -> list[JournalEntry]:
        """The requests that are kept, oldest first, without the actions by hand."""
        return [entry for entry in self.after(0) if isinstance(entry, JournalEntry)]

    def get(self, number: int) -> Entry | None:
        """The entry of this number, if it is kept."""
        return next((entry for entry in self.after(number - 1) if entry.number == number), None)

    def clear(self) -> None:
        """Forget all entries. Numbers go on."""
        with self._lock:
            self._entries.clear()

    @property
    def first_number(self) -> int:
        """The number of the oldest entry that is kept, or of the next one where none is."""
        with self._lock:
            return self._entries[0].number if self._entries else self._count + 1

    def listen(self, listener: Callable[[], object]) -> None:
        """Call `listener` after each entry from now on, in the thread that made it."""
        with self._lock:
            self._listeners.append(listener)

    def ignore(self, listener: Callable[[], object]) -> None:
        """Stop calling `listener`."""
        with self._lock:
            self._listeners.remove(listener)

    def _keep(self, entry: Callable[[int], Entry]) -> None:
        with self._lock:
            self._count += 1
            self._entries.append(entry(self._count))
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()
