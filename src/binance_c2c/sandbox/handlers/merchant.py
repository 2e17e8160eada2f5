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

_NORMAL = 1
_VERIFIED_USER = 2
_VERIFIED_MERCHANT = 3


@private("merchant.profile")
def _profile(exchange: Exchange, request: Request[None]) -> Json:
    viewer, now_ms = request.account, request.now_ms
    merchant = _requested_merchant(exchange, request)
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


def _requested_merchant(exchange: Exchange, request: Request[None]) -> Account:
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
    if not account.kyc_passed:
        return _NORMAL
    return _VERIFIED_MERCHANT if account.user_type == "merchant" else _VERIFIED_USER


def is_verified_merchant(account: Account) -> bool:
    """Whether an account is a merchant whose identity the exchange has verified."""
    return user_grade(account) == _VERIFIED_MERCHANT


def merchant_user(account: Account, now_ms: int) -> Json:
    """JSON of a merchant: name, verification, and trading statistics."""
    ever, month = account.stats.all_time, account.stats.last_30_days(now_ms)
    days, rate, is_verified = account.days_registered(now_ms), f"{month.rate:f}", account.kyc_passed
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
        # A guess: the document does not say what is authenticated.
        "authentication": is_verified_merchant(account),
        "bindMobile": True,
        "emailVerified": True,
        "idVerified": is_verified,
        "userGradeInstanceResp": {
            "userGrade": user_grade(account),
            "kycStatus": int(is_verified),
            **dict.fromkeys(("agreementSigned", "emailStatus", "mobileStatus", "nickNameStatus"), 1),
        },
        # No address without an identity: a guess.
        "userKycResp": {"kycType": "1" if is_verified else "-1", "addressStatus": "PASS" if is_verified else None},
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
