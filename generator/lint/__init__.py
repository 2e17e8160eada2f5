"""The rules for a description, checked before anything is generated from it."""

from generator.lint.rules import check

__all__ = ["check"]
