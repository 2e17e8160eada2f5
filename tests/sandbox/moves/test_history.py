"""Orders of past months: what the history shows is what the books say."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from binance_c2c import C2CClient
from binance_c2c.sandbox import Sandbox
from binance_c2c.sandbox.exchange import OrderStatus
from tests.support.sandbox_client import START_MS, Clock, Trader

MONTHS = 3


def lived(seed: int = 0, *, market: bool = False) -> Sandbox:
    sandbox = Sandbox(Clock(), seed=seed)
    if market:
        sandbox.seed_market()
    sandbox.seed_history(MONTHS)
    return sandbox


def rows_of(sandbox: Sandbox, account: str = "merchant") -> list[dict[str, Any]]:
    """All rows of an account's history, of both sides."""
    trader = Trader(sandbox, account, lambda: sandbox.clock.now_ms() / 1000)
    rows: list[dict[str, Any]] = []
    for month in range(MONTHS):
        end = START_MS - month * 30 * 86_400_000
        window = {"startTimestamp": end - 30 * 86_400_000 + 1, "endTimestamp": end, "rows": 100}
        for page in (1, 2, 3):
            rows += trader.do("orders.history", **window, page=page)
    return rows


@pytest.mark.parametrize("market", [False, True], ids=["alone", "in a filled market"])
@pytest.mark.parametrize("account", ["merchant", "taker"])
def test_the_history_adds_up_to_the_balances(account: str, market: bool):
    """What an account began with, and the coins of each completed row with its commission, are what it has."""
    fresh, sandbox = Sandbox(Clock()), lived(market=market)
    expected = {asset: balance.free for asset, balance in fresh.balances[account].items()}
    rows = rows_of(sandbox, account)
    for row in rows:
        if row["orderStatus"] == "COMPLETED":
            commission = row["commission"] if row["advertisementRole"] == "MAKER" else row["takerCommission"]
            sign = 1 if row["tradeType"] == "BUY" else -1
            expected[row["asset"]] += sign * Decimal(row["amount"]) - Decimal(commission)

    assert len(rows) > 20
    assert expected == {asset: balance.free for asset, balance in sandbox.balances[account].items()}
    assert {Decimal(0)} == {balance.locked for balance in sandbox.balances["taker"].values()}


def test_no_coin_appears_or_is_lost():
    """All wallets together, commissions included, hold what they held before."""

    def sums(sandbox: Sandbox) -> Counter[str]:
        counted: Counter[str] = Counter()
        for wallet in sandbox.balances.values():
            for asset, balance in wallet.items():
                counted[asset] += balance.free + balance.locked  # type: ignore[assignment] # decimals
        return counted

    assert sums(Sandbox(Clock())) == sums(lived())


def test_the_history_is_that_of_a_merchant():
    """Rows of each month, of both sides, at prices that move, with a few that came to nothing, none in the future."""
    sandbox = lived()
    orders = list(sandbox._exchange.orders)
    months = Counter((START_MS - order.placed_ms) // (30 * 86_400_000) for order in orders)

    assert {0, 1, 2} == months.keys()
    assert min(months.values()) > 70
    assert {"BUY", "SELL"} == {order.ad.side for order in orders}
    assert len({order.price for order in orders if order.ad.market.coin.code == "USDT"}) > 10
    ends = Counter(order.status for order in orders)
    assert {OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.CANCELLED_BY_SYSTEM} == ends.keys()
    assert ends[OrderStatus.COMPLETED] > len(orders) * 0.7
    assert any(order.appeal for order in orders)
    assert START_MS >= max(order.ended_ms or 0 for order in orders)
    assert [order.placed_ms for order in orders] == sorted(order.placed_ms for order in orders)


def test_nothing_of_it_waits_for_anybody():
    """No order is open, no message unread, no ad online, and the market is where it was."""
    sandbox = lived()
    fresh = Sandbox(Clock())
    with C2CClient.in_sandbox(sandbox) as merchant:
        summary = merchant.orders.summary()
        own = list(merchant.ads.iterate_list(adv_status=1))
        unread = list(sandbox._exchange.chats.of_account(sandbox._exchange.accounts["taker"]))

    assert (0, []) == (summary.trading_count, own)
    assert [] == [message.id for message in unread if not message.is_read]
    assert [one.reference_price for one in fresh._exchange.markets] == [
        one.reference_price for one in sandbox._exchange.markets
    ]


def test_the_history_is_equal_for_an_equal_seed():
    """Row by row; and another one with another seed."""
    first, second, other = (rows_of(lived(seed)) for seed in (4, 4, 5))

    assert first == second != other


def test_each_merchant_with_a_key_has_a_history():
    """An account that was added before has one of its own, in what it has coins and a method for; a plain user none."""
    sandbox = Sandbox(Clock())
    sandbox.add_account("alice")
    sandbox.seed_history(1)
    makers = {order.maker.name for order in sandbox._exchange.orders}

    assert {"merchant", "alice"} == makers


def test_nobody_trades_more_than_there_is(tmp_path: Path):
    """An account with few coins, and a method that it does not use any more, has a history of what it could do."""
    file = tmp_path / "carol.toml"
    methods = '[[payment_methods]]\nidentifier = "SPEI"\n[[payment_methods]]\nidentifier = "SPEI"\nactive = false\n'
    file.write_text(f"[balances]\nUSDT = 420\n{methods}")
    sandbox = Sandbox(Clock(), empty=True)
    sandbox.add_account("carol", file)
    sandbox.seed_history(MONTHS)
    methods_used = {order.pay_methods[0].id for order in sandbox._exchange.orders if order.seller.name == "carol"}

    assert len(rows_of(sandbox, "carol")) > 50
    assert {sandbox._exchange.accounts["carol"].pay_methods[0].id} == methods_used


def test_whoever_cannot_trade_has_no_history(tmp_path: Path):
    """Without a method that a currency is paid by, or with too few coins on the other side, there is none."""
    file = tmp_path / "bob.toml"
    file.write_text('[[payment_methods]]\nidentifier = "Barter"\n')
    sandbox = Sandbox(Clock(), empty=True)
    for account in sandbox._exchange.accounts.values():
        account.wallet.lock("USDT", account.wallet["USDT"].free)
        account.wallet.lock("BTC", account.wallet["BTC"].free)
    sandbox.add_account("bob", file)
    sandbox.seed_history(1)

    assert [] == list(sandbox._exchange.orders)


def test_it_goes_on_from_its_file(tmp_path: Path):
    """A filled market with a history is saved and loaded whole, and its prices move on as they would have."""
    sandbox, clock = lived(market=True), Clock()
    sandbox.save(tmp_path / "state.json")
    loaded = Sandbox.load(tmp_path / "state.json", clock)

    assert rows_of(sandbox) == rows_of(loaded)
    for one in (sandbox, loaded):
        one.clock.advance(hours=2)
        one.moves.set_kyc_passed("taker", passed=True)
    assert [ad.price for ad in sandbox._exchange.ads] == [ad.price for ad in loaded._exchange.ads]
    assert sandbox.balances == loaded.balances


@pytest.mark.parametrize("months", [0, 61, -1, True])
def test_months_that_cannot_be_are_refused(months: int):
    """The argument is named; nor is there a history before time began."""
    with pytest.raises(ValueError, match="months: a number from 1 to 60 is expected"):
        Sandbox().seed_history(months)
    with pytest.raises(ValueError, match="months: "):
        Sandbox(lambda: 1.0).seed_history(1)
