"""HTTP connections: one's own and those of a caller."""

from binance_c2c._transport.connections import (
    answer_over,
    async_answer_over,
    check_http,
    check_open,
    is_loopback,
    own_async_connections,
    own_connections,
    takes_target,
)
from binance_c2c._transport.deadline import BoundedAuth, Departure, FollowedAuth, Progress, left, within
from binance_c2c._transport.messages import AsyncCarrier, Origin, Outgoing, Place, RawHeaders, origin_of

__all__ = [
    "AsyncCarrier",
    "BoundedAuth",
    "Departure",
    "FollowedAuth",
    "Origin",
    "Outgoing",
    "Place",
    "Progress",
    "RawHeaders",
    "answer_over",
    "async_answer_over",
    "check_http",
    "check_open",
    "is_loopback",
    "left",
    "origin_of",
    "own_async_connections",
    "own_connections",
    "takes_target",
    "within",
]
