"""The grammar of the description: its keys, the kind of each value, and the targets of references.

The other rules and the generator may rely on it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from generator.description import ERRORS_FILE, FRAMES_FILE, METHODS, ROOT_FILE, DescriptionError, Place, Source

# For each kind of node, its keys by the kind of their value. A kind is one of these or of the scalars below;
# in brackets it is a list of that kind, in braces a map from any name to that kind.
_NODES = {
    "description": {
        "text": "openapi",
        "info": "info",
        "[value]": "security",
        "[server]": "servers",
        "[tag]": "tags",
        "{path item}": "paths",
        "components": "components",
    },
    "info": {"text": "title version summary description", "contact": "contact"},
    "contact": {"text": "name url email"},
    "tag": {"text": "name description"},
    "server": {"text": "url description"},
    "security scheme": {"text": "type in name description"},
    "components": {
        "{security scheme}": "securitySchemes",
        "{named parameter}": "parameters",
        "{named response}": "responses",
    },
    "path item": {"operation": " ".join(METHODS)},
    "operation": {
        "text": "operationId summary description x-source x-evidence x-outcome",
        "grade": "x-weight-evidence",
        "number": "x-weight",
        "flag": "x-safe-to-repeat x-sorted-query",
        "[text]": "tags",
        "[{[value]}]": "security",
        "[server]": "servers",
        "page": "x-page",
        "[parameter]": "parameters",
        "body": "requestBody",
        "{response}": "responses",
    },
    "page": {"text": "key", "periods": "periods"},
    "periods": {"text": "start end sides time", "number": "days months"},
    "parameter": {
        "text": "name in description x-python-name",
        "grade": "x-evidence",
        "flag": "required",
        "schema": "schema",
        "value": "example",
    },
    "body": {"text": "description", "flag": "required", "{content}": "content"},
    "response": {"text": "description", "{content}": "content"},
    "content": {"answer": "schema", "value": "example", "{value}": "examples"},
    "answer": {"[answer part]": "allOf", "[answer]": "oneOf"},
    "answer part": {"text": "type", "{data}": "properties"},
    "data": {"text": "type format description x-unwrap x-wrap", "grade": "x-evidence", "schema": "items"},
    "named schema": {
        "text": "type description x-required-evidence",
        "grade": "x-evidence",
        "flag": "additionalProperties x-nullable-properties",
        "[value]": "enum",
        "[text]": "required x-enum-varnames x-enum-descriptions x-enum-evidence",
        "{group}": "x-groups",
        "{schema}": "properties",
        "value": "example",
    },
    "group": {"text": "description", "[value]": "members"},
    "schema": {
        "text": "type format description pattern x-python-name x-unlimited",
        "grade": "x-evidence",
        "flag": "x-secret x-untyped uniqueItems",
        "[text]": "x-also",
        "number": "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems",
        "value": "default example",
        "[value]": "enum",
        "schema": "items",
        "{schema}": "properties",
    },
}
_NODES["errors"] = {"{text}": "categories", "[error text]": "texts", "{error}": "codes"}
_NODES["error text"] = {"text": "contains category evidence"}
_NODES["error"] = {"text": "name category meaning advice evidence"}
_NODES["frames"] = {
    "text": "asyncapi defaultContentType",
    "info": "info",
    "{channel}": "channels",
    "{action}": "operations",
}
_NODES["channel"] = {
    "text": "title address description",
    "{channel parameter}": "parameters",
    "{message}": "messages",
}
_NODES["channel parameter"] = {"text": "description"}
_NODES["message"] = {
    "text": "name title summary x-source x-evidence",
    "payload": "payload",
    "{payload}": "x-content",
    "[message example]": "examples",
}
_NODES["message example"] = {"text": "name summary", "value": "payload"}
_NODES["payload"] = {}
_NODES["action"] = {
    "text": "action summary",
    "channel reference": "channel",
    "[message reference]": "messages",
}
_NODES["channel reference"] = _NODES["message reference"] = {}
NODES = {node: {key: kind for kind, keys in spec.items() for key in keys.split()} for node, spec in _NODES.items()}
for _name in ("path item", "parameter", "response"):
    # The same under the name by which it is referred to, where it cannot be a reference itself.
    NODES[f"named {_name}"] = NODES[_name]
SCALARS: dict[str, tuple[str, type]] = {
    "text": ("a text", str),
    "flag": ("true or false", bool),
    "number": ("an integer", int),
    "grade": ("a text", str),
}
EVIDENCE = ("official", "specification", "clients", "guess")
# What to write in place of keys, and of values of keys, that OpenAPI has and this description has not.
INSTEAD = {
    **dict.fromkeys(
        ("oneOf", "anyOf", "allOf", "not"),
        "a schema is an object, a set of values or one type; x-untyped: true keeps any value of an answer",
    ),
    **dict.fromkeys(
        ("additionalProperties", "patternProperties"),
        "an object has named properties; x-untyped: true keeps a map of an answer as it comes",
    ),
    **dict.fromkeys(
        ("nullable", "type"),
        "x-nullable-properties: true on the object lets all be null that is not required",
    ),
    "required": "the object lists the names of its required properties",
    "const": "a schema with an enum of one value is expected",
    "deprecated": "description is the place to say so",
}
_SCHEMA = (r"schemas/[^#]+#/[^/]+", "a named schema of a file in schemas/")
# The kinds that may be a reference, and their targets.
TARGETS = {
    "path item": (r"paths/[^#]+#/[^/]+", "a path of a file in paths/"),
    "parameter": (r"c2c\.yaml#/components/parameters/[^/]+", "a parameter under components of c2c.yaml"),
    "response": (r"c2c\.yaml#/components/responses/[^/]+", "a response under components of c2c.yaml"),
    "answer": _SCHEMA,
    "answer part": _SCHEMA,
    "data": _SCHEMA,
    "schema": _SCHEMA,
    "payload": _SCHEMA,
    "channel reference": (r"asyncapi\.yaml#/channels/[^/]+", "a channel of asyncapi.yaml"),
    "message reference": (r"asyncapi\.yaml#/channels/[^/]+/messages/[^/]+", "a message of a channel of asyncapi.yaml"),
}


def kinds(source: Source) -> Iterator[str]:
    """Find values of the wrong kind, and references to the wrong target."""
    return (finding for known, finding in _all_findings(source) if known)


def keys(source: Source) -> Iterator[str]:
    """Find keys that nothing reads: misspelt or unsupported."""
    return (finding for known, finding in _all_findings(source) if not known)


def _all_findings(source: Source) -> Iterator[tuple[bool, str]]:
    for file in source.files:
        top = source.file(file)
        if file == ROOT_FILE:
            yield from _visit(source, "the file", top, "description")
        elif file == ERRORS_FILE:
            yield from _visit(source, "the file", top, "errors")
        elif file == FRAMES_FILE:
            yield from _visit(source, "the file", top, "frames")
        elif file.startswith("paths/"):
            yield from _visit(source, "the file", top, "{named path item}")
        elif file.startswith("schemas/"):
            yield from _visit(source, "the file", top, "{named schema}")
        else:
            yield True, top.finding("a file of the description lies in paths/ or schemas/")


def _visit(source: Source, name: str, place: Place, kind: str) -> Iterator[tuple[bool, str]]:
    node = place.node
    if kind == "value":
        return
    if kind in SCALARS:
        expected, wanted = SCALARS[kind]
        if not isinstance(node, wanted) or (kind == "number" and isinstance(node, bool)):
            instead = f"; {INSTEAD[name]}" if name in INSTEAD and isinstance(node, (Mapping, list)) else ""
            yield True, place.finding(f"{name}: {expected} is expected{instead}")
        elif kind == "grade" and node not in EVIDENCE:
            yield False, place.finding(f"{name}: one of {', '.join(EVIDENCE)} is expected")
    elif kind.startswith("["):
        if not isinstance(node, list):
            yield True, place.finding(f"{name}: a list is expected")
            return
        for index in range(len(node)):
            yield from _visit(source, f"{name}[{index}]", place.under(index), kind[1:-1])
    elif not isinstance(node, Mapping):
        yield True, place.finding(f"{name}: a map is expected")
    else:
        yield from _map(source, place, kind)


def _map(source: Source, place: Place, kind: str) -> Iterator[tuple[bool, str]]:
    known = NODES.get(kind)
    if kind.endswith(" reference") and "$ref" not in place.node:
        yield True, place.finding("a $ref is expected")
    for key in place.node:
        inner = place.under(key)
        if not isinstance(key, str):
            yield True, inner.finding(f"the key {key!r} is not a text; put it into quotes")
        elif key == "$ref":
            yield from ((True, finding) for finding in _reference(source, place, kind))
        elif known is None:
            yield from _visit(source, key, inner, kind[1:-1])
        elif key in known:
            yield from _visit(source, key, inner, known[key])
        else:
            yield False, inner.finding(f"{key} is not understood by the generator; {_instead(inner, key, known)}")


def _instead(place: Place, key: str, known: Collection[str]) -> str:
    """The words for what is expected in place of an unknown key."""
    if place.node is None and " " in key:
        return "a text with a comma has to be in quotes here"
    close = get_close_matches(key, known, n=1, cutoff=0.75)
    if key in INSTEAD or close:
        return INSTEAD.get(key) or f"did you mean {close[0]}?"
    return f"one of {', '.join(sorted(known))} is expected" if known else "a $ref is expected"


def _reference(source: Source, place: Place, kind: str) -> Iterator[str]:
    here = place.under("$ref")
    if kind not in TARGETS:
        yield here.finding("a $ref cannot stand here")
        return
    if not isinstance(here.node, str):
        yield here.finding("$ref: a text is expected")
        return
    try:
        target = source.resolve(place)
    except DescriptionError as error:
        yield error.findings[0]
        return
    pattern, expected = TARGETS[kind]
    if not re.fullmatch(pattern, f"{target.file}#{str(here.node).partition('#')[2]}"):
        yield here.finding(f"$ref {str(here.node)!r}: {expected} is expected")
