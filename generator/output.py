"""Reads, compares, writes and replaces whole trees of generated files."""

import difflib
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

IGNORED = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache"})


class ForeignFilesError(Exception):
    """A folder that would be replaced holds files that the generator did not make."""


@dataclass(frozen=True)
class Difference:
    """A file that is missing, superfluous, or not as the generator makes it."""

    path: str
    what: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.what}" + (f"\n{self.detail}" if self.detail else "")


def read_tree(folder: Path) -> dict[str, str]:
    """The text of every file below `folder`, except caches. Bytes that are not UTF-8 become escapes."""
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", errors="backslashreplace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not IGNORED.intersection(path.relative_to(folder).parts)
    }


def check_ours(folder: Path, *, made: str) -> None:
    """Raise `ForeignFilesError` unless `folder` may be replaced: it has the file `made`, is empty, or is not there."""
    if folder.is_dir() and ((folder / made).is_file() or not read_tree(folder)):
        return
    if folder.exists() or folder.is_symlink():
        message = f"{folder}: a new or an empty folder is expected, or one that has {made}: what is in it is replaced"
        raise ForeignFilesError(message)


def compare(wanted: Mapping[str, str], there: Mapping[str, str]) -> list[Difference]:
    """The differences between two trees, file by file."""
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


def replace_trees(trees: Mapping[Path, Mapping[str, str]]) -> None:
    """Replace each folder by its new tree of files: all of them, or none if one fails.

    The old trees stay in place until all new ones are written, and are put back if a swap fails.
    """
    with ExitStack() as after:
        swaps: list[_Swap] = []
        for folder, files in trees.items():
            folder.parent.mkdir(parents=True, exist_ok=True)
            swap = _Swap(folder, Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent)))
            after.callback(swap.tidy)
            write_tree(swap.fresh, files)
            swaps.append(swap)
        with ExitStack() as failed:
            for swap in swaps:
                failed.callback(swap.undo)
            for swap in swaps:
                swap.do()
            failed.pop_all()


@dataclass(frozen=True)
class _Swap:
    """The swap of one folder. Beside it, `staging` holds the new tree before and the old one after."""

    folder: Path
    staging: Path

    @property
    def fresh(self) -> Path:
        return self.staging / "fresh"

    @property
    def old(self) -> Path:
        return self.staging / "old"

    def do(self) -> None:
        if self.folder.exists():
            self.folder.rename(self.old)
        self.fresh.rename(self.folder)

    def undo(self) -> None:
        """Undo the swap at whatever point an error, or Ctrl-C, has interrupted it."""
        try:
            if not self.fresh.exists():
                self.folder.rename(self.fresh)
            if self.old.exists():
                self.old.rename(self.folder)
        except OSError as error:
            message = f"{self.folder} could not be put back, its files are in {self.old}: {error}"
            raise OSError(message) from error

    def tidy(self) -> None:
        # If the old tree could not be put back, it is kept here.
        if self.folder.exists() or not self.old.exists():
            shutil.rmtree(self.staging, ignore_errors=True)


def write_tree(folder: Path, files: Mapping[str, str]) -> None:
    """Create `folder` and write `files` below it."""
    folder.mkdir(parents=True)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8"))
