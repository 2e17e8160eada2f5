"""The command `fees`: your commission rates."""

from typing import Annotated

import typer

from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Rows, label, rows_of


@command("fees", example="binance-c2c fees --fiat MXN --sandbox")
def fees(
    shell: Shell, *, fiat: Annotated[str | None, typer.Option("--fiat", help="Only for this fiat currency.")] = None
) -> Rows:
    """Your commission rates, as fractions of the coins: as the maker, who posts an ad, and as the taker."""
    with shell.client() as client:
        assets = client.commission_rates.overview(fiat=fiat).asset_ret_list or ()
    return rows_of(
        ("asset", "fiat", "area", "maker_buys", "maker_sells", "taker_buys", "taker_sells"),
        (
            (
                one.asset,
                item.fiat,
                label(item.area),
                item.maker_buy_commission_rate,
                item.maker_sell_commission_rate,
                item.taker_buy_commission_rate,
                item.taker_sell_commission_rate,
            )
            for one in assets
            for item in one.items or ()
        ),
    )


COMMANDS = (fees,)
