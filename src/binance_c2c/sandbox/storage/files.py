"""State files: written whole or not at all, locked against other processes, and refused if they were edited."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import TYPE_CHECKING, NoReturn, cast

from binance_c2c.sandbox.gateway import require_extra

if TYPE_CHECKING:
    from collections.abc import Generator

    from binance_c2c.sandbox.exchange import Exchange, Profile

VERSION = 5
"""Raise it with every change of the format: a file of another version is refused."""
LAST_MS = 253_370_764_800_000
"""The beginning of the year 9999: Python's calendar ends soon after."""

_FORMAT = "binance-c2c sandbox"


@dataclass(slots=True)
class _Held:
    """The lock that this process has on a file, shared by all its threads."""

    handle: int
    holders: int = 0


_held: dict[Path, _Held] = {}
_held_guard = Lock()


@contextmanager
def lock_state(path: str | os.PathLike[str]) -> Generator[None]:
    """Keep other processes from writing a state file while the context lasts.

    The lock is on a file beside it, `.NAME.lock`, which is removed afterwards; that of a process that dies is released.

    Raises:
        BlockingIOError: Another process has the lock.
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
                # Removed while locked, so that no process locks a file that is about to go. Windows keeps an open file.
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
            message = "another sandbox is using this file: stop it first, or choose another file"
            raise BlockingIOError(errno.EWOULDBLOCK, message, os.fspath(path)) from error
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), beside.stat()):
                return handle
        # The last owner has removed the file meanwhile, so this lock protects nothing.
        os.close(handle)


if sys.platform == "win32":  # pragma: no cover - the tests that count lines run elsewhere
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write_state_file(path: str | os.PathLike[str], exchange: Exchange, now_ms: int, ahead_ms: int) -> None:
    """Replace the file by a whole new one, or raise and leave it as it was."""
    with require_extra():
        from binance_c2c.sandbox.storage.state import save  # noqa: PLC0415

    content = json.dumps({"now_ms": now_ms, "ahead_ms": ahead_ms, "state": save(exchange)}, allow_nan=False)
    head = json.dumps({"format": _FORMAT, "version": VERSION, "sha256": _digest(content)})
    # A path that is a link stays a link.
    target = Path(path).resolve()
    with lock_state(target):
        handle, name = mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(f"{head[:-1]},\n{content[1:]}\n")
                file.flush()
                os.fsync(handle)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink()
            raise


def read_state_file(path: str | os.PathLike[str]) -> tuple[Exchange, int, int]:
    """The exchange, the time it was saved at, and how far its clock was ahead, in milliseconds.

    Raises:
        ValueError: It is no state file, has another version, or holds an invalid value. The message names the file,
            and the place in it.
        OSError: It cannot be read.

    """
    with require_extra():
        from binance_c2c.sandbox.storage.state import restore  # noqa: PLC0415

    try:
        parsed: object = json.loads(Path(path).read_bytes())
        document = cast("dict[str, object]", parsed) if isinstance(parsed, dict) else {}
        if document.get("format") != _FORMAT:
            _refuse("the file has another format")
        if document.get("version") != VERSION:
            _refuse(f"the file has version {document.get('version')!r}")
        content = {name: document.get(name) for name in ("now_ms", "ahead_ms", "state")}
        if document.get("sha256") != _digest(json.dumps(content)):
            _refuse("the file was changed after it was saved")
        now_ms, ahead_ms = (_moment(name, content[name]) for name in ("now_ms", "ahead_ms"))
        return restore(content["state"]), now_ms, ahead_ms
    # RecursionError comes from too deep nesting, ArithmeticError from amounts out of all bounds.
    except (ValueError, RecursionError, ArithmeticError) as error:
        message = f"{os.fspath(path)}: a file that Sandbox.save wrote, of version {VERSION}, is expected: {error}"
        raise ValueError(message) from None


def read_profile(path: str | os.PathLike[str]) -> Profile:
    """An account as a TOML file describes it. Raises `ValueError` with the file and the place in it, or `OSError`."""
    with require_extra():
        from binance_c2c.sandbox.storage.profiles import read_file  # noqa: PLC0415

    return read_file(path)


def _moment(name: str, value: object) -> int:
    if type(value) is not int or not 0 <= value <= LAST_MS:
        _refuse(f"{name}: milliseconds from 0 to {LAST_MS} are expected")
    return value


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _refuse(why: str) -> NoReturn:
    raise ValueError(why)
