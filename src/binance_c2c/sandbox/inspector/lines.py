"""A request as one line of a log: what it was, how it was answered, and in words why it was refused. No secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.inspector.views import reason, row
from binance_c2c.sandbox.journal import ActionEntry

if TYPE_CHECKING:
    from binance_c2c.sandbox.gateway import Keyring
    from binance_c2c.sandbox.journal import Entry

_LONGEST = 600


def log_line(entry: Entry, keyring: Keyring) -> str:
    """Method, path, status, code, duration and account of a request; name and outcome of an action by hand."""
    told = row(entry, keyring)
    if isinstance(entry, ActionEntry):
        return plain_line(f"- {entry.name}: {entry.outcome}")
    status = "dropped" if told["status"] is None else told["status"]
    parts = [told["method"], told["path"], status, told["code"], f"{told['milliseconds']} ms", told["account"]]
    why = reason(entry, keyring) if told["refused"] else None
    return plain_line(" ".join(str(part) for part in parts if part is not None) + (f": {why}" if why else ""))


def plain_line(text: str) -> str:
    """A text as one line that does nothing to a terminal, and does not go on for ever."""
    shown = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(text.split())
    )
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
