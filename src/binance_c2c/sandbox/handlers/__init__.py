"""Handlers of the operations: parse a request, call the exchange, build the answer."""

from binance_c2c.sandbox.handlers.registry import Ask, Visit
from binance_c2c.sandbox.handlers.table import FOR_ANYBODY, FOR_OWNERS

__all__ = ["FOR_ANYBODY", "FOR_OWNERS", "Ask", "Visit"]
