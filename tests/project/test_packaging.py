"""What a user gets who installs the wheel, read from a wheel built here."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from hashlib import sha256
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import binance_c2c
from tests.installed.probe import PROBES

ROOT = Path(__file__).parents[2]

PACKAGES = {
    "binance_c2c": ROOT / "src/binance_c2c",
    "binance_c2c_runtime": ROOT / "src/binance_c2c_runtime",
    "binance_c2c_sapi": ROOT / "generated_sdk/binance_c2c_sapi",
    "binance_c2c_strict": ROOT / "generated_sdk/binance_c2c_strict",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of the wheel: name and text."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == built.returncode, built.stderr
    [path] = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def build(target: str, source: Path, folder: Path) -> Path:
    """The file that is built of a tree of sources, at a time that is given."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}
    built = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    assert 0 == built.returncode, built.stderr
    [path] = folder.iterdir()
    return path


def information(wheel: dict[str, str], name: str) -> str:
    """One file of the wheel's own description."""
    [text] = [text for path, text in wheel.items() if path.endswith(f".dist-info/{name}")]
    return text


def metadata(wheel: dict[str, str]) -> Message:
    """What an installer reads before it installs."""
    return Parser().parsestr(information(wheel, "METADATA"))


def test_the_wheel_holds_our_packages(wheel: dict[str, str]):
    """Neither tests nor generator ship, nor anything else that would land beside our packages."""
    folders = {path.split("/", maxsplit=1)[0] for path in wheel}

    assert set(PACKAGES) == {folder for folder in folders if not folder.endswith(".dist-info")}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_ships(wheel: dict[str, str], package: str):
    """What lies in a package's folder is in the wheel: no ignore rule drops a module."""
    here = {path.relative_to(PACKAGES[package]) for path in PACKAGES[package].rglob("*") if path.is_file()}
    shipped = {Path(path).relative_to(package) for path in wheel if path.startswith(f"{package}/")}

    assert {path for path in here if "__pycache__" not in path.parts} == shipped


@pytest.mark.parametrize("package", PACKAGES)
def test_types_ship(wheel: dict[str, str], package: str):
    """A type checker reads each package's own annotations."""
    assert f"{package}/py.typed" in wheel


def test_two_packages_are_needed_at_run_time(wheel: dict[str, str]):
    """Installing without an extra brings attrs and httpx, and what those need."""
    required = metadata(wheel).get_all("Requires-Dist", [])
    always = [line for line in required if "extra ==" not in line]

    assert ["attrs", "httpx"] == sorted(line.split(">")[0].split("<")[0].strip() for line in always)


def test_every_extra_is_tried_as_installed(wheel: dict[str, str]):
    """`make test-dist` has a trial of each."""
    assert set(metadata(wheel).get_all("Provides-Extra", [])) == set(PROBES) - {"bare", "all"}


def test_the_version_stands_in_one_place(wheel: dict[str, str]):
    """What an installer reads as version is what the package says."""
    assert binance_c2c.__version__ == metadata(wheel)["Version"]


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_a_build_can_be_repeated(target: str, tmp_path: Path):
    """From a copy of the sources in another place, written at another time, both files come out the same."""
    copy = tmp_path / "copy"
    for name in ("src", "generated_sdk", "openapi"):
        shutil.copytree(
            ROOT / name, copy / name, copy_function=shutil.copy, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, copy)
    built = [build(target, folder, tmp_path / f"{number}") for number, folder in enumerate((ROOT, copy))]

    assert built[0].name == built[1].name
    assert sha256(built[0].read_bytes()).hexdigest() == sha256(built[1].read_bytes()).hexdigest()


def test_the_source_archive_makes_the_same_wheel(tmp_path: Path):
    """Whoever builds from the source archive gets the wheel that is published."""
    with tarfile.open(build("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    [source] = tmp_path.glob("binance_c2c-*/")

    assert build("wheel", ROOT, tmp_path / "a").read_bytes() == build("wheel", source, tmp_path / "b").read_bytes()


def test_the_licence_ships(wheel: dict[str, str]):
    """The wheel says MIT and carries the text."""
    assert "MIT" == metadata(wheel)["License-Expression"]
    assert (ROOT / "LICENSE").read_text(encoding="utf-8") == information(wheel, "licenses/LICENSE")


def test_the_command_is_there(wheel: dict[str, str]):
    """`binance-c2c` starts a function that exists."""
    [scripts] = [
        group for group in information(wheel, "entry_points.txt").split("[") if group.startswith("console_scripts]")
    ]
    lines = scripts.splitlines()
    [function] = [line.removeprefix("binance-c2c = ") for line in lines if line.startswith("binance-c2c = ")]

    assert callable(EntryPoint("binance-c2c", function, "console_scripts").load())


def test_the_pytest_plugin_is_there(wheel: dict[str, str]):
    """Pytest finds the fixtures wherever the wheel is installed."""
    assert "[pytest11]\nbinance-c2c = binance_c2c.pytest_plugin" in information(wheel, "entry_points.txt")


def test_every_extra_is_told_and_counted(wheel: dict[str, str]):
    """Who reads how to install finds each extra, and so does who reads the bill of materials."""
    extras = metadata(wheel).get_all("Provides-Extra", [])
    rows = (ROOT / "docs/getting-started.md").read_text(encoding="utf-8").splitlines()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert sorted(extras) == sorted(row.split("`")[1] for row in rows if row.startswith("| `"))
    assert f"*.whl)[{','.join(sorted(extras))}]" in makefile
