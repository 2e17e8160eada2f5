"""The RSA key with which clients encrypt fund passwords, and the decryption."""

from __future__ import annotations

import base64
import binascii
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from binance_c2c.sandbox.gateway.validation import require_extra

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_BITS = 2_048
_lock = Lock()


def fund_password_key() -> str:
    """The public key, as DER in base64; the same for all sandboxes of one process."""
    key = _private_key()
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - an extra

    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, form)).decode()


def decrypt_fund_password(encrypted: str) -> str | None:
    """The plain fund password, from base64 by RSA-OAEP with SHA-256; None if it cannot be decrypted."""
    try:
        content = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(content) != _BITS // 8:
        return None
    key = _private_key()
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    try:
        return key.decrypt(content, OAEP(MGF1(SHA256()), SHA256(), None)).decode("utf-8", "replace")
    except ValueError:
        return None


def _private_key() -> RSAPrivateKey:
    # Two threads must not make a key each: one of them would publish a public key whose private key nobody keeps.
    with _lock:
        return _make_key()


@cache
def _make_key() -> RSAPrivateKey:
    # Made on first use: a private key in the source would look like a leaked secret.
    with require_extra():
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    return rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
