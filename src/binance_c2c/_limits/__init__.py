"""Rate limits: what is used up, budgets, and sharing both between processes."""

from binance_c2c._limits.fleet import (
    AsyncFleetConnection,
    CheckFleet,
    Fleet,
    FleetConnection,
    FleetState,
    Names,
    PauseFleet,
)
from binance_c2c._limits.usage import Budget, Limit, Pause, UsageTracker

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
