"""Sandbox exchanges that have something to show: work to do for `--sandbox`, and a history of months."""

import time
from datetime import timedelta
from decimal import Decimal

from binance_c2c import C2CClient
from binance_c2c.sandbox import Limits, Sandbox

SELL_AD, BUY_AD = "12784000000000000013", "12784000000000000014"
COMPLETED, TO_RELEASE, TO_BE_PAID, TO_PAY = (f"2278400000000000000{number}" for number in range(1, 5))
_DAYS_OF_A_MONTH = 30
_ORDERS_OF_AN_AD = 25
_CANCELLED_EVERY = 9


def prepared_sandbox() -> Sandbox:
    """A fresh exchange in which the merchant has work to do, with the numbers that this module names."""
    sandbox = Sandbox()
    moves = sandbox.moves
    selling = moves.post_ad("merchant", "SELL", price="18.45", amount=500, smallest=500, largest=5000)
    buying = moves.post_ad("merchant", "BUY", price="18.05", amount=500, smallest=500, largest=5000)
    for number, steps in ((selling, (moves.mark_paid, moves.release)), (selling, (moves.mark_paid,)), (selling, ())):
        order = moves.place("taker", number, total_amount=1845)
        for step in steps:
            step(order)
    moves.place("taker", buying, total_amount=1805)
    moves.say("taker", TO_RELEASE, "I have paid, please look.")
    return sandbox


def sandbox_with_history(months: int, orders: int, *, limits: Limits | None = Limits()) -> Sandbox:  # noqa: B008 - frozen
    """A sandbox whose merchant has traded for so many months: both sides, prices that move, some cancelled."""
    span = timedelta(days=_DAYS_OF_A_MONTH * months)
    sandbox = Sandbox(now=lambda: time.time() - span.total_seconds(), limits=limits)
    moves = sandbox.moves
    pause = span.total_seconds() / (orders + 1)
    with C2CClient.in_sandbox(sandbox) as merchant:
        for first in range(0, orders, _ORDERS_OF_AN_AD):
            number = first // _ORDERS_OF_AN_AD
            side, price = ("SELL", "BUY")[number % 2], Decimal(18) + Decimal(number % 20) / 20
            adv_no = moves.post_ad("merchant", side, price=price, amount=1000, smallest=500, largest=600)  # type: ignore[arg-type] # one of the two
            for each in range(first, min(first + _ORDERS_OF_AN_AD, orders)):
                sandbox.clock.advance(seconds=pause)
                order = moves.place("taker", adv_no, total_amount=500 + each % 50)
                if each % _CANCELLED_EVERY == 0:
                    moves.cancel(order)
                else:
                    moves.mark_paid(order)
                    moves.release(order)
            merchant.ads.update_status(adv_nos=[adv_no], adv_status=4)
    sandbox.clock.advance(seconds=pause)
    return sandbox
