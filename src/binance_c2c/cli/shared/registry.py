"""The decorator that turns a function into a command: adds the common options, and prints the result."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Record, Rows

Result = Rows | Record | None


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the tree."""

    name: str
    run: Callable[..., None]
    """The function that typer calls; its signature has all options."""
    example: str
    asks: bool = False
    """Whether it asks for confirmation first, since it moves money or publishes something."""

    def add_to(self, app: typer.Typer) -> None:
        """Add it to the tree."""
        app.command(self.name, epilog=f"Example: {self.example}")(self.run)


def _flag(name: str, about: str, *short: str) -> Any:
    return Annotated[bool, typer.Option(name, *short, help=about)]


_COMMON_OPTIONS: Mapping[str, tuple[Any, object]] = {
    "json": (_flag("--json", "Print JSON; the default where the output is no terminal."), False),
    "csv": (_flag("--csv", "Print CSV."), False),
    "table": (_flag("--table", "Print a table, even into a pipe."), False),
    "utc": (_flag("--utc", "Print times in UTC, not in the local zone."), False),
    "sandbox": (_flag("--sandbox", "Use a sandbox exchange made for this command; no key needed."), False),
    "key_file": (
        Annotated[Path | None, typer.Option("--key-file", help="A TOML file with api_key and api_secret, mode 600.")],
        None,
    ),
    "keyring": (
        Annotated[str | None, typer.Option("--keyring", help="The name of a key stored by `keys store`.")],
        None,
    ),
    "timeout": (Annotated[float, typer.Option("--timeout", help="Time limit of each call, in seconds.")], 10.0),
    "debug": (_flag("--debug", "Show the traceback of an error."), False),
}
_CONFIRM_OPTIONS: Mapping[str, tuple[Any, object]] = {"yes": (_flag("--yes", "Do it without asking.", "-y"), False)}


def command(name: str, *, example: str, asks: bool = False) -> Callable[[Callable[..., Result]], Command]:
    """Declare a function as a command. Its first parameter is the shell; what it returns is printed.

    Args:
        name: The last word of the command.
        example: A whole command line that works, shown by `--help`.
        asks: Whether it asks for confirmation first, since it moves money or publishes something.

    """

    def declare(function: Callable[..., Result]) -> Command:
        def run(**given: Any) -> None:
            shell = Shell(**{option: given.pop(option) for option in shared})
            result = function(shell, **given)
            if result is None:
                return
            try:
                shell.show(result)
            except OSError:
                if asks:
                    shell.say("It was done, but the output cannot be written.")
                raise

        shared = {**_CONFIRM_OPTIONS, **_COMMON_OPTIONS} if asks else _COMMON_OPTIONS
        own = list(inspect.signature(function).parameters.values())[1:]
        added = [
            inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            for option, (kind, default) in shared.items()
        ]
        parameters = [*own, *added]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # functions have no such field to mypy
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        run.__doc__ = function.__doc__
        return Command(name, run, example, asks)

    return declare
