"""The commands `keys …`: show where the API key is taken from, store it in the system's keyring, or remove it there."""

from typing import Annotated

import typer

from binance_c2c.cli.shared import key_sources
from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Record

_Name = Annotated[str, typer.Argument(help="A name of your choice for the key.")]
_Descriptor = Annotated[
    int | None, typer.Option("--secret-fd", help="Read key and secret, a line each, from this file descriptor.")
]


@command("where", example="binance-c2c keys where")
def where(shell: Shell) -> Record:
    """Show where the API key would be taken from. Prints no part of the key."""
    source = "a sandbox of its own" if shell.sandbox else key_sources.source_of_key(shell.key_file, shell.keyring)
    return Record({"source": source or None})


@command("store", example="binance-c2c keys store desk")
def store(shell: Shell, name: _Name, *, secret_fd: _Descriptor = None) -> Record:
    """Put a key and its secret into the system's keyring. They are asked for without echo."""
    if secret_fd is None:
        api_key, api_secret = (shell.secret(part, None, option="--secret-fd") for part in ("API key", "API secret"))
    else:
        api_key, _, api_secret = shell.secret("", secret_fd, option="--secret-fd", lines=2).partition("\n")
    key_sources.store(name, api_key, api_secret)
    return Record({"name": name, "stored": True})


@command("forget", example="binance-c2c keys forget desk")
def forget(shell: Shell, name: _Name) -> Record:
    """Take a key and its secret out of the system's keyring."""
    del shell
    key_sources.forget(name)
    return Record({"name": name, "stored": False})


COMMANDS = (where, store, forget)
