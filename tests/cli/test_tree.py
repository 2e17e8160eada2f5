"""The tree of commands: what every command has."""

import ast
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer

from binance_c2c.cli.local import LOCAL_COMMANDS
from binance_c2c.cli.shared.registry import Command
from binance_c2c.cli.tree import BRANCHES, build, commands_of
from binance_c2c.sandbox import Sandbox, serve
from tests.cli.memory_keyring import MemoryKeyring
from tests.support.servers.command_line import Run
from tests.support.servers.commands import COMMAND

COMMANDS = [
    (branch if one.name == branch else f"{branch} {one.name}", one)
    for branch in BRANCHES
    for one in commands_of(branch)
]
ALL = {
    **{path: [one.example] for path, one in COMMANDS},
    **{name: one.examples for name, one in LOCAL_COMMANDS.items()},
}
"""Every command of the tree, with its examples."""


@pytest.mark.parametrize("path", ALL)
def test_each_command_explains_itself(path: str, run: Run):
    """Its help has a sentence, whole examples that begin with it, and `--json`."""
    told = run(f"{path} --help")
    words = " ".join(told.out.split())

    assert 0 == told.status
    assert re.search(rf"Usage: binance-c2c {path} .*? [A-Z][a-z].{{20,}}?\.", words, re.IGNORECASE)
    assert ALL[path]
    assert [] == [line for line in ALL[path] if line not in words or f"binance-c2c {path}" not in line]
    assert "--json" in told.out
    assert "--debug" in told.out


@pytest.mark.parametrize("path", ALL)
def test_each_command_is_tested(path: str):
    """Some test runs it, beside the ones in this module."""
    lines = [
        line for file in Path(__file__).parent.glob("test_*.py") if file != Path(__file__) for line in strings(file)
    ]

    assert [line for line in lines if line == path or line.startswith(f"{path} ")]


def test_no_command_of_the_tree_is_left_out():
    """What typer makes of the tree has these commands and no others."""

    def below(group: Any, above: tuple[str, ...]) -> Iterator[str]:
        for name, one in group.commands.items():
            yield from below(one, (*above, name)) if hasattr(one, "commands") else [" ".join((*above, name))]

    assert sorted(ALL) == sorted(below(typer.main.get_command(build("*")), ()))


def strings(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@pytest.mark.parametrize("one", [pytest.param(one, id=path) for path, one in COMMANDS])
def test_each_example_works(
    one: Command, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system_keyring: MemoryKeyring
):
    """Taken from the help and run against a sandbox it ends well."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", StringIO())
    system_keyring.set_password("binance-c2c", "desk:api_key", "k")
    reading, writing = os.pipe()
    os.write(writing, b"000000\n111111\n")
    os.close(writing)
    line = re.sub(r"--code-fd 3 3<\S+", f"--code-fd {reading}", one.example.removeprefix("binance-c2c "))
    if line.startswith("keys store"):
        # At a terminal it asks.
        line += f" --secret-fd {reading}"
    words = [*shlex.split(line), *(["--yes"] if one.asks and "--yes" not in line else [])]
    told = run(shlex.join([*words, *(["--sandbox"] if "--sandbox" not in words else [])]))
    os.close(reading)

    assert (0, "") == (told.status, "" if told.status == 0 else told.err)


@pytest.mark.parametrize("name", LOCAL_COMMANDS)
def test_each_example_of_the_sandbox_works(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    """In a shell, one after the other, against a sandbox that runs; one that serves ends well once interrupted."""
    (tmp_path / "alice.toml").write_text("[balances]\nUSDT = 77\n")
    program = tmp_path / "binance-c2c"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    sandbox = Sandbox()
    key = sandbox.keys["merchant"]
    ends = []
    with serve(sandbox) as base_url:
        monkeypatch.setenv("BINANCE_API_KEY", key.api_key)
        monkeypatch.setenv("BINANCE_API_SECRET", key.api_secret)
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", base_url)
        for line in LOCAL_COMMANDS[name].examples:
            serves = line.startswith("binance-c2c sandbox")
            # A port that nobody else has; a shell that only calls the program gives its place to it.
            command = f"exec {line} --port 0" if serves else line
            process = subprocess.Popen(
                ["/bin/bash", "-o", "pipefail", "-c", command],
                cwd=tmp_path,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            assert process.stdin is not None
            assert process.stdout is not None
            if serves:
                process.stdout.readline()
                process.send_signal(signal.SIGINT)
            process.communicate(b"y\n")
            ends.append((line, process.returncode))

    assert [(line, 0) for line in LOCAL_COMMANDS[name].examples] == ends, capfd.readouterr().err


def test_the_help_names_every_command(run: Run):
    """`--help`, and no argument at all, name each first word with what it is about, and the exit statuses."""
    told = run("--help")

    assert told == run("")
    assert [] == [name for name in (*BRANCHES, *LOCAL_COMMANDS) if f"\n  {name} " not in told.out]
    assert "130 Ctrl-C" in told.out


def test_each_branch_names_its_commands():
    """What the top says of a branch lists each of its commands."""
    for branch, about in BRANCHES.items():
        names = [one.name for one in commands_of(branch)]
        if names != [branch]:
            listed = about.partition(": ")[2].rstrip(".").split(", ")
            assert sorted(names) == sorted(listed)


def test_help_loads_little():
    """To say what there is, neither the SDK's client nor rich nor the commands themselves are loaded."""
    code = "import sys; from binance_c2c.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(told.stderr.split())

    assert {"typer"} <= loaded
    assert set() == loaded & {
        "httpx",
        "rich",
        "pydantic",
        "binance_c2c.cli.commands.orders",
        "binance_c2c._core.client",
    }


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_offered(shell: str):
    """For each shell the program completes commands and options."""
    program = [sys.executable, "-m", "binance_c2c"]
    variables = {
        **os.environ,
        "_BINANCE_C2C_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "binance-c2c orders re",
        "COMP_CWORD": "2",
        "_TYPER_COMPLETE_ARGS": "binance-c2c orders re",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    told = subprocess.run(program, env=variables, capture_output=True, text=True, check=False)

    assert "release" in told.stdout
    assert "cancel" not in told.stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ordres", "No such command 'ordres'. Did you mean 'orders'? Next: binance-c2c --help"),
        ("ads serch", "No such command 'serch'. Did you mean 'search'? Next: binance-c2c ads --help"),
        ("ads", "Missing command. Next: binance-c2c ads --help"),
        ("orders show", "Missing argument 'order_number'. Next: binance-c2c orders show --help"),
        ("orders list --colour", "No such option: --colour. Next: binance-c2c orders list --help"),
        (
            "orders list -n x",
            "Invalid value for '--limit' / '-n': 'x' is no whole number. Next: binance-c2c orders list --help",
        ),
        ("fees --timeout x", "Invalid value for '--timeout': 'x' is no number. Next: binance-c2c fees --help"),
        ("fees --timeout nan", "--timeout: a positive number of seconds is expected, not nan"),
        ("fees --timeout 0", "--timeout: a positive number of seconds is expected, not 0.0"),
        (
            "orders history --sandbox --utc --from 2026-11-02 --to 2026-11-01",
            "--from: 2026-11-02T00:00:00.000+00:00 lies after end, 2026-11-01T00:00:00.000+00:00",
        ),
        (
            "orders watch --every 0",
            "--every: at least 0.5 seconds are expected, not 0.0: the exchange limits calls",
        ),
        ("orders release 1 --factor X", "--factor: one of FIDO2, FUND_PWD, GOOGLE, SMS is expected, not 'X'"),
        ("ads reprice 1 x", "PRICE: a number above 0 is expected, such as 18.45, not 'x'"),
        ("ads reprice 1 NaN", "PRICE: a number above 0 is expected, such as 18.45, not 'NaN'"),
        (
            "ads post USDT MXN SELL --price 18 --quantity 0 --min 10 --max 20 --pay-id 1",
            "--quantity: a number above 0 is expected, such as 18.45, not '0'",
        ),
        ("raw FOO /x", "method: one of GET, POST, PUT, DELETE is expected, not 'FOO'"),
        ("sign GET /x y --sandbox", "nothing was sent: k=v is expected, such as page=1, not 'y'"),
        ("sandbox --seeds 4", "No such option: --seeds. Did you mean --seed? Next: binance-c2c sandbox --help"),
        ("demo --xyz", "No such option: --xyz. Next: binance-c2c demo --help"),
        ("sandbox now", "Got unexpected extra argument (now). Next: binance-c2c sandbox --help"),
        ("sandbox --port x", "--port: a port from 0 to 65535 is expected, not 'x'. Next: binance-c2c sandbox --help"),
        ("orders list --json --csv", "--json, --csv and --table exclude one another; give one of them"),
    ],
)
def test_a_slip_is_told_in_a_sentence(line: str, said: str, run: Run):
    """What is wrong, what may be meant, and where to read on; status 2."""
    told = run(line)

    assert (2, "", f"binance-c2c: {said}\n") == (told.status, told.out, told.err)
