"""Sums over the rows of an export: by month, coin, currency and side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal, localcontext

from binance_c2c.cli.export.formats import Row
from binance_c2c.cli.shared.values import Rows, listed

COLUMNS = ("month", "asset", "fiat", "side", "orders", "completed", "amount", "total", "commission")
_DONE = "COMPLETED"
# Wide enough that no sum is rounded.
_PRECISION = 60


@dataclass(slots=True)
class _Sum:
    """Of one month, coin, currency and side."""

    orders: int = 0
    completed: int = 0
    amount: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)


def totals(rows: Iterable[Row], zone: tzinfo | None) -> Rows:
    """How many orders, and the exact sums of those that were completed. Months are those of `zone`."""
    sums: dict[tuple[str, str, str, str], _Sum] = {}
    with localcontext() as context:
        context.prec = _PRECISION
        for row in rows:
            time = row.get("create_time")
            month = "unknown" if time is None else f"{datetime.fromisoformat(time).astimezone(zone):%Y-%m}"
            asset, fiat, side = (str(row.get(name, "unknown")) for name in ("asset", "fiat", "trade_type"))
            key = month, asset, fiat, side
            one = sums.setdefault(key, _Sum())
            one.orders += 1
            if row.get("order_status") == _DONE:
                one.completed += 1
                one.amount += Decimal(row.get("amount", 0))
                one.total += Decimal(row.get("total_price", 0))
                one.commission += Decimal(row.get("commission", 0))
    return listed(
        COLUMNS,
        (
            (*key[:3], key[3].lower(), one.orders, one.completed, one.amount, one.total, one.commission)
            for key, one in sorted(sums.items())
        ),
    )
