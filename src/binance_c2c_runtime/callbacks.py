"""What a caller's function is, asked before anything calls it."""

from inspect import iscoroutinefunction


def is_async(function: object) -> bool:
    """Whether a function is async, or an object whose `__call__` is."""
    return iscoroutinefunction(function) or iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004
