"""All pages of the site as text: those written by hand, and those generated from the API description and the code."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from docs.maker.code import code_pages
from docs.maker.commands import command_pages
from docs.maker.described import described_pages
from docs.maker.links import with_site_links
from docs.maker.programs import example_page

ROOT = Path(__file__).parents[2]
"""The folder of the repository."""
_FOLDERS_WITHOUT_PAGES = {"maker", "assets"}


def pages() -> dict[str, str]:
    """`{path: text}` of every page, by its path below the site's first page."""
    return {**hand_written(), **generated()}


def hand_written() -> dict[str, str]:
    """The pages of `docs/`, and the changelog, which stands beside the code."""
    folder = ROOT / "docs"
    found = {path.relative_to(folder): path for path in sorted(folder.rglob("*.md"))}
    own = {
        path.as_posix(): with_site_links(path.as_posix(), file.read_text(encoding="utf-8"))
        for path, file in found.items()
        if path.parts[0] not in _FOLDERS_WITHOUT_PAGES
    }
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    # Files of the repository that it links to are not on the site: the text of such a link is kept.
    return {**own, "changelog.md": re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", changelog)}


def generated() -> dict[str, str]:
    """The pages of the reference, without its first one, which is written by hand; and the page of the examples."""
    return {**example_page(ROOT / "examples"), **described_pages(ROOT / "openapi"), **code_pages(), **command_pages()}


def navigation(files: Mapping[str, str]) -> str:
    """The reference's branch of the navigation, as a value of TOML on one line."""
    below: dict[str, list[str]] = {"operations": [], "models": [], "code": []}
    alone = ["reference/index.md"]
    for name in files:
        match name.split("/"):
            case ["reference", branch, _]:
                below[branch].append(name)
            case ["reference", page] if page != "index.md":
                alone.append(name)
            case _:
                pass
    titles = {"operations": "Operations", "models": "Models", "code": "Python"}
    branches = [f"{{ {json.dumps(titles[branch])} = {_entries(below[branch], files)} }}" for branch in below]
    return f'{{ "Reference" = [{", ".join([*map(json.dumps, alone), *branches])}] }}'


def _entries(names: list[str], files: Mapping[str, str]) -> str:
    entries = (f"{{ {json.dumps(_title(files[name]))} = {json.dumps(name)} }}" for name in names)
    return f"[{', '.join(entries)}]"


def _title(text: str) -> str:
    line = next(line for line in text.splitlines() if line.startswith("# "))
    return line.removeprefix("# ").partition(" {")[0].replace("`", "")
