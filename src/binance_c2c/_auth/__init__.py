"""Prove who is calling: keys, secrets, the exchange's time and the signer."""

from binance_c2c._auth.clock import Clock
from binance_c2c._auth.secrets import ApiKey, Password, Secret, SecretSource
from binance_c2c._auth.signer import QUIET, RESERVED, HmacAuth, with_query

__all__ = ["QUIET", "RESERVED", "ApiKey", "Clock", "HmacAuth", "Password", "Secret", "SecretSource", "with_query"]
