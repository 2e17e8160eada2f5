"""The tree of commands: what every command has."""

import ast
import os
import re
import shlex
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from binance_c2c.cli.local import LOCAL, parser
from binance_c2c.cli.shared.registry import Command
from binance_c2c.cli.tree import BRANCHES, commands_of
from tests.support.servers.command_line import Run

COMMANDS = [
    (branch if one.name == branch else f"{branch} {one.name}", one)
    for branch in BRANCHES
    for one in commands_of(branch)
]
WITHOUT_SANDBOX = {"keys store", "keys forget"}
"""Commands about this machine."""
NAMES = [path for path, _ in COMMANDS]


@pytest.mark.parametrize(("path", "one"), COMMANDS, ids=NAMES)
def test_each_command_explains_itself(path: str, one: Command, run: Run):
    """Its help has a sentence, a whole example that begins with it, and `--json`."""
    told = run(f"{path} --help")

    assert 0 == told.status
    assert one.run.__doc__
    assert f"Example: binance-c2c {path}" in " ".join(told.out.split())
    assert "--json" in told.out


@pytest.mark.parametrize(("path", "one"), COMMANDS, ids=NAMES)
def test_each_command_is_tested(path: str, one: Command):
    """Some test runs it, beside the ones in this module."""
    del one
    lines = [
        line for file in Path(__file__).parent.glob("test_*.py") if file != Path(__file__) for line in strings(file)
    ]

    assert [line for line in lines if line == path or line.startswith(f"{path} ")]


@pytest.mark.parametrize("line", [line for one in LOCAL.values() for line in one.examples if "$(" not in line])
def test_each_example_of_the_sandbox_can_be_read(line: str):
    """Its options are ones that there are; the commands themselves are run in other tests."""
    program, *words = shlex.split(line)

    assert "binance-c2c" == program
    assert words[0] == vars(parser().parse_args(words))["command"]


def strings(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@pytest.mark.parametrize(
    "one",
    [pytest.param(one, id=path) for path, one in COMMANDS if path not in WITHOUT_SANDBOX],
)
def test_each_example_works(one: Command, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Taken from the help and run against a sandbox it ends well."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", StringIO())
    reading, writing = os.pipe()
    os.write(writing, b"000000\n")
    os.close(writing)
    line = re.sub(r"--code-fd 3 3<\S+", f"--code-fd {reading}", one.example.removeprefix("binance-c2c "))
    words = [*shlex.split(line), *(["--yes"] if one.asks and "--yes" not in line else [])]
    told = run(shlex.join([*words, *(["--sandbox"] if "--sandbox" not in words else [])]))
    os.close(reading)

    assert (0, "") == (told.status, "" if told.status == 0 else told.err)


def test_the_help_names_every_command(run: Run):
    """`--help`, and no argument at all, name each first word with what it is about, and the exit statuses."""
    told = run("--help")

    assert told == run("")
    assert [] == [name for name in (*BRANCHES, *LOCAL) if f"\n  {name} " not in told.out]
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
        ("orders show", "Missing argument 'order_number'. Next: binance-c2c orders --help"),
        ("orders list --colour", "No such option: --colour. Next: binance-c2c orders --help"),
        ("orders list --json --csv", "--json, --csv and --table are three forms of the same; give one of them"),
    ],
)
def test_a_slip_is_told_in_a_sentence(line: str, said: str, run: Run):
    """What is wrong, what may be meant, and where to read on; status 2."""
    told = run(line)

    assert (2, "", f"binance-c2c: {said}\n") == (told.status, told.out, told.err)
