"""What was generated and committed: what the generator makes, loaded late, at one with its twin and its source."""

import importlib
import inspect
import json
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from pydantic import BaseModel, TypeAdapter

import binance_c2c_strict.models as strict
from binance_c2c_runtime import Call
from binance_c2c_sapi import enums, models
from binance_c2c_sapi.operations import OPERATIONS
from generator.description import Source, answer_data, bundle, local
from generator.generate import generate
from generator.names import class_case
from generator.output import compare, read_tree
from generator.shape import Operation, Shape, parse

ROOT = Path(__file__).parents[2]
DESCRIPTION = ROOT / "openapi"


@cache
def source() -> Source:
    """The description."""
    return Source(DESCRIPTION)


@cache
def document() -> dict[str, Any]:
    """The description as one document."""
    return bundle(source())


@cache
def shape() -> Shape:
    """What the generator reads in it."""
    return parse(source(), document())


def described(name: str) -> Operation:
    """An operation of the description."""
    return next(one for one in shape().operations if one.id == name)


def resource(operation: Operation) -> Any:
    """The generated module of an operation."""
    return importlib.import_module(f"binance_c2c_sapi.resources.{operation.tag.replace('.', '_')}")


def test_the_tree_is_what_the_generator_makes():
    """Nobody forgot to generate, and nobody edited by hand: `make generate` repairs it."""
    sdk, for_others = generate(DESCRIPTION)

    assert [] == [str(one) for one in compare(sdk, read_tree(ROOT / "generated_sdk"))]
    assert [] == [str(one) for one in compare(for_others, read_tree(DESCRIPTION / "dist"))]


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after this code."""
    command = [sys.executable, "-c", f"{code}\nimport sys; print(' '.join(sys.modules))"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split())


@pytest.mark.parametrize("module", ["binance_c2c_sapi", "binance_c2c_sapi.resources", "binance_c2c_sapi.models"])
def test_importing_a_package_loads_no_model(module: str):
    """Models, enums and attrs are loaded when they are first asked for, not with the package."""
    loaded = loaded_by(f"import {module}")

    assert module in loaded
    assert [] == [name for name in loaded if name.startswith(("binance_c2c_sapi.models.", "binance_c2c_sapi.enums"))]
    assert set() == loaded & {"attr", "attrs", "pydantic", "httpx"}


def test_a_model_loads_what_it_is_made_of_and_no_more():
    """Asking for one model loads its module and those of its parts."""
    loaded = loaded_by("from binance_c2c_sapi.models import PaymentMethod")

    assert {"payment_method", "payment_method_field", "trade_method"} == {
        name.removeprefix("binance_c2c_sapi.models.") for name in loaded if name.startswith("binance_c2c_sapi.models.")
    }


def test_every_public_name_of_models_is_there():
    """`models.__all__` is sorted, complete, what `dir` shows, and each name in it can be had."""
    names = [one.name for one in shape().models] + [one.name for one in shape().enums]

    assert sorted(names) == models.__all__ == dir(models)
    assert [] == [name for name in names if getattr(models, name).__name__ != name]


def test_another_name_of_models_is_an_ordinary_error():
    """A name that is no model is missed as in any module."""
    with pytest.raises(AttributeError, match=r"^module 'binance_c2c_sapi.models' has no attribute 'Orders'$"):
        getattr(models, "Orders")  # noqa: B009 - the checkers know that it is none


def test_every_operation_is_in_the_table():
    """The table holds what the description describes, by the same names."""
    written = {
        str(operation.place.node["operationId"]): (operation.method.upper(), operation.path)
        for operation in source().operations()
    }

    assert written == {name: (operation.method, operation.path) for name, operation in OPERATIONS.items()}
    assert [] == [name for name, operation in OPERATIONS.items() if name != operation.id]


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_both_clients_have_the_same_methods(name: str):
    """A method of the one has its twin in the other: same arguments, defaults, result and documentation."""
    operation = described(name)
    module, kind = resource(operation), class_case(operation.tag)
    one, other = getattr(module, kind), getattr(module, f"Async{kind}")
    methods = [operation.method_name, *([f"iterate_{operation.method_name}"] if operation.paged else [])]
    for method in methods:
        here, there = (inspect.signature(getattr(resources, method)) for resources in (one, other))

        assert list(here.parameters.values()) == list(there.parameters.values())
        assert (
            str(here.return_annotation).replace("Iterator", "AsyncIterator", method != methods[0])
            == there.return_annotation
        )
        assert getattr(one, method).__doc__ == getattr(other, method).__doc__
    assert inspect.iscoroutinefunction(getattr(other, operation.method_name))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_method_takes_what_its_builder_takes(name: str):
    """Building a call and making it take the same arguments, by keyword alone."""
    operation = described(name)
    module = resource(operation)
    build = inspect.signature(getattr(module, f"build_{operation.method_name}")).parameters
    method = inspect.signature(getattr(getattr(module, class_case(operation.tag)), operation.method_name)).parameters

    assert list(build.values()) == list(method.values())[1:]
    assert [argument.python for argument in operation.arguments] == list(build)
    assert [] == [name for name, argument in build.items() if argument.kind is not inspect.Parameter.KEYWORD_ONLY]


def test_the_description_is_valid():
    """The files, and the one document that the tools see, are OpenAPI 3.1."""
    root = json.loads(json.dumps(source().root.node))

    validate(root, base_uri=(DESCRIPTION / "c2c.yaml").as_uri(), cls=OpenAPIV31SpecValidator)
    validate(document(), cls=OpenAPIV31SpecValidator)


def examples(content: dict[str, Any]) -> list[Any]:
    """Every example of a body or an answer."""
    [only] = content["content"].values()
    return [only["example"]] if "example" in only else [one["value"] for one in only["examples"].values()]


def wire(value: Any) -> Any:
    """What was read, as it goes out again."""
    if isinstance(value, (list, tuple)) or type(value).__name__ == "Page":
        return [wire(one) for one in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


def without_null(value: Any) -> Any:
    """The same without fields that are null: reading does not tell them from absent ones."""
    if isinstance(value, dict):
        return {key: without_null(one) for key, one in value.items() if one is not None}
    return [without_null(one) for one in value] if isinstance(value, list) else value


def strictly(data: Any, schema: dict[str, Any]) -> Any:
    """The same, read by the strict models and written by them."""
    if "items" in schema:
        return [strictly(one, schema["items"]) for one in data]
    if "$ref" not in schema:
        return data
    # A model, or a set of values.
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(strict, schema["$ref"].rpartition("/")[2]))
    return adapter.dump_python(adapter.validate_python(data), mode="json", by_alias=True, exclude_unset=True)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_both_generators_read_every_example_alike(name: str):
    """An example is read by the tolerant models with nothing unknown or lost, and accepted by the strict ones."""
    operation = described(name)
    node = document()["paths"][operation.path][operation.method.lower()]
    schema = answer_data(document(), node)
    reader = getattr(resource(operation), f"_read_{operation.method_name}")
    call: Call[Any] = Call(OPERATIONS[name], reader=reader)

    for example in examples(local(document(), node["responses"]["200"])):
        data = example.get("data") if operation.enveloped else example
        value = call.read(example)

        assert (() if operation.paged else None) == getattr(value, "bad_rows", None)
        assert without_null(data) == wire(value)
        assert data == (strictly(data, schema) if schema else None)


@pytest.mark.parametrize("name", sorted(name for name, one in OPERATIONS.items() if one.body_schema))
def test_a_request_example_can_be_built(name: str):
    """The example of a body is what its builder makes of the same values, and the strict model accepts both."""
    operation = described(name)
    node = document()["paths"][operation.path][operation.method.lower()]
    names = {argument.wire: argument.python for argument in operation.arguments if not argument.in_query}
    required = {argument.python: "1" for argument in operation.arguments if argument.in_query and argument.required}
    build = getattr(resource(operation), f"build_{operation.method_name}")

    for example in examples(node["requestBody"]):
        body = build(**required, **{names[key]: value for key, value in example.items()}).body

        assert example == {key: body[key] for key in example}
        for payload in (example, body):
            getattr(strict, str(operation.body_schema)).model_validate(payload)


def test_every_example_of_a_refusal_is_one():
    """What the description shows of the two error bodies fits the schema of one of them."""
    refusals = [one for response in document()["components"]["responses"].values() for one in examples(response)]

    assert refusals
    for one in refusals:
        body = strict.GatewayError if "msg" in one else strict.ServiceError
        body.model_validate(one)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS: dict[tuple[str | None, str | None], st.SearchStrategy[Any]] = {
    ("string", None): TEXTS,
    ("string", "decimal"): st.decimals(-(10**20), 10**20, places=8).map(lambda one: format(one, "f")),
    ("string", "date-time"): st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    ("integer", None): st.integers(-(2**63), 2**63),
    ("integer", "epoch-ms"): st.integers(0, 253_402_300_799_999),
    ("boolean", None): st.booleans(),
    ("null", None): st.none(),
    (None, None): st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
        max_leaves=4,
    ),
}


def payloads(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Anything that a schema of the description describes, invented without a look at the generator."""
    if "$ref" in schema:
        return payloads(local(document(), schema))
    if "oneOf" in schema:
        return st.one_of(*(payloads(one) for one in schema["oneOf"]))
    if isinstance(schema.get("type"), list):
        return st.one_of(
            *(
                payloads({**schema, "type": kind, "format": None if kind == "null" else schema.get("format")})
                for kind in schema["type"]
            )
        )
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    if "minimum" in schema:
        return st.integers(schema["minimum"], schema.get("maximum", 2**63))
    if "items" in schema and schema["type"] == "array":
        return st.lists(payloads(schema["items"]), max_size=2)
    if "properties" in schema:
        properties = {name: payloads(one) for name, one in schema["properties"].items()}
        required = {name: properties.pop(name) for name in schema.get("required", [])}
        return st.fixed_dictionaries(required, optional=properties)
    return SCALARS[schema.get("type"), schema.get("format")]


@pytest.mark.parametrize("name", [name for name in models.__all__ if not hasattr(enums, name)])
@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_both_generators_agree_on_whatever_is_described(name: str, data: st.DataObject):
    """What one generator's models read and write, the other's do: every value, and no value more."""
    payload = data.draw(payloads(document()["components"]["schemas"][name]))
    written = getattr(models, name).from_dict(payload).to_dict()
    model: type[BaseModel] = getattr(strict, name)

    assert model.model_validate(payload).model_dump(mode="json", by_alias=True, exclude_none=True) == written
    model.model_validate(written)
    json.dumps(written)


def test_both_generators_know_the_same_members():
    """Enums have the same names for the same values."""
    for enum in shape().enums:
        ours, theirs = (getattr(module, enum.name) for module in (enums, strict))

        assert {one.name: one.value for one in theirs} == {one.name: one.value for one in ours}


def test_every_schema_has_both_kinds_of_models():
    """Each object of the description is a strict model, and a tolerant one unless it is a body or an envelope."""
    objects = {name for name, schema in document()["components"]["schemas"].items() if schema.get("type") == "object"}
    bodies = {one.body_schema for one in shape().operations}

    assert objects == {
        name for name, one in vars(strict).items() if isinstance(one, type) and issubclass(one, BaseModel)
    } - {"BaseModel"}
    tolerant = {one.name for one in shape().models}
    assert {"Envelope", "PagedEnvelope", "GatewayError", "ServiceError"} == objects - tolerant - bodies
