"""Used weights as the exchange tells them, and the budget that keeps below its ceilings."""

from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c import Budget, Limit
from binance_c2c._core.limits.usage import MOST_HEADERS, Charge, UsageTracker
from binance_c2c.errors import ConfigurationError
from binance_c2c_sapi.operations import ADS_SEARCH, MARKET_SEARCH, ORDERS_LIST, SYSTEM_TIME
from tests.support.talk import Watch

SAPI_IP, SAPI_UID, MBX = b"X-SAPI-USED-IP-WEIGHT-1M", b"x-sapi-used-uid-weight-1m", b"X-MBX-USED-WEIGHT-1M"


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_each_limit_is_kept_by_itself():
    """Address, account and `/api/` have a count each, with what is documented as the ceiling."""
    limits = UsageTracker(now=Watch(120.0))
    limits.learn(ADS_SEARCH, [(SAPI_IP, b"30"), (SAPI_UID, b"4"), (b"date", b"30")], 120.0)
    limits.learn(SYSTEM_TIME, [(MBX, b"2")], 120.0)

    assert {
        "mbx-1m": Limit("mbx-1m", 60, 2, 6_000, "system.time", at(120)),
        "sapi-ip-1m": Limit("sapi-ip-1m", 60, 30, 12_000, "ads.search", at(120)),
        "sapi-uid-1m": Limit("sapi-uid-1m", 60, 4, 180_000, "ads.search", at(120)),
    } == limits.reported()


def test_the_fullest_endpoint_speaks_for_the_limit():
    """Each endpoint has a count of its own: the highest counts, and the latest where they are equal."""
    watch, said = Watch(120.0), list[Limit]()
    limits = UsageTracker(now=watch)
    for operation, used in ((ADS_SEARCH, b"30"), (ORDERS_LIST, b"2"), (ORDERS_LIST, b"30")):
        limits.learn(operation, [(SAPI_IP, used)], watch.now)
        said.append(limits.reported()["sapi-ip-1m"])
        watch.now += 1

    first, last = (
        Limit("sapi-ip-1m", 60, 30, 12_000, *one) for one in (("ads.search", at(120)), ("orders.list", at(122)))
    )
    assert [first, first, last] == said


def test_a_count_is_over_with_its_minute():
    """The exchange counts from full minute to full minute; what it said of the last one says nothing of this one."""
    watch = Watch(179.0)
    limits = UsageTracker(now=watch)
    limits.learn(ADS_SEARCH, [(SAPI_IP, b"3000"), (b"x-sapi-used-ip-weight-1h", b"1")], 179.0)
    watch.now = 180.0
    later = limits.reported()
    limits.learn(ADS_SEARCH, [(SAPI_IP, b"3")], 180.0)

    assert ["sapi-ip-1h"] == list(later)
    assert 3 == limits.reported()["sapi-ip-1m"].used


def test_an_answer_over_the_turn_of_a_minute_is_not_believed():
    """Whether it counts the old minute or the new one cannot be told."""
    limits = UsageTracker(Budget(ip=100), Watch(180.1))
    limits.learn(ADS_SEARCH, [(SAPI_IP, b"100")], 179.9)

    assert {} == limits.reported()
    assert 0.0 == limits.reserve(ADS_SEARCH)[1]


@pytest.mark.parametrize(
    ("interval", "seconds"), [(b"1S", 1), (b"10s", 10), (b"3M", 180), (b"1h", 3600), (b"1D", 86400)]
)
def test_other_intervals_are_understood(interval: bytes, seconds: int):
    """A number and a letter say how long an interval is; no ceiling is documented for them."""
    limits = UsageTracker(now=Watch())
    limits.learn(ADS_SEARCH, [(b"X-SAPI-USED-IP-WEIGHT-" + interval, b"7")], 0.0)
    [limit] = limits.reported().values()

    assert (f"sapi-ip-{interval.decode().lower()}", seconds, 7, None) == (
        limit.name,
        limit.interval,
        limit.used,
        limit.ceiling,
    )


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (SAPI_IP, b""),
        (SAPI_IP, b"-3"),
        (SAPI_IP, b"3.5"),
        (SAPI_IP, b"many"),
        (SAPI_IP, b"\xb2"),
        (SAPI_IP, b"9" * 5000),
        (b"X-SAPI-USED-IP-WEIGHT-0M", b"3"),
        (b"X-SAPI-USED-IP-WEIGHT-1X", b"3"),
        (b"X-SAPI-USED-IP-WEIGHT", b"3"),
        (b"X-MBX-USED-WEIGHT", b"3"),
        (b"X-MBX-ORDER-COUNT-1M", b"3"),
        (b"\xff", b"3"),
    ],
)
def test_odd_headers_say_nothing(header: bytes, value: bytes):
    """What is no count of a known limit is passed over."""
    limits = UsageTracker(now=Watch())
    limits.learn(ADS_SEARCH, [(header, value)], 0.0)

    assert {} == limits.reported()


def test_made_up_headers_fill_no_memory():
    """However many names come, few are remembered, and those that matter are still known."""
    limits = UsageTracker(now=Watch())
    limits.learn(ADS_SEARCH, [(f"x-{number}".encode(), b"1") for number in range(2 * MOST_HEADERS)], 0.0)
    limits.learn(ADS_SEARCH, [(SAPI_IP, b"7")], 0.0)

    assert MOST_HEADERS == len(limits._known)
    assert ["sapi-ip-1m"] == list(limits.reported())


def test_beyond_the_budget_a_call_waits_for_the_next_minute():
    """As much as the budget has goes out at once, the rest when the minute is over."""
    watch = Watch(70.0)
    limits = UsageTracker(Budget(ip=2), watch)
    waits = [limits.reserve(ADS_SEARCH)[1] for _ in range(3)]
    watch.now += waits[-1]

    assert [0.0, 0.0, 50.0] == waits
    assert ((Charge("ip", 2, 1, own=1, budget=2),), 0.0) == limits.reserve(ADS_SEARCH)


@pytest.mark.parametrize("header", [SAPI_IP, MBX])
def test_what_the_exchange_counts_uses_the_budget_up(header: bytes):
    """Where others use the address too the exchange counts more than we do, and its count is what matters."""
    limits = UsageTracker(Budget(ip=100), Watch())
    limits.learn(ADS_SEARCH, [(header, b"99")], 0.0)

    assert [0.0, 60.0] == [limits.reserve(ADS_SEARCH)[1] for _ in range(2)]


@pytest.mark.parametrize("interval", [b"1s", b"5m", b"1d"])
def test_what_is_counted_over_other_intervals_uses_no_minute_up(interval: bytes):
    """A budget is for a minute: what a day or a second has seen says nothing of it."""
    limits = UsageTracker(Budget(ip=1), Watch())
    limits.learn(ADS_SEARCH, [(b"x-sapi-used-ip-weight-" + interval, b"99")], 0.0)

    assert 0.0 == limits.reserve(ADS_SEARCH)[1]


def test_what_we_count_is_not_lowered():
    """An answer that is older than the calls since counts fewer of them."""
    limits = UsageTracker(Budget(ip=3), Watch())
    taken = [limits.reserve(ADS_SEARCH)[1] for _ in range(3)]
    limits.learn(ADS_SEARCH, [(SAPI_IP, b"1"), (b"x-sapi-used-ip-weight-1s", b"9")], 0.0)

    assert [0.0, 0.0, 0.0] == taken
    assert 60.0 == limits.reserve(ADS_SEARCH)[1]


def test_address_and_account_have_budgets_of_their_own():
    """Either can be used up first; what carries no key is nobody's account; the website is not the API."""
    limits = UsageTracker(Budget(ip=5, uid=1), Watch())

    assert (Charge("ip", 0, 1, 1, 5), Charge("uid", 0, 1, 1, 1)) == limits.reserve(ADS_SEARCH)[0]
    assert ((), 60.0) == limits.reserve(ADS_SEARCH)
    assert ((Charge("ip", 0, 1, 2, 5),), 0.0) == limits.reserve(SYSTEM_TIME)
    assert ((), 0.0) == limits.reserve(MARKET_SEARCH)


def test_what_has_to_be_sent_is_counted_without_room():
    """Where no call goes on without it, as without the exchange's time, it uses up what the next ones would have."""
    limits = UsageTracker(Budget(ip=2), Watch())
    for _ in range(3):
        limits.count(SYSTEM_TIME)

    assert ((), 60.0) == limits.reserve(ADS_SEARCH)


def test_a_call_that_does_not_fit_uses_nothing_up():
    """What has room for the address but not for the account is counted for neither."""
    limits = UsageTracker(Budget(ip=2, uid=1), Watch())
    waits = [limits.reserve(operation)[1] for operation in (ADS_SEARCH, ADS_SEARCH, SYSTEM_TIME, SYSTEM_TIME)]

    assert [0.0, 60.0, 0.0, 60.0] == waits


def test_a_report_from_the_end_of_time_is_dated():
    """The exchange's clock is what a server says it is: a year that no date can say is told as the last one."""
    limits = UsageTracker(now=Watch(253_402_300_800.5))
    limits.learn(ADS_SEARCH, [(SAPI_IP, b"7")], 253_402_300_800.0)

    assert 9999 == limits.reported()["sapi-ip-1m"].learned.year


def test_what_could_never_fit_is_a_mistake():
    """An operation heavier than the whole budget would wait for ever, and says so instead."""
    with pytest.raises(ConfigurationError, match=r"^ads\.search: budget: ip=2 is less than one such call weighs, 3$"):
        UsageTracker(Budget(ip=2), Watch()).reserve(ADS_SEARCH._replace(weight=3))


@pytest.mark.parametrize("weight", [0, -1, True, 1.5, "6000"])
@pytest.mark.parametrize("scope", ["ip", "uid"])
def test_a_budget_is_a_whole_number(scope: str, weight: Any):
    """Anything else is refused, with the name of the part."""
    with pytest.raises(
        ConfigurationError, match=f"^budget: {scope}: a weight per minute, an integer of at least 1, is"
    ):
        Budget(**{scope: weight})


def test_threads_never_exceed_a_budget():
    """However many threads take at once, as much is given as there is; none looks while another counts."""
    given, alone = list[float](), list[bool]()

    def now() -> float:
        alone.append(limits._lock.locked())
        return 0.0

    def take() -> None:
        given.extend(limits.reserve(ADS_SEARCH)[1] for _ in range(100))

    limits = UsageTracker(Budget(ip=500), now)
    threads = [Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (500, 300) == (given.count(0.0), given.count(60.0))
    assert all(alone)


@given(
    budget=st.integers(1, 20),
    steps=st.lists(st.tuples(st.floats(0, 50), st.one_of(st.none(), st.integers(0, 30))), max_size=60),
)
def test_no_minute_holds_more_than_the_budget(budget: int, steps: list[tuple[float, int | None]]):
    """However time passes and whatever is heard: what goes out in a minute fits, and a wait ends in the next."""
    watch = Watch(1_000_000.0)
    limits, minutes = UsageTracker(Budget(ip=budget), watch), dict[int, int]()
    for pause, heard in steps:
        watch.now += pause
        if heard is not None:
            limits.learn(ADS_SEARCH, [(SAPI_IP, str(heard).encode())], watch.now)
        minute = int(watch.now // 60)
        wait = limits.reserve(ADS_SEARCH)[1]
        if wait:
            assert minute + 1 == int((watch.now + wait) // 60)
        else:
            minutes[minute] = minutes.get(minute, 0) + 1

    assert all(sent <= budget for sent in minutes.values())
