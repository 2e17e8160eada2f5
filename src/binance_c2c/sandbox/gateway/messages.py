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
    """The query of a request: what stands between `?` and the end of the target. Any bytes are a query."""

    raw: bytes

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Names and values, decoded. A `+` means a space here, but is hashed as it came."""
        return tuple(_decoded(part) for part in self.raw.split(b"&") if part)

    @cached_property
    def payload(self) -> bytes:
        """The bytes the caller should have signed: those received, without `signature` wherever it stood."""
        return b"&".join(part for part in self.raw.split(b"&") if _decoded(part)[0] != "signature")

    @property
    def is_percent_encoded(self) -> bool:
        """Whether the payload is written as the gateway demands since January 2026, with no raw special character."""
        return self.well_encoded == len(self.payload)

    @property
    def well_encoded(self) -> int:
        """How many bytes of the payload are percent-encoded properly: the index of the first that is not."""
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
        """The value of `name`, empty where it was not sent."""
        return self._values.get(name, "")

    def text(self, name: str) -> str | None:
        """The value of `name`, None where it was not sent or is empty."""
        return self._values.get(name) or None

    def whole(self, name: str) -> int | None:
        """The value of `name` as a whole number of at most 64 bits, None where it was not sent or is empty."""
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


CALLED = "{host}"
"""In an address: the name that the client itself calls this machine by."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The parts of the exchange that have addresses of their own, with these.

    Without a server these names lead nowhere: a program that connects to one by mistake reaches nobody's exchange.
    """

    chat: str = "wss://im.sandbox.invalid:443/chat"
    uploads: str = "https://bucket.sandbox.invalid"
    """The address of the store that pictures are uploaded to."""
    pictures: str = "https://cdn.sandbox.invalid"
    """The address of the store that pictures are read from."""

    def for_caller(self, host: str) -> Addresses:
        """These addresses with the name that a client has called this machine by."""
        if CALLED not in self.chat + self.uploads + self.pictures:
            return self
        chat, uploads, pictures = (one.replace(CALLED, host) for one in (self.chat, self.uploads, self.pictures))
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
    """The exchange's time when it came."""
    gateway_time_ms: int
    """The time by the gateway's clock, which a fault may have set wrong."""
    addresses: Addresses = Addresses()
    operation: Operation = field(init=False, repr=False, compare=False)
    """Set once its path and method are found in the table of operations."""
    account: Account = field(init=False, repr=False, compare=False)
    """Whose key it came with. Set for operations that need a key."""
    model: M = field(init=False, repr=False, compare=False)
    """The body. Set once it was validated; None for operations without one."""

    @property
    def page(self) -> int | None:
        """The page that is asked for, in the body or in the query."""
        return self._number("page")

    @property
    def rows(self) -> int | None:
        """How many rows a page shall have, in the body or in the query."""
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
    """Whether the connection ends instead, and nothing of this is sent."""


def json_answer(status: int, payload: Json, headers: Mapping[str, str]) -> Answer:
    """An answer with `payload` as JSON."""
    # A lone surrogate in a request is written into the answer as an escape, as it came.
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return Answer(status, {"Content-Type": "application/json;charset=UTF-8", **headers}, body)


def refusal_body(refused: RefusedError) -> Json:
    """The body of a refusal, in the form its code belongs to: the gateway's, or the C2C service's."""
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
    """From method and path to the operation, by the table that is generated from the description."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            self._by_path.setdefault(operation.path, {})[operation.method] = operation

    def find(self, method: str, path: str) -> Operation:
        """The operation, or a refusal of the path or of the method."""
        by_method = self._by_path.get(path)
        if by_method is None:
            raise RefusedError(refusals.NOTHING_THERE if path.startswith("/sapi/v1/c2c/") else refusals.NO_SUCH_PATH)
        operation = by_method.get(method)
        if operation is not None:
            return operation
        if all(other.public for other in by_method.values()):
            raise RefusedError(refusals.ILLEGAL_ON_WEBSITE, method)
        raise RefusedError(refusals.NO_SUCH_METHOD, method)
