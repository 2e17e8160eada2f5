"""What a resource needs to act. For type checkers: at run time nothing asks for these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from .calls import Call

T = TypeVar("T")


class Sender(Protocol):
    """What a resource needs to act: something that sends a call and gives its value, and knows the exchange's time."""

    def send(self, call: Call[T], /) -> T: ...

    def now_ms(self) -> int: ...


class AsyncSender(Protocol):
    """The same for `await`."""

    async def send(self, call: Call[T], /) -> T: ...

    def now_ms(self) -> int: ...
