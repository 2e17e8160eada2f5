"""Merchants: their public profile, and the operations that open and close their own business."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.exchange import AdStatus
from binance_c2c.sandbox.gateway import decimals
from binance_c2c.sandbox.handlers.envelope import ok, ticket_sizes
from binance_c2c.sandbox.handlers.registry import private
from binance_c2c.sandbox.refusals import InvalidValueError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Account, Ad, Exchange, PayKind
    from binance_c2c.sandbox.gateway import Json, Request

_DAY_MS = 86_400_000
_VERIFIED_MERCHANT = 3
_VERIFIED_USER = 2


@private("merchant.profile")
def _profile(exchange: Exchange, request: Request[None]) -> Json:
    viewer, now_ms = request.account, request.now_ms
    merchant = _named(exchange, request)
    shown = merchant.status.is_trading or merchant is viewer
    ads = [ad for ad in exchange.ads if ad.maker is merchant and ad.status == AdStatus.ONLINE and shown]
    lists = {
        f"{side.lower()}List": [merchant_ad(ad, viewer, now_ms) for ad in ads if ad.side == side]
        for side in ("BUY", "SELL")
    }
    return ok({"merchant": merchant_user(merchant, now_ms), **lists})


@private("merchant.go_online")
def _go_online(_: Exchange, request: Request[None]) -> Json:
    request.account.status.is_online = True
    return ok()


@private("merchant.go_offline")
def _go_offline(_: Exchange, request: Request[None]) -> Json:
    request.account.status.is_online = False
    return ok()


@private("merchant.start_business")
def _start_business(_: Exchange, request: Request[None]) -> Json:
    request.account.status.set_open(is_open=True)
    return ok(data=True)


@private("merchant.close_business")
def _close_business(_: Exchange, request: Request[None]) -> Json:
    request.account.status.set_open(is_open=False)
    return ok(data=True)


@private("merchant.start_rest")
def _start_rest(_: Exchange, request: Request[None]) -> Json:
    return ok({"suspendEndTime": request.account.status.start_break(request.now_ms)})


@private("merchant.end_rest")
def _end_rest(_: Exchange, request: Request[None]) -> Json:
    request.account.status.end_break()
    return ok(data=True)


def _named(exchange: Exchange, request: Request[None]) -> Account:
    number = request.query.text("merchantNo")
    if number is None:
        return request.account
    named = (account for account in exchange.accounts.values() if account.user_no == number)
    merchant = next(named, None)
    if merchant is None:
        raise InvalidValueError("merchantNo", refusals.PARAMETER_INVALID)
    return merchant


def user_grade(account: Account) -> int:
    """The verification grade of an account, as the API counts it."""
    return _VERIFIED_MERCHANT if account.user_type == "merchant" else _VERIFIED_USER


def registered_days(account: Account, now_ms: int) -> int:
    """Whole days since the account was registered."""
    return max(0, now_ms - account.registered_ms) // _DAY_MS


def merchant_user(account: Account, now_ms: int) -> Json:
    """JSON of a merchant: name, verification, and trading statistics."""
    ever, month = account.stats.all_time, account.stats.last_30_days(now_ms)
    days, rate = registered_days(account, now_ms), f"{month.rate:f}"
    return {
        "merchantNo": account.user_no,
        "userNo": account.user_no,
        "nickName": account.nickname,
        "userType": account.user_type,
        "onlineStatus": str(int(account.status.is_online)),
        "orderCount": ever.completed,
        "monthOrderCount": month.completed,
        "monthFinishRate": rate,
        "advConfirmTime": account.release_seconds,
        "registerDays": days,
        "firstOrderDays": days,
        "authentication": True,
        "bindMobile": True,
        "emailVerified": True,
        "idVerified": True,
        "userGradeInstanceResp": {
            "userGrade": user_grade(account),
            **dict.fromkeys(("agreementSigned", "emailStatus", "kycStatus", "mobileStatus", "nickNameStatus"), 1),
        },
        "userKycResp": {"kycType": "1", "addressStatus": "PASS"},
        "userStatsResp": {
            "completedOrderNum": ever.completed,
            "completedOrderNumOfLatest30day": month.completed,
            "avgReleaseTimeOfLatest30day": str(account.release_seconds),
            "finishRateLatest30day": rate,
            "payMethodCount": len(account.pay_methods),
            "registerDays": days,
            "firstOrderDays": days,
        },
    }


def merchant_ad(ad: Ad, viewer: Account, now_ms: int) -> Json:
    """JSON of an ad in a merchant's profile; without the payment account of its maker, as in a search."""
    terms, market = ad.terms, ad.market
    coin, fiat = market.coin, market.fiat
    limits = {"min": terms.smallest, "max": terms.largest, "dynamicMax": ad.largest_now}
    return {
        "advNo": ad.number,
        "advStatus": ad.status,
        "classify": ad.classify,
        "tradeType": ad.side,
        "asset": coin.code,
        "assetScale": coin.scale,
        "fiatUnit": fiat.code,
        "fiatSymbol": fiat.symbol,
        "fiatScale": fiat.scale,
        "priceScale": fiat.price_scale,
        "priceType": terms.price_type,
        "price": decimals(ad.price, fiat.price_scale),
        "surplusAmount": decimals(ad.surplus, coin.scale),
        **{f"{name}OrderPrice": decimals(limit, fiat.scale) for name, limit in limits.items()},
        **{
            f"{name}OrderAmount": decimals(market.coins_for(limit, ad.price), coin.scale)
            for name, limit in limits.items()
        },
        "payTimeLimit": terms.pay_minutes,
        "payMethodDtos": [_pay_method(number, option.kind) for number, option in enumerate(terms.options, 1)],
        "remark": terms.remarks,
        "offlineReason": None,
        "isTradable": ad.is_open_to(viewer, now_ms),
        "adVisibleRet": {
            "userSetVisible": 0,
            "surplusAmountVisible": int(ad.has_enough_left),
            "orderFlowVisible": int(ad.maker.status.is_trading),
            "freeAmountVisible": 1,
        },
        "commissionRate": f"{market.maker_rate:f}",
        **ticket_sizes(coin.scale, fiat.scale, fiat.price_scale),
    }


def _pay_method(number: int, kind: PayKind) -> Json:
    return {
        "id": number,
        "identifier": kind.identifier,
        "payType": kind.identifier,
        "tradeMethodName": kind.name,
        "tradeMethodShortName": kind.name,
        "iconUrlColor": None,
    }
