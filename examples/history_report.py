"""The account's history as a CSV file, as a polars frame with a row per day, and as a plot.

    python examples/history_report.py [FOLDER]    writes history.csv and history.png there; without it, here

With BINANCE_API_KEY and BINANCE_API_SECRET it is that of the exchange, 150 days back; without them that of a sandbox
with a month of trades. Needs `pip install "binance-c2c[sandbox]" polars matplotlib`.
"""

import csv
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import matplotlib as mpl
import polars as pl
from matplotlib.figure import Figure

from binance_c2c import C2CClient
from binance_c2c.models import OrderHistoryRow

MONEY = pl.Decimal(scale=8)
COLUMNS = {
    "order_number": pl.String,
    "create_time": pl.Datetime("ms", "UTC"),
    "trade_type": pl.String,
    "order_status": pl.String,
    "asset": pl.String,
    "fiat": pl.String,
    "amount": MONEY,
    "total_price": MONEY,
    "unit_price": MONEY,
    "commission": MONEY,
}
"""For each column its type in the frame, in which money stays exact."""


def write_csv(rows: Iterable[OrderHistoryRow], path: Path) -> None:
    """Write a line for each order as it comes, so that a long history is never in memory as a whole."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        out.writerows([getattr(row, name) for name in COLUMNS] for row in rows)


def read_frame(path: Path) -> pl.DataFrame:
    """The file as a frame, with times and exact money."""
    text = pl.read_csv(path, infer_schema=False)
    time = pl.col("create_time").str.to_datetime("%+", time_unit="ms", time_zone="UTC")
    money = [pl.col(name).cast(kind) for name, kind in COLUMNS.items() if kind is MONEY]
    return text.with_columns(time, *money)


def per_day(orders: pl.DataFrame) -> pl.DataFrame:
    """For each day and side: the number of completed orders, their coins and fiat money, and the average price."""
    completed = orders.filter(pl.col("order_status") == "COMPLETED")
    days = completed.group_by(pl.col("create_time").dt.date().alias("day"), "trade_type", "asset", "fiat").agg(
        pl.len().alias("orders"), pl.col("amount").sum(), pl.col("total_price").sum()
    )
    price = pl.col("total_price").cast(pl.Float64) / pl.col("amount").cast(pl.Float64)
    return days.with_columns(price.round(4).alias("average_price")).sort("day", "trade_type")


def plot(days: pl.DataFrame, path: Path) -> None:
    """Plot the fiat money of each day and side."""
    mpl.use("agg")  # Into a file, so that no screen is needed.
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    for (side, fiat), part in days.group_by("trade_type", "fiat", maintain_order=True):
        axes.step(part["day"].to_list(), part["total_price"].cast(pl.Float64).to_list(), "o-", label=f"{side} {fiat}")
    axes.set_title("Completed orders a day")
    axes.legend()
    figure.autofmt_xdate()
    figure.savefig(path)


def report(client: C2CClient, folder: Path) -> pl.DataFrame:
    """Fetch the history, write both files, and return the frame of the days."""
    ahead = client.sync_clock()
    start = datetime.now(UTC) + ahead - timedelta(days=150)
    write_csv(client.orders.iterate_history(start=start), folder / "history.csv")
    days = per_day(read_frame(folder / "history.csv"))
    plot(days, folder / "history.png")
    return days


def sandbox_client() -> C2CClient:
    """A client of a sandbox with thirty days of trades on both sides, and some cancelled orders."""
    from binance_c2c.sandbox import Sandbox  # noqa: PLC0415 - on the exchange it is not needed

    sandbox = Sandbox()
    sells = sandbox.moves.post_ad("merchant", "SELL", price="18.45", amount=5000, smallest=500, largest=5000)
    buys = sandbox.moves.post_ad("merchant", "BUY", price="18.20", amount=5000, smallest=500, largest=5000)
    for day in range(30):
        for ad, total in ((sells, 900 + 40 * day), (buys, 1500 - 30 * day)):
            number = sandbox.moves.place("taker", ad, total_amount=total)
            sandbox.moves.mark_paid(number)
            sandbox.moves.release(number)
        sandbox.moves.cancel(sandbox.moves.place("taker", sells, total_amount=500))
        sandbox.clock.advance(days=1)
    return C2CClient.in_sandbox(sandbox)


if __name__ == "__main__":
    on_the_exchange = "BINANCE_API_KEY" in os.environ
    with C2CClient.from_env() if on_the_exchange else sandbox_client() as account:
        print(report(account, Path(*sys.argv[1:])))
