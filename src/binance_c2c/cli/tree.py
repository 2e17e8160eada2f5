"""The tree of commands. Only the called branch is imported, so that commands and `--help` start quickly."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from binance_c2c._core.version import __version__
from binance_c2c.cli.local import LOCAL_COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from binance_c2c.cli.local import LocalCommand, Option
    from binance_c2c.cli.shared.registry import Command

BRANCHES = {
    "ads": "Your ads and those of others: search, mine, show, post, reprice, online, offline, close.",
    "orders": "Your orders: list, show, watch, paid, release, cancel, history, export.",
    "chat": "The chat of an order, live: shows its messages and sends what you type.",
    "market": "The public ads of a coin, as everybody sees them.",
    "merchant": "Your status as a merchant: show, online, offline, rest, back, open, close.",
    "methods": "Payment methods: yours, or all that the exchange has.",
    "fees": "Your commission rates.",
    "doctor": "Find out in one go what is wrong: host, clock, key, permissions, signature.",
    "sign": "Show step by step how a request is signed, or check one that another program signed.",
    "raw": "Call any path of the API, signed, even one that this program does not know.",
    "keys": "Where the API key is kept: where, store, forget.",
}
"""The first word of each command, which is also the name of its module in `commands`, with its description."""
ALL_BRANCHES = "*"
"""Builds every branch, for the completion of shells and the documentation."""
_EPILOG = """Exit statuses: 0 done, 1 refused or failed, 2 wrong arguments, 3 no key or a wrong setting, 4 key,
signature or clock refused, 5 unreachable, 6 too many calls, 7 outcome of a write not known, 8 you said no, 130 Ctrl-C,
141 output closed."""


def build(wanted: str | None) -> typer.Typer:
    """The tree, with all commands of the branch `wanted` and only the names of the others; with `ALL_BRANCHES`, all."""
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
        if wanted in {name, ALL_BRANCHES}:
            _add_branch(app, name, about, commands_of(name))
        else:
            app.command(name, help=about)(_placeholder)
    for name, local in LOCAL_COMMANDS.items():
        app.command(name, help=local.about)(_completion_stub(local) if wanted == ALL_BRANCHES else _placeholder)
    return app


def commands_of(branch: str) -> Sequence[Command]:
    """The commands of a branch, or the one command that the branch is."""
    commands: Sequence[Command] = import_module(f"binance_c2c.cli.commands.{branch}").COMMANDS
    return commands


def _add_branch(app: typer.Typer, name: str, about: str, commands: Sequence[Command]) -> None:
    if [command.name for command in commands] == [name]:
        commands[0].add_to(app)
        return
    branch = typer.Typer(help=about, rich_markup_mode=None)
    for command in commands:
        command.add_to(branch)
    app.add_typer(branch, name=name)


def _version(*, version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:  # noqa: FBT003
    if version:
        typer.echo(f"binance-c2c {__version__}")
        raise typer.Exit


def _completion_stub(command: LocalCommand) -> Callable[..., None]:
    """A function that is never run: it only gives the completion of shells the options of a local command."""

    def stub(**_: object) -> None:
        """Do nothing."""

    parameters = [
        inspect.Parameter(
            option.name.strip("-").replace("-", "_"),
            inspect.Parameter.KEYWORD_ONLY,
            default=False if not option.metavar else None,
            annotation=_annotation(option),
        )
        for option in command.options
    ]
    stub.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # functions have no such field to mypy
    stub.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return stub


def _annotation(option: Option) -> object:
    """The type annotation that typer needs for an option of a local command."""
    about = option.about.replace("%(default)s", str(option.default))
    if option.choices is not None:
        choices = option.choices
        return Annotated[list[str] | None, typer.Argument(help=about, autocompletion=lambda: list(choices()))]
    names = (f"{option.name}/--no-{option.name[2:]}",) if option.negatable else (option.name,)
    kind = (list[str] | None) if option.repeatable else (str | None) if option.metavar else bool
    return Annotated[kind, typer.Option(*names, help=about)]


def _placeholder() -> None:
    """The placeholder of a command whose module is not loaded, so that `--help` lists it. It is never run."""
