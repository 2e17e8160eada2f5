"""The walk over all rows: each once, page by page, and to an end."""

import asyncio
import json
import logging
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.errors import APIError, DecodeError
from tests.support.clients import Kind, ad_data, both_clients, listed_order, no, past_order, settings, yes

if TYPE_CHECKING:
    from binance_c2c_runtime import BadRow

UNREADABLE = {"orderNumber": ["?"]}
BAD_PRICE = listed_order("77", totalPrice=True)
ENOUGH = 20
"""Requests after which an exchange that was walked in circles goes silent."""


class Pages(httpx.MockTransport):
    """An exchange with these pages, the last of them again and again; remembers which were asked for."""

    def __init__(self, *pages: Any, total: int | None = None) -> None:
        super().__init__(self._answer)
        self.asked: list[int] = []
        self.requests: list[dict[str, Any]] = []
        self._pages, self._total = pages, total

    def _answer(self, request: httpx.Request) -> httpx.Response:
        given = json.loads(request.content) if request.content else dict(request.url.params)
        self.requests.append(given)
        self.asked.append(int(given["page"]))
        if len(self.asked) > ENOUGH:
            return httpx.Response(200, json=yes([]))
        page = self._pages[min(self.asked[-1], len(self._pages)) - 1]
        if isinstance(page, httpx.Response):
            return page
        rows = page if page is None else [listed_order(row) if isinstance(row, str) else row for row in page]
        return httpx.Response(200, json=yes(rows, total=self._total))


class Changing(Pages):
    """An exchange with one list, which each of `changes` alters before a further page is asked for."""

    def __init__(self, rows: str, *changes: Callable[[list[str]], object]) -> None:
        super().__init__()
        self._list, self._changes = list(rows), iter(changes)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.asked:
            next(self._changes, lambda _: None)(self._list)
        given = json.loads(request.content)
        self.asked.append(given["page"])
        end = given["page"] * given["rows"]
        rows = [listed_order(row) for row in self._list[end - given["rows"] : end]]
        return httpx.Response(200, json=yes(rows, total=len(self._list)))


def without(*rows: str) -> Callable[[list[str]], object]:
    """They vanish from the list."""

    def change(listed: list[str]) -> None:
        listed[:] = [row for row in listed if row not in rows]

    return change


def headed_by(*rows: str) -> Callable[[list[str]], object]:
    """They arrive at its head."""
    return lambda listed: listed.__setitem__(slice(0, 0), rows)


def orders(client: Any, **given: Any) -> Any:
    return client.orders.iterate_list(**{"rows": 2, **given})


def walked(kind: Kind, pages: Pages, walk: Callable[[Any], Any] = orders, take: int | None = None) -> list[Any]:
    """The first rows of a walk, or all of them; nothing more is asked for than they need."""
    if issubclass(kind, C2CClient):
        with kind(**settings(http=pages)) as client:
            return list(islice(walk(client), take))
    return asyncio.run(_walked_async(kind, pages, walk, take))


async def _walked_async(kind: type[AsyncC2CClient], pages: Pages, walk: Callable[[Any], Any], take: int | None) -> Any:
    found: list[Any] = []
    async with kind(**settings(http=pages)) as client:
        rows = walk(client)
        while take is None or len(found) < take:
            try:
                found.append(await anext(rows))
            except StopAsyncIteration:
                break
        await rows.aclose()
    return found


def histories(client: Any, **given: Any) -> Any:
    return client.orders.iterate_history(**given)


def messages(client: Any, **given: Any) -> Any:
    return client.chat.iterate_messages(**given)


def numbers(rows: list[Any]) -> str:
    return "".join(row.order_number for row in rows)


@both_clients
def test_rows_that_move_are_given_once(kind: Kind):
    """New orders push old ones onto the next page; a row that was given is not given again."""
    pages = Pages(["1", "2"], ["2", "3"], ["3", "4"], ["4"])

    assert "1234" == numbers(walked(kind, pages))
    assert [1, 2, 3, 4] == pages.asked


@both_clients
def test_a_row_that_slides_onto_an_earlier_page_is_not_missed(kind: Kind):
    """Where rows vanished the page before is looked at again; the rest of the walk costs what it did."""
    pages = Changing("12345678", without("1"))

    assert "12453678" == numbers(walked(kind, pages))
    assert [1, 2, 1, 2, 3, 4] == pages.asked


@pytest.mark.parametrize(
    ("gone", "given", "asked"),
    [
        ("12", "125634", [1, 2, 1, 2, 3]),
        ("1234", "1256", [1, 2, 1, 2]),
        ("6", "12345", [1, 2, 1, 2, 3]),
        ("123456", "12", [1, 2]),
    ],
    ids=["a page", "more than a page", "ahead of the walk", "everything"],
)
@both_clients
def test_however_many_rows_vanish(kind: Kind, gone: str, given: str, asked: list[int]):
    """What is left is given, and each row of it once."""
    pages = Changing("123456", without(*gone))

    assert given == numbers(walked(kind, pages))
    assert asked == pages.asked


@pytest.mark.parametrize("gone", ["1234", "12345"])
@both_clients
def test_rows_that_slide_to_the_front_are_found_from_beyond_the_end(kind: Kind, gone: str):
    """Where a page is empty because rows vanished before it, what is left stands on an earlier one."""
    pages = Changing("123456", lambda _: None, without(*gone))

    assert "123456" == "".join(sorted({*numbers(walked(kind, pages)), *gone}))
    assert "6" == numbers(walked(kind, Changing("123456", lambda _: None, without(*gone))))[-1]


@both_clients
def test_a_list_that_does_not_change_costs_no_request_more(kind: Kind):
    """One for each page, and where the last is full one more that tells so."""
    pages = Changing("12345")

    assert "12345" == numbers(walked(kind, pages))
    assert [1, 2, 3] == pages.asked


@both_clients
def test_a_whole_page_of_new_rows_is_no_end(kind: Kind):
    """As many rows arrive as a page holds: the next page has nothing new, and behind it there is more."""
    pages = Changing("12345", headed_by("8", "9"))

    assert "12345" == numbers(walked(kind, pages))
    assert [1, 2, 3, 4] == pages.asked


@both_clients
def test_a_page_that_begins_where_the_walk_was_needs_no_second_look(kind: Kind):
    """Rows vanished; but it begins with one that was given, and past that nothing slid."""
    pages = Changing("123456789", lambda listed: (headed_by("a")(listed), without("7", "8", "9")(listed)))

    assert "123456" == numbers(walked(kind, pages))
    assert [1, 2, 3, 4] == pages.asked


@pytest.mark.parametrize("total", [None, 0, 2, 3, 99])
@both_clients
def test_a_short_page_ends_a_walk_and_the_total_does_not(kind: Kind, total: int | None):
    """The total moves while we walk: only a page that is not full is the last."""
    pages = Pages(["1", "2"], ["3", "4"], ["5"], ["6"], total=total)

    assert "12345" == numbers(walked(kind, pages))
    assert [1, 2, 3] == pages.asked


@both_clients
def test_a_last_page_that_is_full_is_followed_by_an_empty_one(kind: Kind):
    """Whether a full page was the last only the next one tells."""
    pages = Pages(["1", "2"], [])

    assert "12" == numbers(walked(kind, pages))
    assert [1, 2] == pages.asked


@both_clients
def test_a_page_size_of_the_servers_own_loses_no_row(kind: Kind):
    """Where the page that a walk begins with is shorter than asked and more is said to come, its length counts."""
    pages = Pages(["1", "2"], ["3", "4"], ["5"], total=5)

    singly = Pages(["1"], ["2"], ["3"], [], total=3)
    later = Pages(["1", "2"], ["3", "4"], ["5"], total=5)

    assert "12345" == numbers(walked(kind, pages, lambda c: orders(c, rows=100)))
    assert [1, 2, 3] == pages.asked
    assert "123" == numbers(walked(kind, singly, lambda c: orders(c, rows=100)))
    assert "345" == numbers(walked(kind, later, lambda c: orders(c, rows=100, page=2)))


@pytest.mark.parametrize(("take", "asked"), [(0, []), (1, [1]), (2, [1]), (3, [1, 2]), (4, [1, 2]), (5, [1, 2, 3])])
@both_clients
def test_a_page_is_fetched_when_its_first_row_is_wanted(kind: Kind, take: int, asked: list[int]):
    """Who stops early costs the exchange nothing more, and a walk that is not begun asks for nothing."""
    pages = Pages(["1", "2"], ["3", "4"], ["5", "6"])

    assert "12345"[:take] == numbers(walked(kind, pages, take=take))
    assert asked == pages.asked


@pytest.mark.parametrize("total", [None, 5, 6, 7])
@both_clients
def test_a_server_that_repeats_its_last_page_lets_go(kind: Kind, total: int | None):
    """A page with nothing new is the end, full or not, unless more rows are said to come than were asked for."""
    pages = Pages(["1", "2"], ["3", "4"], total=total)

    assert "1234" == numbers(walked(kind, pages))
    assert [1, 2, 3, *([4] if total == 7 else [])] == pages.asked


@both_clients
def test_a_total_below_what_was_seen_says_nothing(kind: Kind):
    """Nor does none at all: no row is looked for because of it."""
    lie = httpx.Response(200, json=yes([listed_order("3"), listed_order("4")], total=1))
    pages = Pages(["1", "2"], lie, ["5", "6"], ["7"], total=7)
    late = Pages(httpx.Response(200, json=yes([listed_order("1"), listed_order("2")])), ["3", "4"], ["5"], total=5)

    assert "1234567" == numbers(walked(kind, pages))
    assert [1, 2, 3, 4] == pages.asked
    assert "12345" == numbers(walked(kind, late))
    assert [1, 2, 3] == late.asked


@both_clients
def test_no_rows_are_the_end_whatever_the_total_says(kind: Kind):
    """A first page that is empty is not taken for one of pages that hold nothing."""
    pages = Pages([], ["1"], total=5)

    assert [] == walked(kind, pages)
    assert [1] == pages.asked


@pytest.mark.parametrize("page", [["1", UNREADABLE], [UNREADABLE, UNREADABLE]], ids=["one bad row", "bad rows only"])
@both_clients
def test_a_server_that_repeats_bad_rows_lets_go(kind: Kind, page: list[Any]):
    """A page that was seen before is the end, also when some of it cannot be read."""
    pages = Pages(page)
    walked(kind, pages, lambda c: orders(c, on_bad_row=id))

    assert [1, 2] == pages.asked


@both_clients
def test_a_page_without_bad_rows_is_nothing_new_beside_one_with_some(kind: Kind):
    """Only rows that cannot be read tell a page without new ones from those before."""
    pages = Pages(["1", UNREADABLE], ["1", "1"])

    assert "1" == numbers(walked(kind, pages, lambda c: orders(c, on_bad_row=id)))
    assert [1, 2] == pages.asked


@both_clients
def test_bad_rows_of_every_page_are_told(kind: Kind, caplog: pytest.LogCaptureFixture):
    """A walk that goes on without them hands them over; the log has operation, page, place and number of each."""
    pages = Pages(["1", None], [BAD_PRICE, "2"], ["3"])
    bad: list[BadRow] = []

    assert "123" == numbers(walked(kind, pages, lambda c: orders(c, on_bad_row=bad.append)))
    told = [vars(record) for record in caplog.records if record.levelno == logging.WARNING]
    names = ("operation_id", "page", "row", "number")
    assert [("orders.list", 1, 1, None), ("orders.list", 2, 0, "77")] == [
        tuple(t[name] for name in names) for t in told
    ]
    assert [(1, 1, None), (2, 0, "77")] == [(row.page, row.index, row.number) for row in bad]
    assert [None, BAD_PRICE] == [row.row for row in bad]


@both_clients
def test_a_bad_row_ends_a_walk(kind: Kind):
    """Rows would be missing from the books otherwise; the error names operation, page, place and number of the row."""
    pages = Pages(["1", "2"], ["3", BAD_PRICE], ["4"])
    with pytest.raises(DecodeError) as caught:
        walked(kind, pages)

    assert (
        "orders.list: a row cannot be read: page 2, row 1 (77): totalPrice: a decimal number is expected, not a boolean"
        "; give on_bad_row to skip such rows"
    ) == str(caught.value)
    assert "orders.list" == caught.value.operation_id
    assert [1, 2] == pages.asked


@both_clients
def test_a_bad_row_that_slides_to_the_next_page_is_handed_over_once(kind: Kind):
    """A row with a number is known again on a page that has other bad rows beside it."""
    pages = Pages(["1", BAD_PRICE], [BAD_PRICE, {**BAD_PRICE, "orderNumber": "78"}], ["2"])
    bad: list[BadRow] = []

    assert "12" == numbers(walked(kind, pages, lambda c: orders(c, on_bad_row=bad.append)))
    assert ["77", "78"] == [row.number for row in bad]


@both_clients
def test_bad_rows_count(kind: Kind):
    """A row that cannot be read makes no page short: what follows is not lost."""
    pages = Pages(["1", UNREADABLE], [UNREADABLE, UNREADABLE], ["2", "3"], [UNREADABLE])

    assert "123" == numbers(walked(kind, pages, lambda c: orders(c, on_bad_row=id)))
    assert [1, 2, 3, 4] == pages.asked


@both_clients
def test_a_walk_begins_where_it_is_told(kind: Kind):
    """From page 3 on, whatever the total says of pages before; a short one ends it there as well, or the next one."""
    pages = Pages(["1", "2"], ["3", "4"], ["5", "6"], ["7"], total=7)
    short = Pages(["1", "2"], ["3"], ["4"], total=2)
    last = Pages(["1", "2"], ["3"], [], total=3)

    assert "567" == numbers(walked(kind, pages, lambda c: orders(c, page=3)))
    assert [3, 4] == pages.asked
    assert "3" == numbers(walked(kind, short, lambda c: orders(c, page=2)))
    assert [2] == short.asked
    assert "3" == numbers(walked(kind, last, lambda c: orders(c, page=2)))
    assert [2, 3] == last.asked


@pytest.mark.parametrize("nothing", [None, []], ids=["null", "no rows"])
@both_clients
def test_a_walk_over_nothing_ends_at_once(kind: Kind, nothing: Any):
    """One question, no row."""
    pages = Pages(nothing, total=0)

    assert [] == walked(kind, pages)
    assert [1] == pages.asked


@both_clients
def test_a_page_that_is_refused_ends_the_walk_with_the_refusal(kind: Kind):
    """The rows before it have been given; the error is the one a single page would have raised."""
    pages = Pages(["1", "2"], httpx.Response(400, json=no()))

    assert "12" == numbers(walked(kind, pages, take=2))
    with pytest.raises(APIError, match=r"^orders.list: HTTP 400 187022 refused(\n|$)"):
        walked(kind, pages)


ADVERTISER = {"userNo": "s1", "nickName": "Example", "userType": "user", "monthOrderCount": 8, "monthFinishRate": 1}
AD: dict[str, Any] = {"asset": "USDT", "fiat": "MXN", "trade_type": "BUY"}
WALKS: dict[str, tuple[Callable[[Any], Any], Callable[[str], Any], dict[str, Any]]] = {
    "orders.iterate_list": (
        lambda c: c.orders.iterate_list(rows=2, asset="USDT", order_status_list=[1, 2]),
        listed_order,
        {"asset": "USDT", "orderStatusList": [1, 2]},
    ),
    "orders.iterate_history": (
        lambda c: c.orders.iterate_history(rows=2, trade_type="SELL"),
        past_order,
        {"tradeType": "SELL", "startTimestamp": None, "endTimestamp": None},
    ),
    "ads.iterate_list": (
        lambda c: c.ads.iterate_list(rows=2, asset="USDT", adv_status=1),
        ad_data,
        {"asset": "USDT", "advStatus": 1},
    ),
    "ads.iterate_search": (
        lambda c: c.ads.iterate_search(rows=2, **AD, pay_types=["SPEI"]),
        lambda number: {"adv": ad_data(number), "advertiser": ADVERTISER},
        {"asset": "USDT", "fiat": "MXN", "tradeType": "BUY", "payTypes": ["SPEI"]},
    ),
    "chat.iterate_messages": (
        lambda c: c.chat.iterate_messages(rows=2, order_number="7", sort="asc"),
        lambda number: {"id": int(number)},
        {"orderNo": "7", "sort": "asc"},
    ),
    "market.iterate_search": (
        lambda c: c.market.iterate_search(rows=2, **AD, followed=True),
        lambda number: {"adv": ad_data(number), "advertiser": ADVERTISER},
        {"asset": "USDT", "fiat": "MXN", "tradeType": "BUY", "followed": True},
    ),
}


@pytest.mark.parametrize(("walk", "row", "asked"), WALKS.values(), ids=WALKS)
@both_clients
def test_each_walk_asks_for_every_page_alike(kind: Kind, walk: Any, row: Callable[[str], Any], asked: dict[str, Any]):
    """All arguments go along to each page, and rows are told apart by the number of what they show."""
    pages = Pages([row("1"), row("2")], [row("2"), row("3")], [row("3")])

    assert 3 == len(walked(kind, pages, walk))
    assert [1, 2, 3] == pages.asked
    assert [asked] * 3 == [{key: one.get(key) for key in asked} for one in pages.requests]


def test_every_paged_operation_can_be_walked():
    """Each method that gives a page has a walking twin, which this module walks."""
    client = C2CClient()
    resources = [name for name in dir(C2CClient) if not name.startswith("_") and not callable(getattr(C2CClient, name))]
    paged = {f"{name}.{walk}" for name in resources for walk in dir(getattr(client, name)) if "iterate_" in walk}

    assert set(WALKS) == paged


class AsyncTaker:
    async def __call__(self, bad: object) -> None: ...


NO_FUNCTIONS = {"int": 5, "bool": False, "an async one": AsyncTaker(), "an async one ": AsyncTaker().__call__}


@pytest.mark.parametrize("walk", [orders, histories, messages])
@pytest.mark.parametrize(("kind_of", "given"), NO_FUNCTIONS.items(), ids=NO_FUNCTIONS)
@both_clients
def test_what_is_to_take_bad_rows_has_to_be_a_plain_function(kind: Kind, kind_of: str, given: Any, walk: Any):
    """All else is refused before a page is fetched: nothing would await an async one, and rows would vanish unseen."""
    pages = Pages(["1"])
    with pytest.raises(TypeError) as refused:
        walked(kind, pages, partial(walk, on_bad_row=given))

    assert f"on_bad_row: a plain function of one row is expected, not {kind_of.strip()}" == str(refused.value)
    assert [] == pages.asked


@pytest.mark.parametrize("walk", [orders, messages])
@pytest.mark.parametrize("page", [True, 0, "1"], ids=repr)
@both_clients
def test_a_walk_over_messages_holds_its_page_to_the_same_limits(kind: Kind, page: Any, walk: Any):
    """It goes by number, not by page, and refuses what the other walks refuse."""
    pages = Pages(["1"])
    with pytest.raises((TypeError, ValueError), match=r"^page: "):
        walked(kind, pages, partial(walk, page=page))

    assert [] == pages.asked
