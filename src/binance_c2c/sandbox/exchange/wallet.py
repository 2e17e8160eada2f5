"""Coins of one account: what is free, what is locked by ads and orders, and the three ways they move."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Balance:
    """Coins of one kind."""

    free: Decimal = Decimal(0)
    locked: Decimal = Decimal(0)


class Wallet:
    """Every move either keeps the sum of all wallets or raises `ValueError`, which is always a bug of the caller."""

    def __init__(self, free: Mapping[str, Decimal]) -> None:
        self._balances = {asset: Balance(free=amount) for asset, amount in free.items()}

    def __getitem__(self, asset: str) -> Balance:
        return self._balances.get(asset, Balance())

    def balances(self) -> dict[str, Balance]:
        """All coins, by code, as they are now."""
        return dict(self._balances)

    def lock(self, asset: str, amount: Decimal) -> None:
        """From free to locked; a negative amount goes back."""
        self._change(asset, free=-amount, locked=amount)

    def unlock(self, asset: str, amount: Decimal) -> None:
        """From locked to free."""
        self._change(asset, free=amount, locked=-amount)

    def hand_over(self, asset: str, amount: Decimal, to: Wallet) -> None:
        """From locked here to free there."""
        self._change(asset, locked=-amount)
        to._change(asset, free=amount)

    def _change(self, asset: str, free: Decimal = Decimal(0), locked: Decimal = Decimal(0)) -> None:
        before = self[asset]
        after = Balance(free=before.free + free, locked=before.locked + locked)
        if after.free < 0 or after.locked < 0:
            message = f"{asset}: {before} cannot become {after}"
            raise ValueError(message)
        self._balances[asset] = after
