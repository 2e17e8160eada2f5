"""Events that happen to an account on demand, with the steps before them: `paid` places an order first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from binance_c2c.sandbox.exchange import OrderStatus
from binance_c2c.sandbox.moves.moves import MoveRefusedError, move

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from binance_c2c.sandbox.exchange import Account, Ad, Exchange, Market, Side
    from binance_c2c.sandbox.moves.moves import Moves, Number

TRIGGERS = {
    "order-placed": "the other side takes an ad of the account; where none can be taken, one is posted first",
    "paid": "the buyer marks an order as paid",
    "released": "the seller releases the coins of a paid order",
    "cancelled": "the buyer cancels an unpaid order",
    "timed-out": "an order is not paid in time: the sandbox's clock moves on to the end of that time",
    "appeal": "the other side of a paid order asks support to decide",
    "appeal-won": "support gives the coins of an order in appeal to the buyer",
    "appeal-lost": "support leaves the coins of an order in appeal to the seller",
    "message": "the other side writes in the chat of an order",
    "picture": "the other side sends the picture of a bank's receipt for an order",
    "false-receipt": "the other side sends a receipt with another payer's name, for which nobody should release",
}
"""The names of the events, each with what happens."""
_NEEDS = {
    **dict.fromkeys(("paid", "cancelled", "timed-out", "message", "picture", "false-receipt"), "order-placed"),
    **dict.fromkeys(("released", "appeal"), "paid"),
    **dict.fromkeys(("appeal-won", "appeal-lost"), "appeal"),
}
_TEXT = "Hola, ya hice la transferencia."
_STRANGER = "PEDRO DESCONOCIDO"
_DOLLARS_OF_AN_AD, _DOLLARS_OF_AN_ORDER = 1_000, 5


@dataclass(frozen=True, slots=True)
class Triggered:
    """The result of a trigger."""

    order_number: str
    steps: tuple[str, ...]
    """Each in words, in order."""


class Triggers:
    """Lets events happen by moves, which obey the rules of the exchange."""

    def __init__(
        self,
        exchange: Exchange,
        moves: Moves,
        turn: Callable[[], AbstractContextManager[int]],
        advance: Callable[..., object],
    ) -> None:
        self._exchange = exchange
        self._moves = moves
        self._turn = turn
        self._advance = advance

    def fire(
        self,
        event: str,
        account: str,
        *,
        order_number: str | None = None,
        adv_no: str | None = None,
        amount: Number | None = None,
        text: str | None = None,
    ) -> Triggered:
        """Let an event happen; `Sandbox.trigger` explains the arguments."""
        event = event.strip().lower().replace(" ", "-").replace("_", "-")
        if event not in TRIGGERS:
            message = f"event: one of {', '.join(TRIGGERS)} is expected, not {event[:40]!r}"
            raise ValueError(message)
        with move(self._turn):
            who = self._exchange.accounts.get(account)
        if who is None or who.key is None:
            names = [one.name for one in self._exchange.accounts.values() if one.key is not None]
            message = f"account: one of {', '.join(names)} is expected, not {account[:40]!r}"
            raise ValueError(message)
        steps: list[str] = []
        if order_number is None:
            before: list[str] = [event]
            while before[0] in _NEEDS:
                before.insert(0, _NEEDS[before[0]])
            order_number = self._place(who, adv_no, amount, steps)
            for one in before[1:-1]:
                self._play(one, who, order_number, text, steps)
        elif event == "order-placed":
            message = "order_number: leave it out, since a new order is placed"
            raise ValueError(message)
        if event != "order-placed":
            self._play(event, who, order_number, text, steps)
        return Triggered(order_number, tuple(steps))

    def _play(self, event: str, who: Account, number: str, text: str | None, steps: list[str]) -> None:
        """Let an event happen to an existing order."""
        with move(self._turn) as now_ms:
            order = self._exchange.orders.get(who, number)
            other, buyer, seller = order.other(who).name, order.buyer.name, order.seller.name
            # In whole seconds, rounded up.
            left = timedelta(seconds=max(0, -((now_ms - order.pay_end_ms) // 1000)))
        moves = self._moves
        match event:
            case "paid":
                moves.mark_paid(number)
                steps.append(f"{buyer} marked order {number} as paid.")
            case "released":
                moves.release(number)
                steps.append(f"{seller} released the coins of order {number}.")
            case "cancelled":
                moves.cancel(number)
                steps.append(f"{buyer} cancelled order {number}.")
            case "timed-out":
                if order.status != OrderStatus.UNPAID:
                    message = f"the order is {order.status.words}; only an unpaid one runs out of time"
                    raise MoveRefusedError("", message)
                self._advance(seconds=left.total_seconds())
                steps.append(f"The clock went ahead by {left}, and order {number} was not paid in time.")
            case "appeal":
                moves.appeal(other, number)
                steps.append(f"{other} appealed about order {number}.")
            case "appeal-won" | "appeal-lost":
                won = event == "appeal-won"
                moves.decide_appeal(number, winner="buyer" if won else "seller")
                steps.append(f"Support gave the coins of order {number} to {buyer if won else seller}.")
            case "message":
                moves.say(other, number, _TEXT if text is None else text)
                steps.append(f"{other} wrote about order {number}.")
            case _:
                moves.send_receipt(other, number, payer=_STRANGER if event == "false-receipt" else None)
                steps.append(f"{other} sent a picture about order {number}.")

    def _place(self, who: Account, adv_no: str | None, amount: Number | None, steps: list[str]) -> str:
        """Have a counterparty take an ad of the account. Returns the number of the order."""
        if adv_no is None:
            adv_no = self._some_ad(who) or self._post(who, steps)
        with move(self._turn) as now_ms:
            ad = self._exchange.ads.own(who, adv_no)
            # Those with keys first, so that the other side can be played by hand.
            others = sorted(self._exchange.accounts.values(), key=lambda one: one.key is None)
            takers = [one.name for one in others if ad.is_open_to(one, now_ms)]
        refused: MoveRefusedError | None = None
        for taker in takers:
            try:
                number = self._moves.place(taker, adv_no, total_amount=ad.terms.smallest if amount is None else amount)
            except MoveRefusedError as error:
                refused = refused or error
            else:
                steps.append(f"{taker} placed order {number} on ad {adv_no}.")
                return number
        raise refused or MoveRefusedError("", f"no account of this sandbox may take ad {adv_no} as it is")

    def _some_ad(self, who: Account) -> str | None:
        """The number of the newest ad of the account that can be taken; preferably of one that sells coins."""
        with move(self._turn):
            ads: list[Ad] = [ad for ad in self._exchange.ads if ad.maker is who and ad.is_open]
        selling = [ad for ad in ads if ad.side == "SELL"]
        return (selling or ads)[-1].number if ads else None

    def _post(self, who: Account, steps: list[str]) -> str:
        """Post an ad that sells coins if the account has enough, and buys them otherwise. Returns its number."""
        with move(self._turn):
            market = self._market_of(who)
            free = who.wallet[market.coin.code].free * Decimal("0.99")
            step = Decimal(1).scaleb(-market.coin.scale)
            amount = (_DOLLARS_OF_AN_AD / market.coin.dollars).quantize(step, ROUND_DOWN)
            sells = free >= amount
            side: Side = "SELL" if sells else "BUY"
            money = Decimal(1).scaleb(-market.fiat.scale)
            smallest, largest = (
                (dollars * market.fiat.per_dollar).quantize(money)
                for dollars in (_DOLLARS_OF_AN_ORDER, _DOLLARS_OF_AN_AD)
            )
            price = market.reference_price
        asset, fiat = market.coin.code, market.fiat.code
        number = self._moves.post_ad(
            who.name, side, price=price, amount=amount, smallest=smallest, largest=largest, asset=asset, fiat=fiat
        )
        steps.append(
            f"{who.name} posted ad {number}: {'sells' if sells else 'buys'} {amount} {asset} at {price} {fiat}."
        )
        return number

    def _market_of(self, who: Account) -> Market:
        """The first market whose currency the account has a payment method for; else the first market."""
        markets = list(self._exchange.markets)
        paid = {method.kind for method in who.pay_methods if method.active}
        return next((market for market in markets if paid & {*market.fiat.kinds}), markets[0])
