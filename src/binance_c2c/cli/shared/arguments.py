"""Arguments that several commands take: sides, coins, currencies, periods."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from binance_c2c.cli.shared.failures import CommandError, Status


class Side(StrEnum):
    """Which side of a trade."""

    BUY = "BUY"
    SELL = "SELL"


Asset = Annotated[str, typer.Argument(help="The coin's code, such as USDT.")]
Fiat = Annotated[str, typer.Argument(help="The fiat currency's code, such as MXN.")]
SideArgument = Annotated[Side, typer.Argument(help="BUY to buy coins, SELL to sell them.", case_sensitive=False)]
SideOption = Annotated[Side | None, typer.Option("--side", help="Only this side of yours.", case_sensitive=False)]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, help="How many rows at most.")]
From = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="From then on: a date, or a time in ISO 8601.")
]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to then; a date means the start of that day.")]


def moment(name: str, text: str | None, *, utc: bool) -> datetime | None:
    """A time as a person gives it. Without a zone it is local, or UTC where times are told in that.

    Raises:
        CommandError: It is none.

    """
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        message = (
            f"{name}: a date or a time in ISO 8601 is expected, such as 2026-11-01 or 2026-11-01T09:30, not {text!r}"
        )
        raise CommandError(message, Status.USAGE) from None
    if given.tzinfo is not None:
        return given
    return given.replace(tzinfo=UTC) if utc else given.astimezone()
