"""The interfaces through which resources send calls. For type checkers: at run time nothing asks for these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from binance_c2c_runtime.calls import Call
    from binance_c2c_runtime.operations import Operation

T = TypeVar("T")


class Sender(Protocol):
    """The part of a client that its resources use to send calls."""

    def send(self, call: Call[T], /) -> T:
        """Send a call and give the value in its answer."""
        ...

    def now_ms(self) -> int:
        """The exchange's time, in milliseconds since 1970."""
        ...

    def unreadable(self, operation: Operation, message: str, /) -> Exception:
        """The error for a successful answer that a walk cannot go on from."""
        ...


class AsyncSender(Protocol):
    """The part of a client for `await` that its resources use to send calls."""

    async def send(self, call: Call[T], /) -> T:
        """Send a call and give the value in its answer."""
        ...

    def now_ms(self) -> int:
        """The exchange's time, in milliseconds since 1970."""
        ...

    def unreadable(self, operation: Operation, message: str, /) -> Exception:
        """The error for a successful answer that a walk cannot go on from."""
        ...
