"""The rules for examples, and for what no operation needs."""

from pathlib import Path

import pytest

from tests.support.descriptions import (
    PATHS,
    ROOT,
    SCHEMAS,
    TOP,
    Edit,
    after,
    before,
    edited,
    findings,
    here,
)

PAGE = "            example: {code: '000000', total: 1, data: [{thingNo: '7', size: SMALL}]}"
TEXT = "            example: {code: '000000', data: '7'}"
BODY = "          schema:\n            $ref: ../schemas/things.yaml#/MakeThingRequest"
NUMBER = "        schema:\n          type: integer\n          default: 20"
TIME = "ms: {type: integer, format: epoch-ms, description: A.}"
ISO = "iso: {type: string, format: date-time, description: A.}"
EXTRA = (SCHEMAS, "    price:\n", f"    {TIME}\n    {ISO}\n    any: {{x-untyped: true, description: A.}}\n    price:\n")
SPELLINGS = (SCHEMAS, "      description: What it costs.", "      description: What it costs.\n      x-also: [cost]")
SET = "one of 'SMALL', 'LARGE' is expected, not"
MS = "milliseconds since 1970, from 100000000000 on, is expected, not"
ISO_TIME = "a time such as '2024-03-15T00:00:00+00:00' is expected, not"


def page_is(example: str) -> list[Edit]:
    """The example of a page."""
    return [(PATHS, PAGE, f"            example: {example}  # here"), EXTRA, SPELLINGS]


def row_is(row: str) -> list[Edit]:
    """The example of a page of one row."""
    return page_is(f"{{code: '0', data: [{row}]}}")


def text_is(example: str) -> list[Edit]:
    """The example of an answer that is a text."""
    return [(PATHS, TEXT, f"            example: {example}  # here")]


def body_is(examples: str) -> list[Edit]:
    """The examples of a body."""
    return [(PATHS, BODY, f"          {examples}  # here\n{BODY}")]


def refusal_is(examples: str) -> list[Edit]:
    """The examples of a refusal, which may be a thing or text."""
    one_of = "oneOf: [{$ref: ./schemas/things.yaml#/Thing}, {$ref: ./schemas/common.yaml#/Envelope}]"
    content = f"content: {{application/json: {{schema: {{{one_of}}}, {examples}}}}}"
    return [
        (TOP, "  parameters:", f"  responses:\n    Nope: {{description: A., {content}}}  # here\n  parameters:"),
        (
            PATHS,
            '      "200":\n        description: The n',
            '      "4XX": {$ref: ../c2c.yaml#/components/responses/Nope}\n      "200":\n        description: The n',
        ),
    ]


MISFITS: list[tuple[str, list[Edit]]] = [
    ("things.list: 200: example: a map is expected, not null", page_is("")),
    ("things.list: 200: example: a map is expected, not 'a'", page_is("a")),
    ("things.list: 200: example: data: a list is expected, not '7'", page_is("{code: '0', data: '7'}")),
    ("things.list: 200: example: code is missing", page_is("{data: []}")),
    ("things.list: 200: example: code: a text in quotes is expected, not null", page_is("{code: null}")),
    ("things.list: 200: example: total: an integer is expected, not '1'", page_is("{code: '0', total: '1'}")),
    ("things.list: 200: example: more is not described", page_is("{code: '0', more: 1}")),
    ("things.list: 200: example: 7 is not described", page_is("{code: '0', 7: 1}")),
    ("things.list: 200: example: data[0]: thingNo is missing", row_is("{size: SMALL}")),
    ("things.list: 200: example: data[0]: a map is expected, not 'a'", row_is("a")),
    (
        "things.list: 200: example: data[0]: sise is not described; did you mean size?",
        row_is("{thingNo: '7', sise: SMALL}"),
    ),
    ("things.list: 200: example: data[0].thingNo: a text in quotes is expected, not 7", row_is("{thingNo: 7}")),
    (f"things.list: 200: example: data[0].size: {SET} 'HUGE'", row_is("{thingNo: '7', size: HUGE}")),
    (
        "things.list: 200: example: data[0].labels[1]: a text in quotes is expected, not 2",
        row_is("{thingNo: '7', labels: ['1', 2]}"),
    ),
    (
        "things.list: 200: example: data[0].price: a decimal in quotes is expected, not 1.5",
        row_is("{thingNo: '7', price: 1.5}"),
    ),
    (
        "things.list: 200: example: data[0].cost: a decimal in quotes is expected, not '1 USDT'",
        row_is("{thingNo: '7', cost: 1 USDT}"),
    ),
    *(
        (f"things.list: 200: example: data[0].ms: {MS} {value}", row_is(f"{{thingNo: '7', ms: {value}}}"))
        for value in ("1710460800", "false", "'1710460800000'")
    ),
    *(
        (f"things.list: 200: example: data[0].iso: {ISO_TIME} {value}", row_is(f"{{thingNo: '7', iso: {value}}}"))
        for value in ("'2024-03-15T00:00:00'", "'today'", "1710460800000")
    ),
    ("things.make: 200: example: data: a text in quotes is expected, not 7", text_is("{code: '0', data: 7}")),
    (
        "things.make: 200: example: data: a text in quotes is expected, not {'thing': '7'}",
        text_is("{code: '0', data: {thing: '7'}}"),
    ),
    ("things.make: the body: example: size is missing", body_is("example: {label: A}")),
    (
        "things.make: the body: example: label: a text in quotes is expected, not 'longer than ten'",
        body_is("example: {size: SMALL, label: longer than ten}"),
    ),
    (f"things.make: the body: example: size: {SET} 'S'", body_is("examples: {a: {value: {size: S}}}")),
    ("things.make: the body: example: its value is missing", body_is("examples: {a: {summary: A.}}")),
    ("things.make: the body: example: its value is missing", body_is("examples: {a: 1}")),
    ("Nope: example: more is not described", refusal_is("examples: {a: {value: {code: '0', more: 1}}}")),
    ("Nope: example: a map is expected, not 'a'", refusal_is("example: a")),
    (
        "rows: example: an integer, minimum 1 is expected, not 0",
        [(PATHS, NUMBER, f"        example: 0  # here\n{NUMBER}")],
    ),
    (f"Thing.size: example: {SET} 'S'", [before(SCHEMAS, "      description: How large it is.", "example: S")]),
    ("schema Thing: example: thingNo is missing", [before(SCHEMAS, "  description: A thing.", "example: {}")]),
    (f"schema Size: example: {SET} 'S'", [before(SCHEMAS, "  enum: [SMALL, LARGE]", "example: S")]),
    (
        "MakeThingRequest.tags: example: from 1 to 2 items are expected, not 0",
        [
            after(
                SCHEMAS,
                "      maxLength: 10",
                "    tags: {type: array, minItems: 1, maxItems: 2, items: {type: boolean}, description: A.,\n"
                "      example: []}  # here",
            )
        ],
    ),
]
FITTING = [
    *text_is("{code: '0', data: {thingNo: '7'}}"),
    *body_is("examples: {a: {value: {size: SMALL, label: A}}, b: {summary: B., value: {size: LARGE}}}"),
    *refusal_is("example: {thingNo: '7'}"),
    EXTRA,
    SPELLINGS,
    (
        PATHS,
        PAGE,
        (
            "            example: {code: '0', data: [{thingNo: '7', cost: '1.50', price: null, ms: 0, any: {a: [1]},"
            " iso: '2024-03-15T00:00:00Z', labels: [], grade: 2}]}"
        ),
    ),
]


@pytest.mark.parametrize(("message", "edits"), MISFITS)
def test_an_example_that_does_not_fit_is_named(tmp_path: Path, message: str, edits: list[Edit]):
    """What an example has wrong is named by file and line, with its place in the example and what is expected there."""
    description = edited(tmp_path, *edits)

    assert [f"{here(description)}: {message}"] == findings(description)


def test_an_example_that_fits_is_taken(tmp_path: Path):
    """Null where it may be, any spelling of a name, a time that is not set, and what has no type."""
    assert [] == findings(edited(tmp_path, *FITTING))


def test_a_response_without_a_body_needs_no_example(tmp_path: Path):
    """There is nothing that one could be held against."""
    responses = before(TOP, "  parameters:", "responses: {Empty: {description: Nothing comes.}}")

    assert [] == findings(edited(tmp_path, responses))


def test_an_example_of_a_frame_has_to_fit(tmp_path: Path):
    """Frames have examples, too."""
    description = tmp_path / "openapi"
    for file in (ROOT / "tests/golden/kinds/openapi").rglob("*.yaml"):
        copy = description / file.relative_to(ROOT / "tests/golden/kinds/openapi")
        copy.parent.mkdir(parents=True, exist_ok=True)
        old = "examples: [{payload: {type: hello, nickname: A}}]"
        copy.write_text(
            file.read_text(encoding="utf-8").replace(old, "examples: [{payload: {type: hi}}, {name: A}]"),
            encoding="utf-8",
        )

    assert ["asyncapi.yaml:14: hello: example: type: one of 'hello', 'news' is expected, not 'hi'"] == findings(
        description
    )
