"""The command `chat`: the conversation of an order, live."""

from binance_c2c.cli.live.chat import chat

COMMANDS = (chat,)
