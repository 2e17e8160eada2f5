"""Handlers of the operations: each reads a request, calls the exchange and writes the answer's JSON."""

from binance_c2c.sandbox.handlers import account, ads, chat, market, merchant, orders, reference
from binance_c2c.sandbox.handlers.examples import NOT_SIMULATED
from binance_c2c.sandbox.handlers.registry import HANDLERS

__all__ = ["HANDLERS", "NOT_SIMULATED", "account", "ads", "chat", "market", "merchant", "orders", "reference"]
