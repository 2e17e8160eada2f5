"""Keeps signatures, keys and tokens out of logs and errors, including those of httpx and the libraries below it."""

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
# A shorter secret may occur in a text by chance, so it is not looked for.
_SHORTEST_SECRET = 16
_SHORTEST_CODE = 4
LOGGERS = (
    *("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks"),
    # For a caller's own client with HTTP/2.
    *("hpack.hpack", "hpack.table"),
)


HIDDEN = "[hidden]"
"""Replaces a secret in texts."""


class HiddenBytes(bytes):
    """Bytes whose `repr` is `[hidden]`, such as a body with a one-time code: error reports show local variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        return HIDDEN


class Revealable(Protocol):
    """A secret whose text can be read."""

    def reveal(self) -> str:
        """The text."""
        ...


_secrets_in_use: WeakValueDictionary[int, Revealable] = WeakValueDictionary()


def register_secret(secret: Revealable) -> None:
    """Hide the text of a secret in logs and errors for as long as the object lives."""
    _secrets_in_use[id(secret)] = secret


def redact_secrets(text: str) -> str:
    """The text, with `[hidden]` for each secret in it.

    Secrets are the keys and secrets in use, text that looks like a signature, and a value after the name of a secret.
    """
    # Copied in one step, since other threads may make clients meanwhile.
    for known in {secret.reveal() for one in _secrets_in_use.valuerefs() if (secret := one()) is not None}:
        if len(known) >= _SHORTEST_SECRET:
            text = text.replace(known, HIDDEN)
    return re.sub(_DIGEST, HIDDEN, re.sub(_SECRETS, rf"\1{HIDDEN}", text))


def scrub_error(error: E, codes: Collection[str] = ()) -> E:
    """Remove secrets and frames from an error and its causes, and return the error.

    Frames hold the signed request, its headers and the answer, and error reports often list local variables.

    `codes` are the one-time codes and passwords of the call, which an answer may quote.
    """

    def clean(text: str) -> str:
        return _hide_codes(codes, redact_secrets(text))

    if codes:
        for name, value in vars(error).items():
            vars(error)[name] = _clean_texts(value, clean)
    _scrub(error, clean, {})
    return error


def _hide_codes(codes: Collection[str], text: str) -> str:
    for code in codes:
        if len(code) >= _SHORTEST_CODE:
            # Not within a longer word or number, such as an order's.
            text = re.sub(rf"(?<![0-9A-Za-z]){re.escape(code)}(?![0-9A-Za-z])", HIDDEN, text)
    return text


def _clean_texts(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        texts: dict[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return {name: _clean_texts(text, clean) for name, text in texts.items()}
    return clean(value) if isinstance(value, str) else value


def _scrub(error: BaseException, clean: Callable[[str], str], is_clean: dict[int, bool]) -> bool:
    """Scrub an error. Returns whether its text is free of secrets: not all of the text need come from its arguments."""
    if id(error) not in is_clean:
        # Set first, since two errors may be each other's cause.
        is_clean[id(error)] = True
        error.__traceback__ = None
        if hasattr(error, "_request"):
            # The request, which httpx keeps here, has the key and the signature.
            error._request = None  # noqa: SLF001 # pyright: ignore[reportAttributeAccessIssue]
        error.args = tuple(clean(part) if isinstance(part, str) else part for part in error.args)
        if error.__cause__ is not None and not _scrub(error.__cause__, clean, is_clean):
            error.__cause__ = None
        if error.__context__ is not None and not _scrub(error.__context__, clean, is_clean):
            error.__context__ = None
        text = f"{error!s} {error!r}"
        is_clean[id(error)] = clean(text) == text
    return is_clean[id(error)]


def clear_locals(error: BaseException) -> None:
    """Clear the local variables in all frames of an error.

    For errors that pass through a call: Ctrl-C, a cancellation, a fault in the caller's own transport.
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
    """Replaces secrets in the text of log records. Records without secrets stay unchanged."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = redact_secrets(text)
        if clean != text:
            record.msg, record.args = clean, ()
        return True


_REDACTION = Redaction()


def keep_signatures_out_of_logs() -> None:
    """Add the filter to the loggers of httpx and the libraries below it. May be called any number of times."""
    # To each logger, since a filter does not apply to records of child loggers.
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_REDACTION)
