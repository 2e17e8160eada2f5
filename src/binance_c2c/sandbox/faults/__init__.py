"""Faults on demand: their kinds, which of them strike, and their effects on frames of the chat."""

from binance_c2c.sandbox.faults.frames import NEW_FIELD, NEW_WORD, NO_TEXT, altered_frame, dumps
from binance_c2c.sandbox.faults.plan import ChatPlace, Fault, FaultKind, Faults, Planned

__all__ = [
    "NEW_FIELD",
    "NEW_WORD",
    "NO_TEXT",
    "ChatPlace",
    "Fault",
    "FaultKind",
    "Faults",
    "Planned",
    "altered_frame",
    "dumps",
]
