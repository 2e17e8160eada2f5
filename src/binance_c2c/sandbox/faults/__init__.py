"""Faults: which of them strike, and what they do to an answer."""

from binance_c2c.sandbox.faults.effects import alter, delay, overlap_pages, repeats_rows, replacement, skew_ms
from binance_c2c.sandbox.faults.plan import Fault, FaultKind, Faults, Planned

__all__ = [
    "Fault",
    "FaultKind",
    "Faults",
    "Planned",
    "alter",
    "delay",
    "overlap_pages",
    "repeats_rows",
    "replacement",
    "skew_ms",
]
