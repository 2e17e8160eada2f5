"""A simulated C2C exchange in memory, for tests and development: in the same process or on a loopback port."""

from binance_c2c.sandbox.access import RequestLog, SandboxTransport, serve, serve_chat, serve_forever
from binance_c2c.sandbox.chat import ChatHub, ChatSession
from binance_c2c.sandbox.exchange import Balance, Key
from binance_c2c.sandbox.faults import ChatPlace, Fault, FaultKind, Faults, Planned
from binance_c2c.sandbox.gateway import Answer, Limits
from binance_c2c.sandbox.moves import TRIGGERS, MoveRefusedError, Moves, Triggered
from binance_c2c.sandbox.sandbox import Clock, Sandbox
from binance_c2c.sandbox.storage import lock_state

__all__ = [
    "TRIGGERS",
    "Answer",
    "Balance",
    "ChatHub",
    "ChatPlace",
    "ChatSession",
    "Clock",
    "Fault",
    "FaultKind",
    "Faults",
    "Key",
    "Limits",
    "MoveRefusedError",
    "Moves",
    "Planned",
    "RequestLog",
    "Sandbox",
    "SandboxTransport",
    "Triggered",
    "lock_state",
    "serve",
    "serve_chat",
    "serve_forever",
]
