"""Whose an API key is, and what its signatures are held against: a secret, or a public key that was uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.gateway.public_key import read_public_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.exchange import Account
    from binance_c2c.sandbox.gateway.public_key import PublicKey

_KEY_LENGTH = 64


class Keyring:
    """The keys of all accounts. Some may join; none leaves."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self.owners: dict[str, Account] = {account.key.api_key: account for account in accounts.values()}
        """By API key, of either kind."""
        self.secrets: dict[str, str] = {account.key.api_key: account.key.api_secret for account in accounts.values()}
        """By API key, of those that sign by HMAC."""
        self.public_keys: dict[str, PublicKey] = {}
        """By API key, of the others."""
        for account in accounts.values():
            for pem in account.public_keys:
                self._add(account, read_public_key(pem))

    def register(self, account: str, public_key_pem: str | bytes) -> str:
        """An API key for what the owner of this public key signs; the same one however often it is uploaded.

        Raises `ValueError` or `TypeError` with the name of the argument, `ModuleNotFoundError` without `[keys]`.
        """
        owner = next((one for one in self._accounts.values() if one.name == account), None)
        if owner is None:
            # Not shown what it was: who mixes up the two may have given a key.
            message = f"account: one of {', '.join(self._accounts)} is expected"
            raise ValueError(message)
        key = read_public_key(public_key_pem)
        if key.pem not in owner.public_keys:
            owner.public_keys.append(key.pem)
        return self._add(owner, key)

    def _add(self, owner: Account, key: PublicKey) -> str:
        # Made of the key itself: a program's settings are good for the next sandbox too.
        api_key = f"sandbox{owner.name.capitalize()}{key.kind}{key.fingerprint}"[:_KEY_LENGTH]
        self.owners[api_key] = owner
        self.public_keys[api_key] = key
        return api_key
