"""How orders are written on the wire: the detail, the row of the list, and the row of the history."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from ._ad_answers import commission_rates
from ._answers import decimals, ticket_sizes
from ._orders import OrderStatus

if TYPE_CHECKING:
    from ._accounts import Account, PayMethod
    from ._answers import Json
    from ._orders import Order

_DAY_MS = 86_400_000
_SHOWN_FOR_MS = 90 * _DAY_MS
_HISTORY_SCALE = 8

HISTORY_STATUS = {
    OrderStatus.UNPAID: "TRADING",
    OrderStatus.PAID: "BUYER_PAYED",
    OrderStatus.IN_APPEAL: "IN_APPEAL",
    OrderStatus.COMPLETED: "COMPLETED",
    OrderStatus.CANCELLED: "CANCELLED",
    OrderStatus.TIMED_OUT: "CANCELLED_BY_SYSTEM",
}


def order_detail(order: Order, viewer: Account, now_ms: int, unread: int) -> Json:
    """Everything the viewer may see, and after a while or a cancellation no accounts to pay to any more."""
    ad, seller, buyer = order.ad, order.seller, order.buyer
    shown = _shows_payment_data(order, now_ms)
    return {
        **_common(order, viewer),
        "advOrderNumber": ad.number,
        "fiatUnit": ad.market.fiat.code,
        "price": decimals(order.price, ad.market.fiat.price_scale),
        "currencyRate": None,
        "buyerName": buyer.kyc_name,
        "sellerName": seller.kyc_name,
        "payType": (order.chosen or order.pay_methods[0]).kind.identifier,
        "selectedPayId": None if order.chosen is None else order.chosen.id,
        "payMethods": [_pay_method(method, shown=shown) for method in order.pay_methods],
        "updateTime": order.updated_ms,
        "notifyPayTime": order.paid_ms,
        "confirmPayTime": order.ended_ms if order.status == OrderStatus.COMPLETED else None,
        "cancelTime": order.ended_ms if order.status in {OrderStatus.CANCELLED, OrderStatus.TIMED_OUT} else None,
        "notifyPayedExpireMinute": ad.terms.pay_minutes,
        "payTimeLimit": ad.terms.pay_minutes,
        "isComplaintAllowed": False,
        "complaintStatus": None,
        "authentication": True,
        "classify": ad.classify,
        "origin": "MAKE_TAKE",
        "remark": ad.terms.kept["remarks"],
        "unreadCount": unread,
        "takerUserNo": order.taker.user_no,
        "maker": _user(order.maker),
        "taker": _user(order.taker),
    }


def placed_order(order: Order, viewer: Account, now_ms: int, unread: int) -> Json:
    """What placing answers."""
    return {"result": True, "orderMatch": order_detail(order, viewer, now_ms, unread)}


def paid_order(order: Order) -> Json:
    """What marking as paid answers."""
    return {
        "orderNumber": order.number,
        "orderStatus": order.status,
        "selectedPayId": None if order.chosen is None else order.chosen.id,
        "notifyPayTime": order.paid_ms,
        "confirmPayEndTime": order.confirm_end_ms,
        "complainFreezeTime": None,
    }


def order_row(order: Order, viewer: Account, unread: int) -> Json:
    """An order in the list."""
    return {
        **_common(order, viewer),
        "advNo": order.ad.number,
        "fiat": order.ad.market.fiat.code,
        "chatUnreadCount": unread,
    }


def history_row(order: Order, viewer: Account) -> Json:
    """An order in the history, which has its own names, words and number of decimals."""
    ad = order.ad
    other = order.buyer if viewer is order.seller else order.seller
    amount = decimals(order.amount, _HISTORY_SCALE)
    return {
        "orderNumber": order.number,
        "advNo": ad.number,
        "tradeType": order.side_of(viewer),
        "asset": ad.market.coin.code,
        "fiat": ad.market.fiat.code,
        "fiatSymbol": ad.market.fiat.symbol,
        "amount": amount,
        "totalPrice": decimals(order.total, _HISTORY_SCALE),
        "unitPrice": decimals(order.price, ad.market.fiat.price_scale),
        "orderStatus": HISTORY_STATUS[order.status],
        "createTime": order.placed_ms,
        "commission": decimals(Decimal(0), _HISTORY_SCALE),
        "takerCommissionRate": "0",
        "takerCommission": "0",
        "takerAmount": amount,
        "counterPartNickName": f"{other.nickname[:3]}***",
        "payMethodName": (order.chosen or order.pay_methods[0]).kind.identifier,
        "additionalKycVerify": 0,
        "advertisementRole": "MAKER" if viewer is order.maker else "TAKER",
    }


def _common(order: Order, viewer: Account) -> Json:
    market = order.ad.market
    amount = decimals(order.amount, market.coin.scale)
    return {
        "orderNumber": order.number,
        "tradeType": order.side_of(viewer),
        "orderStatus": order.status,
        "asset": market.coin.code,
        "fiatSymbol": market.fiat.symbol,
        "amount": amount,
        "totalPrice": decimals(order.total, market.fiat.scale),
        "buyerNickname": order.buyer.nickname,
        "sellerNickname": order.seller.nickname,
        "createTime": order.placed_ms,
        "notifyPayEndTime": order.pay_end_ms,
        "confirmPayEndTime": order.confirm_end_ms,
        "additionalKycVerify": 0,
        "commissionRate": "0.00",
        "commission": "0.00",
        "takerCommissionRate": "0",
        "takerCommission": "0",
        "takerAmount": amount,
        "tradeMethodCommissionRateVoList": commission_rates([method.kind for method in order.pay_methods]),
        **ticket_sizes(market.coin.scale, market.fiat.scale, market.fiat.price_scale),
    }


def _shows_payment_data(order: Order, now_ms: int) -> bool:
    if order.status in {OrderStatus.CANCELLED, OrderStatus.TIMED_OUT}:
        return False
    return order.status != OrderStatus.COMPLETED or now_ms - order.placed_ms <= _SHOWN_FOR_MS


def _pay_method(method: PayMethod, *, shown: bool) -> Json:
    fields = [
        _field("1", "Payee", "payee", method.payee, 0),
        _field("2", "Bank", "bank", method.bank, 0),
        _field("3", "CLABE", "pay_account", method.account_number, 1),
    ]
    return {
        "id": method.id,
        "identifier": method.kind.identifier,
        "tradeMethodName": method.kind.name,
        "iconUrlColor": None,
        "fields": fields if shown else [],
    }


def _field(number: str, name: str, content: str, value: str, restriction: int) -> Json:
    return {
        "fieldId": number,
        "fieldName": name,
        "fieldContentType": content,
        "fieldValue": value,
        "restrictionType": restriction,
        "isRequired": True,
        "isCopyable": True,
        "hintWord": None,
    }


def _user(account: Account) -> Json:
    return {"userNo": account.user_no, "userType": account.user_type, "nickName": account.nickname}
