"""Clients of a sandbox in the same process."""

import asyncio
from typing import Any

import pytest

from binance_c2c import AsyncC2CClient, Budget, C2CClient
from binance_c2c.errors import ConfigurationError, RateLimitError
from binance_c2c.sandbox import Limits, Sandbox
from tests.support.clients import Kind, both_clients
from tests.support.trade import an_ad


def test_clients_share_one_exchange():
    """What the merchant posts the taker finds, sync and async, and no port is opened."""
    sandbox = Sandbox(empty=True)
    with C2CClient.in_sandbox(sandbox) as merchant:
        adv_no = merchant.ads.post(**an_ad())

    async def find() -> list[str]:
        async with AsyncC2CClient.in_sandbox(sandbox, account="taker") as taker:
            page = await taker.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")
            return [row.adv.adv_no for row in page]

    assert [adv_no] == asyncio.run(find())


@both_clients
def test_an_account_that_is_none_is_refused(kind: Kind):
    """The error names the argument and the accounts there are."""
    given: Any = "merchant"
    with pytest.raises(ConfigurationError, match=r"^sandbox: a Sandbox is expected, not str; an account is chosen by"):
        kind.in_sandbox(given)
    with pytest.raises(ConfigurationError, match="account: one of merchant, taker is expected, not 'Merchant'"):
        kind.in_sandbox(account="Merchant")


@both_clients
def test_every_client_has_an_exchange_of_its_own(kind: Kind):
    """Without a sandbox given, two clients do not meet."""
    first, second = kind.in_sandbox(), kind.in_sandbox()

    assert first._driver._http is not second._driver._http


# Five seconds into a minute, many years ago.
LONG_AGO = 1_000_000_025.0


@both_clients
def test_a_budget_keeps_a_client_from_being_refused(kind: Kind):
    """What the exchange would refuse is never sent; the minutes are the exchange's, and so are the counts."""
    sandbox = Sandbox(lambda: LONG_AGO, limits=Limits(address=3))
    # Half of it goes to reading the exchange's clock.
    budget = Budget(ip=6)

    def sync_calls() -> tuple[list[Any], Any]:
        with C2CClient.in_sandbox(sandbox, budget=budget) as client:
            client.sync_clock()
            return [attempt(client.users.me) for _ in range(5)], client.limits

    async def async_calls() -> tuple[list[Any], Any]:
        async with AsyncC2CClient.in_sandbox(sandbox, budget=budget) as client:
            await client.sync_clock()
            found = [await asyncio.gather(client.users.me(), return_exceptions=True) for _ in range(5)]
            return [one for [one] in found], client.limits

    found, limits = sync_calls() if kind is C2CClient else asyncio.run(async_calls())
    errors = [one for one in found if isinstance(one, Exception)]

    assert 2 == len(errors)
    assert all(isinstance(one, RateLimitError) and "nothing was sent" in str(one) for one in errors)
    assert (3, 12_000, "users.me", 2001) == (
        limits["sapi-ip-1m"].used,
        limits["sapi-ip-1m"].ceiling,
        limits["sapi-ip-1m"].operation_id,
        limits["sapi-ip-1m"].learned.year,
    )


def attempt(act: Any) -> Any:
    try:
        return act()
    except RateLimitError as error:
        return error
