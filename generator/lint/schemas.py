"""The rules for schemas: objects, their properties, and sets of values."""

import keyword
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from generator.description import Place, Source
from generator.names import snake_case

FORMATS = {
    "string": frozenset({"decimal", "date-time"}),
    "integer": frozenset({"int32", "int64", "epoch-ms"}),
}
_RANGE = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
# By type and format, what is held to before anything is sent.
LIMITS = {
    ("string", None): frozenset({"minLength", "maxLength", "pattern"}),
    ("string", "decimal"): _RANGE,
    ("integer", None): _RANGE | {"multipleOf"},
    ("integer", "int32"): _RANGE | {"multipleOf"},
    ("integer", "int64"): _RANGE | {"multipleOf"},
    ("array", None): frozenset({"minItems", "maxItems", "uniqueItems"}),
}
ALL_LIMITS = tuple(sorted({limit for limits in LIMITS.values() for limit in limits}))
PYTHON_NAME = re.compile(r"[a-z][a-z0-9_]*")
MEMBER_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
GROUP_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
EVIDENCE = ("official", "specification", "clients", "guess")
# Attributes of every model, and names that the body of its class uses.
RESERVED_FIELDS = frozenset(
    {
        "bool", "builtins", "classmethod", "datetime", "dict", "extra", "field", "from_dict", "int", "self", "str",
        "to_dict",
    }
)  # fmt: skip
# Names that the bodies of builders and methods use.
RESERVED_ARGUMENTS = frozenset(
    {
        "attrgetter", "body", "enums", "models", "number", "on_bad_row", "operations", "query", "self", "walking",
        "why", "writing",
    }
)  # fmt: skip


def check(source: Source) -> Iterator[str]:
    bodies = {id(body.node) for body in map(source.body, source.operations()) if body is not None}
    for name, schema in source.schemas():
        node = schema.node
        if "enum" in node:
            for message in _enum(node):
                yield schema.finding(f"schema {name}: {message}")
        elif node.get("type") != "object":
            yield schema.finding(f"schema {name}: an object or an enum is expected")
        elif "properties" in node:
            yield from _object(source, name, schema, is_body=id(node) in bodies)
        elif not name.endswith("Envelope"):
            yield schema.finding(f"schema {name}: an object without properties")
    yield from _circles(source)


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
        yield "two values are the same or become one member name"
    for member in names:
        if not MEMBER_NAME.fullmatch(member):
            yield f"{member!r} is no member name; give x-enum-varnames"
    if is_missing(node, "description"):
        yield "description is missing"
    grades = node.get("x-enum-evidence", [])
    if grades and (len(grades) != len(values) or not set(grades) <= set(EVIDENCE)):
        yield f"x-enum-evidence has one of {', '.join(EVIDENCE)} for each value of enum"
    yield from _groups(node)


def _groups(node: Mapping[str, Any]) -> Iterator[str]:
    for name, group in node.get("x-groups", {}).items():
        members = list(group.get("members", []))
        if not GROUP_NAME.fullmatch(name) or name == "known":
            yield f"x-groups: {name!r}: a lower-case name is expected, for is_{name} and all_{name}"
        if is_missing(group, "description"):
            yield f"x-groups: {name}: description is missing; it goes on after 'Whether'"
        if not members or len(set(members)) != len(members) or not set(members) <= set(node["enum"]):
            yield f"x-groups: {name}: members are values of enum, each once"


def _object(source: Source, name: str, schema: Place, *, is_body: bool) -> Iterator[str]:
    node, properties = schema.node, schema.under("properties")
    for required in node.get("required", []):
        if required not in properties.node:
            yield schema.under("required").finding(f"schema {name}: required {required} is not among its properties")
    taken: dict[str, str] = {}
    for wire in properties.node:
        place, label = properties.under(wire), f"{name}.{wire}"
        if is_missing(place.node, "description"):
            yield place.finding(f"{label}: description is missing")
        yield from check_property(source, place, label, argument=is_body)
        yield from check_python_name(place, wire, RESERVED_ARGUMENTS if is_body else RESERVED_FIELDS)
        yield from _other_spellings(
            place, label, properties.node, may_have=wire not in node.get("required", []) and not is_body
        )
        python = python_name(place, wire)
        if taken.setdefault(python, wire) != wire:
            yield place.finding(f"{label}: {python} is also the Python name of {taken[python]}")


def _other_spellings(place: Place, label: str, properties: Mapping[str, Any], *, may_have: bool) -> Iterator[str]:
    """`x-also`: names under which the same property comes as well."""
    others = list(place.node.get("x-also", []))
    if others and (not may_have or "Request." in label):
        yield place.under("x-also").finding(f"{label}: x-also is for what an answer may leave out")
    elsewhere = [name for node in properties.values() if node is not place.node for name in node.get("x-also", [])]
    if {*others} & {*properties, *elsewhere} or len({*others}) != len(others):
        yield place.under("x-also").finding(f"{label}: x-also: names of no other property are expected, each once")


def _circles(source: Source) -> Iterator[str]:
    """Models that need each other could not be imported. A model may refer to itself."""
    links: dict[str, set[str]] = {}
    for name, schema in source.schemas():
        properties = schema.node.get("properties", {}).values()
        found = {str((p.get("items") or p).get("$ref", "")).rpartition("/")[2] for p in properties}
        links[name] = found - {name}
    for name, schema in source.schemas():
        seen, pending = set[str](), list(links[name])
        while pending:
            other = pending.pop()
            if other not in seen:
                seen.add(other)
                pending.extend(links.get(other, ()))
        if name in seen:
            yield schema.finding(f"schema {name}: it refers to itself by way of others")


def check_property(source: Source, place: Place, label: str, *, argument: bool) -> Iterator[str]:
    """What a property, an argument or an item of an array may be."""
    node, kind = place.node, str(place.node.get("type"))
    given = (argument or "Request." in label) and "$ref" not in node
    enforced = LIMITS.get((kind, node.get("format")), frozenset()) if given else frozenset[str]()
    for limit in ALL_LIMITS:
        if limit in node and limit not in enforced:
            yield place.under(limit).finding(f"{label}: {limit} is not enforced here")
    if "pattern" in node and "pattern" in enforced and not _is_portable(str(node["pattern"])):
        expected = "a pattern from ^ to $ is expected, without (?…) and classes such as \\d, which differ between tools"
        yield place.under("pattern").finding(f"{label}: {expected}")
    if "default" in node and not (argument and _fits(source, place)):
        yield place.under("default").finding(f"{label}: the default cannot be used here")
    if "$ref" not in node:
        yield from _type(source, place, kind, label, argument=argument)


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
        yield place.finding(f"{label}: type {kind}; one of string, integer, boolean, array is expected")
    if "enum" in node:
        yield place.finding(f"{label}: an inline enum; give it a name under schemas/")
    if "format" in node and node["format"] not in FORMATS.get(kind, ()):
        yield place.under("format").finding(f"{label}: format {node['format']} is not known for {kind}")
    if kind == "array" and "items" not in node:
        yield place.finding(f"{label}: an array without items is dropped by the tools")
    elif kind == "array" and node["items"].get("type") == "array":
        yield place.finding(f"{label}: an array of arrays is not supported")
    elif kind == "array":
        yield from check_property(source, place.under("items"), f"{label}[]", argument=False)


def check_python_name(place: Place, wire: str, reserved: frozenset[str]) -> Iterator[str]:
    name = python_name(place, wire)
    if not PYTHON_NAME.fullmatch(name) or keyword.iskeyword(name) or name in reserved:
        yield place.finding(f"{wire}: {name!r} cannot be a Python name here; give x-python-name")


def python_name(place: Place, wire: str) -> str:
    return str(place.node.get("x-python-name") or snake_case(wire))


def _is_portable(pattern: str) -> bool:
    """Whether a regular expression means the same in Python, in the strict models and in JSON Schema."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    odd = re.search(r"\\[A-Za-z](?<!\\[nrtxu])|\(\?", pattern)
    return odd is None and pattern.startswith("^") and pattern.endswith("$")


def is_missing(node: Mapping[str, Any], key: str) -> bool:
    return not str(node.get(key) or "").strip()


def _fits(source: Source, place: Place) -> bool:
    """Whether the default is a value of the type, and one that can be written in a signature."""
    default = place.node["default"]
    target = source.follow(place).node
    if "enum" in target:
        return default in target["enum"] and not isinstance(default, bool)
    match target.get("type"), target.get("format"):
        case "string", None:
            return isinstance(default, str)
        case "string", "decimal":
            try:
                return isinstance(default, str) and Decimal(default).is_finite()
            except InvalidOperation:
                return False
        case "integer", _:
            return isinstance(default, int) and not isinstance(default, bool)
        case "boolean", None:
            return isinstance(default, bool)
        case _:
            return False
