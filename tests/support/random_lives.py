"""A Hypothesis state machine of random trades, and what must hold of all coins after each step."""

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from binance_c2c.sandbox import MoveRefusedError
from tests.support.sandbox_client import BUY_AD, DAY, FACTOR, SELL_AD, trading

AMOUNTS = st.decimals("0.01", 12_000, places=2).map(str)


PRICES = st.sampled_from(["17.99", "18.45", "14.72", "22.08"])


WHO = st.sampled_from(["merchant", "taker"])


WHICH = st.integers(0, 7)


COINS = st.sampled_from(["USDT", "USDT", "BTC"])


PAY_IDS = {"merchant": 40100200, "taker": 50100200}


SCALED = {"USDT": Decimal(1), "BTC": Decimal("0.0001")}


USDT = {"asset": "USDT", "fiat": "MXN"}


EVERYTHING = {"page": 1, "rows": 100}


UNDER_WAY, COMPLETED = [1, 2, 5], [4]


OTHER = {"merchant": "taker", "taker": "merchant"}


STEPS = st.sampled_from(
    [[], ["cancel"], ["mark_paid"], ["mark_paid", "release"], ["verify_kyc", "mark_paid", "release"], ["verify_kyc"]]
)


class Lives(RuleBasedStateMachine):
    """Any step may be refused; only the state of the sandbox after it is checked."""

    def __init__(self) -> None:
        super().__init__()
        merchant, taker, self.clock = trading()
        self.traders = {"merchant": merchant, "taker": taker}
        self.sandbox = merchant.sandbox
        self.ads: list[tuple[str, str]] = []
        self.orders: list[str] = []
        self.closed: set[str] = set()
        self.rest_ends: dict[str, float] = {}
        self.start = self.sums()

    def sums(self) -> dict[str, Decimal]:
        sums = defaultdict[str, Decimal](Decimal)
        for account in self.sandbox.balances.values():
            for asset, balance in account.items():
                sums[asset] += balance.free + balance.locked
        return sums

    @initialize(sell=st.booleans())
    def open(self, *, sell: bool) -> None:
        self.post(who="merchant", amount="5000", price="18.45", coin="BTC", sell=sell, floats=False)
        self.post(who="taker", amount="3000", price="18.45", coin="USDT", sell=not sell, floats=True)

    @rule(who=WHO, amount=AMOUNTS, price=PRICES, coin=COINS, sell=st.booleans(), floats=st.booleans())
    def post(self, *, who: str, amount: str, price: str, coin: str, sell: bool, floats: bool) -> None:
        ad: dict[str, Any] = {
            **(SELL_AD if sell else BUY_AD),
            "asset": coin,
            "tradeMethods": [{"identifier": "SPEI", "payId": PAY_IDS[who]}],
            "initAmount": f"{Decimal(amount) * SCALED[coin]:f}",
            "price": price if coin == "USDT" else "1200000",
            "minSingleTransAmount": "0.01",
            "maxSingleTransAmount": "900000",
        }
        if floats:
            ad |= {"priceType": 2, "priceFloatingRatio": "101.5"}
        trader = self.traders[who]
        if b'"000000"' in trader.send("ads.post", ad).body:
            self.ads.append((who, trader.do("ads.list", {"page": 1, "rows": 1})[0]["advNo"]))

    @precondition(lambda self: self.ads)
    @rule(which=WHICH, amount=AMOUNTS)
    def restock(self, which: int, amount: str) -> None:
        self.change(which, {"initAmount": amount})

    @precondition(lambda self: self.ads)
    @rule(which=WHICH, status=st.sampled_from([1, 1, 1, 3, 4]), extra_kyc=st.integers(0, 1))
    def switch(self, which: int, status: int, extra_kyc: int) -> None:
        self.change(which, {"advStatus": status, "takerAdditionalKycRequired": extra_kyc})

    def change(self, which: int, changes: dict[str, Any]) -> None:
        who, number = self.ads[which % len(self.ads)]
        self.traders[who].send("ads.update", {"advNo": number, **changes})

    @precondition(lambda self: self.ads)
    @rule(which=WHICH, amount=AMOUNTS, by_amount=st.booleans())
    def place(self, which: int, amount: str, *, by_amount: bool) -> None:
        who, number = self.ads[which % len(self.ads)]
        self.take(OTHER[who], number, total_amount=amount, by_amount=by_amount)

    @precondition(lambda self: self.ads)
    @rule(which=WHICH, cents=st.integers(1, 900_000), steps=STEPS)
    def deal(self, which: int, cents: int, steps: list[str]) -> None:
        who, number = self.ads[which % len(self.ads)]
        self.take(OTHER[who], number, total_amount=str(Decimal(cents) / 100))
        for step in steps:
            self.move_order(step, 0)

    def take(self, who: str, number: str, **size: object) -> None:
        placed = self.try_move("place", who, number, **size)
        assert not (placed and self.is_away(OTHER[who]))
        self.orders += placed

    @precondition(lambda self: self.orders)
    @rule(who=WHO, which=WHICH, deed=st.sampled_from(["mark_paid", "release", "cancel", "verify_kyc"]))
    def go_on(self, who: str, which: int, deed: str) -> None:
        body: dict[str, Any] = {"orderNumber": self.orders[-1 - which % len(self.orders)]}
        needed: dict[str, dict[str, Any]] = {"release": FACTOR, "cancel": {"orderCancelReasonCode": 1}}
        self.traders[who].send(f"orders.{deed}", {**body, **needed.get(deed, {})})

    @precondition(lambda self: self.ads)
    @rule(which=WHICH, cents=st.integers(1, 900_000), who=WHO, winner=st.sampled_from([None, "buyer", "seller"]))
    def quarrel(self, which: int, cents: int, who: str, winner: str | None) -> None:
        self.deal(which, cents, ["mark_paid"])
        if self.orders:
            self.try_move("appeal", who, self.orders[-1])
            if winner is None:
                self.try_move("withdraw_appeal", who, self.orders[-1])
            else:
                self.move_order("decide_appeal", 0, winner=winner)

    @precondition(lambda self: self.orders)
    @rule(who=WHO, which=WHICH)
    def appeal(self, who: str, which: int) -> None:
        self.try_move("appeal", who, self.orders[-1 - which % len(self.orders)])

    def move_order(self, name: str, which: int, **arguments: object) -> None:
        if self.orders:
            self.try_move(name, self.orders[-1 - which % len(self.orders)], **arguments)

    def try_move(self, name: str, *arguments: object, **named: object) -> list[str]:
        try:
            return [getattr(self.sandbox.moves, name)(*arguments, **named)]
        except MoveRefusedError:
            return []

    @rule(price=st.sampled_from(["16.20", "18.40", "21.00"]))
    def move_the_market(self, price: str) -> None:
        self.sandbox.moves.set_reference_price("USDT", "MXN", price)

    def rests(self, who: str) -> bool:
        return self.rest_ends.get(who, 0) > self.clock.seconds

    def is_away(self, who: str) -> bool:
        return who in self.closed or self.rests(who)

    @rule(who=WHO, deed=st.sampled_from(["start_rest", "end_rest", "start_business", "close_business"]))
    def tend_the_shop(self, who: str, deed: str) -> None:
        """During a rest only its end is allowed, and others find no ad of a merchant who is away."""
        expected = "83230" if self.rests(who) and deed != "end_rest" else "000000"
        answer = self.traders[who].send(f"merchant.{deed}")
        assert expected == json.loads(answer.body)["code"]
        if expected == "000000":
            match deed:
                case "start_rest":
                    self.rest_ends[who] = self.clock.seconds + DAY
                case "end_rest":
                    self.rest_ends.pop(who, None)
                case "close_business":
                    self.closed.add(who)
                case _:
                    self.closed.discard(who)
        found = [
            row["adv"]["advNo"]
            for side in ("BUY", "SELL")
            for row in self.traders[OTHER[who]].do("ads.search", {**USDT, "tradeType": side, "page": 1, "rows": 20})
        ]
        own = {number for maker, number in self.ads if maker == who}
        assert not (self.is_away(who) and own & set(found))

    @rule(minutes=st.integers(1, 20) | st.just(24 * 60))
    def wait(self, minutes: int) -> None:
        self.clock.seconds += 60 * minutes

    @invariant()
    def no_coin_appears_or_is_lost(self) -> None:
        """The sum over all accounts, including the exchange's, is what it was at the start; no balance is negative."""
        assert self.start == self.sums()
        for account in self.sandbox.balances.values():
            assert all(balance.free >= 0 and balance.locked >= 0 for balance in account.values())

    @invariant()
    def what_is_locked_is_locked_for_one_thing(self) -> None:
        """Locked coins are those of SELL ads that are not closed and of orders under way, to the last decimal."""
        for name, trader in self.traders.items():
            needed = defaultdict[str, Decimal](Decimal)
            own = trader.do("ads.list", {**EVERYTHING, "tradeType": "SELL"})
            for ad in own:
                needed[ad["asset"]] += Decimal(ad["surplusAmount"]) * (ad["advStatus"] != 4)
            for order in trader.do("orders.list", {**EVERYTHING, "tradeType": "SELL", "orderStatusList": UNDER_WAY}):
                makes = order["advNo"] in {ad["advNo"] for ad in own}
                needed[order["asset"]] += leaves_the_seller(order, makes=makes)
            for asset, balance in self.sandbox.balances[name].items():
                assert needed[asset] == balance.locked

    @invariant()
    def an_ad_has_left_what_orders_have_not_taken(self) -> None:
        """The rest of an ad and the amounts that its orders took make up its whole amount."""
        for trader in self.traders.values():
            for ad in trader.do("ads.list", EVERYTHING):
                body = {**EVERYTHING, "advNo": ad["advNo"], "orderStatusList": UNDER_WAY + COMPLETED}
                orders = trader.do("orders.list", body)
                sells = ad["tradeType"] == "SELL"
                taken = sum(leaves_the_seller(order, makes=True) if sells else amount(order) for order in orders)
                assert Decimal(ad["initAmount"]) == Decimal(ad["surplusAmount"]) + taken

    @invariant()
    def the_exchange_has_the_commissions(self) -> None:
        """The exchange's fees are the commissions of the completed orders."""
        earned = defaultdict[str, Decimal](Decimal)
        for order in self.traders["taker"].do("orders.list", {**EVERYTHING, "orderStatusList": COMPLETED}):
            earned[order["asset"]] += Decimal(order["commission"]) + Decimal(order["takerCommission"])
        for asset, balance in self.sandbox.balances["exchange"].items():
            assert (earned[asset], Decimal(0)) == (balance.free, balance.locked)


def amount(order: dict[str, Any]) -> Decimal:
    return Decimal(order["amount"])


def leaves_the_seller(order: dict[str, Any], *, makes: bool) -> Decimal:
    """The amount, and the commission of the seller, who is the ad's maker or its taker."""
    return amount(order) + Decimal(order["commission" if makes else "takerCommission"])
