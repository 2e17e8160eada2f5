"""Signs of life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._counter import Counter

if TYPE_CHECKING:
    from ._answers import Json
    from ._counter import Visit
    from ._exchange import Exchange

counter = Counter()


@counter.anybody("system.ping")
def _ping(_: Exchange, _visit: Visit) -> Json:
    return {}


@counter.anybody("system.time")
def _time(_: Exchange, visit: Visit) -> Json:
    return {"serverTime": visit.now_ms}
