"""The RSA key that fund passwords are encrypted with on their way to the exchange, and their decryption."""

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
_making = Lock()


def fund_password_key() -> str:
    """The public key, as DER in Base64. All sandboxes of one process have the same."""
    key = _private_key()
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - an extra

    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, form)).decode()


def decrypt_fund_password(encrypted: str) -> str | None:
    """The plain fund password, decrypted from base64 by RSA-OAEP with SHA-256; None where it cannot be."""
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
    # Two threads must not make a key each: one of them would publish a public key whose private key is lost.
    with _making:
        return _made_key()


@cache
def _made_key() -> RSAPrivateKey:
    # Made when it is first asked for: a key in the source would look like one that guards something.
    with require_extra():
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    return rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
