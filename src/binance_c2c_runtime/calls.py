"""A call of an operation as a value, and the interfaces through which resources send calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from binance_c2c_runtime.operations import Operation

T = TypeVar("T")


def raw_data(call: Call[Any], answer: Mapping[str, Any]) -> Any:
    """The default reader of a call: returns `data` as it was received, or the whole answer if it has no envelope."""
    return answer.get("data") if call.operation.enveloped else answer


# Without slots: `Call[Ad](…)` would fail on Python 3.11.
@dataclass(frozen=True)
class Call(Generic[T]):
    """One call of an operation: its query, its body, and how the answer is read.

    Two calls are equal if they would send the same request.
    """

    operation: Operation
    query: Mapping[str, str | int] = field(default_factory=dict[str, "str | int"])
    """Parameters by their wire names, without the timestamp and signature that the signer adds."""
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    """JSON in wire names; it is not signed. Not in `repr`, since it may hold one-time codes and messages."""
    reader: Callable[[Call[Any], Mapping[str, Any]], T] = field(default=raw_data, repr=False, compare=False)

    def read(self, answer: Mapping[str, Any]) -> T:
        """The value in a successful answer. Raises `WireError` if a field is not as described."""
        return self.reader(self, answer)


class Sender(Protocol):
    """The part of a client that its resources use to send calls."""

    def send(self, call: Call[T], /) -> T:
        """Send a call and return the value in its answer."""
        ...

    def now_ms(self) -> int:
        """The exchange's time, in milliseconds since 1970."""
        ...

    def unreadable_error(self, operation: Operation, message: str, /) -> Exception:
        """The error for a successful answer after which an iteration cannot go on."""
        ...


class AsyncSender(Protocol):
    """The part of a client for `await` that its resources use to send calls."""

    async def send(self, call: Call[T], /) -> T:
        """Send a call and return the value in its answer."""
        ...

    def now_ms(self) -> int:
        """The exchange's time, in milliseconds since 1970."""
        ...

    def unreadable_error(self, operation: Operation, message: str, /) -> Exception:
        """The error for a successful answer after which an iteration cannot go on."""
        ...
