"""The life of a call: send, decode, perhaps wait and send again; and the drivers that do its I/O."""

from typing import TYPE_CHECKING

from binance_c2c_runtime import load_on_use

if TYPE_CHECKING:
    from binance_c2c._core.flow.conversation import Flow
    from binance_c2c._core.flow.decode import Exchange
    from binance_c2c._core.flow.drivers import AsyncDriver, Driver, copy_client
    from binance_c2c._core.flow.events import (
        AsyncRequestHook,
        AsyncResponseHook,
        RequestEvent,
        RequestHook,
        ResponseEvent,
        ResponseHook,
    )
    from binance_c2c._core.flow.hooks import check_hook
    from binance_c2c._core.flow.raw import raw_call
    from binance_c2c._core.flow.retry import RetryPolicy
else:
    # Each name is loaded when it is first asked for. To a type checker a module that has this has every name.
    __getattr__ = load_on_use(
        __name__,
        {
            f"{__name__}.conversation": ("Flow",),
            f"{__name__}.decode": ("Exchange",),
            f"{__name__}.drivers": ("AsyncDriver", "Driver", "copy_client"),
            f"{__name__}.events": (
                "AsyncRequestHook",
                "AsyncResponseHook",
                "RequestEvent",
                "RequestHook",
                "ResponseEvent",
                "ResponseHook",
            ),
            f"{__name__}.hooks": ("check_hook",),
            f"{__name__}.raw": ("raw_call",),
            f"{__name__}.retry": ("RetryPolicy",),
        },
    )

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
