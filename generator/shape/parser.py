"""Parses the bundled document into the shape of the SDK, with openapi-python-client.

That tool is used because users asked for it: its parser resolves references, decides what is a model, an enum, a list
or a scalar, and which properties are required. What it drops (extensions, formats, limits, keywords beside a `$ref`) is
read from the document.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from openapi_python_client import GeneratorData
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.parser.properties import (
    EnumProperty,
    ModelProperty,
    Property,
)
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty

from generator.description import (
    LIMITS,
    DescriptionError,
    Json,
    Source,
    answer_data,
    answer_schema,
    envelope_name,
    for_openapi_python_client,
    local,
)
from generator.names import class_case, snake_case
from generator.shape import catalogue, extensions
from generator.shape.extensions import prose
from generator.shape.values import (
    Category,
    Enum,
    Field,
    Frame,
    Kind,
    Limits,
    Member,
    Model,
    Operation,
    Periods,
    Shape,
    Tag,
    Type,
)

# The tool requires a configuration, which only matters for writing files.
_CONFIG = Config.from_sources(
    ConfigFile(),
    meta_type=MetaType.NONE,
    document_source=Path("openapi"),
    file_encoding="utf-8",
    overwrite=False,
    output_path=None,
)
SECURITY = {0: "NONE", 1: "KEY", 2: "SIGNED"}


def parse(source: Source, document: Json) -> Shape:
    """The shape of the SDK. Every warning of the tool is an error here, since it only warns of lost endpoints."""
    data = _openapi_python_client(for_openapi_python_client(document))
    reader = _Reader(source, document, data)
    return Shape(
        access=extensions.access(document),
        enums=tuple(reader.enums()),
        models=tuple(reader.models()),
        tags=tuple(reader.tags()),
        docs=reader.docs(),
        errors=catalogue.errors(source.errors.node) if source.errors else None,
        frames=tuple(reader.frames()),
    )


def _openapi_python_client(document: Json) -> GeneratorData:
    data = GeneratorData.from_dict(document, config=_CONFIG)
    if isinstance(data, GeneratorError):
        raise DescriptionError([_complaint(data)])
    problems: list[GeneratorError] = list(data.errors)
    for collection in data.endpoint_collections_by_tag.values():
        problems.extend(collection.parse_errors)
        problems.extend(error for endpoint in collection.endpoints for error in endpoint.errors)
    if problems:
        raise DescriptionError([_complaint(problem) for problem in problems])
    return data


def _complaint(problem: GeneratorError | ParseError) -> str:
    parts = (problem.header, problem.detail)
    return "c2c.yaml:1: openapi-python-client: " + " ".join(" ".join(str(part).split()) for part in parts if part)


class _Reader:
    """Combines the tool's parsed data with the document, name by name."""

    def __init__(self, source: Source, document: Json, data: GeneratorData) -> None:
        self._source = source
        self._document = document
        self._schemas: Json = document["components"]["schemas"]
        self._files = {name: place.file for name, place in source.schemas()}
        self._operation_files = {operation.id: operation.place.file for operation in source.operations()}
        self._enums: dict[str, EnumProperty] = {
            str(enum.class_info.name): enum for enum in data.enums if isinstance(enum, EnumProperty)
        }
        self._models: dict[str, ModelProperty] = {str(model.class_info.name): model for model in data.models}
        self._collections = data.endpoint_collections_by_tag
        parsed, described = {*self._enums, *self._models}, {*self._schemas}
        if parsed != described:
            odd = ", ".join(sorted(parsed ^ described))
            raise DescriptionError([f"c2c.yaml:1: openapi-python-client sees other schemas than are described: {odd}"])

    def enums(self) -> Iterator[Enum]:
        for name in sorted(self._enums):
            schema = self._schemas[name]
            values = schema["enum"]
            names = schema.get("x-enum-varnames", values)
            docs = schema.get("x-enum-descriptions", [""] * len(values))
            members = tuple(Member(str(n).upper(), v, prose(d)) for n, v, d in zip(names, values, docs, strict=True))
            yield Enum(
                name=name,
                doc=prose(schema["description"]),
                members=members,
                groups=tuple(extensions.groups(schema, members)),
            )

    def models(self) -> Iterator[Model]:
        wanted = self._used_models()
        for name in sorted(wanted):
            schema = self._schemas[name]
            yield Model(
                name=name,
                module=snake_case(name),
                doc=prose(schema.get("description")),
                file=f"openapi/{self._files[name]}",
                fields=tuple(self._fields(name)),
            )

    def tags(self) -> Iterator[Tag]:
        docs = {one.name: one.doc for one in self.docs()}
        by_tag: dict[str, list[Operation]] = {}
        files: dict[str, str] = {}
        for endpoint, path, item in self._endpoints():
            node = item[endpoint.method]
            tag, _, method_name = str(node["operationId"]).rpartition(".")
            by_tag.setdefault(tag, []).append(self._operation(endpoint, path, node, tag, method_name))
            files[tag] = f"openapi/{self._operation_files[str(node['operationId'])]}"
        for tag in sorted(by_tag):
            yield Tag(
                name=tag,
                class_name=class_case(tag),
                doc=docs.get(tag, ""),
                file=files[tag],
                operations=tuple(sorted(by_tag[tag], key=lambda operation: operation.method_name)),
            )

    def frames(self) -> Iterator[Frame]:
        """The chat's frames, in the order of the description."""
        for message in self._source.messages():
            node = message.place.node
            contents = node.get("x-content", {})
            yield Frame(
                name=message.name,
                received=message.action == "receive",
                model=extensions.reference_name(node["payload"]),
                contents=tuple((str(key), extensions.reference_name(contents[key])) for key in contents),
                doc=prose(node["summary"]),
                evidence=str(node["x-evidence"]),
                source=prose(node["x-source"]),
            )

    def docs(self) -> tuple[Category, ...]:
        """The description of each tag, families included."""
        tags = self._document.get("tags", ())
        return tuple(Category(str(tag["name"]), prose(tag.get("description"))) for tag in tags)

    def _endpoints(self) -> Iterator[tuple[Any, str, Json]]:
        found = 0
        for collection in self._collections.values():
            for endpoint in collection.endpoints:
                found += 1
                path = endpoint.path.get_untrusted_value()
                yield endpoint, path, self._document["paths"][path]
        described = sum(len(item) for item in self._document["paths"].values())
        if found != described:
            message = f"c2c.yaml:1: openapi-python-client sees {found} of {described} operations"
            raise DescriptionError([message])

    def _operation(self, endpoint: Any, path: str, node: Json, tag: str, method_name: str) -> Operation:
        parameters = [local(self._document, parameter) for parameter in node.get("parameters", [])]
        arguments = [self._query_field(endpoint, parameter) for parameter in parameters if parameter["in"] == "query"]
        body_schema: str | None = None
        if endpoint.bodies:
            body_schema = str(endpoint.bodies[0].prop.class_info.name)
            arguments.extend(self._fields(body_schema))
        schema = answer_schema(self._document, node)
        envelope = envelope_name(schema)
        data = answer_data(self._document, node)
        paged = envelope == "PagedEnvelope"
        result = self._answer_type(endpoint, data) if data is not None else None
        row_key, row_wire = "", ""
        periods: Periods | None = None
        if paged and data is not None:
            row, page = extensions.reference_name(data["items"]), node["x-page"]
            row_wire = str(page["key"])
            row_key = extensions.row_key(self._schemas, row, row_wire)
            periods = extensions.periods(self._schemas, row, page.get("periods"), arguments)
        security = node["security"]
        return Operation(
            id=str(node["operationId"]),
            tag=tag,
            method_name=method_name,
            method=endpoint.method.upper(),
            path=path,
            security=SECURITY[len(security[0]) if security else 0],
            headers=tuple((str(p["name"]), str(p["schema"]["enum"][0])) for p in parameters if p["in"] == "header"),
            weight=int(node["x-weight"]),
            safe_to_repeat=bool(node["x-safe-to-repeat"]),
            sorted_query=bool(node.get("x-sorted-query", True)),
            outcome=prose(node.get("x-outcome")),
            secrets=extensions.secrets(arguments, self._fields),
            hidden_arguments=tuple(one.python for one in arguments if extensions.secrets([one], self._fields)),
            enveloped=envelope is not None,
            public="servers" in node,
            paged=paged,
            row_key=row_key,
            row_wire=row_wire,
            periods=periods,
            result=result,
            unwrap=str((data or {}).get("x-unwrap", "")),
            wrap=str((data or {}).get("x-wrap", "")),
            body_schema=body_schema,
            summary=prose(node["summary"]),
            description=prose(node["description"]),
            evidence=str(node["x-evidence"]),
            source=prose(node["x-source"]),
            # Required arguments first, as a signature lists them.
            arguments=tuple(sorted(arguments, key=lambda field: not field.required)),
        )

    def _answer_type(self, endpoint: Any, data: Json) -> Type:
        prop = next(response.prop for response in endpoint.responses)
        return self._type(prop, data)

    def _query_field(self, endpoint: Any, parameter: Json) -> Field:
        wire = str(parameter["name"])
        prop = next(prop for prop in endpoint.query_parameters if prop.name.get_untrusted_value() == wire)
        schema = parameter["schema"]
        return replace(self._field(prop, {**schema, **parameter}), in_query=True)

    def _fields(self, name: str) -> Iterator[Field]:
        model, properties = self._models[name], self._schemas[name]["properties"]
        parsed = {
            prop.name.get_untrusted_value(): prop
            for prop in (*(model.required_properties or ()), *(model.optional_properties or ()))
        }
        for wire, node in properties.items():
            yield self._field(parsed[wire], node)

    def _field(self, prop: Property, node: Json) -> Field:
        wire = prop.name.get_untrusted_value()
        default = node.get("default")
        return Field(
            wire=wire,
            python=extensions.python_name(wire, node),
            type=self._type(prop, node),
            doc=prose(node["description"]),
            required=bool(prop.required) and default is None,
            secret=bool(node.get("x-secret")),
            default=default,
            limits=_limits(node),
            item_limits=_limits(node.get("items", {})),
            also=tuple(map(str, node.get("x-also", []))),
        )

    def _type(self, prop: PropertyProtocol, node: Json) -> Type:
        formatted = node.get("format")
        match prop:
            case EnumProperty():
                return Type(Kind.ENUM, str(prop.class_info.name))
            case ModelProperty():
                return Type(Kind.MODEL, str(prop.class_info.name))
            case ListProperty():
                return Type(Kind.LIST, item=self._type(prop.inner_property, node["items"]))
            case AnyProperty():
                return Type(Kind.ANY)
            case BooleanProperty():
                return Type(Kind.FLAG)
            case IntProperty():
                return Type(Kind.EPOCH_MS if formatted == "epoch-ms" else Kind.WHOLE)
            case DateTimeProperty():
                return Type(Kind.ISO_TIME)
            case StringProperty():
                return Type(Kind.DECIMAL if formatted == "decimal" else Kind.TEXT)
            case _:
                name, made = prop.name.get_untrusted_value(), type(prop).__name__
                raise DescriptionError([f"c2c.yaml:1: {name}: openapi-python-client makes a {made} of it"])

    def _used_models(self) -> set[str]:
        """The models in answers, frames and inside requests. A request itself becomes arguments, not a model."""
        pending: list[str] = []
        for endpoint, _, item in self._endpoints():
            data = answer_data(self._document, item[endpoint.method])
            if data is not None:
                pending.extend(self._answer_type(endpoint, data).names(Kind.MODEL))
            for body in endpoint.bodies:
                pending.extend(self._inner_models(str(body.prop.class_info.name)))
        for frame in self.frames():
            pending.extend((frame.model, *(model for _, model in frame.contents)))
        seen: set[str] = set()
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                pending.extend(self._inner_models(name))
        return seen

    def _inner_models(self, name: str) -> Iterable[str]:
        return {inner for field in self._fields(name) for inner in field.type.names(Kind.MODEL)}


def _limits(node: Json) -> Limits:
    return tuple((snake_case(key), node[key]) for key in LIMITS if key in node)
