"""An operation and one use of it, as values that can be compared, recorded and sent again."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


class Security(StrEnum):
    """What an operation wants to see of the caller."""

    NONE = "none"
    """Nothing: it carries neither key nor signature."""
    KEY = "key"
    """The API key, without a signature."""
    SIGNED = "signed"
    """The API key, a timestamp and a signature over the query."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What the description says of one operation."""

    id: str
    """`resource.method`, the name it has in the SDK."""
    method: str
    path: str
    security: Security = Security.SIGNED
    weight: int = 1
    """What a call adds to the used weight of the caller's address."""
    safe_to_repeat: bool = False
    """Whether sending it twice does no more than sending it once. The HTTP method says nothing in this API."""
    sorted_query: bool = True
    """Whether the query is sorted by name before it is signed; otherwise it is signed in the order it was given."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers with a fixed value."""
    enveloped: bool = True
    """Whether the answer comes as `{code, message, data, success}`."""
    public: bool = False
    """Whether the website's host serves it, to everybody."""
    outcome: str = ""
    """For an operation that is not safe to repeat: how to learn whether it took effect."""
    secrets: tuple[str, ...] = ()
    """Names of what a request hides, at any depth: nothing that is logged or raised may show their values."""
    body_schema: str | None = None
    """The name of the request's schema in the description."""


def raw_data(call: Call[Any], answer: Mapping[str, Any]) -> Any:
    """What a call without a reader of its own gives: `data` as it came, or the answer where there is no envelope."""
    return answer.get("data") if call.operation.enveloped else answer


# Without slots: `Call[Ad](…)` would fail on Python 3.11.
@dataclass(frozen=True)
class Call(Generic[T]):
    """One use of an operation: what goes into the query, what into the body, and how the answer reads.

    Two calls that would send the same are equal.
    """

    operation: Operation
    query: Mapping[str, str | int] = field(default_factory=dict[str, "str | int"])
    """In wire names. Timestamp and signature are the signer's and never stand here."""
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    """JSON, in wire names. Never part of the signature. Not shown: one-time codes and free text go into it."""
    reader: Callable[[Call[Any], Mapping[str, Any]], T] = field(default=raw_data, repr=False, compare=False)

    def read(self, answer: Mapping[str, Any]) -> T:
        """The value in a successful answer. Raises `WireError` where a field is not what the description says."""
        return self.reader(self, answer)
