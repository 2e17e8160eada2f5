"""A refused request as the diagnosis takes it, and the diagnosis as a person gets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.gateway import Keyring


@dataclass(frozen=True, slots=True)
class Case:
    """A refused request, and what the sandbox knows of who may have sent it."""

    code: int | str
    """The refusal's code."""
    message: str
    method: str
    path: str
    query: bytes
    """As it came."""
    headers: Mapping[str, str]
    body: bytes
    now_ms: int
    """What the gateway's clock showed."""
    keyring: Keyring = field(repr=False)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What went wrong."""

    kinds: tuple[str, ...]
    """A short name for each mistake."""
    words: str
    proven: bool = True
    """Whether it is known, not guessed."""
    hashed: bytes | None = None
    """What the caller hashed, where that is proven and another string than the gateway's."""
    at: int | None = None
    """Index of the first byte, in the string the gateway hashed, that is not as it should be."""


def first_difference(one: bytes, other: bytes) -> int | None:
    """The index of the first byte that differs; the end of the shorter one where that is all; None if equal."""
    if one == other:
        return None
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
