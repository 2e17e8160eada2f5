"""Parses the arguments of a local command, and runs it."""

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn

from binance_c2c._core.version import __version__
from binance_c2c.cli.local.table import LOCAL_COMMANDS
from binance_c2c.cli.shared.failures import CommandError, Status

_NEEDS_EXTRA = 'this command needs an extra: pip install "binance-c2c[cli]"'


def without_extra(arguments: Sequence[str]) -> int:
    """Run `--help` or `--version` without the extra `[cli]`. Raises `CommandError` for any other command."""
    if arguments and not arguments[0].startswith("-"):
        raise CommandError(_NEEDS_EXTRA, Status.SETTINGS)
    return main(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name. Returns its exit status.

    Raises:
        CommandError: The arguments are wrong, or the command failed.
        C2CError: A call failed.

    """
    options, unknown = parser().parse_known_args(arguments)
    if unknown:
        _refuse_unknown(options.command, unknown[0])
    try:
        return _run(options)
    except ModuleNotFoundError as error:
        # The sandbox raises this with a message that says how to install it.
        raise CommandError(str(error), Status.SETTINGS) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise CommandError(f"{where}{error.strerror or error}") from error


def _run(options: argparse.Namespace) -> int:
    if options.command == "demo":
        from binance_c2c.cli.demo import demo  # noqa: PLC0415 - an extra

        return demo(options)
    if options.command == "record":
        from binance_c2c.cli.local.record import record  # noqa: PLC0415 - the other commands do not need it

        return record(options)
    if options.command == "trigger":
        from binance_c2c.cli.local.trigger import trigger  # noqa: PLC0415

        return trigger(options)
    from binance_c2c.cli.local.sandbox import sandbox  # noqa: PLC0415

    return sandbox(options)


class _Parser(argparse.ArgumentParser):
    """A parser that reports errors in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise `CommandError`, where argparse would print the usage and end the process."""
        words = message.removeprefix("argument ")
        raise CommandError(f"{words}. Next: {self.prog} --help", Status.USAGE)


def _refuse_unknown(name: str, word: str) -> NoReturn:
    """Raise `CommandError` for an argument that the command does not have, with the option that may be meant."""
    if word.startswith("-"):
        option = word.partition("=")[0]
        near = get_close_matches(option, [one.name for one in LOCAL_COMMANDS[name].options], 1)
        words = f"No such option: {option}{f'. Did you mean {near[0]}?' if near else '.'}"
    else:
        words = f"Got unexpected extra argument ({word})."
    raise CommandError(f"{words} Next: binance-c2c {name} --help", Status.USAGE)


def parser() -> argparse.ArgumentParser:
    """The parser of all local commands."""
    found = _Parser(
        prog="binance-c2c",
        description="A sandbox exchange, events in it, and recordings of real answers.",
        allow_abbrev=False,
    )
    found.add_argument("--version", action="version", version=f"binance-c2c {__version__}")
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, one in LOCAL_COMMANDS.items():
        about = one.about[:1].lower() + one.about[1:].rstrip(".")
        one.add_to(commands.add_parser(name, help=about, allow_abbrev=False))
    return found
