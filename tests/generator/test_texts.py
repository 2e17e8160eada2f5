"""Texts and names of the description in Python, for all texts and names there could be."""

import ast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.names import class_case, constant_case, snake_case
from generator.render.texts import docstring, escaped

LINES = st.text(st.characters(exclude_characters="\n"))


@given(text=LINES)
@example(text='"')
@example(text='a"""b')
@example(text='\\"')
@example(text="\\")
@example(text="{{ a }}\r\0\x85\u2028\u202e\ud800")
@settings(derandomize=True, deadline=None)
def test_a_docstring_reads_as_its_text(text: str):
    """Whatever a line holds, Python reads it back, and the source can be written to a file."""
    source = docstring(text)

    assert text == ast.literal_eval(source)
    assert source == source.encode().decode()
    assert 1 == len(source.splitlines())


@given(lines=st.lists(LINES, min_size=2), indent=st.integers(0, 3))
@settings(derandomize=True, deadline=None)
def test_a_long_docstring_reads_as_its_lines(lines: list[str], indent: int):
    """Lines after the first are indented like the first, and the quotes that end it stand alone."""
    pad = " " * 4 * indent
    read = ast.literal_eval(docstring("\n".join(lines), 4 * indent)).split("\n")

    assert lines == [read[0], *(line.removeprefix(pad) if line else "" for line in read[1:-1])]
    assert pad == read[-1]


@given(text=st.text())
@settings(derandomize=True, deadline=None)
def test_an_escaped_text_fits_between_the_quotes(text: str):
    """Nothing in it ends a docstring."""
    assert text == ast.literal_eval(f'"""{escaped(text)}"""')


@given(name=st.from_regex(r"[A-Za-z][A-Za-z0-9]*", fullmatch=True))
@settings(derandomize=True, deadline=None)
def test_a_python_name_is_one(name: str):
    """Any name of letters and digits becomes a lower-case identifier, which stays as it is."""
    snake = snake_case(name)

    assert snake.isidentifier()
    assert snake == snake.lower()
    assert name.lower() == snake.replace("_", "")


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("advNo", "adv_no"),
        ("finishRateLatest30Day", "finish_rate_latest30_day"),
        ("APIKey", "api_key"),
        ("qrURL", "qr_url"),
        ("adv_no", "adv_no"),
        ("ID", "id"),
    ],
)
def test_names_are_split_where_a_person_would(wire: str, python: str):
    """Capitals begin a word, a run of them is one word, and digits belong to the word before."""
    assert python == snake_case(wire)


def test_names_of_constants_and_classes():
    """An operation and a resource have a constant and a class of their name."""
    assert "ORDERS_MARK_PAID" == constant_case("orders.mark_paid")
    assert "PaymentMethods" == class_case("payment_methods")
