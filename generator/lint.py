"""Every way the description could mislead the tools without a word, found first and named by file and line.

What openapi-python-client drops, flattens or clashes over silently is listed in its own rules here; the rest are the
conventions of `openapi/README.md`.
"""

import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.names import snake_case
from generator.source import DescriptionError, Operation, Place, Source, walk

SIGNERS = frozenset({"timestamp", "recvWindow", "signature", "X-MBX-APIKEY"})
EVIDENCE = ("official", "specification", "clients", "guess")
OPERATION_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
SCHEMA_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
TYPES = frozenset({"string", "integer", "boolean", "array", "object"})
FORMATS = {
    "string": frozenset({"decimal", "date-time"}),
    "integer": frozenset({"int32", "int64", "epoch-ms"}),
}
SECURITY: tuple[list[dict[str, list[str]]], ...] = ([], [{"apiKey": []}], [{"apiKey": [], "signature": []}])
SCHEMA_KEYWORDS = frozenset(
    {
        "$ref", "additionalProperties", "default", "description", "enum", "example", "examples", "format", "items",
        "maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum", "properties", "required", "title",
        "type",
    }
)  # fmt: skip
# Attributes and methods every model has.
RESERVED_FIELDS = frozenset({"extra", "from_dict", "to_dict"})
# Names the builders' bodies use.
RESERVED_ARGUMENTS = frozenset({"self", "body", "query"})

Finding = str
Rule = Callable[[Source], Iterator[Finding]]


def check(source: Source) -> None:
    """Raise `DescriptionError` with everything that is wrong, in the order of the files."""
    findings: list[Finding] = []
    for rule in RULES:
        findings.extend(rule(source))
        # What does not resolve would trip the rules that follow.
        if findings and rule is _references:
            break
    if findings:
        raise DescriptionError(sorted(set(findings), key=_by_file_and_line))


def _version(source: Source) -> Iterator[Finding]:
    version = str(source.root.node.get("openapi", ""))
    if not version.startswith("3.1."):
        yield source.root.finding(f"openapi: 3.1 is expected, not {version or 'nothing'}")
    if "security" in source.root.node:
        yield source.root.under("security").finding("security stands on each operation; at the top it is ignored")


def _references(source: Source) -> Iterator[Finding]:
    for file, content in source.files.items():
        for _, place in walk(Place(file, content, 1)):
            if not isinstance(place.node, Mapping) or "$ref" not in place.node:
                continue
            reference = str(place.node["$ref"])
            here = place.under("$ref")
            if "://" in reference:
                yield here.finding(f"$ref {reference!r}: only files of the description can be referred to")
                continue
            if "/properties/" in reference or "$defs" in reference:
                yield here.finding(f"$ref {reference!r}: refer to a named schema, not into one")
                continue
            try:
                source.resolve(place)
            except DescriptionError as error:
                yield error.findings[0]


def _schema_names(source: Source) -> Iterator[Finding]:
    seen: dict[str, Place] = {}
    modules: dict[str, str] = {}
    for name, place in source.schemas():
        if name in seen:
            yield place.finding(f"schema {name} is also in {seen[name].file}:{seen[name].line}")
        seen[name] = place
        if not SCHEMA_NAME.fullmatch(name):
            yield place.finding(f"schema {name}: a class name in CamelCase is expected")
        module = snake_case(name)
        if modules.setdefault(module, name) != name:
            yield place.finding(f"schema {name} and {modules[module]} both become module {module}")


def _operation_names(source: Source) -> Iterator[Finding]:
    operations: dict[str, Place] = {}
    listed = {str(path) for path in source.root.node.get("paths", {})}
    for operation in source.operations():
        if operation.id in operations:
            earlier = operations[operation.id]
            yield operation.place.finding(f"operationId {operation.id} is also in {earlier.file}:{earlier.line}")
        operations[operation.id] = operation.place
    for file, content in source.files.items():
        if file.startswith("paths/"):
            top = Place(file, content, 1)
            for path in content:
                if str(path) not in listed:
                    yield top.under(path).finding(f"{path} is not listed under `paths` of c2c.yaml")


def _operations(source: Source) -> Iterator[Finding]:
    for operation in source.operations():
        for message in _operation_messages(operation.place.node, operation):
            yield operation.place.finding(f"{operation.id}: {message}")
        yield from _parameters(source, operation)
        yield from _body(operation)
        yield from _answer(source, operation)


def _operation_messages(node: Mapping[str, Any], operation: Operation) -> Iterator[str]:
    if not OPERATION_ID.fullmatch(str(node.get("operationId", ""))):
        yield "operationId is expected to be resource.method"
    if [operation.id.partition(".")[0]] != list(node.get("tags", [])):
        yield "tags: exactly one is expected, the part of operationId before the dot"
    if "{" in operation.path:
        yield "path parameters are not supported: the API has none"
    for key in ("summary", "description", "x-source"):
        if not str(node.get(key) or "").strip():
            yield f"{key} is missing"
    if node.get("x-evidence") not in EVIDENCE:
        yield f"x-evidence: one of {', '.join(EVIDENCE)} is expected"
    if type(node.get("x-weight")) is bool or not isinstance(node.get("x-weight"), int) or node["x-weight"] < 1:
        yield "x-weight: a positive integer is expected"
    yield from _promises(node)


def _promises(node: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(node.get("x-safe-to-repeat"), bool):
        yield "x-safe-to-repeat: true or false is expected; the HTTP method says nothing in this API"
    elif node["x-safe-to-repeat"] == bool(str(node.get("x-outcome") or "").strip()):
        yield "x-outcome is expected exactly where x-safe-to-repeat is false"
    if "security" not in node or [dict(entry) for entry in node["security"]] not in SECURITY:
        yield "security: [] or [{apiKey: []}] or [{apiKey: [], signature: []}] is expected"
    if "200" not in node.get("responses", {}):
        yield 'responses: a "200" is expected'


def _parameters(source: Source, operation: Operation) -> Iterator[Finding]:
    if "parameters" not in operation.place.node:
        return
    listed = operation.place.under("parameters")
    for index in range(len(listed.node)):
        parameter = source.follow(listed.under(index))
        name, where = str(parameter.node.get("name")), parameter.node.get("in")
        if name in SIGNERS:
            yield listed.under(index).finding(f"{operation.id}: {name} is the signer's and is never listed")
        if where not in {"query", "header"}:
            yield parameter.finding(f"{operation.id}: parameter {name} in {where}: only query and header are supported")
        schema = parameter.node.get("schema", {})
        if where == "header" and len(schema.get("enum", [])) != 1:
            yield parameter.finding(f"{operation.id}: header {name} needs an enum of exactly one value")
        if where == "query":
            yield from _query_parameter(source, parameter, f"{operation.id}: {name}")
            yield from _python_name(parameter, name, RESERVED_ARGUMENTS)


def _query_parameter(source: Source, parameter: Place, label: str) -> Iterator[Finding]:
    if {"style", "explode", "content"} & set(parameter.node):
        yield parameter.finding(f"{label}: style, explode and content are ignored by the tools")
    if not str(parameter.node.get("description") or "").strip():
        yield parameter.finding(f"{label}: description is missing")
    schema = parameter.under("schema")
    if source.follow(schema).node.get("type") in {"array", "object"}:
        yield parameter.finding(f"{label}: only single values can stand in a query")
    if "$ref" not in schema.node:
        yield from _property(schema, label)


def _body(operation: Operation) -> Iterator[Finding]:
    if "requestBody" not in operation.place.node:
        return
    body = operation.place.under("requestBody")
    content = body.node.get("content", {})
    if list(content) != ["application/json"]:
        yield body.finding(f"{operation.id}: a body is application/json and nothing else")
        return
    if operation.method == "get":
        yield body.finding(f"{operation.id}: a GET has no body")
    schema = body.under("content").under("application/json").under("schema")
    if "$ref" not in schema.node or not str(schema.node["$ref"]).endswith("Request"):
        yield schema.finding(f"{operation.id}: a body is a $ref to a schema whose name ends in Request")


def _answer(source: Source, operation: Operation) -> Iterator[Finding]:
    if "200" not in operation.place.node.get("responses", {}):
        return
    response = source.follow(operation.place.under("responses").under("200"))
    try:
        schema = response.under("content").under("application/json").under("schema")
    except (KeyError, TypeError):
        yield response.finding(f"{operation.id}: the 200 answer has no application/json schema")
        return
    paged = False
    if "$ref" not in schema.node:
        parts = list(schema.node.get("allOf", []))
        shape_is_right = (
            len(parts) == 2  # noqa: PLR2004
            and str(parts[0].get("$ref", "")).endswith("Envelope")
            and list(parts[1].get("properties", {})) == ["data"]
        )
        if not shape_is_right:
            yield schema.finding(f"{operation.id}: allOf of an envelope and an object with `data` alone is expected")
            return
        paged = str(parts[0]["$ref"]).endswith("PagedEnvelope")
        data = schema.under("allOf").under(1).under("properties").under("data")
        yield from _answer_data(operation, data)
    if paged != ("x-page" in operation.place.node):
        yield operation.place.finding(f"{operation.id}: x-page is expected exactly where the answer is a PagedEnvelope")


def _answer_data(operation: Operation, data: Place) -> Iterator[Finding]:
    node = data.node
    if "$ref" in node or node.get("type") in {"string", "boolean"}:
        return
    if node.get("type") == "array" and "$ref" in node.get("items", {}):
        return
    yield data.finding(f"{operation.id}: `data` is a $ref, an array of $ref, a string or a boolean")


def _schemas(source: Source) -> Iterator[Finding]:
    for name, schema in source.schemas():
        node = schema.node
        if "oneOf" in node:
            continue
        unknown = [key for key in node if key not in SCHEMA_KEYWORDS and not str(key).startswith("x-")]
        for key in unknown:
            yield schema.under(key).finding(f"schema {name}: {key} is not understood by the generator")
        if "enum" in node:
            yield from _enum(name, schema)
        elif node.get("type") != "object":
            yield schema.finding(f"schema {name}: an object or an enum is expected")
        else:
            yield from _object(name, schema)


def _enum(name: str, schema: Place) -> Iterator[Finding]:
    node = schema.node
    values = list(node["enum"])
    wanted: type = {"string": str, "integer": int}.get(str(node.get("type")), object)
    if wanted is object or not all(isinstance(value, wanted) for value in values):
        yield schema.finding(f"schema {name}: an enum of strings or of integers, with its type, is expected")
    varnames = node.get("x-enum-varnames")
    if wanted is int and varnames is None:
        yield schema.finding(f"schema {name}: x-enum-varnames are expected for numbers")
    names = [str(value) for value in varnames or values]
    if len(names) != len(values) or len(node.get("x-enum-descriptions", values)) != len(values):
        yield schema.finding(f"schema {name}: x-enum-varnames and x-enum-descriptions go with each value of enum")
    folded = [member.upper() for member in names]
    if len(set(folded)) != len(folded):
        yield schema.finding(f"schema {name}: two values become one member name")
    for member in folded:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", member):
            yield schema.finding(f"schema {name}: {member!r} is no member name; give x-enum-varnames")
    if not str(node.get("description") or "").strip():
        yield schema.finding(f"schema {name}: description is missing")


def _object(name: str, schema: Place) -> Iterator[Finding]:
    node = schema.node
    if "properties" not in node:
        if node.get("additionalProperties") is not False and not name.endswith("Envelope"):
            yield schema.finding(f"schema {name}: an object without properties")
        return
    properties = schema.under("properties")
    for required in node.get("required", []):
        if required not in properties.node:
            yield schema.under("required").finding(f"schema {name}: required {required} is not among its properties")
    request = node.get("additionalProperties") is False
    taken: dict[str, str] = {}
    for wire in properties.node:
        place = properties.under(wire)
        if not str(place.node.get("description") or "").strip():
            yield place.finding(f"{name}.{wire}: description is missing")
        yield from _property(place, f"{name}.{wire}")
        yield from _python_name(place, str(wire), RESERVED_ARGUMENTS if request else RESERVED_FIELDS)
        python = str(place.node.get("x-python-name") or snake_case(str(wire)))
        if taken.setdefault(python, str(wire)) != wire:
            yield place.finding(f"{name}.{wire}: {python} is also the Python name of {taken[python]}")


def _property(place: Place, label: str) -> Iterator[Finding]:
    node = place.node
    if "$ref" in node:
        return
    kind = node.get("type")
    yield from _property_type(place, kind, label)
    for key in ("oneOf", "anyOf", "allOf", "not", "pattern", "prefixItems", "patternProperties", "discriminator"):
        if key in node:
            yield place.under(key).finding(f"{label}: {key} is flattened or ignored by the tools")
    if "format" in node and node["format"] not in FORMATS.get(str(kind), frozenset()):
        yield place.under("format").finding(f"{label}: format {node['format']} is not known for {kind}")
    if kind == "array":
        if "items" not in node:
            yield place.finding(f"{label}: an array without items is dropped by the tools")
        else:
            yield from _property(place.under("items"), f"{label}[]")


def _property_type(place: Place, kind: object, label: str) -> Iterator[Finding]:
    node = place.node
    if kind == "number":
        yield place.finding(f"{label}: number loses digits; money is {{type: string, format: decimal}}")
    elif kind == "object" or "properties" in node:
        yield place.finding(f"{label}: an inline object; give it a name under schemas/")
    elif kind not in TYPES:
        yield place.finding(f"{label}: type {kind!r}; one of string, integer, boolean, array is expected")
    if "enum" in node or "const" in node:
        yield place.finding(f"{label}: an inline enum; give it a name under schemas/")


def _python_name(place: Place, wire: str, reserved: frozenset[str]) -> Iterator[Finding]:
    name = str(place.node.get("x-python-name") or snake_case(wire))
    if not name.isidentifier() or keyword.iskeyword(name) or name in reserved or name != name.lower():
        yield place.finding(f"{wire}: {name!r} cannot be a Python name here; give x-python-name")


def _by_file_and_line(finding: Finding) -> tuple[str, int, str]:
    file, line, message = finding.split(":", 2)
    return file, int(line), message


RULES: tuple[Rule, ...] = (_version, _references, _schema_names, _operation_names, _operations, _schemas)
