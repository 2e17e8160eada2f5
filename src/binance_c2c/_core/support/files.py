"""Replaces files whole: after an error, a crash or a power cut, a reader finds the old content or the new."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


def write_whole(file: Path, content: bytes) -> None:
    """Replace the content of `file`, in a folder that exists. Several threads or processes may do so at once.

    Raises `OSError` where it cannot be written, and then leaves the old content.
    """
    # A random name of its own for each writer. `open` gives it the mode that the umask allows.
    temporary = file.with_name(f".{token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        temporary.replace(file)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
