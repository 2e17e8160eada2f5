"""Random traffic while everything goes wrong: the client names each failure, and no coin is lost."""

import asyncio
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy, errors
from binance_c2c.sandbox import FaultKind, Sandbox, SandboxTransport, serve
from tests.support.trade import FACTOR, an_ad, an_order

REQUESTS = 150
SHORT = {FaultKind.DELAY: 0.001, FaultKind.RATE_LIMIT: 0}
SETTINGS: dict[str, Any] = {"retry": RetryPolicy(first_wait=0, longest_wait=0)}


def faulty(seed: int) -> Sandbox:
    """An exchange where each kind of fault but a ban, which ends all traffic, strikes one request in forty."""
    sandbox = Sandbox(limits=None, seed=seed)
    for kind in (kind for kind in FaultKind if kind is not FaultKind.BAN):
        sandbox.faults.add(kind, probability=1 / 40, seconds=SHORT.get(kind))
    return sandbox


Move = tuple[str, str, str, dict[str, Any]]


def moves(seed: int) -> Iterator[Move]:
    """Who does what next, on and on: account, resource, method, arguments. The first dozen numbers are guessed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    while True:
        ad, order = 12_784_000_000_000_000_001, 22_784_000_000_000_000_001
        adv = {"adv_no": str(ad + chance.randrange(12))}
        one = {"order_number": str(order + chance.randrange(12))}
        script: list[Move] = [
            ("merchant", "ads", "post", an_ad(init_amount=100, max_single_trans_amount=1845)),
            ("merchant", "ads", "list", {"page": 1}),
            ("merchant", "ads", "update_status", {"adv_nos": [adv["adv_no"]], "adv_status": 4}),
            ("merchant", "orders", "release", {**one, **FACTOR}),
            ("merchant", "orders", "history", {"trade_type": "SELL"}),
            ("taker", "ads", "search", {"asset": "USDT", "fiat": "MXN", "trade_type": "BUY"}),
            ("taker", "orders", "place", an_order(adv["adv_no"], total_amount=500)),
            ("taker", "orders", "mark_paid", one),
            ("taker", "orders", "cancel", {**one, "order_cancel_reason_code": 1}),
            ("taker", "orders", "get", one),
        ]
        yield chance.choice(script)


def coins(sandbox: Sandbox) -> dict[str, Decimal]:
    """All coins of all accounts."""
    found: dict[str, Decimal] = {}
    for wallet in sandbox.balances.values():
        for asset, balance in wallet.items():
            found[asset] = found.get(asset, Decimal(0)) + balance.free + balance.locked
    return found


ALL_COINS = coins(Sandbox())


def play(sandbox: Sandbox, clients: dict[str, C2CClient], seed: int, requests: int = REQUESTS) -> int:
    """So many moves; how many were refused or lost. Anything but an error of ours fails the test."""
    failed, script = 0, moves(seed)
    for _ in range(requests):
        account, resource, method, arguments = next(script)
        try:
            getattr(getattr(clients[account], resource), method)(**arguments)
        except errors.C2CError:
            failed += 1
        assert ALL_COINS == coins(sandbox)
    return failed


async def play_async(sandbox: Sandbox, connect: Callable[[str], AsyncC2CClient], seed: int) -> int:
    """The same with the async client."""
    failed, script = 0, moves(seed)
    async with connect("merchant") as merchant, connect("taker") as taker:
        clients = {"merchant": merchant, "taker": taker}
        for _ in range(REQUESTS):
            account, resource, method, arguments = next(script)
            try:
                await getattr(getattr(clients[account], resource), method)(**arguments)
            except errors.C2CError:
                failed += 1
            assert ALL_COINS == coins(sandbox)
    return failed


@pytest.mark.parametrize("seed", [1, 2])
def test_no_coin_is_lost_in_process(seed: int):
    """Whatever is struck, delayed or dropped, the sum stays; every failure is an error of the SDK's."""
    sandbox = faulty(seed)
    transport = SandboxTransport(sandbox, sleep=lambda _: None)
    with (
        C2CClient.in_sandbox(sandbox, http=transport, **SETTINGS) as merchant,
        C2CClient.in_sandbox(sandbox, account="taker", http=transport, **SETTINGS) as taker,
    ):
        failed = play(sandbox, {"merchant": merchant, "taker": taker}, seed)

    assert 0 < failed < REQUESTS
    assert sum(planned.happened for planned in sandbox.faults) > 20


def test_no_coin_is_lost_async():
    """The same for the async client."""
    sandbox = faulty(3)
    transport = SandboxTransport(sandbox, sleep=lambda _: None)

    def connect(account: str) -> AsyncC2CClient:
        return AsyncC2CClient.in_sandbox(sandbox, account=account, http=transport, **SETTINGS)

    assert 0 < asyncio.run(play_async(sandbox, connect, 3)) < REQUESTS


def test_no_coin_is_lost_over_a_port():
    """The same over real connections, which really end."""
    sandbox = faulty(4)
    with serve(sandbox) as base_url:
        clients = {
            name: C2CClient(api_key=key.api_key, api_secret=key.api_secret, base_url=base_url, **SETTINGS)
            for name, key in sandbox.keys.items()
        }
        failed = play(sandbox, clients, 4)
        for client in clients.values():
            client.close()

    assert 0 < failed < REQUESTS
