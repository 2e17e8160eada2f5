"""Ads: read, listed, searched, posted, changed, and their JSON."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from binance_c2c.sandbox.exchange import FLOATING, AdStatus, AdTerms, TakerConditions, opposite, payment_option
from binance_c2c.sandbox.gateway import decimals
from binance_c2c.sandbox.handlers.envelope import coin_fields, commission_rates, fiat_fields, ok, ok_page
from binance_c2c.sandbox.handlers.merchant import user_grade
from binance_c2c.sandbox.handlers.reading import is_ascending, moment_ms, money, page_slice, second_factor
from binance_c2c.sandbox.handlers.registry import private
from binance_c2c.sandbox.refusals import FieldRefusedError, InvalidValueError, MissingValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.exchange import (
        Account,
        Ad,
        Exchange,
        Market,
        OpenAdKey,
        OwnAdKey,
        PayKind,
        PaymentOption,
        Side,
    )
    from binance_c2c.sandbox.gateway import Json, Request
    from binance_c2c.sandbox.refusals import RefusedError
    from binance_c2c_strict import models

# The values of an ad that its maker sets: the names inside the exchange, and the wire names.
_ECHOED_TERMS = {
    "remarks": "remarks",
    "auto_reply": "autoReplyMsg",
    "extra_kyc": "takerAdditionalKycRequired",
    "rate_ratio": "rateFloatingRatio",
}
_TERMS = {
    **_ECHOED_TERMS,
    "price_type": "priceType",
    "price": "price",
    "ratio": "priceFloatingRatio",
    "init_amount": "initAmount",
    "smallest": "minSingleTransAmount",
    "largest": "maxSingleTransAmount",
    "pay_minutes": "payTimeLimit",
}
_CONDITIONS = {
    "kyc": "buyerKycLimit",
    "days": "buyerRegDaysLimit",
    "btc": "buyerBtcPositionLimit",
    "count_time": "userTradeCountFilterTime",
    "all_min": "userAllTradeCountMin",
    "all_max": "userAllTradeCountMax",
    "buy_min": "userBuyTradeCountMin",
    "buy_max": "userBuyTradeCountMax",
    "sell_min": "userSellTradeCountMin",
    "sell_max": "userSellTradeCountMax",
    "completed_min": "userTradeCompleteCountMin",
    "rate_time": "userTradeCompleteRateFilterTime",
    "rate_min": "userTradeCompleteRateMin",
    "volume_time": "userTradeVolumeFilterTime",
    "volume_side": "userTradeType",
    "volume_asset": "userTradeVolumeAsset",
    "volume_min": "userTradeVolumeMin",
    "volume_max": "userTradeVolumeMax",
}
_DECIMALS = {
    *("price", "ratio", "rate_ratio", "init_amount", "smallest", "largest"),
    *("btc", "rate_min", "volume_min", "volume_max"),
}
_MANDATORY = ("price_type", "init_amount", "smallest", "largest")
_WIRE_NAMES = {**_TERMS, **_CONDITIONS, "options": "tradeMethods", "auth_type": "authType"}

_WITHHELD = ("advStatus", "createTime", "advUpdateTime", "initAmount", "remarks", "autoReplyMsg", "advVisibleRet")
_OPTION_NAMES = {"identifier": "identifier", "pay_id": "payId"}
_SHOWN_OF_ADVERTISER = ("userNo", "nickName", "userType", "monthOrderCount", "monthFinishRate")


@private("ads.categories")
def _categories(_: Exchange, request: Request[None]) -> Json:
    return ok({"advClassifies": list(request.account.categories)})


@private("ads.get")
def _get(exchange: Exchange, request: Request[None]) -> Json:
    number = request.query.text("adsNo")
    if number is None:
        raise MissingValueError("adsNo")
    return ok(own_ad(exchange.ads.own(request.account, number)))


@private("ads.list")
def _list(exchange: Exchange, request: Request[models.ListAdsRequest]) -> Json:
    body, owner, in_deal = request.model, request.account, request.model.inDeal == 1

    def wanted(key: OwnAdKey) -> bool:
        return (
            body.asset in {None, key.asset}
            and body.fiatUnit in {None, key.fiat}
            and body.classify in {None, key.classify}
            and body.tradeType in {None, key.side}
            and (body.advStatus is None or body.advStatus == int(key.status))
            and (not in_deal or (key.is_open and owner.status.is_trading))
        )

    matches = exchange.ads.of_account(owner).select(
        wanted, moment_ms(body.startDate, "startDate"), moment_ms(body.endDate, "endDate")
    )
    rows, descending = page_slice(body.page, body.rows), not is_ascending(body.order, body.sort)
    if body.advNo is None:
        numbers, total = matches.page(rows, descending=descending), len(matches)
    else:
        found = [number for number in matches.iterate() if number == body.advNo]
        numbers, total = found[rows], len(found)
    return ok_page([own_ad(exchange.ads[number]) for number in numbers], total)


@private("ads.post", **_WIRE_NAMES)
def _post(exchange: Exchange, request: Request[models.PostAdRequest]) -> Json:
    body, maker = request.model, request.account
    side: Side = "BUY" if body.tradeType == "BUY" else "SELL"
    maker.status.check_not_resting()
    market = exchange.markets.get(body.asset, body.fiatUnit)
    terms = AdTerms(
        **_given(body, _TERMS),
        options=_options(exchange, body.tradeMethods, side, maker),
        conditions=TakerConditions(**_given(body, _CONDITIONS)),
    )
    ad = exchange.ads.post(
        maker,
        market,
        side,
        terms,
        classify=body.classify.value,
        now_ms=request.now_ms,
        # The unit of the delay was never published. With a delay, the ad starts offline and waits for its owner.
        online=body.onlineNow is not False and not body.onlineDelayTime,
        factor=second_factor(body),
    )
    return ok(ad.number)


@private("ads.reference_prices")
def _reference_prices(exchange: Exchange, request: Request[models.ReferencePricesRequest]) -> Json:
    fiat = request.model.fiatCurrency
    # If the request names no coins: all that trade against the currency.
    asked = [exchange.markets.get(asset, fiat) for asset in request.model.assets or ()]
    markets = asked or [market for market in exchange.markets if market.fiat.code == fiat]
    return ok([reference_price(market) for market in markets])


@private("ads.search")
def _search(exchange: Exchange, request: Request[models.SearchAdsRequest]) -> Json:
    viewer, now_ms = request.account, request.now_ms
    ads, total = search_ads(exchange, viewer, request.model, now_ms)
    return ok_page([search_row(ad, viewer, now_ms) for ad in ads], total)


@private("ads.update", **_WIRE_NAMES)
def _update(exchange: Exchange, request: Request[models.UpdateAdRequest]) -> Json:
    body = request.model
    ad = exchange.ads.own(request.account, body.advNo)
    market = ad.market
    fixed = (("asset", market.coin.code), ("fiatUnit", market.fiat.code), ("tradeType", ad.side))
    for name, value in fixed:
        if getattr(body, name) not in {None, value}:
            raise InvalidValueError(name)
    given, conditions = _given(body, _TERMS), _given(body, _CONDITIONS)
    if body.tradeMethods is not None:
        given["options"] = _options(exchange, body.tradeMethods, ad.side, ad.maker)
    if body.updateMode == "full":
        for name in (*_MANDATORY, "options"):
            if name not in given:
                raise MissingValueError(name)
        terms = AdTerms(**given, conditions=TakerConditions(**conditions))
    else:
        terms = replace(ad.terms, **given, conditions=replace(ad.terms.conditions, **conditions))
    exchange.ads.update(
        ad,
        terms,
        now_ms=request.now_ms,
        status=None if body.advStatus is None else AdStatus(body.advStatus),
        checks_price=bool({"price", "price_type", "ratio"} & given.keys()),
        factor=second_factor(body),
    )
    return ok(data=True)


@private("ads.update_status")
def _update_status(exchange: Exchange, request: Request[models.UpdateAdStatusRequest]) -> Json:
    body = request.model
    failed = exchange.ads.update_status(request.account, body.advNos, AdStatus(body.advStatus), request.now_ms)
    return ok(status_result(failed))


def search_ads(
    exchange: Exchange,
    viewer: Account | None,
    body: models.SearchAdsRequest | models.SearchMarketRequest,
    now_ms: int,
    periods: frozenset[int] = frozenset(),
) -> tuple[list[Ad], int]:
    """One page of everybody's open ads on the side `viewer` needs, best price first, and the number of all.

    `viewer=None` is an anonymous visitor of the website. `periods`: the accepted minutes to pay; empty for any.
    """
    market = opposite(body.tradeType.value), body.asset, body.fiat
    pay_types, countries = set(body.payTypes or ()), set(body.countries or ())
    classifies = set[str](body.classifies or ())

    def wanted(key: OpenAdKey) -> bool:
        return (
            (key.side, key.asset, key.fiat) == market
            and key.maker.status.is_trading
            and (not pay_types or any(kind.identifier in pay_types for kind in key.kinds))
            and (not classifies or key.classify in classifies)
            and (not countries or key.country in countries)
            and (not periods or key.pay_minutes in periods)
            and body.publisherType in {None, key.maker.user_type}
            and not (body.additionalKycVerifyFilter == 1 and key.needs_extra_kyc)
            and (body.filterType != "tradable" or key.is_open_to(viewer, now_ms))
        )

    return exchange.ads.search(wanted, money(body.transAmount, "transAmount"), page_slice(body.page, body.rows))


def _given(body: object, wire_names: Mapping[str, str]) -> dict[str, Any]:
    """The values of a body that are not None, by the names inside the exchange."""
    given = dict[str, Any]()
    for name, wire_name in wire_names.items():
        value = getattr(body, wire_name)
        if value is not None:
            given[name] = _plain(value, name, wire_name)
    return given


def _plain(value: Any, name: str, wire_name: str) -> Any:
    """The value as a decimal, an integer or a text: the exchange does not use the enums of the strict models."""
    if name in _DECIMALS:
        return money(value, wire_name)
    return int(value) if isinstance(value, int) else str(value)


def _options(
    exchange: Exchange, methods: list[models.AdTradeMethodRequest], side: Side, maker: Account
) -> tuple[PaymentOption, ...]:
    options: list[PaymentOption] = []
    for index, method in enumerate(methods):
        try:
            options.append(payment_option(maker, side, method.payId, method.identifier, exchange.markets.kinds))
        except FieldRefusedError as refused:
            raise refused.renamed(f"tradeMethods.{index}.{_OPTION_NAMES[refused.name]}") from None
    return tuple(options)


def _written(values: object, wire_names: Mapping[str, str]) -> Json:
    """JSON of an ad's values, by their wire names."""
    pairs = ((wire_name, getattr(values, name)) for name, wire_name in wire_names.items())
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in pairs}


def own_ad(ad: Ad) -> Json:
    """JSON of an ad for its owner."""
    return {**_ad(ad), "tradeMethods": [_own_option(option) for option in ad.terms.options], "isTradable": False}


def search_row(ad: Ad, viewer: Account, now_ms: int) -> Json:
    """JSON of an ad in a search, without the maker's payment account and without the first message of the chat."""
    adv = {
        **_ad(ad),
        "tradeMethods": [_pay_kind(option.kind) for option in ad.terms.options],
        "isTradable": ad.is_open_to(viewer, now_ms),
        "autoReplyMsg": None,
    }
    return {"adv": adv, "advertiser": _advertiser(ad.maker, now_ms)}


def public_row(ad: Ad, now_ms: int) -> Json:
    """JSON of an ad on the website, with fewer fields of the ad and more of its maker."""
    maker = ad.maker
    adv = {
        **_ad(ad),
        **dict.fromkeys(_WITHHELD),
        "tradeMethods": [_pay_kind(option.kind) for option in ad.terms.options],
    }
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
    """JSON of the result of a change of status: the ads that failed, with codes and reasons."""
    fails = [
        {"advNo": number, "errorCode": str(refused.refusal.code), "errorMsg": str(refused)}
        for number, refused in failed
    ]
    return {"status": not fails, "failList": fails}


def reference_price(market: Market) -> Json:
    """JSON of the reference price of a market."""
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
        "priceFloatingRatio": f"{terms.ratio:f}" if terms.price_type == FLOATING and terms.ratio is not None else None,
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
        "tradeMethodCommissionRateVoList": commission_rates(
            [option.kind for option in terms.options], market.maker_rate
        ),
        "advVisibleRet": {
            "userSetVisible": 0,
            "surplusAmountVisible": int(largest_now >= terms.smallest),
            "orderFlowVisible": int(ad.maker.status.is_trading),
            "freeAmountVisible": 1,
        },
        **_written(terms, _ECHOED_TERMS),
        **_written(terms.conditions, _CONDITIONS),
    }


def _market(market: Market) -> Json:
    coin, fiat = market.coin, market.fiat
    return {
        "asset": coin.code,
        "assetScale": coin.scale,
        "assetVo": coin_fields(coin),
        "fiatUnit": fiat.code,
        "fiatSymbol": fiat.symbol,
        "fiatScale": fiat.scale,
        "priceScale": fiat.price_scale,
        "fiatVo": fiat_fields(fiat),
    }


def _pay_kind(kind: PayKind) -> Json:
    return {
        "identifier": kind.identifier,
        "payType": kind.identifier,
        "tradeMethodName": kind.name,
        "iconUrlColor": None,
    }


def _own_option(option: PaymentOption) -> Json:
    return {**_pay_kind(option.kind), **({} if option.method is None else {"payId": option.method.id})}


def _advertiser(account: Account, now_ms: int) -> Json:
    ever, month = account.stats.all_time, account.stats.last_30_days(now_ms)
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
