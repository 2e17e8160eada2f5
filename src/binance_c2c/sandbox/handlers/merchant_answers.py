"""How a merchant's profile is written on the wire. Its ads have names of their own for what other answers have too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.gateway import decimals, ticket_sizes

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Account, Ad, Way
    from binance_c2c.sandbox.gateway import Json

_DAY_MS = 86_400_000
_VERIFIED_MERCHANT = 3
_VERIFIED_USER = 2


def user_grade(account: Account) -> int:
    """How far an account has been verified."""
    return _VERIFIED_MERCHANT if account.user_type == "merchant" else _VERIFIED_USER


def registered_days(account: Account, now_ms: int) -> int:
    """Whole days since registration."""
    return max(0, now_ms - account.registered_ms) // _DAY_MS


def merchant_user(account: Account, now_ms: int) -> Json:
    """Who the merchant is and how the merchant has traded."""
    ever, month = account.record.ever, account.record.last_30_days(now_ms)
    days, rate = registered_days(account, now_ms), f"{month.rate:f}"
    return {
        "merchantNo": account.user_no,
        "userNo": account.user_no,
        "nickName": account.nickname,
        "userType": account.user_type,
        "onlineStatus": str(int(account.shop.is_present)),
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
    """One of the merchant's ads. As in a search, the account its maker is paid on stays untold."""
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
        "payMethodDtos": [_pay_method(number, way) for number, way in enumerate(terms.ways, 1)],
        "remark": terms.kept["remarks"],
        "offlineReason": None,
        "isTradable": ad.is_open_to(viewer, now_ms),
        "adVisibleRet": {
            "userSetVisible": 0,
            "surplusAmountVisible": int(ad.has_enough_left),
            "orderFlowVisible": int(ad.maker.shop.trades),
            "freeAmountVisible": 1,
        },
        "commissionRate": f"{market.maker_rate:f}",
        **ticket_sizes(coin.scale, fiat.scale, fiat.price_scale),
    }


def _pay_method(number: int, way: Way) -> Json:
    return {
        "id": number,
        "identifier": way.kind.identifier,
        "payType": way.kind.identifier,
        "tradeMethodName": way.kind.name,
        "tradeMethodShortName": way.kind.name,
        "iconUrlColor": None,
    }
