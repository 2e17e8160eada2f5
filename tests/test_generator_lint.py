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
Case = tuple[str, list[Edit]]
"""What the finding says, and the edits that break the rule."""


def line(file: str, old: str, new: str | None = None) -> Edit:
    """Replaces the end of the line that the finding names, or leaves it as it is."""
    return file, f"{old}\n", f"{old if new is None else new}  # here\n"


def before(file: str, old: str, new: str) -> Edit:
    """Puts a line in front of another, equally indented. The finding names it."""
    return file, old, f"{old[: len(old) - len(old.lstrip())]}{new}  # here\n{old}"


def after(file: str, old: str, new: str) -> Edit:
    """Puts lines behind one."""
    return file, f"{old}\n", f"{old}\n{new}"


def without(file: str, old: str) -> Edit:
    """Takes lines out."""
    return file, old, ""


AT_LIST = line(PATHS, "  get:")
AT_MAKE = line(PATHS, "  post:")
AT_SIZE = line(SCHEMAS, "Size:")
AT_GRADE = line(SCHEMAS, "Grade:")
AT_THING = line(SCHEMAS, "\nThing:")
AT_LABEL = line(SCHEMAS, "    label:")
AT_LABELS = line(SCHEMAS, "    labels:")
AT_PRICE = line(SCHEMAS, "    price:")
AT_CLIENT_TYPE = line(TOP, "    ClientType:")
AT_SIZE_ARGUMENT = line(PATHS, "      - name: size")
AT_BODY = line(PATHS, "    requestBody:")
AT_PAGE_DATA = (PATHS, "data:\n                      type: array", "data:  # here\n                      type: array")
AT_TEXT_DATA = (PATHS, "data:\n                      type: string", "data:  # here\n                      type: string")
AT_PAGE_ANSWER = (PATHS, "      \"200\":\n        description: The p", "      \"200\":  # here\n        description: The p")
AT_PAGE_SCHEMA = (PATHS, "    schema:\n              allOf:\n                - $ref: ../schemas/common.yaml#/Paged", "    schema:  # here\n              allOf:\n                - $ref: ../schemas/common.yaml#/Paged")

ENUM = "\n{name}:  # here\n  type: string\n  description: Another.\n  enum: [A]\n"
OBJECT = "\n{name}:  # here\n  type: object\n  properties:\n    a: {{type: string, description: A.}}\n"
SIZE_IN_QUERY = """
    parameters:
      - name: size
        in: query
        description: A second one.
        schema: {type: string}
"""[1:]  # fmt: skip


def another(name: str, template: str = ENUM) -> Edit:
    """Another schema, at the end. The finding names it."""
    return after(SCHEMAS, "      maxLength: 10", template.format(name=name))


def list_is(new: str, tag: str = "things") -> Edit:
    """Another name for the first operation."""
    return PATHS, "things.list\n    tags: [things]", f"{new}\n    tags: [{tag}]"


def make_is(new: str, tag: str = "things") -> Edit:
    """Another name for the second operation."""
    return PATHS, "things.make\n    tags: [things]", f"{new}\n    tags: [{tag}]"


KINDS: list[Case] = [
    ("description: a text is expected", [line(SCHEMAS, "description: A thing.", "description: 7")]),
    ("x-safe-to-repeat: true or false is expected", [line(PATHS, "to-repeat: true", "to-repeat: yes")]),
    ("x-weight: an integer is expected", [(PATHS, "1\n    x-safe-to-repeat: t", "true  # here\n    x-safe-to-repeat: t")]),
    ("parameters: a list is expected", [before(PATHS, "    requestBody:", "parameters:")]),
    ("tags[0]: a text is expected", [(PATHS, "[things]\n    summary: M", "[1]  # here\n    summary: M")]),
    ("Empty: a map is expected", [another("Empty", "\n{name}:  # here\n")]),
    ("the key 200 is no text; put it into quotes", [(PATHS, '"200":\n        description: The p', "200:  # here\n        description: The p")]),
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
    ("a $ref cannot stand here", [after(PATHS, "    requestBody:", "      $ref: '#/a'  # here\n")]),
    ("a $ref cannot stand here", [another("Other", "\n{name}:\n  $ref: '#/Thing'  # here\n")]),
    ("a $ref cannot stand here", [before(SCHEMAS, "    thingNo:", "$ref: '#/Thing'")]),
]

# A key that nothing reads, and in front of what it is put.
KEYS: list[tuple[str, str, str]] = [
    ("x-tags: []", TOP, "paths:"),
    ("schemas: {A: {}}", TOP, "  parameters:"),
    ("summary: Both of them.", PATHS, "  get:"),
    ("parameters: []", PATHS, "  get:"),
    ("deprecated: true", PATHS, "    summary: One page"),
    ("servers: []", PATHS, "    summary: One page"),
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

ROOT_AND_NAMES: list[Case] = [
    ("openapi: 3.1 is expected, not 3.0.3", [line(TOP, "openapi: 3.1.0", "openapi: 3.0.3")]),
    ("openapi: 3.1 is expected, not nothing", [line(TOP, "openapi: 3.1.0", "")]),
    ("info: title is missing", [line(TOP, "openapi: 3.1.0"), without(TOP, "  title: A minimal API\n")]),
    ("info: version is missing", [line(TOP, "openapi: 3.1.0"), (TOP, '"1"', '""')]),
    ("tags: name is missing", [line(TOP, "  - name: things", "  - name: ''")]),
    ("security stands on each operation; at the top it is ignored", [before(TOP, "paths:", "security: []")]),
    ("/things/none has no operation", [before(TOP, "  /things/make:", "/things/none: {}")]),
    ("/things/other is not listed under `paths` of c2c.yaml", [before(PATHS, "/things/make:", "/things/other: {}")]),
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
    ("things.iterate_list: so is called what walks the pages of things.list", [AT_MAKE, make_is("things.iterate_list")]),
]

TAGS = "things.make: tags: exactly one is expected, the part of operationId before the dot"
SECURITY = "things.list: security: [] or [{apiKey: []}] or [{apiKey: [], signature: []}] is expected"
PAGE_ARGUMENTS = "things.list: a page needs arguments page and rows, integers with a default"
OPERATIONS: list[Case] = [
    (TAGS, [AT_MAKE, make_is("things.make", "things, others")]),
    (TAGS, [AT_MAKE, make_is("things.make", "others")]),
    (TAGS, [AT_MAKE, without(PATHS, "    tags: [things]\n    summary: Make a thing.\n"), after(PATHS, "things.make", "    summary: M.\n")]),
    (
        "things.make: path parameters are not supported: the API has none",
        [AT_MAKE, (TOP, "  /things/make:", "  /things/{id}:"), (TOP, "1make", "1{id}"), (PATHS, "/make:", "/{id}:")],
    ),
    ("things.make: summary is missing", [AT_MAKE, without(PATHS, "    summary: Make a thing.\n")]),
    ("things.make: description is missing", [AT_MAKE, (PATHS, "Nothing is made twice.", "' '")]),
    ("things.make: x-source is missing", [AT_MAKE, (PATHS, "twice.\n    x-source: Nobody's document\n", "twice.\n")]),
    (
        "things.make: x-evidence: one of official, specification, clients, guess is expected",
        [AT_MAKE, (PATHS, "guess\n    x-weight: 1\n    x-safe-to-repeat: f", "gues\n    x-weight: 1\n    x-safe-to-repeat: f")],
    ),
    ("things.list: x-weight: a positive integer is expected", [AT_LIST, (PATHS, "1\n    x-safe-to-repeat: t", "0\n    x-safe-to-repeat: t")]),
    ("things.list: x-weight: a positive integer is expected", [AT_LIST, (PATHS, "    x-weight: 1\n    x-safe-to-repeat: t", "    x-safe-to-repeat: t")]),
    (
        "things.list: x-safe-to-repeat: true or false is expected; the HTTP method says nothing in this API",
        [AT_LIST, without(PATHS, "    x-safe-to-repeat: true\n")],
    ),
    (
        "things.make: x-outcome is expected exactly where x-safe-to-repeat is false",
        [AT_MAKE, without(PATHS, '    x-outcome: "`things.list` shows it."\n')],
    ),
    (
        "things.list: x-outcome is expected exactly where x-safe-to-repeat is false",
        [AT_LIST, after(PATHS, "    x-safe-to-repeat: true", "    x-outcome: It cannot be lost.\n")],
    ),
    (SECURITY, [AT_LIST, (PATHS, "        signature: []\n    p", "      - signature: []\n    p")]),
    (SECURITY, [AT_LIST, (PATHS, "    security:\n      - apiKey: []\n        signature: []\n    p", "    p")]),
    ('things.make: responses: a "200" is expected', [AT_MAKE, (PATHS, '"200":\n        description: The n', '"201":\n        description: The n')]),
    *(
        (f"things.list: {name} is the signer's and is never listed", [line(PATHS, "- name: size", f"- name: {name}")])
        for name in ("timestamp", "recvWindow", "signature")
    ),
    (
        "things.list: X-MBX-APIKEY is the signer's and is never listed",
        [line(PATHS, "parameters/ClientType"), (TOP, "      name: clientType", "      name: X-MBX-APIKEY")],
    ),
    ("things.list: : a parameter has a name and a schema", [line(PATHS, "- name: size", "- name: ''")]),
    (
        "things.list: clientType: a parameter has a name and a schema",
        [AT_CLIENT_TYPE, without(TOP, "      schema:\n        type: string\n        enum: [web]\n")],
    ),
    (
        "things.list: clientType in cookie: only query and header are supported",
        [AT_CLIENT_TYPE, (TOP, "in: header\n      required", "in: cookie\n      required")],
    ),
    ("things.list: clientType: a header needs an enum of exactly one value", [AT_CLIENT_TYPE, (TOP, "[web]", "[web, app]")]),
    ("things.list: clientType: a header needs an enum of exactly one value", [AT_CLIENT_TYPE, without(TOP, "        enum: [web]\n")]),
    ("things.list: size: description is missing", [AT_SIZE_ARGUMENT, (PATHS, "Only things of this size.", "''")]),
    (
        "things.list: size: only single values can stand in a query",
        [AT_SIZE_ARGUMENT, (PATHS, "things.yaml#/Size", "things.yaml#/Thing")],
    ),
    (
        "things.list: size: only single values can stand in a query",
        [AT_SIZE_ARGUMENT, (PATHS, "$ref: ../schemas/things.yaml#/Size", "{type: array, items: {type: string}}")],
    ),
    ("from: 'from' cannot be a Python name here; give x-python-name", [line(PATHS, "- name: size", "- name: from")]),
    *(
        (f"size: '{name}' cannot be a Python name here; give x-python-name", [AT_SIZE_ARGUMENT, after(PATHS, "this size.", f"        x-python-name: {name}\n")])
        for name in ("self", "number", "writing", "größe", "_size", "Size", "two words")
    ),
    ("things.list: two arguments are called page", [AT_LIST, (PATHS, "- name: size", "- name: Page")]),
    ("things.make: two arguments are called size", [AT_MAKE, (PATHS, "    requestBody:", f"{SIZE_IN_QUERY}    requestBody:")]),
    (PAGE_ARGUMENTS, [AT_LIST, without(PATHS, "          default: 20\n")]),
    (PAGE_ARGUMENTS, [AT_LIST, (PATHS, "integer\n          default: 20", "string\n          default: '20'")]),
    (PAGE_ARGUMENTS, [AT_LIST, (PATHS, "- name: rows", "- name: count")]),
    (PAGE_ARGUMENTS, [AT_LIST, after(PATHS, "- name: page", "        x-python-name: number_of_page\n")]),
    (
        "things.make: a body is application/json and nothing else",
        [AT_BODY, after(PATHS, "#/MakeThingRequest", "        text/plain: {}\n")],
    ),
    (
        "things.make: a body is a $ref to a schema whose name ends in Request",
        [AT_BODY, (PATHS, "#/MakeThingRequest", "#/Thing")],
    ),
    ("things.make: a GET has no body", [AT_BODY, (PATHS, "  post:\n", "  get:\n")]),
]

NO_SCHEMA = "things.list: the 200 answer has no application/json schema"
DATA = "things.make: `data` is a $ref to an object, an array of these, a string or a boolean"
PAGE_DATA = "things.list: `data` of a page is an array of $ref to an object"
ENVELOPE = "things.list: allOf of an envelope and an object with `data` alone is expected"
WRAPPED = """
              allOf:
                - $ref: ../schemas/common.yaml#/Envelope
                - type: object
                  properties:
                    data:
                      type: string
                      x-unwrap: thingNo
"""
ANSWERS: list[Case] = [
    (NO_SCHEMA, [AT_PAGE_ANSWER, (PATHS, "application/json:\n            schema:\n              allOf:\n                - $ref: ../schemas/common.yaml#/P", "text/plain:\n            schema:\n              allOf:\n                - $ref: ../schemas/common.yaml#/P")]),
    (ENVELOPE, [AT_PAGE_SCHEMA, (PATHS, "common.yaml#/PagedEnvelope", "things.yaml#/Thing")]),
    ("things.make: an answer is an envelope or an object", [AT_TEXT_SCHEMA, (PATHS, WRAPPED, "\n              $ref: ../schemas/common.yaml#/PagedEnvelope\n")]),
    ("things.make: an answer is an envelope or an object", [AT_TEXT_SCHEMA, (PATHS, WRAPPED, "\n              $ref: ../schemas/things.yaml#/Size\n")]),
    (
        "things.list: x-page is expected exactly where the answer is a PagedEnvelope",
        [AT_LIST, without(PATHS, "    x-page:\n      key: thingNo\n")],
    ),
    (
        "things.list: x-page is expected exactly where the answer is a PagedEnvelope",
        [AT_LIST, (PATHS, "common.yaml#/PagedEnvelope", "common.yaml#/Envelope")],
    ),
    (PAGE_DATA, [AT_PAGE_DATA, (PATHS, "                        $ref: ../schemas/things.yaml#/Thing", "                        $ref: ../schemas/things.yaml#/Size")]),
    (PAGE_DATA, [AT_PAGE_DATA, (PATHS, "                        $ref: ../schemas/things.yaml#/Thing", "                        type: string")]),
    *((DATA, [(PATHS, TEXT, f"data:  # here\n                      {data}\n")]) for data in (
        "type: integer", "$ref: ../schemas/things.yaml#/Size", "$ref: ../schemas/common.yaml#/Envelope",
        "{type: array, items: {type: string}}", "{type: array, items: {$ref: ../schemas/things.yaml#/Size}}", "type: array",
    )),
    ("things.make: x-unwrap stands beside a string", [(PATHS, "data:\n                      type: string", "data:  # here\n                      type: boolean")]),
    *(
        (f"things.list: x-page: '{key}' is no required value of each row", [line(PATHS, "    x-page:"), (PATHS, "key: thingNo", f"key: {key}")])
        for key in ("price", "nothing", "thingNo.a", "size.thingNo")
    ),
    ("things.list: x-page: '' is no required value of each row", [line(PATHS, "    x-page:", "    x-page: {}"), without(PATHS, "      key: thingNo\n")]),
]

ENUM_TYPE = "an enum of strings or of integers, with its type, is expected"
ENUM_LENGTHS = "x-enum-varnames and x-enum-descriptions go with each value of enum"
SCHEMA_RULES: list[Case] = [
    ("schema Thing: an object or an enum is expected", [AT_THING, (SCHEMAS, "  type: object\n  description: A thing.", "  type: string\n  description: A thing.")]),
    ("schema Other: an object without properties", [another("Other", "\n{name}:  # here\n  type: object\n")]),
    ("schema Thing: required no is not among its properties", [line(SCHEMAS, "[thingNo]", "[thingNo, no]")]),
    (f"schema Size: {ENUM_TYPE}", [AT_SIZE, without(SCHEMAS, "  type: string\n  description: How large")]),
    (f"schema Size: {ENUM_TYPE}", [AT_SIZE, (SCHEMAS, "[SMALL, LARGE]", "[SMALL, 1]")]),
    (f"schema Size: {ENUM_TYPE}", [AT_SIZE, (SCHEMAS, "[SMALL, LARGE]", "[]")]),
    (f"schema Size: {ENUM_TYPE}", [AT_SIZE, (SCHEMAS, "[SMALL, LARGE]", "[SMALL, null]")]),
    (f"schema Grade: {ENUM_TYPE}", [AT_GRADE, (SCHEMAS, "[1, 2]", "[1, true]")]),
    ("schema Grade: x-enum-varnames are expected for numbers", []),
    (f"schema Grade: {ENUM_LENGTHS}", [AT_GRADE, (SCHEMAS, "[GOOD, BETTER]", "[GOOD]")]),
    (f"schema Size: {ENUM_LENGTHS}", [AT_SIZE, without(SCHEMAS, "    - It does not.\n")]),
    ("schema Size: two values are the same or become one member name", [AT_SIZE, (SCHEMAS, "LARGE]", "small]")]),
    ("schema Size: 'TOO LARGE' is no member name; give x-enum-varnames", [AT_SIZE, (SCHEMAS, "LARGE]", "too large]")]),
    ("schema Size: description is missing", [AT_SIZE, without(SCHEMAS, "  description: How large a thing is.\n")]),
    ("Thing.price: description is missing", [AT_PRICE, without(SCHEMAS, "      description: What it costs.\n")]),
    ("Thing.price: number loses digits; money is {type: string, format: decimal}", [AT_PRICE, (SCHEMAS, "string\n      format: decimal", "number")]),
    ("Thing.price: an inline object; give it a name under schemas/", [AT_PRICE, (SCHEMAS, "string\n      format: decimal", "object")]),
    ("Thing.price: an inline object; give it a name under schemas/", [AT_PRICE, (SCHEMAS, "      format: decimal", "      properties: {}")]),
    ("Thing.price: type None; one of string, integer, boolean, array is expected", [AT_PRICE, (SCHEMAS, "      type: string\n      format: decimal\n", "")]),
    ("Thing.price: type money; one of string, integer, boolean, array is expected", [AT_PRICE, (SCHEMAS, "string\n      format: decimal", "money")]),
    ("Thing.price: an inline enum; give it a name under schemas/", [AT_PRICE, (SCHEMAS, "      format: decimal", "      enum: [a]")]),
    ("Thing.price: format money is not known for string", [line(SCHEMAS, "format: decimal", "format: money")]),
    ("Thing.price: format decimal is not known for integer", [line(SCHEMAS, "      format: decimal"), (SCHEMAS, "string\n      format", "integer\n      format")]),
    ("Thing.labels: an array without items is dropped by the tools", [AT_LABELS, without(SCHEMAS, "      items:\n        type: string\n")]),
    ("Thing.labels: an array of arrays is not supported", [AT_LABELS, (SCHEMAS, "items:\n        type: string\n", "items: {type: array, items: {type: string}}\n")]),
    ("Thing.labels[]: number loses digits; money is {type: string, format: decimal}", [line(SCHEMAS, "      items:"), (SCHEMAS, "        type: string\n", "        type: number\n")]),
    ("MakeThingRequest.label: minimum is not enforced here", [line(SCHEMAS, "maxLength: 10", "minimum: 1")]),
    ("MakeThingRequest.label: maxItems is not enforced here", [line(SCHEMAS, "maxLength: 10", "maxItems: 1")]),
    ("MakeThingRequest.label: maxLength is not enforced here", [line(SCHEMAS, "maxLength: 10"), (SCHEMAS, "written on it.\n      max", "written on it.\n      format: decimal\n      max")]),
    ("Thing.price: maxLength is not enforced here", [before(SCHEMAS, "      description: What it costs.", "maxLength: 10")]),
    ("Thing.labels[]: maxLength is not enforced here", [after(SCHEMAS, "        type: string", "        maxLength: 10  # here\n")]),
    ("MakeThingRequest.size: maxLength is not enforced here", [before(SCHEMAS, "      description: How large it shall be.", "maxLength: 10")]),
    ("Thing.price: the default cannot be used here", [before(SCHEMAS, "      description: What it costs.", "default: '1'")]),
    ("MakeThingRequest.size: the default cannot be used here", [before(SCHEMAS, "      description: How large it shall be.", "default: MIDDLE")]),
    *(
        (f"MakeThingRequest.label: the default cannot be used here", [line(SCHEMAS, "maxLength: 10", f"default: {default}"), (SCHEMAS, "type: string\n      description: What is to", f"{kind}\n      description: What is to")])
        for kind, default in (
            ("type: string", "1"),
            ("{type: string, format: decimal", "1.5"),
        )
    ),
]
