"""Typed Python SDK for Binance's C2C (P2P) merchant API."""

from importlib import import_module
from typing import TYPE_CHECKING

from binance_c2c._core.version import __version__

if TYPE_CHECKING:
    from binance_c2c import errors, models
    from binance_c2c._core.auth import HmacAuth
    from binance_c2c._core.client import AsyncC2CClient, C2CClient
    from binance_c2c._core.flow import Exchange, RequestEvent, ResponseEvent, RetryPolicy
    from binance_c2c._core.limits import Budget, Fleet, Limit
    from binance_c2c_runtime import Call, Operation, Page
else:
    # Not for type checkers: to them a module that has this has every name.
    def __getattr__(name: str) -> object:
        """Load a public name when it is first used: pytest imports this package in every run, for the plugin in it."""
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
    "AsyncC2CClient": "binance_c2c._core.client",
    "Budget": "binance_c2c._core.limits",
    "C2CClient": "binance_c2c._core.client",
    "Call": "binance_c2c_runtime",
    "Exchange": "binance_c2c._core.flow",
    "Fleet": "binance_c2c._core.limits",
    "HmacAuth": "binance_c2c._core.auth",
    "Limit": "binance_c2c._core.limits",
    "Operation": "binance_c2c_runtime",
    "Page": "binance_c2c_runtime",
    "RequestEvent": "binance_c2c._core.flow",
    "ResponseEvent": "binance_c2c._core.flow",
    "RetryPolicy": "binance_c2c._core.flow",
    "errors": "binance_c2c.errors",
    "models": "binance_c2c.models",
}


def __dir__() -> list[str]:
    return __all__
