"""How ads are written on the wire, to their owner and to everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.gateway import decimals
from binance_c2c.sandbox.handlers.merchant_answers import user_grade

if TYPE_CHECKING:
    from decimal import Decimal

    from binance_c2c.sandbox.exchange import Account, Ad, Coin, Fiat, Market, PayKind, Way
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.refusals import RefusedError

_WITHHELD = ("advStatus", "createTime", "advUpdateTime", "initAmount", "remarks", "autoReplyMsg", "advVisibleRet")
_SHOWN_OF_ADVERTISER = ("userNo", "nickName", "userType", "monthOrderCount", "monthFinishRate")


def own_ad(ad: Ad) -> Json:
    """All of it, for its owner."""
    return {**_ad(ad), "tradeMethods": [_own_way(way) for way in ad.terms.ways], "isTradable": False}


def search_row(ad: Ad, viewer: Account, now_ms: int) -> Json:
    """An ad in a search. It tells neither the account its maker is paid on nor the first message of the chat."""
    adv = {
        **_ad(ad),
        "tradeMethods": [_way(way.kind) for way in ad.terms.ways],
        "isTradable": ad.is_open_to(viewer, now_ms),
        "autoReplyMsg": None,
    }
    return {"adv": adv, "advertiser": _advertiser(ad.maker, now_ms)}


def public_row(ad: Ad, now_ms: int) -> Json:
    """An ad on the website, with less about it and with more about who posted it."""
    maker = ad.maker
    adv = {**_ad(ad), **dict.fromkeys(_WITHHELD), "tradeMethods": [_way(way.kind) for way in ad.terms.ways]}
    known = _advertiser(maker, now_ms)
    advertiser = {
        **{name: known[name] for name in _SHOWN_OF_ADVERTISER},
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


def commission_rates(kinds: list[PayKind], rate: Decimal) -> list[Json]:
    """The maker's rate by way to pay: this exchange takes the same for all."""
    return [
        {"tradeMethodIdentifier": kind.identifier, "tradeMethodName": kind.name, "commissionRate": f"{rate:f}"}
        for kind in kinds
    ]


def reference_price(market: Market) -> Json:
    """What a coin is taken to be worth."""
    return {
        "asset": market.coin.code,
        "currency": market.fiat.code,
        "currencySymbol": market.fiat.symbol,
        "currencyScale": market.fiat.scale,
        "assetScale": market.coin.scale,
        "priceScale": market.fiat.price_scale,
        "referencePrice": decimals(market.reference_price, market.fiat.price_scale),
    }


def _ad(ad: Ad) -> Json:
    terms, market, coin, fiat = ad.terms, ad.market, ad.market.coin, ad.market.fiat
    price, largest_now = ad.price, ad.largest_now
    return {
        "advNo": ad.number,
        "advStatus": ad.status,
        "offlineReason": None,
        "classify": ad.classify,
        "tradeType": ad.side,
        "createTime": ad.created_ms,
        "advUpdateTime": ad.updated_ms,
        **_market(market),
        "priceType": terms.price_type,
        "price": decimals(price, fiat.price_scale),
        "priceFloatingRatio": None if terms.ratio is None else f"{terms.ratio:f}",
        "currencyRate": None,
        "initAmount": decimals(terms.init_amount, coin.scale),
        "surplusAmount": decimals(ad.surplus, coin.scale),
        "tradableQuantity": decimals(ad.tradable, coin.scale),
        "minSingleTransAmount": decimals(terms.smallest, fiat.scale),
        "maxSingleTransAmount": decimals(terms.largest, fiat.scale),
        "dynamicMaxSingleTransAmount": decimals(largest_now, fiat.scale),
        "minSingleTransQuantity": decimals(market.coins_for(terms.smallest, price), coin.scale),
        "maxSingleTransQuantity": decimals(market.coins_for(terms.largest, price), coin.scale),
        "dynamicMaxSingleTransQuantity": decimals(market.coins_for(largest_now, price), coin.scale),
        "payTimeLimit": terms.pay_minutes,
        "commissionRate": f"{market.maker_rate:f}",
        "takerCommissionRate": f"{market.taker_rate:f}",
        "tradeMethodCommissionRateVoList": commission_rates([way.kind for way in terms.ways], market.maker_rate),
        "advVisibleRet": {
            "userSetVisible": 0,
            "surplusAmountVisible": int(largest_now >= terms.smallest),
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


def _advertiser(account: Account, now_ms: int) -> Json:
    ever, month = account.record.ever, account.record.last_30_days(now_ms)
    return {
        "userNo": account.user_no,
        "nickName": account.nickname,
        "realName": None,
        "userType": account.user_type,
        "orderCount": ever.completed,
        "monthOrderCount": month.completed,
        "monthFinishRate": f"{month.rate:f}",
        "advConfirmTime": account.release_seconds,
        "registrationTime": account.registered_ms,
        "tagIconUrls": [],
    }
