"""Compares two descriptions: the differences that callers of the SDK meet."""

from generator.diff.changes import Report, compare
from generator.diff.surface import RevisionError, Surface, current, earlier

__all__ = ["Report", "RevisionError", "Surface", "compare", "current", "earlier"]
