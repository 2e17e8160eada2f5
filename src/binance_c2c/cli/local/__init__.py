"""The commands that need no extra but the sandbox's: they look the same with the extra `[cli]` and without it."""

from binance_c2c.cli.local.main import main, parser, without_extra
from binance_c2c.cli.local.options import Local, Option
from binance_c2c.cli.local.table import LOCAL

__all__ = ["LOCAL", "Local", "Option", "main", "parser", "without_extra"]
