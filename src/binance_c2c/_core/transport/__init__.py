"""HTTP connections: a client's own and those that a caller gives."""

from typing import TYPE_CHECKING

from binance_c2c_runtime import load_on_use

if TYPE_CHECKING:
    from binance_c2c._core.transport.choose import (
        AsyncTransport,
        Transport,
        check_http,
        open_async_transport,
        open_transport,
    )
    from binance_c2c._core.transport.environment import Route, bare_request
    from binance_c2c._core.transport.messages import (
        HIGHEST_PORT,
        LONGEST_BODY,
        NEVER_SENT,
        Answer,
        Header,
        Origin,
        Request,
        begun_answer,
        described,
        is_loopback,
    )
    from binance_c2c._core.transport.permits import ThreadPermits
else:
    # Each name is loaded when it is first asked for. To a type checker a module that has this has every name.
    __getattr__ = load_on_use(
        __name__,
        {
            f"{__name__}.choose": (
                "AsyncTransport",
                "Transport",
                "check_http",
                "open_async_transport",
                "open_transport",
            ),
            f"{__name__}.environment": ("Route", "bare_request"),
            f"{__name__}.messages": (
                "HIGHEST_PORT",
                "LONGEST_BODY",
                "NEVER_SENT",
                "Answer",
                "Header",
                "Origin",
                "Request",
                "begun_answer",
                "described",
                "is_loopback",
            ),
            f"{__name__}.permits": ("ThreadPermits",),
        },
    )

__all__ = [
    "HIGHEST_PORT",
    "LONGEST_BODY",
    "NEVER_SENT",
    "Answer",
    "AsyncTransport",
    "Header",
    "Origin",
    "Request",
    "Route",
    "ThreadPermits",
    "Transport",
    "bare_request",
    "begun_answer",
    "check_http",
    "described",
    "is_loopback",
    "open_async_transport",
    "open_transport",
]
