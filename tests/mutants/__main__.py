"""`make mutants`: changes the code in one place at a time, and sees whether a test fails. Survivors have to be listed.

The project is copied to build/mutants/, mutmut makes the mutants of a part there, and the part's tests run on each.
Every mutant that no test fails for has to be listed in survivors.toml, with the reason why it is harmless. If one is
not, or a listed one is killed, this command says so and fails.

Code outside of functions, and functions with a decorator other than `classmethod` and `staticmethod`, have no mutants.
"""

import argparse
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import IO

from tests.mutants.judging import Survivor, faults, function_of, survivors_of
from tests.mutants.making import Mutants, mutants_of
from tests.mutants.parts import PARTS, Part

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("survivors.toml")
PLUGINS = ["-p", "tests.mutants.running", "-p", "no:cacheprovider", "-p", "no:rerunfailures", "-p", "no:xdist"]


def main() -> int:
    """Return 0 if the list has every survivor and nothing else, or else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"parts to test, of {', '.join(PARTS)}; all if none is given")
    parser.add_argument("--at-once", type=int, default=1, help="mutants that are tested at once; default 1")
    parser.add_argument("--judge", action="store_true", help="run nothing: compare the last run with the present list")
    options = parser.parse_args()
    unknown = [name for name in options.part if name not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))
    wrong: list[str] = []
    for name in options.part or PARTS:
        folder = ROOT / "build/mutants" / name
        lock = _lock(folder)
        if not options.judge:
            _copy(folder)
        mutants = _write_mutants(PARTS[name], folder)
        if not options.judge and not _run(PARTS[name], folder, mutants, options.at_once):
            wrong.append(f"{name}: the run did not finish; {folder.relative_to(ROOT)}/run.log says why")
        # A mutant that the run did not reach is reported, since "not tested" is no verdict.
        outcomes = dict.fromkeys(mutants.functions, "not tested") | _read_outcomes(folder)
        survived = [Survivor.of(function_of(one), mutants.differences[one]) for one in survivors_of(outcomes)]
        wrong += faults(name, listed.get(name, {}), outcomes, survived)
        lock.close()
        print(f"\n{name}: {len(outcomes)} mutants, of which {len(survived)} survived", flush=True)
    print("\n".join([*wrong, f"{len(wrong)} faults; the survivors are listed in {LIST.relative_to(ROOT)}"]))
    return int(bool(wrong))


def _lock(folder: Path) -> IO[str]:
    """A lock on the folder of a part, held while the file is open: a second run there would spoil the verdicts."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.with_name(f"{folder.name}.lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        sys.exit(f"another run uses {folder}: wait for its end")
    return lock


def _copy(folder: Path) -> None:
    """Copy the project's files, as they are in the work tree, into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    for path in filter(None, files):
        if (ROOT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)


def _write_mutants(part: Part, folder: Path) -> Mutants:
    """Write the mutants of a part into the copied files."""
    whole = Mutants({}, {})
    for path in sorted(path for pattern in part.code for path in (folder / part.root).glob(pattern)):
        module = ".".join(path.relative_to(folder / part.root).with_suffix("").parts).removesuffix(".__init__")
        # Kept for `--judge`. Only beside mutated files, since some tests look at what is in a folder.
        unchanged = path.with_suffix(".py.unchanged")
        if not unchanged.exists():
            shutil.copy2(path, unchanged)
        code, mutants = mutants_of(module, unchanged.read_text(encoding="utf-8"))
        path.write_text(code, encoding="utf-8")
        whole = Mutants(whole.functions | mutants.functions, whole.differences | mutants.differences)
    return whole


def _run(part: Part, folder: Path, mutants: Mutants, at_once: int) -> bool:
    """Run the tests of a part on its mutants, and return whether the run finished."""
    names = folder / "mutants.json"
    names.write_text(json.dumps(mutants.functions), encoding="utf-8")
    options = ["--mutants", str(names), "--outcomes", str(folder / "outcomes.json"), "--at-once", str(at_once)]
    options += [f"--deselect={name}" for name in part.without]
    # Test the copy, not the installed project.
    paths = os.pathsep.join(map(str, (folder, folder / "src", folder / "generated_sdk")))
    unwanted = ("PYTEST_", "BINANCE_", "COVERAGE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    with (folder / "run.log").open("w", encoding="utf-8") as log:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *PLUGINS, *options, *part.tests],
            cwd=folder,
            env={**environment, "PYTHONPATH": paths},
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode == 0


def _read_outcomes(folder: Path) -> dict[str, str]:
    """The outcomes that the last run has written, even if it did not finish."""
    path = folder / "outcomes.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


if __name__ == "__main__":
    sys.exit(main())
