"""How a local command is declared: its description, options and examples."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option; or the positional arguments, if `name` has no dashes."""

    name: str
    about: str
    metavar: str = ""
    """The name of its value in the help. An option without a value is a switch."""
    read: Callable[[str], object] = str
    default: object = None
    repeatable: bool = False
    """Whether it may be given more than once."""
    exclusive: bool = False
    """Whether it cannot be given together with another option that is exclusive too."""
    negatable: bool = False
    """Whether `--no-…` turns the switch off; if neither is given, its value is None."""
    choices: Callable[[], Sequence[str]] | None = None
    """The values that shells offer as completions of the positional arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCommand:
    """One command that works without the extra `[cli]`."""

    about: str
    """Its line in the list of commands."""
    description: str
    """The first lines of its own help."""
    options: Sequence[Option]
    examples: Sequence[str]
    """Whole command lines that work, run by the tests in this order."""

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Add the description, options and examples to a parser."""
        parser.description = self.description
        parser.epilog = "examples:\n" + "\n".join(f"  {line}" for line in self.examples)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        alone = None
        for option in (*self.options, _DEBUG):
            if option.exclusive:
                alone = alone or parser.add_mutually_exclusive_group()
                _add(alone.add_argument, option)
            else:
                _add(parser.add_argument, option)


_DEBUG = Option(name="--debug", about="show the traceback of an error")


def _add(add_argument: Callable[..., object], option: Option) -> None:
    if not option.name.startswith("-"):
        add_argument(option.name, nargs="*", metavar=option.metavar, help=option.about)
    elif option.negatable:
        add_argument(option.name, action=argparse.BooleanOptionalAction, default=None, help=option.about)
    elif not option.metavar:
        add_argument(option.name, action="store_true", help=option.about)
    elif option.repeatable:
        add_argument(
            option.name, action="append", default=[], type=option.read, metavar=option.metavar, help=option.about
        )
    else:
        add_argument(option.name, type=option.read, default=option.default, metavar=option.metavar, help=option.about)
