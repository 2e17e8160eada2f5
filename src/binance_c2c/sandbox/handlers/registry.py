"""How operations are played: a counter serves some of them, each by a function from the exchange and what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from binance_c2c.sandbox.exchange import Account, Exchange
    from binance_c2c.sandbox.fields import Fields
    from binance_c2c.sandbox.gateway import Json

    ForAnybody = Callable[["Exchange", "Visit"], Json]
    ForOwners = Callable[["Exchange", "Ask"], Json]


@dataclass(frozen=True, slots=True)
class Visit:
    """What somebody wants, whoever it is."""

    now_ms: int
    query: Fields
    body: Fields


@dataclass(frozen=True, slots=True)
class Ask(Visit):
    """What somebody wants, who is known and allowed to want it."""

    account: Account


class Counter:
    """The operations of one area. One for anybody needs no key; one for owners needs what the description says."""

    def __init__(self) -> None:
        self.for_anybody: dict[str, ForAnybody] = {}
        self.for_owners: dict[str, ForOwners] = {}

    def anybody(self, operation_id: str) -> Callable[[ForAnybody], ForAnybody]:
        """Have the decorated function play this operation."""

        def register(play: ForAnybody) -> ForAnybody:
            self.for_anybody[operation_id] = play
            return play

        return register

    def owner(self, operation_id: str) -> Callable[[ForOwners], ForOwners]:
        """Have the decorated function play this operation."""

        def register(play: ForOwners) -> ForOwners:
            self.for_owners[operation_id] = play
            return play

        return register
