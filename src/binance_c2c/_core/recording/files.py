"""Files of recordings: where they come from, and how they are written, whole or not at all."""

from pathlib import Path

from binance_c2c._core.support import write_whole

SANDBOX = "the sandbox of binance-c2c, not the exchange"
"""The origin of a recording that was made on this machine."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "sandbox.localhost"})


def origin(host: str | None) -> str:
    """The origin of a recording: the host that answered, or the sandbox."""
    return SANDBOX if host in LOOPBACK else str(host)


def write_recording(file: Path, text: str) -> None:
    """Replace the file by `text` in UTF-8, whole or not at all; make its folder where there is none.

    Raises `OSError` where it cannot be written, and then leaves the old content.
    """
    content = text.encode("utf-8")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, content)
