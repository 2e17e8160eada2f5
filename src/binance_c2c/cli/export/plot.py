"""The chart of an export (`--plot`): for each coin and currency the price by day, and below it the coins traded."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from binance_c2c.cli.export.tables import import_extra
from binance_c2c.cli.export.totals import Sum, Tally
from binance_c2c.cli.shared.failures import CommandError, Status

SUFFIXES = (".png", ".svg", ".pdf")
_MOST_MARKETS = 4
_COLOURS = {"BUY": "tab:green", "SELL": "tab:orange"}
_VERBS = {"BUY": "bought", "SELL": "sold"}

Days = Mapping[date, Mapping[str, Sum]]


def plotter_for(path: Path) -> Callable[[Tally, Path], list[str]]:
    """The function that draws a tally into a file, in the format that its name ends in. It returns remarks.

    Raises:
        CommandError: The ending is not known, or a package is not installed.

    """
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        message = f"--plot: a name that ends in {', '.join(SUFFIXES)} is expected, not {path.name!r}"
        raise CommandError(message, Status.USAGE)
    # Not pyplot, which keeps every figure in memory and looks for a screen.
    figures, dates = import_extra("matplotlib.figure"), import_extra("matplotlib.dates")

    def draw(tally: Tally, file: Path) -> list[str]:
        markets = sorted(tally.by_day().items(), key=lambda market: -_completed(market[1]))
        shown = [market for market in markets if _completed(market[1])][:_MOST_MARKETS]
        figure = figures.Figure(figsize=(11, 5 * max(1, len(shown))), layout="constrained")
        if not shown:
            figure.text(0.5, 0.5, "No completed orders", ha="center")
        axes: Any = (
            figure.subplots(2 * len(shown), 1, squeeze=False, height_ratios=[3, 2] * len(shown)) if shown else []
        )
        for number, ((asset, fiat), days) in enumerate(shown):
            above, below = axes[2 * number][0], axes[2 * number + 1][0]
            _draw_market(above, below, asset, fiat, days)
            below.sharex(above)
            locator = dates.AutoDateLocator()
            below.xaxis.set_major_locator(locator)
            below.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
        figure.savefig(file, format=kind.removeprefix("."), dpi=120)
        left_out = [f"{asset}/{fiat}" for (asset, fiat), _ in markets if (asset, fiat) not in dict(shown)]
        return [f"The plot leaves out {', '.join(left_out)}."] if left_out else []

    return draw


def _completed(days: Days) -> int:
    return sum(one.completed for sides in days.values() for one in sides.values())


def _draw_market(above: Any, below: Any, asset: str, fiat: str, days: Days) -> None:
    """Draw a market: above, the average price of each side by day; below, the coins of each side as stacked bars."""
    heights: dict[date, Decimal] = dict.fromkeys(sorted(days), Decimal(0))
    for side in sorted({side for sides in days.values() for side in sides}):
        traded = {day: sides[side] for day, sides in sorted(days.items()) if side in sides and sides[side].amount}
        style = {"color": _COLOURS.get(side, "tab:gray"), "label": _VERBS.get(side, side.lower())}
        above.plot(list(traded), [float(one.total / one.amount) for one in traded.values()], marker=".", **style)
        amounts = [float(one.amount) for one in traded.values()]
        below.bar(list(traded), amounts, bottom=[float(heights[day]) for day in traded], **style)
        for day, one in traded.items():
            heights[day] += one.amount
    above.set_title(f"{asset} for {fiat}, completed orders", loc="left")
    above.set_ylabel(f"{fiat} for one {asset}")
    below.set_ylabel(f"{asset} a day")
    for axes in (above, below):
        axes.grid(visible=True, alpha=0.3)
    above.legend(loc="best")
