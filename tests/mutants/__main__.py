"""`make mutants`: changes the code in one place at a time, and sees whether a test fails. Survivors have to be listed.

The project is copied to build/mutants/, where mutmut makes the mutants of a part and runs the part's tests on each.
Every one that no test fails for stands in survivors.toml with the reason why it is harmless. Where one does not, or one
stands there that a test fails for, this command says so and fails.
"""

import argparse
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.judging import Survivor, faults, function_of, outcomes, survivors_of

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("survivors.toml")
MUTMUT = [sys.executable, "-m", "mutmut"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the code, and the tests that have to notice whatever is changed in it."""

    root: str
    code: tuple[str, ...]
    tests: tuple[str, ...]


FLOW = "src/binance_c2c/_core/flow"
# The laws are left out: they take long.
DECODING = ("tests/flow/test_decode.py", "tests/flow/test_decode_errors.py", "tests/client/test_error_catalogue.py")
PARTS = {
    "signer": Part(
        "src",
        ("src/binance_c2c/_core/auth/signer.py",),
        (
            # What takes long is left out, and what looks at frames, among which are mutmut's.
            "tests/auth/test_signer.py",
            "tests/auth/test_signer_laws.py::test_signing_twice_is_signing_once",
            "tests/auth/test_signer_clock.py::test_the_code_of_a_clock_that_is_off_may_be_a_text",
            "tests/auth/test_signer_clock.py::test_a_wrong_clock_is_corrected_once",
            "tests/auth/test_signer_clock.py::test_a_time_call_without_a_time_changes_nothing",
            "tests/auth/test_signer_clock.py::test_a_refusal_that_cannot_be_read_is_not_about_the_clock",
            "tests/auth/test_signer_clock.py::test_the_signer_alone_asks_the_host_of_the_request",
            "tests/auth/test_secrets.py::test_what_holds_a_secret_stays_in_its_process",
        ),
    ),
    "refusals": Part("src", (f"{FLOW}/refusals.py",), DECODING),
    "decode": Part("src", (f"{FLOW}/decode.py",), DECODING),
    "conversation": Part("src", (f"{FLOW}/conversation.py",), ("tests/flow", "tests/client", "tests/auth")),
    "transport": Part("src", ("src/binance_c2c/_core/transport/*",), ("tests/transport",)),
    "generator": Part("generator", ("generator/*",), ("tests/generator",)),
}


def main() -> int:
    """0: every survivor is listed, and nothing else is. 1: not so."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"some of {', '.join(PARTS)}; all without")
    parser.add_argument("--at-once", type=int, default=1, help="mutants that are tested at once; 1 unless given")
    parser.add_argument("--judge", action="store_true", help="run nothing: judge the last run by the list as it stands")
    options = parser.parse_args()
    unknown = [name for name in options.part if name not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))
    wrong: list[str] = []
    for name in options.part or PARTS:
        folder = ROOT / "build/mutants" / name
        if not options.judge:
            _copy(PARTS[name], folder)
            subprocess.run([*MUTMUT, "run", "--max-children", str(options.at_once)], cwd=folder, check=True)
        found = outcomes(_told(folder, "results", "--all", "true"))
        survived = [Survivor.of(function_of(one), _told(folder, "show", one)) for one in survivors_of(found)]
        wrong += faults(name, listed.get(name, {}), found, survived)
        print(f"\n{name}: {len(found)} mutants, of which {len(survived)} survived", flush=True)
    print("\n".join([*wrong, f"{len(wrong)} faults; the survivors are listed in {LIST.relative_to(ROOT)}"]))
    return int(bool(wrong))


def _told(folder: Path, *arguments: str) -> str:
    """What a command of mutmut's prints."""
    return subprocess.run([*MUTMUT, *arguments], cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout


def _copy(part: Part, folder: Path) -> None:
    """Lay the project's files out anew as they stand in the work tree, with mutmut's settings for a part."""
    shutil.rmtree(folder, ignore_errors=True)
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    for path in filter(None, files):
        if (ROOT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)
    beside = [path.name for path in folder.iterdir() if path.name != part.root]
    settings = {
        "source_paths": [part.root],
        "only_mutate": list(part.code),
        "also_copy": beside,
        "pytest_add_cli_args_test_selection": list(part.tests),
        "pytest_add_cli_args": ["-p", "no:cacheprovider"],
    }
    lines = [f"{key} = {value!r}\n" for key, value in settings.items()]
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.writelines(["\n[tool.mutmut]\n", *lines])


if __name__ == "__main__":
    sys.exit(main())
