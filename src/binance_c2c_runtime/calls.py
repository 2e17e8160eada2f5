"""Calls, which are uses of operations as values, and the interfaces through which resources send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from binance_c2c_runtime.operations import Operation

T = TypeVar("T")


def raw_data(call: Call[Any], answer: Mapping[str, Any]) -> Any:
    """The default reader of a call: gives `data` as it was received, or the whole answer where there is no envelope."""
    return answer.get("data") if call.operation.enveloped else answer


# Without slots: `Call[Ad](…)` would fail on Python 3.11.
@dataclass(frozen=True)
class Call(Generic[T]):
    """One use of an operation: its query, its body, and how the answer is read.

    Two calls that would send the same are equal.
    """

    operation: Operation
    query: Mapping[str, str | int] = field(default_factory=dict[str, "str | int"])
    """Parameters by their wire names, without the timestamp and signature that the signer adds."""
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    """JSON by wire names; it is not signed. Hidden from `repr`: it may hold one-time codes and messages."""
    reader: Callable[[Call[Any], Mapping[str, Any]], T] = field(default=raw_data, repr=False, compare=False)

    def read(self, answer: Mapping[str, Any]) -> T:
        """The value in a successful answer. Raises `WireError` where a field is not what the description says."""
        return self.reader(self, answer)


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
