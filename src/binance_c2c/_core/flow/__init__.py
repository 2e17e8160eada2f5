"""The life of a call: send, decode, perhaps wait and send again; and the drivers that carry it out."""

from binance_c2c._core.flow.conversation import Flow
from binance_c2c._core.flow.decode import Exchange
from binance_c2c._core.flow.drivers import AsyncDriver, Driver, copy_client
from binance_c2c._core.flow.hooks import (
    AsyncRequestHook,
    AsyncResponseHook,
    RequestEvent,
    RequestHook,
    ResponseEvent,
    ResponseHook,
    check_hook,
)
from binance_c2c._core.flow.raw import raw_call
from binance_c2c._core.flow.retry import RetryPolicy

__all__ = [
    "AsyncDriver",
    "AsyncRequestHook",
    "AsyncResponseHook",
    "Driver",
    "Exchange",
    "Flow",
    "RequestEvent",
    "RequestHook",
    "ResponseEvent",
    "ResponseHook",
    "RetryPolicy",
    "check_hook",
    "copy_client",
    "raw_call",
]
