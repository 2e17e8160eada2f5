"""The command `chat`, which is in `cli.live`."""

from binance_c2c.cli.live.chat import chat

COMMANDS = (chat,)
