"""The shape of the SDK: what is read out of a description, held against the very text that is made of it."""

from pathlib import Path
from typing import Any

import pytest

from generator import tools
from generator.description import DescriptionError, Source, bundle
from generator.output import compare, read_tree, write_tree
from generator.render import render
from generator.shape import Access, Periods, Shape, parse
from generator.shape.extensions import prose, reference_name
from tests.support.descriptions import PATHS, ROOT, SCHEMAS, TOP, Edit, after, between, edited, without

GOLDEN = ROOT / "tests/golden"
NAMES = sorted(path.name for path in GOLDEN.iterdir())
ERRORS = "errors.yaml"


def shape_of(description: Path) -> Shape:
    """The shape, without the lint in front of it."""
    source = Source(description)
    return parse(source, bundle(source))


@pytest.mark.parametrize("name", NAMES)
def test_the_shape_of_a_description_makes_the_golden_package(tmp_path: Path, name: str):
    """Laid out by the formatter, what the templates make of the shape is the golden text, to the byte."""
    expected = read_tree(GOLDEN / name / "expected/binance_c2c_sapi")

    write_tree(tmp_path / "tree", render(shape_of(GOLDEN / name / "openapi")))
    tools.format_python(tmp_path / "tree")
    made = read_tree(tmp_path / "tree/binance_c2c_sapi")
    # The same for every description, and so not among the golden files.
    del made["__init__.py"]
    assert [] == [str(one) for one in compare(made, expected)]


@pytest.mark.parametrize(
    ("keys", "access"),
    [
        ("servers: [{url: 'https://a.test'}, {url: 'https://b.test'}]", Access("https://a.test", "https://a.test", "")),
        ("components: {securitySchemes: {apiKey: {name: X-KEY}}}", Access("", "", "X-KEY")),
        ("components: {securitySchemes: {apiKey: {in: header}, signature: {name: s}}}", Access("", "", "")),
        ("tags: []", Access("", "", "")),
    ],
)
def test_earlier_descriptions_may_lack_a_server_or_a_key(tmp_path: Path, keys: str, access: Access):
    """What is not said is empty, and where no operation names another server there is one."""
    (tmp_path / TOP).write_text(f"openapi: 3.1.0\ninfo: {{title: A, version: '1'}}\n{keys}\n", encoding="utf-8")

    assert access == shape_of(tmp_path).access


def test_operations_without_a_key_name_their_server():
    """It is the first that one of them names."""
    access = Access("https://api.example.com", "https://www.example.test", "X-MBX-APIKEY")
    assert access == shape_of(GOLDEN / "kinds/openapi").access


PERIODS = """\
      key: thingNo
      periods: {start: startTime, end: endTime, days: 30, months: 6, time: made.atTime, sides: size}"""
TIMES = """\
      - {name: startTime, in: query, description: A., schema: {type: integer, format: epoch-ms}}
      - {name: endTime, in: query, description: A., schema: {type: integer, format: epoch-ms}}
"""
WALKED: list[Edit] = [
    (
        PATHS,
        "      key: thingNo",
        PERIODS,
    ),
    (
        PATHS,
        "      - name: size\n",
        f"{TIMES}      - name: size\n        x-python-name: how_large\n",
    ),
    after(SCHEMAS, "      description: Its number.", "    made: {$ref: '#/Making', description: When and where.}"),
    after(
        SCHEMAS,
        "      maxLength: 10",
        "\nMaking:\n  type: object\n  description: A.\n  x-nullable-properties: true\n"
        "  properties: {atTime: {type: integer, format: epoch-ms, description: When.}}",
    ),
]


def test_a_walk_through_periods_is_told_in_names_of_python(tmp_path: Path):
    """Its arguments and the time of a row are called as a caller does, and its sides are the values of the set."""
    [walked, other] = shape_of(edited(tmp_path, *WALKED)).operations

    periods = Periods("start_time", "end_time", 30, 6, "made.at_time", "how_large", ("SMALL", "LARGE"))
    assert ("thing_no", "thingNo", periods) == (walked.row_key, walked.row_wire, walked.periods)
    assert ("", "", None) == (other.row_key, other.row_wire, other.periods)
    assert ("things", "things") == (walked.tag, other.tag)
    assert "30 days of 6 months, start_time-end_time, how_large by made.at_time" == str(walked.periods)


def test_frames_have_models_by_their_way():
    """The models of what comes in, with those inside of it, and of what goes out."""
    shape = shape_of(GOLDEN / "kinds/openapi")

    assert ["Inside", "Said", "Small"] == shape.frame_models(received=True)
    assert ["Saying"] == shape.frame_models(received=False)
    assert [("hello", "V1"), ("news", "V1"), ("say", "V1")] == [(one.name, one.source) for one in shape.frames]


def test_codes_stand_in_one_order(tmp_path: Path):
    """Numbers come first, whatever the order of the file; a catalogue need not have texts."""
    old = between(ERRORS, "codes:", "")
    entry = "{name: A, category: server, meaning: A., advice: A., evidence: guess}"
    codes = "".join(f'  "{code}": {entry}\n' for code in ("83229", "-2", "0081", "-1"))
    description = edited(
        tmp_path, (ERRORS, old, f"codes:\n{codes}"), without(ERRORS, between(ERRORS, "texts:", "codes:"))
    )
    errors = shape_of(description).errors

    assert errors is not None
    assert (-1, -2, "0081", "83229") == tuple(one.code for one in errors.codes)
    assert () == errors.texts


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (None, ""),
        ("", ""),
        ("  A  sentence\n of two\tlines. \n", "A sentence of two lines."),
        ("One.\n\n Two,\nlong.\n", "One.\n\nTwo, long."),
    ],
)
def test_prose_has_one_line_a_paragraph(text: str | None, lines: str):
    """However a text is laid out in the file, it is one."""
    assert lines == prose(text)


def test_resources_need_no_description(tmp_path: Path):
    """Neither has each to be listed, nor one that is listed to be described: then nothing is said of it."""
    listed = without(TOP, "    description: Things.\n")
    unlisted = without(TOP, between(TOP, "tags:", "paths:"))
    shapes = [shape_of(edited(tmp_path / name, edit)) for name, edit in (("a", listed), ("b", unlisted))]

    assert [["things"], []] == [[one.name for one in shape.docs] for shape in shapes]
    assert ["", ""] == [tag.doc for shape in shapes for tag in shape.tags]
    assert {"things": ""} == shapes[0].family_docs


@pytest.mark.parametrize(
    ("node", "name"),
    [
        ({"$ref": "#/components/schemas/Thing", "description": "A."}, "Thing"),
        ({"oneOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]}, "Thing"),
        ({"type": "string"}, ""),
    ],
)
def test_a_property_refers_to_a_schema_or_to_none(node: dict[str, Any], name: str):
    """Also where it may be null."""
    assert name == reference_name(node)


def test_schemas_that_nobody_described_are_told(tmp_path: Path):
    """Schemas are compared by name: what the parser calls otherwise, or makes of an inline object, is noticed."""
    inline = "type: object\n      properties: {}\n"
    edits = [(SCHEMAS, old, inline) for old in ("type: string\n      format: decimal\n", "$ref: '#/Grade'\n")]

    with pytest.raises(DescriptionError) as caught:
        shape_of(edited(tmp_path, *edits))
    told = "c2c.yaml:1: openapi-python-client sees other schemas than are described: ThingGrade, ThingPrice"
    assert (told,) == caught.value.findings


@pytest.mark.parametrize("keys", ["x-enum-varnames: [A]", "x-enum-descriptions: [A., B., C.]"])
def test_no_value_of_a_set_is_lost(tmp_path: Path, keys: str):
    """Where there are not as many names or descriptions as values, nothing is made, even without the lint."""
    edit = (SCHEMAS, between(SCHEMAS, "  x-enum-descriptions:", "\nGrade:"), f"  {keys}\n")

    with pytest.raises(ValueError, match="zip"):
        shape_of(edited(tmp_path, edit))
