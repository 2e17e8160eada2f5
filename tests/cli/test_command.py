"""The command line, as a process of its own where a person would meet it so."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from binance_c2c import C2CClient, RetryPolicy
from binance_c2c.cli.command import main
from binance_c2c.cli.demo import _expect, _named, play
from binance_c2c.errors import APIError, C2CError, ServerError
from binance_c2c.sandbox import FaultKind, Sandbox
from tests.support.servers.commands import COMMAND, serving

ONCE = RetryPolicy(attempts=1)


@pytest.fixture
def running() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`binance-c2c sandbox` on a free port, with its address."""
    with serving("sandbox", "--port", "0") as started:
        yield started


def test_the_demo_plays_an_orders_life_and_leaves_nothing_behind():
    """It ends with status 0, has released an order with each client, and no process of its group is left."""
    process = subprocess.Popen(
        [*COMMAND, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    told, complaints = process.communicate()

    assert (0, "") == (process.returncode, complaints)
    assert 2 == told.count("releases the coins")
    assert 2 == told.count("in the history: COMPLETED")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_the_demo_is_told_to_whoever_listens():
    """The same lines in the same order, whoever prints them, and no clock's reading but one."""
    first: list[tuple[str, str]] = []
    second: list[tuple[str, str]] = []
    play(lambda *step: first.append(step))
    play(lambda *step: second.append(step))

    assert [(who, words[:8]) for who, words in first[3:]] == [(who, words[:8]) for who, words in second[3:]]


def test_the_demo_is_told_to_programs(capsys: pytest.CaptureFixture[str]):
    """With `--json` each step is an object, with the account that does it."""
    status = main(["demo", "--json"])
    steps = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert 0 == status
    assert {"merchant", "taker", "both", None} == {one["account"] for one in steps}
    assert {"account": "merchant", "step": "releases the coins: completed"} in steps
    assert {"account": None, "step": "Done."} == steps[-1]


def test_the_demo_fails_when_something_is_not_as_it_should_be():
    """It never claims a success that it did not see."""
    with pytest.raises(C2CError):
        _expect(holds=False)

    assert "unknown" == _named(None)


def test_the_keys_are_the_same_every_time(capsys: pytest.CaptureFixture[str]):
    """`--print-keys` gives JSON with the pairs that every sandbox knows, and ends."""
    status = main(["sandbox", "--print-keys"])
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)

    assert 0 == status
    assert {"merchant", "taker"} == set(printed)
    for account, pair in Sandbox().keys.items():
        assert {"api_key": pair.api_key, "api_secret": pair.api_secret} == printed[account]


def test_the_sandbox_serves_and_ends_when_interrupted(running: tuple[subprocess.Popen[str], str]):
    """It says where it is, answers there, and Ctrl-C ends it with status 0 and frees the port."""
    process, base_url = running
    key = Sandbox().keys["taker"]
    with C2CClient(api_key=key.api_key, api_secret=key.api_secret, base_url=base_url) as client:
        methods = client.payment_methods.mine()
    process.send_signal(signal.SIGINT)
    process.wait()

    assert 1 == len(methods)
    assert 0 == process.returncode
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection(urlsplit(base_url).netloc).connect()


def test_faults_and_their_seed_are_given_by_flags():
    """What `--fault` names happens to the requests of the process, `--seed` decides chances, limits can be lifted."""
    flags = ["--fault", "error-before,operations=system.time,status=520,times=1", "--seed", "7", "--no-limits"]
    with serving("sandbox", "--port", "0", *flags) as (_, base_url), C2CClient(base_url=base_url, retry=ONCE) as client:
        with pytest.raises(ServerError) as struck:
            client.system.time()
        told = client.system.time()

    assert (520, True) == (struck.value.http_status, told.server_time is not None)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_sandbox_goes_on_from_its_file(end: signal.Signals, tmp_path: Path):
    """`--state` saves the exchange however the command is ended, and a later one goes on where it stopped."""
    key = Sandbox().keys["merchant"]
    pair: dict[str, Any] = {"api_key": key.api_key, "api_secret": key.api_secret}
    flags = ["sandbox", "--port", "0", "--state", str(tmp_path / "desk.json")]
    with serving(*flags) as (process, base_url), C2CClient(**pair, base_url=base_url) as client:
        client.merchant.start_rest()
        process.send_signal(end)
        process.wait()
    with (
        serving(*flags) as (_, base_url),
        C2CClient(**pair, base_url=base_url) as client,
        pytest.raises(APIError) as refused,
    ):
        client.merchant.start_rest()

    assert ("83230", ["desk.json"]) == (refused.value.code, [path.name for path in tmp_path.iterdir()])


def test_a_second_sandbox_on_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """It ends at once and says why, and the first one's file is as it was; once that one has ended the file is free."""
    file = tmp_path / "desk.json"
    flags = ["sandbox", "--port", "0", "--state", str(file)]
    with serving(*flags) as (process, _):
        before = file.read_bytes()
        status = main(flags)
        said = capsys.readouterr().err
        with pytest.raises(BlockingIOError, match="another sandbox is using this file"):
            Sandbox().save(file)
        assert before == file.read_bytes()
        process.send_signal(signal.SIGKILL)
        process.wait()

    words = "another sandbox is using this file: stop it first, or choose another file"
    assert (1, f"binance-c2c: --state {file}: {words}\n") == (status, said)
    Sandbox().save(file)
    assert [file] == list(tmp_path.iterdir())


@pytest.mark.parametrize(("content", "status"), [(None, 1), ("{}", 2)], ids=["no folder", "no state"])
def test_a_file_that_cannot_be_the_state_ends_the_command(
    content: str | None, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Where it cannot be read or written that is said at once, with its path, and it stays as it was."""
    file = tmp_path / "folder" / "desk.json"
    if content is not None:
        file.parent.mkdir()
        file.write_text(content)

    assert status == main(["sandbox", "--port", "0", "--state", str(file)])
    assert "desk.json" in capsys.readouterr().err
    assert content is None or content == file.read_text()


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--fault=explode", "--fault: kind: one of delay, drop-before"),
        ("--fault=delay,operations=order.*", "--fault: operations: the name of an operation"),
        ("--seed=x", "--seed: a whole number is expected, not 'x'"),
    ],
)
def test_a_fault_that_cannot_be_meant_ends_the_command(flag: str, words: str, capsys: pytest.CaptureFixture[str]):
    """The argument is named, with what was expected."""
    status = main(["sandbox", flag])

    assert 2 == status
    assert words in capsys.readouterr().err


def test_the_help_names_every_kind_of_fault(capsys: pytest.CaptureFixture[str]):
    """Whoever asks the command learns of all of them."""
    main(["sandbox", "--help"])
    told = " ".join(capsys.readouterr().out.split()).replace("- ", "-")

    assert [] == [kind for kind in FaultKind if kind not in told]


def test_a_taken_port_is_said_in_a_line(capsys: pytest.CaptureFixture[str]):
    """No traceback: one line that says what is wrong, and status 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status = main(["sandbox", "--port", str(taken.getsockname()[1])])

    assert 1 == status
    assert "the sandbox cannot listen there (Address already in use)" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["65536", "-1", "http", "\uff18\uff10"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]):
    """The argument is named, with what was expected."""
    status = main(["sandbox", f"--port={port}"])

    assert 2 == status
    assert "--port: a port from 0 to 65535 is expected" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["demo"], ["sandbox", "--port", "0"]])
def test_a_missing_extra_is_said_in_a_line(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Without the extra the command names what to install."""
    for name in ("uvicorn", "starlette", "starlette.applications", "pydantic"):
        monkeypatch.setitem(sys.modules, name, None)
    status = main(arguments)

    assert 3 == status
    assert "binance-c2c[sandbox]" in capsys.readouterr().err


def test_the_installed_command_is_this_one():
    """`binance-c2c --version` says the version of the distribution."""
    told = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, check=True).stdout

    assert told.startswith("binance-c2c 0.")
