"""How ads are written on the wire, to their owner and to everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._answers import decimals
from ._merchant_answers import user_grade

if TYPE_CHECKING:
    from ._accounts import Account
    from ._ads import Ad
    from ._answers import Json
    from ._codes import RefusedError
    from ._market import Coin, Fiat, Market, PayKind
    from ._terms import Way

_WITHHELD = ("advStatus", "createTime", "advUpdateTime", "initAmount", "remarks", "autoReplyMsg", "advVisibleRet")
_SHOWN_OF_ADVERTISER = ("userNo", "nickName", "userType", "monthOrderCount", "monthFinishRate")


def own_ad(ad: Ad) -> Json:
    """All of it, for its owner."""
    return {**_ad(ad), "tradeMethods": [_own_way(way) for way in ad.terms.ways], "isTradable": False}


def search_row(ad: Ad, viewer: Account) -> Json:
    """An ad in a search. It tells neither the account its maker is paid on nor the first message of the chat."""
    adv = {
        **_ad(ad),
        "tradeMethods": [_way(way.kind) for way in ad.terms.ways],
        "isTradable": ad.is_open_to(viewer),
        "autoReplyMsg": None,
    }
    return {"adv": adv, "advertiser": _advertiser(ad.maker)}


def public_row(ad: Ad) -> Json:
    """An ad on the website, with less about it and with more about who posted it."""
    maker = ad.maker
    adv = {**_ad(ad), **dict.fromkeys(_WITHHELD), "tradeMethods": [_way(way.kind) for way in ad.terms.ways]}
    advertiser = {
        **{name: _advertiser(maker)[name] for name in _SHOWN_OF_ADVERTISER},
        "positiveRate": "1",
        "userGrade": user_grade(maker),
        "userIdentity": "MASS_MERCHANT" if maker.user_type == "merchant" else "",
        "proMerchant": None,
        "isBlocked": False,
    }
    return {"adv": adv, "advertiser": advertiser, "privilegeType": None, "privilegeDesc": None}


def status_result(failed: list[tuple[str, RefusedError]]) -> Json:
    """What became of a change of status."""
    fails = [
        {"advNo": number, "errorCode": str(refused.refusal.code), "errorMsg": str(refused)}
        for number, refused in failed
    ]
    return {"status": not fails, "failList": fails}


def commission_rates(kinds: list[PayKind]) -> list[Json]:
    """The fees by way to pay: this exchange takes none."""
    return [
        {"tradeMethodIdentifier": kind.identifier, "tradeMethodName": kind.name, "commissionRate": "0.00"}
        for kind in kinds
    ]


def _ad(ad: Ad) -> Json:
    terms, coin, fiat = ad.terms, ad.market.coin, ad.market.fiat
    return {
        "advNo": ad.number,
        "advStatus": ad.status,
        "offlineReason": None,
        "classify": ad.classify,
        "tradeType": ad.side,
        "createTime": ad.created_ms,
        "advUpdateTime": ad.updated_ms,
        **_market(ad.market),
        "priceType": terms.price_type,
        "price": decimals(terms.price, fiat.price_scale),
        "priceFloatingRatio": None if terms.ratio is None else f"{terms.ratio:f}",
        "currencyRate": None,
        "initAmount": decimals(terms.init_amount, coin.scale),
        "surplusAmount": decimals(ad.surplus, coin.scale),
        "tradableQuantity": decimals(ad.surplus, coin.scale),
        "minSingleTransAmount": decimals(terms.smallest, fiat.scale),
        "maxSingleTransAmount": decimals(terms.largest, fiat.scale),
        "dynamicMaxSingleTransAmount": decimals(ad.largest_now, fiat.scale),
        "minSingleTransQuantity": decimals(ad.market.coins_for(terms.smallest, terms.price), coin.scale),
        "maxSingleTransQuantity": decimals(ad.market.coins_for(terms.largest, terms.price), coin.scale),
        "dynamicMaxSingleTransQuantity": decimals(ad.market.coins_for(ad.largest_now, terms.price), coin.scale),
        "payTimeLimit": terms.pay_minutes,
        "commissionRate": "0.00",
        "takerCommissionRate": "0.00",
        "tradeMethodCommissionRateVoList": commission_rates([way.kind for way in terms.ways]),
        "advVisibleRet": {
            "userSetVisible": 0,
            "surplusAmountVisible": int(ad.has_enough_left),
            "orderFlowVisible": int(ad.maker.shop.trades),
            "freeAmountVisible": 1,
        },
        **terms.kept,
    }


def _market(market: Market) -> Json:
    coin, fiat = market.coin, market.fiat
    return {
        "asset": coin.code,
        "assetScale": coin.scale,
        "assetVo": coin_kind(coin),
        "fiatUnit": fiat.code,
        "fiatSymbol": fiat.symbol,
        "fiatScale": fiat.scale,
        "priceScale": fiat.price_scale,
        "fiatVo": fiat_kind(fiat),
    }


def coin_kind(coin: Coin) -> Json:
    """A coin, with what is needed to show amounts of it."""
    return {"asset": coin.code, "name": coin.name, "decimalScale": coin.scale, "iconUrl": None}


def fiat_kind(fiat: Fiat) -> Json:
    """A fiat currency, with what is needed to show amounts of it."""
    return {
        "currencyCode": fiat.code,
        "countryCode": fiat.country,
        "currencySymbol": fiat.symbol,
        "currencyScale": fiat.scale,
        "priceScale": fiat.price_scale,
        "iconUrl": None,
    }


def _way(kind: PayKind) -> Json:
    return {
        "identifier": kind.identifier,
        "payType": kind.identifier,
        "tradeMethodName": kind.name,
        "iconUrlColor": None,
    }


def _own_way(way: Way) -> Json:
    return {**_way(way.kind), **({} if way.method is None else {"payId": way.method.id})}


def _advertiser(account: Account) -> Json:
    return {
        "userNo": account.user_no,
        "nickName": account.nickname,
        "realName": None,
        "userType": account.user_type,
        "orderCount": account.month_orders,
        "monthOrderCount": account.month_orders,
        "monthFinishRate": f"{account.month_finish_rate:f}",
        "advConfirmTime": account.release_seconds,
        "registrationTime": account.registered_ms,
        "tagIconUrls": [],
    }
