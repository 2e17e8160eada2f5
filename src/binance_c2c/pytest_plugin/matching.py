"""Compares requests with recorded ones: whether they agree, and where they differ."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any, NamedTuple, cast

from binance_c2c._core.recording import CODES, SCRUBBED, is_kept, shape
from binance_c2c._core.support import loads
from binance_c2c.errors import ConfigurationError

PARTS = ("method", "path", "query", "body")
"""The parts by which requests are compared."""
_TIME = re.compile(r"(?:time|timestamp|date)$", re.IGNORECASE)
_MILLISECONDS = re.compile(r"[0-9]{13}")
_LONGEST_SHOWN = 80
_MISSING = object()


class Sent(NamedTuple):
    """A request as it is recorded: without host, key, stamp and signature."""

    method: str
    path: str
    query: list[tuple[str, str]]
    body: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Options:
    """The rules by which requests are compared with recorded ones. Raises `ConfigurationError` for a wrong one."""

    match_on: Collection[str] = PARTS
    """Which parts have to agree."""
    ignore: Collection[str] = ()
    """Parameters that may differ, by their wire names, in the query and at any depth of the body."""
    time_tolerance: float = 60.0
    """By how many seconds times may differ, or their distances from the present."""
    wall_clock: bool = False
    """Whether a replaying client goes by this machine's clock, instead of one that starts when it was recorded."""

    def __post_init__(self) -> None:
        _check_words("match_on", self.match_on)
        _check_words("ignore", self.ignore)
        others = [part for part in self.match_on if part not in PARTS]
        if others or not self.match_on:
            message = f"match_on: only {', '.join(PARTS)} are expected, not {', '.join(map(repr, others)) or 'none'}"
            raise ConfigurationError(message)
        seconds: object = self.time_tolerance
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not seconds >= 0:
            message = f"time_tolerance: a number of seconds is expected, not {seconds!r}"
            raise ConfigurationError(message)


def _check_words(name: str, value: object) -> None:
    if isinstance(value, str) or not isinstance(value, Collection):
        message = f"{name}: a list of names is expected, not {value!r}"
        raise ConfigurationError(message)


@dataclass
class Matching:
    """Compares the requests of a program with the recorded ones, for one replay.

    In recordings pseudonyms replace personal values. A program sends a pseudonym where it read it from an answer, and a
    real value where it has it from elsewhere: a real value agrees with one pseudonym, the same each time.
    """

    options: Options
    shift_ms: int = 0
    """How long ago the recording was made."""
    _pseudonyms: dict[str, str] = field(default_factory=dict[str, str])
    """For each value that the program sent, the pseudonym that was recorded for it."""

    def differences(self, recorded: Sent, asked: Sent) -> list[str]:
        """The differences of two requests, a line each. Values that may be personal are not quoted."""
        return list(self._compared(recorded, asked, {}))

    def agree(self, recorded: Sent, asked: Sent) -> bool:
        """Whether two requests agree. If so, the pseudonyms that stood for real values are remembered."""
        pseudonyms: dict[str, str] = {}
        if any(True for _ in self._compared(recorded, asked, pseudonyms)):
            return False
        self._pseudonyms.update(pseudonyms)
        return True

    def _compared(self, recorded: Sent, asked: Sent, pseudonyms: dict[str, str]) -> Iterator[str]:
        parts = self.options.match_on
        if "method" in parts and recorded.method != asked.method:
            yield f"method: recorded {recorded.method}, asked {asked.method}"
        if "path" in parts and recorded.path != asked.path:
            yield f"path: recorded {recorded.path}, asked {asked.path}"
        if "query" in parts:
            yield from self._maps("query", _grouped(recorded.query), _grouped(asked.query), pseudonyms)
        if "body" in parts:
            yield from self._values("body", "data", _json(recorded.body), _json(asked.body), pseudonyms)

    def _maps(
        self,
        where: str,
        recorded: Mapping[str, Any],
        asked: Mapping[str, Any],
        pseudonyms: dict[str, str],
        *,
        inside: bool = False,
    ) -> Iterator[str]:
        for name in {**recorded, **asked}:
            if name not in self.options.ignore:
                was, is_asked = recorded.get(name, _MISSING), asked.get(name, _MISSING)
                place = f"{where} {name}" if where in {"query", "body"} else f"{where}.{name}"
                yield from self._values(place, name, was, is_asked, pseudonyms, inside=inside)

    def _values(
        self, where: str, name: str, recorded: Any, asked: Any, pseudonyms: dict[str, str], *, inside: bool = False
    ) -> Iterator[str]:
        hidden = inside or not is_kept(name)
        if isinstance(recorded, dict) and isinstance(asked, dict):
            maps = cast("list[dict[str, Any]]", [recorded, asked])
            yield from self._maps(where, maps[0], maps[1], pseudonyms, inside=hidden)
        elif isinstance(recorded, list) and isinstance(asked, list):
            lists = cast("list[list[Any]]", [recorded, asked])
            for index, (was, is_asked) in enumerate(zip_longest(*lists, fillvalue=_MISSING)):
                yield from self._values(f"{where}[{index}]", name, was, is_asked, pseudonyms, inside=inside)
        elif not self._alike(name, recorded, asked, pseudonyms, hidden=hidden):
            secret = hidden or name in CODES
            yield f"{where}: recorded {_shown(recorded, secret)}, asked {_shown(asked, secret)}"

    def _alike(self, name: str, recorded: Any, asked: Any, pseudonyms: dict[str, str], *, hidden: bool) -> bool:
        if type(recorded) is type(asked) and recorded == asked:
            return True
        if recorded is _MISSING or asked is _MISSING or isinstance(recorded, bool) or isinstance(asked, bool):
            return False
        if name in CODES and recorded == SCRUBBED:
            return True
        was, now = str(recorded), str(asked)
        if hidden:
            return type(recorded) is type(asked) and self._stands_for(was, now, pseudonyms)
        if _TIME.search(name) and _MILLISECONDS.fullmatch(was) and _MILLISECONDS.fullmatch(now):
            apart = int(now) - int(was)
            return min(abs(apart), abs(apart - self.shift_ms)) <= self.options.time_tolerance * 1000
        return isinstance(recorded, (int, Decimal)) and isinstance(asked, (int, Decimal)) and recorded == asked

    def _stands_for(self, recorded: str, asked: str, pseudonyms: dict[str, str]) -> bool:
        """Whether the pseudonym that was recorded can stand for the value that is sent."""
        known = {**self._pseudonyms, **pseudonyms}
        if asked in known:
            return known[asked] == recorded
        if recorded in known.values() or shape(recorded) != shape(asked):
            return False
        pseudonyms[asked] = recorded
        return True


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """A query as a mapping; a name that comes more than once has a list."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _json(body: str) -> Any:
    try:
        return loads(body.encode("utf-8")) if body else _MISSING
    except ValueError:
        return body


def _shown(value: Any, secret: bool) -> str:  # noqa: FBT001
    if value is _MISSING:
        return "nothing"
    if secret:
        return "another (not shown)"
    text: str = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
