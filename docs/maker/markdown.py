"""Small pieces of Markdown, written alike on every page that is made."""

import re
from collections.abc import Iterable, Iterator, Sequence

MADE = "<!-- Made from the description and the code by `make docs`. Not kept in the repository. -->"


def heading(level: int, title: str, anchor: str) -> str:
    """A heading with an anchor that stays when the title changes."""
    return f"{'#' * level} {title} {{ #{anchor} }}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, and an empty one."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(map(cell, row))} |" for row in rows)
    yield ""


def cell(text: str) -> str:
    """A text that neither ends its cell nor its row."""
    return " ".join(text.split()).replace("|", "&#124;")


def page(lines: Iterable[str]) -> str:
    """A page of these lines, below the remark that it was made."""
    return "\n".join([MADE, "", *lines]).rstrip("\n") + "\n"


def prose(text: str) -> str:
    """A text of the description: what looks like markup and is none, such as `*` or a tag, is shown as it stands."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*<>\[\]_])", r"\\\1", part) for part in parts)
