"""Typed Python SDK for Binance's C2C (P2P) merchant API."""

from importlib import import_module
from typing import TYPE_CHECKING

from binance_c2c._version import __version__

if TYPE_CHECKING:
    from binance_c2c import errors
    from binance_c2c._auth import HmacAuth
    from binance_c2c._client import AsyncC2CClient, C2CClient
    from binance_c2c._events import RequestEvent, ResponseEvent
    from binance_c2c._fleet import Fleet
    from binance_c2c._judge import Exchange
    from binance_c2c._limits import Budget, Limit
    from binance_c2c._retry import RetryPolicy
    from binance_c2c_sapi import models
    from binance_c2c_sapi.calls import Call, Operation
    from binance_c2c_sapi.page import Page
else:
    # Not for type checkers: to them a module that has this has every name.
    def __getattr__(name: str) -> object:
        """What is asked for by name is loaded then: pytest imports this package in every run, for the plugin in it."""
        home = _HOMES.get(name)
        if home is None:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        module = import_module(home)
        value = module if home.endswith(f".{name}") else getattr(module, name)
        globals()[name] = value
        return value


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

_HOMES = {
    "AsyncC2CClient": "binance_c2c._client",
    "Budget": "binance_c2c._limits",
    "C2CClient": "binance_c2c._client",
    "Call": "binance_c2c_sapi.calls",
    "Exchange": "binance_c2c._judge",
    "Fleet": "binance_c2c._fleet",
    "HmacAuth": "binance_c2c._auth",
    "Limit": "binance_c2c._limits",
    "Operation": "binance_c2c_sapi.calls",
    "Page": "binance_c2c_sapi.page",
    "RequestEvent": "binance_c2c._events",
    "ResponseEvent": "binance_c2c._events",
    "RetryPolicy": "binance_c2c._retry",
    "errors": "binance_c2c.errors",
    "models": "binance_c2c_sapi.models",
}


def __dir__() -> list[str]:
    return __all__
