"""How a command ends when something is wrong: one sentence, the next step, and a status."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from binance_c2c import errors
from binance_c2c.cli.shared.failures import sentence_of, status_of
from binance_c2c.sandbox import Sandbox
from tests.support.servers.command_line import Outcome, Run
from tests.support.servers.commands import COMMAND


@pytest.fixture
def nobody(exchange: Sandbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address at which nothing answers, in place of the exchange's."""
    del exchange
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    monkeypatch.setenv("BINANCE_C2C_BASE_URL", address)
    return address


def test_an_unreachable_host_is_told_in_a_sentence(nobody: str, run: Run):
    """What was tried, what came of it and what to do next; status 5 and no traceback."""
    told = run("orders list")

    assert (5, "") == (told.status, told.out)
    assert f"binance-c2c: orders.list: {nobody} could not be reached" in told.err
    assert told.err.endswith("nothing was done. Next: binance-c2c doctor\n")
    assert 1 == told.err.count("\n")


def test_the_traceback_comes_on_demand(nobody: str, run: Run):
    """With `--debug` it stands before the sentence."""
    del nobody
    told = run("orders list --debug")

    assert 5 == told.status
    assert "Traceback (most recent call last)" in told.err


def test_a_wrong_secret_is_denied(exchange: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch):
    """The exchange's words, what they mean and what to do; status 4."""
    del exchange
    monkeypatch.setenv("BINANCE_API_SECRET", "wrong")
    told = run("orders list")

    assert 4 == told.status
    assert "-1022" in told.err
    assert "wrong" not in told.err.replace("wrong one", "")


def test_a_refusal_says_what_to_do(exchange: Sandbox, run: Run):
    """An unknown order is refused with the catalogue's advice; status 1."""
    del exchange
    told = run("orders show 123456")

    assert 1 == told.status
    assert told.err.startswith("binance-c2c: orders.get: ")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.ConfigurationError("x"), 3),
        (errors.AuthenticationError("x"), 4),
        (errors.TransportError("x"), 5),
        (errors.RateLimitError("x"), 6),
        (errors.OutcomeUnknownError("x"), 7),
        (errors.APIError("x"), 1),
        (errors.DecodeError("x"), 1),
    ],
)
def test_each_kind_of_error_has_its_status(error: errors.C2CError, status: int):
    """Scripts can tell whether to give up, wait or look."""
    assert status == status_of(error)


def test_the_next_step_follows():
    """For a key that is refused and a host that does not answer that is `doctor`."""
    assert sentence_of(errors.AuthenticationError("x")).endswith("Next: binance-c2c doctor")
    assert "doctor" not in sentence_of(errors.OutcomeUnknownError("x"))


def test_a_file_that_is_not_there_is_told(run: Run, monkeypatch: pytest.MonkeyPatch):
    """An error of the system names the file."""
    monkeypatch.setenv("BINANCE_API_KEY", "k")
    monkeypatch.setenv("BINANCE_API_SECRET_FILE", "/nowhere/secret")
    told = run("orders list")

    assert (3, True) == (told.status, "/nowhere/secret" in told.err)


def test_ctrl_c_ends_it_cleanly():
    """No traceback; status 130."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        variables = {
            **os.environ,
            "BINANCE_C2C_BASE_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "BINANCE_API_KEY": "k",
            "BINANCE_API_SECRET": "s",
        }
        command = [*COMMAND, "orders", "list", "--timeout", "600"]
        process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        connection, _ = silent.accept()
        with connection:
            connection.recv(1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()

    assert (130, "", "") == (process.returncode, out, err)


def test_ctrl_c_ends_the_demo_cleanly(run: Run, monkeypatch: pytest.MonkeyPatch):
    """Commands that need no extra end in the same way."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("binance_c2c.cli.demo.play", interrupted)

    assert Outcome(130, "", "") == run("demo")


def test_without_the_extra_the_sandbox_is_there_and_the_rest_is_told(run: Run, monkeypatch: pytest.MonkeyPatch):
    """`sandbox` works as ever, `--help` shows it, and other commands name the extra; status 3."""
    monkeypatch.setitem(sys.modules, "typer", None)

    assert {"merchant", "taker"} == set(json.loads(run("sandbox --print-keys").out))
    told = run("orders list")
    assert (3, 'binance-c2c: this command needs an extra: pip install "binance-c2c[cli]"\n') == (told.status, told.err)
    assert "sandbox" in run("--help").out


def test_a_part_of_the_extra_that_is_missing_is_told_as_the_whole(run: Run, monkeypatch: pytest.MonkeyPatch):
    """With typer from elsewhere the sentence is the same; a module of any other name stays an error."""
    for name in [
        name for name in sys.modules if name.startswith(("binance_c2c.cli.export", "binance_c2c.cli.commands.orders"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "msgspec", None)

    told = run("orders list")
    assert (3, 'binance-c2c: this command needs an extra: pip install "binance-c2c[cli]"\n') == (told.status, told.err)
    monkeypatch.setitem(sys.modules, "binance_c2c.cli.export", None)
    with pytest.raises(ModuleNotFoundError, match=r"binance_c2c\.cli\.export"):
        run("orders list")
