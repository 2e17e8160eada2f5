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

from binance_c2c._core.support import register_secret
from binance_c2c.errors import ConfigurationError

log = logging.getLogger("binance_c2c")

SecretSource = str | Path | Callable[[], str]
"""A secret itself, the file that holds it, or a function that returns it, which is called once."""

_PRINTABLE = r"[\x21-\x7e]+"
_PRINTABLE_EXPECTED = "a string of printable ASCII without spaces is expected"
_PEM = "-----BEGIN "
_LINE_END = r"(?:\\r)?\\n|\\r|\r\n"
# DER: a sequence (its length in one, two or three bytes) that begins with a version or another sequence.
_DER = rb"(?s)(\x30(?:\x81(.)|\x82(..)|([\x00-\x7f])))(?:\x02\x01[\x00\x01]|\x30.\x06)"


class Secret:
    """A secret for signing. `reveal` gives its text; `repr`, logs, tracebacks and pickles do not.

    The constructor neither reads nor checks its argument, so that a function can wrap it before anything can fail:
    error reports often list the local variables of each frame.
    """

    __slots__ = ("__weakref__", "_source", "_text", "name")

    def __init__(self, name: str, source: "Secret | SecretSource") -> None:
        self.name = name
        self._source: object = source
        self._text = ""

    @classmethod
    def of(cls, name: str, source: "Secret | SecretSource | None") -> "Secret | None":
        """The argument, wrapped in this class. None and a `Secret` are returned as they are."""
        return source if source is None or isinstance(source, Secret) else cls(name, source)

    @property
    def is_pem(self) -> bool:
        """Whether it is a key in PEM and not an HMAC secret."""
        return self.reveal().startswith(_PEM)

    def reveal(self) -> str:
        """The text. Raises `ConfigurationError`, which names the argument, if it is empty or has the wrong form."""
        if self._text:
            return self._text
        text = self._source if isinstance(self._source, str) else self._fetch(self._source)
        self._source = None
        if text.lstrip().startswith(_PEM):
            # An environment variable often holds a PEM file in one line, with a literal `\n` or `\r\n` for line breaks.
            text = re.sub(_LINE_END, "\n", text.strip())
        problem = self._problem(text)
        if problem is None:
            self._text = text
            register_secret(self)
            return text
        del text
        message = f"{self.name}: {problem}"
        raise ConfigurationError(message)

    def _problem(self, text: str) -> str | None:
        """The reason why a text cannot be this secret, without quoting it; None if it can."""
        if text.startswith(_PEM):
            return None
        if _PEM in text:
            return "a key in PEM has to start with -----BEGIN; remove the text before it, perhaps a quotation mark"
        if _is_der(text):
            return "the PEM lines around this base64 are missing: -----BEGIN PRIVATE KEY----- and the END line"
        return None if re.fullmatch(_PRINTABLE, text) else _PRINTABLE_EXPECTED

    def _fetch(self, source: object) -> str:
        """Read the text from a file, a function or another secret; empty if the source is none of these."""
        if isinstance(source, Secret):
            return source.reveal()
        if isinstance(source, Path):
            return _read_file(self.name, source)
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
        # Copying is allowed, unlike pickling: `dataclasses.asdict` copies values, and the secret stays in the process.
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        message = f"{self.name} is a secret and cannot be pickled"
        raise TypeError(message)


class ApiKey(Secret):
    """An API key. A private key is refused here, since the API key is sent to the server as it is."""

    __slots__ = ()

    def _problem(self, text: str) -> str | None:
        if _PEM in text or _is_der(text):
            return "an API key is expected, not a key in PEM or DER; perhaps api_key and api_secret are swapped"
        return None if re.fullmatch(_PRINTABLE, text) else _PRINTABLE_EXPECTED


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


def _read_file(name: str, file: Path) -> str:
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
            _warn_of_permissions(name, file)
        if text := text.strip():
            return text
    # The cause is left out, since it holds the content of the file.
    raise ConfigurationError(message)


@cache
def _warn_of_permissions(name: str, file: Path) -> None:
    """Warn that other users may open the file. Once for each file, since a process may make many clients."""
    log.warning("%s: the file %s is open to other users of this machine; run chmod 600 on it", name, file)
