"""Arguments that several commands take: sides, coins, currencies, periods."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from binance_c2c.cli.shared.failures import CommandError, Status


class Side(StrEnum):
    """Which side of a trade."""

    BUY = "BUY"
    SELL = "SELL"


AssetArgument = Annotated[str | None, typer.Argument(metavar="ASSET", help="The coin's code, such as USDT.")]
FiatArgument = Annotated[str | None, typer.Argument(metavar="FIAT", help="The currency's code, such as MXN.")]
SideArgument = Annotated[str | None, typer.Argument(metavar="BUY|SELL", help="BUY to buy coins, SELL to sell them.")]
AssetOption = Annotated[str | None, typer.Option("--asset", metavar="ASSET", help="The same by name.")]
FiatOption = Annotated[str | None, typer.Option("--fiat", metavar="FIAT", help="The same by name.")]
MarketSideOption = Annotated[str | None, typer.Option("--side", metavar="BUY|SELL", help="The same by name.")]
SideOption = Annotated[Side | None, typer.Option("--side", help="Only this side of yours.", case_sensitive=False)]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, help="How many rows at most.")]
From = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="From then on: a date, or a time in ISO 8601.")
]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to then; a date means the start of that day.")]


def market_of(
    words: Sequence[str | None], asset: str | None, fiat: str | None, side: str | None
) -> tuple[str, str, Side]:
    """Coin, currency and side. What is not given by its name is taken from the words, in this order.

    Raises:
        CommandError: One is missing, there is a word too many, or the side is none.

    """
    given = {"ASSET": asset, "FIAT": fiat, "SIDE": side}
    left = [word for word in words if word is not None]
    for name, value in given.items():
        if value is None and left:
            given[name] = left.pop(0)
    missing = [name for name, value in given.items() if value is None]
    if missing or left:
        wrong = f"{' and '.join(missing)} missing" if missing else f"{left[0]!r} is one word too many"
        message = f"{wrong}: coin, currency and side are expected, such as USDT MXN BUY or --asset USDT --fiat MXN BUY"
        raise CommandError(message, Status.USAGE)
    word = str(given["SIDE"]).upper()
    if word not in set(Side):
        message = f"BUY or SELL is expected as the side, not {given['SIDE']!r}"
        raise CommandError(message, Status.USAGE)
    return str(given["ASSET"]).upper(), str(given["FIAT"]).upper(), Side(word)


def moment(name: str, text: str | None, *, utc: bool) -> datetime | None:
    """A time as `needed_moment` reads it; None where none is given."""
    return None if text is None else needed_moment(name, text, utc=utc)


def needed_moment(name: str, text: str, *, utc: bool) -> datetime:
    """A time as a person gives it. Without a zone it is local, or UTC where times are told in that.

    Raises:
        CommandError: It is none.

    """
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
