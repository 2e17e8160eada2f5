"""Typed Python SDK for Binance's C2C (P2P) merchant API."""

from binance_c2c import errors
from binance_c2c._auth import HmacAuth
from binance_c2c._client import AsyncC2CClient, C2CClient
from binance_c2c._events import RequestEvent, ResponseEvent
from binance_c2c._fleet import Fleet
from binance_c2c._judge import Exchange
from binance_c2c._limits import Budget, Limit
from binance_c2c._retry import RetryPolicy
from binance_c2c._version import __version__
from binance_c2c_sapi import models
from binance_c2c_sapi.calls import Call, Operation
from binance_c2c_sapi.page import Page

__all__ = [
    "AsyncC2CClient",
    "Budget",
    "C2CClient",
    "Call",
    "Exchange",
    "Fleet",
    "HmacAuth",
    "Limit",
    "Operation",
    "Page",
    "RequestEvent",
    "ResponseEvent",
    "RetryPolicy",
    "__version__",
    "errors",
    "models",
]
