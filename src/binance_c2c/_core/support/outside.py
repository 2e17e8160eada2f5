"""Reads numbers and dates in headers. A text that is none gives None; nothing is raised."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_COUNT = re.compile(r"[0-9]{1,15}")
# As the standards write it, and with a fraction, as some servers do.
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?")


def count(text: str) -> int | None:
    """A whole number of at most 15 digits."""
    return int(text) if _COUNT.fullmatch(text) else None


def seconds(text: str) -> float | None:
    """A duration in seconds, with a fraction or without."""
    return float(text) if _SECONDS.fullmatch(text) else None


def moment(text: str) -> datetime | None:
    """A date as HTTP writes it; one without a zone is taken for UTC."""
    try:
        found = parsedate_to_datetime(text)
        # Near the ends of the calendar no other zone has a date for it.
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
