"""Long pages read straight from their text: as they are read the usual way, or not at all."""

import decimal
import json
import sys
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_c2c._core.flow import long_pages as module
from binance_c2c._core.flow.decode import LONG_ANSWER
from binance_c2c._core.flow.long_pages import TRIALS, LongPages
from binance_c2c._core.support import loads
from binance_c2c.errors import APIError
from binance_c2c_runtime import Call, Page
from binance_c2c_runtime.reading import PageReader
from binance_c2c_runtime.shapes import READERS
from binance_c2c_sapi.resources import ads, orders
from tests.support.any_json import tokens
from tests.support.clients import past_order, yes
from tests.support.contract.answers import bent, built, leaves, parts
from tests.support.contract.calls import Answer
from tests.support.contract.tables import ANSWERS
from tests.support.talk import judge

pytest.importorskip("msgspec")

HISTORY = orders.build_history(trade_type="SELL", page=2)
PAGED = {name: answer for name, answer in ANSWERS.items() if isinstance(built(name).reader, PageReader)}
MONEY = ["\u0663", "0.00000000", ".0000001", "00.0000001", "1845", "-1.5", "0." + "0" * 97 + "1", "9" * 99]
NO_MONEY: list[Any] = [*("1-2", ".", "", "NaN", "1,5", "1E+400", "9" * 101, "0." + "0" * 120 + "1"), True, {}, []]


@pytest.fixture(autouse=True)
def _nothing_learned() -> None:
    """No test knows which names the answers of another one came with."""
    for reader in READERS.values():
        reader.undescribed.clear()
        reader._by_keys.clear()
        reader.latest = reader._dispatch


def reader_of(call: Call[Any], *learned: str) -> LongPages:
    """A reader of the call's long pages that has learned from these answers, and from enough of them."""
    assert isinstance(call.reader, PageReader)
    reader = LongPages(call.reader)
    for text in [*learned, *['{"data": []}'] * TRIALS]:
        usual(call, text)
        reader.learn(loads(text.encode()))
    return reader


def usual(call: Call[Any], text: str) -> Page[Any]:
    page: Page[Any] = call.read(loads(text.encode()))
    return page


def answered(*amounts: Any, **more: Any) -> str:
    """An answer with a row for each amount."""
    rows = [past_order(str(number), amount=amount, **more) for number, amount in enumerate(amounts)]
    return json.dumps(yes(rows))


def everything(page: Page[Any]) -> Any:
    """What can be seen of a page, with the types and the digits of each value."""
    rows = [(repr(row), repr(row.extra), repr(row.to_dict()), str(getattr(row, "amount", ""))) for row in page]
    return repr(page), page.total, page.page, rows


@settings(max_examples=200, deadline=None)
@given(
    answer=st.sampled_from(list(PAGED.values())),
    bends=st.lists(st.tuples(st.integers(0), tokens), max_size=4),
    heard=st.booleans(),
)
def test_a_page_is_read_as_the_usual_way_reads_it_or_not_at_all(
    answer: Answer, bends: list[tuple[int, str]], heard: bool
):
    """Whatever JSON stands in it, also in a row that is not the only one, and whether its names came before or not."""
    document = json.loads(answer.text)
    document["data"] = [*document["data"], *document["data"]]
    doubled = Answer(answer.operation, json.dumps(document))
    found = [place for place, _ in leaves(doubled)]
    found += [(*place, "ofNextYear") for place, part in parts(doubled) if isinstance(part, dict)]
    text = bent(doubled, {found[number % len(found)]: token for number, token in bends})
    call = built(answer.operation)
    try:
        expected = usual(call, text)
    except Exception:  # noqa: BLE001 - it is an error then, whatever this reader would make of it
        return
    result = reader_of(call, *([text] if heard else [])).read(call, text.encode())

    assert expected.bad_rows == () or result is None
    assert result is None or everything(expected) == everything(result[1])


@pytest.mark.parametrize("answer", PAGED.values(), ids=PAGED)
def test_each_recorded_page_is_read(answer: Answer):
    """The answers that the exchange documents are what this way is for."""
    call = built(answer.operation)
    result = reader_of(call, answer.text).read(call, answer.text.encode())

    assert result is not None
    assert everything(usual(call, answer.text)) == everything(result[1])


@pytest.mark.parametrize("amounts", [MONEY, ["18.45"] * 3, [], ["1", 2, Decimal("0.1")]], ids=str)
def test_money_is_exact(amounts: list[Any]):
    """All digits are kept, whether the amounts differ, are all the same, or come as texts and numbers."""
    text = answered(*[float(one) if isinstance(one, Decimal) else one for one in amounts])
    result = reader_of(HISTORY).read(HISTORY, text.encode())

    assert result is not None
    assert [Decimal(one) for one in amounts] == [row.amount for row in result[1]]
    assert everything(usual(HISTORY, text)) == everything(result[1])


@pytest.mark.parametrize("amount", NO_MONEY, ids=str)
def test_what_is_no_amount_is_left_to_the_usual_way(amount: Any):
    """Also where the program's decimal context makes NaN of it and raises nothing."""
    with decimal.localcontext() as context:
        context.traps[decimal.InvalidOperation] = False
        result = reader_of(HISTORY).read(HISTORY, answered("1.5", amount).encode())

    assert result is None


def test_names_that_no_description_knows_are_learned():
    """They sit in `extra`, in the rows that have them, beside the rows and in objects inside these."""
    call = ads.build_search(asset="USDT", fiat="MXN", trade_type="BUY")
    answer = json.loads(ANSWERS["ads.search"].text)
    row = answer["data"][0]
    answer["data"] = [{**row, "adv": {**row["adv"], "new": [1]}}, {**row, "more": 0.5}]
    text = json.dumps({**answer, "traceId": "x"})
    before = reader_of(call).read(call, text.encode())
    result = reader_of(call, text).read(call, text.encode())

    assert before is None
    assert result is not None
    assert [{}, {"more": Decimal("0.5")}] == [row.extra for row in result[1]]
    assert [{"new": [1]}, {}] == [row.adv.extra for row in result[1]]


def test_a_name_that_comes_later_is_learned_too():
    """The page it comes with first is read the usual way, and the next one is not."""
    reader = reader_of(HISTORY, answered("1"))
    changed = answered("1", ofNextYear=1)
    results = [reader.read(HISTORY, changed.encode())]
    usual(HISTORY, changed)
    reader.learn(loads(changed.encode()))
    results.append(reader.read(HISTORY, changed.encode()))

    assert results[0] is None
    assert results[1] is not None


def test_it_is_given_up_where_it_never_works():
    """Pages that always have to be read the usual way are not read in vain for ever."""
    reader = reader_of(HISTORY)
    for _ in range(TRIALS):
        assert reader.read(HISTORY, answered([]).encode()) is None

    assert reader.read(HISTORY, answered("1").encode()) is None


def test_some_failures_between_pages_that_work_end_nothing():
    """Only failures in a row count."""
    reader = reader_of(HISTORY)
    results = [reader.read(HISTORY, answered(one).encode()) for one in [[], "1"] * TRIALS]

    assert [True, False] * TRIALS == [result is None for result in results]


def test_without_msgspec_nothing_is_read_this_way(monkeypatch: pytest.MonkeyPatch):
    """Every page is left to the usual way."""
    monkeypatch.setitem(sys.modules, "msgspec", None)
    monkeypatch.setattr(module, "_msgspec", module._msgspec.__wrapped__)

    assert reader_of(HISTORY).read(HISTORY, answered("1").encode()) is None


def test_no_server_fills_memory_with_names():
    """Of invented names beside the rows a bounded number is remembered."""
    reader = reader_of(HISTORY)
    for number in range(100):
        reader.learn({f"name_{number}_{one}": 1 for one in range(100)})

    assert 100 > len(reader._around)


def test_the_client_takes_this_way_for_long_pages_alone():
    """The first are read the usual way, and from then on none that is long; what is given is the same."""
    long, short = answered(*map(str, range(200))), answered("1")
    assert len(short) < LONG_ANSWER < len(long)
    answers = [httpx.Response(203, text=text, headers={"x-trace": "7"}) for text in [long] * (TRIALS + 2) + [short]]
    exchanges = [judge(HISTORY, answer) for answer in answers]
    parsed = ["answer" in vars(exchange) for exchange in exchanges]

    assert [False, True] == parsed[-2:]
    assert [everything(exchanges[0].value)] * (TRIALS + 2) == [everything(one.value) for one in exchanges[:-1]]
    assert loads(long.encode()) == exchanges[-2].answer
    assert [(203, "7")] * len(answers) == [(one.status, one.headers["x-trace"]) for one in exchanges]


def test_a_long_page_with_a_no_is_a_refusal():
    """Rows beside it make no yes of it, however often such an answer came before."""
    text = json.dumps({**json.loads(answered(*map(str, range(200)))), "code": "187022", "success": False})
    assert isinstance(HISTORY.reader, PageReader)
    taught = module.long_pages(HISTORY.reader)
    for _ in range(TRIALS):
        taught.learn(loads(text.encode()))
    assert taught.read(HISTORY, text.encode()) is not None

    with pytest.raises(APIError, match="187022"):
        judge(HISTORY, httpx.Response(200, text=text))
