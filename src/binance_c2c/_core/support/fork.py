"""Resets connections and locks in a forked process: a shared connection mixes up answers, a held lock stays held."""

import os
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet


class ForkAware(Protocol):
    """An object with connections or locks that a forked process must not use."""

    def reset_after_fork(self) -> None:
        """Replace connections and locks by fresh ones. Called in the child before anything else runs there."""


_fork_aware: WeakSet[ForkAware] = WeakSet()
# Kept until the child ends: closing an asyncio connection there would reach into the parent's event loop.
_kept_for_parent: list[object] = []


def register_fork_aware(one: ForkAware) -> None:
    """Have `reset_after_fork` of an object called in every child of this process."""
    _fork_aware.add(one)


def keep_for_parent(thing: object) -> None:
    """Keep an object of the parent process from being closed or collected in a child."""
    _kept_for_parent.append(thing)


def _reset_all() -> None:
    for one in list(_fork_aware):
        one.reset_after_fork()


# Not every system can fork. There `dict` is called instead, which does nothing.
_register: Callable[..., object] = getattr(os, "register_at_fork", dict)
_register(after_in_child=_reset_all)
