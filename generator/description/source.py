"""The parsed files of the description, with the line of every node."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.description.reader import Map, UnreadableError, read

ROOT_FILE = "c2c.yaml"
ERRORS_FILE = "errors.yaml"
FRAMES_FILE = "asyncapi.yaml"
# Written by the generator, so not part of the description.
GENERATED_FILES = frozenset({"dist/asyncapi.json", "dist/c2c.json"})
# Begins the name of a folder in which another run of the generator prepares dist/, or in which one was killed.
STAGING = ".dist-"
YAML_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class DescriptionError(Exception):
    """The description breaks rules. One line per finding: `file:line: what is wrong`."""

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Place:
    """A node of the description, with its file and line."""

    file: str
    node: Any
    line: int

    def under(self, key: str | int) -> "Place":
        """The value of `key`, with the line of that key."""
        return Place(self.file, self.node[key], self.node.lines[key])

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


@dataclass(frozen=True)
class Message:
    """A frame of the chat: its name (the frame's type, if it is received) and its direction."""

    name: str
    action: str
    """`receive` or `send`, from the client's side, as in the description of frames."""
    place: Place


class Source:
    """All files of a description. Finds nodes and follows references; checks no rules."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, Map] = {}
        for name in (ROOT_FILE, *(name for name in _names(folder) if name != ROOT_FILE)):
            self.files[name] = _read(folder / name, name)

    def file(self, name: str) -> Place:
        """A file as a whole."""
        return Place(name, self.files[name], 1)

    @property
    def root(self) -> Place:
        return self.file(ROOT_FILE)

    @property
    def errors(self) -> Place | None:
        """The error catalogue; None if the description has none."""
        return self.file(ERRORS_FILE) if ERRORS_FILE in self.files else None

    @property
    def frames(self) -> Place | None:
        """The description of the chat's frames; None if there is none."""
        return self.file(FRAMES_FILE) if FRAMES_FILE in self.files else None

    def messages(self) -> Iterator[Message]:
        """Every frame that an operation of the chat names, in the order of the file."""
        if self.frames is None or "operations" not in self.frames.node:
            return
        operations = self.frames.under("operations")
        for name in operations.node:
            operation = operations.under(name)
            action = str(operation.node.get("action"))
            for index, entry in enumerate(operation.node.get("messages", ())):
                place = self.resolve(operation.under("messages").under(index))
                yield Message(str(entry["$ref"]).rpartition("/")[2], action, place)

    def schemas(self) -> Iterator[tuple[str, Place]]:
        """Every named schema, in file order."""
        for file, content in self.files.items():
            if file.startswith("schemas/"):
                for name in content:
                    yield str(name), self.file(file).under(name)

    def path_items(self) -> Iterator[tuple[str, Place]]:
        """Every path in the root file, with its path item, from another file if the entry is a reference."""
        if "paths" not in self.root.node:
            return
        paths = self.root.under("paths")
        for path in paths.node:
            entry = paths.under(path)
            yield str(path), self.resolve(entry) if _is_ref(entry.node) else entry

    def operations(self) -> Iterator[Operation]:
        for path, item in self.path_items():
            for method in METHODS:
                if method in item.node:
                    yield Operation(path, method, item.under(method))

    def body(self, operation: Operation) -> Place | None:
        """The schema of the operation's request body; None if it has none."""
        content: Mapping[str, Any] = operation.place.node.get("requestBody", {}).get("content", {})
        if "$ref" not in content.get("application/json", {}).get("schema", {}):
            return None
        body = operation.place.under("requestBody").under("content").under("application/json")
        return self.resolve(body.under("schema"))

    def resolve(self, place: Place) -> Place:
        """The place that the `$ref` at `place` refers to."""
        here = place.under("$ref")
        reference = str(here.node)
        file_part, _, pointer = reference.partition("#")
        file = place.file if not file_part else _relative(place.file, file_part)
        if file not in self.files:
            raise DescriptionError([here.finding(f"$ref {reference!r}: there is no file {file}")])
        target = self.file(file)
        for part in pointer.removeprefix("/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(target.node, Mapping) or key not in target.node:
                raise DescriptionError([here.finding(f"$ref {reference!r}: {file} has no {key!r} there")])
            target = target.under(key)
        return target

    def follow(self, place: Place) -> Place:
        """`place` itself, or what it refers to."""
        return self.resolve(place) if _is_ref(place.node) else place


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


def _names(folder: Path) -> list[str]:
    """The files of the description, in order. Raises if a file looks like one of the description but is not valid."""
    names: list[str] = []
    findings: list[str] = []
    taken: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.startswith(STAGING):
            continue
        if name not in GENERATED_FILES and (path.suffix.lower() in YAML_SUFFIXES or path.is_symlink()):
            problem = _problem(folder, path)
            twin = taken.setdefault(name.casefold(), name)
            if twin != name:
                problem = f"some systems cannot tell this name from {twin}"
            if problem:
                findings.append(f"{name.encode('unicode_escape').decode()}:1: {problem}")
            names.append(name)
    if findings:
        raise DescriptionError(findings)
    return names


def _problem(folder: Path, path: Path) -> str:
    """The reason why a path cannot be a file of the description; empty if it can."""
    if not all(FILE_NAME.fullmatch(part) for part in path.relative_to(folder).parts):
        return "a name of ASCII letters, digits and -._ is expected"
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        return "the link leads out of the description"
    if path.is_dir():
        return "a folder has the name of a file of the description, or is a link"
    return "" if path.suffix == ".yaml" else "a file of the description ends in .yaml"


def _read(path: Path, name: str) -> Map:
    try:
        content = read(path.read_bytes())
    except FileNotFoundError:
        raise DescriptionError([f"{name}:1: the file is missing"]) from None
    except OSError as error:
        raise DescriptionError([f"{name}:1: the file cannot be read: {error.strerror}"]) from None
    except UnreadableError as error:
        raise DescriptionError([f"{name}:{error.line}: {error}"]) from error
    if not isinstance(content, Map):
        raise DescriptionError([f"{name}:1: a map is expected at the top of the file"])
    return content
