"""The fund password leaves encrypted, as the exchange can open it."""

import base64
import sys
from traceback import walk_tb
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c import fund_password
from binance_c2c.errors import ConfigurationError

PRIVATE = generate_rsa(65537, 2048)


def shown(key: object) -> str:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue]
    return base64.b64encode(der).decode()


PUBLIC = shown(PRIVATE.public_key())


@given(st.text(min_size=1, max_size=47))
def test_the_exchange_reads_what_was_typed(password: str):
    """RSA-OAEP with SHA-256 throughout, in base64: the owner of the key gets the password back, of any letters."""
    hidden = base64.b64decode(fund_password.encrypted(password, PUBLIC), validate=True)

    assert password.encode() == PRIVATE.decrypt(hidden, OAEP(MGF1(SHA256()), SHA256(), None))


def test_the_same_password_never_looks_the_same():
    """Whoever sees two requests learns nothing from comparing them."""
    assert fund_password.encrypted("123456", PUBLIC) != fund_password.encrypted("123456", PUBLIC)


@pytest.mark.parametrize(
    ("password", "key", "said"),
    [
        ("", PUBLIC, "^password: it is empty$"),
        ("x" * 191, PUBLIC, "^password: at most 190 bytes of UTF-8 fit under this key$"),
        ("ü" * 96, PUBLIC, "^password: at most 190 bytes"),
        ("123456", "", "^public_key: base64 of an RSA key"),
        ("123456", "no base64", "^public_key: base64 of an RSA key"),
        ("123456", f"{PUBLIC}!", "^public_key: base64 of an RSA key"),
        ("123456", base64.b64encode(b"no key").decode(), "^public_key: base64 of an RSA key"),
        ("123456", shown(generate_private_key(SECP256R1()).public_key()), "^public_key: base64 of an RSA key"),
    ],
)
def test_what_cannot_be_encrypted_is_refused_by_name(password: str, key: str, said: str):
    """The argument that is wrong is named, and the password not shown."""
    with pytest.raises(ValueError, match=said) as caught:
        fund_password.encrypted(password, key)

    assert not password or password not in str(caught.value)
    # Nor in a report that lists local variables: the first frame is this test's.
    assert caught.value.__traceback__ is not None
    frames = walk_tb(caught.value.__traceback__.tb_next)
    assert [] == [name for frame, _ in frames for name, value in frame.f_locals.items() if value in {password, key}]


@pytest.mark.parametrize(("password", "key"), [(b"123456", PUBLIC), ("123456", None), (None, PUBLIC)])
def test_what_is_no_text_is_refused_by_name(password: Any, key: Any):
    """Both are strings."""
    wrong = "public_key" if password == "123456" else "password"
    with pytest.raises(TypeError, match=f"^{wrong}: a string is expected, not "):
        fund_password.encrypted(password, key)


def test_a_password_as_long_as_fits_is_taken():
    """190 bytes under a key of 2048 bits."""
    assert 344 == len(fund_password.encrypted("x" * 190, PUBLIC))


def test_without_cryptography_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    """Whoever has not installed the library is told what to install."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.serialization", None)

    with pytest.raises(ConfigurationError, match=r'pip install "binance-c2c\[keys\]"$'):
        fund_password.encrypted("123456", PUBLIC)
