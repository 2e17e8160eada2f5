"""The inspector: a web page that shows requests, orders and balances, and its API."""

from binance_c2c.sandbox.inspector.app import Console, is_for_console
from binance_c2c.sandbox.inspector.views import log_line, log_object, plain_line

__all__ = ["Console", "is_for_console", "log_line", "log_object", "plain_line"]
