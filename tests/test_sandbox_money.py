"""Random lives in the sandbox: whatever two traders do, no coin appears or is lost."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from binance_c2c.sandbox import Balance
from binance_c2c.sandbox._wallet import Wallet
from tests.test_sandbox_by_hand import BUY_AD, FACTOR, ORDER, SELL_AD, trading

AMOUNTS = st.decimals("0.01", 12_000, places=2).map(str)
PRICES = st.sampled_from(["17.99", "18.45", "0.01", "333.33"])
WHO = st.sampled_from(["merchant", "taker"])
WHICH = st.integers(0, 7)


class Lives(RuleBasedStateMachine):
    """Any step may be refused; what counts is what the sandbox holds after it."""

    def __init__(self) -> None:
        super().__init__()
        merchant, taker, self.clock = trading()
        self.traders = {"merchant": merchant, "taker": taker}
        self.sandbox = merchant.sandbox
        self.ads: list[tuple[str, dict[str, Any]]] = []
        self.orders: list[str] = []
        self.start = self.sums()

    def sums(self) -> dict[str, Decimal]:
        balances = self.sandbox.balances.values()
        return {
            asset: sum((account[asset].free + account[asset].locked for account in balances), Decimal(0))
            for asset in ("USDT", "BTC")
        }

    @rule(who=WHO, amount=AMOUNTS, price=PRICES, sell=st.booleans())
    def post(self, who: str, amount: str, price: str, *, sell: bool) -> None:
        trader = self.traders[who]
        pay_id = {"merchant": 40100200, "taker": 50100200}[who]
        ways: dict[str, Any] = {"tradeMethods": [{"identifier": "SPEI", "payId": pay_id}]}
        terms = {"initAmount": amount, "price": price, "minSingleTransAmount": "0.01", "maxSingleTransAmount": "900000"}
        ad: dict[str, Any] = {**(SELL_AD if sell else BUY_AD), **ways, **terms}
        answer = trader.send("ads.post", ad)
        if b'"000000"' in answer.body:
            number = trader.do("ads.list", {"page": 1, "rows": 1})[0]["advNo"]
            self.ads.append((number, ad))

    @rule(who=WHO, which=WHICH, amount=AMOUNTS)
    def restock(self, who: str, which: int, amount: str) -> None:
        self.change(who, "ads.update", which, {"initAmount": amount})

    @rule(who=WHO, which=WHICH, status=st.sampled_from([1, 3, 4]))
    def switch(self, who: str, which: int, status: int) -> None:
        self.change(who, "ads.update", which, {"advStatus": status})

    def change(self, who: str, operation: str, which: int, changes: dict[str, Any]) -> None:
        if self.ads:
            number, _ = self.ads[which % len(self.ads)]
            self.traders[who].send(operation, {"advNo": number, **changes})

    @rule(who=WHO, which=WHICH, amount=AMOUNTS, by_money=st.booleans())
    def place(self, who: str, which: int, amount: str, *, by_money: bool) -> None:
        if not self.ads:
            return
        number, ad = self.ads[which % len(self.ads)]
        body = {
            **ORDER,
            "advOrderNumber": number,
            "matchPrice": ad["price"],
            "tradeType": "BUY" if ad["tradeType"] == "SELL" else "SELL",
            "buyType": "BY_MONEY" if by_money else "BY_AMOUNT",
            "totalAmount": amount,
            "payId": {"merchant": 40100200, "taker": 50100200}[who],
        }
        if b'"000000"' in self.traders[who].send("orders.place", body).body:
            newest = self.traders[who].do("orders.list", {"page": 1, "rows": 1})
            self.orders.append(newest[0]["orderNumber"])

    @rule(who=WHO, which=WHICH, deed=st.sampled_from(["mark_paid", "release", "cancel"]))
    def go_on(self, who: str, which: int, deed: str) -> None:
        if self.orders:
            body: dict[str, Any] = {"orderNumber": self.orders[-1 - which % len(self.orders)]}
            needed: dict[str, dict[str, Any]] = {"release": FACTOR, "cancel": {"orderCancelReasonCode": 1}}
            self.traders[who].send(f"orders.{deed}", {**body, **needed.get(deed, {})})

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        self.clock.seconds += 60 * minutes

    @invariant()
    def no_coin_appears_or_is_lost(self) -> None:
        """The sum over all accounts is what it was in the beginning."""
        assert self.start == self.sums()

    @invariant()
    def what_is_locked_is_locked_for_something(self) -> None:
        """Locked coins are those of open SELL ads and of orders on the way, to the last decimal."""
        for name, trader in self.traders.items():
            everything = {"page": 1, "rows": 100}
            ads = trader.do("ads.list", {**everything, "tradeType": "SELL"})
            orders = trader.do("orders.list", {**everything, "tradeType": "SELL", "orderStatusList": [1, 2]})
            needed = sum((Decimal(ad["surplusAmount"]) for ad in ads if ad["advStatus"] != 4), Decimal(0))
            needed += sum(Decimal(order["amount"]) for order in orders)
            assert needed == self.sandbox.balances[name]["USDT"].locked


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
