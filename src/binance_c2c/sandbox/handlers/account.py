"""An account, its API key and its payment methods, for their owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.gateway import fund_password_key
from binance_c2c.sandbox.handlers.envelope import ok, ok_page, payment_data
from binance_c2c.sandbox.handlers.registry import private
from binance_c2c.sandbox.refusals import InvalidValueError, MissingValueError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Account, Exchange, PayKind, PayMethod
    from binance_c2c.sandbox.gateway import Json, Request

_PRIVATE = 2
_FORBIDDEN = (
    *("enableWithdrawals", "enableInternalTransfer", "permitsUniversalTransfer", "enableSpotAndMarginTrading"),
    *("enableMargin", "enableFutures", "enableVanillaOptions", "enablePortfolioMarginTrading"),
    *("enableFixApiTrade", "enableFixReadOnly"),
)


@private("users.me")
def _users_me(_: Exchange, request: Request[None]) -> Json:
    return ok(user(request.account, request.now_ms))


@private("keys.permissions")
def _keys_permissions(_: Exchange, request: Request[None]) -> Json:
    return key_permissions(request.account)


@private("keys.rsa_public_key")
def _keys_rsa_public_key(_: Exchange, _request: Request[None]) -> Json:
    return ok(fund_password_key())


@private("payment_methods.get")
def _payment_methods_get(exchange: Exchange, request: Request[None]) -> Json:
    number = request.query.whole("id")
    if number is None:
        raise MissingValueError("id")
    method = next((method for method in request.account.pay_methods if method.id == number), None)
    if method is None:
        raise InvalidValueError("id", refusals.PARAMETER_INVALID)
    return ok(pay_method(request.account, method, exchange.ads.count_using(method)))


@private("payment_methods.list")
def _payment_methods_list(exchange: Exchange, _request: Request[None]) -> Json:
    kinds = sorted(exchange.markets.kinds.values(), key=lambda kind: kind.id)
    return ok_page([pay_kind(kind) for kind in kinds], len(kinds))


@private("payment_methods.mine")
def _payment_methods_mine(exchange: Exchange, request: Request[None]) -> Json:
    account = request.account
    return ok([pay_method(account, method, exchange.ads.count_using(method)) for method in account.pay_methods])


def user(account: Account, now_ms: int) -> Json:
    """JSON of an account for its owner."""
    return {
        "nickname": account.nickname,
        "nickName": account.nickname,
        "userNo": account.user_no,
        "merchantNo": account.user_no if account.user_type == "merchant" else None,
        "existsNickname": True,
        "kycFullName": account.kyc_name,
        "kycPassed": account.kyc_passed,
        # An unverified account's type and status are guesses: the document lists the words, not when each is sent.
        "kycType": 1 if account.kyc_passed else None,
        "userKycStatus": "PASS" if account.kyc_passed else "NOTVERIFIED",
        "countryCode": "MX",
        "bindMobileStatus": "BIND",
        "isUserGoogle": True,
        "isUserMobile": True,
        "isSubUser": False,
        "fiatProtocolConfirm": True,
        "registerDays": account.days_registered(now_ms),
        "overComplained": 0,
        "businessStatus": account.status.business,
    }


def key_permissions(account: Account) -> Json:
    """JSON of a key's permissions: read only. Like the real answer, it does not say whether the key may trade P2P."""
    return {
        "ipRestrict": False,
        "createTime": account.registered_ms,
        "enableReading": True,
        **dict.fromkeys(_FORBIDDEN, False),
    }


def pay_method(account: Account, method: PayMethod, ads_using_it: int) -> Json:
    """JSON of a payment method for its owner. Flags are numbers here, unlike in an order."""
    return {
        "id": method.id,
        "userId": account.user_id,
        "mainUserId": account.user_id,
        "tradeMethodIdentifier": method.kind.identifier,
        "payStatus": "ACTIVE" if method.active else "INACTIVE",
        "advCount": ads_using_it,
        "isRemoved": 0,
        "createTime": account.registered_ms,
        "updateTime": account.registered_ms,
        "tradeMethod": pay_kind(method.kind),
        "fieldList": [
            {"id": number, **field, "isRequired": 1, "isCopyable": 1, "isDisplay": _PRIVATE}
            for number, field in enumerate(payment_data(method), 1)
        ],
    }


def pay_kind(kind: PayKind) -> Json:
    """JSON of a kind of payment method."""
    return {
        "id": kind.id,
        "identifier": kind.identifier,
        "name": kind.name,
        "shortName": kind.name,
        "typeCode": kind.group,
        "iconUrlColor": None,
        "isVisible": 1,
    }
