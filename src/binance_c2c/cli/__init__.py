"""The command `binance-c2c`."""

from binance_c2c.cli.command import main

__all__ = ["main"]
