"""The second factor. One code is right, whoever shows it: this exchange sends nobody a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _codes as codes
from ._codes import RefusedError

if TYPE_CHECKING:
    from ._fields import Fields

RIGHT_CODE = "000000"

_FIELDS = ("code", "googleVerifyCode", "mobileVerifyCode", "emailVerifyCode", "yubikeyVerifyCode")
_FITTING = {
    "FIDO2": {"yubikeyVerifyCode"},
    "FUND_PWD": {"code"},
    "GOOGLE": {"googleVerifyCode", "code"},
    "SMS": {"mobileVerifyCode", "code"},
}


def check_factor(body: Fields, *, needed: bool) -> None:
    """Refuse a wrong code in any field, and where one is needed, the lack of one in a field that fits `authType`."""
    given = {name: value for name in _FIELDS if (value := body.maybe_text(name)) is not None}
    if any(value != RIGHT_CODE for value in given.values()):
        raise RefusedError(codes.FACTOR_WRONG)
    fitting = _FITTING.get(body.maybe_text("authType") or "", set(_FIELDS))
    if needed and not fitting & given.keys():
        raise RefusedError(codes.FACTOR_NEEDED)
