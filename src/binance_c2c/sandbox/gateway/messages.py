"""A request on its way from the socket to its handler, and the answer to it."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import unquote_to_bytes

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.refusals import InvalidValueError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from binance_c2c.sandbox.exchange import Account
    from binance_c2c_runtime import Operation

Json = dict[str, object]
M = TypeVar("M")

_ENCODED = rb"(?:[A-Za-z0-9._~+-]|%[0-9A-Fa-f]{2})*"
_PAIR = _ENCODED + rb"(?:=" + _ENCODED + rb")?"
_PERCENT_ENCODED = re.compile(_PAIR + rb"(?:&" + _PAIR + rb")*")
_WHOLE = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True)
class Query:
    """The query of a request: the bytes after `?`, whatever they are."""

    raw: bytes

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Names and values, decoded. A `+` means a space here, but is hashed as it was sent."""
        return tuple(_decoded(part) for part in self.raw.split(b"&") if part)

    @cached_property
    def payload(self) -> bytes:
        """The bytes that the caller should have signed: the received query without `signature`, wherever it stands."""
        return b"&".join(part for part in self.raw.split(b"&") if _decoded(part)[0] != "signature")

    @property
    def is_percent_encoded(self) -> bool:
        """Whether the payload has no raw special character, as the gateway demands since January 2026."""
        return self.encoded_length == len(self.payload)

    @property
    def encoded_length(self) -> int:
        """How many bytes of the payload are properly percent-encoded, which is the index of the first that is not."""
        good = _PERCENT_ENCODED.match(self.payload)
        return good.end() if good else 0

    @property
    def duplicate(self) -> str | None:
        """A name that occurs more than once."""
        counted = Counter(name for name, _ in self.pairs)
        return next((name for name, times in counted.items() if times > 1), None)

    @cached_property
    def _values(self) -> dict[str, str]:
        return dict(self.pairs)

    def get(self, name: str) -> str:
        """The value of `name`; empty if it was not sent."""
        return self._values.get(name, "")

    def text(self, name: str) -> str | None:
        """The value of `name`; None if it was not sent or is empty."""
        return self._values.get(name) or None

    def whole(self, name: str) -> int | None:
        """The value of `name` as a whole number of at most 64 bits; None if it was not sent or is empty."""
        text = self.text(name)
        if text is not None and not _WHOLE.fullmatch(text):
            raise InvalidValueError(name, refusals.PARAMETER_INVALID)
        return None if text is None else int(text)

    def as_sent(self, name: str) -> bytes:
        """The value of `name`, not decoded."""
        parts = (part for part in self.raw.split(b"&") if part)
        return {_decoded(part)[0]: part.partition(b"=")[2] for part in parts}.get(name, b"")


def _decoded(part: bytes) -> tuple[str, str]:
    name, _, value = part.partition(b"=")
    return _text(name), _text(value)


def _text(encoded: bytes) -> str:
    return unquote_to_bytes(encoded.replace(b"+", b" ")).decode("utf-8", "replace")


HOST_PLACEHOLDER = "{host}"
"""Stands in an address for the host name that the client has used for this machine."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The base URLs of those parts of the exchange that have their own.

    The defaults, for a sandbox without a server, exist nowhere: a program that connects by mistake reaches nobody.
    """

    chat: str = "wss://im.sandbox.invalid:443/chat"
    uploads: str = "https://bucket.sandbox.invalid"
    """Where pictures are uploaded to."""
    pictures: str = "https://cdn.sandbox.invalid"
    """Where pictures are read from."""

    def for_caller(self, host: str) -> Addresses:
        """These addresses, with the host name that the client has used."""
        if HOST_PLACEHOLDER not in self.chat + self.uploads + self.pictures:
            return self
        chat, uploads, pictures = (
            one.replace(HOST_PLACEHOLDER, host) for one in (self.chat, self.uploads, self.pictures)
        )
        return Addresses(chat, uploads, pictures)


@dataclass(slots=True)
class Request(Generic[M]):
    """One HTTP request, and what the gateway finds out about it. `M` is the strict model of its body."""

    method: str
    path: str
    query: Query = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """The headers by their names in lower case."""
    body: bytes = field(repr=False)
    now_ms: int
    """The exchange's time when the request came."""
    gateway_time_ms: int
    """The time by the gateway's clock, which a fault may have shifted."""
    addresses: Addresses = Addresses()
    operation: Operation = field(init=False, repr=False, compare=False)
    """Set by the routing."""
    account: Account = field(init=False, repr=False, compare=False)
    """The owner of the API key. Set by the authentication, if the operation needs a key."""
    model: M = field(init=False, repr=False, compare=False)
    """The body. Set by the validation; None for operations without a body."""

    @property
    def page(self) -> int | None:
        """The page that the body or the query asks for."""
        return self._number("page")

    @property
    def rows(self) -> int | None:
        """The rows per page that the body or the query asks for."""
        return self._number("rows")

    def on_page(self, page: int) -> Request[M]:
        """A copy of the request that asks for another page."""
        other = copy.copy(self)
        other.query = Query(b"%b&page=%d" % (self.query.raw, page))
        model: Any = self.model
        if hasattr(model, "page"):
            other.model = model.model_copy(update={"page": page})
        return other

    def _number(self, name: str) -> int | None:
        number: int | None = getattr(self.model, name, None)
        return self.query.whole(name) if number is None else number


@dataclass(frozen=True, slots=True)
class Answer:
    """The sandbox's answer to one HTTP request."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    delay: float = 0.0
    """Seconds to wait before it is sent."""
    dropped: bool = False
    """Whether the connection is closed instead, without an answer."""


def json_answer(status: int, payload: Json, headers: Mapping[str, str]) -> Answer:
    """An answer with `payload` as JSON."""
    # A lone surrogate, which UTF-8 cannot hold, goes back as the escape that the request had.
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return Answer(status, {"Content-Type": "application/json;charset=UTF-8", **headers}, body)


def refusal_body(refused: RefusedError) -> Json:
    """The body of a refusal: in the gateway's form or in the C2C service's, depending on its code."""
    code, message = refused.refusal.code, str(refused)
    if refused.refusal.wrapped:
        return {"code": -9000, "msg": f"{code}: {message}"}
    if isinstance(code, int):
        return {"code": code, "msg": message}
    return {"code": code, "message": message, "messageDetail": None, "data": None, "success": False}


def decimals(value: Decimal, scale: int) -> str:
    """Money as text with a fixed number of decimals, never in exponents."""
    return f"{value:.{scale}f}"


class Routes:
    """Finds the operation for a method and a path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            self._by_path.setdefault(operation.path, {})[operation.method] = operation

    def find(self, method: str, path: str) -> Operation:
        """The operation. Raises `RefusedError` if path or method are unknown."""
        by_method = self._by_path.get(path)
        if by_method is None:
            raise RefusedError(refusals.NOTHING_THERE if path.startswith("/sapi/v1/c2c/") else refusals.NO_SUCH_PATH)
        operation = by_method.get(method)
        if operation is not None:
            return operation
        if all(other.public for other in by_method.values()):
            raise RefusedError(refusals.ILLEGAL_ON_WEBSITE, method)
        raise RefusedError(refusals.NO_SUCH_METHOD, method)
