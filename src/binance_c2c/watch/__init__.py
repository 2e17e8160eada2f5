"""The watch of orders: each change of an order, once, from a list that may be late. `client.orders.watch` makes one."""

from binance_c2c.watch.checkpoint import CheckpointFile
from binance_c2c.watch.events import OrderEvent, OrderEventKind
from binance_c2c.watch.resources import AsyncWatchableOrders, WatchableOrders
from binance_c2c.watch.watches import AsyncOrderWatch, OrderWatch

__all__ = [
    "AsyncOrderWatch",
    "AsyncWatchableOrders",
    "CheckpointFile",
    "OrderEvent",
    "OrderEventKind",
    "OrderWatch",
    "WatchableOrders",
]
