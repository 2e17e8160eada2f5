"""Keys in PEM: recognised, read or refused by name, and what they sign the exchange can verify."""

import base64
import gc
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    PrivateFormat,
)

from binance_c2c import C2CClient, HmacAuth
from binance_c2c._core.support import redact_secrets
from binance_c2c.errors import ConfigurationError
from tests.support.clients import KEY, Kind, both_clients, order_data, run, settings, yes
from tests.support.key_pairs import pem, private, public_pem
from tests.support.wire import Wire, reply

PASSWORD = "correct horse"


def verify(kind: str, payload: bytes, signature: str) -> None:
    """As the exchange does; raises for a signature that is not genuine."""
    given = base64.b64decode(unquote(signature), validate=True)
    key = private(kind).public_key()
    if kind == "rsa":
        key.verify(given, payload, padding.PKCS1v15(), SHA256())
    else:
        key.verify(given, payload)


@pytest.mark.parametrize(
    "bent",
    [("\n", "\\n"), ("\n", "\\r\\n"), ("\n", "\\r"), ("\n", "\r\n"), ("\n", "  \n"), ("-----B", "\n -----B")],
    ids=repr,
)
@pytest.mark.parametrize("made", ["ed25519", "rsa"])
def test_a_key_is_read_as_people_keep_it(made: str, bent: tuple[str, str]):
    """On one line in the environment, with the line's end of another system, with blanks around its lines."""
    verify(made, b"a=1", HmacAuth(KEY, pem(made).replace(*bent)).sign("a=1"))


@pytest.mark.parametrize("password", [None, PASSWORD], ids=["plain", "encrypted"])
@pytest.mark.parametrize("made", ["ed25519", "rsa"])
@both_clients
def test_what_a_private_key_signs_can_be_verified(kind: Kind, made: str, password: str | None):
    """The raw query that left, without its signature, is what was signed; the signature is base64, percent-encoded."""
    pair = {"api_secret": pem(made, password), "api_secret_password": password}
    with Wire(then=reply(yes(order_data("1")))) as wire:
        run(kind, wire.url, lambda c: c.orders.history(trade_type="BUY", page=2), **pair)
    payload, _, signature = wire.requests[0].query.partition("&signature=")

    verify(made, payload.encode(), signature)
    assert re.fullmatch(r"[A-Za-z0-9%]+", signature)
    assert KEY == wire.requests[0].header("X-MBX-APIKEY")


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL], ids=["PKCS#8", "older"])
def test_either_form_of_an_rsa_key_is_read(form: PrivateFormat):
    """PKCS#8, which the exchange asks for, and the older one openssl still writes; blank lines around do no harm."""
    auth = HmacAuth(KEY, f"\n{pem('rsa', form=form)}\n")

    verify("rsa", b"a=1", auth.sign("a=1"))


@pytest.mark.parametrize("made", ["ed25519", "rsa"])
def test_signing_twice_is_signing_once(made: str):
    """A request that was signed is not touched by signing it again: it starts anew from what it was."""
    request = httpx.Request("GET", "https://api.binance.com/x?a=1")
    auth = HmacAuth(KEY, pem(made))
    first = auth.signed(request)
    second = auth.signed(request)

    assert "a=1" == request.url.query.decode()
    assert 1 == first.url.query.count(b"signature=") == second.url.query.count(b"signature=")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an elliptic curve": ({"api_secret": pem("ec")}, "api_secret: an RSA or Ed25519 private key is expected"),
    "DSA": ({"api_secret": pem("dsa")}, "api_secret: an RSA or Ed25519 private key is expected"),
    "a short RSA key": ({"api_secret": pem("short rsa")}, "api_secret: an RSA key of at least 2048 bits"),
    "a public key": (
        {"api_secret": public_pem("rsa")},
        "api_secret: a private key is expected, not a PUBLIC KEY$",
    ),
    "no key at all": ({"api_secret": "-----BEGIN PRIVATE KEY"}, "api_secret: the private key in PEM cannot be read"),
    "garbage": (
        {"api_secret": "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"},
        "api_secret: the private key in PEM cannot be read: it is damaged or of an unknown kind$",
    ),
    "no password": (
        {"api_secret": pem("ed25519", PASSWORD)},
        "api_secret: the private key is encrypted; give its password as api_secret_password",
    ),
    "a wrong password": (
        {"api_secret": pem("ed25519", PASSWORD), "api_secret_password": "wrong"},
        "api_secret: .* or api_secret_password is wrong",
    ),
    "one password too many": (
        {"api_secret": pem("ed25519"), "api_secret_password": PASSWORD},
        "api_secret_password: the private key is not encrypted",
    ),
    "a password for a word": (
        {"api_secret": "w" * 64, "api_secret_password": PASSWORD},
        "api_secret_password: only an api_secret that is a private key in PEM takes a password",
    ),
    "a password alone": (
        {"api_key": None, "api_secret": None, "api_secret_password": PASSWORD},
        "api_secret: it is missing, although api_secret_password is given",
    ),
    "an empty password": (
        {"api_secret": pem("ed25519", PASSWORD), "api_secret_password": ""},
        "api_secret_password: a string that is not empty",
    ),
}


@pytest.mark.parametrize(("given", "said"), REFUSED.values(), ids=REFUSED)
@both_clients
def test_a_key_that_cannot_sign_is_refused_by_name(kind: Kind, given: dict[str, Any], said: str):
    """The message says which argument is wrong and why, and shows nothing of it."""
    with pytest.raises(ConfigurationError, match=f"^{said}") as caught:
        kind(**settings(**given))

    text = repr(caught.value) + str(caught.value.__cause__)
    assert [] == [line for line in str(given["api_secret"]).splitlines()[1:-1] if line in text and line != "x"]


def test_a_signer_of_ones_own_names_its_password_too():
    """Without a client around it, the refusal names the argument that the caller wrote."""
    with pytest.raises(
        ConfigurationError, match=r"^api_secret_password: only an api_secret that is a private key in PEM"
    ):
        HmacAuth(KEY, "w" * 64, api_secret_password=PASSWORD)


def test_a_password_is_hidden_as_long_as_its_signer_is_in_use():
    """A key's password stands in no log and no error, although it is not needed after the key was read."""
    password = "correct horse battery staple"
    auth = HmacAuth(KEY, pem("ed25519", password), api_secret_password=password)
    gc.collect()

    assert "it is [hidden]" == redact_secrets(f"it is {password}")
    assert auth.sign("a=1")


def test_without_cryptography_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    """Whoever gives a PEM key without the library is told what to install."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.serialization", None)

    with pytest.raises(ConfigurationError, match=r'^api_secret: .*pip install "binance-c2c\[keys\]"$'):
        HmacAuth(KEY, pem("ed25519"))


def test_a_key_is_recognised_wherever_it_comes_from(tmp_path: Path):
    """A PEM file by its path, and a PEM text from a function."""
    file = tmp_path / "key.pem"
    file.write_text(pem("ed25519", PASSWORD))
    for source in (file, lambda: pem("ed25519", PASSWORD)):
        auth = HmacAuth(KEY, source, api_secret_password=lambda: PASSWORD)

        verify("ed25519", b"b=2", auth.sign("b=2"))


def test_an_encrypted_key_and_its_password_come_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    """`BINANCE_API_SECRET_PASSWORD` may have spaces, as any password may."""
    monkeypatch.setenv("BINANCE_API_KEY", KEY)
    monkeypatch.setenv("BINANCE_API_SECRET", pem("ed25519", PASSWORD))
    monkeypatch.setenv("BINANCE_API_SECRET_PASSWORD", PASSWORD)
    with Wire(then=reply(yes(order_data("1")))) as wire, C2CClient.from_env(base_url=wire.url) as client:
        client.orders.get(order_number="1")
    payload, _, signature = wire.requests[0].query.partition("&signature=")

    verify("ed25519", payload.encode(), signature)
