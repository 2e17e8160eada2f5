"""The envelopes around the data of an answer, and small parts that answers share."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from binance_c2c.sandbox.exchange import Coin, Fiat, PayKind, PayMethod
    from binance_c2c.sandbox.gateway import Json

_NOTHING = object()
_PAYMENT_FIELDS = (("Payee", "payee", 0), ("Bank", "bank", 0), ("CLABE", "pay_account", 1))


def ok(data: object = _NOTHING) -> Json:
    """Success, with data if there is any."""
    payload = {} if data is _NOTHING else {"data": data}
    return {"code": "000000", "message": "success", **payload, "success": True}


def ok_page(rows: Sequence[Json], total: int) -> Json:
    """Success, with one page of `total` rows."""
    return {"code": "000000", "message": "success", "data": list(rows), "total": total, "success": True}


def ok_public(data: object, **total: int) -> Json:
    """Success on the website, in the website's form."""
    return {"code": "000000", "message": None, "messageDetail": None, "data": data, **total, "success": True}


def coin_fields(coin: Coin) -> Json:
    """JSON of a coin, with its number of decimals."""
    return {"asset": coin.code, "name": coin.name, "decimalScale": coin.scale, "iconUrl": None}


def fiat_fields(fiat: Fiat) -> Json:
    """JSON of a fiat currency, with its numbers of decimals."""
    return {
        "currencyCode": fiat.code,
        "countryCode": fiat.country,
        "currencySymbol": fiat.symbol,
        "currencyScale": fiat.scale,
        "priceScale": fiat.price_scale,
        "iconUrl": None,
    }


def commission_rates(kinds: Iterable[PayKind], rate: Decimal) -> list[Json]:
    """JSON of the maker's commission rate by payment method: this exchange has one rate for all."""
    return [
        {"tradeMethodIdentifier": kind.identifier, "tradeMethodName": kind.name, "commissionRate": f"{rate:f}"}
        for kind in kinds
    ]


def payment_data(method: PayMethod) -> list[Json]:
    """JSON of payee, bank and account number of a payment method, without the flags, which differ by answer."""
    values = method.payee, method.bank, method.account_number
    return [
        {
            "fieldId": str(number),
            "fieldName": name,
            "fieldContentType": content,
            "fieldValue": value,
            "restrictionType": restriction,
        }
        for number, ((name, content, restriction), value) in enumerate(zip(_PAYMENT_FIELDS, values, strict=True), 1)
    ]


def ticket_sizes(asset: int, currency: int, price: int) -> Json:
    """The smallest steps of numbers with that many decimals, as older answers have them."""
    scales = {"asset": asset, "currency": currency, "price": price}
    return {f"{name}TicketSize": f"{Decimal(1).scaleb(-scale):f}" for name, scale in scales.items()}
