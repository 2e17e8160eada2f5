"""Authentication: keys, secrets, the exchange's clock and the signer."""

from typing import TYPE_CHECKING

from binance_c2c_runtime import load_on_use

if TYPE_CHECKING:
    from binance_c2c._core.auth.clock import Clock
    from binance_c2c._core.auth.secrets import ApiKey, Password, Secret, SecretSource
    from binance_c2c._core.auth.signer import (
        CLOCK_IS_OFF,
        RESERVED,
        Credentials,
        HmacAuth,
        Pairs,
        check_window,
        encode_query,
    )
else:
    # Each name is loaded when it is first asked for. To a type checker a module that has this has every name.
    __getattr__ = load_on_use(
        __name__,
        {
            f"{__name__}.clock": ("Clock",),
            f"{__name__}.secrets": ("ApiKey", "Password", "Secret", "SecretSource"),
            f"{__name__}.signer": (
                "CLOCK_IS_OFF",
                "RESERVED",
                "Credentials",
                "HmacAuth",
                "Pairs",
                "check_window",
                "encode_query",
            ),
        },
    )

__all__ = [
    "CLOCK_IS_OFF",
    "RESERVED",
    "ApiKey",
    "Clock",
    "Credentials",
    "HmacAuth",
    "Pairs",
    "Password",
    "Secret",
    "SecretSource",
    "check_window",
    "encode_query",
]
