"""`make mutants`: changes the code in one place at a time, and sees whether a test fails. Survivors have to be listed.

A room's code is copied to build/mutants/, where mutmut makes the mutants and runs the room's tests on each. Every one
that no test fails for stands in survivors.toml with the reason why it is harmless, or this command fails and shows it.
"""

import argparse
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("survivors.toml")
MUTMUT = [sys.executable, "-m", "mutmut"]


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the code, and the tests that have to notice whatever is changed in it."""

    root: str
    code: str
    tests: tuple[str, ...]


ROOMS = {
    "signer": Room("src", "src/binance_c2c/_core/auth/*", ("tests/auth",)),
    "conversation": Room("src", "src/binance_c2c/_core/flow/*", ("tests/flow", "tests/client")),
    "transport": Room("src", "src/binance_c2c/_core/transport/*", ("tests/transport",)),
    "generator": Room("generator", "generator/*", ("tests/generator",)),
}


def main() -> int:
    """0: every survivor is listed. 1: one is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("room", nargs="*", help=f"some of {', '.join(ROOMS)}; all without")
    parser.add_argument("--code", help="mutate these files of the room alone, such as src/…/signer.py")
    options = parser.parse_args()
    known = {_key(one["change"]) for one in tomllib.loads(LIST.read_text(encoding="utf-8"))["survivor"]}
    unlisted = 0
    for name in options.room or ROOMS:
        folder = _copy(name, ROOMS[name], options.code or ROOMS[name].code)
        subprocess.run([*MUTMUT, "run"], cwd=folder, check=True)
        for mutant, change in _survivors(folder):
            if _key(change) not in known:
                print(f"\n{mutant}\n{change}", flush=True)
                unlisted += 1
    print(f"{unlisted} survivors that are not in {LIST.relative_to(ROOT)}")
    return int(unlisted > 0)


def _copy(name: str, room: Room, code: str) -> Path:
    """Lay the tracked files out anew, with mutmut's settings for a room."""
    folder = ROOT / "build/mutants" / name
    shutil.rmtree(folder, ignore_errors=True)
    command = ["git", "archive", "HEAD"]
    tree = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(tree)) as archive:
        archive.extractall(folder, filter="data")
    beside = [path.name for path in folder.iterdir() if path.name != room.root]
    settings = {
        "source_paths": [room.root],
        "only_mutate": [code],
        "also_copy": beside,
        "pytest_add_cli_args_test_selection": list(room.tests),
        "pytest_add_cli_args": ["-p", "no:cacheprovider"],
    }
    lines = [f"{key} = {value!r}\n" for key, value in settings.items()]
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.writelines(["\n[tool.mutmut]\n", *lines])
    return folder


def _survivors(folder: Path) -> Iterator[tuple[str, str]]:
    """The mutants that no test failed for, or that no test runs: name, and the lines that differ."""
    results = subprocess.run([*MUTMUT, "results"], cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout
    for mutant in re.findall(r"^\s*(\S+): (?:survived|no tests)$", results, re.MULTILINE):
        shown = subprocess.run(
            [*MUTMUT, "show", mutant], cwd=folder, stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        yield mutant, "\n".join(line for line in shown.splitlines() if re.match(r"[-+](?![-+])", line))


def _key(change: str) -> str:
    """A change without the blanks around its lines, so that moving code does not make it another one."""
    return "\n".join(f"{line[0]}{line[1:].strip()}" for line in change.strip().splitlines())


if __name__ == "__main__":
    sys.exit(main())
