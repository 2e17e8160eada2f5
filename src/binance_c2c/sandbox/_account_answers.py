"""How an account's payment methods are written on the wire. Flags are numbers here, unlike in an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._accounts import Account, PayMethod
    from ._answers import Json

_PRIVATE = 2


def pay_method(account: Account, method: PayMethod, ads_using_it: int) -> Json:
    """One payment method, for its owner."""
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
        "tradeMethod": {
            "id": method.kind.id,
            "identifier": method.kind.identifier,
            "name": method.kind.name,
            "shortName": method.kind.name,
            "typeCode": method.kind.group,
        },
        "fieldList": [
            _field(1, "Payee", "payee", method.payee, 0),
            _field(2, "Bank", "bank", method.bank, 0),
            _field(3, "CLABE", "pay_account", method.account_number, 1),
        ],
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
