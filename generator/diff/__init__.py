"""The differences between two descriptions, as those who call the SDK meet them."""

from generator.diff.changes import Report, compare
from generator.diff.surface import RevisionError, Surface, current, earlier

__all__ = ["Report", "RevisionError", "Surface", "compare", "current", "earlier"]
