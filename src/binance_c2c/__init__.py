"""Typed Python SDK for Binance's C2C (P2P) merchant API."""

from typing import TYPE_CHECKING

from binance_c2c._core.version import __version__
from binance_c2c_runtime import load_on_use

if TYPE_CHECKING:
    from binance_c2c import errors, models
    from binance_c2c._core.auth import HmacAuth
    from binance_c2c._core.client import AsyncC2CClient, C2CClient
    from binance_c2c._core.flow import Exchange, RequestEvent, ResponseEvent, RetryPolicy
    from binance_c2c._core.limits import Budget, Fleet, Limit
    from binance_c2c_runtime import Call, Operation, Page
else:
    # Hidden from type checkers, which take a module with `__getattr__` to have every name.
    __getattr__ = load_on_use(
        __name__,
        {
            "binance_c2c._core.auth": ("HmacAuth",),
            "binance_c2c._core.client": ("AsyncC2CClient", "C2CClient"),
            "binance_c2c._core.flow": ("Exchange", "RequestEvent", "ResponseEvent", "RetryPolicy"),
            "binance_c2c._core.limits": ("Budget", "Fleet", "Limit"),
            "binance_c2c.errors": ("errors",),
            "binance_c2c.models": ("models",),
            "binance_c2c_runtime": ("Call", "Operation", "Page"),
        },
    )

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


def __dir__() -> list[str]:
    return __all__
