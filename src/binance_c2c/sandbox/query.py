"""The query of a request: the bytes that came, and the names and values they mean. Any bytes are a query."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

_ENCODED = rb"(?:[A-Za-z0-9._~+-]|%[0-9A-Fa-f]{2})*"
_PAIR = _ENCODED + rb"(?:=" + _ENCODED + rb")?"
_PERCENT_ENCODED = re.compile(_PAIR + rb"(?:&" + _PAIR + rb")*")


@dataclass(frozen=True)
class Query:
    """What stands between `?` and the end of the target."""

    raw: bytes

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Names and values, decoded. A `+` means a space here, but is hashed as it came."""
        return tuple(_decoded(part) for part in self.raw.split(b"&") if part)

    @cached_property
    def payload(self) -> bytes:
        """What the caller should have signed: the bytes as received, without `signature` wherever it stood."""
        return b"&".join(part for part in self.raw.split(b"&") if _decoded(part)[0] != "signature")

    @property
    def is_percent_encoded(self) -> bool:
        """Whether the payload is written as the gateway demands since January 2026, with no raw special character."""
        return self.well_encoded == len(self.payload)

    @property
    def well_encoded(self) -> int:
        """How many bytes of the payload are written so: the index of the first that is not, if there is one."""
        good = _PERCENT_ENCODED.match(self.payload)
        return good.end() if good else 0

    @property
    def duplicate(self) -> str | None:
        """A name that occurs more than once."""
        counted = Counter(name for name, _ in self.pairs)
        return next((name for name, times in counted.items() if times > 1), None)

    def get(self, name: str) -> str:
        """The value of `name`, empty where it was not sent."""
        return dict(self.pairs).get(name, "")

    def as_sent(self, name: str) -> bytes:
        """The value of `name`, not decoded."""
        parts = (part for part in self.raw.split(b"&") if part)
        return {_decoded(part)[0]: part.partition(b"=")[2] for part in parts}.get(name, b"")


def _decoded(part: bytes) -> tuple[str, str]:
    name, _, value = part.partition(b"=")
    return _text(name), _text(value)


def _text(encoded: bytes) -> str:
    return unquote_to_bytes(encoded.replace(b"+", b" ")).decode("utf-8", "replace")
