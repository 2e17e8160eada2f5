"""The command `market`: the public ads, which need no key."""

from itertools import islice
from typing import Annotated

import typer

from binance_c2c.cli.commands.ads import MARKET_COLUMNS, MARKET_SPARE, market_row
from binance_c2c.cli.shared.arguments import (
    AssetArgument,
    AssetOption,
    FiatArgument,
    FiatOption,
    LimitOption,
    MarketSideOption,
    SideArgument,
    market_of,
)
from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Rows, rows_of


@command("market", example="binance-c2c market USDT MXN BUY --limit 5")
def market(
    shell: Shell,
    asset: AssetArgument = None,
    fiat: FiatArgument = None,
    side: SideArgument = None,
    *,
    asset_name: AssetOption = None,
    fiat_name: FiatOption = None,
    side_name: MarketSideOption = None,
    amount: Annotated[str | None, typer.Option("--amount", help="Only ads that take this much fiat money.")] = None,
    pay: Annotated[
        list[str] | None, typer.Option("--pay", help="Only ads with this payment method; repeatable.")
    ] = None,
    limit: LimitOption = 20,
) -> Rows:
    """The public ads of a coin, as everybody sees them, the best price first. Needs no key."""
    coin, currency, trade_side = market_of((asset, fiat, side), asset_name, fiat_name, side_name)
    with shell.client(signed=False) as client:
        found = client.market.iterate_search(
            asset=coin, fiat=currency, trade_type=trade_side.value, trans_amount=amount, pay_types=pay or None
        )
        rows = (market_row(one.adv, one.advertiser) for one in islice(found, limit))
        return rows_of(MARKET_COLUMNS, rows, spare=MARKET_SPARE)


COMMANDS = (market,)
