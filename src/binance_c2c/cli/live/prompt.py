"""The prompt of the chat: a line being typed, above which messages appear."""

import os
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

_PROMPT = "you: "


class Prompt:
    """Reads lines. When a message comes, the text typed so far is cleared, and shown again below the message."""

    def __init__(self) -> None:
        self._buffer: Callable[[], str] = str
        with suppress(ModuleNotFoundError):
            # Importing this module makes lines of `input` editable. Windows does not have it.
            import readline  # noqa: PLC0415

            self._buffer = readline.get_line_buffer
        self._clear = "\n" if os.environ.get("TERM", "dumb") == "dumb" else "\r\x1b[K"
        self._is_typing = False
        self._lock = threading.Lock()

    def read(self) -> str | None:
        """The next line; None at the end of the input."""
        self._is_typing = True
        try:
            return input(_PROMPT)
        except EOFError:
            print()
            return None
        except KeyboardInterrupt:
            # So that the shell's own prompt begins a line.
            print()
            raise
        finally:
            self._is_typing = False

    @contextmanager
    def paused(self) -> Generator[None]:
        """Clear the typed text while other lines are printed, and show it again."""
        with self._lock:
            if self._is_typing:
                sys.stdout.write(self._clear)
                sys.stdout.flush()
            yield
            if self._is_typing:
                sys.stdout.write(f"{_PROMPT}{self._buffer()}")
                sys.stdout.flush()
