"""HTTP connections: a client's own and those that a caller gives."""

from binance_c2c._core.transport.choose import (
    AsyncTransport,
    Transport,
    check_http,
    open_async_transport,
    open_transport,
)
from binance_c2c._core.transport.environment import HIGHEST_PORT, Route, bare_request, is_loopback
from binance_c2c._core.transport.messages import LONGEST_BODY, NEVER_SENT, Answer, Header, Origin, Request, described
from binance_c2c._core.transport.permits import ThreadPermits

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
    "check_http",
    "described",
    "is_loopback",
    "open_async_transport",
    "open_transport",
]
