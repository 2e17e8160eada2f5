"""The generator of an order history: plays orders of past months by the rules of the exchange, each at its own time."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import TYPE_CHECKING

from binance_c2c.sandbox.exchange import (
    FIXED,
    RIGHT_CODE,
    AdStatus,
    AdTerms,
    PlaceOrder,
    SecondFactor,
    payment_option,
)
from binance_c2c.sandbox.moves.market import path_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from binance_c2c.sandbox.exchange import Account, Ad, Exchange, Market, Order, PayKind, PayMethod, Side

MOST_MONTHS = 60
ORDERS_OF_A_MONTH = 90
"""Orders in a month of each account that has a history."""
_MONTH_MS = 30 * 86_400_000
_ORDERS_OF_AN_AD = 6
_MINUTE_MS = 60_000
_SHORTEST_STEP_MS = 40 * _MINUTE_MS
"""From one order to the next. Each is over before the next one is placed."""
_SMALLEST, _LARGEST = 20, 150
"""The bounds of an order's total, in US dollars."""
_MAX_TRIES, _WEIGHT_WITH_KEY = 20, 8
_CANCELLED, _EXPIRED, _APPEALED = 0.07, 0.11, 0.14
"""Cumulative shares of orders: 7 % are cancelled, 4 % expire, 3 % are appealed, the rest complete."""


def fill_history(exchange: Exchange, months: int, seed: int, now_ms: int) -> None:
    """Play orders of the last months (of 30 days each), for each merchant with an API key.

    Afterwards balances, commissions and statistics reflect these orders.

    Raises:
        ValueError: `months` is out of range.

    """
    if isinstance(months, bool) or not 1 <= months <= MOST_MONTHS or months * _MONTH_MS > now_ms:
        message = f"months: a number from 1 to {MOST_MONTHS} is expected, not {months!r}"
        raise ValueError(message)
    makers = [
        one
        for one in exchange.accounts.values()
        if one.key is not None and one.user_type == "merchant" and one.pay_methods
    ]
    prices = {id(market): (market, market.reference_price) for market in exchange.markets}
    play = _Play(exchange, seed)
    span_ms = months * _MONTH_MS
    count = min(ORDERS_OF_A_MONTH * months * len(makers), span_ms // _SHORTEST_STEP_MS)
    step_ms = span_ms // (count + 1)
    for first in range(0, count, _ORDERS_OF_AN_AD):
        maker = makers[first // _ORDERS_OF_AN_AD % len(makers)]
        moments = [now_ms - span_ms + step_ms * number for number in range(first, min(first + _ORDERS_OF_AN_AD, count))]
        play.play_ad(maker, moments)
    for market, price in prices.values():
        market.reference_price = price


class _Play:
    """Plays ads and orders, with random choices from a seed."""

    def __init__(self, exchange: Exchange, seed: int) -> None:
        self._exchange = exchange
        self._chance = Random(f"history {seed}")  # noqa: S311 - a play, no secret
        self._paths = {id(market): market.path or path_of(market, seed) for market in exchange.markets}
        self._payers: dict[PayKind, list[tuple[Account, PayMethod]]] = {}
        """The accounts that can pay by a kind of method, each with its method. Those with an API key are listed several
        times, to be chosen often enough to have a history."""
        for account in exchange.accounts.values():
            for method in account.pay_methods:
                if method.active:
                    weight = 1 if account.key is None else _WEIGHT_WITH_KEY
                    self._payers.setdefault(method.kind, []).extend([(account, method)] * weight)
        self._initial_balances = {
            (account.name, asset): balance.free
            for account in exchange.accounts.values()
            for asset, balance in account.wallet.balances().items()
        }

    def play_ad(self, maker: Account, moments: Sequence[int]) -> None:
        """Post an ad, have orders take it at these moments, and close it. Does nothing if the maker has no market."""
        found = self._market_for(maker)
        if found is None:
            return
        market, method = found
        exchange, chance, begin_ms = self._exchange, self._chance, moments[0]
        exchange.orders.expire(begin_ms)
        market.reference_price = market.price_on(self._paths[id(market)], begin_ms)
        side = self._side_for(maker, market)
        margin = Decimal(chance.randrange(20, 200)) / 100
        price = market.floating_price(100 + margin if side == "SELL" else 100 - margin)
        amount = self._coins(market, Decimal(_LARGEST * len(moments)) * Decimal("1.1"))
        if side == "SELL":
            amount = min(amount, maker.wallet[market.coin.code].free)
        dollar = market.fiat.per_dollar
        terms = AdTerms(
            price_type=FIXED,
            price=price,
            init_amount=amount,
            smallest=(_SMALLEST * dollar / 2).quantize(Decimal(1).scaleb(-market.fiat.scale)),
            largest=(_LARGEST * dollar * 2).quantize(Decimal(1).scaleb(-market.fiat.scale)),
            options=(payment_option(maker, side, method.id, method.kind.identifier, exchange.markets.kinds),),
        )
        ad = exchange.ads.post(maker, market, side, terms, classify="mass", now_ms=begin_ms)
        for moment_ms in moments:
            self._play_order(ad, moment_ms + chance.randrange(10 * _MINUTE_MS))
        exchange.ads.update_status(maker, [ad.number], AdStatus.CLOSED, moments[-1] + _SHORTEST_STEP_MS)

    def _play_order(self, ad: Ad, placed_ms: int) -> None:
        """Play one order from its placing to its end; none if no taker is found."""
        exchange, chance = self._exchange, self._chance
        market = ad.market
        total = (Decimal(chance.randrange(100 * _SMALLEST, 100 * _LARGEST)) * market.fiat.per_dollar / 100).quantize(
            Decimal(1).scaleb(-market.fiat.scale), ROUND_DOWN
        )
        found = self._choose_taker(ad, total)
        if found is None:
            return
        taker, method = found
        orders = exchange.orders
        orders.expire(placed_ms)
        order = orders.place(taker, PlaceOrder(ad.number, total, pay_id=method.id), placed_ms)
        self._end(order, chance.random(), placed_ms + chance.randrange(_MINUTE_MS, 9 * _MINUTE_MS))
        for reader in (order.maker, order.taker):
            exchange.chats.mark_read(reader, order.number)

    def _end(self, order: Order, draw: float, then_ms: int) -> None:
        """Bring an order to an end that `draw`, from 0 to 1, decides."""
        orders, number = self._exchange.orders, order.number
        if draw < _CANCELLED:
            orders.cancel(order.buyer, number, 4, None, then_ms)
        elif draw < _EXPIRED:
            orders.expire(order.pay_end_ms)
        else:
            orders.mark_paid(order.buyer, number, None, then_ms)
            later_ms = then_ms + self._chance.randrange(20_000, 10 * _MINUTE_MS)
            if draw < _APPEALED:
                orders.appeal(order.buyer, number, "The coins were not released.", later_ms)
                orders.decide_appeal(order, for_buyer=draw < (_EXPIRED + _APPEALED) / 2, now_ms=later_ms + _MINUTE_MS)
            else:
                orders.release(order.seller, number, SecondFactor("GOOGLE", google=RIGHT_CODE), None, later_ms)

    def _market_for(self, maker: Account) -> tuple[Market, PayMethod] | None:
        """A random market whose coin the account has, and its payment method for that market's currency."""
        found = [
            (market, method)
            for market in self._exchange.markets
            for method in maker.pay_methods
            # Most trades are for coins that are worth a dollar.
            for _ in range(4 if market.coin.dollars == 1 else 1)
            if method.kind in market.fiat.kinds
            and method.active
            and (maker.name, market.coin.code) in self._initial_balances
        ]
        return self._chance.choice(found) if found else None

    def _side_for(self, maker: Account, market: Market) -> Side:
        """The side that, most of the time, brings the balance back to the initial one."""
        free, initial = maker.wallet[market.coin.code].free, self._initial_balances[maker.name, market.coin.code]
        if free < self._coins(market, Decimal(2 * _LARGEST)):
            return "BUY"
        if self._chance.random() < 0.3:  # noqa: PLR2004 - fewer than half
            return "SELL"
        return "SELL" if free >= initial else "BUY"

    def _choose_taker(self, ad: Ad, total: Decimal) -> tuple[Account, PayMethod] | None:
        """A random account that may take an ad and has the coins for it, with its payment method; None if not found."""
        asset, coins = ad.market.coin.code, total / ad.price
        if coins > ad.tradable:
            return None
        needed = Decimal(0) if ad.side == "SELL" else 2 * coins
        possible = self._payers[ad.terms.options[0].kind]
        for _ in range(_MAX_TRIES):
            account, method = self._chance.choice(possible)
            if account is not ad.maker and account.status.is_trading and account.wallet[asset].free >= needed:
                return account, method
        return None

    def _coins(self, market: Market, dollars: Decimal) -> Decimal:
        """The coins of the market that are worth this many dollars."""
        return (dollars / market.coin.dollars).quantize(Decimal(1).scaleb(-market.coin.scale), ROUND_DOWN)
