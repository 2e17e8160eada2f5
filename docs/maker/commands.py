"""The reference of the command line: every command, with what it prints for `--help`."""

import io
import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import typer

from binance_c2c.cli import main
from binance_c2c.cli.local import LOCAL_COMMANDS
from binance_c2c.cli.tree import ALL_BRANCHES, build
from docs.maker.markdown import heading, page

_COLUMNS = "88"


def command_pages() -> dict[str, str]:
    """One page, with every command in the order of the tree."""
    return {"reference/command-line.md": page(_lines())}


def commands() -> list[tuple[str, ...]]:
    """The words of every command, without the program's name."""
    in_tree = [name for name, _ in _commands_below(typer.main.get_command(build(ALL_BRANCHES)), ())]
    return sorted(set(in_tree) | {(name,) for name in LOCAL_COMMANDS})


def _commands_below(group: Any, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, one in group.commands.items():
        words = (*above, name)
        if hasattr(one, "commands"):
            yield from _commands_below(one, words)
        else:
            yield words, one


def _lines() -> Iterator[str]:
    yield from ("# Command line", "")
    yield "What each command of `binance-c2c` says with `--help`. Most need the extra `[cli]`, `sandbox` and `demo`"
    yield "need `[sandbox]`. [Work from the shell](../guides/command-line.md) shows them in use."
    yield ""
    yield from _block(())
    for words in commands():
        yield heading(2, " ".join(words), "-".join(words))
        yield ""
        yield from _block(words)


def _block(words: tuple[str, ...]) -> Iterator[str]:
    yield from ("```text", *help_of(words).splitlines(), "```", "")


def help_of(words: tuple[str, ...]) -> str:
    """What a command prints for `--help`."""
    # Not a StringIO: the command calls `reconfigure` on its output.
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    before = {name: os.environ.get(name) for name in ("COLUMNS", "TERMINAL_WIDTH", "NO_COLOR")}
    os.environ.update(COLUMNS=_COLUMNS, TERMINAL_WIDTH=_COLUMNS, NO_COLOR="1")
    try:
        with redirect_stdout(printed):
            main([*words, "--help"])
    except SystemExit:
        # Raised by a parser that has printed its help.
        pass
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
    printed.seek(0)
    return printed.read().strip("\n")
