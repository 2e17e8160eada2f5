"""Pieces of Markdown for the generated pages: headings, tables, escaped text."""

import re
from collections.abc import Iterable, Iterator, Sequence

GENERATED_REMARK = "<!-- Made from the description and the code by `make docs`. Not kept in the repository. -->"


def heading(level: int, title: str, anchor: str) -> str:
    """A heading with an anchor that stays when the title changes."""
    return f"{'#' * level} {title} {{ #{anchor} }}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, and an empty line."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(map(cell, row))} |" for row in rows)
    yield ""


def cell(text: str) -> str:
    """A text for a cell of a table: on one line, with `|` escaped."""
    return " ".join(text.split()).replace("|", "&#124;")


def page(lines: Iterable[str]) -> str:
    """A page of these lines, below the remark that it is generated."""
    return "\n".join([GENERATED_REMARK, "", *lines]).rstrip("\n") + "\n"


def prose(text: str) -> str:
    """A text of the description with characters of markup, such as `*` and `<`, escaped outside of code spans."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*<>\[\]_])", r"\\\1", part) for part in parts)
