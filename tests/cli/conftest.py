"""What tests of the command line share."""

import shlex
from collections.abc import Iterator

import keyring
import pytest

from binance_c2c.cli import main
from binance_c2c.cli.sample_sandbox import sample_sandbox
from binance_c2c.sandbox import Sandbox, serve
from tests.cli.memory_keyring import MemoryKeyring
from tests.support.servers.command_line import Outcome, Run

VARIABLES = (
    *("BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_API_SECRET_FILE", "BINANCE_API_SECRET_PASSWORD"),
    *("BINANCE_C2C_BASE_URL", "BINANCE_C2C_KEY_FILE", "BINANCE_C2C_KEYRING"),
)


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own environment reaches a test."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line, written without the program's name."""

    def run_line(line: str) -> Outcome:
        capsys.readouterr()
        status = main(shlex.split(line))
        told = capsys.readouterr()
        return Outcome(status, told.out, told.err)

    return run_line


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The sample sandbox of `--sandbox`, to which the environment points, with the merchant's key."""
    sandbox = sample_sandbox()
    key = sandbox.keys["merchant"]
    with serve(sandbox) as base_url:
        monkeypatch.setenv("BINANCE_API_KEY", key.api_key)
        monkeypatch.setenv("BINANCE_API_SECRET", key.api_secret)
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", base_url)
        yield sandbox


@pytest.fixture
def system_keyring() -> Iterator[MemoryKeyring]:
    """The keyring of the package, empty, in the place of the machine's."""
    before, ring = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)
