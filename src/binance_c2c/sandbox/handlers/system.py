"""Signs of life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.handlers.registry import Counter

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.handlers.registry import Visit

counter = Counter()


@counter.anybody("system.ping")
def _ping(_: Exchange, _visit: Visit) -> Json:
    return {}


@counter.anybody("system.time")
def _time(_: Exchange, visit: Visit) -> Json:
    return {"serverTime": visit.now_ms}
