"""Actions of the counterparty, of support and of the market: by the rules of the exchange, but without a key."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from binance_c2c.sandbox.exchange import (
    FIXED,
    PICTURE_DELAY_MS,
    RIGHT_CODE,
    AdTerms,
    Picture,
    PlaceOrder,
    SecondFactor,
    payment_option,
)
from binance_c2c.sandbox.gateway import decimals, draw_receipt, image_head
from binance_c2c.sandbox.refusals import FieldRefusedError, RefusedError
from binance_c2c_sapi.enums import ChatMessageType

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from binance_c2c.sandbox.exchange import Account, Exchange, Fiat, Order, PayMethod, Side
    from binance_c2c.sandbox.gateway import ImageHead

    Number = Decimal | int | str

_HIGHEST = 1_000_000_000_000
_SMALLEST = Decimal("1e-18")
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,18})?", re.ASCII)
_LONGEST_SHOWN = 40


class MoveRefusedError(Exception):
    """The exchange refused a move, as it would have refused the API call."""

    def __init__(self, code: int | str, message: str, argument: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        """The code of the refusal: an integer of the gateway, or a text of the C2C service."""
        self.argument = argument
        """The argument it is about, if it is about one."""


@contextmanager
def move(turn: Callable[[], AbstractContextManager[int]]) -> Generator[int]:
    """Take a turn, which yields the time, and raise what the exchange refuses in it as `MoveRefusedError`."""
    try:
        with turn() as now_ms:
            yield now_ms
    except FieldRefusedError as refused:
        name = _ARGUMENTS.get(refused.name, refused.name)
        raise MoveRefusedError(refused.refusal.code, str(refused.renamed(name)), name) from None
    except RefusedError as refused:
        raise MoveRefusedError(refused.refusal.code, str(refused)) from None


class Moves:
    """`Sandbox.moves`. Accounts go by name, ads and orders by number.

    Each move either succeeds, or does nothing and raises: `MoveRefusedError` if the exchange refuses it, `ValueError`
    if an argument is invalid.
    """

    def __init__(self, exchange: Exchange, turn: Callable[[], AbstractContextManager[int]]) -> None:
        self._exchange = exchange
        self._turn = turn

    def post_ad(
        self,
        account: str,
        side: Side,
        *,
        price: Number,
        amount: Number,
        smallest: Number,
        largest: Number,
        asset: str = "USDT",
        fiat: str = "MXN",
    ) -> str:
        """Post an ad of `amount` coins at a fixed price, in orders of `smallest` to `largest`. Returns its number."""
        if side not in {"BUY", "SELL"}:
            message = f"side: BUY or SELL is expected, not {side!r}"
            raise ValueError(message)
        with self._move() as now_ms:
            maker, market = self._account(account), self._exchange.markets.get(asset, fiat)
            method = _method_for(maker, market.fiat)
            terms = AdTerms(
                price_type=FIXED,
                price=_number("price", price),
                init_amount=_number("amount", amount),
                smallest=_number("smallest", smallest),
                largest=_number("largest", largest),
                options=(payment_option(maker, side, method.id, method.kind.identifier, self._exchange.markets.kinds),),
            )
            return self._exchange.ads.post(maker, market, side, terms, classify="mass", now_ms=now_ms).number

    def place(self, account: str, adv_no: str, *, total_amount: Number, by_amount: bool = False) -> str:
        """Take an ad of either side, at its price. Returns the order's number.

        The total is fiat money, or coins if `by_amount`.
        """
        with self._move() as now_ms:
            taker, ad = self._account(account), self._exchange.ads.find(adv_no)
            kinds = {option.kind for option in ad.terms.options}
            pay_id = next((method.id for method in taker.pay_methods if method.active and method.kind in kinds), None)
            wanted = PlaceOrder(adv_no, _number("total_amount", total_amount), by_amount, pay_id)
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
        with self._move() as now_ms:
            self._exchange.orders.verify_kyc(self._order(order_number).maker, order_number, now_ms)

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

    def say(self, account: str, order_number: str, text: str) -> str:
        """One side of an order sends the other a text. Returns the number of the message."""
        if not text.strip():
            message = f"text: a text that is not blank is expected, not {text!r}"
            raise ValueError(message)
        with self._move() as now_ms:
            sender, order = self._account_and_order(account, order_number)
            return str(self._exchange.chats.say(order, sender, text, now_ms))

    def send_picture(self, account: str, order_number: str, picture: bytes) -> str:
        """One side of an order sends the other a picture, JPEG or PNG. Returns the number of the message.

        As the website does it, the message comes once the picture can be read.
        """
        head = image_head(picture)
        with self._move() as now_ms:
            sender, order = self._account_and_order(account, order_number)
            return self._send_picture(sender, order, picture, head, now_ms)

    def send_receipt(
        self, account: str, order_number: str, *, amount: Number | None = None, payer: str | None = None
    ) -> str:
        """One side of an order sends the picture of a bank's receipt for it. Returns the number of the message.

        With another `amount` than the order's total, or in another `payer`'s name than the buyer's, it is the kind of
        receipt for which nobody should release coins.
        """
        total = None if amount is None else _number("amount", amount)
        with self._move() as now_ms:
            sender, order = self._account_and_order(account, order_number)
            fiat = order.ad.market.fiat
            paid_to = order.chosen or order.pay_methods[0]
            lines = {
                "Amount": f"{decimals(order.total if total is None else total, fiat.scale)} {fiat.code}",
                "From": payer or order.buyer.kyc_name,
                "To": paid_to.payee,
                "Bank": paid_to.bank,
                "Account": paid_to.account_number,
                "Date": f"{datetime.fromtimestamp(now_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC",
            }
            picture = draw_receipt("Transfer sent", lines)
            return self._send_picture(sender, order, picture, image_head(picture), now_ms)

    def mark_read(self, account: str, order_number: str) -> None:
        """One side of an order reads all messages about it."""
        with self._move():
            reader, order = self._account_and_order(account, order_number)
            self._exchange.chats.mark_read(reader, order.number)

    def set_reference_price(self, asset: str, fiat: str, price: Number) -> None:
        """Move a market. Floating ads and the band of allowed prices follow at once.

        A price that moved with the time until then stays as it is set.
        """
        with self._move():
            market = self._exchange.markets.get(asset, fiat)
            # A reference price below the smallest step would make floating prices of 0.
            new = _number("price", price, Decimal(1).scaleb(-market.fiat.price_scale))
            market.reference_price, market.path = new, None
            self._exchange.ads.follow_reference_price(market)

    def set_kyc_passed(self, account: str, *, passed: bool) -> None:
        """Set whether the exchange has verified the identity of an account's owner."""
        with self._move():
            self._account(account).kyc_passed = passed

    def _move(self) -> AbstractContextManager[int]:
        return move(self._turn)

    def _account(self, name: str) -> Account:
        account = self._exchange.accounts.get(name)
        if account is None:
            message = f"account: one of {', '.join(self._exchange.accounts)} is expected, not {name!r}"
            raise ValueError(message)
        return account

    def _account_and_order(self, account: str, order_number: str) -> tuple[Account, Order]:
        """An account by name, and an order of its own by number."""
        who = self._account(account)
        return who, self._exchange.orders.get(who, order_number)

    def _send_picture(self, sender: Account, order: Order, picture: bytes, head: ImageHead, now_ms: int) -> str:
        chats = self._exchange.chats
        # It was uploaded a while ago, so that it can be read.
        upload = chats.announce_picture(sender, head.kind, now_ms - PICTURE_DELAY_MS)
        chats.upload(upload, picture, now_ms - PICTURE_DELAY_MS)
        shown = Picture(upload.number, head.kind, head.width, head.height)
        return str(chats.say(order, sender, "", now_ms, kind=ChatMessageType.IMAGE, picture=shown))

    def _order(self, number: str) -> Order:
        return self._exchange.orders.find(number)


_ARGUMENTS = {"init_amount": "amount"}
"""The names that arguments of moves have instead of the exchange's."""


def _method_for(account: Account, fiat: Fiat) -> PayMethod:
    """The account's first payment method for the currency, or else its first one."""
    fitting = (method for method in account.pay_methods if method.kind in fiat.kinds)
    return next(fitting, account.pay_methods[0])


def _number(name: str, value: Number, minimum: Decimal | None = None) -> Decimal:
    """An argument of a move as an exact number. Raises `ValueError`, which names the argument, for anything else."""
    text = f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)
    number = Decimal(text) if _NUMBER.fullmatch(text) else Decimal(0)
    if not (minimum or _SMALLEST) <= number <= _HIGHEST:
        expected = "a positive number up" if minimum is None else f"a number from {minimum}"
        message = f"{name}: {expected} to {_HIGHEST} is expected, not {text[:_LONGEST_SHOWN]!r}"
        raise ValueError(message)
    return number
