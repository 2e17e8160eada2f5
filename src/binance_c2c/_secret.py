"""A secret between the caller and the signer: from where it is kept, and shown nowhere on the way."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from binance_c2c.errors import ConfigurationError

SecretSource = str | Path | Callable[[], str]
"""A secret itself, the file it is in, or a function that fetches it, which is called once."""

_TOKEN = re.compile(r"[\x21-\x7e]+")
_PEM = "-----BEGIN "


class Secret:
    """What is shown by `reveal`, and to no log, traceback or pickle.

    Making one looks at nothing, so that a function can put its argument away before anything can fail: error reports
    that list the local variables of each frame are common.
    """

    __slots__ = ("_source", "name")

    def __init__(self, name: str, source: "Secret | SecretSource") -> None:
        self.name = name
        self._source: object = source

    @classmethod
    def of(cls, name: str, source: "Secret | SecretSource | None") -> "Secret | None":
        """An argument put away as one of this kind. None stays None, and what has been put away stays as it is."""
        return source if source is None or isinstance(source, Secret) else cls(name, source)

    @property
    def is_pem(self) -> bool:
        """Whether it has the form of a PEM file, and so is no plain word."""
        return self.reveal().startswith(_PEM)

    def reveal(self) -> str:
        """The text. Raises `ConfigurationError`, which names the argument, where there is none that can be one."""
        if not isinstance(self._source, str):
            self._source = self._fetched(self._source)
        text = self._source.strip() if self._source.lstrip().startswith(_PEM) else self._source
        if self._can_be(text):
            return text
        del text
        message = f"{self.name}: {self._expected}"
        raise ConfigurationError(message)

    _expected = "a string of printable ASCII without spaces is expected"

    def _can_be(self, text: str) -> bool:
        return bool(_TOKEN.fullmatch(text)) or text.startswith(_PEM)

    def _fetched(self, source: object) -> str:
        """What is there, or nothing where that is no text."""
        if isinstance(source, Secret):
            return source.reveal()
        if isinstance(source, Path):
            try:
                return source.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                message = f"{self.name}: the file {source} cannot be read ({type(error).__name__})"
            # Without the cause, which would carry the bytes that are no text.
            raise ConfigurationError(message)
        text: object = source() if callable(source) else None
        return text if isinstance(text, str) else ""

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def __reduce__(self) -> NoReturn:
        message = f"{self.name} is a secret and cannot be pickled or copied"
        raise TypeError(message)


class Password(Secret):
    """Any text, with spaces too."""

    __slots__ = ()
    _expected = "a string that is not empty is expected"

    def _can_be(self, text: str) -> bool:
        return bool(text)
