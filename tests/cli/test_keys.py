"""Where the key comes from, and that it shows nowhere."""

import json
import os
from pathlib import Path

import pytest
from keyring.errors import KeyringError

from binance_c2c.cli.shared.key_sources import key_settings
from binance_c2c.sandbox import Sandbox
from tests.cli.memory_keyring import MemoryKeyring
from tests.support.servers.command_line import Run, at_a_terminal

SECRET = "s" * 64


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    key = Sandbox().keys["merchant"]
    file = tmp_path / "key.toml"
    file.write_text(f'api_key = "{key.api_key}"\napi_secret = "{key.api_secret}"\n', encoding="utf-8")
    file.chmod(0o600)
    return file


def test_without_a_key_it_is_said_how_to_give_one(run: Run):
    """One sentence with the ways, and status 3; nothing is sent."""
    told = run("orders list")

    assert (3, "") == (told.status, told.out)
    assert told.err.startswith("binance-c2c: there is no API key: give BINANCE_API_KEY and BINANCE_API_SECRET in the")
    assert 1 == told.err.count("\n")


def test_a_key_file_is_read(exchange: Sandbox, key_file: Path, run: Run, monkeypatch: pytest.MonkeyPatch):
    """Named by an option or by the environment; an option comes before the environment."""
    del exchange
    monkeypatch.delenv("BINANCE_API_KEY")
    monkeypatch.delenv("BINANCE_API_SECRET")
    by_option = run(f"orders list --key-file {key_file}")
    monkeypatch.setenv("BINANCE_C2C_KEY_FILE", str(key_file))

    assert (0, 3) == (by_option.status, len(json.loads(by_option.out)))
    assert by_option == run("orders list")
    assert {"source": f"the key file {key_file}, named by BINANCE_C2C_KEY_FILE"} == json.loads(run("keys where").out)
    assert {"source": f"the key file {key_file}"} == json.loads(run(f"keys where --key-file {key_file}").out)


def test_a_key_file_that_others_can_read_is_refused(key_file: Path, run: Run):
    """It is not read, and the sentence tells what to do."""
    key_file.chmod(0o640)
    told = run(f"orders list --key-file {key_file}")

    expected = (
        f"binance-c2c: the key file {key_file} is open to other users of this machine: run chmod 600 {key_file}\n"
    )
    assert (3, expected) == (told.status, told.err)


def test_without_an_address_it_is_the_exchange_itself(key_file: Path, run: Run, monkeypatch: pytest.MonkeyPatch):
    """A setting that cannot work is named before anything is sent."""
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://x")
    told = run(f"orders list --key-file {key_file}")

    assert (3, "", 1) == (told.status, told.out, told.err.count("\n"))
    assert told.err.startswith("binance-c2c: HTTPS_PROXY: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"api_secret = {SECRET}", "cannot be read (it is not TOML in UTF-8)"),
        (f'api_secret = "{SECRET}"', "has no api_key: a line such as api_key = "),
        ("", "has no api_key and no api_secret: a line such as api_key = "),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_key_file_that_cannot_be_used_is_told_without_its_content(
    content: str | None, said: str, key_file: Path, run: Run
):
    """The sentence says what was expected, and quotes nothing, not with `--debug` either."""
    if content is None:
        key_file.unlink()
    else:
        key_file.write_text(content)
    told = run(f"orders list --key-file {key_file} --debug")

    assert 3 == told.status
    assert said in told.err
    assert SECRET not in told.err


def test_a_key_is_stored_used_and_forgotten(exchange: Sandbox, system_keyring: MemoryKeyring, run: Run):
    """What `keys store` reads from a file descriptor signs by its name, until `keys forget`."""
    key = exchange.keys["merchant"]
    reading, writing = os.pipe()
    os.write(writing, f"{key.api_key}\n{key.api_secret}\n".encode())
    stored = run(f"keys store desk --secret-fd {reading}")
    os.close(reading)
    os.close(writing)
    listed = run("orders list --keyring desk")
    forgotten = run("keys forget desk")

    assert [0, 0, 0] == [stored.status, listed.status, forgotten.status]
    assert 3 == len(json.loads(listed.out))
    assert {} == system_keyring.stored
    assert [] == [told for told in (stored, listed, forgotten) if key.api_secret in told.out + told.err]
    gone = run("orders list --keyring desk")
    assert (3, "binance-c2c: the keyring has no key named desk: store it by binance-c2c keys store desk\n") == (
        gone.status,
        gone.err,
    )
    assert 3 == run("keys forget desk").status


def test_a_keyring_by_the_environment(system_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, run: Run):
    """`BINANCE_C2C_KEYRING` names the key where no other place has one."""
    system_keyring.set_password("binance-c2c", "desk:api_key", "k")
    system_keyring.set_password("binance-c2c", "desk:api_secret", "s")
    monkeypatch.setenv("BINANCE_C2C_KEYRING", "desk")

    assert {"api_key": "k", "api_secret": "s"} == key_settings(None, None)
    told = json.loads(run("keys where").out)
    assert {"source": "the key desk in the keyring, named by BINANCE_C2C_KEYRING"} == told
    assert {"source": "the key home in the keyring"} == json.loads(run("keys where --keyring home").out)


def test_a_keyring_that_is_locked_is_told_in_a_sentence(
    system_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, run: Run
):
    """Its failure is named, with another way, and nothing of what it holds."""

    def fail(*_: object) -> None:
        raise KeyringError(SECRET)

    monkeypatch.setattr(system_keyring, "get_password", fail)
    told = run("orders list --keyring desk")

    assert (3, "binance-c2c: the system's keyring cannot be used (KeyringError): give --key-file FILE instead\n") == (
        told.status,
        told.err,
    )


def test_without_its_package_the_keyring_is_told_how_to_get(monkeypatch: pytest.MonkeyPatch, run: Run):
    """The sentence names the extra."""
    monkeypatch.setitem(__import__("sys").modules, "keyring", None)
    told = run("orders list --keyring desk")

    assert 3 == told.status
    assert 'pip install "binance-c2c[cli]"' in told.err


def test_two_places_are_one_too_many(run: Run, key_file: Path):
    """Which of two keys is meant cannot be told."""
    told = run(f"orders list --keyring desk --key-file {key_file}")

    assert 2 == told.status
    assert "--key-file and --keyring name two places" in told.err


def test_the_place_of_the_key_is_told(run: Run, monkeypatch: pytest.MonkeyPatch):
    """`keys where` names it, and prints nothing of the key."""
    assert {"source": None} == json.loads(run("keys where").out)
    assert {"source": "a sandbox of its own"} == json.loads(run("keys where --sandbox").out)
    monkeypatch.setenv("BINANCE_API_KEY", SECRET)
    told = run("keys where")
    assert ({"source": "the environment"}, False) == (json.loads(told.out), SECRET in told.out)


def test_key_and_secret_are_asked_for_without_echo(tmp_path: Path):
    """What is typed is not shown. Here the keyring is one that refuses, so that nothing of the machine is touched."""
    variables = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "HOME": str(tmp_path)}
    status, screen = at_a_terminal("keys store desk", answers=f"keykeykey\n{SECRET}\n", environment=variables)

    assert 3 == status
    assert "API key: " in screen
    assert "API secret: " in screen
    assert SECRET not in screen
    assert "keykeykey" not in screen
