"""Encrypts the fund password, a second factor of a release (extra `[keys]`), and refuses to send it unencrypted."""

import base64
import binascii
from typing import Any

from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import Call, writing

_HASH_SIZE = 32
# Bytes of an RSA ciphertext, for keys of 1024 to 4096 bits.
_ENCRYPTED_SIZES = frozenset({128, 192, 256, 384, 512})


@writing.hide_arguments
def encrypted(password: str, public_key: str) -> str:
    """The encrypted password, for `orders.release(auth_type="FUND_PWD", code=…)`.

    RSA-OAEP with SHA-256 and MGF1 with SHA-256, in base64. Each call gives another text for the same password. Source:
    several clients, two of them after asking Binance's support (evidence: clients). The exchange accepts a fund
    password for small orders only, and locks it after a few wrong ones (83895, 83896), so such a call is never retried.

    Args:
        password: The fund password, not that of the account.
        public_key: The key from `keys.rsa_public_key()`: base64 of a DER SubjectPublicKeyInfo.

    Raises:
        TypeError, ValueError: `password` is empty or longer than the key can take, or `public_key` is no RSA key.
        ConfigurationError: cryptography is not installed.

    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415
    except ImportError:
        message = 'a fund password is encrypted by cryptography: pip install "binance-c2c[keys]"'
        raise ConfigurationError(message) from None

    if not writing.text("password", password):
        message = "password: a string that is not empty is expected"
        raise ValueError(message)
    writing.text("public_key", public_key)
    try:
        key = load_der_public_key(base64.b64decode(public_key, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        message = "public_key: base64 of an RSA key in DER is expected, as keys.rsa_public_key gives it"
        raise ValueError(message)  # noqa: TRY004 - the argument has the right type, and its content is wrong
    longest = key.key_size // 8 - 2 * _HASH_SIZE - 2
    if len(password.encode()) > longest:
        message = f"password: at most {longest} bytes of UTF-8 fit under this key"
        raise ValueError(message)
    hidden = key.encrypt(password.encode(), OAEP(MGF1(SHA256()), SHA256(), label=None))
    return base64.b64encode(hidden).decode("ascii")


def check_encrypted(call: Call[Any]) -> None:
    """Refuse a call that would send a fund password unencrypted.

    Raises:
        ValueError: `auth_type` is `FUND_PWD`, and `code` is not base64 of an RSA ciphertext. Or `auth_type` is another
            or missing, and `code` has white space in it, which passwords may have but one-time codes have not.

    """
    body = call.body or {}
    if "code" not in body:
        return
    if body.get("authType") != "FUND_PWD":
        code = body["code"]
        if isinstance(code, str) and any(map(str.isspace, code)):
            message = (
                f"{call.operation.id}: code: a one-time code without spaces is expected, or with auth_type FUND_PWD "
                "the encrypted fund password, as binance_c2c.fund_password.encrypted gives it; nothing was sent"
            )
            raise ValueError(message)
        return
    try:
        size = len(base64.b64decode(body["code"], validate=True))
    except (TypeError, ValueError):
        size = 0
    if size not in _ENCRYPTED_SIZES:
        message = (
            f"{call.operation.id}: code: with auth_type FUND_PWD the encrypted fund password is expected, as "
            "binance_c2c.fund_password.encrypted gives it; nothing was sent"
        )
        raise ValueError(message)
