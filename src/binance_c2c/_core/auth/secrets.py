"""API keys, secrets and passwords: read from a string, a file or a function, and kept out of logs and tracebacks."""

import base64
import logging
import os
import re
from collections.abc import Callable, Coroutine
from functools import cache
from inspect import isawaitable
from pathlib import Path
from stat import S_IRWXG, S_IRWXO
from typing import NoReturn, Self

from binance_c2c._core.support import remember
from binance_c2c.errors import ConfigurationError

log = logging.getLogger("binance_c2c")

SecretSource = str | Path | Callable[[], str]
"""A secret itself, the file it is in, or a function that fetches it, which is called once."""

_PRINTABLE = r"[\x21-\x7e]+"
_WORD_EXPECTED = "a string of printable ASCII without spaces is expected"
_PEM = "-----BEGIN "
_LINE_END = r"(?:\\r)?\\n|\\r|\r\n"
# DER: a sequence (its length in one, two or three bytes) that begins with a version or another sequence.
_DER = rb"(?s)(\x30(?:\x81(.)|\x82(..)|([\x00-\x7f])))(?:\x02\x01[\x00\x01]|\x30.\x06)"


class Secret:
    """A secret for signing. `reveal` gives its text; `repr`, logs, tracebacks and pickles do not.

    Making one reads and checks nothing, so that a function can wrap its argument before anything can fail: error
    reports that list the local variables of each frame are common.
    """

    __slots__ = ("__weakref__", "_source", "_text", "name")

    def __init__(self, name: str, source: "Secret | SecretSource") -> None:
        self.name = name
        self._source: object = source
        self._text = ""

    @classmethod
    def of(cls, name: str, source: "Secret | SecretSource | None") -> "Secret | None":
        """An argument, wrapped as a secret of this kind. None and a `Secret` are returned as they are."""
        return source if source is None or isinstance(source, Secret) else cls(name, source)

    @property
    def is_pem(self) -> bool:
        """Whether it has the form of a PEM file, and so is no plain word."""
        return self.reveal().startswith(_PEM)

    def reveal(self) -> str:
        """The text. Raises `ConfigurationError`, which names the argument, where there is none that can work."""
        if self._text:
            return self._text
        text = self._source if isinstance(self._source, str) else self._fetched(self._source)
        self._source = None
        if text.lstrip().startswith(_PEM):
            # In an environment variable a PEM file often is one line, with a literal `\n` or `\r\n` for each break.
            text = re.sub(_LINE_END, "\n", text.strip())
        problem = self._problem(text)
        if problem is None:
            self._text = text
            remember(self)
            return text
        del text
        message = f"{self.name}: {problem}"
        raise ConfigurationError(message)

    def _problem(self, text: str) -> str | None:
        """The reason why a text cannot be this secret, without quoting it; None for one that can."""
        if text.startswith(_PEM):
            return None
        if _PEM in text:
            return "a key in PEM has to start with -----BEGIN; remove the text before it, perhaps a quotation mark"
        if _is_der(text):
            return "the PEM lines around this base64 are missing: -----BEGIN PRIVATE KEY----- and the END line"
        return None if re.fullmatch(_PRINTABLE, text) else _WORD_EXPECTED

    def _fetched(self, source: object) -> str:
        """The text that a file, a function or another secret gives; empty where it gives no text."""
        if isinstance(source, Secret):
            return source.reveal()
        if isinstance(source, Path):
            return _content(self.name, source)
        given: object = source() if callable(source) else None
        if isawaitable(given):
            if isinstance(given, Coroutine):
                # Otherwise Python warns that it was never awaited.
                given.close()
            message = f"{self.name}: a plain function is expected, not an async one; await it and give its result"
            raise ConfigurationError(message)
        return given if isinstance(given, str) else ""

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def __copy__(self) -> Self:
        # `dataclasses.asdict` copies values, which keeps the secret within the process.
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        message = f"{self.name} is a secret and cannot be pickled"
        raise TypeError(message)


class ApiKey(Secret):
    """An API key. A private key is refused in its place, since an API key is sent to the server as it is."""

    __slots__ = ()

    def _problem(self, text: str) -> str | None:
        if _PEM in text or _is_der(text):
            return "an API key is expected, not a key in PEM or DER; perhaps api_key and api_secret are swapped"
        return None if re.fullmatch(_PRINTABLE, text) else _WORD_EXPECTED


class Password(Secret):
    """The password of a private key: any text, spaces included."""

    __slots__ = ()

    def _problem(self, text: str) -> str | None:
        return None if text else "a string that is not empty is expected"


def _is_der(text: str) -> bool:
    """Whether a text is a key in DER, written in base64."""
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return False
    head = re.match(_DER, content)
    return head is not None and len(content) == head.end(1) + int.from_bytes(head[2] or head[3] or head[4])


def _content(name: str, file: Path) -> str:
    try:
        mode = file.stat().st_mode
        # Some editors begin a file with a byte order mark, which is not part of the secret.
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{name}: the file {file} cannot be read ({type(error).__name__})"
    else:
        message = f"{name}: the file {file} is empty"
        # On other systems the mode does not tell who may read the file.
        if os.name == "posix" and mode & (S_IRWXG | S_IRWXO):
            _warn_of_others(name, file)
        if text := text.strip():
            return text
    # The cause is left out, since it holds the content of the file.
    raise ConfigurationError(message)


@cache
def _warn_of_others(name: str, file: Path) -> None:
    """Warn once for each file: a process may make many clients."""
    log.warning("%s: the file %s is open to other users of this machine; run chmod 600 on it", name, file)
