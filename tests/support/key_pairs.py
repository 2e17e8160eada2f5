"""Key pairs for tests: RSA and Ed25519, in PEM."""

from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


@cache
def private(kind: str) -> Any:
    """A key of that kind, made once: RSA takes its time."""
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
