"""What holds for every answer, whatever stands in it."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_c2c import Exchange, Page, models
from binance_c2c._core.support import json as _json
from binance_c2c.errors import C2CError
from binance_c2c_runtime import Call
from binance_c2c_sapi.resources import orders
from tests.support.any_json import values, wire
from tests.support.clients import listed_order, order_data, yes
from tests.support.contract.answers import built
from tests.support.contract.tables import ANSWERS
from tests.support.talk import judge

patient = settings(deadline=None, max_examples=300)
CALLS = [built(operation) for operation in ANSWERS]
PAGED: list[Call[Any]] = [orders.build_list(), orders.build_history()]
ROWS: list[type[models.OrderRow] | type[models.OrderHistoryRow]] = [models.OrderRow, models.OrderHistoryRow]
WHOLE_ROW = listed_order("22783519990011223344", unitPrice="18.45")

fields = st.sampled_from(sorted({wire for row in ROWS for wire in row.NAMES.values()}))
rows = st.dictionaries(fields, values, max_size=4).map(lambda row: {**WHOLE_ROW, **row})


@pytest.fixture(params=["stdlib", "msgspec"], autouse=True)
def reader(request: pytest.FixtureRequest):
    """Both readers of JSON, where both are installed."""
    _json._reader.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "stdlib":
            patch.setattr(_json, "_reader", lambda: _json.read_with_stdlib)
        else:
            pytest.importorskip("msgspec")
        yield


def judged(call: Call[Any], content: bytes, status: int = 200) -> object:
    """The value or the error; anything else is raised."""
    try:
        return judge(call, httpx.Response(status, content=content))
    except C2CError as error:
        return error


@patient
@given(call=st.sampled_from(CALLS), data=values, more=st.dictionaries(st.sampled_from(["total", "code"]), values))
def test_any_data_is_a_value_or_an_error_of_ours(call: Call[Any], data: Any, more: dict[str, Any]):
    """Whatever JSON stands where something else was promised, no foreign exception comes of it."""
    assert isinstance(judged(call, wire(yes(data, **more))), Exchange | C2CError)


@patient
@given(call=st.sampled_from(CALLS), answer=values.map(wire) | st.binary(max_size=40), status=st.integers(100, 999))
def test_any_answer_is_a_value_or_an_error_of_ours(call: Call[Any], answer: bytes, status: int):
    """The same holds for any body under any status."""
    assert isinstance(judged(call, answer, status), Exchange | C2CError)


@patient
@given(call=st.sampled_from(PAGED), page=st.lists(rows | values, max_size=4))
def test_a_page_loses_no_row(call: Call[Any], page: list[Any]):
    """Whatever stands in some rows, every row is either read or reported with its place."""
    exchange = judged(call, wire(yes(page, total=len(page))))

    assert isinstance(exchange, Exchange)
    read = exchange.value
    assert isinstance(read, Page)
    assert len(page) == len(read) + len(read.bad_rows)
    assert [_json.loads(wire(page[bad.index])) for bad in read.bad_rows] == [bad.row for bad in read.bad_rows]


@patient
@given(name=fields, value=values)
def test_any_field_of_a_row_reads_or_is_reported(name: str, value: Any):
    """One odd field makes at most its own row unreadable, and what was read can be written again."""
    for call in PAGED:
        exchange = judged(call, wire(yes([{**WHOLE_ROW, name: value}, WHOLE_ROW])))
        assert isinstance(exchange, Exchange)
        assert exchange.value[-1].order_number == WHOLE_ROW["orderNumber"]
        for row in exchange.value:
            json.dumps(row.to_dict(), default=str)


@patient
@given(number=st.integers(min_value=2**53).filter(lambda number: number < 10**100), negative=st.booleans())
def test_no_long_number_is_bent(number: int, negative: bool):
    """Above 2**53, where a float would miss, integers keep their digits: as names, as amounts, as counts, as data."""
    value = -number if negative else number
    row = listed_order(value, amount=value, chatUnreadCount=value, novelty=[value])
    exchange = judged(orders.build_list(), wire(yes([row], total=number)))

    assert isinstance(exchange, Exchange)
    [read] = exchange.value
    assert (str(value), Decimal(value), value) == (read.order_number, read.amount, read.chat_unread_count)
    assert {"novelty": [value]} == read.extra
    assert (number, value) == (exchange.value.total, exchange.envelope["data"][0]["amount"])


@patient
@given(amount=st.decimals(allow_nan=False, allow_infinity=False, places=18))
def test_no_digit_of_an_amount_is_lost(amount: Decimal):
    """As a string or as a number, an amount is read digit for digit."""
    body = json.dumps(yes(order_data(amount="AMOUNT", totalPrice=f"{amount:f}"))).replace('"AMOUNT"', f"{amount:f}")
    exchange = judged(orders.build_get(order_number="1"), body.encode())

    assert isinstance(exchange, Exchange)
    assert [f"{amount:f}"] * 2 == [f"{exchange.value.amount:f}", f"{exchange.value.total_price:f}"]


@pytest.mark.parametrize("exponent", [20, 21])
def test_a_time_beyond_all_calendars_is_reported(exponent: int):
    """A number far outside any calendar makes its own row unreadable, and nothing else."""
    rows = [{**WHOLE_ROW, "createTime": 10**exponent}, WHOLE_ROW]
    exchange = judged(orders.build_list(), wire(yes(rows)))

    assert isinstance(exchange, Exchange)
    assert [0] == [bad.index for bad in exchange.value.bad_rows]
