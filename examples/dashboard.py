"""Twenty searches of the market at once, in a table that is kept up to date: the best price for each size of order.

    python examples/dashboard.py [ROUNDS]    runs until it is interrupted, or for so many rounds of all searches

With BINANCE_API_KEY and BINANCE_API_SECRET it searches the exchange, without them a sandbox, in two rounds.
Needs `pip install "binance-c2c[cli,sandbox]"`, for the table.
"""

import asyncio
import os
import sys
from dataclasses import dataclass
from itertools import count, product
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.live import Live
from rich.table import Table

from binance_c2c import AsyncC2CClient, Budget, errors

if TYPE_CHECKING:
    from binance_c2c.sandbox import Sandbox

FIAT = "MXN"
SECONDS_BETWEEN_ROUNDS = 10


@dataclass(slots=True)
class Search:
    """One line of the table: the best ad for an order of this coin, side and amount of fiat money."""

    asset: str
    side: Literal["BUY", "SELL"]
    total: int
    answer: str = "…"
    rounds: int = 0

    async def run(self, client: AsyncC2CClient) -> None:
        """Search, and keep the best price or the error as the answer, so that the other lines go on."""
        try:
            page = await client.ads.search(asset=self.asset, fiat=FIAT, trade_type=self.side, trans_amount=self.total)
            prices = [row.adv.price for row in page]
            best = min(prices, default=None) if self.side == "BUY" else max(prices, default=None)
            self.answer = "nobody" if best is None else f"{best:,}"
        except errors.APIError as refused:
            self.answer = f"{refused.category}: {refused.message}"
        except errors.TransportError as lost:
            self.answer = str(lost)
        self.rounds += 1


SIDES: tuple[Literal["BUY", "SELL"], ...] = ("BUY", "SELL")
SEARCHES = tuple(product(("USDT", "BTC"), SIDES, (500, 1000, 5000, 20_000, 50_000)))


def table_of(searches: list[Search]) -> Table:
    """The table with the present answers."""
    table = Table(title=f"Best prices in {FIAT}")
    for heading in ("coin", "to", "for", "best price", "asked"):
        table.add_column(heading, justify="right")
    for one in searches:
        table.add_row(one.asset, one.side.lower(), f"{one.total:,} {FIAT}", one.answer, f"{one.rounds}x")
    return table


async def watch(client: AsyncC2CClient, rounds: int | None, seconds: float) -> list[Search]:
    """Keep the table up to date, each line by a task of its own; for ever if `rounds` is None."""
    searches = [Search(*about) for about in SEARCHES]
    with Live(table_of(searches), console=Console(), auto_refresh=False) as shown:

        async def keep(one: Search) -> None:
            for number in count(1):
                await one.run(client)
                shown.update(table_of(searches), refresh=True)
                if number == rounds:
                    return
                await asyncio.sleep(seconds)

        async with asyncio.TaskGroup() as tasks:
            for one in searches:
                tasks.create_task(keep(one))
    return searches


def sandbox_with_large_offers() -> "Sandbox":
    """A sandbox in which large orders have better prices than small ones."""
    from binance_c2c.sandbox import Sandbox  # noqa: PLC0415 - on the exchange it is not needed

    sandbox = Sandbox()
    sandbox.moves.post_ad("taker", "SELL", price="18.41", amount=1200, smallest=5000, largest=20_000)
    sandbox.moves.post_ad("taker", "BUY", price="18.39", amount=1200, smallest=5000, largest=20_000)
    return sandbox


async def main(rounds: int | None) -> None:
    """Watch the exchange, or a sandbox."""
    if "BINANCE_API_KEY" in os.environ:
        # However many searches there are: no more weight in a minute than half of what the exchange allows.
        async with AsyncC2CClient.from_env(budget=Budget(ip=6000), timeout=70) as client:
            await watch(client, rounds, SECONDS_BETWEEN_ROUNDS)
    else:
        async with AsyncC2CClient.in_sandbox(sandbox_with_large_offers()) as client:
            await watch(client, rounds or 2, seconds=0)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else None))
