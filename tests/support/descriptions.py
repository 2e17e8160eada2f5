"""Small API descriptions for the generator, right and wrong."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from generator import lint
from generator.description import DescriptionError, Source, source

ROOT = Path(__file__).parents[2]


MINIMAL = ROOT / "tests/golden/minimal/openapi"


TOP, PATHS, SCHEMAS, COMMON = "c2c.yaml", "paths/things.yaml", "schemas/things.yaml", "schemas/common.yaml"


Edit = tuple[str, str, str]
"""In a file of the description: what to replace, and by what. `# here` stands on the line the finding is to name."""


def line(file: str, old: str, new: str | None = None) -> Edit:
    """Replaces the end of the line that the finding names, or leaves it as it is."""
    return file, f"{old}\n", f"{old if new is None else new}  # here\n"


def before(file: str, old: str, new: str) -> Edit:
    """Puts a line in front of another, equally indented. The finding names it."""
    return file, old, f"{old[: len(old) - len(old.lstrip())]}{new}  # here\n{old}"


def after(file: str, old: str, new: str) -> Edit:
    """Puts lines behind one."""
    return file, f"{old}\n", f"{old}\n{new}\n"


def without(file: str, old: str) -> Edit:
    """Takes lines out."""
    return file, old, ""


def another(name: str, keys: str = "type: string, description: A., enum: [A]") -> Edit:
    """One more schema, which the finding names."""
    return after(SCHEMAS, "      maxLength: 10", f"\n{name}: {{{keys}}}  # here")


def make_is(new: str, tag: str = "things") -> Edit:
    """Another name for the second operation."""
    return PATHS, "things.make\n    tags: [things]", f"{new}\n    tags: [{tag}]"


def between(file: str, start: str, end: str) -> str:
    """A piece of the minimal description."""
    text = (MINIMAL / file).read_text(encoding="utf-8")
    begin = text.index(start)
    return text[begin : text.index(end, begin)] if end else text[begin:]


NAME = "cannot be a Python name here; give x-python-name"


AT_LIST = line(PATHS, "  get:")


AT_MAKE = line(PATHS, "  post:")


def edited(folder: Path, *edits: Edit) -> Path:
    """The minimal description with these edits, below `folder`."""
    description = folder / "openapi"
    shutil.copytree(MINIMAL, description)
    for file, old, new in edits:
        text = (description / file).read_text(encoding="utf-8")
        assert 1 == text.count(old), f"{old!r} stands {text.count(old)} times in {file}"
        (description / file).write_text(text.replace(old, new), encoding="utf-8")
    return description


def here(description: Path) -> str:
    """The file and line of the comment `# here`."""
    [place] = [
        f"{path.relative_to(description).as_posix()}:{number}"
        for path in description.rglob("*.yaml")
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "# here" in text
    ]
    return place


def read_once(path: Path, name: str) -> Any:
    """Parse a file, or return what an equal file gave before: parsing takes most of the time of these tests."""
    key = name, path.read_bytes() if path.is_file() else None
    if key not in READ:
        READ[key] = READ_FILE(path, name)
    return READ[key]


READ: dict[tuple[str, bytes | None], Any] = {}


READ_FILE = source._read


def findings(description: Path) -> list[str]:
    """Everything that is wrong with a description."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_read", read_once)
        try:
            lint.check(Source(description))
        except DescriptionError as error:
            return list(error.findings)
    return []
