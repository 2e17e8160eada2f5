"""The command `chat`: the chat of an order, live."""

from binance_c2c.cli.live.chat import chat

COMMANDS = (chat,)
