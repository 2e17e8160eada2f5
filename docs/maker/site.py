"""Builds the site: writes every page to a folder of its own, and has zensical make HTML of them."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from docs.maker.pages import ROOT, navigation, pages

BUILT = ROOT / "build" / "docs"
"""Where the pages and the site are made: `pages/`, `zensical.toml`, `site/`."""
_NAVIGATION = '  { "Reference" = [] },'


def build(folder: Path = BUILT) -> int:
    """Make the site below a folder. Returns a status: not 0 where a link leads nowhere or a page is missing."""
    shutil.rmtree(folder, ignore_errors=True)
    made = pages()
    _write(folder / "pages", made)
    shutil.copytree(ROOT / "docs" / "assets", folder / "pages" / "assets")
    (folder / "zensical.toml").write_text(_configuration(made), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", "zensical.toml"]
    done = subprocess.run(command, cwd=folder, check=False)  # noqa: S603 - the arguments are above
    # A page whose docstrings cannot be read is left out with a mere message.
    lost = [name for name in made if not (folder / "site" / name).with_suffix(".html").is_file()]
    for name in lost:
        print(f"{name}: zensical has made no page of it", file=sys.stderr)
    return done.returncode or (1 if lost else 0)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _configuration(made: Mapping[str, str]) -> str:
    """The settings by hand, with the pages of the reference put into the navigation."""
    text = (ROOT / "docs" / "zensical.toml").read_text(encoding="utf-8")
    before, marked, after = text.partition(_NAVIGATION)
    if not marked:
        message = f"docs/zensical.toml lacks the line {_NAVIGATION!r}, which the reference takes the place of"
        raise ValueError(message)
    paths = "".join(f'"{ROOT / folder}", ' for folder in ("src", "generated_sdk"))
    return f"{before}  {navigation(made)},{after}".replace('"PYTHON_SOURCES"', paths.rstrip(", "))
