"""The inspector: a web page that shows requests, orders and balances, and its API."""

from binance_c2c.sandbox.inspector.app import Console, is_for_console

__all__ = ["Console", "is_for_console"]
