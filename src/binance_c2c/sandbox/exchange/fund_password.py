"""What is encrypted for the exchange: one RSA key pair, the same in every sandbox, and how it opens an envelope.

Without a package, so that the sandbox needs none: this key guards nothing, and whoever times it learns nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

_P = int(
    "fb11aa6c8c71df2ca4e7579fb993194312bc251172a282dfb117a2ed4edfdf07"
    "4cc10011ce941b431245a6a039c3d63d03ea8c2d957673f8f81d711eaf814583"
    "1c6a8fe76540d96b116e1e934648d7ca064d37261eae08dc2fc536fd2be9976d"
    "0ebad6cd017430aa5f343fab1b5bbe18f37dd96d29586cf68bd74553fa0a27a5",
    16,
)
_Q = int(
    "d31a00609618c3576daee2f9316a2251ab2a61b16386ebc9a5cbde569bdfc070"
    "29ac07bf1f6884e3b70a7d0f174e84be67cff0a52a11b757dd50ade885ac6921"
    "72c2685d3dc6e80c9847a98c5a6e42f3734585874c40dfb161ef685d69891802"
    "1e3a33136bd5a4152b5de4b4c687a3b8fab860b4f545db6893a77c04341d57c3",
    16,
)
_MODULUS, _BYTES, _PUBLIC_EXPONENT = _P * _Q, 256, 65_537
_HASH_BYTES = 32

# SubjectPublicKeyInfo in DER: all of it is the same for every RSA key of this size, but for the modulus.
_BEFORE_MODULUS = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
_AFTER_MODULUS = bytes.fromhex("0203010001")

PUBLIC_KEY = base64.b64encode(_BEFORE_MODULUS + _MODULUS.to_bytes(_BYTES, "big") + _AFTER_MODULUS).decode()
"""As `keys.rsa_public_key` answers it: DER in Base64."""


def opened(envelope: str) -> str | None:
    """What was encrypted with the public key (RSA-OAEP, SHA-256, in Base64); None for what was not."""
    try:
        sealed = base64.b64decode(envelope, validate=True)
    except (binascii.Error, ValueError):
        return None
    number = int.from_bytes(sealed, "big")
    if len(sealed) != _BYTES or number >= _MODULUS:
        return None
    private_exponent = pow(_PUBLIC_EXPONENT, -1, (_P - 1) * (_Q - 1))
    return _unpadded(pow(number, private_exponent, _MODULUS).to_bytes(_BYTES, "big"))


def _unpadded(padded: bytes) -> str | None:
    """OAEP the other way round, by RFC 8017, section 7.1.2."""
    masked_seed, masked_block = padded[1 : 1 + _HASH_BYTES], padded[1 + _HASH_BYTES :]
    seed = _xor(masked_seed, _mask(masked_block, len(masked_seed)))
    block = _xor(masked_block, _mask(seed, len(masked_block)))
    label, rest = block[:_HASH_BYTES], block[_HASH_BYTES:].lstrip(b"\0")
    if padded[:1] != b"\0" or label != hashlib.sha256().digest() or rest[:1] != b"\1":
        return None
    return rest[1:].decode("utf-8", "replace")


def _mask(seed: bytes, length: int) -> bytes:
    rounds = range(-(-length // _HASH_BYTES))
    return b"".join(hashlib.sha256(seed + number.to_bytes(4, "big")).digest() for number in rounds)[:length]


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
