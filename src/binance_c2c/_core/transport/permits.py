"""A bounded number of permits to use a connection, for threads and for tasks.

Ctrl-C and other signals raise between any two steps of Python, also between taking something and the `try` that would
give it back. So a permit gives itself back when the last reference to it goes, and taking one is a single step of the
interpreter: whatever is raised wherever, none is lost.
"""

from queue import Empty, SimpleQueue
from typing import Protocol
from weakref import ref


class Home(Protocol):
    """The pool that a permit belongs to."""

    def give_back(self, permit: "Permit") -> None:
        """Let another caller have a permit."""


class Permit:
    """The right to use one connection. It is free again when it is given back, or when its last reference goes."""

    __slots__ = ("_home",)

    def __init__(self, home: "ref[Home]") -> None:
        # Weakly: the permits that are free end with their home.
        self._home = home

    def __del__(self) -> None:
        home = self._home()
        if home is not None:
            # What was forgotten is not to be had again.
            home.give_back(Permit(self._home))


class ThreadPermits:
    """Permits for threads, first come, first served."""

    def __init__(self, number: int) -> None:
        self._free: SimpleQueue[Permit] = SimpleQueue()
        self._me: ref[Home] = ref(self)
        for _ in range(number):
            self.give_back(Permit(self._me))

    def take(self, seconds: float | None) -> Permit | None:
        """A permit; None where there is none within so many seconds."""
        try:
            return self._free.get(timeout=seconds)
        except Empty:
            return None

    def give_back(self, permit: Permit) -> None:
        """Let another thread have a permit."""
        self._free.put(permit)
