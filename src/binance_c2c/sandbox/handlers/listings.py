"""Which ads and orders a list, a search or the history shows, and in which order. Picks rows; does not write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.exchange import is_open_to, opposite, side
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Account, Ad, AdBook, AdLabel, Label, Order, OrderBook, OrderLabel
    from binance_c2c.sandbox.fields import Fields

_DAY_MS = 86_400_000
_LIST_ROWS = 20
_HISTORY_ROWS = 100
MOST_ROWS = 100
HISTORY_DAYS = 30
# Six months are at most 184 days.
HISTORY_REACHES_BACK_DAYS = 184


def own_ads(ads: AdBook, owner: Account, body: Fields) -> tuple[list[Ad], int]:
    """One page of the owner's ads, newest first unless `asc` is asked for, and how many there are."""
    in_deal = body.maybe_whole("inDeal") == 1
    asked = {
        "asset": body.maybe_text("asset"),
        "fiat": body.maybe_text("fiatUnit"),
        "classify": body.maybe_text("classify"),
        "side": body.maybe_text("tradeType"),
        "status": body.maybe_whole("advStatus"),
        "is_open": True if in_deal else None,
    }

    def wanted(label: AdLabel) -> bool:
        if in_deal and not owner.shop.trades:
            return False
        return all(value in {None, getattr(label, name)} for name, value in asked.items())

    rows = ads.of(owner, body.maybe_text("advNo")).pick(
        wanted, body.maybe_moment_ms("startDate"), body.maybe_moment_ms("endDate")
    )
    where = body.page(rows=_LIST_ROWS, most_rows=MOST_ROWS)
    return [ads[number] for number in rows.page(where, ascending=ascending(body))], len(rows)


def search(
    ads: AdBook, viewer: Account | None, body: Fields, now_ms: int, where: slice | None = None
) -> tuple[list[Ad], int]:
    """One page of everybody's open ads on the side `viewer` needs, the best price first, and how many there are.

    A viewer who is None is somebody unknown, at the website.
    """
    market = opposite(side(body.text("tradeType"))), body.text("asset"), body.text("fiat")
    pay_types, classifies = set(body.texts("payTypes")), set(body.texts("classifies"))
    countries, publisher = set(body.texts("countries")), body.maybe_text("publisherType")
    tradable = body.maybe_text("filterType") == "tradable"
    minutes = set(body.wholes("periods"))
    no_extra_kyc = body.maybe_whole("additionalKycVerifyFilter") == 1

    def wanted(label: Label) -> bool:
        return (
            (label.side, label.asset, label.fiat) == market
            and label.maker.shop.trades
            and (not pay_types or any(kind.identifier in pay_types for kind in label.kinds))
            and (not classifies or label.classify in classifies)
            and (not countries or label.country in countries)
            and (not minutes or label.pay_minutes in minutes)
            and publisher in {None, label.maker.user_type}
            and not (no_extra_kyc and label.takes_extra_kyc)
            and (not tradable or is_open_to(label, viewer, now_ms))
        )

    total = body.maybe_money("transAmount")
    numbers, count = ads.board.search(wanted, total, where or body.page(rows=_LIST_ROWS, most_rows=MOST_ROWS))
    return [ads[number] for number in numbers], count


def orders(book: OrderBook, viewer: Account, body: Fields) -> tuple[list[Order], int]:
    """One page of the viewer's orders, newest first unless `asc` is asked for, and how many there are."""
    trade_type, asset = body.maybe_text("tradeType"), body.maybe_text("asset")
    status, statuses = body.maybe_whole("orderStatus"), set(body.wholes("orderStatusList"))

    def wanted(label: OrderLabel) -> bool:
        return (
            trade_type in {None, label.side}
            and status in {None, label.status}
            and (not statuses or label.status in statuses)
            and asset in {None, label.asset}
        )

    rows = book.of(viewer, body.maybe_text("advNo")).pick(
        wanted, body.maybe_whole("startDate"), body.maybe_whole("endDate")
    )
    where = body.page(rows=_LIST_ROWS, most_rows=MOST_ROWS)
    return [book[number] for number in rows.page(where, ascending=ascending(body))], len(rows)


def history(book: OrderBook, viewer: Account, query: Fields, now_ms: int) -> tuple[list[Order], int]:
    """One page of the viewer's orders of at most 30 days out of the last six months, newest first, and their number."""
    trade_type = query.maybe_text("tradeType")
    if trade_type not in {None, "BUY", "SELL"}:
        query.refuse("tradeType")
    start, end = _window(query, now_ms)
    oldest = now_ms - HISTORY_REACHES_BACK_DAYS * _DAY_MS
    if end < oldest:
        query.refuse("endTimestamp")
    rows = book.of(viewer).pick(lambda label: trade_type in {None, label.side}, max(start, oldest), end)
    where = query.page(rows=_HISTORY_ROWS, most_rows=MOST_ROWS)
    return [book[number] for number in rows.page(where, ascending=False)], len(rows)


def _window(query: Fields, now_ms: int) -> tuple[int, int]:
    start, end = query.maybe_whole("startTimestamp"), query.maybe_whole("endTimestamp")
    if end is None:
        end = now_ms if start is None else start + HISTORY_DAYS * _DAY_MS
    if start is None:
        start = end - HISTORY_DAYS * _DAY_MS
    if start > end:
        query.refuse("startTimestamp")
    if end - start > HISTORY_DAYS * _DAY_MS:
        raise RefusedError(codes.WINDOW_TOO_LONG, HISTORY_DAYS, "startTimestamp", "endTimestamp")
    return start, end


def ascending(body: Fields) -> bool:
    """Whether the oldest should come first."""
    # Which of the two names the field and which the direction, the specification leaves to the reader.
    return "asc" in {(body.maybe_text(name) or "").lower() for name in ("order", "sort")}
