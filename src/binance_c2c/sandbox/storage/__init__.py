"""State files of an exchange, and files that describe accounts."""

from binance_c2c.sandbox.storage.files import LAST_MS, lock_state, read, read_profile, write

__all__ = ["LAST_MS", "lock_state", "read", "read_profile", "write"]
