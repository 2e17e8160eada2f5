"""What there is to ask for, typed by hand from the vendor's document (C2C SAPI v7.4) and never from the description.

`api-facts.md`, sections 1.1, 1.2 and 8, has method, path and proof; `design.md`, section 4, has the names.
"""

from typing import NamedTuple

C2C = "/sapi/v1/c2c/"
EXCHANGE, WEBSITE = "api.binance.com", "p2p.binance.com"


class Row(NamedTuple):
    """One operation."""

    name: str
    """`resource.method`."""
    method: str
    path: str
    security: str
    """What the exchange wants to see: `none`, the `key`, or the key and a signature (`signed`)."""
    effect: str
    """`reads` leaves the exchange as it was, so that asking twice is asking once; `acts` may do something twice."""
    extent: str
    """`paged` takes `page` and `rows` and has a walking twin; `whole` comes in one piece."""
    client: str
    """`web` goes out as `clientType`; `-` is no such header."""
    answer: str
    """`envelope` is `{code, message, data, success}`; `bare` has the fields themselves."""

    @property
    def host(self) -> str:
        return WEBSITE if self.path.startswith("/bapi/") else EXCHANGE


def _rows(table: str) -> tuple[Row, ...]:
    rows = [Row(*line.split()) for line in table.strip().splitlines()]
    return tuple(row if row.path.startswith("/") else row._replace(path=C2C + row.path) for row in rows)


# Why some read and some act:
# - `can_cancel`, `can_place` and `can_release` ask whether something would be allowed, and do none of it.
# - `credential` hands out one more token. The one whose answer was lost is never used, and only a second connection
#   closes a first. `image_upload_url` hands out one more address, under which nothing lies until somebody uploads.
# - Marking as read twice marks too much: what arrived in between was seen by nobody.
# - The switches of a merchant turn back what was turned meanwhile, and a second rest begins later than the first.
# - `update` may send an ad's stock; sent late, it undoes a sale. One too many also counts towards a throttle (187049).
# - `verify_kyc` sounds like a question and is the statement that somebody was verified.
OPERATIONS = _rows("""
ads.categories             GET  ads/getAvailableAdsCategory                signed reads whole web envelope
ads.get                    POST ads/getDetailByNo                          signed reads whole web envelope
ads.reference_prices       POST ads/getReferencePrice                      signed reads whole web envelope
ads.list                   POST ads/listWithPagination                     signed reads paged web envelope
ads.post                   POST ads/post                                   signed acts  whole web envelope
ads.search                 POST ads/search                                 signed reads paged web envelope
ads.update                 POST ads/update                                 signed acts  whole web envelope
ads.update_status          POST ads/updateStatus                           signed acts  whole web envelope
currencies.digital         POST digitalCurrency/list                       signed reads whole web envelope
currencies.fiat            POST fiatCurrency/list                          signed reads whole web envelope
merchant.close_business    POST merchant/closeBusiness                     signed acts  whole web envelope
merchant.end_rest          POST merchant/endRest                           signed acts  whole web envelope
merchant.profile           GET  merchant/getAdDetails                      signed reads whole web envelope
merchant.go_offline        POST merchant/getOffline                        signed acts  whole web envelope
merchant.go_online         POST merchant/getOnline                         signed acts  whole web envelope
merchant.start_business    POST merchant/startBusiness                     signed acts  whole web envelope
merchant.start_rest        POST merchant/startRest                         signed acts  whole web envelope
orders.cancel              POST orderMatch/cancelOrder                     signed acts  whole web envelope
orders.can_cancel          POST orderMatch/checkIfAllowedCancelOrder       signed reads whole web envelope
orders.can_place           POST orderMatch/checkIfCanPlaceOrder            signed reads whole web envelope
orders.can_release         POST orderMatch/checkIfCanReleaseCoin           signed reads whole web envelope
orders.get                 POST orderMatch/getUserOrderDetail              signed reads whole web envelope
orders.summary             GET  orderMatch/getUserOrderSummary             signed reads whole web envelope
orders.list                POST orderMatch/listOrders                      signed reads paged web envelope
orders.history             GET  orderMatch/listUserOrderHistory            signed reads paged web envelope
orders.mark_paid           POST orderMatch/markOrderAsPaid                 signed acts  whole web envelope
orders.place               POST orderMatch/placeOrder                      signed acts  whole web envelope
orders.counterparty_stats  POST orderMatch/queryCounterPartyOrderStatistic signed reads whole web envelope
orders.release             POST orderMatch/releaseCoin                     signed acts  whole web envelope
orders.verify_kyc          POST orderMatch/verifiedAdditionalKyc           signed acts  whole web envelope
payment_methods.get        GET  paymentMethod/getPayMethodById             signed reads whole web envelope
payment_methods.mine       GET  paymentMethod/getPayMethodByUserId         signed reads whole web envelope
payment_methods.list       POST paymentMethod/listAll                      signed reads whole web envelope
users.me                   POST user/baseDetail                            signed reads whole web envelope
chat.risk_tips             POST chat/getRiskWarningTips                    signed reads whole web envelope
chat.image_upload_url      POST chat/image/pre-signed-url                  signed reads whole web envelope
chat.mark_order_read       POST chat/markOrderMessagesAsRead               key    acts  whole web envelope
chat.mark_user_read        POST chat/markUserMessagesAsRead                key    acts  whole web envelope
chat.credential            GET  chat/retrieveChatCredential                signed reads whole web envelope
chat.messages              GET  chat/retrieveChatMessagesWithPagination    signed reads paged web envelope
commission_rates.overview  POST commission-rate/overview                   signed reads whole web envelope
commission_rates.taker     POST commission-rate/taker                      signed reads whole web envelope
""")

OUTSIDE = _rows("""
system.time                GET  /api/v3/time                               none   reads whole -   bare
system.ping                GET  /api/v3/ping                               none   reads whole -   bare
keys.permissions           GET  /sapi/v1/account/apiRestrictions           signed reads whole -   bare
keys.rsa_public_key        GET  cryptography/rsa-public-key                signed reads whole web envelope
market.search              POST /bapi/c2c/v2/friendly/c2c/adv/search       none   reads paged -   envelope
market.ad                  GET  /bapi/c2c/v2/public/c2c/adv/detail-with-advertiser none reads whole - envelope
""")
"""What is not in the document's index and still is wanted."""

TABLE = {row.name: row for row in (*OPERATIONS, *OUTSIDE)}

CONTROLLERS = {
    "ads": 8,
    "digitalCurrency": 1,
    "fiatCurrency": 1,
    "merchant": 7,
    "orderMatch": 13,
    "paymentMethod": 3,
    "user": 1,
    "chat": 6,
    "commission-rate": 2,
}
"""How many operations the document lists under each of its controllers."""

DOCUMENTED_WEIGHTS = {"orders.history": 1, "system.time": 1, "system.ping": 1, "keys.permissions": 1}
"""The only weights that Binance publishes of these."""
