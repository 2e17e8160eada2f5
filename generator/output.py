"""The generated tree as a whole: made aside, compared by name, put in place in one step."""

import difflib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

IGNORED = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache"})


@dataclass(frozen=True)
class Difference:
    """One file in which the tree is not what the description makes."""

    path: str
    what: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.what}" + (f"\n{self.detail}" if self.detail else "")


def read_tree(folder: Path) -> dict[str, str]:
    """Every file below `folder`, caches apart. What is not text is shown by its bytes."""
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", errors="backslashreplace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not IGNORED.intersection(path.relative_to(folder).parts)
    }


def compare(wanted: Mapping[str, str], there: Mapping[str, str]) -> list[Difference]:
    """What differs, file by file."""
    found: list[Difference] = []
    for path in sorted({*wanted, *there}):
        if path not in there:
            found.append(Difference(path, "is missing"))
        elif path not in wanted:
            found.append(Difference(path, "is not made by the generator"))
        elif wanted[path] != there[path]:
            lines = difflib.unified_diff(
                there[path].splitlines(), wanted[path].splitlines(), "in the tree", "generated", lineterm="", n=1
            )
            found.append(Difference(path, "differs from what the generator makes", "\n".join(list(lines)[:20])))
    return found


def replace_tree(folder: Path, files: Mapping[str, str]) -> None:
    """Put `files` where `folder` is. Until they are all written the old tree stays; it comes back if the swap fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    fresh, old = staging / "fresh", staging / "old"
    try:
        write_tree(fresh, files)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    finally:
        # Also after Ctrl-C, which may come between the two.
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(staging, ignore_errors=True)


def write_tree(folder: Path, files: Mapping[str, str]) -> None:
    """Write `files` below `folder`, which is made."""
    folder.mkdir(parents=True)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8"))
