"""The second factor. No codes are ever sent: for every account one code is right, and another counts as used."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.refusals import MissingValueError, RefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange.accounts import Account

RIGHT_CODE = "000000"
USED_CODE = "111111"
# How many wrong fund passwords lock it, and what unlocks it, was not published. Here nothing unlocks it.
MOST_WRONG_PASSWORDS = 5

_CODE_FIELDS = {
    "FIDO2": {"yubikey"},
    "FUND_PWD": {"code"},
    "GOOGLE": {"google", "code"},
    "SMS": {"mobile", "code"},
}


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The codes that came with a request, and what kind `auth_type` says they are."""

    auth_type: str | None = None
    code: str | None = None
    """The one-time code of any kind; for `FUND_PWD` the fund password, decrypted."""
    google: str | None = None
    mobile: str | None = None
    email: str | None = None
    yubikey: str | None = None


NO_FACTOR = SecondFactor()


def check_second_factor(account: Account, factor: SecondFactor, *, needed: bool) -> None:
    """Refuse a wrong or used code, a code without `auth_type`, and if `needed` a request without a code."""
    values = ((field.name, getattr(factor, field.name)) for field in fields(factor) if field.name != "auth_type")
    given = {name: value for name, value in values if value is not None}
    if given and factor.auth_type is None:
        raise MissingValueError("auth_type")
    if factor.auth_type == "FUND_PWD" and "code" in given:
        _check_password(account, given["code"])
    if USED_CODE in given.values():
        raise RefusedError(refusals.FACTOR_CODE_USED)
    if any(value != RIGHT_CODE for value in given.values()):
        raise RefusedError(refusals.FACTOR_CODE_WRONG)
    if needed and not (factor.auth_type and _CODE_FIELDS[factor.auth_type] & given.keys()):
        raise RefusedError(refusals.FACTOR_CODE_MISSING)


def _check_password(account: Account, password: str) -> None:
    """Refuse a wrong fund password, and count it: the real exchange locks after a few."""
    if password == RIGHT_CODE and account.wrong_passwords < MOST_WRONG_PASSWORDS:
        account.wrong_passwords = 0
        return
    account.wrong_passwords += 1
    too_often = account.wrong_passwords >= MOST_WRONG_PASSWORDS
    raise RefusedError(refusals.PASSWORD_LOCKED if too_often else refusals.PASSWORD_WRONG)
