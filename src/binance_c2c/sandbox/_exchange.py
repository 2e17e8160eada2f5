"""The counter: for each operation what is done and what is answered, once the gateway has let the caller through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import _listings as listings
from ._account_answers import pay_method
from ._accounts import seeded
from ._ad_answers import own_ad, search_row, status_result
from ._ads import AdBook, AdStatus
from ._answers import done, found, page
from ._order_answers import history_row, order_detail, order_row, paid_order, placed_order
from ._orders import OrderBook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ._accounts import Account, PayMethod
    from ._answers import Json
    from ._fields import Fields

_LIST_ROWS = 20
_HISTORY_ROWS = 100


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants, who is known and allowed to want it."""

    account: Account
    now_ms: int
    query: Fields
    body: Fields


class Exchange:
    """All there is: accounts, ads and orders."""

    def __init__(self) -> None:
        self.accounts = seeded()
        self.ads = AdBook()
        self.orders = OrderBook(self.ads)
        self.public: Mapping[str, Callable[[int], Json]] = {
            "system.ping": lambda _: {},
            "system.time": lambda now_ms: {"serverTime": now_ms},
        }
        self.private: Mapping[str, Callable[[Ask], Json]] = {
            "ads.get": self._ads_get,
            "ads.list": self._ads_list,
            "ads.post": self._ads_post,
            "ads.search": self._ads_search,
            "ads.update": self._ads_update,
            "ads.update_status": self._ads_update_status,
            "orders.cancel": self._orders_cancel,
            "orders.can_release": self._orders_can_release,
            "orders.get": self._orders_get,
            "orders.history": self._orders_history,
            "orders.list": self._orders_list,
            "orders.mark_paid": self._orders_mark_paid,
            "orders.place": self._orders_place,
            "orders.release": self._orders_release,
            "payment_methods.mine": self._payment_methods_mine,
        }

    def _ads_get(self, ask: Ask) -> Json:
        return found(own_ad(self.ads.own(ask.account, ask.query.text("adsNo"))))

    def _ads_list(self, ask: Ask) -> Json:
        where = ask.body.page(rows=_LIST_ROWS, most_rows=listings.MOST_ROWS)
        ads = listings.own_ads(self.ads, ask.account, ask.body)
        return page([own_ad(ad) for ad in ads[where]], len(ads))

    def _ads_post(self, ask: Ask) -> Json:
        return found(self.ads.post(ask.account, ask.body, ask.now_ms).number)

    def _ads_search(self, ask: Ask) -> Json:
        where = ask.body.page(rows=_LIST_ROWS, most_rows=listings.MOST_ROWS)
        ads = listings.search(self.ads, ask.account, ask.body)
        return page([search_row(ad, ask.account) for ad in ads[where]], len(ads))

    def _ads_update(self, ask: Ask) -> Json:
        self.ads.update(ask.account, ask.body, ask.now_ms)
        return found(data=True)

    def _ads_update_status(self, ask: Ask) -> Json:
        return found(status_result(self.ads.update_status(ask.account, ask.body, ask.now_ms)))

    def _orders_cancel(self, ask: Ask) -> Json:
        self.orders.cancel(ask.account, ask.body, ask.now_ms)
        return done()

    def _orders_can_release(self, ask: Ask) -> Json:
        return found(self.orders.can_release(ask.account, ask.body))

    def _orders_get(self, ask: Ask) -> Json:
        order = self.orders.get(ask.account, ask.body.text("adOrderNo"))
        return found(order_detail(order, ask.account, ask.now_ms))

    def _orders_history(self, ask: Ask) -> Json:
        where = ask.query.page(rows=_HISTORY_ROWS, most_rows=listings.MOST_ROWS)
        orders = listings.history(self.orders, ask.account, ask.query, ask.now_ms)
        return page([history_row(order, ask.account) for order in orders[where]], len(orders))

    def _orders_list(self, ask: Ask) -> Json:
        where = ask.body.page(rows=_LIST_ROWS, most_rows=listings.MOST_ROWS)
        orders = listings.orders(self.orders, ask.account, ask.body)
        return page([order_row(order, ask.account) for order in orders[where]], len(orders))

    def _orders_mark_paid(self, ask: Ask) -> Json:
        return found(paid_order(self.orders.mark_paid(ask.account, ask.body, ask.now_ms)))

    def _orders_place(self, ask: Ask) -> Json:
        order = self.orders.place(ask.account, ask.body, ask.now_ms)
        return found(placed_order(order, ask.account, ask.now_ms))

    def _orders_release(self, ask: Ask) -> Json:
        self.orders.release(ask.account, ask.body, ask.now_ms)
        return done()

    def _payment_methods_mine(self, ask: Ask) -> Json:
        methods = ask.account.pay_methods
        return found([pay_method(ask.account, method, self._ads_paid_on(method)) for method in methods])

    def _ads_paid_on(self, method: PayMethod) -> int:
        return sum(ad.status != AdStatus.CLOSED and method in {way.method for way in ad.terms.ways} for ad in self.ads)
