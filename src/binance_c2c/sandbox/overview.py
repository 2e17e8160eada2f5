"""What the page shows of the exchange: balances, markets, the newest ads and orders, and whose move is possible."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from binance_c2c.sandbox.exchange import RIGHT_CODE, AdStatus, OrderStatus, opposite
from binance_c2c.sandbox.gateway import decimals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.exchange import Account, Ad, Exchange, Market, Order
    from binance_c2c.sandbox.gateway import Json

MOST_ROWS = 50


def overview(exchange: Exchange, now_ms: int) -> Json:
    """The newest first. Money is text, as in the API."""
    accounts = list(exchange.accounts.values())
    return {
        "now_ms": now_ms,
        "accounts": [_account(account) for account in accounts],
        "markets": [_market(market) for market in exchange.markets],
        "ads": [_ad(ad, accounts, now_ms) for ad in islice(reversed(exchange.ads), MOST_ROWS)],
        "orders": [_order(order) for order in islice(reversed(exchange.orders), MOST_ROWS)],
    }


def _account(account: Account) -> Json:
    balances = account.wallet.balances().items()
    return {
        "name": account.name,
        "balances": [
            {"asset": asset, "free": f"{balance.free:f}", "locked": f"{balance.locked:f}"}
            for asset, balance in balances
        ],
    }


def _market(market: Market) -> Json:
    return {"asset": market.coin.code, "fiat": market.fiat.code, "price": f"{market.reference_price:f}"}


def _ad(ad: Ad, accounts: list[Account], now_ms: int) -> Json:
    coin, fiat = ad.market.coin, ad.market.fiat
    takers = [account for account in accounts if ad.is_open_to(account, now_ms)]
    return {
        "number": ad.number,
        "account": ad.maker.name,
        "side": ad.side,
        "asset": coin.code,
        "fiat": fiat.code,
        "price": decimals(ad.price, fiat.price_scale),
        "left": decimals(ad.surplus, coin.scale),
        "smallest": decimals(ad.terms.smallest, fiat.scale),
        "largest": decimals(ad.largest_now, fiat.scale),
        "status": AdStatus(ad.status).name.lower(),
        "moves": [_take(ad, taker) for taker in takers],
    }


def _order(order: Order) -> Json:
    coin, fiat = order.ad.market.coin, order.ad.market.fiat
    unpaid = order.status == OrderStatus.UNPAID
    return {
        "number": order.number,
        "buyer": order.buyer.name,
        "seller": order.seller.name,
        "asset": coin.code,
        "fiat": fiat.code,
        "amount": decimals(order.amount, coin.scale),
        "total": decimals(order.total, fiat.scale),
        "status": order.status.words,
        "ends_ms": order.pay_end_ms if unpaid else None,
        "moves": _order_moves(order),
    }


def _take(ad: Ad, taker: Account) -> Json:
    kinds = {option.kind for option in ad.terms.options}
    body = {
        "advOrderNumber": ad.number,
        "asset": ad.market.coin.code,
        "fiatUnit": ad.market.fiat.code,
        "tradeType": opposite(ad.side),
        "buyType": "BY_MONEY",
        "matchPrice": f"{ad.price:f}",
        "totalAmount": decimals(ad.terms.smallest, ad.market.fiat.scale),
    }
    pay_id = next((method.id for method in taker.pay_methods if method.active and method.kind in kinds), None)
    if ad.side == "BUY" and pay_id is not None:
        body["payId"] = str(pay_id)
    return {**_move(taker, "buys" if ad.side == "SELL" else "sells", "orders.place", body), "asks": "totalAmount"}


def _order_moves(order: Order) -> list[Json]:
    body, sides = {"orderNumber": order.number}, (order.buyer, order.seller)
    if order.status == OrderStatus.UNPAID:
        cancel = {**body, "orderCancelReasonCode": 4}
        return [
            _move(order.buyer, "pays", "orders.mark_paid", body),
            _move(order.buyer, "cancels", "orders.cancel", cancel),
        ]
    if order.status == OrderStatus.PAID:
        factor = {"authType": "GOOGLE", "googleVerifyCode": RIGHT_CODE}
        return [
            _move(order.seller, "releases", "orders.release", {**body, **factor}),
            *(_beside(f"{who.name} appeals", "appeal", account=who.name, order_number=order.number) for who in sides),
        ]
    if order.status == OrderStatus.IN_APPEAL:
        return [
            _beside(f"coins to {side.name}", "decide_appeal", order_number=order.number, winner=winner)
            for side, winner in zip(sides, ("buyer", "seller"), strict=True)
        ]
    return []


def _beside(label: str, name: str, **arguments: str) -> Json:
    """A move that the API has no operation for."""
    return {"label": label, "name": name, "arguments": arguments}


def _move(account: Account, verb: str, operation: str, body: Mapping[str, object]) -> Json:
    return {"label": f"{account.name} {verb}", "account": account.name, "operation": operation, "body": body}
