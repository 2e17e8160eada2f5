"""Reads numbers and dates in headers. Any other text gives None; nothing is raised."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MOST_DIGITS = 15
# Seconds in digits, as the standards write it, or with a fraction, as some servers do.
_SECONDS = r"[0-9]+(?:\.[0-9]*)?"


def count(text: str) -> int | None:
    """A whole number of at most 15 digits."""
    return int(text) if len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() else None


def seconds(text: str) -> float | None:
    """A duration in seconds, with a fraction or without."""
    return float(text) if re.fullmatch(_SECONDS, text) else None


def moment(text: str) -> datetime | None:
    """A date as HTTP writes it; one without a zone is taken for UTC."""
    try:
        found = parsedate_to_datetime(text)
        # A date near the ends of the calendar may have no date in UTC.
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
