"""The encryption of fund passwords as a client of the sandbox does it, by another hand than the SDK's."""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from binance_c2c.sandbox.gateway import fund_password_key


def public_key() -> rsa.RSAPublicKey:
    key = load_der_public_key(base64.b64decode(fund_password_key()))
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def encrypted(password: str, algorithm: hashes.HashAlgorithm | None = None, label: bytes | None = None) -> str:
    """The password as `code` carries it; another hash or a label makes it one that the exchange cannot decrypt."""
    algorithm = algorithm or hashes.SHA256()
    oaep = padding.OAEP(padding.MGF1(algorithm), algorithm, label)
    return base64.b64encode(public_key().encrypt(password.encode(), oaep)).decode()
