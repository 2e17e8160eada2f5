"""The chat: `client.chat`, its stream of messages, and the events of the stream."""

from binance_c2c.chat.events import Away, Back, Event, Message, Missed, Notice, Replaced, Unreadable
from binance_c2c.chat.resources import AsyncChat, Chat
from binance_c2c.chat.session import Reconnect
from binance_c2c.chat.tasks import AsyncChatConnection
from binance_c2c.chat.threads import ChatConnection

__all__ = [
    "AsyncChat",
    "AsyncChatConnection",
    "Away",
    "Back",
    "Chat",
    "ChatConnection",
    "Event",
    "Message",
    "Missed",
    "Notice",
    "Reconnect",
    "Replaced",
    "Unreadable",
]
