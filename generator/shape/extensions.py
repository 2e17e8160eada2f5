"""Reads the description's extensions (`x-…`): secrets, keys of rows, periods."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from generator.description import Json
from generator.names import snake_case
from generator.shape.values import Access, Field, Group, Kind, Member, Periods


def prose(text: object) -> str:
    """A text with one line per paragraph and single spaces."""
    paragraphs = str(text or "").strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def python_name(wire: str, node: Json) -> str:
    """The Python name of a property or a parameter."""
    return str(node.get("x-python-name") or snake_case(wire))


def access(document: Json) -> Access:
    """The servers and the key header. Empty if missing, as in descriptions of earlier versions."""
    listed = (item["servers"] for path in document["paths"].values() for item in path.values() if "servers" in item)
    api, public = _url(document.get("servers")), _url(next(listed, None))
    schemes = document["components"].get("securitySchemes", {})
    return Access(api_url=api, public_url=public or api, key_header=str(schemes.get("apiKey", {}).get("name", "")))


def groups(schema: Json, members: Iterable[Member]) -> Iterator[Group]:
    """The named groups of an enum's values (`x-groups`)."""
    names = {member.value: member.name for member in members}
    for name, node in schema.get("x-groups", {}).items():
        yield Group(str(name), prose(node["description"]), tuple(names[value] for value in node["members"]))


def secrets(arguments: Iterable[Field], fields_of: Callable[[str], Iterable[Field]]) -> tuple[str, ...]:
    """Wire names of the secrets in a request, at any depth. `fields_of` gives the fields of a model by its name."""
    return tuple(sorted(_secrets(arguments, fields_of, set())))


def _secrets(fields: Iterable[Field], fields_of: Callable[[str], Iterable[Field]], seen: set[str]) -> Iterator[str]:
    for field in fields:
        if field.secret:
            yield field.wire
        inner = field.type.names(Kind.MODEL) - seen
        seen |= inner
        for name in inner:
            yield from _secrets(fields_of(name), fields_of, seen)


def row_key(schemas: Mapping[str, Json], model: str, key: str) -> str:
    """The dotted path of Python names for `key`, a dotted path of wire names in a row."""
    path = []
    for wire in key.split("."):
        node = schemas[model]["properties"][wire]
        path.append(python_name(wire, node))
        model = reference_name(node)
    return ".".join(path)


def periods(schemas: Mapping[str, Json], row: str, node: Json | None, arguments: Iterable[Field]) -> Periods | None:
    """The periods in which a list is read, by Python names; None if it is not read in periods."""
    if node is None:
        return None
    named = {argument.wire: argument for argument in arguments}
    sides = named[str(node["sides"])]
    return Periods(
        start=named[str(node["start"])].python,
        end=named[str(node["end"])].python,
        days=int(node["days"]),
        months=int(node["months"]),
        time=row_key(schemas, row, str(node["time"])),
        sides=sides.python,
        values=tuple(schemas[sides.type.name]["enum"]),
    )


def _url(servers: list[Json] | None) -> str:
    return str(servers[0]["url"]) if servers else ""


def reference_name(node: Json) -> str:
    """The name of the schema that a property refers to, even if it may be null; empty if it refers to none."""
    return str(node.get("oneOf", [node])[0].get("$ref", "")).rpartition("/")[2]
