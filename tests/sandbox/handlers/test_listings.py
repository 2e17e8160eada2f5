"""Lists, the search and the history of the sandbox: what they pick, in which order, page by page."""

from typing import Any

import pytest

from binance_c2c.sandbox.exchange import Ads, Orders
from tests.support.sandbox_client import BUY_AD, DAY, FACTOR, START_MS, Trader, trading

SEARCH = {"asset": "USDT", "fiat": "MXN", "tradeType": "BUY", "page": 1, "rows": 20}
DAY_MS = DAY * 1000


def prices(trader: Trader, **changes: object) -> list[str]:
    return [row["adv"]["price"] for row in trader.do("ads.search", {**SEARCH, **changes})]


def test_a_search_finds_the_other_side_with_the_best_price_first():
    """Who wants to buy sees SELL ads from the cheapest, who wants to sell sees BUY ads from the dearest."""
    merchant, taker, _ = trading()
    for price in ("18.50", "18.40", "18.60"):
        merchant.post_ad(price=price, initAmount="100")
        taker.post_ad(BUY_AD, price=price, initAmount="100")

    assert ["18.40", "18.50", "18.60"] == prices(taker)
    assert ["18.60", "18.50", "18.40"] == prices(merchant, tradeType="SELL")


def test_of_equal_prices_the_older_ad_comes_first():
    """The order of a search does not change from one look to the next."""
    merchant, taker, _ = trading()
    numbers = [merchant.post_ad(initAmount="100") for _ in range(3)]

    assert numbers == [row["adv"]["advNo"] for row in taker.do("ads.search", SEARCH)]


def test_a_search_shows_what_takers_may_know():
    """A row tells the maker's name and terms; not the payment account, nor the first message of the chat."""
    merchant, taker, _ = trading()
    merchant.post_ad(autoReplyMsg="hello", remarks="own account")

    [row] = taker.do("ads.search", SEARCH)
    assert ("SandboxMerchant", "merchant") == (row["advertiser"]["nickName"], row["advertiser"]["userType"])
    assert ("own account", None, True) == (row["adv"]["remarks"], row["adv"]["autoReplyMsg"], row["adv"]["isTradable"])
    assert [["SPEI", False]] == [[way["identifier"], "payId" in way] for way in row["adv"]["tradeMethods"]]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, 1),
        ({"asset": "BTC"}, 0),
        ({"fiat": "USD"}, 0),
        ({"tradeType": "SELL"}, 0),
        ({"payTypes": ["Zelle", "SPEI"]}, 1),
        ({"payTypes": ["Zelle"]}, 0),
        ({"payTypes": []}, 1),
        ({"countries": ["MX"]}, 1),
        ({"countries": ["BR"]}, 0),
        ({"classifies": ["profession"]}, 1),
        ({"classifies": ["block"]}, 0),
        ({"publisherType": "merchant"}, 1),
        ({"publisherType": "user"}, 0),
        ({"transAmount": 500}, 1),
        ({"transAmount": "499.99"}, 0),
        ({"transAmount": "1838.54"}, 1),
        ({"transAmount": "1838.55"}, 0),
        ({"filterType": "tradable"}, 1),
        ({"additionalKycVerifyFilter": 1}, 0),
        ({"additionalKycVerifyFilter": 0}, 1),
    ],
)
def test_a_search_keeps_to_its_filters(filters: dict[str, Any], found: int):
    """Each filter lets the one ad through or not; an amount is held against what is left of it."""
    merchant, taker, _ = trading()
    merchant.post_ad(initAmount="100", takerAdditionalKycRequired=1)

    assert found == len(taker.do("ads.search", {**SEARCH, **filters}))


def test_what_cannot_be_taken_is_not_found():
    """Ads that are offline, closed or all but sold out are in no search; one's own is, but is not tradable."""
    merchant, taker, _ = trading()
    offline, closed, sold, own = (merchant.post_ad(initAmount="300") for _ in range(4))
    merchant.do("ads.update_status", {"advNos": [offline], "advStatus": 3})
    merchant.do("ads.update_status", {"advNos": [closed], "advStatus": 4})
    taker.place(sold, totalAmount="5100")

    assert [own] == [row["adv"]["advNo"] for row in taker.do("ads.search", SEARCH)]
    assert [False] == [row["adv"]["isTradable"] for row in merchant.do("ads.search", SEARCH)]
    assert [] == merchant.do("ads.search", {**SEARCH, "filterType": "tradable"})


def test_pages_are_cut_from_the_whole():
    """Every page holds its rows and the total of all; behind the last page there is nothing."""
    merchant, taker, _ = trading()
    numbers = [merchant.post_ad(initAmount="100") for _ in range(5)]

    pages = [taker.do("ads.search", {**SEARCH, "page": page, "rows": 2}) for page in (1, 2, 3, 4)]
    assert numbers == [row["adv"]["advNo"] for page in pages for row in page]
    assert [2, 2, 1, 0] == [len(page) for page in pages]
    assert 5 == taker.total("ads.search", {**SEARCH, "page": 4, "rows": 2})


@pytest.mark.parametrize("operation", ["ads.list", "ads.search", "orders.list"])
@pytest.mark.parametrize("where", [{"page": 0}, {"rows": 0}, {"rows": 101}, {"page": -1}, {"page": "one"}])
def test_a_page_that_cannot_be_is_refused_by_name(operation: str, where: dict[str, Any]):
    """Pages begin at 1 and hold 1 to 100 rows."""
    merchant, _, _ = trading()

    body = {**(SEARCH if operation == "ads.search" else {}), **where}
    assert (-31002, f"illegal parameter: {next(iter(where))}") == merchant.refusal(operation, body)[1:]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [1, 0]),
        ({"sort": "asc"}, [0, 1]),
        ({"asset": "USDT", "fiatUnit": "MXN", "classify": "profession"}, [1, 0]),
        ({"asset": "BTC"}, []),
        ({"fiatUnit": "USD"}, []),
        ({"classify": "mass"}, []),
        ({"tradeType": "BUY"}, [1]),
        ({"advStatus": 3}, [1]),
        ({"advStatus": 4}, []),
        ({"inDeal": 1}, [0]),
        ({"startDate": "2024-03-15T00:00:01Z"}, [1]),
        ({"startDate": "2024-03-15T00:00:01"}, [1]),
        ({"endDate": "2024-03-14T18:00:00-06:00"}, [0]),
    ],
)
def test_own_ads_are_listed_newest_first(filters: dict[str, Any], found: list[int]):
    """The list holds the account's own ads, narrowed by its filters."""
    merchant, taker, clock = trading()
    taker.post_ad(BUY_AD)
    numbers = [merchant.post_ad(initAmount="100")]
    clock.seconds += 1
    numbers.append(merchant.post_ad(BUY_AD, onlineNow=False))

    ads = merchant.do("ads.list", {"page": 1, "rows": 20, **filters})
    assert [numbers[index] for index in found] == [ad["advNo"] for ad in ads]
    assert numbers[:1] == [ad["advNo"] for ad in merchant.do("ads.list", {"advNo": numbers[0]})]


def test_a_date_that_is_none_is_refused():
    """ISO 8601, or -31002."""
    merchant, _, _ = trading()

    assert "illegal parameter: startDate" == merchant.refusal("ads.list", {"startDate": "yesterday"})[2]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [2, 1, 0]),
        ({"order": "ASC"}, [0, 1, 2]),
        ({"tradeType": "SELL"}, [1, 0]),
        ({"tradeType": "BUY"}, [2]),
        ({"orderStatus": 1}, [2, 1]),
        ({"orderStatusList": [2, 3]}, [0]),
        ({"orderStatusList": []}, [2, 1, 0]),
        ({"asset": "USDT"}, [2, 1, 0]),
        ({"asset": "BTC"}, []),
        ({"advNo": "12784000000000000002"}, [2]),
        ({"startDate": START_MS + 1}, [2, 1]),
        ({"endDate": START_MS}, [0]),
    ],
)
def test_orders_are_listed_newest_first(filters: dict[str, Any], found: list[int]):
    """Both sides of the account's orders, narrowed by the filters; the side is the caller's."""
    merchant, taker, clock = trading()
    ad, purchase = merchant.post_ad(), merchant.post_ad(BUY_AD)
    numbers = [taker.place(ad)]
    clock.seconds += 1
    numbers += [taker.place(ad), taker.place(purchase, tradeType="SELL", payId=50100200)]
    taker.do("orders.mark_paid", {"orderNumber": numbers[0]})

    rows = merchant.do("orders.list", {"page": 1, "rows": 20, **filters})
    assert [numbers[index] for index in found] == [row["orderNumber"] for row in rows]


def test_the_history_tells_every_status_in_words():
    """Unpaid, paid, completed, cancelled and timed out orders, newest first, by the words of the history."""
    merchant, taker, clock = trading()
    ad = merchant.post_ad(payTimeLimit=60)
    timed_out = taker.place(ad)
    clock.seconds += 3600
    cancelled, completed, paid, trading_ = (taker.place(ad, totalAmount="500") for _ in range(4))
    taker.do("orders.cancel", {"orderNumber": cancelled, "orderCancelReasonCode": 1})
    for order in (completed, paid):
        taker.do("orders.mark_paid", {"orderNumber": order})
    merchant.do("orders.release", {"orderNumber": completed, **FACTOR})

    rows = [(row["orderNumber"], row["orderStatus"]) for row in taker.do("orders.history")]
    assert [
        (trading_, "TRADING"),
        (paid, "BUYER_PAYED"),
        (completed, "COMPLETED"),
        (cancelled, "CANCELLED"),
        (timed_out, "CANCELLED_BY_SYSTEM"),
    ] == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 1),
        ({"tradeType": "BUY"}, 1),
        ({"tradeType": "SELL"}, 0),
        ({"startTimestamp": START_MS}, 1),
        ({"startTimestamp": START_MS + 1}, 0),
        ({"startTimestamp": START_MS - 40 * DAY_MS}, 0),
        ({"endTimestamp": START_MS}, 1),
        ({"endTimestamp": START_MS - 1}, 0),
        ({"startTimestamp": START_MS, "endTimestamp": START_MS + 30 * DAY_MS}, 1),
        ({"page": 2}, 0),
        ({"page": 1, "rows": 100}, 1),
    ],
)
def test_the_history_looks_through_its_window(query: dict[str, Any], found: int):
    """One side or both, between two moments that are included; the last 30 days when none is given."""
    merchant, taker, clock = trading()
    taker.place(merchant.post_ad())
    clock.seconds += DAY

    assert found == len(taker.do("orders.history", **query))


@pytest.mark.parametrize(
    ("query", "code", "name"),
    [
        ({"startTimestamp": START_MS - 30 * DAY_MS - 1, "endTimestamp": START_MS}, -1127, "30 days"),
        ({"startTimestamp": START_MS + 1, "endTimestamp": START_MS}, -1130, "startTimestamp"),
        ({"startTimestamp": "yesterday"}, -1130, "startTimestamp"),
        ({"endTimestamp": "9" * 5000}, -1130, "endTimestamp"),
        ({"rows": 101}, -1130, "rows"),
        ({"rows": 0}, -1130, "rows"),
        ({"page": 0}, -1130, "page"),
        ({"tradeType": "HOLD"}, -1130, "tradeType"),
    ],
)
def test_an_impossible_history_is_refused(query: dict[str, Any], code: int, name: str):
    """More than 30 days, more than 100 rows, or what is no time at all: a parameter error that names it."""
    _, taker, _ = trading()

    status, found, message = taker.refusal("orders.history", **query)
    assert (400, code) == (status, found)
    assert name in message


def test_the_history_reaches_back_six_months():
    """Without times it shows 30 days; orders of more than six months ago are in no window."""
    merchant, taker, clock = trading()
    taker.place(merchant.post_ad())
    window = {"startTimestamp": START_MS - DAY_MS, "endTimestamp": START_MS + DAY_MS}

    clock.seconds += 30 * DAY + 1
    assert ([], 1) == (taker.do("orders.history"), len(taker.do("orders.history", **window)))
    clock.seconds += 154 * DAY
    assert [] == taker.do("orders.history", **window)
    clock.seconds += DAY
    assert (400, -1130) == taker.refusal("orders.history", **window)[:2]


def test_an_amount_is_looked_for_among_ads_of_all_sizes():
    """The total counts exactly the ads that accept the amount, and the page holds them, the best price first."""
    merchant, taker, _ = trading()
    for price, smallest, largest in (
        ("18.40", 500, 600),
        ("18.41", 700, 900),
        ("18.42", 100, 5000),
        ("18.43", 650, 700),
    ):
        merchant.post_ad(initAmount="300", price=price, minSingleTransAmount=smallest, maxSingleTransAmount=largest)

    expected = {"550": ["18.40", "18.42"], "700": ["18.41", "18.42", "18.43"], "99.99": [], "5000": ["18.42"]}
    assert expected == {amount: prices(taker, transAmount=amount) for amount in expected}
    assert [2, 3, 0, 1] == [taker.total("ads.search", {**SEARCH, "transAmount": amount}) for amount in expected]
    assert ["18.43"] == prices(taker, transAmount="700", page=2, rows=2)


def test_nobody_who_rests_has_ads_in_deal():
    """While the merchant rests none of the ads is open for trading, and none is found."""
    merchant, taker, _ = trading()
    merchant.post_ad()
    merchant.do("merchant.start_rest")

    assert ([], []) == (merchant.do("ads.list", {"inDeal": 1}), prices(taker))
    merchant.do("merchant.end_rest")
    assert (1, ["18.45"]) == (len(merchant.do("ads.list", {"inDeal": 1})), prices(taker))


@pytest.mark.parametrize("rows", [1, 2, 3, 7])
def test_the_pages_of_a_list_make_up_the_whole(rows: int):
    """Page after page gives each order once, newest first or oldest first, whatever became of the orders."""
    merchant, taker, clock = trading()
    ad, purchase = merchant.post_ad(), merchant.post_ad(BUY_AD)
    orders = list[str]()
    for number in range(7):
        clock.seconds += number % 2
        orders.append(taker.place(ad) if number % 3 else taker.place(purchase, tradeType="SELL", payId=50100200))
    taker.do("orders.cancel", {"orderNumber": orders[1], "orderCancelReasonCode": 1})
    taker.do("orders.mark_paid", {"orderNumber": orders[2]})

    def walk(**filters: object) -> list[str]:
        filters = {"orderStatusList": [1, 2, 3, 4, 6, 7], **filters}
        pages = [merchant.do("orders.list", {"page": page, "rows": rows, **filters}) for page in range(1, 9)]
        return [row["orderNumber"] for page in pages for row in page]

    assert (orders[::-1], orders) == (walk(), walk(sort="asc"))
    assert ([orders[1]], [orders[1]]) == (walk(orderStatus=6), walk(orderStatus=6, sort="asc"))
    bought = [order for number, order in enumerate(orders) if not number % 3]
    assert (bought[::-1], bought) == (walk(tradeType="BUY"), walk(tradeType="BUY", sort="asc"))


def test_books_can_be_filled_again():
    """Ads and orders put into fresh books are found as before: the indexes are made of what they hold."""
    merchant, taker, clock = trading()
    ad, closed = merchant.post_ad(initAmount="4000"), merchant.post_ad(initAmount="1000")
    late, paid = taker.place(ad), taker.place(ad)
    taker.do("orders.mark_paid", {"orderNumber": paid})
    merchant.do("ads.update_status", {"advNos": [closed], "advStatus": 4})

    exchange = merchant.sandbox._exchange
    ads = Ads()
    for each in exchange.ads:
        ads.add(each)
    orders = Orders(ads, exchange.markets, exchange.chats, exchange.fees)
    for order in exchange.orders:
        orders.add(order)
    exchange.ads, exchange.orders = ads, orders

    assert [closed, ad] == [row["advNo"] for row in merchant.do("ads.list", {"page": 1})]
    assert [ad] == [row["adv"]["advNo"] for row in taker.do("ads.search", SEARCH)]
    assert [1] == [method["advCount"] for method in merchant.do("payment_methods.mine")]
    clock.seconds += 15 * 60
    assert [(paid, 2), (late, 7)] == [
        (row["orderNumber"], row["orderStatus"]) for row in merchant.do("orders.list", {"orderStatusList": [2, 7]})
    ]
