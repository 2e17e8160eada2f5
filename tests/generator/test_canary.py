"""What the generator takes for granted of openapi-python-client, whose programming interface is private.

When that tool is raised to another version these tests fail first, and each says which name has moved. Repair
`generator/shape/parser.py` accordingly.
"""

import ast
import importlib
import inspect
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from generator.description import DescriptionError, Source, bundle, for_openapi_python_client
from generator.shape import parser
from generator.tools import PINNED

KINDS = Path(__file__).parents[1] / "golden/kinds/openapi"

IMPORTED = {
    "openapi_python_client": ("GeneratorData",),
    "openapi_python_client.config": ("Config", "ConfigFile", "MetaType"),
    "openapi_python_client.parser.errors": ("GeneratorError", "ParseError"),
    "openapi_python_client.parser.properties": ("EnumProperty", "ModelProperty", "Property"),
    "openapi_python_client.parser.properties.any": ("AnyProperty",),
    "openapi_python_client.parser.properties.boolean": ("BooleanProperty",),
    "openapi_python_client.parser.properties.datetime": ("DateTimeProperty",),
    "openapi_python_client.parser.properties.int": ("IntProperty",),
    "openapi_python_client.parser.properties.list_property": ("ListProperty",),
    "openapi_python_client.parser.properties.protocol": ("PropertyProtocol",),
    "openapi_python_client.parser.properties.string": ("StringProperty",),
}
"""The names that `generator/shape/parser.py` imports, by module."""

PROPERTIES = {
    "text": "StringProperty",
    "decimal": "StringProperty",
    "whole": "IntProperty",
    "when": "IntProperty",
    "flag": "BooleanProperty",
    "isoWhen": "DateTimeProperty",
    "color": "EnumProperty",
    "level": "EnumProperty",
    "small": "ModelProperty",
    "untyped": "AnyProperty",
    "words": "ListProperty",
}
"""What the tool makes of the properties of a model."""


@cache
def data() -> Any:
    """What the tool makes of a description with everything in it."""
    source = Source(KINDS)
    return parser._openapi_python_client(for_openapi_python_client(bundle(source)))


def endpoint(method: str) -> Any:
    """One operation of the description."""
    return next(one for one in data().endpoint_collections_by_tag["requests"].endpoints if method == one.method)


def everything() -> Any:
    """The model with every kind of property."""
    return next(one for one in data().models if "Everything" == one.class_info.name)


def properties() -> dict[str, Any]:
    """Its properties, by wire name."""
    both = (*everything().required_properties, *everything().optional_properties)
    return {one.name.get_untrusted_value(): one for one in both}


def has(thing: Any, name: str, kind: type | tuple[type, ...] = object) -> None:
    """Fails with the name that is no longer there."""
    where = type(thing).__name__
    assert hasattr(thing, name), f"{where}.{name} is gone"
    assert isinstance(getattr(thing, name), kind), f"{where}.{name} is a {type(getattr(thing, name)).__name__} now"


def test_the_version_is_the_one_that_was_read():
    """The tests below describe the pinned release, and that is the one installed."""
    assert PINNED["openapi-python-client"] == version("openapi-python-client"), "read this file, then raise the pin"


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, names in IMPORTED.items() for name in names])
def test_what_is_imported_is_there(module: str, name: str):
    """Each class the generator imports is where it was."""
    assert hasattr(importlib.import_module(module), name), f"{module}.{name} is gone"


def test_nothing_else_is_imported():
    """The list above is all that the generator knows of the tool, so that nothing moves unnoticed."""
    files = Path(parser.__file__).parents[1].rglob("*.py")
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    found = {
        node.module: tuple(name.name for name in node.names)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("openapi_python_client")
    }

    assert IMPORTED == found
    assert [] == [
        node.lineno for node in nodes if isinstance(node, ast.Import) and "openapi_python" in ast.unparse(node)
    ]


def test_the_configuration_takes_what_it_is_given():
    """`Config.from_sources` and `ConfigFile` have the parameters that keep the tool from running programs."""
    module = importlib.import_module("openapi_python_client.config")

    expected = {"config_file", "meta_type", "document_source", "file_encoding", "overwrite", "output_path"}
    assert expected == set(inspect.signature(module.Config.from_sources).parameters)
    assert [] == module.ConfigFile(post_hooks=[]).post_hooks
    assert hasattr(module.MetaType, "NONE"), "MetaType.NONE is gone"


def test_parsed_data_has_its_parts():
    """Models, enums, errors, and the operations by tag with what went wrong among them."""
    has(data(), "errors", list)
    has(data(), "models")
    has(data(), "enums")
    has(data(), "endpoint_collections_by_tag", dict)
    assert ["answers", "requests"] == sorted(data().endpoint_collections_by_tag)
    collection = data().endpoint_collections_by_tag["requests"]
    has(collection, "endpoints", list)
    has(collection, "parse_errors", list)
    has(endpoint("get"), "errors", list)


def test_an_error_tells_a_header_and_a_detail():
    """What the tool complains of can be told in its own words."""
    error = importlib.import_module("openapi_python_client.parser.errors").ParseError(detail="why")

    has(error, "header", str)
    assert "why" == error.detail, "ParseError.detail is gone"


def test_a_document_that_is_none_comes_back_as_an_error():
    """`GeneratorData.from_dict` returns what is wrong with a whole document; it does not raise."""
    with pytest.raises(DescriptionError, match=r"openapi-python-client: .* info"):
        parser._openapi_python_client({"openapi": "3.1.0", "paths": {}})


def test_an_operation_has_its_parts():
    """Path, method, query parameters, bodies and responses, each with the property that was made of its schema."""
    has(endpoint("post"), "path")
    assert "/requests/body" == endpoint("post").path.get_untrusted_value(), "a path is wrapped otherwise now"
    assert "EverythingRequest" == endpoint("post").bodies[0].prop.class_info.name, "Body.prop is gone"
    names = {one.name.get_untrusted_value() for one in endpoint("get").query_parameters}
    assert {"someNo", "count", "amount", "since", "until", "color", "level"} == names, "query parameters moved"
    collection = data().endpoint_collections_by_tag["answers"]
    kinds = {str(one.name): type(next(iter(one.responses)).prop).__name__ for one in collection.endpoints}
    assert "ModelProperty" == kinds["answers_get"], "a response has no prop of its schema any more"
    assert "ListProperty" == kinds["answers_list"], "a response has no prop of its schema any more"


@pytest.mark.parametrize(("wire", "kind"), PROPERTIES.items())
def test_a_property_is_of_the_expected_class(wire: str, kind: str):
    """Each type of the description becomes the class that `generator/shape/parser.py` looks for."""
    assert kind == type(properties()[wire]).__name__


def test_a_property_has_its_parts():
    """Name, whether it is required, the class of a model or an enum, the items of a list."""
    text, words, small = properties()["text"], properties()["words"], properties()["small"]

    has(text, "required", bool)
    assert (True, False) == (text.required, properties()["maybeText"].required)
    assert "StringProperty" == type(words.inner_property).__name__, "ListProperty.inner_property is gone"
    assert "Small" == str(small.class_info.name), "ModelProperty.class_info is gone"
    assert "Color" == str(properties()["color"].class_info.name), "EnumProperty.class_info is gone"


def test_references_are_resolved_in_place():
    """A model that is referred to, also by itself, has its name as a property, and each model is listed once."""
    assert "Everything" == str(properties()["again"].class_info.name)
    assert {
        "Around",
        "Envelope",
        "EverythingRequest",
        "InnerRequest",
        "PagedEnvelope",
        "PartRequest",
        "Small",
        "Everything",
        "Inside",
        "Said",
        "Saying",
    } == {str(one.class_info.name) for one in data().models}
    assert ["Color", "Kind", "Level", "Talk"] == sorted(str(one.class_info.name) for one in data().enums)
