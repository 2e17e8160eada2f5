"""An operation of the API as a value: path, security, weight and how its requests are sent."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Security(StrEnum):
    """The credentials that an operation requires."""

    NONE = "none"
    """None: the request has neither key nor signature."""
    KEY = "key"
    """The API key, without a signature."""
    SIGNED = "signed"
    """The API key, a timestamp and a signature over the query."""


class Operation(NamedTuple):
    """One operation of the API, from the API description."""

    id: str
    """The name of the operation in the SDK, `resource.method`."""
    method: str
    path: str
    security: Security = Security.SIGNED
    weight: int = 1
    """The request weight of a call, which counts against the limit of the caller's IP address."""
    safe_to_repeat: bool = False
    """Whether sending it twice does no harm. The HTTP method does not say so in this API."""
    sorted_query: bool = True
    """Whether the query is sorted by name before it is signed; otherwise it keeps its order."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers with a fixed value."""
    enveloped: bool = True
    """Whether the answer is an envelope: `{code, message, data, success}`."""
    public: bool = False
    """Whether it is a public operation on the website's host."""
    outcome: str = ""
    """For an operation that is not safe to repeat: how to find out whether it took effect."""
    secrets: tuple[str, ...] = ()
    """Wire names, at any depth of a request, whose values must not be logged or shown in errors."""
    body_schema: str | None = None
    """The name of the schema of the request's body in the API description."""
