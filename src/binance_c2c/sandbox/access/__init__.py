"""The two ways to reach a sandbox: a server on a loopback port, and an httpx transport in the same process."""

from binance_c2c.sandbox.access.server import serve, serve_forever
from binance_c2c.sandbox.access.transport import SandboxTransport

__all__ = ["SandboxTransport", "serve", "serve_forever"]
