"""Each rule of the lint for schemas and for the catalogue of errors, broken alone in the minimal description."""

from pathlib import Path

import pytest

from tests.support.descriptions import (
    NAME,
    SCHEMAS,
    Edit,
    another,
    before,
    between,
    edited,
    findings,
    here,
    line,
    without,
)


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


PATTERN = "a pattern from ^ to $ is expected, without (?…) and classes such as \\d, which differ between tools"
ERRORS = "errors.yaml"
SIZE = between(SCHEMAS, "Size:", "\nGrade:")
GRADE = between(SCHEMAS, "Grade:", "\nThing:")
PRICE = between(SCHEMAS, "    price:", "    labels:")
LABEL = between(SCHEMAS, "    label:", "")
CODE = between(ERRORS, '  "83229":', "")
TEXT = between(ERRORS, "  - {", "codes:")


def code_is(keys: str, code: str = '"83229"') -> Edit:
    """A code of the catalogue."""
    return ERRORS, CODE, f"  {code}: {{{keys}}}  # here\n"


def text_is(keys: str) -> Edit:
    """What the words of a refusal mean."""
    return ERRORS, TEXT, f"  - {{{keys}}}  # here\n"


ENUM_TYPE = "an enum of strings or of integers, with its type, is expected"
ENUM_LENGTHS = "x-enum-varnames and x-enum-descriptions go with each value of enum"
DEFAULT = "the default cannot be used here; only arguments have one, of their own type and within their limits"
REQUIRED_EVIDENCE = "x-required-evidence stands beside required, and is one of official, specification, clients, guess"
SCHEMA_RULES: list[tuple[str, list[Edit]]] = [
    ("schema Other: an object or an enum is expected", [another("Other", "type: string")]),
    (
        "schema Other: an object without properties; x-untyped: true keeps a map of an answer as it comes",
        [another("Other", "type: object")],
    ),
    (
        f"schema Thing: {REQUIRED_EVIDENCE}",
        [line(SCHEMAS, "[thingNo]", "[thingNo]\n  x-required-evidence: rumour")],
    ),
    (
        f"schema Other: {REQUIRED_EVIDENCE}",
        [
            another(
                "Other",
                "type: object, x-nullable-properties: true, x-required-evidence: official,"
                " properties: {a: {type: string, description: A.}}",
            )
        ],
    ),
    *(
        (f"schema Size: {key} belongs to an object", [before(SCHEMAS, "  enum: [SMALL, LARGE]", f"{key}: {value}")])
        for key, value in (
            ("properties", "{}"),
            ("required", "[]"),
            ("additionalProperties", "false"),
            ("x-nullable-properties", "true"),
        )
    ),
    *(
        (
            f"schema Thing: {key} belongs to a set of values",
            [before(SCHEMAS, "  required: [thingNo]", f"{key}: {value}")],
        )
        for key, value in (("x-enum-varnames", "[A]"), ("x-enum-descriptions", "[A]"), ("x-groups", "{}"))
    ),
    (
        "schema Thing: x-nullable-properties: true is expected in an answer",
        [line(SCHEMAS, "Thing:"), without(SCHEMAS, "  x-nullable-properties: true\n")],
    ),
    (
        "Thing.again: it is required in itself, so no value could ever be complete",
        [
            (SCHEMAS, "[thingNo]", "[thingNo, again]"),
            (SCHEMAS, PRICE, "    again: {$ref: '#/Thing', description: A.}  # here\n"),
        ],
    ),
    *(
        (f"Thing.size: {key} beside a $ref is not read", [before(SCHEMAS, "      description: How large it is.", text)])
        for key, text in (
            ("type", "type: string"),
            ("format", "format: decimal"),
            ("enum", "enum: [A]"),
            ("items", "items: {type: string}"),
            ("properties", "properties: {}"),
            ("x-untyped", "x-untyped: true"),
        )
    ),
    *(
        (
            f"Thing.labels[]: {key} of an item is not read; it belongs to the array",
            [
                line(
                    SCHEMAS, "      items:\n        type: string", f"      items:\n        type: string\n        {text}"
                )
            ],
        )
        for key, text in (
            ("description", "description: One."),
            ("example", "example: A"),
            ("x-secret", "x-secret: true"),
            ("x-python-name", "x-python-name: a"),
            ("x-evidence", "x-evidence: guess"),
            ("x-also", "x-also: [a]"),
        )
    ),
    (
        "Thing.price: items belong to type array",
        [price_is("type: string, description: A., items: {type: string}")],
    ),
    ("schema Thing: required other is not among its properties", [line(SCHEMAS, "[thingNo]", "[thingNo, other]")]),
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
        "schema Size: two values are equal, or become one member name",
        [size_is("type: string, description: A., enum: [a, A]")],
    ),
    (
        "schema Size: two values are equal, or become one member name",
        [size_is("type: string, description: A., enum: [A, A], x-enum-varnames: [A, B]")],
    ),
    (
        "schema Size: 'TWO WORDS' cannot be a member name; give x-enum-varnames",
        [size_is("type: string, description: A., enum: [two words]")],
    ),
    (
        "schema Size: '1' cannot be a member name; give x-enum-varnames",
        [size_is("type: string, description: A., enum: ['1']")],
    ),
    *(
        (
            f"schema Size: {problem}",
            [size_is(f"type: string, description: A., enum: [A, B], x-groups: {{{groups}}}")],
        )
        for problem, groups in (
            (
                "x-groups: 'Open': a lower-case name is expected, for is_Open and all_Open",
                "Open: {description: it is, members: [A]}",
            ),
            (
                "x-groups: 'known': a lower-case name is expected, for is_known and all_known",
                "known: {description: it is, members: [A]}",
            ),
            ("x-groups: open: description is missing; it goes on after 'Whether'", "open: {members: [A]}"),
            ("x-groups: open: members are values of enum, each once", "open: {description: it is}"),
            ("x-groups: open: members are values of enum, each once", "open: {description: it is, members: [A, A]}"),
            ("x-groups: open: members are values of enum, each once", "open: {description: it is, members: [C]}"),
        )
    ),
    *(
        (
            "schema Size: x-enum-evidence has one of official, specification, clients, guess for each value of enum",
            [size_is(f"type: string, description: A., enum: [A, B], x-enum-evidence: [{grades}]")],
        )
        for grades in ("official", "official, rumour")
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
    ("Thing.price: no type; one of string, integer, boolean, array is expected", [price_is("description: A.")]),
    (
        "Thing.price: type money; one of string, integer, boolean, array is expected",
        [price_is("type: money, description: A.")],
    ),
    *(
        (
            "Thing.price: x-untyped, being true, stands for the type of a property of an answer",
            [price_is(f"description: A., {keys}")],
        )
        for keys in ("x-untyped: false", "type: string, x-untyped: true")
    ),
    (
        "MakeThingRequest.label: x-untyped, being true, stands for the type of a property of an answer",
        [label_is("description: A., x-untyped: true")],
    ),
    (
        "PartRequest.a: x-untyped, being true, stands for the type of a property of an answer",
        [
            another(
                "PartRequest",
                "type: object, additionalProperties: false, properties: {a: {description: A., x-untyped: true}}",
            ),
            (SCHEMAS, LABEL, f"{LABEL}    part: {{$ref: '#/PartRequest', description: A.}}\n"),
        ],
    ),
    (
        "Thing.price[]: x-untyped, being true, stands for the type of a property of an answer",
        [price_is("description: A., type: array, items: {x-untyped: true}")],
    ),
    (
        "Thing.price: an inline enum; give it a name under schemas/",
        [price_is("type: string, enum: [A], description: A.")],
    ),
    (
        "Thing.price: format money is not known for string; one of date-time, decimal is expected",
        [price_is("type: string, format: money, description: A.")],
    ),
    (
        "Thing.price: format decimal is not known for integer; one of epoch-ms, int32, int64 is expected",
        [price_is("type: integer, format: decimal, description: A.")],
    ),
    ("Thing.price: an array without items is dropped by the tools", [price_is("type: array, description: A.")]),
    (
        "Thing.price: an array of arrays is not supported; x-untyped: true keeps one of an answer as it comes",
        [price_is("type: array, description: A., items: {type: array, items: {type: string}}")],
    ),
    (
        "Thing.price[]: number loses digits; money is {type: string, format: decimal}",
        [price_is("type: array, description: A., items: {type: number}")],
    ),
    (
        "Thing.price: size is also the Python name of size; give x-python-name",
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
            ("type: string, format: decimal", "multipleOf"),
            ("type: string", "exclusiveMinimum"),
            ("type: integer", "minLength"),
            ("type: integer", "minItems"),
            ("type: integer, format: epoch-ms", "minimum"),
            ("type: boolean", "maxLength"),
            ("$ref: '#/Size'", "maxLength"),
        )
    ),
    (
        "MakeThingRequest.label[]: maximum is not enforced here",
        [label_is("type: array, minItems: 1, description: A., items: {type: string, maximum: 1}")],
    ),
    *(
        (
            f"MakeThingRequest.label: {PATTERN}",
            [label_is(f"type: string, description: A., pattern: '{pattern}'")],
        )
        for pattern in ("a", "^a", "a$", "^[a$", r"^\d$", r"^\w+$", "^(?:a)$", r"^a\Z$")
    ),
    ("Thing.price: maxLength is not enforced here", [price_is("type: string, description: A., maxLength: 1")]),
    (
        f"Thing.price: {DEFAULT}",
        [price_is("type: string, description: A., default: A")],
    ),
    *(
        (
            f"MakeThingRequest.label: {DEFAULT}",
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
            ("type: array, minItems: 1, items: {type: boolean}", "[]"),
            ("$ref: '#/Size'", "MIDDLE"),
            ("$ref: '#/Grade'", "true"),
        )
    ),
]

NEEDED: list[tuple[str, list[Edit]]] = [
    (
        "schema MakeThingRequest: required size is listed twice",
        [line(SCHEMAS, "  required: [size]", "  required: [size, size]")],
    ),
    (
        "MakeThingRequest.label: a property with a default is not required",
        [
            (SCHEMAS, "  required: [size]", "  required: [size, label]"),
            (SCHEMAS, "    label:\n", "    label:  # here\n"),
            (SCHEMAS, "      maxLength: 10\n", "      maxLength: 10\n      default: a\n"),
        ],
    ),
]

EVIDENCE = "evidence: one of official, specification, clients, guess is expected"
CATALOGUE: list[tuple[str, list[Edit]]] = [
    (
        "categories: unknown is missing, for codes that are not listed",
        [
            line(ERRORS, "categories:"),
            (ERRORS, "  unknown:", "  other:"),
            (ERRORS, "category: unknown", "category: other"),
        ],
    ),
    (
        "codes: at least one is expected",
        [line(ERRORS, "categories:"), (ERRORS, between(ERRORS, "codes:", ""), "codes: {}\n")],
    ),
    ("codes: at least one is expected", [line(ERRORS, "categories:"), without(ERRORS, between(ERRORS, "codes:", ""))]),
    ("category 'Server': a lower-case name is expected", [before(ERRORS, "  server:", "Server: The same.")]),
    ("texts: `contains` is a text in lower case", [text_is("category: server, evidence: guess")]),
    ("texts: `contains` is a text in lower case", [text_is("contains: Later, category: server, evidence: guess")]),
    (
        "texts: an earlier text matches wherever this one does, so this one is never used",
        [
            (
                ERRORS,
                "texts:\n",
                "texts:\n  - {contains: later, category: server, evidence: guess}\n",
            ),
            line(ERRORS, "  - {contains: try later, category: server, evidence: clients}"),
        ],
    ),
    ("texts[0]: category is one of server, unknown", [text_is("contains: later, evidence: guess")]),
    (f"texts[0]: {EVIDENCE}", [text_is("contains: later, category: server")]),
    (
        "code 83229: category is one of server, unknown",
        [code_is("name: A, category: none, meaning: A., advice: A., evidence: guess")],
    ),
    (f"code 83229: {EVIDENCE}", [code_is("name: A, category: server, meaning: A., advice: A., evidence: hearsay")]),
    ("code 83229: meaning is missing", [code_is("name: A, category: server, advice: A., evidence: guess")]),
    ("code 83229: advice is missing", [code_is("name: A, category: server, meaning: A., advice: '', evidence: guess")]),
    (
        "code 83229: name: UPPER_CASE is expected",
        [code_is("name: a, category: server, meaning: A., advice: A., evidence: guess")],
    ),
    (
        "code 83229: UNKNOWN_ERROR is also the name of -1000",
        [code_is("name: UNKNOWN_ERROR, category: server, meaning: A., advice: A., evidence: guess")],
    ),
    (
        "code '-0': a negative integer or a code of the service is expected, in quotes",
        [code_is("name: A, category: server, meaning: A., advice: A., evidence: guess", '"-0"')],
    ),
    ("the key 83229 is not a text; put it into quotes", [code_is("name: A", "83229")]),
    (
        "advise is not understood by the generator; did you mean advice?",
        [before(ERRORS, "    advice: Wait.", "advise: Wait.")],
    ),
]


@pytest.mark.parametrize(("message", "edits"), [*SCHEMA_RULES, *NEEDED, *CATALOGUE])
def test_a_broken_rule_for_schemas_is_named_by_file_and_line(tmp_path: Path, message: str, edits: list[Edit]):
    """What breaks one rule is found once, where it stands, in words that say what is wrong."""
    description = edited(tmp_path, *edits)

    assert [f"{here(description)}: {message}"] == findings(description)


def test_models_in_a_circle_are_named(tmp_path: Path):
    """Two models that need each other could not be imported, so both are named; one may refer to itself."""
    other = another(
        "Other",
        "type: object, x-nullable-properties: true,"
        " properties: {a: {$ref: '#/Thing', description: A.}, b: {$ref: '#/Other', description: B.}}",
    )
    items = "type: array, description: A., items: {$ref: '#/Other'}"
    description = edited(tmp_path, (SCHEMAS, PRICE, f"    price: {{{items}}}\n"), other)
    alone = edited(tmp_path / "alone", (SCHEMAS, PRICE, "    price: {$ref: '#/Thing', description: A.}\n"))

    assert [
        "schemas/things.yaml:15: schema Thing: it refers to itself through other schemas",
        f"{here(description)}: schema Other: it refers to itself through other schemas",
    ] == findings(description)
    assert [] == findings(alone)
