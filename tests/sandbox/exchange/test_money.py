"""Random lives in the sandbox: whatever traders, support and the market do, no coin appears or is lost."""

from decimal import Decimal

import pytest
from hypothesis import settings

from binance_c2c.sandbox import Balance
from binance_c2c.sandbox.exchange.accounts import Wallet
from tests.support.random_lives import Lives


def test_a_wallet_refuses_to_go_below_zero():
    """Coins that are not there cannot move: a bug elsewhere ends as an exception, not as money."""
    wallet, other = Wallet({"USDT": Decimal(1)}), Wallet({})
    with pytest.raises(ValueError, match="USDT"):
        wallet.lock("USDT", Decimal("1.01"))
    with pytest.raises(ValueError, match="USDT"):
        wallet.hand_over("USDT", Decimal("0.01"), other)

    assert Balance(free=Decimal(1)) == wallet["USDT"]
    assert Balance() == other["USDT"]


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
