"""The rules that a description has to keep, checked before anything is made of it."""

from generator.lint.rules import check

__all__ = ["check"]
