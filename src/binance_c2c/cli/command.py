"""The command `binance-c2c`: finds the command that is meant, runs it, and says how it ended."""

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from binance_c2c.cli.shared.failures import CommandError, Status, sentence_of, status_of
from binance_c2c.cli.shared.output import sentence
from binance_c2c.errors import C2CError

if TYPE_CHECKING:
    import typer

_LOCAL = frozenset({"sandbox", "trigger", "demo", "record"})
_COMPLETION = "_BINANCE_C2C_COMPLETE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments. Returns its exit status, one of `Status`."""
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        status = _ended(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left in the buffer would be written, in vain, when the program ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Status.PIPE_CLOSED
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except (CommandError, C2CError, ValueError) as error:
        if "--debug" in given:
            traceback.print_exc()
        return _told(error)
    return status


def _ended(given: list[str]) -> int:
    """Run the command. Returns its status, also where a parser ends the process in its own way."""
    try:
        return _run(given)
    except SystemExit as ended:
        # Typer has a status of its own for an output that was closed.
        if isinstance(ended.__context__, BrokenPipeError):
            raise BrokenPipeError from ended
        return ended.code if isinstance(ended.code, int) else Status.DONE


def _run(given: list[str]) -> int:
    first = next((word for word in given if not word.startswith("-")), None)
    if first in _LOCAL and given[0] == first:
        from binance_c2c.cli import local  # noqa: PLC0415 - most commands need none of it

        return local.main(given)
    try:
        import typer  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        from binance_c2c.cli import local  # noqa: PLC0415

        return local.without_extra(given)
    from binance_c2c.cli.tree import build  # noqa: PLC0415

    for stream in (sys.stdout, sys.stderr):
        # A nickname in Chinese is no reason to fail where the terminal knows ASCII alone.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a file, wherever this runs
    wanted = "*" if _COMPLETION in os.environ else first
    program = typer.main.get_command(build(wanted))
    try:
        status = program.main(given, prog_name="binance-c2c", standalone_mode=False)
    except typer.TyperException as error:
        return _told_of_usage(error, first)
    return status if isinstance(status, int) else Status.DONE


def _told_of_usage(error: "typer.TyperException", branch: str | None) -> int:
    from binance_c2c.cli.tree import BRANCHES  # noqa: PLC0415

    known = [branch] if branch in BRANCHES else []
    words = error.format_message().rstrip(".")
    stop = "" if words.endswith("?") else "."
    return _say(f"{words}{stop} Next: {' '.join(['binance-c2c', *known, '--help'])}", Status.USAGE)


def _told(error: Exception) -> int:
    """Say in a sentence what went wrong; the status for it."""
    if isinstance(error, CommandError):
        words, status = str(error), error.status
    elif isinstance(error, C2CError):
        words, status = sentence_of(error), status_of(error)
    else:
        # A refused argument of the SDK: nothing was sent.
        words, status = str(error), Status.USAGE
    return _say(words, status)


def _say(words: str, status: int) -> int:
    print(sentence(f"binance-c2c: {words}", sys.stderr), file=sys.stderr)
    return status
