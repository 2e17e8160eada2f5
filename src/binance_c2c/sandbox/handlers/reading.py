"""Reads values that the strict models leave as text: money, times, the order of rows, second factors."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, overload

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.exchange import SecondFactor
from binance_c2c.sandbox.gateway import decrypt_fund_password
from binance_c2c.sandbox.refusals import InvalidValueError

if TYPE_CHECKING:
    from enum import StrEnum

    from binance_c2c.sandbox.gateway import Query

_MONEY = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9])?")
MOST_ROWS = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@overload
def money(text: str, name: str) -> Decimal: ...
@overload
def money(text: str | None, name: str) -> Decimal | None: ...
def money(text: str | None, name: str) -> Decimal | None:
    """An exact decimal from text; `name` is the field's, for a refusal."""
    if text is None:
        return None
    if not _MONEY.fullmatch(text):
        raise InvalidValueError(name)
    return Decimal(text)


def moment_ms(text: str | None, name: str) -> int | None:
    """Epoch milliseconds from a time in ISO 8601; one without an offset is in UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValueError(name) from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(milliseconds=1)


def page_slice(page: int, rows: int) -> slice:
    """The rows of a page; pages count from 1."""
    return slice((page - 1) * rows, page * rows)


def query_page(query: Query, rows: int) -> slice:
    """The rows of the page that a query asks for; `rows` is the default size."""
    page, asked = query.whole("page"), query.whole("rows")
    page, rows = 1 if page is None else page, rows if asked is None else asked
    if page < 1:
        raise InvalidValueError("page", refusals.PARAMETER_INVALID)
    if not 1 <= rows <= MOST_ROWS:
        raise InvalidValueError("rows", refusals.PARAMETER_INVALID)
    return page_slice(page, rows)


def is_ascending(order: str | None, sort: str | None) -> bool:
    """Whether the oldest row comes first."""
    # The specification does not say which of the two names the field and which the direction.
    return "asc" in {(order or "").lower(), (sort or "").lower()}


class FactorFields(Protocol):
    """The fields of a request's second factor."""

    @property
    def authType(self) -> StrEnum | None: ...  # noqa: N802, D102 - wire names
    @property
    def code(self) -> str | None: ...  # noqa: D102
    @property
    def googleVerifyCode(self) -> str | None: ...  # noqa: N802, D102
    @property
    def mobileVerifyCode(self) -> str | None: ...  # noqa: N802, D102
    @property
    def emailVerifyCode(self) -> str | None: ...  # noqa: N802, D102
    @property
    def yubikeyVerifyCode(self) -> str | None: ...  # noqa: N802, D102


def second_factor(fields: FactorFields) -> SecondFactor:
    """The second factor of a request. A fund password is decrypted; a plain one is refused."""
    code, auth_type = fields.code, None if fields.authType is None else str(fields.authType)
    if auth_type == "FUND_PWD" and code is not None:
        code = decrypt_fund_password(code)
        if code is None:
            raise InvalidValueError("code")
    return SecondFactor(
        auth_type=auth_type,
        code=code,
        google=fields.googleVerifyCode,
        mobile=fields.mobileVerifyCode,
        email=fields.emailVerifyCode,
        yubikey=fields.yubikeyVerifyCode,
    )
