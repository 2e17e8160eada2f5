"""A bounded number of permits to use a connection, for threads and for tasks.

Ctrl-C and other signals raise between any two steps of Python, also between taking something and the `try` that would
give it back. So a permit gives itself back when nobody holds it any more, and taking one is a single step of the
interpreter: whatever is raised wherever, none is lost.
"""

from queue import Empty, SimpleQueue
from typing import Protocol
from weakref import ref


class Home(Protocol):
    """Where a permit belongs."""

    def take_back(self) -> None:
        """A permit is free: for the first caller who waits."""


class Permit:
    """One of a number. It belongs to whoever holds it until `give_back`, or until it is forgotten."""

    __slots__ = ("_home",)

    def __init__(self, home: "ref[Home]") -> None:
        # Weakly: the permits that are free end with their home.
        self._home: ref[Home] | None = home

    def give_back(self) -> None:
        """Let another caller have it. Doing it again changes nothing."""
        known = getattr(self, "_home", None)  # Interrupted while it was made, it has none.
        home = None if known is None else known()
        if home is not None:
            # In this order: interrupted in between it is given back twice, which does little harm, and never lost.
            home.take_back()
            self._home = None

    __del__ = give_back


class ThreadPermits:
    """Permits for threads, first come, first served."""

    def __init__(self, number: int) -> None:
        self._free: SimpleQueue[Permit] = SimpleQueue()
        self._me: ref[Home] = ref(self)
        for _ in range(number):
            self.take_back()

    def take(self, seconds: float | None) -> Permit | None:
        """A permit; None where there is none within so many seconds."""
        try:
            return self._free.get(timeout=seconds)
        except Empty:
            return None

    def take_back(self) -> None:
        """A permit is free."""
        self._free.put(Permit(self._me))
