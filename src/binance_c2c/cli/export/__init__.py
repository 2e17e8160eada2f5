"""`orders export`: the whole history into a file, and on request a chart. Resumable: no row twice, none missing."""

from binance_c2c.cli.export.command import export

__all__ = ["export"]
