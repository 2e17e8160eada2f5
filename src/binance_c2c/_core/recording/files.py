"""Files of recordings: where they come from, and how they are written, whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

SANDBOX = "the sandbox of binance-c2c, not the exchange"
"""The origin of a recording that was made on this machine."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "sandbox.localhost"})


def origin(host: str | None) -> str:
    """The origin of a recording: the host that answered, or the sandbox."""
    return SANDBOX if host in LOOPBACK else str(host)


def write_whole(file: Path, text: str) -> None:
    """Replace the content of `file` by `text`, in UTF-8: a reader, even after a crash, finds the old one or the new.

    Raises `OSError` where it cannot be written, and then leaves the old content.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = mkstemp(prefix=".", suffix=".tmp", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as aside:
            aside.write(text.encode("utf-8"))
            aside.flush()
            os.fsync(handle)
        # The mode that `open` gives a file: readable by others as far as the umask lets them.
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    # The umask can be read only by setting it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
