"""The rules for examples: a sandbox answers with them and readers copy them, so each has to fit its schema."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from reprlib import repr as shortened
from typing import Any

from generator.description import Place, Source
from generator.lint.limits import EARLIEST_MS, fits

WANTED = {
    "string": "a text in quotes",
    "integer": "an integer",
    "boolean": "true or false",
    "decimal": "a decimal in quotes",
    "epoch-ms": f"milliseconds since 1970, from {EARLIEST_MS} on,",
    "date-time": "a time such as '2024-03-15T00:00:00+00:00'",
}


def check(source: Source) -> Iterator[str]:
    for rule in (_operations, _components, _schemas, _frames):
        yield from rule(source)


def _operations(source: Source) -> Iterator[str]:
    for operation in source.operations():
        place = operation.place
        if "requestBody" in place.node:
            yield from _content(source, place.under("requestBody"), f"{operation.id}: the body")
        responses = place.under("responses")
        for status in responses.node:
            if "$ref" not in responses.node[status]:
                yield from _content(source, responses.under(status), f"{operation.id}: {status}")
        for index, parameter in enumerate(place.node.get("parameters", ())):
            if "$ref" not in parameter:
                yield from _parameter(source, place.under("parameters").under(index))


def _components(source: Source) -> Iterator[str]:
    components = source.root.under("components")
    for name in components.node.get("responses", ()):
        yield from _content(source, components.under("responses").under(name), name)
    for name in components.node.get("parameters", ()):
        yield from _parameter(source, components.under("parameters").under(name))


def _schemas(source: Source) -> Iterator[str]:
    for name, schema in source.schemas():
        if "example" in schema.node:
            yield from _told(source, schema.under("example"), schema, f"schema {name}")
        for wire in schema.node.get("properties", ()):
            place = schema.under("properties").under(wire)
            if "example" in place.node:
                yield from _told(source, place.under("example"), place, f"{name}.{wire}")


def _frames(source: Source) -> Iterator[str]:
    for message in source.messages():
        for index, example in enumerate(message.place.node.get("examples", ())):
            if "payload" in example:
                payload = message.place.under("examples").under(index).under("payload")
                yield from _told(source, payload, message.place.under("payload"), message.name)


def _content(source: Source, place: Place, label: str) -> Iterator[str]:
    """Check the example, or the named examples, of a body or an answer."""
    if "schema" not in place.node.get("content", {}).get("application/json", {}):
        return
    content = place.under("content").under("application/json")
    schema = content.under("schema")
    if "example" in content.node:
        yield from _told(source, content.under("example"), schema, label)
    for name in content.node.get("examples", ()):
        named = content.under("examples").under(name)
        if isinstance(named.node, Mapping) and "value" in named.node:
            yield from _told(source, named.under("value"), schema, label)
        else:
            yield named.finding(f"{label}: example: its value is missing")


def _parameter(source: Source, place: Place) -> Iterator[str]:
    if "example" in place.node:
        yield from _told(source, place.under("example"), place.under("schema"), str(place.node["name"]))


def _told(source: Source, value: Place, schema: Place, label: str) -> Iterator[str]:
    return (place.finding(f"{label}: example{message}") for place, message in _misfits(source, value, [schema], ""))


def _misfits(source: Source, value: Place, schemas: list[Place], path: str) -> Iterator[tuple[Place, str]]:
    """The parts of a value that do not fit all of `schemas`, with a message that goes on after a label."""
    schemas = [source.follow(part) for schema in schemas for part in _parts(source.follow(schema))]
    first = schemas[0].node
    if "oneOf" in first:
        choices = schemas[0].under("oneOf")
        found = [[*_misfits(source, value, [choices.under(index)], path)] for index in range(len(choices.node))]
        # Of the one that comes nearest.
        yield from min(found, key=len)
    elif first.get("type") == "object":
        yield from _object(source, value, schemas, path)
    elif first.get("type") == "array":
        yield from _array(source, value, schemas[0], path)
    elif "x-untyped" not in first and not _is_value(first, value.node):
        yield value, f"{path}: {_wanted(first)} is expected, not {_shown(value.node)}"


def _parts(schema: Place) -> list[Place]:
    if "allOf" not in schema.node:
        return [schema]
    parts = schema.under("allOf")
    return [parts.under(index) for index in range(len(parts.node))]


def _object(source: Source, value: Place, schemas: list[Place], path: str) -> Iterator[tuple[Place, str]]:
    if not isinstance(value.node, Mapping):
        yield value, f"{path}: a map is expected, not {_shown(value.node)}"
        return
    properties: dict[Any, Place] = {}
    may_be_null: set[Any] = set()
    for schema in schemas:
        required = schema.node.get("required", ())
        yield from ((value, f"{path}: {wire} is missing") for wire in required if wire not in value.node)
        for wire in schema.node.get("properties", ()):
            place = schema.under("properties").under(wire)
            names = (wire, *place.node.get("x-also", ()))
            properties.update(dict.fromkeys(names, place))
            if "x-nullable-properties" in schema.node and wire not in required:
                may_be_null.update(names)
    for key in value.node:
        inner = value.under(key)
        if key not in properties:
            close = get_close_matches(str(key), map(str, properties), n=1)
            yield inner, f"{path}: {key} is not described" + (f"; did you mean {close[0]}?" if close else "")
        elif inner.node is not None or key not in may_be_null:
            yield from _misfits(source, inner, [properties[key]], f"{path}: {key}" if not path else f"{path}.{key}")


def _array(source: Source, value: Place, schema: Place, path: str) -> Iterator[tuple[Place, str]]:
    if not isinstance(value.node, list):
        yield value, f"{path}: a list is expected, not {_shown(value.node)}"
        return
    least, most = schema.node.get("minItems", 0), schema.node.get("maxItems", len(value.node))
    if not least <= len(value.node) <= most:
        yield value, f"{path}: from {least} to {most} items are expected, not {len(value.node)}"
    for index in range(len(value.node)):
        yield from _misfits(source, value.under(index), [schema.under("items")], f"{path}[{index}]")


def _is_value(node: Mapping[str, Any], value: Any) -> bool:
    match node.get("format"):
        case "date-time":
            return isinstance(value, str) and _is_aware(value)
        case "epoch-ms" if value == 0:
            # The exchange's way to say that a time is not set.
            return type(value) is int
        case _:
            # With `x-unwrap`, the exchange may send an object in place of the text that is one of its values.
            unwrapped = value.get(node.get("x-unwrap")) if isinstance(value, Mapping) else value
            return fits(node, unwrapped)


def _shown(value: Any) -> str:
    return json.dumps(value) if value is None or isinstance(value, bool) else shortened(value)


def _is_aware(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _wanted(node: Mapping[str, Any]) -> str:
    if "enum" in node:
        return f"one of {', '.join(map(repr, node['enum']))}"
    words = WANTED.get(str(node.get("format")), WANTED[str(node["type"])])
    limits = "".join(f", {key} {node[key]}" for key in ("minimum", "maximum", "pattern") if key in node)
    return f"{words}{limits}"
