"""Each rule of the lint, broken alone in a tiny description: the finding says where, and what is wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator import lint
from generator.description import DescriptionError, Place, Source, bundle
from generator.description.reader import Items, Map
from generator.render import render
from generator.shape import parse
from tests.support.descriptions import (
    AT_LIST,
    AT_MAKE,
    COMMON,
    MINIMAL,
    PATHS,
    ROOT,
    SCHEMAS,
    TOP,
    Edit,
    after,
    another,
    before,
    edited,
    findings,
    here,
    line,
    make_is,
    without,
)


def list_is(new: str, tag: str = "things") -> Edit:
    """Another name for the first operation."""
    return PATHS, "things.list\n    tags: [things]", f"{new}\n    tags: [{tag}]"


RESOURCE_METHOD = "operationId is expected to be resource.method or family.resource.method"
A_THING = "Thing: {type: object, required: [a], properties: {a: {type: string, description: A.}}}\n"
AT_THING = line(SCHEMAS, "\nThing:")

NULLABLE = "x-nullable-properties: true on the object lets all be null that is not required"
MAP = "an object has named properties; x-untyped: true keeps a map of an answer as it comes"
LIST_OF_TYPES = "    thingNo:\n      type: [string, 'null']"
ANY_OF = "a schema is an object, a set of values or one type; x-untyped: true keeps any value of an answer"
GRADE = "one of official, specification, clients, guess is expected"

KINDS: list[tuple[str, list[Edit]]] = [
    (f"type: a text is expected; {NULLABLE}", [line(SCHEMAS, "    thingNo:\n      type: string", LIST_OF_TYPES)]),
    (
        f"additionalProperties: true or false is expected; {MAP}",
        [line(SCHEMAS, "  additionalProperties: false", "  additionalProperties: {type: string}")],
    ),
    ("description: a text is expected", [line(SCHEMAS, "description: A thing.", "description: 7")]),
    ("x-safe-to-repeat: true or false is expected", [line(PATHS, "to-repeat: true", "to-repeat: Yea")]),
    ("x-weight: an integer is expected", [line(PATHS, "x-weight: 2", "x-weight: true")]),
    ("x-weight: an integer is expected", [line(PATHS, "x-weight: 2", "x-weight: 1.5")]),
    ("parameters: a list is expected", [before(PATHS, "    requestBody:", "parameters:")]),
    ("tags[0]: a text is expected", [(PATHS, "[things]\n    summary: M", "[1]  # here\n    summary: M")]),
    ("Empty: a map is expected", [after(SCHEMAS, "      maxLength: 10", "Empty:  # here")]),
    (
        "the key 200 is not a text; put it into quotes",
        [(PATHS, '"200":\n        description: The p', "200:  # here\n        description: The p")],
    ),
    ("$ref '#/Grad': schemas/things.yaml has no 'Grad' there", [line(SCHEMAS, "'#/Grade'", "'#/Grad'")]),
    ("$ref '#/Size/enum/0': schemas/things.yaml has no '0' there", [line(SCHEMAS, "'#/Grade'", "'#/Size/enum/0'")]),
    ("$ref 'other.yaml#/A': there is no file schemas/other.yaml", [line(SCHEMAS, "'#/Grade'", "other.yaml#/A")]),
    ("$ref 'other.yaml': there is no file schemas/other.yaml", [line(SCHEMAS, "'#/Grade'", "other.yaml")]),
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
    ("default: a", PATHS, "                      x-unwrap:"),
    ("patternProperties: {}", SCHEMAS, "  description: A thing."),
    ("discriminator: {propertyName: size}", SCHEMAS, "  description: A thing."),
    ("allOf: []", SCHEMAS, "  description: A thing."),
    ("x-enum-varname: [GOOD, BETTER]", SCHEMAS, "  description: How good a thing is."),
    ("oneOf: []", SCHEMAS, "      description: Its number."),
    ("oneOf: []", SCHEMAS, "  description: A thing."),
    ("anyOf: []", SCHEMAS, "      description: Its number."),
    ("not: {}", SCHEMAS, "      description: Its number."),
    ("const: A", SCHEMAS, "      description: Its number."),
    ("patternProperties: {}", SCHEMAS, "      description: Its number."),
    ("prefixItems: []", SCHEMAS, "      description: Its number."),
    ("nullable: true", SCHEMAS, "      description: Its number."),
    ("x-secrte: true", SCHEMAS, "      description: Its number."),
    ("x-unwrap: a", SCHEMAS, "      description: Its number."),
]

# A key that nothing reads, in front of what it is put, and what the finding says to write in its place.
INSTEAD: list[tuple[str, str, str, str]] = [
    ("x-wight: 1", PATHS, "    summary: One page", "did you mean x-weight?"),
    ("descripton: A.", SCHEMAS, "      description: Its number.", "did you mean description?"),
    ("nullable: true", SCHEMAS, "      description: Its number.", NULLABLE),
    ("oneOf: []", SCHEMAS, "      description: Its number.", ANY_OF),
    ("additionalProperties: {}", SCHEMAS, "      description: Its number.", MAP),
    (
        "required: true",
        SCHEMAS,
        "      description: Its number.",
        "the object lists the names of its required properties",
    ),
    ("const: A", SCHEMAS, "      description: Its number.", "a schema with an enum of one value is expected"),
    ("deprecated: true", PATHS, "    summary: One page", "description is the place to say so"),
    ("url: a", TOP, "  title: A minimal API", "one of contact, description, summary, title, version is expected"),
    ("in USDT.:", SCHEMAS, "      description: Its number.", "a text with a comma has to be in quotes here"),
]

ROOT_AND_NAMES: list[tuple[str, list[Edit]]] = [
    ("openapi: 3.1 is expected, not 3.0.3", [line(TOP, "openapi: 3.1.0", "openapi: 3.0.3")]),
    ("openapi: 3.1 is expected, not nothing", [line(TOP, "openapi: 3.1.0", "")]),
    ("info: title is missing", [line(TOP, "openapi: 3.1.0"), without(TOP, "  title: A minimal API\n")]),
    ("info: version is missing", [line(TOP, "openapi: 3.1.0"), (TOP, '"1"', '""')]),
    ("tags: name is missing", [line(TOP, "  - name: things", "  - name: ''")]),
    (
        "tags: things is listed twice",
        [(TOP, "  - name: things\n", "  - name: things\n    description: A.\n  - name: things  # here\n")],
    ),
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
    ("schema Import: import is a word of Python's own; another name is expected", [another("Import")]),
    ("schema THING and Thing both become module thing", [another("THING")]),
    ("schema SizeValue: the generated code gives this name to the argument values of Size", [another("SizeValue")]),
    (f"x: {RESOURCE_METHOD}", [AT_LIST, list_is("x", "x")]),
    (f"Things.list: {RESOURCE_METHOD}", [AT_LIST, list_is("Things.list", "Things")]),
    ("things.import: import is a word of Python's own; another name is expected", [AT_LIST, list_is("things.import")]),
    (
        "class.list: class is a word of Python's own; another name is expected",
        [AT_LIST, list_is("class.list", "class")],
    ),
    ("operationId things.list is also in paths/things.yaml:2", [AT_MAKE, make_is("things.list")]),
    (
        "things_a.b and things.a_b both become THINGS_A_B",
        [AT_MAKE, list_is("things.a_b"), make_is("things_a.b", "things_a")],
    ),
    (
        "page: the resource would be called Page, already the name of something else",
        [AT_LIST, list_is("page.a", "page")],
    ),
    (
        "thing: the resource would be called Thing, already the name of schema Thing",
        [AT_LIST, list_is("thing.a", "thing")],
    ),
    (
        "things.iterate_list: the generated code gives this name to the walk over the pages of things.list",
        [AT_MAKE, make_is("things.iterate_list")],
    ),
]


@pytest.mark.parametrize(("message", "edits"), [*KINDS, *ROOT_AND_NAMES])
def test_a_broken_rule_is_named_by_file_and_line(tmp_path: Path, message: str, edits: list[Edit]):
    """What breaks one rule is found once, where it stands, in words that say what is wrong."""
    description = edited(tmp_path, *edits)

    assert [f"{here(description)}: {message}"] == findings(description)


@pytest.mark.parametrize(("key", "file", "place"), KEYS)
def test_a_key_that_nothing_reads_is_named(tmp_path: Path, key: str, file: str, place: str):
    """A misspelt key, or one whose meaning the tools would drop, is found, with what to write in its place."""
    description = edited(tmp_path, before(file, place, key))

    name = key.partition(":")[0]
    [found] = findings(description)
    told, instead = found.split("; ", 1)
    assert f"{here(description)}: {name} is not understood by the generator" == told
    assert instead


@pytest.mark.parametrize(("key", "file", "place", "instead"), INSTEAD)
def test_what_to_write_instead_is_told(tmp_path: Path, key: str, file: str, place: str, instead: str):
    """A misspelt key is answered with the right one, a key of OpenAPI's with what this description has for it."""
    description = edited(tmp_path, before(file, place, key))

    told = f"{key.partition(':')[0]} is not understood by the generator; {instead}"
    assert [f"{here(description)}: {told}"] == findings(description)


@pytest.mark.parametrize(
    ("file", "place", "key"),
    [
        (SCHEMAS, "      description: Its number.", "x-evidence"),
        (SCHEMAS, "  enum: [SMALL, LARGE]", "x-evidence"),
        (PATHS, "        description: Only things", "x-evidence"),
        (PATHS, "                      x-unwrap:", "x-evidence"),
        (PATHS, "    summary: One page", "x-weight-evidence"),
    ],
)
def test_evidence_is_graded_everywhere(tmp_path: Path, file: str, place: str, key: str):
    """A misspelt grade is found: `--evidence` would leave it out."""
    description = edited(tmp_path, before(file, place, f"{key}: gess"))

    assert [f"{here(description)}: {key}: {GRADE}"] == findings(description)


@pytest.mark.parametrize(
    "description",
    [*sorted((ROOT / "tests/golden").glob("*/openapi")), ROOT / "openapi"],
    # Not by the last names alone: the folder above may be called like a golden tree.
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_good_descriptions_pass(description: Path):
    """The lint finds nothing in the real description, nor in those of the golden tests."""
    assert [] == findings(description)


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
        "c2c.yaml:10:",
        "paths/things.yaml:2:",
        "paths/things.yaml:53:",
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


def mutations(place: Place) -> Iterator[str]:
    """Puts something else at each place of a file in turn, or nothing, and says what."""
    node = place.node
    keys: list[Any] = list(node) if isinstance(node, Map) else list(range(len(node)))
    for key in keys:
        there = node[key]
        for other in (None, "class", 0, True, Items(), Map()):
            node[key] = other
            yield f"{place.file}: {key} is {other!r} instead of {there!r}"
        node[key] = there
        if isinstance(there, (Map, Items)):
            yield from mutations(place.under(key))
        if isinstance(node, Map):
            del node[key]
            yield f"{place.file}: there is no {key}"
            node[key] = there


def test_whatever_is_wrong_is_told_as_a_finding():
    """No description makes the generator stumble: the lint refuses it, or Python comes out of it."""
    minimal = Source(MINIMAL)
    passed = 0
    for file, content in minimal.files.items():
        for what in mutations(Place(file, content, 1)):
            try:
                lint.check(minimal)
            except DescriptionError:
                continue
            except Exception as error:
                error.add_note(what)
                raise
            passed += 1
            if passed % 20 == 0:
                files = render(parse(minimal, bundle(minimal)))
                for path, text in files.items():
                    if path.endswith(".py"):
                        compile(text, f"{path} ({what})", "exec")

    assert passed
