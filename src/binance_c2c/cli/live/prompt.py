"""The line that is being typed at a terminal while other lines appear above it."""

import os
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

_WORDS = "you: "


class Prompt:
    """Reads lines. What is typed is cleared away for lines of others, and shown again below them."""

    def __init__(self) -> None:
        self._buffer: Callable[[], str] = str
        with suppress(ModuleNotFoundError):
            # To load it gives `input` a line that can be edited. Windows has none.
            import readline  # noqa: PLC0415

            self._buffer = readline.get_line_buffer
        self._clear = "\n" if os.environ.get("TERM", "dumb") == "dumb" else "\r\x1b[K"
        self._is_typing = False
        self._turn = threading.Lock()

    def read(self) -> str | None:
        """The next line; None at the end of the input."""
        self._is_typing = True
        try:
            return input(_WORDS)
        except EOFError:
            print()
            return None
        finally:
            self._is_typing = False

    @contextmanager
    def paused(self) -> Generator[None]:
        """Room for other lines."""
        with self._turn:
            if self._is_typing:
                sys.stdout.write(self._clear)
                sys.stdout.flush()
            yield
            if self._is_typing:
                sys.stdout.write(f"{_WORDS}{self._buffer()}")
                sys.stdout.flush()
