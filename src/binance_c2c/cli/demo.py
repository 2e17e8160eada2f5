"""`binance-c2c demo`: plays an order against a sandbox on loopback, with real HTTP and real signatures.

Read it as an example: it uses nothing that a user's own program could not use.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from binance_c2c import AsyncC2CClient, C2CClient, errors
from binance_c2c.cli.shared.output import wrapped
from binance_c2c.sandbox import Sandbox, serve
from binance_c2c_sapi.models import AdStatus, AuthType, BuyType, OrderStatus, PriceType, TradeType

Say = Callable[[str, str], None]
"""Prints a step: the account that takes it, empty for a remark, and in words what it does."""
PRICE, STOCK, ORDER = Decimal("18.45"), Decimal(500), Decimal("1845.00")
SECOND_FACTOR = "000000"
_WIDTH = 11
"""The width of the column with the account's name."""


def demo(options: argparse.Namespace) -> int:
    """Play the order and print each step, as a line of text or with `--json` as an object."""

    def say_in_json(who: str, words: str) -> None:
        print(json.dumps({"account": who or None, "step": words}, ensure_ascii=False), flush=True)

    play(say_in_json if options.json else _say_in_words)
    return 0


def _say_in_words(who: str, words: str) -> None:
    first = f"  {who:<{_WIDTH}}" if who else ""
    print(wrapped(words, sys.stdout, first=first, indent=" " * len(first)), flush=True)


def play(say: Say) -> None:
    """Play an order with the sync clients, then one with the async clients. Raises `C2CError` if a step fails."""
    sandbox = Sandbox()
    merchant, taker = sandbox.keys["merchant"], sandbox.keys["taker"]
    with serve(sandbox) as base_url:
        say("", f"A sandbox exchange answers at {base_url}. No key, no real money.")
        with (
            C2CClient(api_key=merchant.api_key, api_secret=merchant.api_secret, base_url=base_url) as seller,
            C2CClient(api_key=taker.api_key, api_secret=taker.api_secret, base_url=base_url) as buyer,
        ):
            say("", "With the sync client:")
            _sync(seller, buyer, say)

        async def with_async_clients() -> None:
            async with (
                AsyncC2CClient(api_key=merchant.api_key, api_secret=merchant.api_secret, base_url=base_url) as seller,
                AsyncC2CClient(api_key=taker.api_key, api_secret=taker.api_secret, base_url=base_url) as buyer,
            ):
                say("", "The same with the async client:")
                await _async(seller, buyer, say)
                say("", "Done.")

        asyncio.run(with_async_clients())


def _sync(seller: C2CClient, buyer: C2CClient, say: Say) -> None:
    skew = seller.system.time().server_time - datetime.now(UTC)
    say("both", f"the exchange's clock is {abs(skew / timedelta(milliseconds=1)):.0f} ms off ours")

    method = seller.payment_methods.mine()[0]
    adv_no = seller.ads.post(
        asset="USDT",
        fiat="MXN",
        trade_type=TradeType.SELL,
        classify="profession",
        price_type=PriceType.FIXED,
        price=PRICE,
        init_amount=STOCK,
        min_single_trans_amount=500,
        max_single_trans_amount=5000,
        pay_time_limit=15,
        buyer_kyc_limit=0,
        trade_methods=[{"identifier": "SPEI", "pay_id": method.pay_id}],
    )
    say("merchant", f"posts ad {adv_no}: sells {STOCK} USDT at {PRICE} MXN, paid by SPEI")

    offers = buyer.ads.iterate_search(asset="USDT", fiat="MXN", trade_type="BUY")
    found = next(row for row in offers if row.adv.adv_no == adv_no)
    say("taker", f"finds it: {found.advertiser.nick_name} asks {found.adv.price} MXN")

    placed = buyer.orders.place(
        adv_no=adv_no,
        asset="USDT",
        fiat="MXN",
        buy_type=BuyType.BY_MONEY,
        total_amount=ORDER,
        match_price=PRICE,
        trade_type=TradeType.BUY,
    )
    number = placed.order_match.order_number
    say("taker", f"places order {number}: {ORDER} MXN for {placed.order_match.amount} USDT")

    try:
        seller.orders.release(order_number=number, auth_type=AuthType.GOOGLE, google_verify_code=SECOND_FACTOR)
    except errors.APIError as error:
        say("merchant", f"tries to release before the payment, and is refused: {error.message}")

    paid = buyer.orders.mark_paid(order_number=number)
    say("taker", f"sends the money and marks the order as paid: {_named(paid.order_status)}")

    releasable = seller.orders.can_release(order_number=number)
    say("merchant", f"sees the money on the account; the order can be released: {'yes' if releasable else 'no'}")
    seller.orders.release(order_number=number, auth_type=AuthType.GOOGLE, google_verify_code=SECOND_FACTOR)
    say("merchant", f"releases the coins: {_named(seller.orders.get(order_number=number).order_status)}")

    entry = next(row for row in seller.orders.history(trade_type="SELL") if row.order_number == number)
    sold = f"{entry.amount} USDT for {entry.total_price} MXN"
    say("merchant", f"reads it back in the history: {entry.order_status}, {sold}")
    _expect(entry.order_status == "COMPLETED")
    _expect(seller.ads.update_status(adv_nos=[adv_no], adv_status=AdStatus.CLOSED).status is True)
    say("merchant", "closes the ad")


async def _async(seller: AsyncC2CClient, buyer: AsyncC2CClient, say: Say) -> None:
    methods, page = await asyncio.gather(
        seller.payment_methods.mine(), buyer.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")
    )
    say("both", f"ask at the same time: {len(methods)} payment method, {len(page)} ads on offer")

    adv_no = await seller.ads.post(
        asset="USDT",
        fiat="MXN",
        trade_type=TradeType.SELL,
        classify="profession",
        price_type=PriceType.FIXED,
        price=PRICE,
        init_amount=STOCK,
        min_single_trans_amount=500,
        max_single_trans_amount=5000,
        pay_time_limit=15,
        buyer_kyc_limit=0,
        trade_methods=[{"identifier": "SPEI", "pay_id": methods[0].pay_id}],
    )
    say("merchant", f"posts ad {adv_no}")

    offers = buyer.ads.iterate_search(asset="USDT", fiat="MXN", trade_type="BUY")
    found = await anext(row async for row in offers if row.adv.adv_no == adv_no)
    say("taker", f"finds it: {found.advertiser.nick_name} asks {found.adv.price} MXN")

    placed = await buyer.orders.place(
        adv_no=adv_no,
        asset="USDT",
        fiat="MXN",
        buy_type=BuyType.BY_MONEY,
        total_amount=ORDER,
        match_price=PRICE,
        trade_type=TradeType.BUY,
    )
    number = placed.order_match.order_number
    say("taker", f"places order {number}")

    await buyer.orders.mark_paid(order_number=number)
    say("taker", "marks it as paid")
    _expect(await seller.orders.can_release(order_number=number))
    await seller.orders.release(order_number=number, auth_type=AuthType.GOOGLE, google_verify_code=SECOND_FACTOR)
    say("merchant", "releases the coins")
    async for entry in seller.orders.iterate_history(trade_type="SELL"):
        if entry.order_number == number:
            _expect(entry.order_status == "COMPLETED")
            say("merchant", f"reads it back in the history: {entry.order_status}")


def _named(status: OrderStatus | None) -> str:
    return "unknown" if status is None else status.name.replace("_", " ").lower()


def _expect(holds: bool) -> None:  # noqa: FBT001
    if not holds:
        message = "the demonstration did not go as it should"
        raise errors.C2CError(message)
