"""Helpers for every other package: JSON, headers, files, forked processes, and secrets hidden in logs and errors."""

from binance_c2c._core.support.files import write_whole
from binance_c2c._core.support.fork import keep_for_parent, register_fork_aware
from binance_c2c._core.support.json import BOM, dumps, loads
from binance_c2c._core.support.outside import parse_count, parse_date, parse_seconds
from binance_c2c._core.support.redact import (
    HIDDEN,
    HiddenBytes,
    clear_locals,
    keep_signatures_out_of_logs,
    redact_secrets,
    register_secret,
    scrub_error,
)

__all__ = [
    "BOM",
    "HIDDEN",
    "HiddenBytes",
    "clear_locals",
    "dumps",
    "keep_for_parent",
    "keep_signatures_out_of_logs",
    "loads",
    "parse_count",
    "parse_date",
    "parse_seconds",
    "redact_secrets",
    "register_fork_aware",
    "register_secret",
    "scrub_error",
    "write_whole",
]
