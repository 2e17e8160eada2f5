"""Orders: placed, read, listed, counted, paid, released, cancelled, and their JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.exchange import ExtraKyc, OrderStatus, PlaceOrder
from binance_c2c.sandbox.gateway import decimals
from binance_c2c.sandbox.handlers.envelope import commission_rates, ok, ok_page, payment_data, ticket_sizes
from binance_c2c.sandbox.handlers.merchant import is_verified_merchant
from binance_c2c.sandbox.handlers.reading import is_ascending, money, page_slice, query_page, second_factor
from binance_c2c.sandbox.handlers.registry import private
from binance_c2c.sandbox.refusals import InvalidValueError, RefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Account, Exchange, Order, OrderKey, Orders, PayMethod
    from binance_c2c.sandbox.gateway import Json, Query, Request
    from binance_c2c_strict import models

HISTORY_DAYS = 30
# Six months are at most 184 days.
HISTORY_REACHES_BACK_DAYS = 184
_HISTORY_ROWS = 100

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


@private("orders.can_cancel")
def _can_cancel(exchange: Exchange, request: Request[models.CanCancelOrderRequest]) -> Json:
    return ok(exchange.orders.can_cancel(request.account, request.model.orderNumber))


@private("orders.can_place")
def _can_place(exchange: Exchange, request: Request[models.CanPlaceOrderRequest]) -> Json:
    return ok(exchange.orders.can_place(request.account, request.model.adOrderNo, request.now_ms))


@private("orders.can_release", auth_type="authType")
def _can_release(exchange: Exchange, request: Request[models.ReleaseOrderRequest]) -> Json:
    body = request.model
    return ok(exchange.orders.can_release(request.account, body.orderNumber, second_factor(body)))


@private("orders.cancel", text="orderCancelAdditionalInfo")
def _cancel(exchange: Exchange, request: Request[models.CancelOrderRequest]) -> Json:
    body = request.model
    reason, text = body.orderCancelReasonCode, body.orderCancelAdditionalInfo
    exchange.orders.cancel(request.account, body.orderNumber, reason, text, request.now_ms)
    return ok()


@private("orders.counterparty_stats")
def _counterparty_stats(exchange: Exchange, request: Request[models.CounterpartyStatsRequest]) -> Json:
    order = exchange.orders.get(request.account, request.model.orderNumber)
    return ok(counterparty(order, request.account, request.now_ms))


@private("orders.get")
def _get(exchange: Exchange, request: Request[models.GetOrderRequest]) -> Json:
    order = exchange.orders.get(request.account, request.model.adOrderNo)
    return ok(order_detail(exchange, order, request.account, request.now_ms))


@private("orders.history")
def _history(exchange: Exchange, request: Request[None]) -> Json:
    viewer, query, trade_type = request.account, request.query, request.query.text("tradeType")
    if trade_type not in {None, "BUY", "SELL"}:
        raise InvalidValueError("tradeType", refusals.PARAMETER_INVALID)
    start, end = _window(query, request.now_ms)
    oldest = request.now_ms - HISTORY_REACHES_BACK_DAYS * _DAY_MS
    if end < oldest:
        raise InvalidValueError("endTimestamp", refusals.PARAMETER_INVALID)
    matches = exchange.orders.of_account(viewer).select(
        lambda key: trade_type in {None, key.side}, max(start, oldest), end
    )
    numbers = matches.page(query_page(query, _HISTORY_ROWS), descending=True)
    return ok_page([history_row(exchange.orders[number], viewer) for number in numbers], len(matches))


@private("orders.list")
def _list(exchange: Exchange, request: Request[models.ListOrdersRequest]) -> Json:
    body, viewer, unread = request.model, request.account, exchange.chats.unread
    # Finished orders are listed only where their status is asked for.
    statuses = set[int](body.orderStatusList or (status for status in OrderStatus if not status.is_over))
    if body.orderStatus is not None:
        statuses = {int(body.orderStatus)} & set[int](body.orderStatusList or (body.orderStatus,))

    def wanted(key: OrderKey) -> bool:
        return body.tradeType in {None, key.side} and key.status in statuses and body.asset in {None, key.asset}

    matches = exchange.orders.of_account(viewer, body.advNo).select(wanted, body.startDate, body.endDate)
    rows = page_slice(body.page, body.rows)
    numbers = matches.page(rows, descending=not is_ascending(body.order, body.sort))
    orders = [exchange.orders[number] for number in numbers]
    return ok_page([order_row(order, viewer, unread(viewer, order.number)) for order in orders], len(matches))


@private("orders.mark_paid")
def _mark_paid(exchange: Exchange, request: Request[models.MarkOrderPaidRequest]) -> Json:
    body = request.model
    return ok(paid_order(exchange.orders.mark_paid(request.account, body.orderNumber, body.payId, request.now_ms)))


@private("orders.place", total_amount="totalAmount")
def _place(exchange: Exchange, request: Request[models.PlaceOrderRequest]) -> Json:
    body = request.model
    wanted = PlaceOrder(
        adv_no=body.advOrderNumber,
        total_amount=money(body.totalAmount, "totalAmount"),
        by_amount=body.buyType == "BY_AMOUNT",
        pay_id=body.payId,
        price=money(body.matchPrice, "matchPrice"),
        asset=body.asset,
        fiat=body.fiatUnit,
        side=body.tradeType.value,
    )
    order = exchange.orders.place(request.account, wanted, request.now_ms)
    return ok({"result": True, "orderMatch": order_detail(exchange, order, request.account, request.now_ms)})


@private("orders.release", auth_type="authType")
def _release(exchange: Exchange, request: Request[models.ReleaseOrderRequest]) -> Json:
    body = request.model
    exchange.orders.release(request.account, body.orderNumber, second_factor(body), body.payId, request.now_ms)
    return ok()


@private("orders.summary")
def _summary(exchange: Exchange, request: Request[None]) -> Json:
    return ok(summary(exchange.orders, request.account))


@private("orders.verify_kyc")
def _verify_kyc(exchange: Exchange, request: Request[models.VerifyKycRequest]) -> Json:
    order = exchange.orders.verify_kyc(request.account, request.model.orderNumber, request.now_ms)
    return ok({"orderNumber": order.number, "kycVerified": True})


def _window(query: Query, now_ms: int) -> tuple[int, int]:
    """Start and end of the requested history, at most 30 days apart."""
    start, end = query.whole("startTimestamp"), query.whole("endTimestamp")
    if end is None:
        end = now_ms if start is None else start + HISTORY_DAYS * _DAY_MS
    if start is None:
        start = end - HISTORY_DAYS * _DAY_MS
    if start > end:
        raise InvalidValueError("startTimestamp", refusals.PARAMETER_INVALID)
    if end - start > HISTORY_DAYS * _DAY_MS:
        raise RefusedError(refusals.WINDOW_TOO_LONG, HISTORY_DAYS, "startTimestamp", "endTimestamp")
    return start, end


def order_detail(exchange: Exchange, order: Order, viewer: Account, now_ms: int) -> Json:
    """JSON of an order for one of its sides; without payment accounts once it was cancelled or is old."""
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
        # A guess: the document does not say which of the two has to be a verified merchant.
        "authentication": is_verified_merchant(order.maker),
        "classify": ad.classify,
        "origin": "MAKE_TAKE",
        "remark": order.remark,
        "unreadCount": exchange.chats.unread(viewer, order.number),
        "takerUserNo": order.taker.user_no,
        "maker": _user(order.maker),
        "taker": _user(order.taker),
    }


def paid_order(order: Order) -> Json:
    """JSON of an order that was just marked as paid."""
    return {
        "orderNumber": order.number,
        "orderStatus": order.status,
        "selectedPayId": None if order.chosen is None else order.chosen.id,
        "notifyPayTime": order.paid_ms,
        "confirmPayEndTime": order.confirm_end_ms,
        "complainFreezeTime": None,
    }


def summary(orders: Orders, account: Account) -> Json:
    """JSON of the numbers of unfinished orders. How `inProcessCount` differs from `tradingCount` was not published."""
    unfinished = _count(orders, account, OrderStatus.UNPAID, OrderStatus.PAID, OrderStatus.IN_APPEAL)
    return {
        "tradingCount": unfinished,
        "buyerPayedCount": _count(orders, account, OrderStatus.PAID),
        "inAppealCount": _count(orders, account, OrderStatus.IN_APPEAL),
        "inProcessCount": unfinished,
    }


def _count(orders: Orders, account: Account, *statuses: OrderStatus) -> int:
    return len(orders.of_account(account).select(lambda key: key.status in statuses))


def counterparty(order: Order, viewer: Account, now_ms: int) -> Json:
    """JSON of the trading statistics of an order's other side."""
    other = order.other(viewer)
    ever, month = other.stats.all_time, other.stats.last_30_days(now_ms)
    return {
        "completedOrderNum": ever.completed,
        "completedOrderNumOfLatest30day": month.completed,
        "finishRate": f"{ever.rate:f}",
        "finishRateLatest30Day": f"{month.rate:f}",
        "numberOfTradesWithCounterpartyCompleted30day": month.partners[viewer.name],
        "registerDays": other.days_registered(now_ms),
    }


def order_row(order: Order, viewer: Account, unread: int) -> Json:
    """JSON of an order in the list of orders."""
    return {
        **_common(order, viewer),
        "advNo": order.ad.number,
        "fiat": order.ad.market.fiat.code,
        "chatUnreadCount": unread,
    }


def history_row(order: Order, viewer: Account) -> Json:
    """JSON of an order in the history, which differs from the list in names, status words and decimals."""
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
    if order.extra_kyc == ExtraKyc.PENDING and viewer is order.taker:
        # A taker learns where to pay only once the maker has verified who that is.
        return False
    return order.status != OrderStatus.COMPLETED or now_ms - order.placed_ms <= _SHOWN_FOR_MS


def _pay_method(method: PayMethod, *, shown: bool) -> Json:
    fields = [{**field, "isRequired": True, "isCopyable": True, "hintWord": None} for field in payment_data(method)]
    return {
        "id": method.id,
        "identifier": method.kind.identifier,
        "tradeMethodName": method.kind.name,
        "iconUrlColor": None,
        "fields": fields if shown else [],
    }


def _user(account: Account) -> Json:
    return {"userNo": account.user_no, "userType": account.user_type, "nickName": account.nickname}
