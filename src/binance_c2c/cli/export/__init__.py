"""`orders export`: the whole history into a file, resumable at any point, with no row twice and none missing."""

from binance_c2c.cli.export.command import export

__all__ = ["export"]
