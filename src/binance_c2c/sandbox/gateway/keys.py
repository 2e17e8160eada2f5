"""API keys: which account each belongs to, and the secret or public key that its signatures are checked with.

The rules of signing with a private key are implemented a second time on purpose, so that SDK and sandbox check each
other.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NoReturn
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from binance_c2c.sandbox.exchange import Account, Key

SHORTEST_RSA_BITS = 2048
ED25519_BYTES = 64
_KEY_LENGTH = 64


class Keyring:
    """The API keys of all accounts. Keys are added and never removed."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self.owners: dict[str, Account] = {}
        """The account of each API key, of either kind."""
        self.secrets: dict[str, str] = {}
        """The API secret of each API key that signs with HMAC."""
        self.public_keys: dict[str, PublicKey] = {}
        """The public key of each API key that signs with a private key."""
        for account in accounts.values():
            if account.key is not None:
                self.add(account)
            for pem in account.public_keys:
                self._add(account, read_public_key(pem))

    def add(self, account: Account) -> Key:
        """Add the API key of an account, which must have one. Returns it."""
        key: Key = account.key  # type: ignore[assignment] # it has one
        self.owners[key.api_key] = account
        self.secrets[key.api_key] = key.api_secret
        return key

    def register(self, account: str, public_key_pem: str | bytes) -> str:
        """Add a public key. Returns the API key for requests signed with its private key; equal for equal public keys.

        Raises `ValueError` or `TypeError`, which name the argument; `ModuleNotFoundError` without the extra `[keys]`.
        """
        owners = [owner.name for owner in self._accounts.values() if owner.key is not None]
        if account not in owners:
            # The message does not quote the value: a caller who swaps the two arguments may have given a key.
            message = f"account: one of {', '.join(owners)} is expected"
            raise ValueError(message)
        owner = self._accounts[account]
        key = read_public_key(public_key_pem)
        if key.pem not in owner.public_keys:
            owner.public_keys.append(key.pem)
        return self._add(owner, key)

    def _add(self, owner: Account, key: PublicKey) -> str:
        # Derived from the public key, so that a program's settings work with the next sandbox too.
        api_key = f"sandbox{owner.name.capitalize()}{key.kind}{key.fingerprint}"[:_KEY_LENGTH]
        self.owners[api_key] = owner
        self.public_keys[api_key] = key
        return api_key


_ARGUMENT = "public_key_pem"
_HOW_TO_EXPORT = "openssl pkey -in FILE -pubout writes the public key of a private one"
_ENCODED = re.compile(rb"(?:[A-Za-z0-9]|%[0-9A-Fa-f]{2})+")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that an account has uploaded."""

    kind: Literal["RSA", "Ed25519"]
    pem: str
    """Always as SubjectPublicKeyInfo, in whatever form it was uploaded."""
    fingerprint: str
    """SHA-256 of its DER, in hex."""
    size: int
    """The length of its signatures, in bytes."""
    key: RSAPublicKey | Ed25519PublicKey = field(repr=False)

    def verifies(self, payload: bytes, signature: bytes) -> bool:
        """Whether its private key made this signature, with Ed25519 or with RSASSA-PKCS1-v1_5 and SHA-256."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

        try:
            if isinstance(self.key, Ed25519PublicKey):
                self.key.verify(signature, payload)
            else:
                self.key.verify(signature, payload, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


def read_public_key(pem: str | bytes) -> PublicKey:
    """A public key from PEM. Raises `ValueError` or `TypeError`, which name the argument but do not quote it.

    Raises `ModuleNotFoundError` without the extra `[keys]`.
    """
    if not isinstance(pem, str | bytes):
        message = f"{_ARGUMENT}: a public key in PEM is expected as text, not {type(pem).__name__}"
        raise TypeError(message)
    content = pem.encode("utf-8", "replace") if isinstance(pem, str) else pem
    if b"PRIVATE KEY" in content:
        _refuse(
            "a public key is expected, not a private one, which belongs to its owner alone and was not kept: "
            f"{_HOW_TO_EXPORT}"
        )
    key = _load(content)
    if key is None:
        _refuse(f"the public key in PEM cannot be read: {_HOW_TO_EXPORT}")

    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415

    if not isinstance(key, Ed25519PublicKey | RSAPublicKey):
        _refuse("an RSA or Ed25519 public key is expected, not one of another algorithm")
    if isinstance(key, RSAPublicKey) and key.key_size < SHORTEST_RSA_BITS:
        _refuse(f"an RSA key of at least {SHORTEST_RSA_BITS} bits is expected, not of {key.key_size}")
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    der = key.public_bytes(serialization.Encoding.DER, form)
    return PublicKey(
        kind="RSA" if isinstance(key, RSAPublicKey) else "Ed25519",
        pem=key.public_bytes(serialization.Encoding.PEM, form).decode("ascii"),
        fingerprint=hashlib.sha256(der).hexdigest(),
        size=(key.key_size + 7) // 8 if isinstance(key, RSAPublicKey) else ED25519_BYTES,
        key=key,
    )


def signature_bytes(sent: bytes) -> bytes | None:
    """The signature from its percent-encoded base64; None for any other encoding."""
    if not _ENCODED.fullmatch(sent):
        return None
    try:
        return base64.b64decode(unquote_to_bytes(sent), validate=True)
    except ValueError:
        return None


def _load(content: bytes) -> object:
    """A public key of any kind; None if it cannot be read, since an error would keep a reference to the content."""
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415
    except ModuleNotFoundError as error:
        message = f'{_ARGUMENT}: it needs cryptography, which is not installed: pip install "binance-c2c[keys]"'
        raise ModuleNotFoundError(message, name="cryptography") from error
    try:
        return load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        return None


def _refuse(what: str) -> NoReturn:
    message = f"{_ARGUMENT}: {what}"
    raise ValueError(message)
