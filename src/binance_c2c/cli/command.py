"""The program `binance-c2c`: finds the named command, runs it, and reports an error in one sentence."""

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from binance_c2c.cli.shared.failures import CommandError, Status, sentence_of, status_of
from binance_c2c.cli.shared.output import wrapped
from binance_c2c.errors import C2CError

if TYPE_CHECKING:
    import typer

_LOCAL_NAMES = frozenset({"sandbox", "trigger", "demo", "record"})
_EXTRA_PACKAGES = frozenset({"typer", "msgspec"})
"""Packages of the extra `[cli]` without which most commands cannot be imported."""
_COMPLETION_VARIABLE = "_BINANCE_C2C_COMPLETE"
_OPTION_OF_ARGUMENT = {
    "start": "--from",
    "end": "--to",
    "trans_amount": "--amount",
    "pay_types": "--pay",
    "init_amount": "--quantity",
    "min_single_trans_amount": "--min",
    "max_single_trans_amount": "--max",
    "pay_time_limit": "--pay-time",
    "classify": "--classify",
    "every": "--every",
}
"""For an argument of the SDK, the option of the command line that sets it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments. Returns its exit status, one of `Status`."""
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    _open_missing_streams()
    try:
        status = _exit_status(given)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return Status.PIPE_CLOSED
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except (CommandError, C2CError, ValueError, OSError) as error:
        if "--debug" in given:
            traceback.print_exc()
        try:
            sys.stdout.flush()
        except OSError:
            # The disk is full, for instance.
            _discard_output()
        return _print_error(error)
    return status


def _open_missing_streams() -> None:
    """Stand in for an output that the shell has closed (`>&-`), so that no file or socket gets its number."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open until the end


def _discard_output() -> None:
    # Python would write the rest of the buffer at the end of the process, and fail once more.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _exit_status(given: list[str]) -> int:
    """Run the command and return its exit status, even if a parser raises `SystemExit`."""
    try:
        return _run(given)
    except SystemExit as error:
        # Typer turns a closed output into an exit status of its own.
        if isinstance(error.__context__, BrokenPipeError):
            raise BrokenPipeError from error
        return error.code if isinstance(error.code, int) else Status.DONE


def _run(given: list[str]) -> int:
    first = next((word for word in given if not word.startswith("-")), None)
    if first in _LOCAL_NAMES and given[0] == first:
        from binance_c2c.cli import local  # noqa: PLC0415 - most commands do not need it

        return local.main(given)
    try:
        import typer  # noqa: PLC0415 - an extra

        from binance_c2c.cli.tree import ALL_BRANCHES, build  # noqa: PLC0415

        tree = build(ALL_BRANCHES if _COMPLETION_VARIABLE in os.environ else first)
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA_PACKAGES:
            raise
        from binance_c2c.cli import local  # noqa: PLC0415

        return local.without_extra(given)
    for stream in (sys.stdout, sys.stderr):
        # On a terminal that only knows ASCII, a Chinese nickname is printed as escapes and raises no error.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a file, wherever this runs
    program = typer.main.get_command(tree)
    try:
        status = program.main(given, prog_name="binance-c2c", standalone_mode=False)
    except typer.TyperException as error:
        return _print_usage_error(error)
    return status if isinstance(status, int) else Status.DONE


_PLAIN_WORDS_FOR = {
    "is not a valid int range": "is no whole number",
    "is not a valid int": "is no whole number",
    "is not a valid float": "is no number",
}
"""Phrases in typer's messages, and plain words to put in their place."""


def _print_usage_error(error: "typer.TyperException") -> int:
    """Print what is wrong with the arguments, and which `--help` to read. Returns the exit status."""
    words = error.format_message().rstrip(".")
    for phrase, plain in _PLAIN_WORDS_FOR.items():
        words = words.replace(phrase, plain)
    context = getattr(error, "ctx", None)
    path = "binance-c2c" if context is None else context.command_path
    stop = "" if words.endswith("?") else "."
    return _print_message(f"{words}{stop} Next: {path} --help", Status.USAGE)


def _print_error(error: Exception) -> int:
    """Print what went wrong in one sentence. Returns the exit status for it."""
    if isinstance(error, CommandError):
        words, status = str(error), error.status
    elif isinstance(error, C2CError):
        words, status = sentence_of(error), status_of(error)
    elif isinstance(error, OSError):
        words, status = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror), Status.FAILED
    else:
        # The SDK refused an argument before sending anything; its message begins with the argument's Python name.
        name, colon, why = str(error).partition(":")
        words, status = f"{_OPTION_OF_ARGUMENT.get(name.partition('[')[0], name)}{colon}{why}", Status.USAGE
    return _print_message(words, status)


def _print_message(words: str, status: int) -> int:
    print(wrapped(f"binance-c2c: {words}", sys.stderr), file=sys.stderr)
    return status
