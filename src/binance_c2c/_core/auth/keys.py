"""Signing functions for each kind of secret: HMAC, RSA and Ed25519. Each maps the bytes of a query to a signature."""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import quote

from binance_c2c._core.auth.secrets import Secret
from binance_c2c.errors import ConfigurationError

Signer = Callable[[bytes], str]

# The smallest RSA modulus that is regarded as safe.
SHORTEST_RSA_BITS = 2048
# RFC 2104: the block size of SHA-256 in bytes, and tables that combine a byte of the key with the inner or outer pad.
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_LABEL = "-----BEGIN ([A-Z0-9 ]+)-----"


def signer(secret: Secret, password: Secret | None = None) -> Signer:
    """The signing function for a secret: RSA or Ed25519 for a private key in PEM, HMAC-SHA256 for any other text.

    Raises `ConfigurationError`, which names the argument, for a key that cannot be read or is of another kind.
    """
    if secret.is_pem:
        return _pem_signer(secret, password)
    if password is not None:
        _refuse(password, "only an api_secret that is a private key in PEM takes a password")
    return hmac_signer(secret)


def hmac_signer(secret: Secret) -> Signer:
    """A function that signs with HMAC-SHA256, in hex."""
    key = secret.reveal().encode()
    key = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    # The key is hashed once, and the state copied. `hmac.new` and copies of it cost more than the hashing itself.
    inner = hashlib.sha256(key.translate(_INNER)).copy
    outer = hashlib.sha256(key.translate(_OUTER)).copy

    def sign(payload: bytes) -> str:
        inside, outside = inner(), outer()
        inside.update(payload)
        outside.update(inside.digest())
        return outside.hexdigest()

    return sign


def _pem_signer(secret: Secret, password: Secret | None) -> Signer:
    """A function that signs with RSASSA-PKCS1-v1_5 and SHA-256, or with Ed25519, in percent-encoded base64."""
    # Imported here: it is an optional extra that most clients do not need.
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415
    except ImportError:
        _refuse(secret, 'a key in PEM needs cryptography: pip install "binance-c2c[keys]"')

    label = re.match(_LABEL, secret.reveal())
    if label and not label[1].endswith("PRIVATE KEY"):
        _refuse(secret, f"a private key is expected, not a {label[1]}")
    try:
        key = load_pem_private_key(secret.reveal().encode(), None if password is None else password.reveal().encode())
    except TypeError:
        # cryptography raises this both for a missing password and for one that is not needed.
        if password is None:
            _refuse(secret, "the private key is encrypted; give its password as api_secret_password")
        _refuse(password, "the private key is not encrypted and has no password")
    except (ValueError, UnsupportedAlgorithm):
        hint = "" if password is None else ", or api_secret_password is wrong"
        _refuse(secret, f"the private key in PEM cannot be read: it is damaged or of an unknown kind{hint}")

    if isinstance(key, Ed25519PrivateKey):
        return lambda payload: _encode_signature(key.sign(payload))
    if isinstance(key, RSAPrivateKey):
        if key.key_size < SHORTEST_RSA_BITS:
            _refuse(secret, f"an RSA key of at least {SHORTEST_RSA_BITS} bits is expected, not of {key.key_size}")
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

        return lambda payload: _encode_signature(key.sign(payload, PKCS1v15(), SHA256()))
    return _refuse(secret, "an RSA or Ed25519 private key is expected, not one of another algorithm")


def _encode_signature(signature: bytes) -> str:
    return quote(base64.b64encode(signature).decode("ascii"), safe="")


def _refuse(secret: Secret, what: str) -> NoReturn:
    message = f"{secret.name}: {what}"
    raise ConfigurationError(message) from None
