"""Which ads and orders a list, a search or the history shows, and in which order. Picks rows; does not write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _codes as codes
from ._codes import RefusedError
from ._market import opposite, side

if TYPE_CHECKING:
    from ._accounts import Account
    from ._ads import Ad, AdBook
    from ._fields import Fields
    from ._orders import Order, OrderBook

_DAY_MS = 86_400_000
MOST_ROWS = 100
HISTORY_DAYS = 30
HISTORY_REACHES_BACK_DAYS = 180


def own_ads(ads: AdBook, owner: Account, body: Fields) -> list[Ad]:
    """The owner's ads, newest first unless `asc` is asked for."""
    start, end = body.maybe_moment_ms("startDate"), body.maybe_moment_ms("endDate")
    rows = [
        ad
        for ad in ads
        if ad.maker is owner
        and body.maybe_text("advNo") in {None, ad.number}
        and body.maybe_text("asset") in {None, ad.market.coin.code}
        and body.maybe_text("fiatUnit") in {None, ad.market.fiat.code}
        and body.maybe_text("classify") in {None, ad.classify}
        and body.maybe_text("tradeType") in {None, ad.side}
        and body.maybe_whole("advStatus") in {None, ad.status}
        and (body.maybe_whole("inDeal") != 1 or ad.is_open)
        and _within(start, ad.created_ms, end)
    ]
    return rows if ascending(body) else rows[::-1]


def search(ads: AdBook, viewer: Account | None, body: Fields) -> list[Ad]:
    """Everybody's open ads on the side `viewer` needs, the best price first; None is somebody unknown."""
    wanted = opposite(side(body.text("tradeType")))
    asset, fiat = body.text("asset"), body.text("fiat")
    pay_types, classifies = set(body.texts("payTypes")), set(body.texts("classifies"))
    countries = set(body.texts("countries"))
    total = body.maybe_money("transAmount")
    rows = [
        ad
        for ad in ads
        if ad.is_open
        and (ad.side, ad.market.coin.code, ad.market.fiat.code) == (wanted, asset, fiat)
        and (not pay_types or any(way.kind.identifier in pay_types for way in ad.terms.ways))
        and (not classifies or ad.classify in classifies)
        and (not countries or ad.market.fiat.country in countries)
        and body.maybe_text("publisherType") in {None, ad.maker.user_type}
        and (total is None or ad.terms.smallest <= total <= ad.largest_now)
        and (body.maybe_text("filterType") != "tradable" or ad.is_open_to(viewer))
        and (body.maybe_whole("additionalKycVerifyFilter") != 1 or ad.terms.kept["takerAdditionalKycRequired"] != 1)
    ]
    # Sorting is stable, so that of two equal prices the older ad comes first.
    return sorted(rows, key=lambda ad: ad.terms.price if wanted == "SELL" else -ad.terms.price)


def orders(book: OrderBook, viewer: Account, body: Fields) -> list[Order]:
    """The viewer's orders, newest first unless `asc` is asked for."""
    status, statuses = body.maybe_whole("orderStatus"), body.wholes("orderStatusList")
    start, end = body.maybe_whole("startDate"), body.maybe_whole("endDate")
    rows = [
        order
        for order in book.of(viewer)
        if body.maybe_text("tradeType") in {None, order.side_of(viewer)}
        and status in {None, order.status}
        and (not statuses or order.status in statuses)
        and body.maybe_text("asset") in {None, order.ad.market.coin.code}
        and body.maybe_text("advNo") in {None, order.ad.number}
        and _within(start, order.placed_ms, end)
    ]
    return rows[::-1] if ascending(body) else rows


def history(book: OrderBook, viewer: Account, query: Fields, now_ms: int) -> list[Order]:
    """The viewer's orders of at most 30 days out of the last six months, newest first."""
    trade_type = query.maybe_text("tradeType")
    if trade_type not in {None, "BUY", "SELL"}:
        query.refuse("tradeType")
    start, end = _window(query, now_ms)
    start = max(start, now_ms - HISTORY_REACHES_BACK_DAYS * _DAY_MS)
    return [
        order
        for order in book.of(viewer)
        if trade_type in {None, order.side_of(viewer)} and start <= order.placed_ms <= end
    ]


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


def _within(start: int | None, moment: int, end: int | None) -> bool:
    return (start is None or start <= moment) and (end is None or moment <= end)


def ascending(body: Fields) -> bool:
    """Whether the oldest should come first."""
    # Which of the two names the field and which the direction, the specification leaves to the reader.
    return "asc" in {(body.maybe_text(name) or "").lower() for name in ("order", "sort")}
