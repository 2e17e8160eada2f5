"""The tracker against a list that lags, repeats, reorders and drops pages: each change once, in order."""

import random
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from binance_c2c.watch.checkpoint import loads
from binance_c2c.watch.tracker import Pace, Tracker
from tests.watch.lagging_list import START, LaggingExchange, lives, play

HOUR = 3600.0
PACE = Pace(every=60.0, at_most=120.0, memory_ms=3_600_000)


def test_ten_thousand_orders_are_told_once_each_in_order():
    """Through thirty restarts, and outages of up to an hour, no change is lost, told twice or out of its order."""
    chance = random.Random(20261127)  # noqa: S311 - a seeded campaign
    orders = lives(10_000, chance, apart=3.0)
    exchange = LaggingExchange(orders, chance, trouble=0.1)
    end = max(life.stations[-1][0] for life in orders) + HOUR
    told: dict[str, list[str]] = defaultdict(list)
    tracker, restarts = Tracker(PACE, chance=chance.random), 0
    stop_at = exchange.now + chance.random() * HOUR / 6
    while exchange.now < end:
        for number, kind in play(exchange, tracker, min(stop_at, end)):
            told[number].append(kind)
            if exchange.now >= stop_at:
                # In the middle of what it has to tell.
                break
        restarts += 1
        exchange.now += chance.choice((0.0, 1.0, 60.0, 60.0, HOUR))
        stop_at = exchange.now + chance.random() * HOUR / 6
        tracker = Tracker(PACE, loads(tracker.checkpoint()), chance.random)
    for number, kind in play(exchange, tracker, exchange.now + 2 * HOUR):
        told[number].append(kind)

    assert restarts >= 30
    assert {life.number: life.expected() for life in orders} == told
    # Some 40 bytes for each of the 1,200 orders an hour of its memory.
    assert len(tracker.checkpoint()) < 150_000


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.floats(0.0, 0.5), st.floats(0.0, 1800.0))
def test_any_trouble_with_the_list_costs_no_change(seed: int, trouble: float, lag: float):
    """Whatever share of the answers is wrong, and however late, each change is told once and in order."""
    chance = random.Random(seed)  # noqa: S311 - a seeded campaign
    orders = lives(12, chance, apart=90.0)
    exchange = LaggingExchange(orders, chance, lag=lag, trouble=trouble)
    told: dict[str, list[str]] = defaultdict(list)
    tracker = Tracker(PACE, chance=chance.random)
    for _ in range(4):
        for number, kind in play(exchange, tracker, exchange.now + 2 * HOUR):
            told[number].append(kind)
            if chance.random() < 0.05:
                break
        tracker = Tracker(PACE, loads(tracker.checkpoint()), chance.random)
    for number, kind in play(exchange, tracker, START + 12 * HOUR):
        told[number].append(kind)

    assert {life.number: life.expected() for life in orders} == told
