"""`make test-dist`: installs the files of dist/ into clean environments, each Python and each extra, and tries them.

Every Python from 3.11 that is found is tried: on PATH, among those of pyenv, or as `--python PATH` says. Where uv is on
PATH, uv installs, which is quicker; the bare wheel and the bare source archive are installed by each Python's own pip.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.installed.probe import PROBES

ROOT = Path(__file__).parents[2]
PROBE = Path(__file__).with_name("probe.py")
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
# Files are written by a command, and of the history of an exchange.
BESIDE = {"export": "[cli,export,sandbox]"}
WHICH = "import sys, venv, ensurepip; print(*sys.version_info[:2], sep='.')"


def main() -> int:
    """0: all is well. 1: something is not. 2: nothing could be tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.installed", description=__doc__)
    parser.add_argument("--python", action="append", metavar="PATH", help="a Python to try; may be given several times")
    parser.add_argument("--extra", action="append", choices=list(PROBES), help="without it all, and none")
    options = parser.parse_args()
    wheels, sources = sorted(ROOT.glob("dist/*.whl")), sorted(ROOT.glob("dist/*.tar.gz"))
    if not (len(wheels) == len(sources) == 1):
        print("dist/ has to hold one wheel and one source archive: make dist", file=sys.stderr)
        return 2
    pythons = dict(_named(options.python) if options.python else _found())
    missing = [] if options.python else [version for version in VERSIONS if version not in pythons]
    failed = 0
    for version, python in sorted(pythons.items()):
        for extra in options.extra or PROBES:
            failed += not _try(version, python, extra, wheels[0], "wheel")
        if not options.extra:
            failed += not _try(version, python, "bare", sources[0], "source")
    for version in missing:
        print(f"{version}  not found, not tried")
    return 2 if not pythons else int(failed > 0)


def _named(paths: list[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        version = _version_of(path)
        if version is None:
            message = f"--python: {path} is no Python with venv and pip"
            raise SystemExit(message)
        yield version, path


def _found() -> Iterator[tuple[str, str]]:
    """The Pythons of this machine, by version."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    for version in VERSIONS:
        places = [f"python{version}", *map(str, sorted(pyenv.glob(f"{version}.*/bin/python")))]
        path = next((place for place in places if _version_of(place) == version), None)
        if path is not None:
            yield version, path


def _version_of(python: str) -> str | None:
    """The version of a Python that can make environments; None for whatever else a path leads to."""
    try:
        done = subprocess.run([python, "-c", WHICH], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _try(version: str, python: str, extra: str, archive: Path, kind: str) -> bool:
    """Install an archive with an extra into an environment of its own, and run the probe there."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "environment")
        inside = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        extras = {"bare": "", "all": f"[{','.join(list(PROBES)[1:-1])}]", **BESIDE}.get(extra, f"[{extra}]")
        uv = shutil.which("uv") if extra != "bare" else None
        make = [uv, "venv", "--quiet", "--python", python, str(home)] if uv else [python, "-m", "venv", str(home)]
        pip = [uv, "pip", "install", "--python", str(inside)] if uv else [str(inside), "-m", "pip", "install"]
        # Isolated and elsewhere: nothing of this repository can be imported by chance.
        steps = (
            make,
            [*pip, "--quiet", f"{archive}{extras}"],
            [str(inside), "-I", str(PROBE), extra, _built_version(archive)],
        )
        for step in steps:
            done = subprocess.run(step, cwd=folder, env=_clean(), capture_output=True, text=True, check=False)
            if done.returncode:
                print(
                    f"{version}  {kind:6}  {extra:8}  FAILED: {' '.join(step)}\n{done.stdout}{done.stderr}", flush=True
                )
                return False
    print(f"{version}  {kind:6}  {extra:8}  ok, {time.monotonic() - started:.0f} s", flush=True)
    return True


def _clean() -> dict[str, str]:
    """The environment without what would lead to other packages, keys or exchanges."""
    unwanted = re.compile(r"PYTHON|BINANCE_|VIRTUAL_ENV|COVERAGE")
    return {name: value for name, value in os.environ.items() if not unwanted.match(name)}


def _built_version(archive: Path) -> str:
    return archive.name.removesuffix(".tar.gz").split("-")[1]


if __name__ == "__main__":
    sys.exit(main())
