"""The last few hundred requests and answers, kept as they came: what they mean is worked out when somebody asks."""

from __future__ import annotations

import dataclasses
from collections import deque
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

from binance_c2c.sandbox.diagnosis import explain_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from binance_c2c.sandbox.diagnosis import Diagnosis
    from binance_c2c.sandbox.gateway import Answer, Keyring, Request

MOST_RECORDS = 500
MOST_BYTES = 16_384
"""Of each body. What is longer is cut, so that the journal stays a few megabytes whatever comes."""

_KEPT_HEADERS = ("host", "user-agent", "x-mbx-apikey", "clienttype", "content-type")
_SHOWN_OF_A_KEY = 4


@dataclass(frozen=True, slots=True)
class Record:
    """One request and its answer."""

    number: int
    """1 for the first, and so on."""
    at_ms: int
    gate_ms: int
    """What the gateway's clock showed, which may have been told to go wrong."""
    method: str
    path: str
    query: bytes
    headers: Mapping[str, str]
    """Those that matter. Of a key that is not the sandbox's own, the first letters."""
    body: bytes
    body_size: int
    answer: Answer
    answer_size: int
    foreign_key: Diagnosis | None
    """What is wrong with a key that is not the sandbox's own."""


class Journal:
    """Any thread may add to it and read it."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        """What the requests are judged by."""
        self._lock = Lock()
        self._records: deque[Record] = deque(maxlen=MOST_RECORDS)
        self._count = 0
        self._listeners: list[Callable[[], object]] = []

    def add(self, request: Request[Any], answer: Answer) -> None:
        """Keep one more request, and forget the oldest of too many."""
        headers, body = request.headers, request.body
        kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
        key, size, foreign_key = kept.get("x-mbx-apikey"), len(body), None
        if key and key not in self.keyring.owners:
            # It may be a real one, of a program that was pointed here by mistake: neither it nor what it asks is kept.
            foreign_key = explain_key(key, self.keyring)
            kept["x-mbx-apikey"], body = f"{key[:_SHOWN_OF_A_KEY]}…", b""
        answer_size = len(answer.body)
        if answer_size > MOST_BYTES:
            answer = dataclasses.replace(answer, body=answer.body[:MOST_BYTES])
        with self._lock:
            self._count += 1
            self._records.append(
                Record(
                    number=self._count,
                    at_ms=request.now_ms,
                    gate_ms=request.gateway_time_ms,
                    method=request.method,
                    path=request.path,
                    query=request.query.raw,
                    headers=kept,
                    body=body[:MOST_BYTES],
                    body_size=size,
                    answer=answer,
                    answer_size=answer_size,
                    foreign_key=foreign_key,
                )
            )
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    def after(self, number: int) -> list[Record]:
        """The records since the one of this number, oldest first, as far as they are still there."""
        with self._lock:
            gone = self._count - len(self._records)
            return list(islice(self._records, max(number - gone, 0), None))

    def get(self, number: int) -> Record | None:
        """The record of this number, if it is still there."""
        return next((record for record in self.after(number - 1) if record.number == number), None)

    def listen(self, listener: Callable[[], object]) -> None:
        """Call `listener` after each request from now on, in the thread that made it."""
        with self._lock:
            self._listeners.append(listener)

    def ignore(self, listener: Callable[[], object]) -> None:
        """Call it no more."""
        with self._lock:
            self._listeners.remove(listener)
