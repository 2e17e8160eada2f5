"""Links of the hand-written pages: those to files of the repository become links to the site's pages."""

import posixpath
import re
from pathlib import PurePosixPath

_LINK = re.compile(r"(?<=\]\()(?!https?:|#)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?(?=\))")
_GENERATED = "generated_sdk/binance_c2c_sapi"
_PAGE_OF_FILE = {
    "CHANGELOG.md": "changelog.md",
    "examples/README.md": "examples.md",
    f"{_GENERATED}/enums.py": "reference/enums.md",
    f"{_GENERATED}/error_codes.py": "reference/error-codes.md",
    f"{_GENERATED}/frames.py": "reference/chat-frames.md",
    "src/binance_c2c/__init__.py": "reference/code/clients.md",
    "src/binance_c2c/cli/tree.py": "reference/command-line.md",
}
_PAGES_OF_FOLDER = {f"{_GENERATED}/resources": "reference/operations", "openapi/schemas": "reference/models"}


def with_site_links(page: str, text: str) -> str:
    """The text of a page, whose path is below `docs/`, with links to the site's pages in place of the files."""
    folder = posixpath.dirname(page)

    def moved(link: re.Match[str]) -> str:
        file = posixpath.normpath(posixpath.join("docs", folder, link["path"]))
        target, anchor = _page_of(file), link["anchor"] or ""
        if file.startswith("examples/") and file != "examples/README.md":
            anchor = f"#{posixpath.basename(file)}"
        return posixpath.relpath(target, folder or ".") + anchor

    return _LINK.sub(moved, text)


def _page_of(file: str) -> str:
    """The page that shows a file of the repository, as a path below the site's first page."""
    path = PurePosixPath(file)
    if path.parts[0] == "docs":
        return str(path.relative_to("docs"))
    if file in _PAGE_OF_FILE:
        return _PAGE_OF_FILE[file]
    if str(path.parent) in _PAGES_OF_FOLDER:
        return f"{_PAGES_OF_FOLDER[str(path.parent)]}/{path.stem.replace('_', '-')}.md"
    if path.parts[0] == "examples":
        return "examples.md"
    if path.parts[:2] == ("src", "binance_c2c"):
        # A module or the package of its name.
        name = path.parent.name if path.stem == "__init__" else path.stem
        return f"reference/code/{name.replace('_', '-')}.md"
    message = f"{file}: the site has no page of it, so no page of docs/ can link to it"
    raise ValueError(message)
