"""The walk back through the history: periods, both sides, the limits of the exchange, and going on later."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.errors import DecodeError
from binance_c2c.sandbox import Sandbox
from binance_c2c_sapi.resources.orders import AsyncOrders, Orders
from tests.support.clients import past_order
from tests.support.trade import an_ad, an_order

DAY = 86_400_000
NOW = 1_710_460_800_000
"""2024-03-15T00:00:00Z."""
SIX_MONTHS_AGO = datetime(2023, 9, 15, tzinfo=UTC)
KEPT = "the exchange keeps 6 months, from 2023-09-15T00:00:00.000+00:00 on;"
Row = tuple[str, int | None]
"""Number and time of an order: those that begin with B were bought."""


InOrder = Callable[[list[Row]], list[Row]]


class Exchange:
    """Knows these orders, and sends them as `in_order` has them; remembers what it was asked for."""

    def __init__(self, *rows: Row, borders: bool = True, in_order: InOrder | None = None) -> None:
        self.asked: list[tuple[str, Any, Any, int]] = []
        self._rows = rows
        self._borders = borders
        self._in_order = in_order or (lambda rows: sorted(rows, key=lambda row: -(row[1] or 0)))

    def now_ms(self) -> int:
        return NOW

    def unreadable_error(self, operation: Any, message: str) -> Exception:
        return DecodeError(message, operation_id=operation.id)

    def send(self, call: Any) -> Any:
        side, start, end = (call.query.get(name) for name in ("tradeType", "startTimestamp", "endTimestamp"))
        number, size = call.query["page"], call.query["rows"]
        self.asked.append((side, start, end, number))
        known = [row for row in self._rows if row[0][0] == side[0] and self._lies_in(row, start, end)]
        rows = self._in_order(known)[(number - 1) * size : number * size]
        data = [{**past_order(name), **({} if time is None else {"createTime": time})} for name, time in rows]
        return call.read({"code": "000000", "data": data, "total": len(known)})

    def _lies_in(self, row: Row, start: int | None, end: int | None) -> bool:
        time = row[1] or NOW
        low, high = NOW - 30 * DAY if start is None else start, NOW if end is None else end
        return low <= time <= high if self._borders else low <= time < high


class Awaited:
    """The same for `await`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.now_ms = exchange.now_ms
        self.unreadable_error = exchange.unreadable_error

    async def send(self, call: Any) -> Any:
        return self._exchange.send(call)


class Heedless(Exchange):
    """Sends every order it knows, whatever times it was asked for."""

    def _lies_in(self, row: Row, start: int | None, end: int | None) -> bool:
        del row, start, end
        return True


def at(days: float) -> int:
    """So many days ago."""
    return NOW - round(days * DAY)


def walked(twin: type, exchange: Exchange, take: int | None = None, **given: Any) -> list[Any]:
    if twin is Orders:
        return list(islice(Orders(exchange).iterate_history(**given), take))
    return asyncio.run(_walked_async(exchange, take, **given))


async def _walked_async(exchange: Exchange, take: int | None, **given: Any) -> list[Any]:
    found: list[Any] = []
    async for row in AsyncOrders(Awaited(exchange)).iterate_history(**given):
        found.append(row)
        if len(found) == take:
            break
    return found


def names(rows: list[Any]) -> list[str]:
    return [row.order_number for row in rows]


both_twins = pytest.mark.parametrize("twin", [Orders, AsyncOrders])


@both_twins
def test_a_walk_crosses_periods_and_sides(twin: type):
    """All of a time longer than one call covers, both sides in one sequence, the newest first."""
    exchange = Exchange(("B1", at(1)), ("S2", at(2)), ("B3", at(40)), ("S4", at(41)), ("S5", at(89)), ("B6", at(91)))

    assert ["B1", "S2", "B3", "S4", "S5"] == names(walked(twin, exchange, start=at(90)))
    assert [(at(30), NOW), (at(60), at(30)), (at(90), at(60))] == [
        one[1:3] for one in exchange.asked if one[0] == "BUY"
    ]
    assert {"BUY", "SELL"} == {one[0] for one in exchange.asked}


@pytest.mark.parametrize("ahead", [1, 29, 1000])
@both_twins
def test_an_end_ahead_of_now_leaves_the_past_in(twin: type, ahead: int):
    """A date after today, or a clock that is ahead, is no reason to give less: 30 days back are counted from now."""
    exchange = Exchange(("B1", at(1)), ("S29", at(29)), ("B31", at(31)))

    assert ["B1", "S29"] == names(walked(twin, exchange, end=NOW + ahead * DAY))


@both_twins
def test_one_side_alone_is_asked_for_alone(twin: type):
    """With `trade_type` nothing is asked of the other side."""
    exchange = Exchange(("B1", at(1)), ("S2", at(2)), ("S3", at(40)))

    assert ["S2", "S3"] == names(walked(twin, exchange, trade_type="SELL", start=at(50)))
    assert {"SELL"} == {one[0] for one in exchange.asked}


@both_twins
def test_without_times_the_exchange_says_which_they_are(twin: type):
    """The last 30 days, and no time on the wire: what was recorded once can be replayed."""
    exchange = Exchange(("B1", at(1)), ("S2", at(29)), ("S3", at(31)))

    assert ["B1", "S2"] == names(walked(twin, exchange))
    assert [("BUY", None, None, 1), ("SELL", None, None, 1)] == exchange.asked


@both_twins
def test_an_end_alone_reaches_30_days_back(twin: type):
    """As one call does; but not beyond what the exchange keeps."""
    exchange = Exchange(("B1", at(40)), ("B2", at(60)))
    walked(twin, exchange, trade_type="BUY", end=at(40))
    walked(twin, exchange, trade_type="BUY", end=SIX_MONTHS_AGO + timedelta(days=3))

    assert (at(70), at(40)) == exchange.asked[0][1:3]
    assert SIX_MONTHS_AGO.timestamp() * 1000 == exchange.asked[1][1]


@pytest.mark.parametrize("borders", [True, False], ids=["counted in", "end left out"])
@both_twins
def test_a_border_between_periods_loses_no_row(twin: type, borders: bool):
    """Orders of the very millisecond at which periods meet come once, whichever of them the exchange puts them into."""
    rows = [("B1", at(30)), ("B2", at(30)), ("S3", at(30)), ("B4", at(60) + 1), ("B5", at(60)), ("B6", at(60) - 1)]
    exchange = Exchange(*rows, borders=borders)

    assert [name for name, _ in rows] == names(walked(twin, exchange, start=at(90), rows=1))


@pytest.mark.parametrize(("take", "asked"), [(1, 2), (2, 2), (3, 3), (4, 4), (5, 4), (6, 5)])
@both_twins
def test_a_page_is_fetched_when_the_next_row_may_be_on_it(twin: type, take: int, asked: int):
    """Which side has the newest row only a page of each tells; beyond that nothing is asked for early."""
    exchange = Exchange(("B1", at(1)), ("B2", at(2)), ("B3", at(3)), ("S4", at(4)), ("S5", at(5)), ("S6", at(6)))
    walked(twin, exchange, take, rows=2, start=at(60))

    assert asked == len(exchange.asked)


def test_a_walk_that_is_not_begun_asks_for_nothing():
    """To make one costs no request."""
    exchange = Exchange()
    Orders(exchange).iterate_history(start=at(90))

    assert [] == exchange.asked


@pytest.mark.parametrize("in_order", [lambda rows: rows[::-1], sorted], ids=["oldest first", "by number"])
@both_twins
def test_the_newest_comes_first_however_the_exchange_sorts(twin: type, in_order: Any):
    """The order of the history is not documented; where it is another one, period after period is put in order."""
    rows = [("B9", at(1)), ("S3", at(2)), ("B5", at(3)), ("B2", at(35)), ("S1", at(36)), ("B8", at(37)), ("B7", at(38))]
    exchange = Exchange(*rows, in_order=in_order)

    assert [name for name, _ in rows] == names(walked(twin, exchange, rows=5, start=at(60)))


@both_twins
def test_a_page_out_of_order_is_put_in_order_with_the_rest(twin: type):
    """Before a row of it is given the whole period is read, for a newer one may stand on a later page."""
    exchange = Exchange(("B1", at(3)), ("B2", at(2)), ("B3", at(5)), ("B4", at(1)), in_order=list)
    page = Exchange(("B1", at(3)), ("B2", at(2)), ("B3", at(5)), in_order=list)

    assert ["B4", "B2", "B1", "B3"] == names(walked(twin, exchange, rows=2, trade_type="BUY", start=at(10)))
    assert ["B2", "B1", "B3"] == names(walked(twin, page, rows=4, trade_type="BUY", start=at(10)))


@both_twins
def test_a_period_in_order_is_not_read_ahead(twin: type):
    """Neither because of orders of the same moment, nor because the period before was out of order."""
    alike = Exchange(("B1", at(1)), ("B2", at(1)), ("B3", at(1)))
    after = Exchange(("B1", at(2)), ("B2", at(1)), ("B3", at(40)), ("B4", at(41)), ("B5", at(42)), in_order=list)
    walked(twin, alike, 1, rows=2, trade_type="BUY", start=at(10))
    found = walked(twin, after, 3, rows=2, trade_type="BUY", start=at(50))

    assert 1 == len(alike.asked)
    assert ["B2", "B1", "B3"] == names(found)
    assert [(1, NOW), (2, NOW), (1, at(30))] == [(one[3], one[2]) for one in after.asked]


@both_twins
def test_a_single_moment_can_be_asked_for(twin: type):
    """A walk that begins where it ends has the orders of that millisecond."""
    exchange = Exchange(("B1", at(2)), ("B2", at(3)))

    assert ["B1"] == names(walked(twin, exchange, trade_type="BUY", start=at(2), end=at(2)))


@both_twins
def test_rows_without_a_time_are_given(twin: type):
    """They keep their place behind the row they came behind."""
    exchange = Exchange(("B1", at(1)), ("B2", None), ("B3", at(3)), ("S4", None), ("S5", at(2)), in_order=list)

    assert ["S4", "B1", "B2", "S5", "B3"] == names(walked(twin, exchange, start=at(60)))


@both_twins
def test_a_walk_goes_on_where_it_broke_off(twin: type):
    """With `end` at the time of the last row the rest comes, and of what came before only the rows of that moment."""
    rows = [("B1", at(1)), ("S2", at(20)), ("B3", at(20)), ("S4", at(20)), ("B5", at(50)), ("S6", at(70))]
    begun = walked(twin, Exchange(*rows), 3, start=at(90))
    rest = walked(twin, Exchange(*rows), start=at(90), end=begun[-1].create_time)

    assert ["B1", "B3", "S2"] == names(begun)
    assert ["B3", "S2", "S4", "B5", "S6"] == names(rest)


@both_twins
def test_a_page_is_one_of_the_newest_period(twin: type):
    """`page` skips the pages before it there, and none of the periods behind."""
    exchange = Exchange(("B1", at(1)), ("B2", at(2)), ("B3", at(40)), ("B4", at(41)))

    assert ["B2", "B3", "B4"] == names(walked(twin, exchange, page=2, rows=1, trade_type="BUY", start=at(60)))


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (
            {"start": SIX_MONTHS_AGO - timedelta(seconds=1)},
            f"start: {KEPT} 2023-09-14T23:59:59.000+00:00 lies before",
        ),
        (
            {"start": -(10**18)},
            f"start: milliseconds since 1970, up to the year 9999, are expected, not -{10**18}",
        ),
        (
            {"end": datetime(1970, 1, 1, tzinfo=UTC)},
            f"end: {KEPT} 1970-01-01T00:00:00.000+00:00 lies before",
        ),
        (
            {"start": NOW + 1},
            "start: 2024-03-15T00:00:00.001+00:00 lies after now, 2024-03-15T00:00:00.000+00:00",
        ),
        (
            {"start": at(1), "end": at(2)},
            "start: 2024-03-14T00:00:00.000+00:00 lies after end, 2024-03-13T00:00:00.000+00:00",
        ),
        (
            {"start": datetime(2024, 3, 1)},  # noqa: DTZ001 - that is the question
            "start: the datetime has no time zone; give one, such as datetime.now(timezone.utc)",
        ),
    ],
    ids=["start before six months", "start before time", "end before six months", "future", "upside down", "naive"],
)
@both_twins
def test_times_that_cannot_be_are_refused_before_anything_is_sent(twin: type, times: dict[str, Any], message: str):
    """The error names the argument, and comes when the walk is made."""
    exchange = Exchange()
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        twin(exchange).iterate_history(**times)

    assert message == str(caught.value)
    assert [] == exchange.asked


@both_twins
def test_six_months_are_six_months(twin: type):
    """The whole day six months ago can be asked for, and a month that is shorter ends earlier."""
    exchange = Exchange(("B1", at(170)))
    exchange.now_ms = lambda: round(datetime(2024, 8, 31, 12, tzinfo=UTC).timestamp() * 1000)  # type: ignore[method-assign]
    twin(exchange).iterate_history(start=datetime(2024, 2, 29, tzinfo=UTC))
    with pytest.raises(ValueError, match="keeps 6 months, from 2024-02-29T"):
        twin(exchange).iterate_history(start=datetime(2024, 2, 28, 23, tzinfo=UTC))


@both_twins
def test_a_row_from_another_time_ends_the_walk(twin: type):
    """An exchange that does not keep to the times that were asked for is told, before wrong rows get into books."""
    exchange = Heedless(("B1", at(1)), ("B2", at(40)))
    with pytest.raises(DecodeError) as caught:
        walked(twin, exchange, start=at(3), trade_type="BUY")

    assert (
        "orders.history: rows from 2024-03-12T00:00:00.000+00:00 to 2024-03-15T00:00:00.000+00:00 were asked for, and "
        "one of 2024-02-04T00:00:00.000+00:00 came: the exchange ignored the times"
    ) == str(caught.value)


@both_twins
def test_a_row_within_a_second_of_the_period_is_in_it(twin: type):
    """Whether the exchange reckons in whole seconds is not known: so much is no error."""
    exchange = Heedless(("B1", at(1) + 1000), ("B2", at(3) - 1000))

    assert ["B1", "B2"] == names(walked(twin, exchange, start=at(3), end=at(1), trade_type="BUY"))


@both_twins
def test_without_times_every_row_is_welcome(twin: type):
    """Which time the exchange takes by itself is its own business."""
    assert ["B1", "B2"] == names(walked(twin, Heedless(("B1", at(1)), ("B2", at(400))), trade_type="BUY"))


def test_an_end_far_ahead_makes_no_more_periods():
    """Nothing lies in the future, so nobody asks for it, thirty days of doubt about the clock apart."""
    exchange = Exchange(("B1", at(1)))

    assert ["B1"] == names(walked(Orders, exchange, start=at(2), end=253_402_300_799_999, trade_type="BUY"))
    assert [(NOW, NOW + 30 * DAY), (at(2), NOW)] == [one[1:3] for one in exchange.asked]


ORDERS = st.lists(st.tuples(st.sampled_from("BS"), st.integers(0, 120), st.booleans()), max_size=12)


@given(ORDERS, st.sampled_from([1, 2, 4, 100]), st.permutations(range(12)), st.booleans())
def test_no_order_is_lost_or_repeated(found: Any, size: int, shuffled: list[int], borders: bool):
    """Whatever the times, page size and sorting of the exchange: once each, and in order where a page shows it."""
    rows = [(f"{side}{index}", at(days) if timed else None) for index, (side, days, timed) in enumerate(found)]
    exchange = Exchange(
        *rows, borders=borders, in_order=lambda known: sorted(known, key=lambda r: shuffled[int(r[0][1:])])
    )
    given, awaited = (walked(twin, exchange, rows=size, start=at(121), end=NOW + 1) for twin in (Orders, AsyncOrders))
    times = [row.create_time for row in given if row.create_time]

    assert sorted(name for name, _ in rows) == sorted(names(given))
    assert given == awaited
    if size == 100 and all(time for _, time in rows):
        assert sorted(times, reverse=True) == times


@pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient])
def test_the_sandbox_gives_months_of_history(kind: type[C2CClient] | type[AsyncC2CClient]):
    """Once a client has learned the exchange's time, what it walks ends at that one's present, not at ours."""
    sandbox = Sandbox()
    numbers = [_placed(sandbox) for _ in range(3)]
    start = datetime.now(UTC) - timedelta(days=1)

    assert numbers[::-1] == asyncio.run(_history(kind, sandbox, start))


def _placed(sandbox: Sandbox) -> str:
    """An order of that day; 25 days go by."""
    with C2CClient.in_sandbox(sandbox) as seller, C2CClient.in_sandbox(sandbox, account="taker") as buyer:
        adv_no = seller.ads.post(**an_ad())
        placed = buyer.orders.place(**an_order(adv_no))
    sandbox.clock.advance(days=25)
    return placed.order_match.order_number


async def _history(kind: type[C2CClient] | type[AsyncC2CClient], sandbox: Sandbox, start: datetime) -> list[str]:
    if issubclass(kind, C2CClient):
        with kind.in_sandbox(sandbox) as client:
            client.ads.list()
            return names(list(client.orders.iterate_history(start=start, rows=1)))
    async with kind.in_sandbox(sandbox) as twin:
        await twin.ads.list()
        return names([row async for row in twin.orders.iterate_history(start=start, rows=1)])
