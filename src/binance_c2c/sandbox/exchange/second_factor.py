"""The second factor. One code is right and one is used up, whoever shows it: this exchange sends nobody a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.exchange.fund_password import opened
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange.accounts import Account
    from binance_c2c.sandbox.fields import Fields

RIGHT_CODE = "000000"
USED_CODE = "111111"
# How many wrong fund passwords lock it was not published, nor what unlocks it. Here nothing does.
MOST_WRONG_PASSWORDS = 5

_FIELDS = ("code", "googleVerifyCode", "mobileVerifyCode", "emailVerifyCode", "yubikeyVerifyCode")
_FITTING = {
    "FIDO2": {"yubikeyVerifyCode"},
    "FUND_PWD": {"code"},
    "GOOGLE": {"googleVerifyCode", "code"},
    "SMS": {"mobileVerifyCode", "code"},
}


def check_factor(account: Account, body: Fields, *, needed: bool) -> None:
    """Refuse a wrong code in any field, and where one is needed, the lack of one in a field that fits `authType`."""
    given = {name: value for name in _FIELDS if (value := body.maybe_text(name)) is not None}
    auth_type = body.maybe_text("authType") or ""
    if auth_type == "FUND_PWD" and "code" in given:
        # Encrypted, as the real exchange wants it; in plain text, too, since here it is no secret.
        given["code"] = opened(given["code"]) or given["code"]
        _check_password(account, given["code"])
    if USED_CODE in given.values():
        raise RefusedError(codes.FACTOR_USED)
    if any(value != RIGHT_CODE for value in given.values()):
        raise RefusedError(codes.FACTOR_WRONG)
    if needed and not _FITTING.get(auth_type, set(_FIELDS)) & given.keys():
        raise RefusedError(codes.FACTOR_NEEDED)


def _check_password(account: Account, password: str) -> None:
    """Count the wrong ones, as the real exchange does: this is why nobody should try a password twice."""
    if password == RIGHT_CODE and account.wrong_passwords < MOST_WRONG_PASSWORDS:
        account.wrong_passwords = 0
        return
    account.wrong_passwords += 1
    too_often = account.wrong_passwords >= MOST_WRONG_PASSWORDS
    raise RefusedError(codes.PASSWORD_LOCKED if too_often else codes.PASSWORD_WRONG)
