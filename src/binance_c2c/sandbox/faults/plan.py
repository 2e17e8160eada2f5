"""The kinds of faults, and which of them strike. Their effects are in `gateway.effects` and `faults.frames`."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NoReturn

from binance_c2c_sapi.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


class ChatPlace(StrEnum):
    """Where faults strike besides operations: the steps of a chat connection, and the store of its pictures."""

    CONNECT = "chat.connect"
    """A client opens a connection."""
    SEND = "chat.send"
    """A client sends a frame."""
    RECEIVE = "chat.receive"
    """The exchange sends a client a frame."""
    PING = "chat.ping"
    """A client sends a ping."""
    UPLOAD = "chat.upload"
    """A client uploads a picture."""
    DOWNLOAD = "chat.download"
    """A client downloads a picture."""


class FaultKind(StrEnum):
    """The kinds of faults. Unless a kind says otherwise, the exchange has acted before it strikes.

    Some kinds strike only operations, some only the chat: see `places`.
    """

    DELAY = "delay"
    """The answer comes `seconds` later; default 1."""
    DROP_BEFORE = "drop-before"
    """The connection ends without an answer, and nothing was done."""
    DROP_AFTER = "drop-after"
    """The connection ends without an answer, and the request was carried out."""
    ERROR_BEFORE = "error-before"
    """An answer with `status` (default 503), or an error frame, and nothing was done."""
    ERROR_AFTER = "error-after"
    """An answer with `status` (default 504), and the request was carried out."""
    FIREWALL = "firewall"
    """A page of HTML with `status` (default 403); the exchange never saw the request."""
    CUT = "cut"
    """Only the first half of the answer's or the frame's JSON."""
    GARBLED = "garbled"
    """An answer that is not UTF-8; in the chat, a binary frame instead of text."""
    EMPTY = "empty"
    """Status 200 without a body, or a frame without content."""
    SKEW = "skew"
    """The gateway's clock, and the time it reports, are `seconds` ahead; default 3600, negative for a slow clock."""
    NEW_ENUM = "new-enum"
    """Every field with a fixed set of values has a value that is not in the API description."""
    NEW_FIELD = "new-field"
    """Every object has a field that is not in the API description."""
    DUPLICATES = "duplicates"
    """Rows move while a client reads pages: each page but the first begins with the last row of the previous one.
    A frame of the chat comes twice."""
    RATE_LIMIT = "rate-limit"
    """Status 429 with `seconds` (default 1) as `Retry-After`. Nothing was done."""
    BAN = "ban"
    """Status 418 with `seconds` (default 120) as `Retry-After`. Nothing was done."""
    LOST = "lost"
    """A frame of the chat does not arrive, and the connection stays open."""
    REORDER = "reorder"
    """A frame comes after the one that should follow it, or after `seconds` (default 1) if none follows."""
    FREEZE = "freeze"
    """The chat connection stays open, and nothing is read or written on it for `seconds`; default 60."""
    HUGE = "huge"
    """A frame of the chat is blown up to a megabyte by an unknown field."""
    NO_PONG = "no-pong"
    """A ping is not answered."""
    TOKEN_REFUSED = "token-refused"  # noqa: S105 - the name of a fault
    """A handshake is refused with `status` (default 401) although its token is valid; the token is used up."""

    @property
    def seconds(self) -> float | None:
        """The default of `seconds` for this kind; None if it has no `seconds`."""
        return _DEFAULT_SECONDS.get(self)

    @property
    def places(self) -> Collection[str]:
        """The operations and steps of the chat that this kind can strike."""
        return _PLACES.get(self, OPERATIONS.keys())

    @property
    def status(self) -> int | None:
        """The default of `status` for this kind; None if it has no `status`."""
        return _DEFAULT_STATUS.get(self)


_DEFAULT_SECONDS = {
    FaultKind.DELAY: 1.0,
    FaultKind.SKEW: 3600.0,
    FaultKind.RATE_LIMIT: 1.0,
    FaultKind.BAN: 120.0,
    FaultKind.REORDER: 1.0,
    FaultKind.FREEZE: 60.0,
}
_DEFAULT_STATUS = {
    FaultKind.ERROR_BEFORE: 503,
    FaultKind.ERROR_AFTER: 504,
    FaultKind.FIREWALL: 403,
    FaultKind.TOKEN_REFUSED: 401,
}
_STORE = (ChatPlace.UPLOAD, ChatPlace.DOWNLOAD)
_PLACES: dict[FaultKind, Collection[str]] = {
    FaultKind.DELAY: {*OPERATIONS, *_STORE, ChatPlace.CONNECT, ChatPlace.RECEIVE},
    FaultKind.DROP_BEFORE: {*OPERATIONS, *_STORE, ChatPlace.CONNECT, ChatPlace.SEND, ChatPlace.RECEIVE},
    FaultKind.DROP_AFTER: {*OPERATIONS, *_STORE, ChatPlace.CONNECT, ChatPlace.SEND, ChatPlace.RECEIVE},
    FaultKind.ERROR_BEFORE: {*OPERATIONS, *_STORE, ChatPlace.CONNECT, ChatPlace.SEND},
    FaultKind.ERROR_AFTER: {*OPERATIONS, *_STORE},
    FaultKind.FIREWALL: {*OPERATIONS, *_STORE, ChatPlace.CONNECT},
    FaultKind.CUT: {*OPERATIONS, *_STORE, ChatPlace.RECEIVE},
    FaultKind.GARBLED: {*OPERATIONS, *_STORE, ChatPlace.RECEIVE},
    FaultKind.EMPTY: {*OPERATIONS, *_STORE, ChatPlace.RECEIVE},
    FaultKind.NEW_ENUM: {*OPERATIONS, ChatPlace.RECEIVE},
    FaultKind.NEW_FIELD: {*OPERATIONS, ChatPlace.RECEIVE},
    FaultKind.DUPLICATES: {*OPERATIONS, ChatPlace.RECEIVE},
    FaultKind.LOST: {ChatPlace.SEND, ChatPlace.RECEIVE},
    FaultKind.REORDER: {ChatPlace.RECEIVE},
    FaultKind.FREEZE: {ChatPlace.RECEIVE, ChatPlace.PING},
    FaultKind.HUGE: {ChatPlace.RECEIVE},
    FaultKind.NO_PONG: {ChatPlace.PING},
    FaultKind.TOKEN_REFUSED: {ChatPlace.CONNECT},
}
"""The places where each kind can strike; a kind that is not listed can strike all operations."""
_LONGEST_SECONDS = 10 * 365 * 86_400
_STATUSES = range(400, 600)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its kind, the operations it strikes, and how often. Raises `ValueError` for an invalid value."""

    kind: FaultKind
    operations: str = "*"
    """A pattern of the operations and steps of the chat that it strikes: `orders.release`, `ads.*`, `*`."""
    times: int | None = None
    """The highest number of times that it strikes; None for no limit."""
    probability: float = 1.0
    """The probability, from 0 to 1, that it strikes a request that matches."""
    seconds: float | None = None
    """Seconds; their meaning depends on the kind."""
    status: int | None = None
    """The HTTP status, from 400 to 599."""

    def __post_init__(self) -> None:
        if not any(fnmatchcase(name, self.operations) for name in self.kind.places):
            names = "an operation" if {*self.kind.places} & {*OPERATIONS} else " or ".join(sorted(self.kind.places))
            _refuse("operations", f"the name of {names} or a pattern that matches some", self.operations)
        if self.times is not None and self.times < 1:
            _refuse("times", "a positive number", self.times)
        if not 0 <= self.probability <= 1:
            _refuse("probability", "a number from 0 to 1", self.probability)
        object.__setattr__(self, "seconds", self._value_or_default("seconds", self.seconds, self.kind.seconds))
        object.__setattr__(self, "status", self._value_or_default("status", self.status, self.kind.status))
        lowest = -_LONGEST_SECONDS if self.kind is FaultKind.SKEW else 0
        if self.seconds is not None and not lowest <= self.seconds <= _LONGEST_SECONDS:
            _refuse("seconds", f"a number from {lowest} to {_LONGEST_SECONDS}", self.seconds)
        if self.status is not None and self.status not in _STATUSES:
            _refuse("status", "an HTTP status from 400 to 599", self.status)

    def _value_or_default(self, name: str, value: float | None, default: float | None) -> float | None:
        if value is not None and default is None:
            message = f"{name}: a fault of the kind {self.kind} takes no {name}; leave it out"
            raise ValueError(message)
        return default if value is None else value

    def to_dict(self) -> dict[str, object]:
        """The fields by name, as `of` reads them."""
        return {**asdict(self), "kind": str(self.kind)}

    @classmethod
    def parse(cls, text: str) -> Fault:
        """A fault from text such as `drop-after,operations=orders.release,times=1`: the kind, then fields by name."""
        kind, *parts = text.split(",")
        values = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in parts)}
        return cls.of({"kind": kind.strip(), **values})

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Fault:
        """A fault from its fields by name, as text or numbers."""
        known = {name: value for name, value in values.items() if value is not None}
        unknown = known.keys() - {field.name for field in fields(cls)}
        if unknown:
            _refuse("fault", f"one of {', '.join(field.name for field in fields(cls))}", min(unknown))
        kind = str(known.get("kind", ""))
        if kind not in set(FaultKind):
            _refuse("kind", f"one of {', '.join(FaultKind)}", kind)
        return cls(
            kind=FaultKind(kind),
            operations=str(known.get("operations", "*")),
            times=_whole("times", known.get("times")),
            probability=1.0 if "probability" not in known else _number("probability", known["probability"]),
            seconds=None if "seconds" not in known else _number("seconds", known["seconds"]),
            status=_whole("status", known.get("status")),
        )


@dataclass(slots=True, eq=False)
class Planned:
    """A fault in force, and how often it has struck."""

    fault: Fault
    number: int
    """Its index among the faults since the last `clear`; part of the seed of its random draws."""
    met: int = 0
    """How many requests matched."""
    happened: int = 0
    """How many requests it struck."""


class Faults:
    """The faults in force. Equal seeds and equal requests in equal order meet equal faults."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._planned: tuple[Planned, ...] = ()

    @property
    def seed(self) -> int:
        """The seed of all random draws."""
        return self._seed

    def __iter__(self) -> Iterator[Planned]:
        return iter(self._planned)

    def add(
        self,
        kind: FaultKind | str,
        operations: str = "*",
        *,
        times: int | None = None,
        probability: float = 1.0,
        seconds: float | None = None,
        status: int | None = None,
    ) -> Planned:
        """Put a fault in force. The parameters are the fields of `Fault`. `happened` of the result counts its strikes.

        Raises:
            ValueError: A value is invalid. The message names it.

        """
        values = {"operations": operations, "times": times, "probability": probability}
        return self.plan(Fault.of({"kind": kind, **values, "seconds": seconds, "status": status}))

    def plan(self, fault: Fault) -> Planned:
        """Put an existing `Fault` in force."""
        planned = Planned(fault, number=len(self._planned))
        self._planned = (*self._planned, planned)
        return planned

    def clear(self) -> None:
        """Remove all faults."""
        self._planned = ()

    def restart(self, seed: int) -> None:
        """Keep the faults, but set another seed and reset their counts."""
        self._seed = seed
        self._planned = tuple(Planned(planned.fault, planned.number) for planned in self._planned)

    def draw(self, operation_id: str) -> list[Fault]:
        """The faults that strike the next request for this operation, or the next event at this step of the chat."""
        return [planned.fault for planned in self._planned if self._strikes(planned, operation_id)]

    def _strikes(self, planned: Planned, operation_id: str) -> bool:
        fault = planned.fault
        if operation_id not in fault.kind.places or not fnmatchcase(operation_id, fault.operations):
            return False
        planned.met += 1
        if fault.times is not None and planned.happened >= fault.times:
            return False
        if fault.probability < 1 and self._random(planned) >= fault.probability:
            return False
        planned.happened += 1
        return True

    def _random(self, planned: Planned) -> float:
        # A generator for each draw: the result depends only on the counts, which a saved state could hold.
        return random.Random(f"{self._seed}/{planned.number}/{planned.met}").random()  # noqa: S311 - no secret


def _whole(name: str, value: object) -> int | None:
    if value is None:
        return None
    number = _number(name, value)
    return int(number) if number.is_integer() else _refuse(name, "a whole number", value)


def _number(name: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        _refuse(name, "a number", value)
    return number if abs(number) < float("inf") else _refuse(name, "a number", value)


def _refuse(name: str, expected: str, value: object) -> NoReturn:
    message = f"{name}: {expected} is expected, not {value!r}"
    raise ValueError(message)
