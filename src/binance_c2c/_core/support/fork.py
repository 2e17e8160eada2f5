"""What a forked process must not share with its parent: connections, where each reads the other's answers, or locks."""

import os
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet


class Heir(Protocol):
    """Something that holds what a forked process must not go on with."""

    def renew(self) -> None:
        """Take a fresh one of each. Called in the child before anything else runs there."""


_heirs: WeakSet[Heir] = WeakSet()
# For as long as the child lives: the end of a connection of tasks would reach into the parent's event loop.
_untouched: list[object] = []


def renew_after_fork(heir: Heir) -> None:
    """Have `heir` renewed in every child of this process."""
    _heirs.add(heir)


def leave_to_parent(thing: object) -> None:
    """Keep what the parent goes on with from being closed or collected here."""
    _untouched.append(thing)


def _in_child() -> None:
    for heir in list(_heirs):
        heir.renew()


# Not every system can fork; to call `dict` does nothing.
_register: Callable[..., object] = getattr(os, "register_at_fork", dict)
_register(after_in_child=_in_child)
