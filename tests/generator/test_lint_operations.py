"""Each rule of the lint for operations, their arguments and their answers, broken alone in the minimal description."""

from pathlib import Path

import pytest

from tests.support.descriptions import (
    AT_LIST,
    AT_MAKE,
    NAME,
    PATHS,
    SCHEMAS,
    TOP,
    Edit,
    after,
    before,
    between,
    edited,
    findings,
    here,
    line,
    make_is,
    without,
)


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


PARAMETER = between(PATHS, "      - name: size", "      - name: page")
HEADER = between(TOP, "    ClientType:", "")
PAGE_DATA = between(PATHS, "                    data:", "\n/things/make:")
TEXT_DATA = between(PATHS, "                    data:\n                      type: string", "")
TEXT_RESPONSE = between(PATHS, '"200":\n        description: The number', "")
TEXT_ANSWER = between(
    PATHS, "            schema:\n              allOf:\n                - $ref: ../schemas/common.yaml#/Env", ""
)
AT_BODY = line(PATHS, "    requestBody:")
AT_MAKE_JSON = (
    PATHS,
    "The number of the thing.\n        content:\n          application/json:\n",
    "The number of the thing.\n        content:\n          application/json:  # here\n",
)

TAGS = "things.make: tags: exactly one is expected, the part of operationId before the last dot"
WEIGHT = "things.make: x-weight: an integer from 1 to 6000 is expected"
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
        "things.make: servers: only operations without a key may name another host than the API's",
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
ARGUMENTS: list[tuple[str, list[Edit]]] = [
    *(
        (
            f"things.list: {name}: the signer adds this parameter; do not list it",
            [line(PATHS, "- name: size", f"- name: {name}")],
        )
        for name in ("timestamp", "recvWindow", "signature")
    ),
    (
        "things.list: X-MBX-APIKEY: the signer adds this parameter; do not list it",
        [line(PATHS, "parameters/ClientType"), (TOP, "      name: clientType", "      name: X-MBX-APIKEY")],
    ),
    ("things.list: : a parameter has a name and a schema", [parameter_is("in: query, schema: {type: boolean}")]),
    (
        "things.list: size: a parameter has a name and a schema",
        [parameter_is("name: size, in: query, description: A.")],
    ),
    (
        "things.list: size in cookie: only query and header are supported",
        [parameter_is("name: size, in: cookie, description: A., schema: {type: boolean}")],
    ),
    *(
        (
            "things.list: h: a header needs an enum of exactly one value",
            [header_is(f"name: h, in: header, schema: {schema}")],
        )
        for schema in ("{type: string}", "{type: string, enum: []}", "{type: string, enum: [a, b]}")
    ),
    ("things.list: a: description is missing", [parameter_is("name: a, in: query, schema: {type: boolean}")]),
    *(
        (
            "things.list: a: only single values can stand in a query",
            [parameter_is(f"name: a, in: query, description: A., schema: {schema}")],
        )
        for schema in ("{type: array, minItems: 1, items: {type: boolean}}", "{$ref: ../schemas/things.yaml#/Thing}")
    ),
    *(
        (
            f"a: '{name}' {NAME}",
            [parameter_is(f"name: a, in: query, description: A., schema: {{type: boolean}}, x-python-name: {name}")],
        )
        for name in ("self", "query", "number", "writing", "from", "größe", "_size", "Size", "two words", "1st")
    ),
    (f"from: 'from' {NAME}", [parameter_is("name: from, in: query, description: A., schema: {type: boolean}")]),
    (f"-: '' {NAME}", [parameter_is("name: '-', in: query, description: A., schema: {type: boolean}")]),
    ("things.list: two arguments are called page", [AT_LIST, (PATHS, "- name: size", "- name: Page")]),
    (
        "things.make: two arguments are called label",
        [
            AT_MAKE,
            (
                PATHS,
                "    requestBody:",
                (
                    "    parameters:\n"
                    "      - {name: label, in: query, description: A., schema: {type: boolean}}\n"
                    "    requestBody:"
                ),
            ),
        ],
    ),
    (PAGE_ARGUMENTS, [AT_LIST, without(PATHS, "          default: 20\n")]),
    (
        PAGE_ARGUMENTS,
        [
            AT_LIST,
            (
                PATHS,
                "integer\n          default: 20\n          minimum: 1",
                "string\n          default: '20'\n          pattern: ^20$",
            ),
        ],
    ),
    (PAGE_ARGUMENTS, [AT_LIST, (PATHS, "- name: rows", "- name: count")]),
    (PAGE_ARGUMENTS, [AT_LIST, after(PATHS, "- name: page", "        x-python-name: number_of_page")]),
    (
        "things.make: a body is application/json and nothing else",
        [AT_BODY, after(PATHS, "#/MakeThingRequest", "        text/plain: {}")],
    ),
    (
        "things.make: a body is a $ref to a schema whose name ends in Request",
        [AT_BODY, (PATHS, "#/MakeThingRequest", "#/Thing")],
    ),
    *(
        (
            "things.make: a body has required: true, since it is always sent",
            [AT_BODY, (PATHS, "      required: true\n      content:", f"{required}      content:")],
        )
        for required in ("", "      required: false\n")
    ),
    ("things.make: a GET has no body", [AT_BODY, (PATHS, "  post:\n", "  get:\n")]),
]

DATA = (
    "things.make: `data` is a $ref to an object or to a set of values, a string, an integer, a boolean,"
    " or an array of one of these"
)
PAGED = "things.list: x-page is expected exactly where the answer is a PagedEnvelope"
ENVELOPE = "things.make: allOf of an envelope and an object with `data` alone is expected"
ANSWERS: list[tuple[str, list[Edit]]] = [
    *(
        (
            "things.make: the 200 answer has no application/json schema",
            [(PATHS, TEXT_RESPONSE, f'"200": {{description: A., {keys}}}  # here\n')],
        )
        for keys in ("", "content: {text/plain: {}}", "content: {application/json: {}}")
    ),
    *(
        (ENVELOPE, [answer_is(f"allOf: {parts}")])
        for parts in (
            "[]",
            "[{$ref: ../schemas/common.yaml#/Envelope}]",
            "[{$ref: ../schemas/common.yaml#/Envelope}, {$ref: ../schemas/things.yaml#/Thing}]",
            "[{$ref: ../schemas/things.yaml#/Thing}, {type: object, properties: {data: {type: string}}}]",
            "[{$ref: ../schemas/common.yaml#/Envelope}, {properties: {data: {type: string}}}]",
            "[{$ref: ../schemas/common.yaml#/Envelope}, {type: objekt, properties: {data: {type: string}}}]",
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
            "type: array",
            "type: object",
            "type: number",
            "type: string, format: epoch-ms",
            "$ref: ../schemas/common.yaml#/Envelope",
            "type: array, items: {type: array, items: {type: string}}",
            "type: array, items: {type: boolean, format: decimal}",
        )
    ),
    *(
        (
            f"things.make: `data`: {key}: limits on the items of an answer's list are not checked",
            [data_is(f"type: array, items: {{type: string, {key}: {value}}}")],
        )
        for key, value in (("minLength", "1"), ("enum", "[a]"))
    ),
    (
        "things.make: the 200 answer has no example, which a sandbox gives until it simulates the operation",
        [(PATHS, "            example: {code: '000000', data: '7'}\n", ""), AT_MAKE_JSON],
    ),
    (
        "things.make: `data`: items belong to type array",
        [data_is("type: string, items: {type: string}")],
    ),
    (
        "things.make: 200: description is missing",
        [(PATHS, '      "200":\n        description: The number of the thing.\n', '      "200":  # here\n')],
    ),
    (
        "things.make: 4XX: description is missing",
        [before(PATHS, '      "200":\n        description: The n', '"4XX": {description: " "}')],
    ),
    ("things.make: x-unwrap stands beside a string", [data_is("type: boolean, x-unwrap: a")]),
    *(
        ("things.make: x-wrap stands beside a $ref to an object, and names an object in it", [data_is(data)])
        for data in (
            "type: string, x-wrap: a",
            "$ref: ../schemas/things.yaml#/Size, x-wrap: a",
            "$ref: ../schemas/things.yaml#/Thing, x-wrap: a",
            "$ref: ../schemas/things.yaml#/Thing, x-wrap: thingNo",
            "$ref: ../schemas/things.yaml#/Thing, x-wrap: size",
        )
    ),
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
            f"things.list: x-page: '{key}': a required value of each row is expected",
            [(PATHS, "x-page:\n      key: thingNo", f"x-page: {{key: '{key}'}}  # here")],
        )
        for key in ("", "price", "nothing", "thingNo.a", "size.a")
    ),
]


PERIODS = {"start": "since", "end": "until", "days": "30", "months": "6", "time": "made", "sides": "size"}
TIMES = [
    (
        PATHS,
        "      - name: page",
        "".join(
            f"      - {{name: {name}, in: query, description: A., schema: {{type: integer, format: epoch-ms}}{more}}}\n"
            for name, more in (("since", ""), ("until", ""), ("always", ", required: true"))
        )
        + "      - name: page",
    ),
    after(SCHEMAS, "      description: Its number.", "    made: {type: integer, format: epoch-ms, description: When.}"),
]


def periods_are(**changed: str | None) -> list[Edit]:
    """A walk through periods of time, with the arguments it takes."""
    keys = ", ".join(f"{key}: {value}" for key, value in {**PERIODS, **changed}.items() if value is not None)
    walked = f"x-page:\n      key: thingNo\n      periods: {{{keys}}}  # here"
    return [(PATHS, "x-page:\n      key: thingNo", walked), *TIMES]


NO_TIME = "is no optional argument that is a time"
WALKS: list[tuple[str, list[Edit]]] = [
    *(
        (f"things.list: periods: start: '{name}' {NO_TIME}", periods_are(start=name))
        for name in ("size", "always", "made", "nothing")
    ),
    (f"things.list: periods: end: '' {NO_TIME}", periods_are(end=None)),
    ("things.list: periods: sides: 'rows' is no optional argument with a set of values", periods_are(sides="rows")),
    ("things.list: periods: time: 'price' is no field of a row that is a time", periods_are(time="price")),
    ("things.list: periods: days: an integer from 1 to 366 is expected", periods_are(days="0")),
    ("things.list: periods: months: an integer from 1 to 120 is expected", periods_are(months=None)),
]


def test_a_walk_through_periods_can_be_described(tmp_path: Path):
    """What the broken ones are made from is whole."""
    assert [] == findings(edited(tmp_path, *periods_are()))


BOTH_SIGNED = (
    "    security:\n      - apiKey: []\n        signature: []\n",
    "    security:\n      - apiKey: []\n    requestBody",
)
HOSTS: list[tuple[str, list[Edit]]] = [
    (
        "things.make: servers: the same url is expected as of things.list",
        [
            (PATHS, BOTH_SIGNED[0], "    security: []\n    servers: [{url: 'https://a.test'}]\n"),
            (
                PATHS,
                BOTH_SIGNED[1],
                "    security: []\n    servers: [{url: 'https://b.test'}]  # here\n    requestBody",
            ),
        ],
    ),
]
DEFAULTS: list[tuple[str, list[Edit]]] = [
    (
        "things.list: size: an argument with a default is not required",
        [
            parameter_is(
                "name: size, in: query, required: true, description: A., "
                "schema: {type: integer, minimum: 1, default: 1}"
            )
        ],
    ),
]


@pytest.mark.parametrize(("message", "edits"), [*OPERATIONS, *ARGUMENTS, *ANSWERS, *WALKS, *HOSTS, *DEFAULTS])
def test_a_broken_rule_for_operations_is_named_by_file_and_line(tmp_path: Path, message: str, edits: list[Edit]):
    """What breaks one rule is found once, where it stands, in words that say what is wrong."""
    description = edited(tmp_path, *edits)

    assert [f"{here(description)}: {message}"] == findings(description)
