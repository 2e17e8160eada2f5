"""Where a secret may come from, and where it may not be seen."""

import base64
import copy
import functools
import gc
import logging
import os
import pickle
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from binance_c2c import AsyncC2CClient, C2CClient, HmacAuth, RetryPolicy
from binance_c2c._core.auth.secrets import Secret
from binance_c2c._core.client.config import from_environment
from binance_c2c.errors import ConfigurationError
from tests.support.clients import KEY, SECRET

EXPECTED = HmacAuth(KEY, SECRET).sign("a=1")
WRONG: dict[str, dict[str, Any]] = {
    "recv_window": {"recv_window": 0},
    "timeout": {"timeout": -1},
    "retry": {"retry": None},
    "base_url": {"base_url": "ftp://x"},
    "http": {"http": 5},
    "api_secret_password": {"api_secret_password": "of nothing"},
}


def written(text: str, folder: Path) -> Path:
    file = folder / "written"
    file.write_text(text)
    file.chmod(0o600)
    return file


def in_file(folder: Path) -> Path:
    file = folder / "secret"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    return file


def test_a_secret_comes_from_a_file_or_a_function(tmp_path: Path):
    """A path stands for what the file holds, less the line's end; a function for what it gives, asked once."""
    asked: list[str] = []

    def vault() -> str:
        asked.append(SECRET)
        return SECRET

    assert EXPECTED == HmacAuth(KEY, in_file(tmp_path)).sign("a=1")
    client: Any = C2CClient(api_key=lambda: KEY, api_secret=vault)
    assert EXPECTED == client._driver._auth.sign("a=1")
    assert [SECRET] == asked
    client.close()


def test_a_secret_comes_from_a_file_the_environment_names(tmp_path: Path):
    """`BINANCE_API_SECRET_FILE` spares the secret a place in the environment."""
    named = {"BINANCE_API_KEY": KEY, "BINANCE_API_SECRET_FILE": str(in_file(tmp_path))}
    found = from_environment({}, named)

    assert EXPECTED == HmacAuth(found["api_key"], found["api_secret"]).sign("a=1")
    assert [] == [secret for secret in (KEY, SECRET) if secret in repr(found)]


def test_two_secrets_in_the_environment_are_one_too_many(tmp_path: Path):
    """Which of them is meant is not guessed; unless the caller gives one, which comes before both."""
    both = {"BINANCE_API_KEY": KEY, "BINANCE_API_SECRET": "x", "BINANCE_API_SECRET_FILE": str(in_file(tmp_path))}
    with pytest.raises(ConfigurationError, match=r"^BINANCE_API_SECRET_FILE: BINANCE_API_SECRET is set as well"):
        from_environment({}, both)

    assert SECRET == from_environment({"api_secret": SECRET}, both)["api_secret"]


ALL_SET = {
    "BINANCE_API_KEY": KEY,
    "BINANCE_API_SECRET": SECRET,
    "BINANCE_API_SECRET_PASSWORD": "pass word",
    "BINANCE_C2C_BASE_URL": "https://example.org",
}


@pytest.mark.parametrize("empty", ["", " ", "\n"], ids=repr)
@pytest.mark.parametrize("variable", [*ALL_SET, "BINANCE_API_SECRET_FILE"])
def test_a_variable_that_is_set_and_empty_is_refused(variable: str, empty: str):
    """Taken for one that is not set, an empty base URL would mean the real exchange."""
    with pytest.raises(ConfigurationError, match=f"^{variable}: the variable is set and empty; give it a value, or"):
        from_environment({}, {**ALL_SET, variable: empty})


def test_a_variable_that_is_not_used_may_be_empty():
    """What is given by keyword comes before the environment, whatever stands there."""
    given = {"api_key": "k", "api_secret": "s", "api_secret_password": "p", "base_url": "u"}

    assert given == from_environment(given, dict.fromkeys([*ALL_SET, "BINANCE_API_SECRET_FILE"], ""))


@pytest.mark.parametrize("variable", ["BINANCE_API_KEY", "BINANCE_API_SECRET"])
@pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient])
def test_a_variable_that_holds_no_secret_is_named(kind: Any, variable: str, monkeypatch: pytest.MonkeyPatch):
    """A word of the environment that cannot be one is refused by the name of its variable, and not shown."""
    for name in ("BINANCE_API_KEY", "BINANCE_API_SECRET"):
        monkeypatch.setenv(name, f"{SECRET}\n" if name == variable else KEY)
    with pytest.raises(ConfigurationError) as caught:
        kind.from_env()

    assert f"{variable}: a string of printable ASCII without spaces is expected" == str(caught.value)


PEM = """\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-----END PRIVATE KEY-----
"""
# Keys in DER, each begun as such keys are: PKCS#8 of Ed25519 and RSA, PKCS#1, encrypted PKCS#8, SubjectPublicKeyInfo.
IN_DER = {
    "Ed25519": PEM.splitlines()[1],
    "Ed25519 on lines": "\n".join([PEM.splitlines()[1][:32], PEM.splitlines()[1][32:], ""]),
    "RSA": base64.b64encode(b"\x30\x82\x04\xbd\x02\x01\x00" + bytes(0x4BD - 3)).decode(),
    "RSA, older": base64.b64encode(b"\x30\x81\xf0\x02\x01\x00" + bytes(0xF0 - 3)).decode(),
    "public": base64.b64encode(b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" + bytes(32)).decode(),
    "elliptic curve": base64.b64encode(b"\x30\x77\x02\x01\x01\x04\x20" + bytes(0x77 - 5)).decode(),
}
NO_API_KEYS = {**IN_DER, "PEM": PEM, "PEM on one line": PEM.replace("\n", "\\n"), "quoted": f'"{PEM}"'}


@pytest.mark.parametrize("source", [lambda text, _: text, lambda text, _: lambda: text, written], ids=["", "f", "file"])
@pytest.mark.parametrize("key", NO_API_KEYS.values(), ids=NO_API_KEYS)
@pytest.mark.parametrize("made", [HmacAuth, C2CClient, AsyncC2CClient])
def test_a_private_key_is_no_api_key(made: Any, key: str, source: Any, tmp_path: Path):
    """It would leave with every request: refused before, in words that name the argument and ask for its place."""
    with pytest.raises(ConfigurationError) as caught:
        made(api_key=source(key, tmp_path), api_secret=KEY)

    said = "an API key is expected, not a key in PEM or DER; perhaps api_key and api_secret are swapped"
    assert f"api_key: {said}" == str(caught.value)


@pytest.mark.parametrize("key", IN_DER.values(), ids=IN_DER)
def test_a_key_without_its_lines_is_no_word(key: str):
    """Base64 of a private key is not taken for the secret of an HMAC, which the exchange would refuse each time."""
    with pytest.raises(ConfigurationError, match=r"^api_secret: the PEM lines around this base64 are missing"):
        C2CClient(api_key=KEY, api_secret=key)


def test_a_quoted_key_in_pem_is_told():
    """Quotation marks that some tools leave in the environment are named as what they are."""
    with pytest.raises(ConfigurationError, match=r"^api_secret: a key in PEM has to start with -----BEGIN"):
        C2CClient(api_key=KEY, api_secret=f'"{PEM}"')


@pytest.mark.parametrize("secret", [KEY, SECRET, "MC4w" * 16, "MIIE" * 16, base64.b64encode(b"\x30\x2e" * 24).decode()])
def test_a_word_is_not_taken_for_a_key(secret: str):
    """Base64 alone is no sign of a key: what an HMAC has for its secret may be any word."""
    assert secret == Secret("api_secret", secret).reveal()


@pytest.mark.parametrize(
    "given", ["ключ", f"{KEY}é", f" {KEY}", f"{KEY}\n", f"{KEY[:9]}\t{KEY[9:]}", f"{KEY}\x00"], ids=ascii
)
@pytest.mark.parametrize("name", ["api_key", "api_secret"])
@pytest.mark.parametrize("made", [HmacAuth, C2CClient, AsyncC2CClient])
def test_a_word_with_something_else_in_it_is_refused(made: Any, name: str, given: str):
    """Blanks, line ends and letters beyond ASCII are refused where the client is made, not when it sends."""
    with pytest.raises(ConfigurationError) as caught:
        made(**{"api_key": KEY, "api_secret": SECRET, name: given})

    assert f"{name}: a string of printable ASCII without spaces is expected" == str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["none", "no text"])
def test_a_file_that_cannot_be_read_is_named(content: bytes | None, tmp_path: Path):
    """The message has the argument and the path, and not what is in the file."""
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"^api_secret: the file .*secret cannot be read \(\w+\)$") as caught:
        HmacAuth(KEY, file)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("given", [None, 5, "two words", ""], ids=repr)
def test_what_is_no_secret_is_refused_wherever_it_comes_from(given: Any):
    """A function that gives something else than a word is as wrong as the thing itself."""
    with pytest.raises(ConfigurationError, match=r"^api_secret: a string of printable ASCII without spaces"):
        C2CClient(api_key=KEY, api_secret=lambda: given)


async def async_vault() -> str:
    return SECRET


class Promise:
    """What a pool of threads or a loop gives for a result to come."""

    def __await__(self) -> Generator[None, None, str]:
        yield
        return SECRET


@pytest.mark.parametrize("given", [async_vault, functools.partial(async_vault), Promise])
def test_an_async_function_is_told_from_one_that_gives_no_secret(given: Any):
    """The message says what kind of function is expected; nothing stays behind that waits to be awaited."""
    with pytest.raises(ConfigurationError) as caught:
        C2CClient(api_key=KEY, api_secret=given)
    # What is never awaited says so when it goes, and warnings are errors here.
    gc.collect()

    said = "api_secret: a plain function is expected, not an async one; await it and give its result"
    assert said == str(caught.value)


@pytest.mark.parametrize("content", ["", " \n", "\ufeff"])
def test_an_empty_file_is_named(content: str, tmp_path: Path):
    """It is told from one that has something else than a secret in it."""
    file = in_file(tmp_path)
    file.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"^api_secret: the file .*secret is empty$"):
        HmacAuth(KEY, file)


def test_the_mark_of_an_encoding_is_no_part_of_a_secret(tmp_path: Path):
    """Notepad begins a file with one, and ends its lines in its own way."""
    file = in_file(tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + SECRET.encode() + b"\r\n")

    assert EXPECTED == HmacAuth(KEY, file).sign("a=1")


def test_what_was_put_away_stays_as_it_is():
    """A secret that is handed on is not put away within another one."""
    secret = Secret("api_secret", SECRET)

    assert secret is Secret.of("api_secret", secret)
    assert Secret.of("api_secret", None) is None


def test_where_bits_say_nothing_nobody_is_warned(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    """On Windows every file looks as if all might read it."""
    file = in_file(tmp_path)
    file.chmod(0o666)
    monkeypatch.setattr("binance_c2c._core.auth.secrets.os", SimpleNamespace(name="nt"))

    assert EXPECTED == HmacAuth(KEY, file).sign("a=1")
    assert [] == caplog.record_tuples


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the bits of a file do not say who may read it")
def test_a_secret_that_others_can_read_is_warned_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """The warning names argument and path, and nothing that is in the file; a file of one's own is not mentioned."""
    mine, open_to_others = tmp_path / "mine", tmp_path / "others"
    for file, mode in ((mine, 0o600), (open_to_others, 0o640)):
        file.write_text(SECRET)
        file.chmod(mode)
    for _ in range(2):
        HmacAuth(KEY, mine)
        HmacAuth(KEY, open_to_others)

    said = f"the file {open_to_others} is open to other users of this machine; run chmod 600 on it"
    assert [("binance_c2c", logging.WARNING, f"api_secret: {said}")] == caplog.record_tuples


def locals_of(act: Callable[[], object]) -> str:
    """What an error report shows that lists the local variables of every frame."""
    with pytest.raises((ConfigurationError, TypeError)) as caught:
        act()
    return "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient])
def test_no_frame_of_ours_holds_a_secret_when_it_raises(kind: Any, wrong: dict[str, Any]):
    """Whatever argument is wrong, an error report with local variables shows neither key nor secret."""
    shown = locals_of(lambda: kind(api_key=KEY, api_secret=SECRET, **wrong))

    assert "api_secret" in shown
    assert [] == [secret for secret in (KEY, SECRET) if secret in shown]


@pytest.mark.parametrize("broken", [f"{SECRET}\n", f"{SECRET} {SECRET}", f"{SECRET}ü"])
def test_a_secret_that_is_refused_is_not_shown(broken: str):
    """A secret with a line's end, pasted, is the likeliest mistake of all: the report has the rule and not the word."""
    acts = [
        lambda: C2CClient(api_key=KEY, api_secret=broken),
        lambda: C2CClient(api_key=broken, api_secret=SECRET),
        lambda: HmacAuth(KEY, broken),
        lambda: HmacAuth(KEY, lambda: broken),
        lambda: C2CClient.from_env(api_key=KEY, api_secret=lambda: broken, retry=RetryPolicy()),
    ]
    shown = "".join(locals_of(act).replace(repr(broken), "", 1) for act in acts)

    assert "printable ASCII" in shown
    # The frame of this test holds it itself, once each: `broken`.
    assert SECRET not in shown


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
@pytest.mark.parametrize(
    "made",
    [
        lambda: HmacAuth(KEY, SECRET),
        lambda: C2CClient(api_key=KEY, api_secret=SECRET),
        lambda: AsyncC2CClient(api_key=KEY, api_secret=SECRET),
    ],
    ids=["signer", "client", "async client"],
)
def test_what_holds_a_secret_stays_in_its_process(made: Callable[[], object], leave: Callable[[object], object]):
    """Pickling and copying are refused in words that say what refuses, and why."""
    holder = made()
    with pytest.raises(
        TypeError, match=rf"\b{type(holder).__name__} holds a secret.*cannot be pickled or copied$"
    ) as caught:
        leave(holder)

    assert SECRET not in str(caught.value)


def test_a_secret_stays_in_its_process():
    """It is not pickled; a copy is the same object, so that what holds one can be copied."""
    secret = Secret("api_secret", SECRET)

    assert secret is copy.copy(secret)
    assert secret is copy.deepcopy(secret)
    with pytest.raises(TypeError, match=r"^api_secret is a secret and cannot be pickled$"):
        pickle.dumps(secret)
