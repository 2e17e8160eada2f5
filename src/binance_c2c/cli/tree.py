"""The tree of commands. Of its branches only the one that is wanted is loaded, so that `--help` starts quickly."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import typer

from binance_c2c._core.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from binance_c2c.cli.shared.registry import Command

BRANCHES = {
    "ads": "Your ads and those of others: search, mine, show, post, reprice, online, offline, close.",
    "orders": "Your orders: list, show, paid, release, cancel, history, export.",
    "market": "The public ads of a coin, as everybody sees them.",
    "merchant": "Your switches: show, online, offline, rest, back, open, close.",
    "methods": "Payment methods: yours, or all kinds.",
    "fees": "What trades cost you.",
    "doctor": "Find out in one go what is wrong: host, clock, key, permissions, signature.",
    "sign": "How a request is signed, step by step; or what is wrong with one that another program signed.",
    "raw": "Any path of the API, signed, for what is not described yet.",
    "keys": "Where the API key is kept: where, store, forget.",
}
"""Each first word of a command, with what it is about. It is the name of a module of `commands`, too."""
LOCAL = {
    "sandbox": "Run a sandbox exchange on this machine.",
    "demo": "Carry orders through their life against a sandbox of its own.",
    "record": "Keep real answers of read operations, people taken out of them.",
}
"""First words of the commands that work without the extra, in `local`."""
_EPILOG = """Exit statuses: 0 done, 1 refused or failed, 2 wrong arguments, 3 no key or a wrong setting, 4 key,
signature or clock refused, 5 unreachable, 6 too many calls, 7 outcome of a write not known, 8 you said no, 130 Ctrl-C,
141 output closed."""


def build(wanted: str | None) -> typer.Typer:
    """The tree with the branch of this name in full, the others by name. With "*" all of it."""
    app = typer.Typer(
        name="binance-c2c",
        help="Everything that a P2P merchant does by hand, and a sandbox exchange to try it on.",
        epilog=_EPILOG,
        invoke_without_command=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_version)
    for name, about in BRANCHES.items():
        if wanted in {name, "*"}:
            _add(app, name, about, commands_of(name))
        else:
            app.command(name, help=about)(_elsewhere)
    for name, about in LOCAL.items():
        app.command(name, help=about)(_elsewhere)
    return app


def commands_of(branch: str) -> Sequence[Command]:
    """The commands of a branch; of one that is a single command, that."""
    commands: Sequence[Command] = import_module(f"binance_c2c.cli.commands.{branch}").COMMANDS
    return commands


def _add(app: typer.Typer, name: str, about: str, commands: Sequence[Command]) -> None:
    if [one.name for one in commands] == [name]:
        commands[0].add_to(app)
        return
    branch = typer.Typer(help=about, rich_markup_mode=None)
    for one in commands:
        one.add_to(branch)
    app.add_typer(branch, name=name)


def _version(*, version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:  # noqa: FBT003
    if version:
        typer.echo(f"binance-c2c {__version__}")
        raise typer.Exit


def _elsewhere() -> None:
    """Stand for a command that another start of the program would load."""
