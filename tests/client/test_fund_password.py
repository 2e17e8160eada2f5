"""The fund password leaves encrypted, as the exchange can open it."""

import base64
import json
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
from binance_c2c_runtime import Call
from binance_c2c_sapi.operations import ORDERS_RELEASE
from tests.support.clients import Kind, both_clients, run, yes
from tests.support.wire import Wire, reply

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
        ("", PUBLIC, "^password: a string that is not empty is expected$"),
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


PLAIN = {
    "a password": "my fund password",
    "a code": "000000",
    "base64": base64.b64encode(b"my fund password").decode(),
    "one byte less": base64.b64encode(bytes(255)).decode(),
    "letters beyond ASCII": "ü" * 344,
}


@pytest.mark.parametrize("code", PLAIN.values(), ids=PLAIN)
@pytest.mark.parametrize("method", ["release", "can_release"])
@both_clients
def test_a_password_that_is_not_encrypted_is_not_sent(kind: Kind, method: str, code: str):
    """What is no base64 of an RSA key's length is refused by name, and the error does not show it."""
    with Wire() as wire:
        with pytest.raises(
            ValueError, match=f"^orders.{method}: code: with auth_type FUND_PWD the encrypted"
        ) as caught:
            run(kind, wire.url, lambda c: getattr(c.orders, method)(order_number="1", auth_type="FUND_PWD", code=code))

        assert [] == wire.requests
    frames = [frame for frame, _ in walk_tb(caught.value.__traceback__) if "binance_c2c" in frame.f_code.co_filename]
    assert [] == [frame for frame in frames if code in repr(frame.f_locals)]


@pytest.mark.parametrize("factor", [{}, {"auth_type": "SMS"}, {"auth_type": "GOOGLE"}], ids=str)
@pytest.mark.parametrize("method", ["release", "can_release"])
@both_clients
def test_a_password_that_is_called_a_code_is_not_sent(kind: Kind, method: str, factor: dict[str, str]):
    """Where the factor is another or none, white space gives a password away."""
    with Wire() as wire:
        with pytest.raises(ValueError, match=f"^orders.{method}: code: a one-time code without spaces") as caught:
            run(kind, wire.url, lambda c: getattr(c.orders, method)(order_number="1", code="my password", **factor))

        assert [] == wire.requests
    assert "my password" not in str(caught.value)


@pytest.mark.parametrize("bits", [2048, 4096])
@both_clients
def test_a_password_that_is_encrypted_goes_out(kind: Kind, bits: int):
    """As `encrypted` gives it, under a key of any length in use."""
    code = fund_password.encrypted("123456", shown(generate_rsa(65537, bits).public_key()))
    with Wire(then=reply(yes())) as wire:
        run(kind, wire.url, lambda c: c.orders.release(order_number="1", auth_type="FUND_PWD", code=code))

        assert code == json.loads(wire.requests[0].body)["code"]


@pytest.mark.parametrize("body", [None, {}, {"authType": "FUND_PWD"}, {"authType": "GOOGLE", "code": "1"}])
def test_what_has_no_fund_password_is_let_through(body: Any):
    """Another factor's code is not looked at, nor a call without one."""
    fund_password.check_encrypted(Call(ORDERS_RELEASE, body=body))


def test_a_fund_password_is_a_text():
    """A number in a call that was made by hand is refused like a plain password."""
    with pytest.raises(ValueError, match=r"^orders\.release: code: with auth_type FUND_PWD"):
        fund_password.check_encrypted(Call(ORDERS_RELEASE, body={"authType": "FUND_PWD", "code": 123456}))
