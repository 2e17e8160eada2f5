"""How orders are written on the wire: the detail, the row of the list, and the row of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.exchange import ExtraKyc, OrderStatus
from binance_c2c.sandbox.gateway import decimals, ticket_sizes
from binance_c2c.sandbox.handlers.ad_answers import commission_rates

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Account, Order, OrderBook, PayMethod
    from binance_c2c.sandbox.gateway import Json

_DAY_MS = 86_400_000
_SHOWN_FOR_MS = 90 * _DAY_MS
_HISTORY_SCALE = 8

HISTORY_STATUS = {
    OrderStatus.UNPAID: "TRADING",
    OrderStatus.PAID: "BUYER_PAYED",
    OrderStatus.IN_APPEAL: "IN_APPEAL",
    OrderStatus.COMPLETED: "COMPLETED",
    OrderStatus.CANCELLED: "CANCELLED",
    OrderStatus.CANCELLED_BY_SYSTEM: "CANCELLED_BY_SYSTEM",
}


def order_detail(order: Order, viewer: Account, now_ms: int, unread: int) -> Json:
    """Everything the viewer may see, and after a while or a cancellation no accounts to pay to any more."""
    ad, seller, buyer = order.ad, order.seller, order.buyer
    shown = _shows_payment_data(order, viewer, now_ms)
    appeal = order.appeal
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
        "cancelTime": None if order.status == OrderStatus.COMPLETED else order.ended_ms,
        "allowComplainTime": order.paid_ms,
        "notifyPayedExpireMinute": order.pay_minutes,
        "payTimeLimit": order.pay_minutes,
        "isComplaintAllowed": order.status == OrderStatus.PAID,
        "canCancelComplaintOrder": order.status == OrderStatus.IN_APPEAL and appeal is not None and appeal.by is viewer,
        "complaintStatus": order.appeal_status,
        "complaintReason": None if appeal is None else appeal.reason,
        "authentication": True,
        "classify": ad.classify,
        "origin": "MAKE_TAKE",
        "remark": order.remark,
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


def summary(book: OrderBook, account: Account) -> Json:
    """How many orders of the account are under way. What tells `inProcessCount` from the first was not published."""
    unfinished = _count(book, account, OrderStatus.UNPAID, OrderStatus.PAID, OrderStatus.IN_APPEAL)
    return {
        "tradingCount": unfinished,
        "buyerPayedCount": _count(book, account, OrderStatus.PAID),
        "inAppealCount": _count(book, account, OrderStatus.IN_APPEAL),
        "inProcessCount": unfinished,
    }


def _count(book: OrderBook, account: Account, *statuses: OrderStatus) -> int:
    return len(book.of(account).pick(lambda label: label.status in statuses))


def counterparty(order: Order, viewer: Account, now_ms: int) -> Json:
    """How the other side has traded so far."""
    other = order.other(viewer)
    ever, month = other.record.ever, other.record.last_30_days(now_ms)
    return {
        "completedOrderNum": ever.completed,
        "completedOrderNumOfLatest30day": month.completed,
        "finishRate": f"{ever.rate:f}",
        "finishRateLatest30Day": f"{month.rate:f}",
        "numberOfTradesWithCounterpartyCompleted30day": month.partners[viewer.name],
        "registerDays": (now_ms - other.registered_ms) // _DAY_MS,
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
    amount, commission = decimals(order.amount, _HISTORY_SCALE), order.commission
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
        "commission": decimals(commission.maker, _HISTORY_SCALE),
        "takerCommissionRate": f"{commission.taker_rate:f}",
        "takerCommission": decimals(commission.taker, _HISTORY_SCALE),
        "takerAmount": decimals(order.taker_amount, _HISTORY_SCALE),
        "counterPartNickName": f"{order.other(viewer).nickname[:3]}***",
        "payMethodName": (order.chosen or order.pay_methods[0]).kind.identifier,
        "additionalKycVerify": order.extra_kyc,
        "advertisementRole": "MAKER" if viewer is order.maker else "TAKER",
    }


def _common(order: Order, viewer: Account) -> Json:
    market, commission = order.ad.market, order.commission
    return {
        "orderNumber": order.number,
        "tradeType": order.side_of(viewer),
        "orderStatus": order.status,
        "asset": market.coin.code,
        "fiatSymbol": market.fiat.symbol,
        "amount": decimals(order.amount, market.coin.scale),
        "totalPrice": decimals(order.total, market.fiat.scale),
        "buyerNickname": order.buyer.nickname,
        "sellerNickname": order.seller.nickname,
        "createTime": order.placed_ms,
        "notifyPayEndTime": order.pay_end_ms,
        "confirmPayEndTime": order.confirm_end_ms,
        "additionalKycVerify": order.extra_kyc,
        "commissionRate": f"{commission.maker_rate:f}",
        "commission": decimals(commission.maker, market.coin.scale),
        "takerCommissionRate": f"{commission.taker_rate:f}",
        "takerCommission": decimals(commission.taker, market.coin.scale),
        "takerAmount": decimals(order.taker_amount, market.coin.scale),
        "tradeMethodCommissionRateVoList": commission_rates(
            [method.kind for method in order.pay_methods], commission.maker_rate
        ),
        **ticket_sizes(market.coin.scale, market.fiat.scale, market.fiat.price_scale),
    }


def _shows_payment_data(order: Order, viewer: Account, now_ms: int) -> bool:
    if order.status in {OrderStatus.CANCELLED, OrderStatus.CANCELLED_BY_SYSTEM}:
        return False
    if order.extra_kyc == ExtraKyc.OPEN and viewer is order.taker:
        # Nobody pays before the maker knows who it is.
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
