"""One page of rows, as a sequence that compares."""

from binance_c2c_runtime import BadRow, Call, Operation, Page


def test_a_page_equals_only_a_page():
    """Two pages with the same rows, numbers and unreadable rows are equal; a list of the same rows is no page."""
    page = Page([1, 2], total=5, page=2, bad_rows=[BadRow(0, "a: is missing", {})])

    assert Page([1, 2], total=5, page=2, bad_rows=[BadRow(0, "a: is missing", {})]) == page
    assert page != [1, 2]
    assert Page([1, 2], total=5, page=1) != page


def test_a_call_without_a_reader_gives_what_came():
    """Of an answer in the vendor's envelope that is `data`, of another one all of it."""
    answer = {"code": "000000", "data": [1]}

    assert [1] == Call(Operation("things.list", "GET", "/things")).read(answer)
    assert answer == Call(Operation("things.list", "GET", "/things", enveloped=False)).read(answer)
