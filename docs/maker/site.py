"""Builds the site: writes every page into a folder, and runs zensical, which makes HTML of them."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from docs.maker.pages import ROOT, navigation, pages

BUILT = ROOT / "build" / "docs"
"""The folder of everything built: `pages/`, `zensical.toml`, `site/`."""
_NAVIGATION = '  { "Reference" = [] },'


def build(folder: Path = BUILT) -> int:
    """Build the site below a folder. Returns an exit status: not 0 if a link is broken or a page is missing."""
    shutil.rmtree(folder, ignore_errors=True)
    made = pages()
    _write(folder / "pages", made)
    shutil.copytree(ROOT / "docs" / "assets", folder / "pages" / "assets")
    (folder / "zensical.toml").write_text(_configuration(made), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", "zensical.toml"]
    done = subprocess.run(command, cwd=folder, check=False)  # noqa: S603 - the arguments are above
    # zensical leaves out a page whose docstrings it cannot read, and only prints a message.
    missing = [name for name in made if not (folder / "site" / name).with_suffix(".html").is_file()]
    for name in missing:
        print(f"{name}: zensical made no page of it", file=sys.stderr)
    return done.returncode or (1 if missing else 0)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _configuration(made: Mapping[str, str]) -> str:
    """The hand-written settings, with the pages of the reference added to the navigation."""
    text = (ROOT / "docs" / "zensical.toml").read_text(encoding="utf-8")
    before, marked, after = text.partition(_NAVIGATION)
    if not marked:
        message = f"docs/zensical.toml lacks the line {_NAVIGATION!r}, which is replaced by the pages of the reference"
        raise ValueError(message)
    paths = "".join(f'"{ROOT / folder}", ' for folder in ("src", "generated_sdk"))
    return f"{before}  {navigation(made)},{after}".replace('"PYTHON_SOURCES"', paths.rstrip(", "))
