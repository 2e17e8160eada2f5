"""The sandbox's clock, and what happens when it is moved."""

from datetime import timedelta

import pytest

from binance_c2c import C2CClient
from binance_c2c.sandbox import Sandbox
from tests.support.sandbox_client import BUY_AD, START_MS, trading


def test_moving_the_clock_lets_a_payment_window_run_out():
    """Sixteen minutes on, an unpaid order of fifteen has timed out."""
    merchant, taker, _ = trading()
    clock = merchant.sandbox.clock
    merchant.now = taker.now = lambda: clock.now_ms() / 1000
    order = taker.place(merchant.post_ad())
    before = merchant.status(order)
    clock.advance(minutes=16)

    assert (1, 7) == (before, merchant.status(order))
    assert (timedelta(minutes=16), START_MS + 960_000) == (clock.ahead, clock.now_ms())


def test_balances_know_what_is_due():
    """What the clock has run past has happened, even where nobody has asked for anything since."""
    merchant, taker, _ = trading()
    sandbox = merchant.sandbox
    number = merchant.post_ad(BUY_AD)
    taker.place(number, tradeType="SELL", totalAmount="1845", payId=50100200)
    locked = sandbox.balances["taker"]["USDT"].locked
    sandbox.clock.advance(hours=1)

    assert 100 == locked
    assert 0 == sandbox.balances["taker"]["USDT"].locked


def test_a_client_follows_a_clock_that_was_moved():
    """The client is told that its clock is off, asks for the time, and goes on as if nothing had been."""
    sandbox = Sandbox()
    with C2CClient.in_sandbox(sandbox) as client:
        client.payment_methods.mine()
        sandbox.clock.advance(days=31)

        assert 1 == len(client.payment_methods.mine())


@pytest.mark.parametrize(("by", "words"), [({"seconds": -1}, "only forward"), ({"days": 1e12}, "moved that far")])
def test_a_clock_moves_forward_only(by: dict[str, float], words: str):
    """A negative step, or one beyond all bounds, is refused in words and moves nothing."""
    sandbox = Sandbox(now=lambda: 1.0)

    with pytest.raises(ValueError, match=words):
        sandbox.clock.advance(**by)
    assert 1_000 == sandbox.clock.now_ms()
