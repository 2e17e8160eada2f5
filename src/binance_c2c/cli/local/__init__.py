"""The commands that work without the extra `[cli]`: `sandbox`, `trigger`, `demo` and `record`."""

from binance_c2c.cli.local.main import main, parser, without_extra
from binance_c2c.cli.local.options import LocalCommand, Option
from binance_c2c.cli.local.table import LOCAL_COMMANDS

__all__ = ["LOCAL_COMMANDS", "LocalCommand", "Option", "main", "parser", "without_extra"]
