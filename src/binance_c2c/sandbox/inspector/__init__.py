"""The inspector: a web page that shows requests, orders and balances, and the API behind it."""

from binance_c2c.sandbox.inspector.app import Inspector, is_for_inspector
from binance_c2c.sandbox.inspector.views import log_line, log_object, plain_line

__all__ = ["Inspector", "is_for_inspector", "log_line", "log_object", "plain_line"]
