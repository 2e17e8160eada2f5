"""Compares a recorded answer with the API description: one line for each difference, with its place in `openapi/`.

Line numbers are looked up in `openapi/` when needed: a table of them would change with every edit.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import GenericAlias
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from binance_c2c_strict import models
from generator.description import Operation, Place, Source

OPENAPI = Path(__file__).parents[3] / "openapi"


class Described(NamedTuple):
    """The description of the answer to an operation."""

    schema: Place
    """Of `data`, or of the whole answer where there is no envelope."""
    enveloped: bool


def differences(file: Path) -> list[str]:
    """The differences between a recorded answer and its description, one line for each."""
    recording = json.loads(file.read_text(encoding="utf-8"))
    source = Source(OPENAPI)
    described = _described(source, recording["operation"])
    if described is None:
        return [f"{file.name}: {recording['operation']} is not described in {OPENAPI.name}/"]
    answer = recording["answer"]
    value = answer.get("data") if described.enveloped else answer
    path = "$.answer.data" if described.enveloped else "$.answer"
    try:
        _reader(described.schema).validate_python(value)
    except ValidationError as error:
        return [
            f"{file.name}: {recording['operation']} {line}" for line in _lines(error, source, described.schema, path)
        ]
    return []


def _described(source: Source, operation_id: str) -> Described | None:
    for operation in source.operations():
        if operation.id == operation_id:
            return _answer(source, operation)
    return None


def _answer(source: Source, operation: Operation) -> Described:
    answer = source.follow(operation.place.under("responses").under("200"))
    schema = answer.under("content").under("application/json").under("schema")
    for part in _parts(source, schema):
        if "data" in part.node.get("properties", {}) and "allOf" in schema.node:
            data = part.under("properties").under("data")
            if not part.file.endswith("common.yaml"):
                return Described(data, enveloped=True)
    return Described(schema, enveloped=False)


def _parts(source: Source, place: Place) -> Iterator[Place]:
    """A schema with its references followed, and the schemas it is composed of."""
    place = source.follow(place)
    yield place
    for word in ("allOf", "oneOf", "anyOf"):
        for index in range(len(place.node.get(word, []))):
            yield from _parts(source, place.under(word).under(index))


def _reader(schema: Place) -> TypeAdapter[Any]:
    """The strict model of a schema, or of the items of a list."""
    is_list = "items" in schema.node
    kind = _kind(schema.under("items").node if is_list else schema.node)
    read: Any = GenericAlias(list, (kind,)) if is_list else kind
    return TypeAdapter(read)


def _kind(node: Mapping[str, Any]) -> Any:
    name = str(node.get("$ref", "")).rpartition("/")[2]
    return getattr(models, name) if name else Any


def _lines(error: ValidationError, source: Source, schema: Place, path: str) -> Iterator[str]:
    for one in error.errors(include_url=False):
        place, shown, field = schema, path, ""
        for step in one["loc"]:
            inner = _inner(source, place, step)
            if inner is not None:
                place = inner
            if inner is not None or step == one["loc"][-1]:
                shown += f"[{step}]" if isinstance(step, int) else f".{step}"
                field = str(step)
        if place.node.get("format") == "decimal" and isinstance(one["input"], (int, float)):
            # Amounts may come as strings or as numbers; the SDK reads both.
            continue
        why = _why(one["type"], field, one["msg"], one["input"])
        yield f"{shown}: {why} -> {OPENAPI.name}/{place.file}:{place.line}"


def _inner(source: Source, place: Place, step: int | str) -> Place | None:
    """The schema of a field or an item; None if it is not described."""
    for part in _parts(source, place):
        if isinstance(step, int) and "items" in part.node:
            return part.under("items")
        if step in part.node.get("properties", {}):
            return part.under("properties").under(step)
    return None


def _why(kind: str, field: str, message: str, given: Any) -> str:
    if kind == "extra_forbidden":
        return f"{field} is not described; it came as {json.dumps(given)[:60]}"
    if kind == "missing":
        return f"{field} is described as always there, and did not come"
    return f"{message}; it came as {json.dumps(given)[:60]}"
