"""The state of a sandbox as a file: written whole, read only if all of it makes sense, and locked while it is used."""

from binance_c2c.sandbox.storage.files import LAST_MS, lock_state, read, write

__all__ = ["LAST_MS", "lock_state", "read", "write"]
