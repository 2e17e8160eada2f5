"""Arguments that several commands take: sides, coins, currencies, periods."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated

import typer

from binance_c2c._core.flow import raw_call
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import Operation


class Side(StrEnum):
    """A side of a trade."""

    BUY = "BUY"
    SELL = "SELL"


AssetArgument = Annotated[str | None, typer.Argument(metavar="ASSET", help="The coin's code, such as USDT.")]
FiatArgument = Annotated[str | None, typer.Argument(metavar="FIAT", help="The currency's code, such as MXN.")]
SideArgument = Annotated[str | None, typer.Argument(metavar="BUY|SELL", help="BUY to buy coins, SELL to sell them.")]
AssetOption = Annotated[str | None, typer.Option("--asset", metavar="ASSET", help="The coin, as an option.")]
FiatOption = Annotated[str | None, typer.Option("--fiat", metavar="FIAT", help="The currency, as an option.")]
MarketSideOption = Annotated[str | None, typer.Option("--side", metavar="BUY|SELL", help="The side, as an option.")]
SideOption = Annotated[
    Side | None, typer.Option("--side", help="Only those in which you buy, or sell.", case_sensitive=False)
]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, help="How many rows at most.")]
From = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="From then on: a date, or a time in ISO 8601.")
]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to then; a date means the start of that day.")]


def market_of(
    words: Sequence[str | None], asset: str | None, fiat: str | None, side: str | None
) -> tuple[str, str, Side]:
    """Coin, currency and side: from their options, and those without one from the arguments, in this order.

    Raises:
        CommandError: One is missing, an argument is left over, or the side is neither BUY nor SELL.

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


def money(name: str, text: str) -> Decimal:
    """A positive number as a person gives it: money, or an amount of coins.

    Raises:
        CommandError: It is not a positive number.

    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(0)
    if not (text.isascii() and number.is_finite() and number > 0):
        message = f"{name}: a number above 0 is expected, such as 18.45, not {text!r}"
        raise CommandError(message, Status.USAGE)
    return number


def pair(text: str) -> tuple[str, str]:
    """A parameter of a query, given as `name=value`.

    Raises:
        CommandError: There is no name or no `=`.

    """
    name, equals, value = text.partition("=")
    if not (name and equals):
        message = f"nothing was sent: k=v is expected, such as page=1, not {text!r}"
        raise CommandError(message, Status.USAGE)
    return name, value


def described(method: str, path: str) -> Operation:
    """The operation of a method and a path: that of the API's description, else one made for the path.

    Raises:
        CommandError: The method or the path cannot be one of the API.

    """
    try:
        return raw_call(method, path).operation
    except ConfigurationError as error:
        raise CommandError(str(error), Status.USAGE) from None


def moment(name: str, text: str | None, *, utc: bool) -> datetime | None:
    """A time as `needed_moment` reads it; None where none is given."""
    return None if text is None else needed_moment(name, text, utc=utc)


def needed_moment(name: str, text: str, *, utc: bool) -> datetime:
    """A time as a person types it. Without an offset it is local time, or UTC with `--utc`.

    Raises:
        CommandError: It is neither a date nor a time.

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
