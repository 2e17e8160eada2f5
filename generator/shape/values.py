"""The shape of the SDK as plain values: the only input of the templates."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Limits = tuple[tuple[str, int | str], ...]
"""The limits that a value is checked against before it is sent, as pairs of name and value."""


class Kind(StrEnum):
    """The kind of a value, which decides its Python type."""

    TEXT = "text"
    WHOLE = "whole"
    FLAG = "flag"
    DECIMAL = "decimal"
    EPOCH_MS = "epoch_ms"
    ISO_TIME = "iso_time"
    ENUM = "enum"
    MODEL = "model"
    LIST = "list"
    ANY = "any"
    """Any JSON value, unchanged: the description does not know its type."""


@dataclass(frozen=True)
class Type:
    kind: Kind
    name: str = ""
    """The class name of an enum or a model; empty for other kinds."""
    item: "Type | None" = None

    def names(self, kind: Kind) -> set[str]:
        """The class names of that kind in this type."""
        inner = self.item.names(kind) if self.item else set()
        return inner | ({self.name} if self.kind is kind else set())


@dataclass(frozen=True)
class Field:
    """A property of a model, or an argument of a method."""

    wire: str
    python: str
    type: Type
    doc: str
    required: bool
    secret: bool = False
    default: Any = None
    limits: Limits = ()
    """By parameter names of `writing.py`, such as `min_length`."""
    item_limits: Limits = ()
    """The limits of each item of a list."""
    in_query: bool = False
    also: tuple[str, ...] = ()
    """Other wire names under which it may be received."""


@dataclass(frozen=True)
class Member:
    name: str
    value: str | int
    doc: str


@dataclass(frozen=True)
class Group:
    """A named group of an enum's values, such as all statuses that mean paid."""

    name: str
    doc: str
    """Continues a sentence that begins with "Whether"."""
    members: tuple[str, ...]
    """Names of members."""


@dataclass(frozen=True)
class Enum:
    name: str
    doc: str
    members: tuple[Member, ...]
    groups: tuple[Group, ...] = ()

    @property
    def of_numbers(self) -> bool:
        return isinstance(self.members[0].value, int)


@dataclass(frozen=True)
class Model:
    name: str
    module: str
    doc: str
    file: str
    fields: tuple[Field, ...]

    def names(self, kind: Kind) -> list[str]:
        return sorted({name for field in self.fields for name in field.type.names(kind)} - {self.name})


@dataclass(frozen=True)
class Periods:
    """The periods in which a list is read; arguments and fields by their Python names."""

    start: str
    end: str
    days: int
    """The most days that one call may cover."""
    months: int
    """The months for which the exchange keeps rows."""
    time: str
    """The field of a row that holds its time."""
    sides: str
    """The argument that, if left out, is replaced by each of its `values`: those lists are read together."""
    values: tuple[str | int, ...]

    def __str__(self) -> str:
        return f"{self.days} days of {self.months} months, {self.start}-{self.end}, {self.sides} by {self.time}"


@dataclass(frozen=True)
class Operation:
    id: str
    tag: str
    method_name: str
    method: str
    path: str
    security: str
    headers: tuple[tuple[str, str], ...]
    weight: int
    safe_to_repeat: bool
    sorted_query: bool
    """Whether the query is sorted by name before it is signed."""
    outcome: str
    secrets: tuple[str, ...]
    """Wire names of the secrets in a request, at any depth."""
    hidden_arguments: tuple[str, ...]
    """Python names of the arguments that are or contain a secret."""
    enveloped: bool
    public: bool
    """Served by the website's host."""
    paged: bool
    row_key: str
    """The dotted path of Python names to the key of a row."""
    row_wire: str
    """That path in wire names."""
    periods: Periods | None
    result: Type | None
    unwrap: str
    """The key under which a string comes if an object comes instead of it."""
    wrap: str
    """The key of the result under which an object belongs that comes without it."""
    body_schema: str | None
    summary: str
    description: str
    evidence: str
    source: str
    arguments: tuple[Field, ...]

    @property
    def has_body(self) -> bool:
        return self.body_schema is not None


@dataclass(frozen=True)
class Tag:
    name: str
    class_name: str
    doc: str
    file: str
    operations: tuple[Operation, ...]

    @property
    def module(self) -> str:
        """The name of the generated module."""
        return self.name.replace(".", "_")


@dataclass(frozen=True)
class Category:
    """A category of errors, or a tag, and its description."""

    name: str
    doc: str


@dataclass(frozen=True)
class Code:
    code: int | str
    name: str
    category: str
    meaning: str
    advice: str
    evidence: str


@dataclass(frozen=True)
class Text:
    contains: str
    category: str


@dataclass(frozen=True)
class Errors:
    categories: tuple[Category, ...]
    codes: tuple[Code, ...]
    texts: tuple[Text, ...]


@dataclass(frozen=True)
class Access:
    """The servers, and the header that carries the key."""

    api_url: str
    public_url: str
    """The URL of the website's host, which serves the operations that are `public`."""
    key_header: str


@dataclass(frozen=True)
class Frame:
    """A frame of the chat."""

    name: str
    """The frame's type, if it is received."""
    received: bool
    model: str
    contents: tuple[tuple[str, str], ...]
    """Pairs of a subtype, or `*` for any, and the model of the JSON in the frame's content."""
    doc: str
    evidence: str
    source: str


@dataclass(frozen=True)
class Shape:
    access: Access
    enums: tuple[Enum, ...]
    models: tuple[Model, ...]
    tags: tuple[Tag, ...]
    errors: Errors | None
    docs: tuple[Category, ...] = ()
    """The description of each resource, and of each family of resources, such as `agent`."""
    frames: tuple[Frame, ...] = ()

    @property
    def family_docs(self) -> dict[str, str]:
        """The descriptions of resources and families, by name."""
        return {one.name: one.doc for one in self.docs}

    @property
    def families(self) -> dict[str, tuple[Tag, ...]]:
        """The resources of each family, by the family's name."""
        names = sorted({tag.name.partition(".")[0] for tag in self.tags if "." in tag.name})
        return {name: tuple(tag for tag in self.tags if tag.name.startswith(f"{name}.")) for name in names}

    def frame_models(self, *, received: bool) -> list[str]:
        """The models of received or of sent frames, including those of their content."""
        frames = [frame for frame in self.frames if frame.received is received]
        return sorted({name for frame in frames for name in (frame.model, *(model for _, model in frame.contents))})

    @property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(operation for tag in self.tags for operation in tag.operations)
