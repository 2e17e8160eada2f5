"""Each rule of the lint, broken alone in a tiny description: the finding says where, and what is wrong."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from generator import lint
from generator.bundle import bundle
from generator.parse import parse
from generator.render import render
from generator.source import DescriptionError, Place, Source

ROOT = Path(__file__).parents[1]
MINIMAL = ROOT / "tests/golden/minimal/openapi"

TOP, PATHS, SCHEMAS, COMMON = "c2c.yaml", "paths/things.yaml", "schemas/things.yaml", "schemas/common.yaml"

Edit = tuple[str, str, str]
"""In a file of the description: what to replace, and by what. `# here` stands on the line the finding is to name."""


def line(file: str, old: str, new: str | None = None) -> Edit:
    """Replaces the end of the line that the finding names, or leaves it as it is."""
    return file, f"{old}\n", f"{old if new is None else new}  # here\n"


def before(file: str, old: str, new: str) -> Edit:
    """Puts a line in front of another, equally indented. The finding names it."""
    return file, old, f"{old[: len(old) - len(old.lstrip())]}{new}  # here\n{old}"


def after(file: str, old: str, new: str) -> Edit:
    """Puts lines behind one."""
    return file, f"{old}\n", f"{old}\n{new}\n"


def without(file: str, old: str) -> Edit:
    """Takes lines out."""
    return file, old, ""


def another(name: str, keys: str = "type: string, description: A., enum: [A]") -> Edit:
    """One more schema, which the finding names."""
    return after(SCHEMAS, "      maxLength: 10", f"\n{name}: {{{keys}}}  # here")


def size_is(keys: str) -> Edit:
    """The words of the first schema."""
    return SCHEMAS, SIZE, f"Size: {{{keys}}}  # here\n"


def grade_is(keys: str) -> Edit:
    """The numbers of the second schema."""
    return SCHEMAS, GRADE, f"Grade: {{{keys}}}  # here\n"


def price_is(keys: str) -> Edit:
    """A property of an answer."""
    return SCHEMAS, PRICE, f"    price: {{{keys}}}  # here\n"


def label_is(keys: str) -> Edit:
    """An argument in a body."""
    return SCHEMAS, LABEL, f"    label: {{{keys}}}  # here\n"


def parameter_is(keys: str) -> Edit:
    """An argument in a query."""
    return PATHS, PARAMETER, f"      - {{{keys}}}  # here\n"


def header_is(keys: str) -> Edit:
    """The header."""
    return TOP, HEADER, f"    ClientType: {{{keys}}}  # here\n"


def page_is(data: str) -> Edit:
    """What a page holds."""
    return PATHS, PAGE_DATA, f"                    data: {{{data}}}  # here\n"


def data_is(data: str) -> Edit:
    """What another answer holds."""
    return PATHS, TEXT_DATA, f"                    data: {{{data}}}  # here\n"


def answer_is(schema: str) -> Edit:
    """The whole of another answer."""
    return PATHS, TEXT_ANSWER, f"            schema: {{{schema}}}  # here\n"


def list_is(new: str, tag: str = "things") -> Edit:
    """Another name for the first operation."""
    return PATHS, "things.list\n    tags: [things]", f"{new}\n    tags: [{tag}]"


def make_is(new: str, tag: str = "things") -> Edit:
    """Another name for the second operation."""
    return PATHS, "things.make\n    tags: [things]", f"{new}\n    tags: [{tag}]"


def between(file: str, start: str, end: str) -> str:
    """A piece of the minimal description."""
    text = (MINIMAL / file).read_text(encoding="utf-8")
    begin = text.index(start)
    return text[begin : text.index(end, begin)] if end else text[begin:]


SIZE = between(SCHEMAS, "Size:", "\nGrade:")
GRADE = between(SCHEMAS, "Grade:", "\nThing:")
PRICE = between(SCHEMAS, "    price:", "    labels:")
LABEL = between(SCHEMAS, "    label:", "")
PARAMETER = between(PATHS, "      - name: size", "      - name: page")
HEADER = between(TOP, "    ClientType:", "")
PAGE_DATA = between(PATHS, "                    data:", "\n/things/make:")
TEXT_DATA = between(PATHS, "                    data:\n                      type: string", "")
TEXT_RESPONSE = between(PATHS, '"200":\n        description: The number', "")
TEXT_ANSWER = between(
    PATHS, "            schema:\n              allOf:\n                - $ref: ../schemas/common.yaml#/Env", ""
)

A_THING = "Thing: {type: object, properties: {a: {type: string, description: A.}}}\n"
AT_LIST = line(PATHS, "  get:")
AT_MAKE = line(PATHS, "  post:")
AT_BODY = line(PATHS, "    requestBody:")
AT_THING = line(SCHEMAS, "\nThing:")

KINDS: list[tuple[str, list[Edit]]] = [
    ("description: a text is expected", [line(SCHEMAS, "description: A thing.", "description: 7")]),
    ("x-safe-to-repeat: true or false is expected", [line(PATHS, "to-repeat: true", "to-repeat: yes")]),
    ("x-weight: an integer is expected", [line(PATHS, "x-weight: 2", "x-weight: true")]),
    ("x-weight: an integer is expected", [line(PATHS, "x-weight: 2", "x-weight: 1.5")]),
    ("parameters: a list is expected", [before(PATHS, "    requestBody:", "parameters:")]),
    ("tags[0]: a text is expected", [(PATHS, "[things]\n    summary: M", "[1]  # here\n    summary: M")]),
    ("Empty: a map is expected", [after(SCHEMAS, "      maxLength: 10", "Empty:  # here")]),
    (
        "the key 200 is no text; put it into quotes",
        [(PATHS, '"200":\n        description: The p', "200:  # here\n        description: The p")],
    ),
    ("example: 2024-03-15 is a date; put it into quotes", [before(TOP, "      schema:", "example: 2024-03-15")]),
    ("$ref '#/Grad': schemas/things.yaml has no 'Grad' there", [line(SCHEMAS, "'#/Grade'", "'#/Grad'")]),
    ("$ref '#/Size/enum/0': schemas/things.yaml has no '0' there", [line(SCHEMAS, "'#/Grade'", "'#/Size/enum/0'")]),
    ("$ref 'other.yaml#/A': there is no file schemas/other.yaml", [line(SCHEMAS, "'#/Grade'", "other.yaml#/A")]),
    ("$ref '../../a.yaml#/A': there is no file ../../a.yaml", [line(SCHEMAS, "'#/Grade'", "../../a.yaml#/A")]),
    (
        "$ref 'https://a.test/b#/A': there is no file schemas/https://a.test/b",
        [line(SCHEMAS, "'#/Grade'", "https://a.test/b#/A")],
    ),
    (
        "$ref '#/Thing/properties/size': a named schema of a file in schemas/ is expected",
        [line(SCHEMAS, "'#/Grade'", "'#/Thing/properties/size'")],
    ),
    (
        "$ref './schemas/things.yaml#/Thing': a path of a file in paths/ is expected",
        [line(TOP, "./paths/things.yaml#/~1things~1make", "./schemas/things.yaml#/Thing")],
    ),
    (
        "$ref '../schemas/things.yaml#/Thing': a parameter under components of c2c.yaml is expected",
        [line(PATHS, "../c2c.yaml#/components/parameters/ClientType", "../schemas/things.yaml#/Thing")],
    ),
    (
        "$ref '../c2c.yaml#/info': a response under components of c2c.yaml is expected",
        [before(PATHS, '      "200":\n        description: The p', '"4XX":\n        $ref: ../c2c.yaml#/info')],
    ),
    ("a $ref cannot stand here", [after(PATHS, "    requestBody:", "      $ref: '#/a'  # here")]),
    ("a $ref cannot stand here", [another("Other", "$ref: '#/Thing'")]),
    ("a $ref cannot stand here", [before(SCHEMAS, "    thingNo:", "$ref: '#/Thing'")]),
]

# A key that nothing reads, and in front of what it is put.
KEYS: list[tuple[str, str, str]] = [
    ("x-tags: []", TOP, "paths:"),
    ("schemas: {A: {}}", TOP, "  parameters:"),
    ("summary: Both of them.", PATHS, "  get:"),
    ("parameters: []", PATHS, "  get:"),
    ("deprecated: true", PATHS, "    summary: One page"),
    ("x-waight: 1", PATHS, "    summary: One page"),
    ("explode: false", PATHS, "        description: Only things"),
    ("style: form", PATHS, "        description: Only things"),
    ("content: {}", PATHS, "        description: Only things"),
    ("headers: {}", PATHS, "        description: The page."),
    ("minItems: 1", PATHS, "                      items:"),
    ("format: decimal", PATHS, "                      x-unwrap:"),
    ("patternProperties: {}", SCHEMAS, "  description: A thing."),
    ("discriminator: {propertyName: size}", SCHEMAS, "  description: A thing."),
    ("allOf: []", SCHEMAS, "  description: A thing."),
    ("x-enum-varname: [GOOD, BETTER]", SCHEMAS, "  description: How good a thing is."),
    ("oneOf: []", SCHEMAS, "      description: Its number."),
    ("anyOf: []", SCHEMAS, "      description: Its number."),
    ("not: {}", SCHEMAS, "      description: Its number."),
    ("const: A", SCHEMAS, "      description: Its number."),
    ("pattern: a", SCHEMAS, "      description: Its number."),
    ("prefixItems: []", SCHEMAS, "      description: Its number."),
    ("nullable: true", SCHEMAS, "      description: Its number."),
    ("x-secrte: true", SCHEMAS, "      description: Its number."),
    ("x-unwrap: a", SCHEMAS, "      description: Its number."),
]

ROOT_AND_NAMES: list[tuple[str, list[Edit]]] = [
    ("openapi: 3.1 is expected, not 3.0.3", [line(TOP, "openapi: 3.1.0", "openapi: 3.0.3")]),
    ("openapi: 3.1 is expected, not nothing", [line(TOP, "openapi: 3.1.0", "")]),
    ("info: title is missing", [line(TOP, "openapi: 3.1.0"), without(TOP, "  title: A minimal API\n")]),
    ("info: version is missing", [line(TOP, "openapi: 3.1.0"), (TOP, '"1"', '""')]),
    ("tags: name is missing", [line(TOP, "  - name: things", "  - name: ''")]),
    ("security stands on each operation; at the top it is ignored", [before(TOP, "paths:", "security: []")]),
    ("/things/none has no operation", [before(TOP, "  /things/make:", "/things/none: {}")]),
    ("/things/other is not listed under `paths` of c2c.yaml", [before(PATHS, "/things/make:", "/things/other: {}")]),
    (
        "schema Thing is also in schemas/common.yaml:1",
        [
            AT_THING,
            (
                COMMON,
                "Envelope:\n  type: object\n  description: What wraps an a",
                f"{A_THING}Envelope:\n  type: object\n  description: What wraps an a",
            ),
        ],
    ),
    ("schema other: a class name in CamelCase is expected", [another("other")]),
    ("schema Big_One: a class name in CamelCase is expected", [another("Big_One")]),
    ("schema Page: the generated code uses this name itself", [another("Page")]),
    ("schema Field: the generated code uses this name itself", [another("Field")]),
    ("schema None: the generated code uses this name itself", [another("None")]),
    ("schema Import: the generated code uses this name itself", [another("Import")]),
    ("schema THING and Thing both become module thing", [another("THING")]),
    ("schema SizeValue: so is called what Size takes as an argument", [another("SizeValue")]),
    ("x: operationId is expected to be resource.method", [AT_LIST, list_is("x", "x")]),
    ("Things.list: operationId is expected to be resource.method", [AT_LIST, list_is("Things.list", "Things")]),
    ("things.import: operationId is expected to be resource.method", [AT_LIST, list_is("things.import")]),
    ("class.list: operationId is expected to be resource.method", [AT_LIST, list_is("class.list", "class")]),
    ("operationId things.list is also in paths/things.yaml:2", [AT_MAKE, make_is("things.list")]),
    ("a_b.c and a.b_c both become A_B_C", [AT_MAKE, list_is("a.b_c", "a"), make_is("a_b.c", "a_b")]),
    ("page.a: the resource would be called Page, and something else is", [AT_LIST, list_is("page.a", "page")]),
    ("thing.a: the resource would be called Thing, and something else is", [AT_LIST, list_is("thing.a", "thing")]),
    (
        "things.iterate_list: so is called what walks the pages of things.list",
        [AT_MAKE, make_is("things.iterate_list")],
    ),
]

TAGS = "things.make: tags: exactly one is expected, the part of operationId before the dot"
WEIGHT = "things.make: x-weight: a positive integer is expected"
SECURITY = "things.make: security: [] or [{apiKey: []}] or [{apiKey: [], signature: []}] is expected"
OUTCOME = "x-outcome is expected exactly where x-safe-to-repeat is false"
OPERATIONS: list[tuple[str, list[Edit]]] = [
    (TAGS, [AT_MAKE, make_is("things.make", "things, others")]),
    (TAGS, [AT_MAKE, make_is("things.make", "others")]),
    (TAGS, [AT_MAKE, make_is("things.make", "")]),
    (
        "things.make: path parameters are not supported: the API has none",
        [AT_MAKE, (TOP, "  /things/make:", "  /things/{id}:"), (TOP, "1make", "1{id}"), (PATHS, "/make:", "/{id}:")],
    ),
    ("things.make: summary is missing", [AT_MAKE, without(PATHS, "    summary: Make a thing.\n")]),
    ("things.make: description is missing", [AT_MAKE, (PATHS, "Nothing is made twice.", "' '")]),
    ("things.make: x-source is missing", [AT_MAKE, without(PATHS, "    x-source: Somebody's document\n")]),
    (
        "things.make: x-evidence: one of official, specification, clients, guess is expected",
        [AT_MAKE, (PATHS, "x-evidence: clients", "x-evidence: client")],
    ),
    (WEIGHT, [AT_MAKE, (PATHS, "x-weight: 2", "x-weight: 0")]),
    (WEIGHT, [AT_MAKE, without(PATHS, "    x-weight: 2\n")]),
    (
        "things.list: x-safe-to-repeat: true or false is expected; the HTTP method says nothing in this API",
        [AT_LIST, without(PATHS, "    x-safe-to-repeat: true\n")],
    ),
    (
        "things.make: servers: another host than the API's is for what needs no key",
        [AT_MAKE, after(PATHS, "    summary: Make a thing.", "    servers: [{url: 'https://a.test'}]")],
    ),
    (f"things.make: {OUTCOME}", [AT_MAKE, without(PATHS, '    x-outcome: "`things.list` shows it."\n')]),
    (f"things.list: {OUTCOME}", [AT_LIST, after(PATHS, "to-repeat: true", "    x-outcome: It cannot be lost.")]),
    (SECURITY, [AT_MAKE, (PATHS, "      - apiKey: []\n    r", "      - {}\n    r")]),
    (SECURITY, [AT_MAKE, (PATHS, "    security:\n      - apiKey: []\n    r", "    r")]),
    (
        'things.make: responses: a "200" is expected',
        [AT_MAKE, (PATHS, '"200":\n        description: The n', '"201":\n        description: The n')],
    ),
]

PAGE_ARGUMENTS = "things.list: a page needs arguments page and rows, integers with a default"
NAME = "cannot be a Python name here; give x-python-name"
ARGUMENTS: list[tuple[str, list[Edit]]] = [
    *(
        (f"things.list: {name} is the signer's and is never listed", [line(PATHS, "- name: size", f"- name: {name}")])
        for name in ("timestamp", "recvWindow", "signature")
    ),
    (
        "things.list: X-MBX-APIKEY is the signer's and is never listed",
        [line(PATHS, "parameters/ClientType"), (TOP, "      name: clientType", "      name: X-MBX-APIKEY")],
    ),
    ("things.list: : a parameter has a name and a schema", [parameter_is("in: query, schema: {type: string}")]),
    (
        "things.list: size: a parameter has a name and a schema",
        [parameter_is("name: size, in: query, description: A.")],
    ),
    (
        "things.list: size in cookie: only query and header are supported",
        [parameter_is("name: size, in: cookie, description: A., schema: {type: string}")],
    ),
    *(
        (
            "things.list: h: a header needs an enum of exactly one value",
            [header_is(f"name: h, in: header, schema: {schema}")],
        )
        for schema in ("{type: string}", "{type: string, enum: []}", "{type: string, enum: [a, b]}")
    ),
    ("things.list: a: description is missing", [parameter_is("name: a, in: query, schema: {type: string}")]),
    *(
        (
            "things.list: a: only single values can stand in a query",
            [parameter_is(f"name: a, in: query, description: A., schema: {schema}")],
        )
        for schema in ("{type: array, items: {type: string}}", "{$ref: ../schemas/things.yaml#/Thing}")
    ),
    *(
        (
            f"a: '{name}' {NAME}",
            [parameter_is(f"name: a, in: query, description: A., schema: {{type: string}}, x-python-name: {name}")],
        )
        for name in ("self", "query", "number", "writing", "from", "größe", "_size", "Size", "two words", "1st")
    ),
    (f"from: 'from' {NAME}", [parameter_is("name: from, in: query, description: A., schema: {type: string}")]),
    (f"-: '' {NAME}", [parameter_is("name: '-', in: query, description: A., schema: {type: string}")]),
    ("things.list: two arguments are called page", [AT_LIST, (PATHS, "- name: size", "- name: Page")]),
    (
        "things.make: two arguments are called label",
        [
            AT_MAKE,
            (
                PATHS,
                "    requestBody:",
                "    parameters: [{name: label, in: query, description: A., schema: {type: string}}]\n    requestBody:",
            ),
        ],
    ),
    (PAGE_ARGUMENTS, [AT_LIST, without(PATHS, "          default: 20\n")]),
    (PAGE_ARGUMENTS, [AT_LIST, (PATHS, "integer\n          default: 20", "string\n          default: '20'")]),
    (PAGE_ARGUMENTS, [AT_LIST, (PATHS, "- name: rows", "- name: count")]),
    (PAGE_ARGUMENTS, [AT_LIST, after(PATHS, "- name: page", "        x-python-name: number_of_page")]),
    (
        "things.make: a body is application/json and nothing else",
        [AT_BODY, after(PATHS, "#/MakeThingRequest", "        text/plain: {}")],
    ),
    (
        "things.make: a body is a $ref to a schema whose name ends in Request",
        [AT_BODY, (PATHS, "#/MakeThingRequest", "#/Thing"), without(SCHEMAS, "      maxLength: 10\n")],
    ),
    ("things.make: a GET has no body", [AT_BODY, (PATHS, "  post:\n", "  get:\n")]),
]

DATA = "things.make: `data` is a $ref to an object, an array of these, a string or a boolean"
PAGED = "things.list: x-page is expected exactly where the answer is a PagedEnvelope"
ENVELOPE = "things.make: allOf of an envelope and an object with `data` alone is expected"
ANSWERS: list[tuple[str, list[Edit]]] = [
    *(
        (
            "things.make: the 200 answer has no application/json schema",
            [(PATHS, TEXT_RESPONSE, f'"200": {{{keys}}}  # here\n')],
        )
        for keys in ("description: A.", "content: {text/plain: {}}", "content: {application/json: {}}")
    ),
    *(
        (ENVELOPE, [answer_is(f"allOf: {parts}")])
        for parts in (
            "[]",
            "[{$ref: ../schemas/common.yaml#/Envelope}]",
            "[{$ref: ../schemas/common.yaml#/Envelope}, {$ref: ../schemas/things.yaml#/Thing}]",
            "[{$ref: ../schemas/things.yaml#/Thing}, {type: object, properties: {data: {type: string}}}]",
            "[{$ref: ../schemas/common.yaml#/Envelope}, {type: object, properties: {datum: {type: string}}}]",
        )
    ),
    (ENVELOPE, [answer_is("oneOf: []")]),
    *(
        ("things.make: an answer is an envelope or an object", [answer_is(f"$ref: ../schemas/{name}")])
        for name in ("common.yaml#/PagedEnvelope", "things.yaml#/Size")
    ),
    *(
        (DATA, [data_is(data)])
        for data in (
            "type: integer",
            "type: array",
            "$ref: ../schemas/things.yaml#/Size",
            "$ref: ../schemas/common.yaml#/Envelope",
            "type: array, items: {type: string}",
            "type: array, items: {$ref: ../schemas/things.yaml#/Size}",
        )
    ),
    ("things.make: x-unwrap stands beside a string", [data_is("type: boolean, x-unwrap: a")]),
    *(
        ("things.list: `data` of a page is an array of $ref to an object", [page_is(data)])
        for data in (
            "type: string",
            "$ref: ../schemas/things.yaml#/Thing",
            "type: array, items: {type: string}",
            "type: array, items: {$ref: ../schemas/things.yaml#/Size}",
        )
    ),
    (PAGED, [AT_LIST, without(PATHS, "    x-page:\n      key: thingNo\n")]),
    (PAGED, [AT_LIST, (PATHS, "common.yaml#/PagedEnvelope", "common.yaml#/Envelope")]),
    *(
        (
            f"things.list: x-page: '{key}' is no required value of each row",
            [(PATHS, "x-page:\n      key: thingNo", f"x-page: {{key: '{key}'}}  # here")],
        )
        for key in ("", "price", "nothing", "thingNo.a", "size.a")
    ),
]

ENUM_TYPE = "an enum of strings or of integers, with its type, is expected"
ENUM_LENGTHS = "x-enum-varnames and x-enum-descriptions go with each value of enum"
SCHEMA_RULES: list[tuple[str, list[Edit]]] = [
    ("schema Other: an object or an enum is expected", [another("Other", "type: string")]),
    ("schema Other: an object without properties", [another("Other", "type: object, additionalProperties: false")]),
    ("schema Thing: required no is not among its properties", [line(SCHEMAS, "[thingNo]", "[thingNo, no]")]),
    *(
        (f"schema Size: {ENUM_TYPE}", [size_is(f"description: A., {keys}")])
        for keys in (
            "enum: [A]",
            "type: string, enum: []",
            "type: string, enum: [A, 1]",
            "type: boolean, enum: [true]",
            "type: string, enum: [A, null]",
        )
    ),
    (
        f"schema Grade: {ENUM_TYPE}",
        [grade_is("type: integer, description: A., enum: [1, true], x-enum-varnames: [A, B]")],
    ),
    ("schema Grade: x-enum-varnames are expected for numbers", [grade_is("type: integer, description: A., enum: [1]")]),
    (f"schema Grade: {ENUM_LENGTHS}", [grade_is("type: integer, description: A., enum: [1, 2], x-enum-varnames: [A]")]),
    (
        f"schema Size: {ENUM_LENGTHS}",
        [size_is("type: string, description: A., enum: [A], x-enum-descriptions: [A., B.]")],
    ),
    (
        "schema Size: two values are the same or become one member name",
        [size_is("type: string, description: A., enum: [a, A]")],
    ),
    (
        "schema Size: two values are the same or become one member name",
        [size_is("type: string, description: A., enum: [A, A], x-enum-varnames: [A, B]")],
    ),
    (
        "schema Size: 'TWO WORDS' is no member name; give x-enum-varnames",
        [size_is("type: string, description: A., enum: [two words]")],
    ),
    (
        "schema Size: '1' is no member name; give x-enum-varnames",
        [size_is("type: string, description: A., enum: ['1']")],
    ),
    ("schema Size: description is missing", [size_is("type: string, enum: [A]")]),
    ("Thing.price: description is missing", [price_is("type: string")]),
    (
        "Thing.price: number loses digits; money is {type: string, format: decimal}",
        [price_is("type: number, description: A.")],
    ),
    ("Thing.price: an inline object; give it a name under schemas/", [price_is("type: object, description: A.")]),
    (
        "Thing.price: an inline object; give it a name under schemas/",
        [price_is("type: string, properties: {}, description: A.")],
    ),
    ("Thing.price: type None; one of string, integer, boolean, array is expected", [price_is("description: A.")]),
    (
        "Thing.price: type money; one of string, integer, boolean, array is expected",
        [price_is("type: money, description: A.")],
    ),
    (
        "Thing.price: an inline enum; give it a name under schemas/",
        [price_is("type: string, enum: [A], description: A.")],
    ),
    ("Thing.price: format money is not known for string", [price_is("type: string, format: money, description: A.")]),
    (
        "Thing.price: format decimal is not known for integer",
        [price_is("type: integer, format: decimal, description: A.")],
    ),
    ("Thing.price: an array without items is dropped by the tools", [price_is("type: array, description: A.")]),
    (
        "Thing.price: an array of arrays is not supported",
        [price_is("type: array, description: A., items: {type: array, items: {type: string}}")],
    ),
    (
        "Thing.price[]: number loses digits; money is {type: string, format: decimal}",
        [price_is("type: array, description: A., items: {type: number}")],
    ),
    (
        "Thing.price: size is also the Python name of size",
        [price_is("type: string, description: A., x-python-name: size")],
    ),
    *(
        (f"price: '{name}' {NAME}", [price_is(f"type: string, description: A., x-python-name: {name}")])
        for name in ("extra", "to_dict", "self", "field", "datetime", "class", "Price")
    ),
    *(
        (f"MakeThingRequest.label: {limit} is not enforced here", [label_is(f"{kind}, description: A., {limit}: 1")])
        for kind, limit in (
            ("type: string", "minimum"),
            ("type: string", "maxItems"),
            ("type: string, format: decimal", "minLength"),
            ("type: integer", "minItems"),
            ("type: integer, format: epoch-ms", "minimum"),
            ("type: boolean", "maxLength"),
            ("$ref: '#/Size'", "maxLength"),
        )
    ),
    (
        "MakeThingRequest.label[]: maxLength is not enforced here",
        [label_is("type: array, description: A., items: {type: string, maxLength: 1}")],
    ),
    ("Thing.price: maxLength is not enforced here", [price_is("type: string, description: A., maxLength: 1")]),
    ("Thing.price: the default cannot be used here", [price_is("type: string, description: A., default: A")]),
    *(
        (
            "MakeThingRequest.label: the default cannot be used here",
            [label_is(f"{kind}, description: A., default: {default}")],
        )
        for kind, default in (
            ("type: string", "1"),
            ("type: string, format: decimal", "1.5"),
            ("type: string, format: decimal", "one"),
            ("type: string, format: decimal", "Infinity"),
            ("type: string, format: date-time", "'2024-03-15T00:00:00Z'"),
            ("type: integer", "'1'"),
            ("type: integer", "true"),
            ("type: boolean", "0"),
            ("type: array, items: {type: string}", "[]"),
            ("$ref: '#/Size'", "MIDDLE"),
            ("$ref: '#/Grade'", "true"),
            ("$ref: '#/Thing'", "{}"),
        )
    ),
]


def edited(folder: Path, *edits: Edit) -> Path:
    """The minimal description with these edits, below `folder`."""
    description = folder / "openapi"
    shutil.copytree(MINIMAL, description)
    for file, old, new in edits:
        text = (description / file).read_text(encoding="utf-8")
        assert 1 == text.count(old), f"{old!r} stands {text.count(old)} times in {file}"
        (description / file).write_text(text.replace(old, new), encoding="utf-8")
    return description


def here(description: Path) -> str:
    """File and line of the mark."""
    [place] = [
        f"{path.relative_to(description).as_posix()}:{number}"
        for path in description.rglob("*.yaml")
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "# here" in text
    ]
    return place


def findings(description: Path) -> list[str]:
    """Everything that is wrong with a description."""
    try:
        lint.check(Source(description))
    except DescriptionError as error:
        return list(error.findings)
    return []


@pytest.mark.parametrize(
    ("message", "edits"), [*KINDS, *ROOT_AND_NAMES, *OPERATIONS, *ARGUMENTS, *ANSWERS, *SCHEMA_RULES]
)
def test_a_broken_rule_is_named_by_file_and_line(tmp_path: Path, message: str, edits: list[Edit]):
    """What breaks one rule is found once, where it stands, in words that say what is wrong."""
    description = edited(tmp_path, *edits)

    assert [f"{here(description)}: {message}"] == findings(description)


@pytest.mark.parametrize(("key", "file", "place"), KEYS)
def test_a_key_that_nothing_reads_is_named(tmp_path: Path, key: str, file: str, place: str):
    """A misspelt key, or one whose meaning the tools would drop, is found."""
    description = edited(tmp_path, before(file, place, key))

    name = key.partition(":")[0]
    assert [f"{here(description)}: {name} is not understood by the generator"] == findings(description)


@pytest.mark.parametrize(
    "description", [*(ROOT / "tests/golden").glob("*/openapi"), ROOT / "openapi"], ids=lambda path: path.parent.name
)
def test_good_descriptions_pass(description: Path):
    """The lint finds nothing in the real description, nor in those of the golden tests."""
    assert [] == findings(description)


def test_models_in_a_circle_are_named(tmp_path: Path):
    """Two models that need each other could not be imported, so both are named; one may refer to itself."""
    other = another(
        "Other",
        "type: object, properties: {a: {$ref: '#/Thing', description: A.}, b: {$ref: '#/Other', description: B.}}",
    )
    items = "type: array, description: A., items: {$ref: '#/Other'}"
    description = edited(tmp_path, (SCHEMAS, PRICE, f"    price: {{{items}}}\n"), other)
    alone = edited(tmp_path / "alone", (SCHEMAS, PRICE, "    price: {$ref: '#/Thing', description: A.}\n"))

    assert [
        "schemas/things.yaml:15: schema Thing: it refers to itself by way of others",
        f"{here(description)}: schema Other: it refers to itself by way of others",
    ] == findings(description)
    assert [] == findings(alone)


def test_everything_is_told_at_once_in_file_order(tmp_path: Path):
    """One run names all that is wrong, by file and by line within a file, whatever rule found it."""
    description = edited(
        tmp_path,
        (TOP, "openapi: 3.1.0", "openapi: 3.0.0"),
        (TOP, "paths:\n", "security: []\npaths:\n"),
        (PATHS, "x-weight: 2", "x-weight: 0"),
        without(PATHS, "    summary: One page of things.\n"),
        (SCHEMAS, "format: decimal", "format: money"),
        (COMMON, "description: How many rows there are.", "description: ''"),
    )

    places = [finding.split(" ")[0] for finding in findings(description)]
    assert [
        "c2c.yaml:1:",
        "c2c.yaml:8:",
        "paths/things.yaml:2:",
        "paths/things.yaml:50:",
        "schemas/common.yaml:18:",
        "schemas/things.yaml:32:",
    ] == places


def test_what_cannot_be_read_is_told_first(tmp_path: Path):
    """Values of a wrong kind are told alone: what else is wrong can only be seen when they are right."""
    description = edited(
        tmp_path,
        line(SCHEMAS, "description: A thing.", "description: 7"),
        (PATHS, "x-weight: 2", "x-weight: 0"),
    )

    assert [f"{here(description)}: description: a text is expected"] == findings(description)


def test_a_file_that_belongs_nowhere_is_named(tmp_path: Path):
    """A file outside paths/ and schemas/ would be read by nothing."""
    description = edited(tmp_path)
    (description / "extra.yaml").write_text("a: 1\n", encoding="utf-8")

    assert ["extra.yaml:1: a file of the description lies in paths/ or schemas/"] == findings(description)


def test_a_missing_root_is_named(tmp_path: Path):
    """A folder without c2c.yaml is no description, and neither is one that is not there."""
    assert ["c2c.yaml:1: the file is missing"] == findings(tmp_path)
    assert ["c2c.yaml:1: the file is missing"] == findings(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"a: 1\nb: [1,\n", "3: expected the node content, but found '<stream end>'"),
        (b"a: 1\nb: c: d\n", "2: mapping values are not allowed here"),
        (b"a: 1\n\tb: 2\n", "2: found character '\\t' that cannot start any token"),
        (b"a: 1\nb: 2\na: 3\n", '3: found duplicate key "a" with value "3" (original value: "1")'),
        (b"a: 1\nb: \xff\n", "2: the file is not in UTF-8"),
        ("a: ü\nb: ü\x07\n".encode(), "2: a control character, 0x7"),
        (b"a: 1\nb: 2024-02-30\n", "1: day is out of range for month"),
        (b"- a\n", "1: a map is expected at the top of the file"),
        (b"", "1: a map is expected at the top of the file"),
    ],
)
def test_broken_yaml_is_named(tmp_path: Path, content: bytes, finding: str):
    """What is no YAML, or not a map, is named by file and, where the reader knows it, by line."""
    description = edited(tmp_path)
    (description / SCHEMAS).write_bytes(content)

    assert [f"{SCHEMAS}:{finding}"] == findings(description)


def test_what_is_merged_in_has_the_line_of_its_place(tmp_path: Path):
    """A key that YAML merges from elsewhere stands on no line of its own; the finding names where it is merged."""
    description = edited(
        tmp_path,
        (SCHEMAS, "Size:\n", "Size: &size\n"),
        another("Other", "<<: *size, description: ''"),
        (SCHEMAS, "enum: [SMALL, LARGE]", "enum: [SMALL, LARGE]\n  title: 7"),
    )

    assert [
        f"{SCHEMAS}:5: title is not understood by the generator",
        f"{here(description)}: schema Other: description is missing",
        f"{here(description)}: title is not understood by the generator",
    ] == findings(description)


def mutations(place: Place) -> Iterator[str]:
    """Puts something else at each place of a file in turn, or nothing, and says what."""
    node = place.node
    keys: list[Any] = list(node) if isinstance(node, CommentedMap) else list(range(len(node)))
    for key in keys:
        there = node[key]
        for other in (None, "", "class", 0, True, 1.5, CommentedSeq(), CommentedMap()):
            node[key] = other
            yield f"{place.file}: {key} is {other!r} instead of {there!r}"
        node[key] = there
        if isinstance(there, (CommentedMap, CommentedSeq)):
            yield from mutations(place.under(key))
        if isinstance(node, CommentedMap):
            del node[key]
            yield f"{place.file}: there is no {key}"
            node[key] = there


def test_whatever_is_wrong_is_told_as_a_finding():
    """No description makes the generator stumble: the lint refuses it, or Python comes out of it."""
    source = Source(MINIMAL)
    passed = 0
    for file, content in source.files.items():
        for what in mutations(Place(file, content, 1)):
            try:
                lint.check(source)
            except DescriptionError:
                continue
            except Exception as error:
                error.add_note(what)
                raise
            passed += 1
            if passed % 10 == 0:
                files = render(parse(source, bundle(source)))
                for path, text in files.items():
                    if path.endswith(".py"):
                        compile(text, f"{path} ({what})", "exec")

    assert passed
