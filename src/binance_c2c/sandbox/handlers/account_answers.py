"""How an account, its key and its payment methods are written on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.handlers.merchant_answers import registered_days

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Account, PayKind, PayMethod
    from binance_c2c.sandbox.gateway import Json

_PRIVATE = 2
_FORBIDDEN = (
    *("enableWithdrawals", "enableInternalTransfer", "permitsUniversalTransfer", "enableSpotAndMarginTrading"),
    *("enableMargin", "enableFutures", "enableVanillaOptions", "enablePortfolioMarginTrading"),
    *("enableFixApiTrade", "enableFixReadOnly"),
)


def user(account: Account, now_ms: int) -> Json:
    """The account, for its owner."""
    return {
        "nickname": account.nickname,
        "nickName": account.nickname,
        "userNo": account.user_no,
        "merchantNo": account.user_no if account.user_type == "merchant" else None,
        "existsNickname": True,
        "kycFullName": account.kyc_name,
        "kycPassed": True,
        "kycType": 1,
        "userKycStatus": "PASS",
        "countryCode": "MX",
        "bindMobileStatus": "BIND",
        "isUserGoogle": True,
        "isUserMobile": True,
        "isSubUser": False,
        "fiatProtocolConfirm": True,
        "registerDays": registered_days(account, now_ms),
        "overComplained": 0,
        "businessStatus": account.shop.status,
    }


def key_permissions(account: Account) -> Json:
    """What a key should be allowed: to read. Whether it may trade P2P, the real answer does not tell either."""
    return {
        "ipRestrict": False,
        "createTime": account.registered_ms,
        "enableReading": True,
        **dict.fromkeys(_FORBIDDEN, False),
    }


def pay_method(account: Account, method: PayMethod, ads_using_it: int) -> Json:
    """One payment method, for its owner. Flags are numbers here, unlike in an order."""
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
            _field(1, "Payee", "payee", method.payee, 0),
            _field(2, "Bank", "bank", method.bank, 0),
            _field(3, "CLABE", "pay_account", method.account_number, 1),
        ],
    }


def pay_kind(kind: PayKind) -> Json:
    """A way to pay, for everybody."""
    return {
        "id": kind.id,
        "identifier": kind.identifier,
        "name": kind.name,
        "shortName": kind.name,
        "typeCode": kind.group,
        "iconUrlColor": None,
        "isVisible": 1,
    }


def _field(number: int, name: str, content: str, value: str, restriction: int) -> Json:
    return {
        "id": number,
        "fieldId": str(number),
        "fieldName": name,
        "fieldContentType": content,
        "fieldValue": value,
        "restrictionType": restriction,
        "isRequired": 1,
        "isCopyable": 1,
        "isDisplay": _PRIVATE,
    }
