"""Each operation called with every argument there is, and what must then leave, typed by hand from the vendor's tables.

Operations without arguments are in `contract_calls_minimal.py` alone.
"""

from decimal import Decimal

from binance_c2c_sapi.models import OrderStatus
from tests.support.contract import Request
from tests.support.contract_calls_ads import (
    AD,
    ADS,
    EVENING,
    EVENING_MS,
    FACTORS,
    FACTORS_ON_THE_WIRE,
    MARCH,
    MARCH_MS,
    ORDER,
    OTHER_AD,
)

RELEASE = {**FACTORS, "order_number": ORDER, "confirm_paid_type": "normal", "pay_id": 40100200}
RELEASE_ON_THE_WIRE = {**FACTORS_ON_THE_WIRE, "orderNumber": ORDER, "confirmPaidType": "normal", "payId": 40100200}

FULL = (
    *ADS,
    Request(
        "merchant.profile",
        {"merchant_no": "s00000000000000000000000000000001"},
        query={"merchantNo": "s00000000000000000000000000000001"},
    ),
    Request(
        "orders.cancel",
        {"order_number": ORDER, "order_cancel_reason_code": 5, "order_cancel_additional_info": "duplicate order"},
        body={"orderNumber": ORDER, "orderCancelReasonCode": 5, "orderCancelAdditionalInfo": "duplicate order"},
    ),
    Request("orders.can_cancel", {"order_number": ORDER}, body={"orderNumber": ORDER}),
    # The schema is shared with `orders.get`; here the same key carries the number of an ad.
    Request("orders.can_place", {"adv_no": AD}, body={"adOrderNo": AD}),
    Request("orders.can_release", RELEASE, body=RELEASE_ON_THE_WIRE),
    Request("orders.get", {"order_number": ORDER}, body={"adOrderNo": ORDER}),
    Request(
        "orders.list",
        {
            "page": 2,
            "rows": 50,
            "trade_type": "SELL",
            "order_status": OrderStatus.COMPLETED,
            "order_status_list": [1, 2, OrderStatus.IN_APPEAL],
            "asset": "USDT",
            "adv_no": AD,
            "pay_type": 1,
            "start": MARCH,
            "end": EVENING,
            "order": "createTime",
            "sort": "desc",
        },
        body={
            "page": 2,
            "rows": 50,
            "tradeType": "SELL",
            "orderStatus": 4,
            "orderStatusList": [1, 2, 3],
            "asset": "USDT",
            "advNo": AD,
            "payType": 1,
            "startDate": MARCH_MS,
            "endDate": EVENING_MS,
            "order": "createTime",
            "sort": "desc",
        },
    ),
    Request(
        "orders.history",
        {"trade_type": "BUY", "start": MARCH, "end": EVENING, "page": 2, "rows": 50},
        query={
            "endTimestamp": str(EVENING_MS),
            "page": "2",
            "rows": "50",
            "startTimestamp": str(MARCH_MS),
            "tradeType": "BUY",
        },
    ),
    Request(
        "orders.mark_paid", {"order_number": ORDER, "pay_id": 50100200}, body={"orderNumber": ORDER, "payId": 50100200}
    ),
    Request(
        "orders.place",
        {
            "adv_no": OTHER_AD,
            "asset": "USDT",
            "fiat": "MXN",
            "buy_type": "BY_MONEY",
            "total_amount": 5000,
            "match_price": Decimal("18.39"),
            "trade_type": "SELL",
            "pay_id": 40100200,
            "pay_type": "BANK",
            "origin": "MAKE_TAKE",
            "area": "p2pZone",
            "channel": "c2c",
        },
        body={
            "advOrderNumber": OTHER_AD,
            "asset": "USDT",
            "fiatUnit": "MXN",
            "buyType": "BY_MONEY",
            "totalAmount": "5000",
            "matchPrice": "18.39",
            "tradeType": "SELL",
            "payId": 40100200,
            "payType": "BANK",
            "origin": "MAKE_TAKE",
            "area": "p2pZone",
            "channel": "c2c",
        },
    ),
    Request("orders.counterparty_stats", {"order_number": ORDER}, body={"orderNumber": ORDER}),
    Request("orders.release", RELEASE, body=RELEASE_ON_THE_WIRE),
    Request("orders.verify_kyc", {"order_number": ORDER}, body={"orderNumber": ORDER}),
    Request("payment_methods.get", {"pay_id": 40100200}, query={"id": "40100200"}),
    Request(
        "chat.risk_tips",
        {"fiat": "MXN", "order_number": ORDER, "scene": "Chat"},
        body={"fiat": "MXN", "orderNo": ORDER, "scene": "Chat"},
    ),
    Request("chat.image_upload_url", {"image_name": "receipt.jpg"}, body={"imageName": "receipt.jpg"}),
    Request(
        "chat.mark_order_read",
        {"order_number": ORDER, "user_id": 350000001},
        body={"orderNo": ORDER, "userId": 350000001},
    ),
    Request(
        "chat.messages",
        {
            "order_number": ORDER,
            "chat_message_type": "image",
            "id": 990000000000002,
            "page": 2,
            "rows": 50,
            "order": "createTime",
            "sort": "desc",
        },
        query={
            "chatMessageType": "image",
            "id": "990000000000002",
            "order": "createTime",
            "orderNo": ORDER,
            "page": "2",
            "rows": "50",
            "sort": "desc",
        },
    ),
    Request("commission_rates.overview", {"fiat": "MXN"}, body={"fiat": "MXN"}),
    Request(
        "commission_rates.taker",
        {
            "area": "p2pZone",
            "asset": "USDT",
            "fiat": "MXN",
            "classify": "mass",
            "trade_type": "buy",
            "trade_method_identifier": ["SPEI", "BANK"],
        },
        body={
            "area": "p2pZone",
            "asset": "USDT",
            "fiat": "MXN",
            "classify": "mass",
            "tradeType": "buy",
            "tradeMethodIdentifier": ["SPEI", "BANK"],
        },
    ),
)
