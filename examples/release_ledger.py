"""Releases orders whose money is on the bank account, with a ledger in SQLite that stays right after a crash.

    python examples/release_ledger.py                     in a sandbox of its own, with a buyer and a bank
    python examples/release_ledger.py LEDGER.DB BANK.CSV  on the exchange

The latter needs BINANCE_API_KEY, BINANCE_API_SECRET, and FUND_PASSWORD_FILE, the path of a file with the fund password.
BANK.CSV is your bank's export, with the columns id, payer, amount and currency; it is read again for every order. Needs
`pip install "binance-c2c[keys,sandbox]"`. If it is killed and started again, it goes on from the ledger, which notes
the transfer that pays an order before that order is released: no transfer pays two orders.
"""

import asyncio
import csv
import os
import sqlite3
import sys
from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from binance_c2c import AsyncC2CClient, errors, fund_password
from binance_c2c.models import OrderDetail, OrderStatus
from binance_c2c.watch import OrderEventKind

TABLES = """
CREATE TABLE IF NOT EXISTS orders (number TEXT PRIMARY KEY, state TEXT NOT NULL, transfer TEXT UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS watch (id INTEGER PRIMARY KEY CHECK (id = 1), checkpoint TEXT NOT NULL) STRICT;
"""


class Releaser:
    """Releases paid orders in which the account sells."""

    def __init__(self, client: AsyncC2CClient, ledger: Path, bank: Path, password: str) -> None:
        self._client, self._bank, self._password = client, bank, password
        self._ledger, self._news = sqlite3.connect(ledger), asyncio.Event()
        self._ledger.executescript(TABLES)

    async def run(self, *, until_released: int = 0) -> None:
        """Work until the ledger has so many released orders; with 0, until an error that needs a person."""
        with closing(self._ledger):
            async with self._client, asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(self._watch())
                while not 0 < until_released <= len(self._numbers("released")):
                    self._news.clear()
                    for number in self._numbers("paid"):
                        await self._advance(number)
                    with suppress(TimeoutError):  # The money may arrive after the buyer has marked the order as paid.
                        await asyncio.wait_for(self._news.wait(), timeout=20)
                watching.cancel()

    async def _watch(self) -> None:
        """Write paid orders and the watch's checkpoint into the ledger, each pair in one transaction."""
        saved = self._ledger.execute("SELECT checkpoint FROM watch").fetchone()
        watch = self._client.orders.watch(checkpoint=saved[0] if saved else None, every=1)
        async for event in watch:
            with self._ledger:
                if event.kind is OrderEventKind.PAID and event.order.trade_type == "SELL":
                    self._ledger.execute("INSERT OR IGNORE INTO orders VALUES (?, 'paid', NULL)", [event.order_number])
                self._ledger.execute("INSERT OR REPLACE INTO watch VALUES (1, ?)", [watch.checkpoint()])
            self._news.set()

    def _numbers(self, state: str) -> list[str]:
        return [number for (number,) in self._ledger.execute("SELECT number FROM orders WHERE state = ?", [state])]

    async def _advance(self, number: str) -> None:
        """Do the next step of a paid order, if it is possible: release it, or note its end."""
        order = await self._client.orders.get(order_number=number)
        if (status := order.order_status).is_over:
            state = "released" if status == OrderStatus.COMPLETED else "cancelled"
            with self._ledger:
                self._ledger.execute("UPDATE orders SET state = ? WHERE number = ?", [state, number])
            print(f"{number}  is {state}", flush=True)
        elif status.is_paid and self._has_transfer(order):
            code = fund_password.encrypted(self._password, await self._client.keys.rsa_public_key())
            try:
                await self._client.orders.release(order_number=number, auth_type="FUND_PWD", code=code)
            except errors.OutcomeUnknownError as lost:
                print(f"{number}  {lost}", flush=True)
            else:
                self._news.set()  # The next look at the order shows whether it is released.

    def _has_transfer(self, order: OrderDetail) -> bool:
        """Whether the ledger has a transfer for the order; finds one in the bank's export if it can."""
        number = order.order_number
        if self._ledger.execute("SELECT transfer FROM orders WHERE number = ?", [number]).fetchone() != (None,):
            return True
        with self._bank.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                wanted = [order.buyer_name, order.total_price, order.fiat]
                if wanted != [row["payer"], Decimal(row["amount"]), row["currency"]]:
                    continue
                # The ledger refuses a transfer that it has for another order.
                with suppress(sqlite3.IntegrityError), self._ledger:
                    self._ledger.execute("UPDATE orders SET transfer = ? WHERE number = ?", [row["id"], number])
                    print(f"{number}  is paid by the transfer {row['id']}", flush=True)
                    return True
        return False


def releaser_in_a_sandbox(folder: Path) -> Releaser:
    """A releaser with two paid orders of the same buyer and amount, but only one transfer at the bank."""
    from binance_c2c.sandbox import Sandbox  # noqa: PLC0415 - on the exchange it is not needed

    sandbox, bank = Sandbox(empty=True), folder / "bank.csv"
    adv_no = sandbox.moves.post_ad("merchant", "SELL", price="18.45", amount=500, smallest=500, largest=5000)
    for _ in range(2):
        sandbox.moves.mark_paid(sandbox.moves.place("taker", adv_no, total_amount=1845))
    bank.write_text("id,payer,amount,currency\nT1,JUAN MUESTRA,1845.00,MXN\n", encoding="utf-8")
    return Releaser(AsyncC2CClient.in_sandbox(sandbox), folder / "ledger.db", bank, "000000")


if __name__ == "__main__":
    if "BINANCE_API_KEY" in os.environ:
        secret = Path(os.environ["FUND_PASSWORD_FILE"]).read_text(encoding="utf-8").strip()
        asyncio.run(Releaser(AsyncC2CClient.from_env(), Path(sys.argv[1]), Path(sys.argv[2]), secret).run())
    else:
        with TemporaryDirectory() as name:
            asyncio.run(releaser_in_a_sandbox(Path(name)).run(until_released=1))
