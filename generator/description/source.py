"""The description as it stands in its files: parsed, with the line of every node still known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

ROOT_FILE = "c2c.yaml"
ERRORS_FILE = "errors.yaml"
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

    @property
    def errors(self) -> Place | None:
        """What the exchange says when it says no, where the description has it."""
        return Place(ERRORS_FILE, self.files[ERRORS_FILE], 1) if ERRORS_FILE in self.files else None

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
                if method in item.node:
                    yield Operation(path, method, item.under(method))

    def body(self, operation: Operation) -> Place | None:
        """The schema of the operation's request."""
        content: Mapping[str, Any] = operation.place.node.get("requestBody", {}).get("content", {})
        if "$ref" not in content.get("application/json", {}).get("schema", {}):
            return None
        body = operation.place.under("requestBody").under("content").under("application/json")
        return self.resolve(body.under("schema"))

    def resolve(self, place: Place) -> Place:
        """What the `$ref` at `place` points to."""
        here = place.under("$ref")
        reference = str(here.node)
        file_part, _, pointer = reference.partition("#")
        file = place.file if not file_part else _relative(place.file, file_part)
        if file not in self.files:
            raise DescriptionError([here.finding(f"$ref {reference!r}: there is no file {file}")])
        target = Place(file, self.files[file], 1)
        for part in pointer.strip("/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(target.node, Mapping) or key not in target.node:
                raise DescriptionError([here.finding(f"$ref {reference!r}: {file} has no {key!r} there")])
            target = target.under(key)
        return target

    def follow(self, place: Place) -> Place:
        """`place` itself, or what it refers to."""
        return self.resolve(place) if _is_ref(place.node) else place


def walk(place: Place) -> Iterator[Place]:
    """Every node below `place`, itself first."""
    yield place
    if isinstance(place.node, (Mapping, list)):
        for key in place.node if isinstance(place.node, Mapping) else range(len(place.node)):
            yield from walk(place.under(key))


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


def _line_of(parent: CommentedMap | CommentedSeq, key: str | int, fallback: int) -> int:
    # What was merged in with `<<` stands on no line of its own.
    lines = parent.lc.data or {}
    return int(lines[key][0]) + 1 if key in lines else fallback


def _read(path: Path, name: str) -> CommentedMap:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DescriptionError([f"{name}:1: the file is missing"]) from None
    try:
        content = YAML(typ="rt").load(data.decode())
    except (YAMLError, ValueError) as error:
        before, problem = _problem(error, data)
        line = before.count(b"\n") + 1
        raise DescriptionError([f"{name}:{line}: {problem}"]) from error
    if not isinstance(content, CommentedMap):
        raise DescriptionError([f"{name}:1: a map is expected at the top of the file"])
    return content


def _problem(error: Exception, data: bytes) -> tuple[bytes, str]:
    """What stands before the place where YAML broke, and how it did."""
    match error:
        case MarkedYAMLError(problem_mark=mark) if mark:
            return b"\n" * mark.line, str(error.problem)
        case ReaderError():
            return data.decode()[: error.position].encode(), f"a control character, {error.character:#x}"
        case UnicodeDecodeError():
            return data[: error.start], "the file is not in UTF-8"
        case _:
            return b"", str(error)
