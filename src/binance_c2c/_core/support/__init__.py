"""Small helpers for every other package: JSON, headers, files, forked processes, secrets kept out of errors."""

from binance_c2c._core.support.files import write_whole
from binance_c2c._core.support.fork import keep_for_parent, register_fork_aware
from binance_c2c._core.support.json import BOM, dumps, loads
from binance_c2c._core.support.outside import count, moment, seconds
from binance_c2c._core.support.redact import (
    HIDDEN,
    HiddenBytes,
    clear_locals,
    keep_signatures_out_of_logs,
    redact_secrets,
    remember,
    scrub_error,
)

__all__ = [
    "BOM",
    "HIDDEN",
    "HiddenBytes",
    "clear_locals",
    "count",
    "dumps",
    "keep_for_parent",
    "keep_signatures_out_of_logs",
    "loads",
    "moment",
    "redact_secrets",
    "register_fork_aware",
    "remember",
    "scrub_error",
    "seconds",
    "write_whole",
]
