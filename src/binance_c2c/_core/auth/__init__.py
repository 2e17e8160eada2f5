"""Authentication: keys, secrets, the exchange's clock and the signer."""

from binance_c2c._core.auth.clock import Clock
from binance_c2c._core.auth.secrets import ApiKey, Password, Secret, SecretSource
from binance_c2c._core.auth.signer import CLOCK_IS_OFF, RESERVED, Credentials, HmacAuth, Pairs, encode_query

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
    "encode_query",
]
