"""The command `binance-c2c`: its start, its tree of commands, and what the commands share."""

from binance_c2c.cli.command import main

__all__ = ["main"]
