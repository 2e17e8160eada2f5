"""Arguments that several commands take (coin, currency, side, period), and how their texts are read."""

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
    Side | None, typer.Option("--side", help="Only those in which you buy (BUY), or sell (SELL).", case_sensitive=False)
]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, help="How many rows at most.")]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="The start: a date, or a time in ISO 8601.")
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="The end; a date means the start of that day.")
]


def market_of(
    words: Sequence[str | None], asset: str | None, fiat: str | None, side: str | None
) -> tuple[str, str, Side]:
    """Coin, currency and side, each from its option, or else from the next positional argument.

    Raises:
        CommandError: One of the three is missing, an argument is left over, or the side is neither BUY nor SELL.

    """
    given = {"ASSET": asset, "FIAT": fiat, "SIDE": side}
    unused = [word for word in words if word is not None]
    for name, value in given.items():
        if value is None and unused:
            given[name] = unused.pop(0)
    missing = [name for name, value in given.items() if value is None]
    if missing or unused:
        wrong = f"{' and '.join(missing)} missing" if missing else f"{unused[0]!r} is one word too many"
        message = f"{wrong}: coin, currency and side are expected, such as USDT MXN BUY or --asset USDT --fiat MXN BUY"
        raise CommandError(message, Status.USAGE)
    side_name = str(given["SIDE"]).upper()
    if side_name not in set(Side):
        message = f"BUY or SELL is expected as the side, not {given['SIDE']!r}"
        raise CommandError(message, Status.USAGE)
    return str(given["ASSET"]).upper(), str(given["FIAT"]).upper(), Side(side_name)


def money(name: str, text: str) -> Decimal:
    """A positive number that a person typed: money, or an amount of coins.

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
    """A query parameter that was given as `name=value`.

    Raises:
        CommandError: The name or the `=` is missing.

    """
    name, equals, value = text.partition("=")
    if not (name and equals):
        message = f"nothing was sent: k=v is expected, such as page=1, not {text!r}"
        raise CommandError(message, Status.USAGE)
    return name, value


def operation_for(method: str, path: str) -> Operation:
    """The operation with this method and path, from the API description; for an unknown path, one made for it.

    Raises:
        CommandError: The API cannot have such a method or path.

    """
    try:
        return raw_call(method, path).operation
    except ConfigurationError as error:
        raise CommandError(str(error), Status.USAGE) from None


def optional_moment(name: str, text: str | None, *, utc: bool) -> datetime | None:
    """A time as `moment` reads it; None if `text` is None."""
    return None if text is None else moment(name, text, utc=utc)


def moment(name: str, text: str, *, utc: bool) -> datetime:
    """A date or time that a person typed. Without an offset it is local time, or UTC with `--utc`.

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
