"""Resets connections and locks in a forked process: shared ones would mix up answers, or never be released."""

import os
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet


class ForkAware(Protocol):
    """An object with connections or locks that a forked process must not use."""

    def reset_after_fork(self) -> None:
        """Take fresh connections and locks. Called in the child before anything else runs there."""


_fork_aware: WeakSet[ForkAware] = WeakSet()
# Kept while the child lives: closing an asyncio connection here would reach into the parent's event loop.
_untouched: list[object] = []


def register_fork_aware(one: ForkAware) -> None:
    """Have `reset_after_fork` of an object called in every child of this process."""
    _fork_aware.add(one)


def keep_for_parent(thing: object) -> None:
    """Keep an object of the parent's from being closed or collected in a child."""
    _untouched.append(thing)


def _in_child() -> None:
    for one in list(_fork_aware):
        one.reset_after_fork()


# Not every system can fork; to call `dict` does nothing.
_register: Callable[..., object] = getattr(os, "register_at_fork", dict)
_register(after_in_child=_in_child)
