"""Blocks of code in a page of Markdown, and what the remarks above them say of how they run."""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"(?P<remarks>(?:^[ ]*<!--.*?-->\n)*)^(?P<indent>[ ]*)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_REMARK = re.compile(r"<!-- (?P<key>[a-z ]+?)(?:: (?P<value>.*?))? -->")
KEYS = {"not run", "output", "needs", "file"}
"""What a remark may say: the reason why a block cannot run; that it is what the block before it prints; which setting
it needs; the file it is saved as."""


@dataclass(frozen=True)
class Block:
    """A block of code on a page."""

    page: str
    line: int
    """Of the first line of the code, counted from 1."""
    language: str
    text: str = field(repr=False)
    remarks: dict[str, str]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str, text: str) -> list[Block]:
    """The blocks of a page, in order."""
    return [_block(page, text, found) for found in _BLOCK.finditer(text)]


def _block(page: str, text: str, found: re.Match[str]) -> Block:
    remarks = {one["key"]: one["value"] or "" for one in _REMARK.finditer(found["remarks"])}
    indent = found["indent"]
    lines = [line.removeprefix(indent) for line in found["text"].splitlines(keepends=True)]
    return Block(page, text[: found.start("text")].count("\n") + 1, found["language"], "".join(lines), remarks)


def pages_by_hand() -> dict[str, str]:
    """Every page that a person writes, the README among them, by its path in the repository."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}
