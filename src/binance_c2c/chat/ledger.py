"""Keeps track of the messages that were given: recognises duplicates, knows the position in each order. No I/O."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from heapq import heappush, heappushpop
from typing import TYPE_CHECKING, Any

from binance_c2c.chat.codec import number_of

if TYPE_CHECKING:
    from binance_c2c_sapi.models import ChatFrame

EVERYTHING = "*"
"""The key in a state for the whole account: the position of every order that the state does not name."""
MOST_REMEMBERED = 4096
"""The most messages that are remembered one by one, to recognise duplicates of them."""
MOST_ORDERS = 10_000
"""The most orders in a state; those without a message for the longest time are left out."""
OVERLAP = 50
"""How many messages before a lost connection are read again: the exchange may have sent some out of order."""
_LONGEST_NUMBER = 20
_WRITTEN_BY_THE_EXCHANGE = frozenset({"system", "card"})


class Ledger:
    """The messages that were given to the program, and those that are queued for it."""

    def __init__(self, state: Mapping[str, str] | None = None) -> None:
        restored = checked_state(state)
        start = restored.pop(EVERYTHING, None)
        self.start = max(restored.values()) if start is None and restored else start
        """The position of orders that the state does not name: older messages are not given. None until it is known."""
        self._restored = restored
        self._numbers: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._names: OrderedDict[tuple[str, str], int | None] = OrderedDict()
        self._forgotten: OrderedDict[str, int] = OrderedDict()
        self._largest: list[int] = []
        """The largest numbers that came, at most `OVERLAP`, as a heap."""
        self._last = OrderedDict(sorted(restored.items(), key=lambda entry: entry[1]))
        self._newest: OrderedDict[str, int] = OrderedDict(self._last)
        # Not the largest number of the state: other orders may still lack lower ones.
        self._given = self.start or 0

        self.highest = self._given
        """The largest number of a message that came, or up to which all are known."""

    def begin_at(self, number: int) -> None:
        """Count every message up to this number as given."""
        self.start = self._given = self.highest = number

    @property
    def state(self) -> dict[str, str]:
        """For each order, the number of the last message given; under `*`, the position of the whole account."""
        if self.start is None:
            return {}
        return {EVERYTHING: str(self._given)} | {order: str(number) for order, number in self._last.items()}

    @property
    def until(self) -> int:
        """The number down to which the history is to be read after a lost connection; 0 for all of it."""
        return self._largest[0] if len(self._largest) == OVERLAP else self.start or 0

    def orders(self, below: int | None, most: int) -> list[tuple[str, int]]:
        """The latest `most` orders with the numbers of their last messages, smaller than `below` if that is given."""
        found = [(order, number) for order, number in reversed(self._newest.items()) if below is None or number < below]
        return found[:most]

    def has_heard_of(self, order: str) -> bool:
        """Whether a message of this order came before, or is in the state at the start."""
        return order in self._newest

    def is_past(self, order: str, number: int) -> bool:
        """Whether a message of the history was given before the start, or so long ago that it is forgotten."""
        return number <= max(self._forgotten.get(order, 0), self._restored.get(order, self.start or 0))

    def is_known(self, order: str, frame: ChatFrame) -> bool:
        """Whether this message was given, or is queued."""
        number = number_of(frame)
        if number is not None:
            known = max(self._restored.get(order, 0), self._forgotten.get(order, 0))
            if number <= known or (order, number) in self._numbers:
                return True
        name = (order, frame.uuid or "")
        if not frame.uuid or name not in self._names:
            return False
        # The exchange makes the uuids of its own messages of order and time: two messages of one moment share a uuid.
        other = self._names[name]
        return number is None or other is None or number == other or frame.type not in _WRITTEN_BY_THE_EXCHANGE

    def enter(self, order: str, frame: ChatFrame) -> bool:
        """Note that a message is queued. Returns whether one of its order with a larger number came first."""
        number = number_of(frame)
        if frame.uuid:
            self._names[order, frame.uuid] = number
            if len(self._names) > MOST_REMEMBERED:
                self._names.popitem(last=False)
        if number is None:
            return False
        self._numbers[order, number] = None
        self.highest = max(self.highest, number)
        if len(self._largest) < OVERLAP:
            heappush(self._largest, number)
        else:
            heappushpop(self._largest, number)
        if len(self._numbers) > MOST_REMEMBERED:
            (old_order, old), _ = self._numbers.popitem(last=False)
            _put(self._forgotten, old_order, max(old, self._forgotten.get(old_order, 0)))
        late = number < self._newest.get(order, 0)
        if not late:
            _put(self._newest, order, number)
        return late

    def give(self, order: str, frame: ChatFrame) -> None:
        """Note that a message was given: it is part of the state from then on."""
        number = number_of(frame)
        if number is not None and number > self._last.get(order, 0):
            _put(self._last, order, number)
            self._given = max(self._given, number)


def _put(orders: OrderedDict[str, int], order: str, number: int) -> None:
    orders[order] = number
    orders.move_to_end(order)
    if len(orders) > MOST_ORDERS:
        orders.popitem(last=False)


def checked_state(state: Mapping[str, str] | None) -> dict[str, int]:
    """The message numbers in a saved state. Raises `TypeError` or `ValueError` where it is no state."""
    if state is None:
        return {}
    if not isinstance(state, Mapping):
        message = f"state: a mapping from order numbers to message numbers is expected, not {type(state).__name__}"
        raise TypeError(message)
    given: Mapping[Any, Any] = state
    for order, number in given.items():
        digits = isinstance(number, str) and number.isascii() and number.isdecimal()
        if not isinstance(order, str) or not digits or len(number) > _LONGEST_NUMBER:
            raise ValueError("state: order numbers and message numbers, both as strings, are expected")
    return {order: int(number) for order, number in state.items()}
