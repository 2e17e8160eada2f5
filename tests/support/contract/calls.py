"""The rows of the contract's tables as values, and how one is run on either client."""

import json
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

import httpx

from tests.support.clients import Kind, run

EXCHANGE = "https://api.binance.com"
NOTHING: Mapping[str, Any] = {}

Path = tuple[str | int, ...]
"""Keys and indexes that lead to a value in JSON."""


class Request(NamedTuple):
    """One call, and the request that must leave because of it."""

    operation: str
    arguments: Mapping[str, Any] = NOTHING
    """In Python's names."""
    query: Mapping[str, str] = NOTHING
    """In wire names and without what the signer adds."""
    body: Mapping[str, Any] | None = None
    """In wire names; None for no body at all."""


class Answer(NamedTuple):
    """One answer as it comes on the wire, and the values that it must be read as."""

    operation: str
    text: str
    """The whole of it, in JSON."""
    told: Mapping[str, Any] = NOTHING
    """For each path, such as `0.adv.price`, the value there; the empty path is the answer itself."""
    named: Mapping[str, str] = NOTHING
    """For each path of an enum value on the wire, the path of the member: an unknown value has to be kept there."""


def act(operation: str, arguments: Mapping[str, Any] = NOTHING) -> Callable[[Any], Any]:
    """A function that makes the call on a client."""
    return lambda client: attrgetter(operation)(client)(**arguments)


def sent_by(kind: Kind, request: Request, answer: str) -> tuple[httpx.Request, Any]:
    """The one request of a call, and the call's result when `answer` comes back."""
    seen: list[httpx.Request] = []

    def exchange(leaving: httpx.Request) -> httpx.Response:
        seen.append(leaving)
        return httpx.Response(200, text=answer)

    [result] = run(kind, EXCHANGE, act(request.operation, request.arguments), http=httpx.MockTransport(exchange))
    [leaving] = seen
    return leaving, result


def canonical(value: Any) -> str:
    """JSON in which equal texts are equal values of equal types: neither 1, "1" nor true stand for each other."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def at(value: Any, path: str) -> Any:
    """The part of a value at a path such as `0.adv.price`. An empty path is the value itself."""
    for step in path.split(".") if path else ():
        value = value[int(step)] if step.isdigit() else getattr(value, step)
    return value
