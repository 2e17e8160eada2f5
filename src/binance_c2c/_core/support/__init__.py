"""Small helpers for every other package: JSON, numbers in headers, forked processes, secrets kept out of errors."""

from binance_c2c._core.support.fork import leave_to_parent, renew_after_fork
from binance_c2c._core.support.json import dumps, loads
from binance_c2c._core.support.outside import count, moment, seconds
from binance_c2c._core.support.redact import (
    HiddenBytes,
    cleaned,
    keep_signatures_out_of_logs,
    remember,
    silenced,
    without_locals,
)

__all__ = [
    "HiddenBytes",
    "cleaned",
    "count",
    "dumps",
    "keep_signatures_out_of_logs",
    "leave_to_parent",
    "loads",
    "moment",
    "remember",
    "renew_after_fork",
    "seconds",
    "silenced",
    "without_locals",
]
