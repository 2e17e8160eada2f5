"""Keeps signatures, keys and tokens out of what is logged and raised, also by httpx and the libraries below it."""

import logging
import re
from collections.abc import Callable, Collection
from traceback import clear_frames
from typing import Any, Protocol, TypeVar
from weakref import WeakValueDictionary

E = TypeVar("E", bound=BaseException)

# Compiled when first needed, since most programs never log at this level.
_SECRETS = (
    # Inside another URL or JSON the equals sign may be escaped.
    r"(?i)((?:signature|listenKey|listenToken|token)(?:=|%3d|%253d|\\u003d)|signature['\"]?\s{0,3}[:=]\s{0,3}['\"]?"
    r"|(?:x-mbx-apikey|set-cookie)(?:['\"]?\s{0,3}[,:=]\s{0,3}|</\w+>\s{0,9}<\w+>)b?['\"]?)[^&\s'\"<>]+"
)
_DIGEST = r"(?<![0-9A-Za-z])[0-9a-fA-F]{64}(?![0-9A-Za-z])"
# A shorter secret may occur in a text by chance.
_SHORTEST_KNOWN = 16
_SHORTEST_CODE = 4
LOGGERS = (
    *("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks"),
    # Used by a caller's own client with HTTP/2.
    *("hpack.hpack", "hpack.table"),
)


HIDDEN = "[hidden]"
"""Replaces a secret in texts."""


class HiddenBytes(bytes):
    """Bytes that no report may show, such as a body with a one-time code: variables that hold them read `[hidden]`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return HIDDEN


class Known(Protocol):
    """A secret that can be asked for its text."""

    def reveal(self) -> str:
        """The text."""
        ...


_known: WeakValueDictionary[int, Known] = WeakValueDictionary()


def remember(secret: Known) -> None:
    """Hide this secret's text wherever it turns up in what is logged or raised, for as long as it is in use."""
    _known[id(secret)] = secret


def redact_secrets(text: str) -> str:
    """The text with `[hidden]` for each secret in it.

    Those are the keys and secrets in use, text that looks like a signature, and values after the name of a secret.
    """
    # Copied in one step, since other threads may make clients meanwhile.
    for known in {secret.reveal() for one in _known.valuerefs() if (secret := one()) is not None}:
        if len(known) >= _SHORTEST_KNOWN:
            text = text.replace(known, HIDDEN)
    return re.sub(_DIGEST, HIDDEN, re.sub(_SECRETS, rf"\1{HIDDEN}", text))


def scrub_error(error: E, codes: Collection[str] = ()) -> E:
    """Remove secrets and frames from an error and its causes, and return the error.

    Frames hold the signed request, its headers and the answer, and error reports that list local variables are common.

    `codes` are the one-time codes and passwords of the call, which an answer may quote.
    """

    def clean(text: str) -> str:
        return _without(codes, redact_secrets(text))

    if codes:
        for name, value in vars(error).items():
            vars(error)[name] = _cleaned(value, clean)
    _scrub(error, clean, {})
    return error


def _without(codes: Collection[str], text: str) -> str:
    for code in codes:
        if len(code) >= _SHORTEST_CODE:
            # Not within a longer word or number, such as an order's.
            text = re.sub(rf"(?<![0-9A-Za-z]){re.escape(code)}(?![0-9A-Za-z])", HIDDEN, text)
    return text


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        texts: dict[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return {name: _cleaned(text, clean) for name, text in texts.items()}
    return clean(value) if isinstance(value, str) else value


def _scrub(error: BaseException, clean: Callable[[str], str], silent: dict[int, bool]) -> bool:
    """Scrub an error. Returns whether its text is free of secrets: it may come from elsewhere than its arguments."""
    if id(error) not in silent:
        # Entered first, since two errors may be each other's cause.
        silent[id(error)] = True
        error.__traceback__ = None
        if hasattr(error, "_request"):
            # The request that httpx keeps holds the key and the signature.
            error._request = None  # noqa: SLF001 # pyright: ignore[reportAttributeAccessIssue]
        error.args = tuple(clean(part) if isinstance(part, str) else part for part in error.args)
        if error.__cause__ is not None and not _scrub(error.__cause__, clean, silent):
            error.__cause__ = None
        if error.__context__ is not None and not _scrub(error.__context__, clean, silent):
            error.__context__ = None
        text = f"{error!s} {error!r}"
        silent[id(error)] = clean(text) == text
    return silent[id(error)]


def clear_locals(error: BaseException) -> None:
    """Clear the local variables of all frames of an error that passes through, such as Ctrl-C or a cancellation.

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
        clean = redact_secrets(text)
        if clean != text:
            record.msg, record.args = clean, ()
        return True


_REDACTION = Redaction()


def keep_signatures_out_of_logs() -> None:
    """Put the filter on the loggers of httpx and below. Doing it again changes nothing."""
    # On each logger, since a filter does not apply to records of child loggers.
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_REDACTION)
