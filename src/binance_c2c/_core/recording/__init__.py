"""Recordings of the exchange's answers: personal data replaced, files written whole or not at all."""

from binance_c2c._core.recording.answers import Plan, PlanError, Recorded, record, recordable, usage
from binance_c2c._core.recording.files import SANDBOX, origin, write_recording
from binance_c2c._core.recording.personal import CODES, PERSONAL, is_kept
from binance_c2c._core.recording.scrub import LEFT_OUT, SCRUBBED, Pseudonyms, Scrubber, shape

__all__ = [
    "CODES",
    "LEFT_OUT",
    "PERSONAL",
    "SANDBOX",
    "SCRUBBED",
    "Plan",
    "PlanError",
    "Pseudonyms",
    "Recorded",
    "Scrubber",
    "is_kept",
    "origin",
    "record",
    "recordable",
    "shape",
    "usage",
    "write_recording",
]
