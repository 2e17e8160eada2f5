"""The other merchants of a sandbox, whose ads a search finds."""

import decimal

import pytest

from binance_c2c import C2CClient, errors
from binance_c2c.sandbox import Sandbox
from binance_c2c_sapi.enums import TradeType
from tests.support.trade import an_ad

USDT = {"asset": "USDT", "fiat": "MXN"}


def test_a_search_finds_ads_of_several_merchants():
    """The first search of the README shows rows of three merchants on either side, the best price first."""
    with C2CClient.in_sandbox() as client:
        for side, sign in ((TradeType.BUY, 1), (TradeType.SELL, -1)):
            rows = list(client.ads.search(asset="USDT", fiat="MXN", trade_type=side, rows=20))
            prices = [row.adv.price for row in rows]

            assert 3 == len({row.advertiser.nick_name for row in rows}) == len(prices)
            assert sorted(prices, key=lambda price: sign * price) == prices


def test_an_empty_sandbox_has_the_two_accounts_alone():
    """Where a test wants to find its own ads only, `empty` gives an exchange without others."""
    sandbox = Sandbox(empty=True)
    with C2CClient.in_sandbox(sandbox) as client:
        adv_no = client.ads.post(**an_ad())
    with C2CClient.in_sandbox(sandbox, account="taker") as client:
        found = client.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")

    assert {"merchant", "taker", "exchange"} == sandbox.balances.keys()
    assert [adv_no] == [row.adv.adv_no for row in found]


def test_other_merchants_have_no_keys():
    """Only `merchant` and `taker` have API keys, and only they can upload one."""
    assert {"merchant", "taker"} == Sandbox().keys.keys() < Sandbox().balances.keys()


def test_an_order_of_another_merchant_is_played_to_its_end():
    """What the taker buys from one of them, a move releases; an account without a part in it reads nothing of it."""
    sandbox = Sandbox()
    with C2CClient.in_sandbox(sandbox, account="taker") as taker:
        [best, *_] = taker.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")
        assert best.adv.adv_no is not None
        before = sandbox.balances["taker"]["USDT"].free
        order = sandbox.moves.place("taker", best.adv.adv_no, total_amount=1000)
        taker.orders.mark_paid(order_number=order)
        sandbox.moves.release(order)

        assert 4 == taker.orders.get(order_number=order).order_status
    with C2CClient.in_sandbox(sandbox) as stranger, pytest.raises(errors.APIError, match="it is not yours"):
        stranger.orders.get(order_number=order)
    assert before < sandbox.balances["taker"]["USDT"].free


def test_the_market_is_equal_in_every_sandbox():
    """Prices and coins do not depend on the calling program's decimal context."""
    with decimal.localcontext(prec=2):
        rough = Sandbox()

    assert rough.balances == Sandbox().balances
