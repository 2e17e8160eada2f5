"""The description as one document: what is given to other programs, and what the two tools are given."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from generator.description import (
    Source,
    answer_data,
    bundle,
    bundle_frames,
    fingerprint,
    for_datamodel_code_generator,
    for_openapi_python_client,
    local,
)
from generator.output import compare, read_tree
from generator.render import dist
from generator.shape import parse
from tests.support.descriptions import PATHS, ROOT, TOP, edited

GOLDEN = ROOT / "tests/golden"
NAMES = sorted(path.name for path in GOLDEN.iterdir())

HEAD = {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}}
ENVELOPE = {"$ref": "#/components/schemas/Envelope"}
ROWS = {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
SIZES = {"type": "array", "items": {"$ref": "#/components/schemas/Size"}}
SIZE = {"name": "size", "in": "query", "schema": {"type": "string"}}
# Schemas that each tool is given as they are.
PLAIN = {
    "Envelope": {"type": "object", "properties": {"code": {"type": "string"}}},
    "Size": {"type": "string", "enum": ["A"]},
}
DOCUMENT: dict[str, Any] = {
    **HEAD,
    "paths": {
        "/list": {
            "get": {
                "operationId": "things.list",
                "parameters": [{"$ref": "#/components/parameters/a~1b~0c"}, SIZE],
                "responses": {"200": {"$ref": "#/components/responses/Page"}, "4XX": {"description": "No."}},
            }
        },
        "/drop": {
            "post": {
                "operationId": "things.drop",
                "responses": {"200": {"description": "Done.", "content": {"application/json": {"schema": ENVELOPE}}}},
            }
        },
    },
    "components": {
        "parameters": {"a/b~c": {"name": "device", "in": "header", "schema": {"type": "string", "enum": ["web"]}}},
        "responses": {
            "Page": {
                "description": "A page.",
                "content": {
                    "application/json": {
                        "schema": {"allOf": [ENVELOPE, {"type": "object", "properties": {"data": ROWS}}]}
                    }
                },
            }
        },
        "schemas": {
            **PLAIN,
            "Thing": {
                "type": "object",
                "properties": {
                    "no": {"type": ["null", "string"], "minLength": 1, "x-also": ["No", "number"]},
                    "size": {"oneOf": [{"$ref": "#/components/schemas/Size"}, {"type": "null"}], "description": "A."},
                    "words": {
                        "type": ["array", "null"],
                        "minItems": 1,
                        "maxItems": 2,
                        "items": {"type": "string", "maxLength": 3},
                        "x-also": ["Words"],
                    },
                    "sizes": SIZES,
                },
            },
        },
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_what_others_are_given_is_the_golden_one(name: str):
    """One file a description, one of its frames, and the table of names: to the byte, and no file more."""
    source = Source(GOLDEN / name / "openapi")
    document = bundle(source)
    made = dist(document, bundle_frames(source, document), parse(source, document))

    assert [] == [str(one) for one in compare(made, read_tree(GOLDEN / name / "expected/dist"))]


def test_the_parser_is_given_what_it_understands():
    """Answers are their `data`, other answers and headers are left out, and nothing may be null."""
    given = copy.deepcopy(DOCUMENT)
    viewed = for_openapi_python_client(given)

    assert {
        **HEAD,
        "paths": {
            "/list": {
                "get": {
                    "operationId": "things.list",
                    "parameters": [SIZE],
                    "responses": {
                        "200": {"description": "The answer.", "content": {"application/json": {"schema": ROWS}}}
                    },
                }
            },
            "/drop": {
                "post": {
                    "operationId": "things.drop",
                    "parameters": [],
                    "responses": {"200": {"description": "The answer."}},
                }
            },
        },
        "components": {
            "schemas": {
                **PLAIN,
                "Thing": {
                    "type": "object",
                    "properties": {
                        "no": {"type": "string", "minLength": 1, "x-also": ["No", "number"]},
                        "size": {"$ref": "#/components/schemas/Size"},
                        "words": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 2,
                            "items": {"type": "string", "maxLength": 3},
                            "x-also": ["Words"],
                        },
                        "sizes": SIZES,
                    },
                },
            }
        },
    } == viewed
    assert DOCUMENT == given


def test_the_maker_of_strict_models_is_given_schemas_alone():
    """Each spelling of a name is a property; lists may be empty and their items are held to their type alone."""
    given = copy.deepcopy(DOCUMENT)
    viewed = for_datamodel_code_generator(given)

    number = {"type": ["null", "string"], "minLength": 1}
    words = {"type": ["array", "null"], "maxItems": 2, "items": {"type": "string"}}
    size = DOCUMENT["components"]["schemas"]["Thing"]["properties"]["size"]
    assert {
        **HEAD,
        "paths": {},
        "components": {
            "schemas": {
                **PLAIN,
                "Thing": {
                    "type": "object",
                    "properties": {
                        "no": number,
                        "No": number,
                        "number": number,
                        "size": size,
                        "words": words,
                        "sizes": SIZES,
                        "Words": words,
                    },
                },
            }
        },
    } == viewed
    assert DOCUMENT == given


def kinds_in(node: Any) -> set[type]:
    """The types of a value and of all in it."""
    inner: list[Any] = []
    if isinstance(node, dict):
        inner = [*node, *node.values()]
    elif isinstance(node, list):
        inner = node
    return {type(node)}.union(*map(kinds_in, inner))


def test_a_document_is_plain_values():
    """It has no lines of files in it: whoever is given it may copy it, or write it as JSON."""
    source = Source(GOLDEN / "kinds/openapi")
    document = bundle(source)

    assert {dict, list, str, int, bool} == kinds_in([document, bundle_frames(source, document)])


def test_what_lacks_nearly_all_has_a_document(tmp_path: Path):
    """Earlier descriptions are compared too, and need not be whole: neither components nor properties have to be."""
    (tmp_path / TOP).write_text("openapi: 3.1.0\ninfo: {title: A, version: '1'}\n", encoding="utf-8")
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/a.yaml").write_text("A: {type: object, x-nullable-properties: true}\n", encoding="utf-8")

    document = {**HEAD, "paths": {}, "components": {"schemas": {"A": {"type": "object"}}}}
    assert document == bundle(Source(tmp_path))


def test_a_local_reference_is_followed():
    """A pointer with escapes leads where it says; what is no reference is what it is, and so is one to elsewhere."""
    document = {"a": {"b/c": {"~d": 7}}}
    elsewhere = {"$ref": "other.yaml#/a"}

    assert 7 == local(document, {"$ref": "#/a/b~1c/~0d"})
    assert elsewhere is local(document, elsewhere)
    assert document is local(document, document)
    assert "#/a" == local(document, "#/a")


def test_a_reference_may_lead_to_an_odd_name(tmp_path: Path):
    """What stands behind its first # is the name, whatever it holds, in the one document as in the files."""
    odd = [(TOP, "    ClientType:", "    Client#Type:"), (PATHS, "parameters/ClientType", "parameters/Client#Type")]
    document = bundle(Source(edited(tmp_path, *odd)))
    [header, *_] = document["paths"]["/things/list"]["get"]["parameters"]

    assert {"$ref": "#/components/parameters/Client#Type"} == header
    assert "clientType" == local(document, header)["name"]


def test_an_envelope_without_data_has_none():
    """What is no part with properties is passed over in the search of `data`."""
    schema = {"allOf": [ENVELOPE, {"type": "object"}]}
    operation = {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}

    assert None is answer_data({}, operation)


def test_the_fingerprint_is_that_of_every_file(tmp_path: Path):
    """It is the one noted beside what was generated, and changes with each byte and each name."""
    noted = json.loads((ROOT / "generated_sdk/binance_c2c_sapi/provenance.json").read_text(encoding="utf-8"))
    first = edited(tmp_path / "first")
    second = edited(tmp_path / "second", (TOP, "title: A minimal API", "title: A minimal API "))
    third = edited(tmp_path / "third")
    (third / "paths/things.yaml").rename(third / "paths/thing.yaml")

    assert noted["description_sha256"] == fingerprint(Source(ROOT / "openapi"))
    assert 3 == len({fingerprint(Source(one)) for one in (first, second, third)})
