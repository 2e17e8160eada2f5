"""The page of the examples: their README, and the text of each program."""

import json
from collections.abc import Iterator
from pathlib import Path

from docs.maker.markdown import heading, page

_LANGUAGES = {".py": "python", ".ipynb": "python", ".yml": "yaml"}


def example_page(folder: Path) -> dict[str, str]:
    """One page: the README, whose table links to the programs below it."""
    return {"examples.md": page(_lines(folder))}


def _lines(folder: Path) -> Iterator[str]:
    text = (folder / "README.md").read_text(encoding="utf-8")
    programs = sorted(path for path in folder.iterdir() if path.suffix in _LANGUAGES)
    for path in programs:
        text = text.replace(f"| `{path.name}` |", f"| [`{path.name}`](#{path.name}) |")
    yield from (text.strip(), "")
    for path in programs:
        yield from (heading(2, f"`{path.name}`", path.name), "")
        yield from (f"````{_LANGUAGES[path.suffix]}", _code(path).strip(), "````", "")


def _code(path: Path) -> str:
    """The text of a program; of a notebook, the text of its code cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)
