"""The description as it stands in its files: parsed, with the line of every node still known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

ROOT_FILE = "c2c.yaml"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class DescriptionError(Exception):
    """The description breaks a rule. One line a finding: `file:line: what is wrong`."""

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Place:
    """A node of the description and where a person finds it."""

    file: str
    node: Any
    line: int

    def under(self, key: str | int) -> "Place":
        """The value below `key`, with the line its key stands on."""
        return Place(self.file, self.node[key], _line_of(self.node, key, self.line))

    def finding(self, message: str) -> str:
        return f"{self.file}:{self.line}: {message}"


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    path: str
    method: str
    place: Place

    @property
    def id(self) -> str:
        return str(self.place.node.get("operationId", f"{self.method} {self.path}"))


class Source:
    """All files of a description. Knows where things stand; judges nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, CommentedMap] = {}
        names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml"))
        for name in (ROOT_FILE, *(name for name in names if name != ROOT_FILE)):
            self.files[name] = _read(folder / name, name)

    @property
    def root(self) -> Place:
        return Place(ROOT_FILE, self.files[ROOT_FILE], 1)

    def schemas(self) -> Iterator[tuple[str, Place]]:
        """Every named schema, in file order."""
        for file, content in self.files.items():
            if file.startswith("schemas/"):
                top = Place(file, content, 1)
                for name in content:
                    yield str(name), top.under(name)

    def path_items(self) -> Iterator[tuple[str, Place]]:
        """Every path the root names, with its item, followed through the reference."""
        paths = self.root.under("paths") if "paths" in self.root.node else Place(ROOT_FILE, {}, 1)
        for path in paths.node:
            entry = paths.under(path)
            yield str(path), self.resolve(entry) if _is_ref(entry.node) else entry

    def operations(self) -> Iterator[Operation]:
        for path, item in self.path_items():
            for method in METHODS:
                if isinstance(item.node, Mapping) and method in item.node:
                    yield Operation(path, method, item.under(method))

    def resolve(self, place: Place) -> Place:
        """What the `$ref` at `place` points to."""
        reference = str(place.node["$ref"])
        file_part, _, pointer = reference.partition("#")
        file = place.file if not file_part else _relative(place.file, file_part)
        if file not in self.files:
            raise DescriptionError([place.finding(f"$ref {reference!r}: there is no file {file}")])
        target = Place(file, self.files[file], 1)
        for part in pointer.strip("/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(target.node, Mapping) or key not in target.node:
                raise DescriptionError([place.finding(f"$ref {reference!r}: {file} has no {key!r} there")])
            target = target.under(key)
        return target

    def follow(self, place: Place) -> Place:
        """`place` itself, or what it refers to."""
        return self.resolve(place) if _is_ref(place.node) else place


def walk(place: Place) -> Iterator[tuple[tuple[str | int, ...], Place]]:
    """Every node below `place`, itself first, each with the keys that lead to it."""
    stack: list[tuple[tuple[str | int, ...], Place]] = [((), place)]
    while stack:
        keys, here = stack.pop()
        yield keys, here
        if isinstance(here.node, Mapping):
            children: list[str | int] = list(here.node)
        elif isinstance(here.node, Sequence) and not isinstance(here.node, str):
            children = list(range(len(here.node)))
        else:
            continue
        stack.extend(((*keys, key), here.under(key)) for key in reversed(children))


def _is_ref(node: Any) -> bool:
    return isinstance(node, Mapping) and "$ref" in node


def _relative(from_file: str, target: str) -> str:
    parts = from_file.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            if not parts:
                return target
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _line_of(parent: Any, key: str | int, fallback: int) -> int:
    if isinstance(parent, CommentedMap):
        data = parent.lc.data
        return int(data[key][0]) + 1 if data and key in data else fallback
    if isinstance(parent, CommentedSeq):
        data = parent.lc.data
        return int(data[key][0]) + 1 if data and key in data else fallback
    return fallback


def _read(path: Path, name: str) -> CommentedMap:
    yaml = YAML(typ="rt")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DescriptionError([f"{name}:1: the file is missing"]) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DescriptionError([f"{name}:{line}: {error.problem}"]) from error
    if not isinstance(content, CommentedMap):
        raise DescriptionError([f"{name}:1: a map is expected at the top of the file"])
    return content
