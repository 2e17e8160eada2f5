"""Finds which of these commands is meant, reads its options, and runs it."""

import argparse
import sys
from collections.abc import Sequence

from binance_c2c._core.version import __version__
from binance_c2c.cli.local.options import LOCAL
from binance_c2c.cli.record import add_parser, record
from binance_c2c.errors import C2CError

_EVERYTHING_ELSE = 'binance-c2c: this command needs an extra: pip install "binance-c2c[cli]"'


def without_extra(arguments: Sequence[str]) -> int:
    """Say what there is without the extra `[cli]`, and how to get the rest."""
    if arguments and not arguments[0].startswith("-"):
        print(_EVERYTHING_ELSE, file=sys.stderr)
        return 3
    return main(arguments)


def main(arguments: Sequence[str]) -> int:
    """0: done. 1: it failed, and said why. 2: the arguments are wrong."""
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except (C2CError, ModuleNotFoundError) as error:
        # The sandbox's extra may be missing; the error says how to get it.
        print(f"binance-c2c: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"binance-c2c: {error.strerror or error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    if options.command == "demo":
        return _demo()
    if options.command == "record":
        return record(options)
    if options.command == "trigger":
        from binance_c2c.cli.local.trigger import trigger  # noqa: PLC0415 - not for the other commands

        return trigger(options)
    from binance_c2c.cli.local.sandbox import sandbox  # noqa: PLC0415

    return sandbox(options)


def parser() -> argparse.ArgumentParser:
    """What reads the words of these commands."""
    found = argparse.ArgumentParser(
        prog="binance-c2c", description="A sandbox exchange, what can be done with it, and recording of real answers."
    )
    found.add_argument("--version", action="version", version=f"binance-c2c {__version__}")
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, one in LOCAL.items():
        if name == "record":
            add_parser(commands)
            continue
        added = commands.add_parser(name, help=one.about[:1].lower() + one.about[1:].rstrip("."))
        if one.options:
            one.add_to(added)
    return found


def _demo() -> int:
    from binance_c2c.cli.demo import play  # noqa: PLC0415 - an extra

    play(print)
    return 0
