"""Parses numbers and dates in headers. Returns None for any other text; raises nothing."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MOST_DIGITS = 15
# The standard allows whole seconds only; some servers send fractions.
_SECONDS = r"[0-9]+(?:\.[0-9]*)?"


def parse_count(text: str) -> int | None:
    """A whole number of at most 15 digits."""
    return int(text) if len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() else None


def parse_seconds(text: str) -> float | None:
    """A duration in seconds, with or without a fraction."""
    return float(text) if re.fullmatch(_SECONDS, text) else None


def parse_date(text: str) -> datetime | None:
    """A date in HTTP's format; without a time zone it is taken as UTC."""
    try:
        found = parsedate_to_datetime(text)
        # A date near the ends of the calendar may have no equivalent in UTC.
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
