"""The clients `C2CClient` and `AsyncC2CClient`, and the checks of their arguments."""

from binance_c2c._core.client.client import AsyncC2CClient, C2CClient

__all__ = ["AsyncC2CClient", "C2CClient"]
