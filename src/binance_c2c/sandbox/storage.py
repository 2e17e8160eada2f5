"""An exchange as a file, and back. What there is to keep is found by walking over the exchange's objects.

The file is a table. Objects, lists and mappings are its rows, and name each other by number, so that what was one and
the same object is one again; a row names only rows above it, and the last is the exchange. Loading makes objects of the
classes in `CLASSES` and of no others, and calls nothing that the file names.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
from collections import Counter, deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from importlib import import_module
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn

from binance_c2c.sandbox.exchange import Exchange, Key, own_accounts

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

VERSION = 3
"""To be raised with every change of what is kept: a file of another version is refused, not guessed at."""

_FORMAT = "binance-c2c sandbox"
_MODULES = (
    "exchange.accounts",
    "exchange.ad",
    "exchange.ads",
    "exchange.chat",
    "exchange.conditions",
    "exchange.exchange",
    "exchange.index",
    "exchange.markets",
    "exchange.order",
    "exchange.orders",
    "exchange.second_factor",
    "exchange.trading_stats",
)
CLASSES: Mapping[str, type[Any]] = {
    name: value
    for module in (import_module(f"{__package__}.{name}") for name in _MODULES)
    for name, value in vars(module).items()
    if isinstance(value, type) and value.__module__ == module.__name__
}
"""Whose objects a file may hold."""

_ROWS: Mapping[str, Any] = {"list": list, "deque": deque, "set": set}
_MAPPINGS: Mapping[str, Any] = {"dict": dict, "Counter": Counter}
_INLINE: Mapping[str, Any] = {"tuple": tuple, "frozenset": frozenset}
# The same in every sandbox, so a file has nothing to say about secrets.
_KEYS = {account.key.api_key: account.key for account in own_accounts().values() if account.key}


@dataclass(slots=True)
class _Held:
    """The lock that this process has on a file, shared by all in it who asked for it."""

    handle: int
    holders: int = 0


_held: dict[Path, _Held] = {}
_held_guard = Lock()


@contextmanager
def lock_state(path: str | os.PathLike[str]) -> Generator[None]:
    """Keep other processes from writing a state file while the context lasts.

    The lock is on a file beside it, `.NAME.lock`, which is removed afterwards; that of a process that dies is released.

    Raises:
        BlockingIOError: Another process has it.
        OSError: There is no such folder, or it cannot be written to.

    """
    target = Path(path).resolve()
    beside = target.with_name(f".{target.name}.lock")
    with _held_guard:
        if target not in _held:
            _held[target] = _Held(_lock_file(beside, path))
        _held[target].holders += 1
    try:
        yield
    finally:
        with _held_guard:
            held = _held[target]
            held.holders -= 1
            if not held.holders:
                del _held[target]
                # While it is locked, so that nobody locks a file that is about to go. Windows removes no open file.
                with suppress(OSError):
                    beside.unlink()
                os.close(held.handle)


def _lock_file(beside: Path, path: str | os.PathLike[str]) -> int:
    """The handle of the lock file, locked."""
    while True:
        handle = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            message = "another sandbox runs on this file: end it first, or choose another file"
            raise BlockingIOError(errno.EWOULDBLOCK, message, os.fspath(path)) from error
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), beside.stat()):
                return handle
        # Its last owner has removed it meanwhile, so this is a lock on nothing.
        os.close(handle)


if sys.platform == "win32":  # pragma: no cover - the tests that count lines run elsewhere
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write(path: str | os.PathLike[str], exchange: Exchange, now_ms: int, ahead_ms: int) -> None:
    """Put the whole file in the place of what was there, or leave that as it was and raise."""
    table = _Table()
    table.value(exchange, "exchange")
    rows = ",\n".join(json.dumps(row, allow_nan=False) for row in table.rows)
    content = {"now_ms": now_ms, "ahead_ms": ahead_ms, "rows": table.rows}
    head = {"format": _FORMAT, "version": VERSION, "sha256": _digest(content), "now_ms": now_ms, "ahead_ms": ahead_ms}
    # Where the path is a link, it goes on being one.
    target = Path(path).resolve()
    with lock_state(target):
        handle, name = mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(f'{json.dumps(head)[:-1]}, "rows": [\n{rows}\n]}}\n')
                file.flush()
                os.fsync(handle)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink()
            raise


def read(path: str | os.PathLike[str]) -> tuple[Exchange, int, int]:
    """The exchange, the time it was saved at, and how far its clock had been moved. `ValueError` for another file."""
    try:
        document: Any = json.loads(Path(path).read_bytes())
        if not _is(document, dict) or document.get("format") != _FORMAT:
            _refuse("it is something else")
        if document.get("version") != VERSION:
            _refuse(f"its version is {document.get('version')!r}")
        content = {name: document[name] for name in ("now_ms", "ahead_ms", "rows")}
        if document["sha256"] != _digest(content):
            _refuse("it was changed since")
        return _exchange_of(content["rows"]), int(content["now_ms"]), int(content["ahead_ms"])
    # Whatever a file can hold that is none of ours.
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        why = f"{type(error).__name__}: {error}" if isinstance(error, LookupError) else error
        message = f"{os.fspath(path)}: a file that Sandbox.save wrote, of version {VERSION}, is expected: {why}"
        raise ValueError(message) from error


def _digest(content: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


class _Table:
    """The rows so far. Everything that is walked over is alive all the while, so that `id` tells objects apart."""

    def __init__(self) -> None:
        self.rows: list[object] = []
        self._numbers: dict[int, int | None] = {}

    def value(self, value: Any, where: str) -> object:
        """As it stands in a row."""
        kind = type(value).__name__
        if value is None or type(value) in {bool, int, float, str}:
            return value
        if isinstance(value, Decimal):
            return {"decimal": str(value)}
        if isinstance(value, Key):
            return {"key": value.api_key}
        if _is(value, Enum) and type(value) is CLASSES.get(kind):
            return {kind: value.name}
        if _is(value, tuple, frozenset) and type(value) is {**_INLINE, **CLASSES}.get(kind):
            return {kind: self._values(value, where)}
        if id(value) not in self._numbers:
            self._numbers[id(value)] = None
            self.rows.append(self._row(value, where))
            self._numbers[id(value)] = len(self.rows) - 1
        number = self._numbers[id(value)]
        return _refuse(f"{where} leads back to itself") if number is None else {"row": number}

    def _row(self, value: Any, where: str) -> object:
        kind = type(value).__name__
        if type(value) is _ROWS.get(kind):
            return {kind: self._values(value, where)}
        if type(value) is _MAPPINGS.get(kind):
            return {kind: [self._values(pair, where) for pair in value.items()]}
        if type(value) is not CLASSES.get(kind):
            _refuse(f"{where}: a {kind} cannot be saved")
        return {kind: {name: self.value(part, f"{kind}.{name}") for name, part in attributes(value).items()}}

    def _values(self, values: Any, where: str) -> list[object]:
        # Sets have no order, and the same state shall give the same file.
        ordered = sorted(values, key=repr) if _is(values, set, frozenset) else values
        return [self.value(value, where) for value in ordered]


def attributes(value: object) -> dict[str, object]:
    """What an object holds by name, with and without slots."""
    # Not the object's own, which frozen dataclasses with slots have, and which tells no names.
    state: Any = object.__getstate__(value)
    return {**(state[0] or {}), **state[1]} if _is(state, tuple) else state or {}


def _exchange_of(rows: list[Any]) -> Exchange:
    made: list[Any] = []
    for row in rows:
        made.append(_value(row, made))
    exchange = made[-1]
    return exchange if isinstance(exchange, Exchange) else _refuse("no exchange is in it")


def _value(written: Any, made: list[Any]) -> Any:
    if not _is(written, dict):
        return written
    [(kind, content)] = written.items()
    if kind in _SIMPLE:
        return _SIMPLE[kind](content, made)
    if kind in _MAPPINGS:
        return _MAPPINGS[kind]({_value(key, made): _value(value, made) for key, value in content})
    if kind in _ROWS or kind in _INLINE:
        return {**_ROWS, **_INLINE}[kind](_value(value, made) for value in content)
    if kind not in CLASSES:
        _refuse(f"{kind!r} is nothing that an exchange has")
    return _object(CLASSES[kind], content, made)


_SIMPLE: Mapping[str, Callable[[Any, list[Any]], Any]] = {
    "decimal": lambda content, _: Decimal(content),
    "key": lambda content, _: _KEYS[content],
    "row": lambda content, made: made[content],
}


def _object(of: type[Any], content: Any, made: list[Any]) -> Any:
    if issubclass(of, Enum):
        return of[content]
    if hasattr(of, "_make"):
        return of._make(_value(part, made) for part in content)
    value = object.__new__(of)
    for name, part in content.items():
        # Past the guard of frozen dataclasses.
        object.__setattr__(value, name, _value(part, made))
    return value


def _is(value: object, *classes: type[Any]) -> bool:
    # What `isinstance` itself would tell the type checkers is that the rest is unknown.
    return isinstance(value, classes)


def _refuse(why: str) -> NoReturn:
    raise ValueError(why)
