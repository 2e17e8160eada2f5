"""What is read from files and written to them: states, written whole and read with care, and accounts of one's own."""

from binance_c2c.sandbox.storage.files import LAST_MS, lock_state, read, read_profile, write

__all__ = ["LAST_MS", "lock_state", "read", "read_profile", "write"]
