"""Rate limits: what is used up, budgets, and sharing both between processes."""

from binance_c2c._core.limits.connection import AsyncFleetConnection, FleetConnection, Names
from binance_c2c._core.limits.fleet import CheckFleet, Fleet, PauseFleet
from binance_c2c._core.limits.usage import Budget, FleetState, Limit, Pause, UsageTracker

__all__ = [
    "AsyncFleetConnection",
    "Budget",
    "CheckFleet",
    "Fleet",
    "FleetConnection",
    "FleetState",
    "Limit",
    "Names",
    "Pause",
    "PauseFleet",
    "UsageTracker",
]
