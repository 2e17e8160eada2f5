"""Actions of the counterparty, of support and of other merchants; generators of made-up markets and order histories."""

from binance_c2c.sandbox.moves.history import fill_history
from binance_c2c.sandbox.moves.market import MarketPlan, fill_market
from binance_c2c.sandbox.moves.moves import MoveRefusedError, Moves
from binance_c2c.sandbox.moves.triggers import TRIGGERS, Triggered, Triggers

__all__ = [
    "TRIGGERS",
    "MarketPlan",
    "MoveRefusedError",
    "Moves",
    "Triggered",
    "Triggers",
    "fill_history",
    "fill_market",
]
