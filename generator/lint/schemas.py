"""The rules for schemas: objects, their properties, and enums."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.description import LIMITS, Place, Source
from generator.lint import limits
from generator.lint.grammar import EVIDENCE
from generator.lint.names import (
    GROUP_NAME,
    MEMBER_NAME,
    RESERVED_ARGUMENTS,
    RESERVED_FIELDS,
    RESERVED_GROUPS,
    check_python_name,
    python_name,
)

FORMATS = {
    "string": frozenset({"decimal", "date-time"}),
    "integer": frozenset({"int32", "int64", "epoch-ms"}),
}
OF_PYDANTIC = ("model_dump", "model_validate")
# The keys that belong to an object alone, and to a set of values alone.
OF_OBJECTS = ("properties", "required", "additionalProperties", "x-nullable-properties", "x-required-evidence")
OF_ENUMS = ("enum", "x-enum-varnames", "x-enum-descriptions", "x-enum-evidence", "x-groups")
# The keys that a $ref leaves to the schema that it refers to, and those that are read of an item of a list.
OF_TARGETS = ("type", "format", "enum", "items", "properties", "x-untyped")
OF_ITEMS = frozenset(
    {"$ref", "type", "format", "enum", "items", "properties", "x-untyped", "x-unlimited", "default", *LIMITS}
)


def check(source: Source) -> Iterator[str]:
    bodies = {id(body.node) for body in map(source.body, source.operations()) if body is not None}
    parts = {name for _, schema in source.schemas() for name in _referenced(schema)}
    for name, schema in source.schemas():
        node = schema.node
        if name.endswith("Request") and not (id(node) in bodies or name in parts or _is_sent(source, schema)):
            # Whether its properties are arguments is not known. If nothing else is wrong, it is told as not needed.
            continue
        if "enum" in node:
            for message in _enum(node):
                yield schema.finding(f"schema {name}: {message}")
        elif node.get("type") != "object":
            yield schema.finding(f"schema {name}: an object or an enum is expected")
        elif "properties" in node:
            is_body = id(node) in bodies and name.endswith("Request")
            # A body that is also a part of another schema becomes both arguments and a model.
            reserved = RESERVED_ARGUMENTS if is_body else frozenset[str]()
            reserved |= RESERVED_FIELDS if not is_body or name in parts else frozenset[str]()
            yield from _object(source, name, schema, reserved, is_body=is_body)
            yield from _direction(source, name, schema)
        elif not name.endswith("Envelope"):
            yield schema.finding(
                f"schema {name}: an object without properties; x-untyped: true keeps a map of an answer as it comes"
            )
        for key in OF_OBJECTS if "enum" in node else OF_ENUMS:
            if key in node:
                what = "an object" if key in OF_OBJECTS else "a set of values"
                yield schema.under(key).finding(f"schema {name}: {key} belongs to {what}")
    yield from _cycles(source)


def _enum(node: Mapping[str, Any]) -> Iterator[str]:
    values = list(node["enum"])
    wanted = {"string": str, "integer": int}.get(str(node.get("type")))
    if not values or not all(wanted and isinstance(value, wanted) and type(value) is not bool for value in values):
        yield "an enum of strings or of integers, with its type, is expected"
        return
    varnames = node.get("x-enum-varnames")
    if wanted is int and varnames is None:
        yield "x-enum-varnames are expected for numbers"
        return
    names = [str(value).upper() for value in varnames or values]
    if len(names) != len(values) or len(node.get("x-enum-descriptions", values)) != len(values):
        yield "x-enum-varnames and x-enum-descriptions go with each value of enum"
    if len(set(names)) != len(names) or len(set(values)) != len(values):
        yield "two values are equal, or become one member name"
    for member in names:
        if not MEMBER_NAME.fullmatch(member):
            yield f"{member!r} cannot be a member name; give x-enum-varnames"
    if is_missing(node, "description"):
        yield "description is missing"
    grades = node.get("x-enum-evidence", [])
    if grades and (len(grades) != len(values) or not set(grades) <= set(EVIDENCE)):
        yield f"x-enum-evidence has one of {', '.join(EVIDENCE)} for each value of enum"
    yield from _groups(node)


def _groups(node: Mapping[str, Any]) -> Iterator[str]:
    for name, group in node.get("x-groups", {}).items():
        members = list(group.get("members", []))
        if not GROUP_NAME.fullmatch(name) or name in RESERVED_GROUPS:
            yield f"x-groups: {name!r}: a lower-case name is expected, for is_{name} and all_{name}"
        if is_missing(group, "description"):
            yield f"x-groups: {name}: description is missing; it goes on after 'Whether'"
        if not members or any(members.count(one) != 1 or one not in node["enum"] for one in members):
            yield f"x-groups: {name}: members are values of enum, each once"


def _object(source: Source, name: str, schema: Place, reserved: frozenset[str], *, is_body: bool) -> Iterator[str]:
    node, properties = schema.node, schema.under("properties")
    listed = list(node.get("required", []))
    for required in dict.fromkeys(listed):
        if required not in properties.node:
            yield schema.under("required").finding(f"schema {name}: required {required} is not among its properties")
        elif listed.count(required) > 1:
            yield schema.under("required").finding(f"schema {name}: required {required} is listed twice")
        elif "default" in properties.node[required]:
            yield properties.under(required).finding(f"{name}.{required}: a property with a default is not required")
    yield from _required_evidence(name, schema)
    taken: dict[str, str] = {}
    for wire in properties.node:
        place, label = properties.under(wire), f"{name}.{wire}"
        if is_missing(place.node, "description"):
            yield place.finding(f"{label}: description is missing")
        yield from check_property(source, place, label, argument=is_body)
        yield from check_python_name(place, wire, reserved)
        yield from _other_spellings(
            place, label, properties.node, may_have=wire not in node.get("required", []) and not is_body
        )
        if wire.startswith(OF_PYDANTIC):
            yield place.finding(f"{label}: pydantic, which the strict models use, reserves names that begin like this")
        python = python_name(place, wire)
        if taken.setdefault(python, wire) != wire:
            yield place.finding(f"{label}: {python} is also the Python name of {taken[python]}; give x-python-name")


def _required_evidence(name: str, schema: Place) -> Iterator[str]:
    """Check `x-required-evidence`, the evidence that every answer has the required properties."""
    node = schema.node
    if "x-required-evidence" in node and not (node.get("required") and node["x-required-evidence"] in EVIDENCE):
        place, grades = schema.under("x-required-evidence"), ", ".join(EVIDENCE)
        yield place.finding(f"schema {name}: x-required-evidence stands beside required, and is one of {grades}")


def _other_spellings(place: Place, label: str, properties: Mapping[str, Any], *, may_have: bool) -> Iterator[str]:
    """Check `x-also`, other names of a property."""
    others = list(place.node.get("x-also", []))
    if others and (not may_have or "Request." in label):
        yield place.under("x-also").finding(f"{label}: x-also is for properties that an answer may leave out")
    elsewhere = [name for node in properties.values() if node is not place.node for name in node.get("x-also", [])]
    if {*others} & {*properties, *elsewhere} or len({*others}) != len(others):
        yield place.under("x-also").finding(f"{label}: x-also: names of no other property are expected, each once")


def _direction(source: Source, name: str, schema: Place) -> Iterator[str]:
    """Check that requests consist of requests only, since those are checked, and that answers allow unknown fields."""
    if not name.endswith("Request"):
        if _is_sent(source, schema) or name.endswith("Envelope"):
            return
        if "additionalProperties" in schema.node:
            yield schema.under("additionalProperties").finding(f"schema {name}: an answer may always hold more")
        optional = schema.node["properties"].keys() - {*schema.node.get("required", [])}
        if optional and not schema.node.get("x-nullable-properties"):
            yield schema.finding(f"schema {name}: x-nullable-properties: true is expected in an answer")
        return
    if "x-nullable-properties" in schema.node or schema.node.get("additionalProperties") is not False:
        yield schema.finding(f"schema {name}: a request has additionalProperties: false, and nothing in it is nullable")
    properties = schema.under("properties")
    for wire in properties.node:
        place = properties.under(wire)
        part = place.under("items") if "items" in place.node else place
        other = str(part.node.get("$ref", "")).rpartition("/")[2]
        if other and "enum" not in source.follow(part).node and not other.endswith("Request"):
            yield part.finding(f"{name}.{wire}: a schema that may be part of a request is expected, not {other}")


def _is_sent(source: Source, schema: Place) -> bool:
    """Whether it is the payload of a chat frame that is sent."""
    sent = [
        one.place.under("payload") for one in source.messages() if one.action == "send" and "payload" in one.place.node
    ]
    return any(source.follow(payload).node is schema.node for payload in sent)


def _cycles(source: Source) -> Iterator[str]:
    """Find cycles of schemas that refer to each other: such models could not be imported. One may refer to itself."""
    links: dict[str, set[str]] = {}
    for name, schema in source.schemas():
        links[name] = _referenced(schema) - {name}
        for wire in schema.node.get("required", []):
            if name in _referred(schema.node.get("properties", {}).get(wire, {})):
                place = schema.under("properties").under(wire)
                yield place.finding(f"{name}.{wire}: it is required in itself, so no value could ever be complete")
    for name, schema in source.schemas():
        seen, pending = set[str](), list(links[name])
        while pending:
            other = pending.pop()
            if other not in seen:
                seen.add(other)
                pending.extend(links.get(other, ()))
        if name in seen:
            yield schema.finding(f"schema {name}: it refers to itself through other schemas")


def _referenced(schema: Place) -> set[str]:
    """The names of the schemas that the properties of a schema refer to."""
    properties = schema.node.get("properties", {}).values()
    return set[str]().union(*(_referred(one.get("items") or one) for one in properties))


def _referred(node: Mapping[str, Any]) -> set[str]:
    return {str(node["$ref"]).rpartition("/")[2]} if "$ref" in node else set()


def check_property(source: Source, place: Place, label: str, *, argument: bool) -> Iterator[str]:
    """Check the schema of a property, an argument or an item of an array."""
    node = place.node
    yield from limits.check(source, place, label, argument=argument, given=argument or "Request." in label)
    if "$ref" not in node:
        yield from _type(source, place, str(node.get("type", "")), label, argument=argument)
    for key in OF_TARGETS if "$ref" in node else ():
        if key in node:
            yield place.under(key).finding(f"{label}: {key} beside a $ref is not read")


def _type(source: Source, place: Place, kind: str, label: str, *, argument: bool) -> Iterator[str]:
    node = place.node
    if "x-untyped" in node:
        if "type" in node or not node["x-untyped"] or argument or "Request." in label or label.endswith("[]"):
            yield place.finding(f"{label}: x-untyped, being true, stands for the type of a property of an answer")
        return
    if kind == "number":
        yield place.finding(f"{label}: number loses digits; money is {{type: string, format: decimal}}")
    elif kind == "object" or "properties" in node:
        yield place.finding(f"{label}: an inline object; give it a name under schemas/")
    elif kind not in {"string", "integer", "boolean", "array"}:
        given = f"type {kind}" if kind else "no type"
        yield place.finding(f"{label}: {given}; one of string, integer, boolean, array is expected")
    if "enum" in node:
        yield place.finding(f"{label}: an inline enum; give it a name under schemas/")
    if "format" in node and node["format"] not in FORMATS.get(kind, ()):
        known = f"one of {', '.join(sorted(FORMATS[kind]))} is expected" if kind in FORMATS else "none is expected"
        yield place.under("format").finding(f"{label}: format {node['format']} is not known for {kind}; {known}")
    yield from _items(source, place, kind, label)


def _items(source: Source, place: Place, kind: str, label: str) -> Iterator[str]:
    node = place.node
    if kind == "array" and "items" not in node:
        yield place.finding(f"{label}: an array without items is dropped by the tools")
    elif kind == "array" and node["items"].get("type") == "array":
        instead = "x-untyped: true keeps one of an answer as it comes"
        yield place.finding(f"{label}: an array of arrays is not supported; {instead}")
    elif kind == "array":
        items = place.under("items")
        for key in items.node:
            if key not in OF_ITEMS:
                yield items.under(key).finding(f"{label}[]: {key} of an item is not read; it belongs to the array")
        yield from check_property(source, items, f"{label}[]", argument=False)
    elif "items" in node:
        yield place.under("items").finding(f"{label}: items belong to type array")


def is_missing(node: Mapping[str, Any], key: str) -> bool:
    return not str(node.get(key) or "").strip()
