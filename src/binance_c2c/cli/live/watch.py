"""The command `orders watch`: prints each change of your orders as it happens."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from binance_c2c.cli.live.feed import Feed
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Value, label
from binance_c2c.models import TradeType

if TYPE_CHECKING:
    from binance_c2c.watch import OrderEvent

COLUMNS = (
    *("noticed", "event", "late", "order_number", "side", "status", "amount", "asset", "total", "fiat"),
    *("counterparty", "created", "deadline", "key"),
)

_LEAST_SECONDS = 0.5
"""The shortest interval between two polls: a shorter one would use up the rate limits of the account."""


@command("watch", example="binance-c2c orders watch --limit 3 --checkpoint seen.json")
def watch(
    shell: Shell,
    *,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", help="Resume from this file, and save progress in it."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="End after this many changes, not at Ctrl-C.")
    ] = None,
    every: Annotated[float, typer.Option("--every", help="Seconds between two polls while orders change.")] = 3.0,
) -> None:
    """Print each change of your orders once, as it happens, one a line; with --json as objects.

    Begins with the open orders. With --checkpoint the next run prints the changes since this one, and none twice.
    After a temporary failure it prints a message and goes on.
    """
    if not (every >= _LEAST_SECONDS or shell.uses_local_sandbox):
        message = f"--every: at least {_LEAST_SECONDS} seconds are expected, not {every}: the exchange limits calls"
        raise CommandError(message, Status.USAGE)
    from binance_c2c.watch import CheckpointFile  # noqa: PLC0415 - the other commands of this branch do not need it

    file = None if checkpoint is None else CheckpointFile(checkpoint)
    feed = Feed(shell, COLUMNS)
    with _naming(checkpoint):
        known = None if file is None else file.load()
    with shell.client() as client:
        events = client.orders.watch(
            checkpoint=known,
            every=every,
            at_most=max(every, 15.0),
            on_trouble=lambda error: shell.say(f"binance-c2c: a call failed, watching goes on: {error}"),
        )
        for event in islice(events, limit):
            _print_event(feed, event)
            if file is not None:
                with _naming(checkpoint):
                    file.save(events.checkpoint())


@contextmanager
def _naming(checkpoint: Path | None) -> Generator[None]:
    """Raise a `CommandError` that names the file in place of an `OSError` from reading or writing it."""
    try:
        yield
    except OSError as error:
        message = f"--checkpoint: {checkpoint} cannot be used ({error.strerror}); name a file in a folder that exists"
        raise CommandError(message) from error


def _print_event(feed: Feed, event: "OrderEvent") -> None:
    order, now = event.order, datetime.now(UTC)
    counterparty = order.seller_nickname if order.trade_type is TradeType.BUY else order.buyer_nickname
    values: tuple[Value, ...] = (
        *(now, event.kind.value, event.late, order.order_number, label(order.trade_type), label(order.order_status)),
        *(order.amount, order.asset, order.total_price, order.fiat),
        *(counterparty, order.create_time, event.deadline, event.key),
    )
    deadline = [] if event.deadline is None else [f"until {feed.time_of_day(event.deadline)}"]
    late = ["seen late"] if event.late else []
    money = f"{label(order.trade_type)} {order.amount:f} {order.asset} for {order.total_price:f} {order.fiat}"
    feed.put(
        dict(zip(COLUMNS, values, strict=True)),
        (
            f"{feed.time_of_day(now)}  {event.kind.value.replace('_', ' '):<13}  {order.order_number}",
            ", ".join([f"{money}, {counterparty or 'unknown'}", *deadline, *late]),
        ),
    )
