"""Clients of a sandbox in the same process."""

import asyncio

import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.errors import ConfigurationError
from binance_c2c.sandbox import Sandbox
from tests.support.clients import Kind, both_clients


def test_clients_share_one_exchange():
    """What the merchant posts the taker finds, sync and async, and no port is opened."""
    sandbox = Sandbox()
    with C2CClient.in_sandbox(sandbox) as merchant:
        method = merchant.payment_methods.mine()[0]
        adv_no = merchant.ads.post(
            asset="USDT",
            fiat="MXN",
            trade_type="SELL",
            classify="mass",
            price_type=1,
            price="18.45",
            init_amount=100,
            min_single_trans_amount=100,
            max_single_trans_amount=1000,
            buyer_kyc_limit=0,
            trade_methods=[{"identifier": "SPEI", "pay_id": method.pay_id}],
        )

    async def find() -> list[str]:
        async with AsyncC2CClient.in_sandbox(sandbox, account="taker") as taker:
            page = await taker.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")
            return [row.adv.adv_no for row in page]

    assert [adv_no] == asyncio.run(find())


@both_clients
def test_an_account_that_is_none_is_refused(kind: Kind):
    """The error names the argument and the accounts there are."""
    with pytest.raises(ConfigurationError, match="account: one of merchant, taker is expected, not 'Merchant'"):
        kind.in_sandbox(account="Merchant")


@both_clients
def test_every_client_has_an_exchange_of_its_own(kind: Kind):
    """Without a sandbox given, two clients do not meet."""
    first, second = kind.in_sandbox(), kind.in_sandbox()

    assert first._driver._http is not second._driver._http
