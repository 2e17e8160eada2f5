"""Links of the pages written by hand: to files in the repository, and on the site to the pages made of these files."""

import posixpath
import re
from pathlib import PurePosixPath

_LINK = re.compile(r"(?<=\]\()(?!https?:|#)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?(?=\))")
_GENERATED = "generated_sdk/binance_c2c_sapi"
_MADE = {
    "CHANGELOG.md": "changelog.md",
    "examples/README.md": "examples.md",
    f"{_GENERATED}/enums.py": "reference/enums.md",
    f"{_GENERATED}/error_codes.py": "reference/error-codes.md",
    f"{_GENERATED}/frames.py": "reference/chat-frames.md",
    "src/binance_c2c/__init__.py": "reference/code/clients.md",
    "src/binance_c2c/cli/tree.py": "reference/command-line.md",
}
_FOLDERS = {f"{_GENERATED}/resources": "reference/operations", "openapi/schemas": "reference/models"}


def on_the_site(page: str, text: str) -> str:
    """The text of a page, by its path below `docs/`, with the site's pages in the place of the repository's files."""
    folder = posixpath.dirname(page)

    def moved(link: re.Match[str]) -> str:
        file = posixpath.normpath(posixpath.join("docs", folder, link["path"]))
        target, anchor = _page_of(file), link["anchor"] or ""
        if file.startswith("examples/") and file != "examples/README.md":
            anchor = f"#{posixpath.basename(file)}"
        return posixpath.relpath(target, folder or ".") + anchor

    return _LINK.sub(moved, text)


def _page_of(file: str) -> str:
    """The page, by its path below the site's first page, that is made of a file of the repository."""
    path = PurePosixPath(file)
    if path.parts[0] == "docs":
        return str(path.relative_to("docs"))
    if file in _MADE:
        return _MADE[file]
    if str(path.parent) in _FOLDERS:
        return f"{_FOLDERS[str(path.parent)]}/{path.stem.replace('_', '-')}.md"
    if path.parts[0] == "examples":
        return "examples.md"
    if path.parts[:2] == ("src", "binance_c2c"):
        # A module or the package of its name.
        name = path.parent.name if path.stem == "__init__" else path.stem
        return f"reference/code/{name.replace('_', '-')}.md"
    message = f"{file}: the site has no page of it, so no page of docs/ can link to it"
    raise ValueError(message)
