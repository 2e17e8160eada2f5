"""An operation of the API as a value: path, security, weight and how its requests are sent."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Security(StrEnum):
    """The credentials that an operation asks for."""

    NONE = "none"
    """Nothing: it carries neither key nor signature."""
    KEY = "key"
    """The API key, without a signature."""
    SIGNED = "signed"
    """The API key, a timestamp and a signature over the query."""


class Operation(NamedTuple):
    """One operation of the API, as the description has it."""

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
