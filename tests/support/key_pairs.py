"""Key pairs for tests, in PEM, and the encryption of fund passwords by other code than the SDK's."""

import base64
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)

from binance_c2c.sandbox.gateway import fund_password_key


@cache
def private(kind: str) -> Any:
    """A key of that kind, made only once: RSA is slow."""
    match kind:
        case "ed25519":
            return Ed25519PrivateKey.generate()
        case "rsa":
            return rsa.generate_private_key(65537, 2048)
        case "short rsa":
            return rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
        case "ec":
            return ec.generate_private_key(ec.SECP256R1())
        case _:
            return dsa.generate_private_key(1024)  # noqa: S505 - to be refused


def pem(kind: str, password: str | None = None, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    hidden = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return str(private(kind).private_bytes(Encoding.PEM, form, hidden).decode())


def public_pem(kind: str) -> str:
    return str(private(kind).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def fund_password_public_key() -> rsa.RSAPublicKey:
    """The sandbox's key for fund passwords."""
    key = load_der_public_key(base64.b64decode(fund_password_key()))
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def encrypted(password: str, algorithm: hashes.HashAlgorithm | None = None, label: bytes | None = None) -> str:
    """The password as `code` carries it; another hash or a label makes it one that the exchange cannot decrypt."""
    algorithm = algorithm or hashes.SHA256()
    oaep = padding.OAEP(padding.MGF1(algorithm), algorithm, label)
    return base64.b64encode(fund_password_public_key().encrypt(password.encode(), oaep)).decode()
