"""The files of a description: which are read, which are refused by name and line, and what their YAML means."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.description import DescriptionError, Source
from generator.description.reader import DEEPEST, UnreadableError, read
from tests.support.descriptions import SCHEMAS, TOP, edited, findings

DISPUTED = "readers of YAML differ about what this means; put it into quotes"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("-7", -7),
        ("9223372036854775807", 9223372036854775807),
        ("-9223372036854775808", -9223372036854775808),
        ("+9223372036854775807", 9223372036854775807),
        ("0.5", 0.5),
        ("-1.5e+3", -1500.0),
        ("0.50000000000000000000000", 0.5),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("a b", "a b"),
        ("'7'", "7"),
        ('"no"', "no"),
        ("|\n  no\n", "no\n"),
        (">-\n  1:30\n", "1:30"),
        ("https://a.test/b?c", "https://a.test/b?c"),
        ("1.2.3", "1.2.3"),
        ("10-20", "10-20"),
        ('"\\u00e9\\0"', "\u00e9\0"),
        ("é 你 🙂", "é 你 🙂"),
    ],
)
def test_a_value_is_what_every_reader_makes_of_it(text: str, value: Any):
    """Numbers, words and texts are those of YAML 1.1 and 1.2 alike; what is quoted is a text."""
    found = read(f"a: {text}".encode())["a"]

    assert (type(value), value) == (type(found), found)


@pytest.mark.parametrize(
    "text",
    [
        *("y", "N", "yes", "No", "ON", "off", "=", "<<"),
        *("010", "0o17", "0x1F", "0b1", "1_000", "1:30", "-1:30:00", "1:30.5"),
        *(
            ".5",
            "5.",
            "1e3",
            "1.5e3",
            ".inf",
            "-.Inf",
            ".NaN",
            "2024-03-15",
            "2024-3-5 10:00:00",
            "2024-03-15T10:00:00Z",
        ),
    ],
)
def test_what_readers_of_yaml_differ_about_is_refused(text: str):
    """Neither a value nor a key may mean one thing to the generator and another to the next program."""
    with pytest.raises(UnreadableError) as value:
        read(f"b: 1\na: {text}".encode())
    with pytest.raises(UnreadableError) as key:
        read(f"b: 1\n{text}: a".encode())

    assert [(2, f"{text}: {DISPUTED}")] * 2 == [(one.value.line, str(one.value)) for one in (value, key)]


CUT = "#5: a comment begins here; '# ' begins one that is meant, and a text with a # stands in quotes"
CUT_TEXTS = [
    ("a: order #5 of 6\n", 1),
    ("a: 1\nb: order\n  of #5 more\n", 3),
    ("a: #5\n", 1),
    ("a: ü😀 #5\r\n", 1),
    ("- {a: 1, b: x #5\n  }\n", 1),
]
"""Texts that a comment would cut short, and the line of it."""


@pytest.mark.parametrize(
    "text", ["a: b # 5", "a: b #", "a: b#5", "#5\na: b", "a: 'b' #5", "a: |-\n  b\n#5", "a: b\n#5\n", "a: [b, #5\n]"]
)
def test_a_comment_beside_a_text_is_no_part_of_it(text: str):
    """Only a comment that would read like the rest of a text is refused."""
    [[found]] = [read(text.encode()).values()]

    assert found in ("b", "b#5", ["b"])


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"a: 1\nb: [1,\n", 2, "did not find expected node content"),
        (
            b"a: 1\nb: c: d\n",
            2,
            (
                "mapping values are not allowed in this context; a text with a colon stands in quotes,"
                " and the keys of a map line up"
            ),
        ),
        (
            b"a: @b\n",
            1,
            (
                "found character that cannot start any token; a tab cannot indent, and a text such as @name stands"
                " in quotes"
            ),
        ),
        (b"a: {b: 1\nc: d", 2, "did not find expected ',' or '}', while parsing a flow mapping that begins in line 1"),
        (b"a: 'b\nc: d\n", 2, "found unexpected end of stream, while scanning a quoted scalar that begins in line 1"),
        *((text.encode(), line, CUT) for text, line in CUT_TEXTS),
        (b"a: 1\n\tb: 2\n", 2, "found a tab character that violates indentation"),
        (b"a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", 5, "the key 'c' is in line 3 already"),
        (b"a: 1\nb: \xff\n", 2, "the file is not in UTF-8"),
        (b"\xff\xfea\0:\0", 1, "the file is not in UTF-8"),
        ("a: ü\nb: ü\x07\n".encode(), 2, "a control character, 0x7; write it as an escape in quotes"),
        ("a: 1\nb: \u2028\n".encode(), 2, "a control character, 0x2028; write it as an escape in quotes"),
        ("a: 1\nb: \ufeff\n".encode(), 2, "a control character, 0xfeff; write it as an escape in quotes"),
        (b"a: 1\rb: 2\n", 1, "a control character, 0xd; write it as an escape in quotes"),
        (b'a: 1\nb: "\\ud800"\n', 2, "found invalid Unicode character escape code"),
        (b'a: 1\nb: "\\ud83d\\ude42"\n', 2, "found invalid Unicode character escape code"),
        (b"a: 1\nb: &c 1\n", 2, "anchors such as &c are not understood; use $ref"),
        (b"a: 1\nb: *c\n", 2, "aliases such as *c are not understood; use $ref"),
        (b"a: 1\nb: !!str 1\n", 2, "tags (!…) are not understood"),
        (b"a: 1\nb: ! 1\n", 2, "tags (!…) are not understood"),
        (b"a: 1\nb: !!python/object:os.system {}\n", 2, "tags (!…) are not understood"),
        (b"%YAML 1.1\n---\na: 1\n", 1, "directives (%…) are not understood"),
        (b"a: 1\n---\nb: 1\n", 2, "a second document begins; a file has one"),
        (b"a: 1\n? {b: 1}\n: 1\n", 2, "a key is a text, not a map or a list"),
        (b"a: 1\nb: 9223372036854775808\n", 2, "an integer of more than 64 bits; put it into quotes"),
        (b"a: 1\nb: -9223372036854775809\n", 2, "an integer of more than 64 bits; put it into quotes"),
        (b"a: 1\nb: -" + b"9" * 5000, 2, "an integer of more than 64 bits; put it into quotes"),
        (b"a: 0.12345678901234567890", 1, "0.12345678901234567890: a number that loses digits; put it into quotes"),
        (b"a: 0." + b"0" * 24, 1, "0.00000000000000000000000: a number that loses digits; put it into quotes"),
        (b"a: 0." + b"1" * 99, 1, "0.11111111111111111111111: a number that loses digits; put it into quotes"),
        (b"a: " + b"[" * 50_000, 1, f"more than {DEEPEST} maps and lists stand inside one another"),
        (b"? " * 50_000, 1, f"more than {DEEPEST} maps and lists stand inside one another"),
        (b"a:\n" + b"- " * 50_000, 2, f"more than {DEEPEST} maps and lists stand inside one another"),
        (
            b'a: {"b": ' + b'{"b": ' * 60 + b"1" + b"}" * 61,
            1,
            f"more than {DEEPEST} maps and lists stand inside one another",
        ),
    ],
)
def test_what_is_not_yaml_as_we_write_it_is_named_by_line(content: bytes, line: int, problem: str):
    """Broken, hidden, recursive or ambiguous: each is one error with a line, and quickly so."""
    with pytest.raises(UnreadableError) as caught:
        read(content)

    assert (line, problem) == (caught.value.line, str(caught.value))


def problem(content: str) -> str | None:
    """What is said of a file."""
    try:
        read(content.encode())
    except UnreadableError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("opening", "inner", "closing", "otherwise"),
    [
        ("[", "", "]", None),
        ('{"b": ', "1", "}", None),
        ("? ", "b", "\n", "a key is a text, not a map or a list"),
    ],
    ids=["lists", "maps", "keys"],
)
def test_so_many_maps_and_lists_stand_inside_one_another(opening: str, inner: str, closing: str, otherwise: str | None):
    """Each counts, be it an item, a value or a key: up to a number all is well, and one more is refused."""
    told = [problem(opening * depth + inner + closing * depth) for depth in (DEEPEST, DEEPEST + 1)]

    assert [otherwise, f"more than {DEEPEST} maps and lists stand inside one another"] == told


@given(st.binary(max_size=60) | st.text("a1-:.[]{}&*!%'\"|>\n \t,#?", max_size=30).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_line(content: bytes):
    """No file makes the reader raise anything else than its own error, whose line is one of the file."""
    lines = [1]
    try:
        read(content)
    except UnreadableError as error:
        lines = [error.line]

    assert set(lines) <= set(range(1, content.count(b"\n") + 2))


def test_an_empty_text_may_be_the_last():
    """Its place is then after the last line."""
    assert {None: None} == read(b"?")


def test_lines_are_known_whatever_ends_them():
    """A mark of the byte order is skipped, and lines that end as on Windows are counted as others."""
    found = read(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - c\r\n  - d: 2\r\n")

    assert {"a": 1, "b": ["c", {"d": 2}]} == found
    assert ({"a": 1, "b": 2}, [3, 4]) == (found.lines, found["b"].lines)


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"- a\n", "1: a map is expected at the top of the file"),
        (b"", "1: a map is expected at the top of the file"),
        (b"a: 1\nb: no\n", f"2: no: {DISPUTED}"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: bytes, finding: str):
    """A file that cannot be read, or is no map, is one finding with its name and the line."""
    description = edited(tmp_path)
    (description / SCHEMAS).write_bytes(content)

    assert [f"{SCHEMAS}:{finding}"] == findings(description)


def test_a_missing_root_is_named(tmp_path: Path):
    """A folder without c2c.yaml is no description, and neither is a file or one that is not there."""
    (tmp_path / "file").touch()

    assert ["c2c.yaml:1: the file is missing"] == findings(tmp_path)
    assert ["c2c.yaml:1: the file is missing"] == findings(tmp_path / "nothing")
    assert ["c2c.yaml:1: the file cannot be read: Not a directory"] == findings(tmp_path / "file")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("paths/more.yml", "a file of the description ends in .yaml"),
        ("paths/more.YAML", "a file of the description ends in .yaml"),
        ("more.json", "a file of the description ends in .yaml"),
        ("dist/more.json", "a file of the description ends in .yaml"),
        ("paths/mo re.yaml", "a name of ASCII letters, digits and -._ is expected"),
        ("paths/.more.yaml", "a name of ASCII letters, digits and -._ is expected"),
        ("paths/größe.yaml", "a name of ASCII letters, digits and -._ is expected"),
        ("paths/a\nb.yaml", "a name of ASCII letters, digits and -._ is expected"),
        ("paths/a:b.yaml", "a name of ASCII letters, digits and -._ is expected"),
        ("paths/\udcff.yaml", "a name of ASCII letters, digits and -._ is expected"),
    ],
)
def test_a_file_that_is_called_oddly_is_named(tmp_path: Path, name: str, problem: str):
    """What looks like a file of the description is read or named: nothing is passed over without a word."""
    description = edited(tmp_path)
    (description / name).parent.mkdir(exist_ok=True)
    (description / name).write_text("{}\n", encoding="utf-8")

    assert [f"{name.encode('unicode_escape').decode()}:1: {problem}"] == findings(description)


def test_a_folder_that_is_called_like_a_file_is_named(tmp_path: Path):
    """A folder cannot be read as a file."""
    description = edited(tmp_path)
    (description / "paths/more.yaml").mkdir()

    expected = "paths/more.yaml:1: a folder has the name of a file of the description, or is a link"
    assert [expected] == findings(description)


def test_names_that_some_systems_do_not_tell_apart_are_refused(tmp_path: Path):
    """Where capital letters make no difference, one file would take the place of the other."""
    description = edited(tmp_path)
    (description / "schemas/Things.yaml").touch()
    if (description / "schemas/things.yaml").read_bytes() == b"":
        pytest.skip("this system does not tell them apart")

    expected = "schemas/things.yaml:1: some systems cannot tell this name from schemas/Things.yaml"
    assert [expected] == findings(description)


def link(place: Path, target: Path) -> None:
    """A symbolic link, where the system has them."""
    try:
        place.symlink_to(target)
    except OSError:
        pytest.skip("no links here")


def test_links_lead_nowhere_else(tmp_path: Path):
    """Whatever a link shows could change without the description, or be nobody's business."""
    description = edited(tmp_path)
    outside = tmp_path / "outside.yaml"
    outside.write_text("Secret: 1\n", encoding="utf-8")
    link(description / "schemas/more.yaml", outside)
    link(description / "schemas/gone.yaml", description / "schemas/nothing.yaml")
    link(description / "schemas/itself.yaml", description / "schemas/itself.yaml")
    link(description / "more", description / "schemas")

    told = {name.partition(":")[0]: name for name in findings(description)}
    assert "schemas/more.yaml:1: the link leads out of the description" == told["schemas/more.yaml"]
    assert "more:1: a folder has the name of a file of the description, or is a link" == told["more"]
    assert "Secret" not in str(told)
    (description / "schemas/more.yaml").unlink()
    (description / "more").unlink()
    assert ["schemas/gone.yaml:1: the file is missing"] == findings(description)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything is readable here")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path):
    """Missing permissions are told as such."""
    description = edited(tmp_path)
    (description / TOP).chmod(0)

    assert ["c2c.yaml:1: the file cannot be read: Permission denied"] == findings(description)


def test_each_bad_name_is_told(tmp_path: Path):
    """All odd names come in one error, before any file is read."""
    description = edited(tmp_path)
    (description / "a.yml").touch()
    (description / "b.yml").touch()
    (description / SCHEMAS).write_text(":", encoding="utf-8")

    with pytest.raises(DescriptionError) as caught:
        Source(description)

    expected = "a file of the description ends in .yaml"
    assert (f"a.yml:1: {expected}", f"b.yml:1: {expected}") == caught.value.findings
    assert f"a.yml:1: {expected}\nb.yml:1: {expected}" == str(caught.value)
