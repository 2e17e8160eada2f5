"""Rate limits: used weight, budgets, and sharing both between processes."""

from typing import TYPE_CHECKING

from binance_c2c_runtime import load_on_use

if TYPE_CHECKING:
    from binance_c2c._core.limits.budget import Budget, Limit
    from binance_c2c._core.limits.connection import AsyncFleetConnection, FleetConnection, Names
    from binance_c2c._core.limits.fleet import Fleet
    from binance_c2c._core.limits.usage import CheckFleet, FleetState, Pause, PauseFleet, UsageTracker
else:
    # Each name is loaded when it is first asked for. To a type checker a module that has this has every name.
    __getattr__ = load_on_use(
        __name__,
        {
            f"{__name__}.budget": ("Budget", "Limit"),
            f"{__name__}.connection": ("AsyncFleetConnection", "FleetConnection", "Names"),
            f"{__name__}.fleet": ("Fleet",),
            f"{__name__}.usage": ("CheckFleet", "FleetState", "Pause", "PauseFleet", "UsageTracker"),
        },
    )

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
