"""The rules for operations: their own keys, arguments and answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.description import Operation, Place, Source
from generator.lint.access import TEXT, TOKEN, is_reserved_header, key_header
from generator.lint.grammar import EVIDENCE
from generator.lint.names import RESERVED_ARGUMENTS, check_python_name, python_name
from generator.lint.schemas import FORMATS, check_property, is_missing

SIGNING_PARAMETERS = frozenset({"timestamp", "recvWindow", "signature"})
SECURITY: tuple[list[dict[str, list[str]]], ...] = ([], [{"apiKey": []}], [{"apiKey": [], "signature": []}])
ENVELOPES = ("Envelope", "PagedEnvelope")
METHODS = ("get", "post", "put", "delete")
ANSWERS = ("200", "4XX", "5XX")
ITEM_KEYS = frozenset({"$ref", "type", "format", "description", "items"})
"""The keywords that are read for an item if the `data` of an answer is a list of items."""
HEAVIEST = 6000
"""The exchange's lowest limit for an IP address in a minute: a call with a higher weight could never be sent."""
LONGEST_PERIODS = {"days": 366, "months": 120}


def check(source: Source) -> Iterator[str]:
    for operation in source.operations():
        for message in _declarations(operation):
            yield operation.place.finding(f"{operation.id}: {message}")
        yield from _parameters(source, operation)
        yield from _body(operation)
        yield from _arguments(source, operation)
        yield from _answer(source, operation)


def _declarations(operation: Operation) -> Iterator[str]:
    node: Mapping[str, Any] = operation.place.node
    if [operation.id.rpartition(".")[0] or operation.id] != list(node.get("tags", [])):
        yield "tags: exactly one is expected, the part of operationId before the last dot"
    if "{" in operation.path:
        yield "path parameters are not supported: the API has none"
    if operation.method not in METHODS:
        yield f"{operation.method.upper()}: one of {', '.join(METHODS)} is expected"
    for key in ("summary", "description", "x-source"):
        if is_missing(node, key):
            yield f"{key} is missing"
    if node.get("x-evidence") not in EVIDENCE:
        yield f"x-evidence: one of {', '.join(EVIDENCE)} is expected"
    if not 1 <= node.get("x-weight", 0) <= HEAVIEST:
        yield f"x-weight: an integer from 1 to {HEAVIEST} is expected"
    if "x-safe-to-repeat" not in node:
        yield "x-safe-to-repeat: true or false is expected; the HTTP method says nothing in this API"
    elif node["x-safe-to-repeat"] != is_missing(node, "x-outcome"):
        yield "x-outcome is expected exactly where x-safe-to-repeat is false"
    yield from _access(node)


def _access(node: Mapping[str, Any]) -> Iterator[str]:
    if "security" not in node or [dict(entry) for entry in node["security"]] not in SECURITY:
        yield "security: [] or [{apiKey: []}] or [{apiKey: [], signature: []}] is expected"
    if "servers" in node and node.get("security"):
        yield "servers: only operations without a key may name another host than the API's"
    if "200" not in node.get("responses", {}):
        yield 'responses: a "200" is expected'
        return
    for status in node["responses"]:
        if status not in ANSWERS:
            yield f"responses: {status} is not understood by the generator; one of {', '.join(ANSWERS)} is expected"


def _parameters(source: Source, operation: Operation) -> Iterator[str]:
    signers = {*SIGNING_PARAMETERS, str(key_header(source)).lower()}
    seen: set[tuple[str, str]] = set()
    for listed, parameter in _listed_parameters(source, operation):
        name, where = str(parameter.node.get("name", "")), parameter.node.get("in")
        label = f"{operation.id}: {name}"
        wire = str(where), name.lower() if where == "header" else name
        if wire[1] in signers:
            yield listed.finding(f"{label}: the signer adds this parameter; do not list it")
        if wire in seen:
            yield listed.finding(f"{label} is listed twice")
        seen.add(wire)
        if not name or "schema" not in parameter.node:
            yield parameter.finding(f"{label}: a parameter has a name and a schema")
        elif where == "header":
            yield from _header(parameter, name, label)
        elif where != "query":
            yield parameter.finding(f"{label} in {where}: only query and header are supported")
        else:
            yield from _query_parameter(source, parameter, name, label)


def _header(parameter: Place, name: str, label: str) -> Iterator[str]:
    """Check a header, which has one fixed value that is sent with every call."""
    schema = parameter.node["schema"]
    values = list(schema.get("enum", []))
    if len(values) != 1:
        yield parameter.finding(f"{label}: a header needs an enum of exactly one value")
    elif schema.get("type") != "string" or not (isinstance(values[0], str) and TEXT.fullmatch(values[0])):
        yield parameter.finding(
            f"{label}: the value of a header is a string of printable ASCII, without space around it"
        )
    if not TOKEN.fullmatch(name) or is_reserved_header(name):
        yield parameter.finding(f"{label}: cannot be the name of a header that is sent")


def _query_parameter(source: Source, parameter: Place, name: str, label: str) -> Iterator[str]:
    schema = parameter.under("schema")
    if is_missing(parameter.node, "description"):
        yield parameter.finding(f"{label}: description is missing")
    if source.follow(schema).node.get("type") in {"array", "object"}:
        yield parameter.finding(f"{label}: only single values can stand in a query")
    if parameter.node.get("required") and "default" in schema.node:
        yield parameter.finding(f"{label}: an argument with a default is not required")
    yield from check_property(source, schema, label, argument=True)
    yield from check_python_name(parameter, name, RESERVED_ARGUMENTS)


def _body(operation: Operation) -> Iterator[str]:
    if "requestBody" not in operation.place.node:
        return
    body = operation.place.under("requestBody")
    content = body.node.get("content", {})
    if list(content) != ["application/json"]:
        yield body.finding(f"{operation.id}: a body is application/json and nothing else")
        return
    if operation.method in {"get", "delete"}:
        yield body.finding(f"{operation.id}: a {operation.method.upper()} has no body")
    if not str(content["application/json"].get("schema", {}).get("$ref", "")).endswith("Request"):
        yield body.finding(f"{operation.id}: a body is a $ref to a schema whose name ends in Request")
    if not body.node.get("required"):
        yield body.finding(f"{operation.id}: a body has required: true, since it is always sent")


def _arguments(source: Source, operation: Operation) -> Iterator[str]:
    counted: set[str] = set()
    taken: set[str] = set()
    for wire, named, schema, _ in _all_arguments(source, operation):
        python = python_name(named, wire)
        if python in taken:
            yield operation.place.finding(f"{operation.id}: two arguments are called {python}")
        taken.add(python)
        if python == wire and schema.node.get("type") == "integer" and "default" in schema.node:
            counted.add(wire)
    if "x-page" in operation.place.node and not {"page", "rows"} <= counted:
        yield operation.place.finding(f"{operation.id}: a page needs arguments page and rows, integers with a default")


def _all_arguments(source: Source, operation: Operation) -> Iterator[tuple[str, Place, Place, bool]]:
    """The wire name of each argument, the place of its name, its schema, and whether it is required."""
    for _, parameter in _listed_parameters(source, operation):
        if parameter.node.get("in") == "query" and "schema" in parameter.node:
            required = bool(parameter.node.get("required", False))
            yield str(parameter.node.get("name", "")), parameter, parameter.under("schema"), required
    body = source.body(operation)
    if body is not None and "properties" in body.node:
        properties = body.under("properties")
        for wire in properties.node:
            yield str(wire), properties.under(wire), properties.under(wire), wire in body.node.get("required", [])


def _answer(source: Source, operation: Operation) -> Iterator[str]:
    if "200" not in operation.place.node.get("responses", {}):
        return
    responses = operation.place.under("responses")
    for status in responses.node:
        answer = source.follow(responses.under(status))
        if is_missing(answer.node, "description"):
            yield answer.finding(f"{operation.id}: {status}: description is missing")
    response = source.follow(operation.place.under("responses").under("200"))
    content = response.node.get("content", {})
    if list(content) != ["application/json"] or "schema" not in content["application/json"]:
        yield response.finding(f"{operation.id}: the 200 answer has no application/json schema")
        return
    if "example" not in content["application/json"]:
        place = response.under("content").under("application/json")
        yield place.finding(
            f"{operation.id}: the 200 answer has no example, which a sandbox gives until it simulates the operation"
        )
    schema = response.under("content").under("application/json").under("schema")
    parts = list(schema.node.get("allOf", []))
    paged = False
    if "$ref" in schema.node:
        if _name(schema.node) != "Envelope" and not _is_model(source, schema):
            yield schema.finding(f"{operation.id}: an answer is an envelope or an object")
    elif (
        len(parts) != 2  # noqa: PLR2004
        or _name(parts[0]) not in ENVELOPES
        or parts[1].get("type") != "object"
        or list(parts[1].get("properties", {})) != ["data"]
    ):
        yield schema.finding(f"{operation.id}: allOf of an envelope and an object with `data` alone is expected")
        return
    else:
        paged = _name(parts[0]) == "PagedEnvelope"
        data = schema.under("allOf").under(1).under("properties").under("data")
        yield from _data(source, operation, data, paged=paged)
    if paged != ("x-page" in operation.place.node):
        yield operation.place.finding(f"{operation.id}: x-page is expected exactly where the answer is a PagedEnvelope")


def _data(source: Source, operation: Operation, data: Place, *, paged: bool) -> Iterator[str]:
    node = data.node
    rows = node.get("type") == "array" and "$ref" in node.get("items", {}) and _is_model(source, data.under("items"))
    if paged:
        if not rows:
            yield data.finding(f"{operation.id}: `data` of a page is an array of $ref to an object")
        elif "x-page" in operation.place.node:
            yield from _row_key(source, operation, data.under("items"))
            if "periods" in operation.place.node["x-page"]:
                yield from _periods(source, operation, data.under("items"))
        return
    one = data.under("items") if node.get("type") == "array" and "items" in node else data
    if not (_is_value(source, one) or _is_model(source, one)):
        yield data.finding(
            f"{operation.id}: `data` is a $ref to an object or to a set of values, a string, an integer, a boolean,"
            " or an array of one of these"
        )
    unread = sorted(set(one.node) - ITEM_KEYS) if one is not data else []
    for key in unread:
        yield one.under(key).finding(
            f"{operation.id}: `data`: {key}: limits on the items of an answer's list are not checked"
        )
    if "items" in node and one is data:
        yield data.under("items").finding(f"{operation.id}: `data`: items belong to type array")
    if "x-unwrap" in node and (node.get("type"), node.get("format")) != ("string", None):
        yield data.finding(f"{operation.id}: x-unwrap stands beside a string")
    if "x-wrap" in node and not _holds_model(source, data, str(node["x-wrap"])):
        yield data.finding(f"{operation.id}: x-wrap stands beside a $ref to an object, and names an object in it")


def _holds_model(source: Source, data: Place, key: str) -> bool:
    """Whether `data` is an object that has another one under a key."""
    if "$ref" not in data.node or not _is_model(source, data):
        return False
    properties = source.follow(data).under("properties")
    return key in properties.node and _is_model(source, properties.under(key))


def _row_key(source: Source, operation: Operation, row: Place) -> Iterator[str]:
    key = str(operation.place.node["x-page"].get("key", ""))
    for wire in key.split("."):
        schema = source.follow(row)
        if wire not in schema.node.get("required", []) or wire not in schema.node.get("properties", {}):
            break
        row = schema.under("properties").under(wire)
    else:
        if source.follow(row).node.get("type") in {"string", "integer"}:
            return
    yield operation.place.under("x-page").finding(
        f"{operation.id}: x-page: {key!r}: a required value of each row is expected"
    )


def _periods(source: Source, operation: Operation, row: Place) -> Iterator[str]:
    place = operation.place.under("x-page").under("periods")
    optional = {wire: schema for wire, _, schema, required in _all_arguments(source, operation) if not required}
    fields = source.follow(row).under("properties")
    times = {wire for wire, schema in optional.items() if _is_time(schema)}
    expected = {
        "start": (times, "optional argument that is a time"),
        "end": (times, "optional argument that is a time"),
        "sides": (
            {wire for wire, schema in optional.items() if "enum" in source.follow(schema).node},
            "optional argument with a set of values",
        ),
        "time": ({wire for wire in fields.node if _is_time(fields.under(wire))}, "field of a row that is a time"),
    }
    for key, (known, what) in expected.items():
        given = place.node.get(key, "")
        if given not in known:
            yield place.finding(f"{operation.id}: periods: {key}: {given!r} is no {what}")
    for key, most in LONGEST_PERIODS.items():
        if not 1 <= place.node.get(key, 0) <= most:
            yield place.finding(f"{operation.id}: periods: {key}: an integer from 1 to {most} is expected")


def _is_time(schema: Place) -> bool:
    return bool(schema.node.get("format") == "epoch-ms")


def _listed_parameters(source: Source, operation: Operation) -> Iterator[tuple[Place, Place]]:
    """For each parameter, the place where the operation lists it and the place where it is described."""
    if "parameters" in operation.place.node:
        listed = operation.place.under("parameters")
        for index in range(len(listed.node)):
            yield listed.under(index), source.follow(listed.under(index))


def _is_model(source: Source, reference: Place) -> bool:
    node = source.follow(reference).node
    is_object = "$ref" in reference.node and node.get("type") == "object" and "properties" in node
    return is_object and _name(reference.node) not in ENVELOPES


def _is_value(source: Source, schema: Place) -> bool:
    """Whether it is a single value: a string, integer or boolean of a known format, or an enum."""
    node = schema.node
    if "$ref" in node:
        return "enum" in source.follow(schema).node
    known = {"boolean": frozenset[str](), **FORMATS}.get(str(node.get("type")))
    return known is not None and node.get("format") in {None, *known}


def _name(node: Mapping[str, Any]) -> str:
    return str(node.get("$ref", "")).rpartition("/")[2]
