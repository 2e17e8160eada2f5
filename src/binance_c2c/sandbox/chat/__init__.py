"""The chat over websockets: handshakes, frames, sessions without a socket, and a server on a loopback port."""

from binance_c2c.sandbox.chat.hub import ChatHub
from binance_c2c.sandbox.chat.server import LOOPBACK, listen, serve_frames, share_frames
from binance_c2c.sandbox.chat.session import ChatSession, Close, Drop, Frame, Freeze, Outgoing

__all__ = [
    "LOOPBACK",
    "ChatHub",
    "ChatSession",
    "Close",
    "Drop",
    "Frame",
    "Freeze",
    "Outgoing",
    "listen",
    "serve_frames",
    "share_frames",
]
