"""State files of an exchange, and files that describe accounts."""

from binance_c2c.sandbox.storage.files import LAST_MS, lock_state, read_profile, read_state_file, write_state_file

__all__ = ["LAST_MS", "lock_state", "read_profile", "read_state_file", "write_state_file"]
