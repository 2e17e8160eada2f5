"""The exchange's time: learned from the best answer, and carried on whatever the local clock does."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c._core.auth.clock import Clock
from tests.support.clients import Kind, both_clients, run
from tests.support.wire import Wire, reply

START = 1_710_460_800.0
OK = reply({"code": "000000", "success": True})


class Hands:
    """A wall clock that can be set, and one that only runs forward, in seconds."""

    def __init__(self) -> None:
        self.wall = START
        self.ticks = 50.0

    def clock(self) -> Clock:
        return Clock(now=lambda: self.wall, monotonic=lambda: self.ticks)

    def run(self, seconds: float) -> None:
        self.wall += seconds
        self.ticks += seconds


def learn(clock: Clock, server_ms: float, round_trip_ms: float) -> None:
    """An answer that says `server_ms`, exactly half-way through a round trip that ends where the clock is."""
    ticks = clock.ticks_ms()
    clock.learn(round(server_ms), ticks - round_trip_ms / 2, ticks + round_trip_ms / 2)


def test_a_clock_that_learned_nothing_is_the_local_one():
    """Set it, and it follows: there is nothing better to go by."""
    hands = Hands()
    clock = hands.clock()
    hands.wall += 3600

    assert (START + 3600) * 1000 == clock.now_ms()
    assert timedelta(0) == clock.offset


@pytest.mark.parametrize("jump", [-86_400, -1, 1, 86_400])
def test_setting_the_local_clock_does_no_harm(jump: float):
    """Once the exchange's time is known it runs on by a clock that never jumps."""
    hands = Hands()
    clock = hands.clock()
    learn(clock, 2_000_000_000_000, 40)
    hands.wall += jump
    hands.run(7)

    assert 2_000_000_007_000 == clock.now_ms()
    assert timedelta(milliseconds=2_000_000_007_000 - hands.wall * 1000) == clock.offset


def test_a_worse_measurement_does_not_replace_a_better_one():
    """The answer that took two seconds says less than the one that took twenty milliseconds."""
    clock = Hands().clock()
    learn(clock, 5_000_000, 20)
    learn(clock, 5_000_700, 2000)

    assert 5_000_000 == clock.now_ms()
    assert 2 == clock.readings


def test_a_better_measurement_replaces_a_worse_one():
    """And the quicker answer corrects what the slow one said."""
    clock = Hands().clock()
    learn(clock, 5_000_700, 2000)
    learn(clock, 5_000_000, 20)

    assert 5_000_000 == clock.now_ms()


def test_an_old_measurement_grows_worse():
    """Clocks drift: after a day a good measurement says less than a middling one of this moment."""
    hands = Hands()
    clock = hands.clock()
    learn(clock, 5_000_000, 20)
    hands.run(86_400)
    learn(clock, 5_000_000 + 86_400_000 + 900, 2000)

    assert 5_000_000 + 86_400_000 + 900 == clock.now_ms()


def test_of_two_that_contradict_each_other_the_later_is_true():
    """A machine that slept: no round trip explains the difference, so the first measurement no longer holds."""
    clock = Hands().clock()
    learn(clock, 5_000_000, 20)
    learn(clock, 9_000_000, 2000)

    assert 9_000_000 == clock.now_ms()


def test_a_correction_is_logged(caplog: pytest.LogCaptureFixture):
    """By how much, against what was gone by before, and how well measured; a measurement that is not taken, not."""
    clock = Hands().clock()
    with caplog.at_level(logging.INFO, "binance_c2c"):
        learn(clock, round(START * 1000) + 5_000, 40)
        learn(clock, round(START * 1000) + 5_700, 2000)
        learn(clock, round(START * 1000) + 4_990, 20)

    text = "clock: corrected by {} ms, from a round trip of {} ms"
    assert [text.format("+5020", 40), text.format("-10", 20)] == [record.message for record in caplog.records]
    fields = [(vars(record)["correction_ms"], vars(record)["round_trip_ms"]) for record in caplog.records]
    assert [(5_020, 40), (-10, 20)] == fields
    assert {"INFO"} == {record.levelname for record in caplog.records}


@both_clients
def test_a_correction_after_a_refusal_is_logged(kind: Kind, caplog: pytest.LogCaptureFixture):
    """Whoever wonders why a call took three requests finds the reason in the log."""
    refused = reply({"code": -1021, "msg": "ahead"}, 400)
    with caplog.at_level(logging.INFO, "binance_c2c"), Wire(refused, reply({"serverTime": 4 * 10**12}), OK) as wire:
        run(kind, wire.url, lambda client: client.orders.release(order_number="1"))

    [record] = caplog.records
    assert record.message.startswith("clock: corrected by +")
    assert vars(record)["correction_ms"] > 10**12


def test_what_the_exchange_refused_is_replaced_by_any_measurement():
    """After -1021 the time that was sent is known to be wrong, however well it was measured."""
    clock = Hands().clock()
    learn(clock, 5_000_000, 20)
    clock.distrust()

    assert 5_000_000 == clock.now_ms()
    learn(clock, 5_000_700, 2000)
    assert 5_000_700 == clock.now_ms()


def test_distrusting_what_was_never_learned_changes_nothing():
    """The local clock stays what there is to go by."""
    clock = Hands().clock()
    clock.distrust()

    assert START * 1000 == clock.now_ms()


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1e5), st.floats(0, 20_000), st.floats(0, 1, allow_subnormal=False), st.floats(-1e6, 1e6)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_the_error_is_bounded_by_the_best_round_trip(questions: list[tuple[float, float, float, float]]):
    """Whatever the delays and whoever sets the clock, no answer's half round trip is less than what the time is off."""
    hands = Hands()
    clock = hands.clock()
    ahead = 123_456_789.0
    bounds: list[tuple[float, float]] = []
    for pause, round_trip, share, jump in questions:
        hands.run(pause)
        hands.wall += jump
        sent = clock.ticks_ms()
        hands.run(round_trip / 1000)
        clock.learn(round(sent + round_trip * share + ahead), sent, clock.ticks_ms())
        bounds.append((round_trip / 2, clock.ticks_ms()))
        true, allowed = clock.ticks_ms() + ahead, min(half + (clock.ticks_ms() - at) * 1e-4 for half, at in bounds)

        assert abs(clock.now_ms() - true) <= allowed + 2


@both_clients
def test_a_client_learns_the_time_when_told_to(kind: Kind):
    """`sync_clock` asks a few times, gives the difference, and spares the next call the detour."""
    there = 4_000_000_000_000
    differences: list[Any] = []
    with Wire(*[reply({"serverTime": there})] * 3, then=OK) as wire:
        run(
            kind,
            wire.url,
            lambda client: keep(client.sync_clock(), differences),
            lambda client: client.orders.release(order_number="1"),
        )
    *questions, release = wire.requests

    assert ["/api/v3/time"] * 3 == [one.path for one in questions]
    assert f"timestamp={there // 1_000_000}" in release.query
    assert differences[0] > timedelta(days=10_000)


def keep(result: Any, kept: list[Any]) -> Any:
    """What a call gives, also of one that has to be awaited."""
    if isinstance(result, timedelta):
        kept.append(result)
        return None

    async def awaited() -> None:
        kept.append(await result)

    return awaited()


@pytest.mark.parametrize("server_ms", [253_402_300_799_000, 7_258_118_400_000, 0, -1])
@both_clients
def test_a_time_of_another_age_is_not_learned(kind: Kind, server_ms: int):
    """The year 9999 would put every request, and the client's limits, out of all bounds: the clock stays as it was."""
    with Wire(then=reply({"serverTime": server_ms})) as wire:
        error, limits = run(kind, wire.url, lambda client: client.sync_clock(), lambda client: client.limits)

    assert "DecodeError" == type(error).__name__
    assert {} == limits
