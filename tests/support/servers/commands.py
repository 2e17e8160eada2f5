"""The command `binance-c2c sandbox` as a process of its own."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

COMMAND = [sys.executable, "-m", "binance_c2c"]


@contextmanager
def serving(*arguments: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """The running command, and the address that it prints."""
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        yield process, next(word for word in line.split() if word.startswith("http")).rstrip(".")
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
