"""The command line, run in this process or at a terminal of its own."""

import os
import pty
import select
import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.support.servers.commands import COMMAND


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


Run = Callable[[str], Outcome]


def at_a_terminal(
    line: str, *, answers: str = "", columns: int = 140, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a command line at a pseudo-terminal, each answer typed at a prompt. Returns status and screen."""
    ours, theirs = pty.openpty()
    variables = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", **(environment or {})}
    command = [*COMMAND, *shlex.split(line)]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables, start_new_session=True
    )
    os.close(theirs)
    screen, waiting = b"", answers.splitlines(keepends=True)
    while True:
        select.select([ours], [], [])
        try:
            came = os.read(ours, 65_536)
        except OSError:
            # Linux raises this once the other end is closed.
            came = b""
        if not came:
            break
        screen += came
        if waiting and screen.endswith((b"] ", b": ")):
            os.write(ours, waiting.pop(0).encode())
    os.close(ours)
    return process.wait(), screen.decode().replace("\r\n", "\n")
