"""The ways to reach a sandbox: servers on loopback ports, and an httpx transport in the same process."""

from binance_c2c.sandbox.access.log import RequestLog
from binance_c2c.sandbox.access.server import serve, serve_chat, serve_forever
from binance_c2c.sandbox.access.transport import SandboxTransport

__all__ = ["RequestLog", "SandboxTransport", "serve", "serve_chat", "serve_forever"]
