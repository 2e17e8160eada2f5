"""What a counterparty, support and the market do, for tests and for people: by the same rules, without a key."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from binance_c2c.sandbox.exchange import RIGHT_CODE, PlaceOrder, SecondFactor
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from binance_c2c.sandbox.exchange import Account, Exchange, Order

_HIGHEST_PRICE = 1_000_000_000_000


class MoveRefusedError(Exception):
    """The exchange refused a move, as it would have over the wire."""

    def __init__(self, code: int | str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """As on the wire: an integer of the gateway, or a text of the C2C service."""


class Moves:
    """`Sandbox.moves`. Accounts go by name, ads and orders by number.

    Each move is done, or has done nothing and raises `MoveRefusedError` where the exchange says no, and `ValueError`
    where an argument makes no sense.
    """

    def __init__(self, exchange: Exchange, turn: Callable[[], AbstractContextManager[int]]) -> None:
        self._exchange = exchange
        self._turn = turn

    def place(self, account: str, adv_no: str, *, total_amount: Decimal | int | str, by_amount: bool = False) -> str:
        """Take an ad, of either side, at its price. The total is fiat money, or coins. Returns the order's number."""
        with self._move() as now_ms:
            taker, ad = self._account(account), self._exchange.ads.find(adv_no)
            kinds = {option.kind for option in ad.terms.options}
            pay_id = next((method.id for method in taker.pay_methods if method.active and method.kind in kinds), None)
            wanted = PlaceOrder(adv_no, _amount(total_amount), by_amount, pay_id)
            return self._exchange.orders.place(taker, wanted, now_ms).number

    def mark_paid(self, order_number: str) -> None:
        """The buyer states that the money was sent."""
        with self._move() as now_ms:
            self._exchange.orders.mark_paid(self._order(order_number).buyer, order_number, None, now_ms)

    def release(self, order_number: str) -> None:
        """The seller gives the coins to the buyer."""
        with self._move() as now_ms:
            factor = SecondFactor("GOOGLE", google=RIGHT_CODE)
            self._exchange.orders.release(self._order(order_number).seller, order_number, factor, None, now_ms)

    def cancel(self, order_number: str, *, reason: int = 1, text: str | None = None) -> None:
        """The buyer cancels. `reason` is one of the API's six numbers; 5 needs a text."""
        with self._move() as now_ms:
            self._exchange.orders.cancel(self._order(order_number).buyer, order_number, reason, text, now_ms)

    def verify_kyc(self, order_number: str) -> None:
        """The maker states that the taker's identity was verified."""
        with self._move():
            self._exchange.orders.verify_kyc(self._order(order_number).maker, order_number)

    def appeal(self, account: str, order_number: str, *, reason: str = "The other side does not answer.") -> None:
        """One side of a paid order asks support to decide."""
        with self._move() as now_ms:
            self._exchange.orders.appeal(self._account(account), order_number, reason, now_ms)

    def withdraw_appeal(self, account: str, order_number: str) -> None:
        """The side that appealed takes the appeal back."""
        with self._move() as now_ms:
            self._exchange.orders.withdraw_appeal(self._account(account), order_number, now_ms)

    def decide_appeal(self, order_number: str, *, winner: Literal["buyer", "seller"]) -> None:
        """Support gives the coins to the buyer, or leaves them to the seller."""
        if winner not in {"buyer", "seller"}:
            message = f"winner: buyer or seller is expected, not {winner!r}"
            raise ValueError(message)
        with self._move() as now_ms:
            order = self._order(order_number)
            self._exchange.orders.decide_appeal(order, for_buyer=winner == "buyer", now_ms=now_ms)

    def set_reference_price(self, asset: str, fiat: str, price: Decimal | int | str) -> None:
        """Move a market. Floating ads and the band of allowed prices follow at once."""
        try:
            new = Decimal(price)
        except ArithmeticError:
            new = Decimal("NaN")
        with self._move():
            market = self._exchange.markets.get(asset, fiat)
            # What is cheaper than the smallest price step would make floating prices of nothing.
            lowest = Decimal(1).scaleb(-market.fiat.price_scale)
            if not (new.is_finite() and lowest <= new <= _HIGHEST_PRICE):
                message = f"price: a number from {lowest} to {_HIGHEST_PRICE} is expected, not {str(price)!r}"
                raise ValueError(message)
            market.reference_price = new
            self._exchange.ads.follow_reference_price(market)

    def set_kyc_passed(self, account: str, *, passed: bool) -> None:
        """Whether the exchange has verified who an account belongs to."""
        with self._move():
            self._account(account).kyc_passed = passed

    @contextmanager
    def _move(self) -> Generator[int]:
        try:
            with self._turn() as now_ms:
                yield now_ms
        except RefusedError as refused:
            raise MoveRefusedError(refused.refusal.code, str(refused)) from None

    def _account(self, name: str) -> Account:
        account = self._exchange.accounts.get(name)
        if account is None:
            message = f"account: one of {', '.join(self._exchange.accounts)} is expected, not {name!r}"
            raise ValueError(message)
        return account

    def _order(self, number: str) -> Order:
        return self._exchange.orders.find(number)


def _amount(total: Decimal | int | str) -> Decimal:
    try:
        amount = Decimal(total)
    except ArithmeticError:
        amount = Decimal("NaN")
    if not amount.is_finite():
        message = f"total_amount: a number is expected, not {str(total)!r}"
        raise ValueError(message)
    return amount
