"""All counters as one: between them they play every operation of the description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.handlers import (
    account as _counter_account,
)
from binance_c2c.sandbox.handlers import (
    ads as _counter_ads,
)
from binance_c2c.sandbox.handlers import (
    chat as _counter_chat,
)
from binance_c2c.sandbox.handlers import (
    market as _counter_market,
)
from binance_c2c.sandbox.handlers import (
    merchant as _counter_merchant,
)
from binance_c2c.sandbox.handlers import (
    orders as _counter_orders,
)
from binance_c2c.sandbox.handlers import (
    rates as _counter_rates,
)
from binance_c2c.sandbox.handlers import (
    system as _counter_system,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.handlers.registry import ForAnybody, ForOwners

_ALL = [
    module.counter
    for module in (
        *(_counter_account, _counter_ads, _counter_chat, _counter_market),
        *(_counter_merchant, _counter_orders, _counter_rates, _counter_system),
    )
]

FOR_ANYBODY: Mapping[str, ForAnybody] = {name: play for each in _ALL for name, play in each.for_anybody.items()}
FOR_OWNERS: Mapping[str, ForOwners] = {name: play for each in _ALL for name, play in each.for_owners.items()}
