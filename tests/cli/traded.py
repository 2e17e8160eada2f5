"""A sandbox with a long history of orders, for exports."""

import time
from datetime import timedelta
from decimal import Decimal
from tempfile import NamedTemporaryFile

from binance_c2c import C2CClient
from binance_c2c.sandbox import Sandbox

_DAYS_OF_A_MONTH = 30
_ORDERS_OF_AN_AD = 25
_CANCELLED_EVERY = 9
# Enough for any number of orders, of which each costs a commission.
_PROFILE = """[balances]
USDT = 100000000
[[payment_methods]]
identifier = "SPEI"
"""


def sandbox_with_history(months: int, orders: int) -> Sandbox:
    """A sandbox without limits whose merchant has traded for so many months, on both sides; some were cancelled."""
    span = timedelta(days=_DAYS_OF_A_MONTH * months)
    sandbox = Sandbox(now=lambda: time.time() - span.total_seconds(), limits=None)
    with NamedTemporaryFile("w", suffix=".toml") as profile:
        profile.write(_PROFILE)
        profile.flush()
        for account in ("merchant", "taker"):
            sandbox.add_account(account, profile.name)
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
