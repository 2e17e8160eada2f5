"""Keeps signatures, keys and tokens out of what is logged and raised, also by httpx and the libraries below it."""

import logging
import re
from traceback import clear_frames
from typing import TypeVar

E = TypeVar("E", bound=BaseException)

# Compiled when first needed: most programs never log that much.
_SECRETS = (
    # In a URL that is part of another one, or of JSON, the sign of equality may be written otherwise.
    r"(?i)((?:signature|listenKey|listenToken|token)(?:=|%3d|%253d|\\u003d)"
    r"|(?:x-mbx-apikey|set-cookie)['\"]?[,:=] ?b?['\"]?)[^&\s'\"]+"
)
LOGGERS = (
    *("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks"),
    *("aiohttp.client", "aiohttp.internal"),
    # Under a client of the caller's own that speaks HTTP/2.
    *("hpack.hpack", "hpack.table"),
)


def cleaned(text: str) -> str:
    """The text with `[hidden]` for each secret that can be told by what stands before it."""
    return re.sub(_SECRETS, r"\1[hidden]", text)


def silenced(error: E) -> E:
    """The same error. Neither its text nor that of its causes quotes a secret, and none of them keeps its frames.

    Those hold the signed request, its headers and the answer, and error reports that list local variables are common.
    """
    _silence(error, {})
    return error


def _silence(error: BaseException, silent: dict[int, bool]) -> bool:
    """Whether it tells nothing now. Some make their text from other things than their arguments: those are let go."""
    if id(error) not in silent:
        # Until more is known: two errors may be each other's cause.
        silent[id(error)] = True
        error.__traceback__ = None
        if hasattr(error, "_request"):
            # What httpx keeps of the request: the key and the signature are in it.
            error._request = None  # noqa: SLF001 # pyright: ignore[reportAttributeAccessIssue]
        error.args = tuple(cleaned(part) if isinstance(part, str) else part for part in error.args)
        if error.__cause__ is not None and not _silence(error.__cause__, silent):
            error.__cause__ = None
        if error.__context__ is not None and not _silence(error.__context__, silent):
            error.__context__ = None
        text = f"{error!s} {error!r}"
        silent[id(error)] = cleaned(text) == text
    return silent[id(error)]


def without_locals(error: BaseException) -> None:
    """Of an error that is not ours to change: its frames say where it was raised, and no longer with what.

    For what passes through a call on its way up: Ctrl-C, a cancellation, a mistake in a transport of the caller's own.
    """
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            clear_frames(one.__traceback__)
            todo += (one.__cause__, one.__context__)


class Redaction(logging.Filter):
    """Replaces secrets in a record's text. Records without any pass as they are."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = cleaned(text)
        if clean != text:
            record.msg, record.args = clean, ()
        return True


_REDACTION = Redaction()


def keep_signatures_out_of_logs() -> None:
    """Put the filter on the loggers of httpx and below. Doing it again changes nothing."""
    # One by one: a filter on a logger is not asked about records of the loggers below it.
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_REDACTION)
