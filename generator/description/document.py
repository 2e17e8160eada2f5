"""Bundles the files of the description into one document, and reduces that to what each of the two tools needs."""

import copy
import hashlib
from collections.abc import Mapping
from typing import Any

from generator.description.source import Place, Source

Json = dict[str, Any]
LIMITS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems"),
)
"""The keywords that limit the values of a type."""


def bundle(source: Source) -> Json:
    """A single valid OpenAPI document, in which every reference is local and null is allowed explicitly."""
    root: Json = _plain(source.root.node)
    root["paths"] = {path: _localised(source, item) for path, item in source.path_items()}
    components = _localised(source, source.root.under("components")) if "components" in root else {}
    schemas = {}
    for name, place in source.schemas():
        schema = _localised(source, place)
        if schema.pop("x-nullable-properties", None):
            _allow_null(schema)
        schemas[name] = schema
    root["components"] = {**components, "schemas": schemas}
    return root


def bundle_frames(source: Source, document: Json) -> Json | None:
    """A single valid AsyncAPI document of the chat's frames, with the bundled schemas that they need."""
    if source.frames is None:
        return None
    root: Json = _localised(source, source.frames)
    schemas: Json = document["components"]["schemas"]
    needed: Json = {}
    pending = _schema_names(root)
    while pending:
        name = pending.pop()
        needed[name] = schemas[name]
        pending |= _schema_names(schemas[name]) - needed.keys()
    root["components"] = {"schemas": dict(sorted(needed.items()))}
    return root


def for_openapi_python_client(document: Json) -> Json:
    """The document for openapi-python-client: answers reduced to `data`, without fixed headers and null.

    That tool drops what it does not understand with a mere warning, so it gets only what it understands. Null may be
    left out, since the generated code reads a property that is null like one that is absent.
    """
    result = copy.deepcopy(document)
    for item in result["paths"].values():
        for operation in item.values():
            operation["parameters"] = [
                parameter
                for parameter in (local(result, node) for node in operation.get("parameters", []))
                if parameter["in"] != "header"
            ]
            data = answer_data(result, operation)
            operation["responses"] = {"200": {"description": "The answer."}}
            if data is not None:
                operation["responses"]["200"]["content"] = {"application/json": {"schema": data}}
    schemas = result["components"]["schemas"]
    for schema in schemas.values():
        _forbid_null(schema)
    result["components"] = {"schemas": schemas}
    return result


def for_datamodel_code_generator(document: Json) -> Json:
    """The document for datamodel-code-generator, which makes models: the schemas alone, without some limits.

    Limits of items are left out, since that tool would make a class for each. So is `minItems`: the exchange accepts an
    empty list as no filter, and only callers are kept from sending one.
    """
    schemas: Json = copy.deepcopy(document["components"]["schemas"])
    for schema in schemas.values():
        # To that tool each spelling of a name (`x-also`) is a property.
        for node in list(schema.get("properties", {}).values()):
            schema["properties"].update(dict.fromkeys(node.pop("x-also", ()), node))
        for node in schema.get("properties", {}).values():
            if "items" in node:
                node.pop("minItems", None)
                node["items"] = {key: value for key, value in node["items"].items() if key not in LIMITS}
    return {
        "openapi": document["openapi"],
        "info": document["info"],
        "paths": {},
        "components": {"schemas": schemas},
    }


def local(document: Json, node: Any) -> Any:
    """`node`, or what its local reference points to."""
    if isinstance(node, Mapping) and str(node.get("$ref")).startswith("#/"):
        target: Any = document
        for part in node["$ref"][2:].split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        return target
    return node


def answer_schema(document: Json, operation: Json) -> Json:
    """The schema of the 200 answer, with its envelope."""
    response = local(document, operation["responses"]["200"])
    schema: Json = response["content"]["application/json"]["schema"]
    return schema


def envelope_name(schema: Json) -> str | None:
    """`Envelope` or `PagedEnvelope`; None for an answer without an envelope."""
    for node in (schema, *schema.get("allOf", [])):
        name = str(node.get("$ref")).rpartition("/")[2]
        if name in {"Envelope", "PagedEnvelope"}:
            return name
    return None


def answer_data(document: Json, operation: Json) -> Json | None:
    """The schema of what a method returns: the envelope's `data`, or the whole answer if it has no envelope."""
    schema = answer_schema(document, operation)
    if envelope_name(schema) is None:
        return schema
    for node in schema.get("allOf", []):
        if "properties" in node:
            data: Json = node["properties"]["data"]
            return data
    return None


def fingerprint(source: Source) -> str:
    """A hash over every file of the description."""
    digest = hashlib.sha256()
    for name in sorted(source.files):
        digest.update(name.encode() + b"\0" + (source.folder / name).read_bytes() + b"\0")
    return digest.hexdigest()


def _plain(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    return [_plain(value) for value in node] if isinstance(node, list) else node


def _schema_names(node: Any) -> set[str]:
    """The schemas that references in `node` point to."""
    if isinstance(node, Mapping):
        reference = str(node.get("$ref"))
        own = {reference.rpartition("/")[2]} if reference.startswith("#/components/schemas/") else set[str]()
        return own.union(*map(_schema_names, node.values()))
    return set[str]().union(*map(_schema_names, node)) if isinstance(node, list) else set()


def _localised(source: Source, place: Place) -> Any:
    node = place.node
    if isinstance(node, Mapping):
        if "$ref" not in node:
            return {str(key): _localised(source, place.under(key)) for key in node}
        target = source.resolve(place)
        beside = {str(key): _plain(value) for key, value in node.items() if key != "$ref"}
        return {"$ref": _local_pointer(place, target), **beside}
    if isinstance(node, list):
        return [_localised(source, place.under(index)) for index in range(len(node))]
    return _plain(node)


def _local_pointer(place: Place, target: Place) -> str:
    pointer = str(place.node["$ref"]).partition("#")[2]
    return f"#/components/schemas{pointer}" if target.file.startswith("schemas/") else f"#{pointer}"


def _allow_null(schema: Json) -> None:
    required = set(schema.get("required", ()))
    for name, node in schema.get("properties", {}).items():
        if name in required:
            continue
        if "$ref" in node:
            beside = {key: value for key, value in node.items() if key != "$ref"}
            schema["properties"][name] = {"oneOf": [{"$ref": node["$ref"]}, {"type": "null"}], **beside}
        elif isinstance(node.get("type"), str):
            node["type"] = [node["type"], "null"]


def _forbid_null(schema: Json) -> None:
    for name, node in schema.get("properties", {}).items():
        if isinstance(node.get("type"), list):
            node["type"] = next(kind for kind in node["type"] if kind != "null")
        if "oneOf" in node:
            schema["properties"][name] = node["oneOf"][0]
