"""The commands `ads …`: search the ads of others; list, show, post, reprice and switch your own."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any

import typer

from binance_c2c import C2CClient
from binance_c2c.cli.shared.arguments import (
    AssetArgument,
    AssetOption,
    FiatArgument,
    FiatOption,
    LimitOption,
    MarketSideOption,
    Side,
    SideArgument,
    SideOption,
    market_of,
    money,
)
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.outcomes import send_and_verify
from binance_c2c.cli.shared.registry import Command, command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Record, Rows, Value, label, rows_of
from binance_c2c.models import Ad, AdStatus, PriceType

MARKET_COLUMNS = ("adv_no", "price", "smallest", "largest", "quantity", "methods", "nickname", "orders", "finish_rate")
MARKET_SPARE = ("quantity", "orders", "finish_rate", "adv_no", "methods")
"""Columns that are left out on a narrow terminal, the least important first."""
_COLUMNS = ("adv_no", "side", "asset", "fiat", "price", "left", "smallest", "largest", "status", "methods")
_SPARE = ("methods", "left", "smallest", "largest")

_Number = Annotated[str, typer.Argument(help="The ad's number.")]
_Numbers = Annotated[list[str], typer.Argument(help="Numbers of ads.")]
_Amount = Annotated[str | None, typer.Option("--amount", help="Only ads that take this much fiat money.")]
_Pay = Annotated[
    list[str] | None, typer.Option("--pay", help="Only ads with this payment method, such as SPEI; repeatable.")
]


@command("search", example="binance-c2c ads search USDT MXN BUY --amount 2000")
def search(
    shell: Shell,
    asset: AssetArgument = None,
    fiat: FiatArgument = None,
    side: SideArgument = None,
    *,
    asset_name: AssetOption = None,
    fiat_name: FiatOption = None,
    side_name: MarketSideOption = None,
    amount: _Amount = None,
    pay: _Pay = None,
    limit: LimitOption = 20,
) -> Rows:
    """Ads of all merchants that you could take, the best price first."""
    coin, currency, trade_side = market_of((asset, fiat, side), asset_name, fiat_name, side_name)
    with shell.client() as client:
        found = client.ads.iterate_search(
            asset=coin, fiat=currency, trade_type=trade_side.value, trans_amount=amount, pay_types=pay or None
        )
        rows = (market_row(one.adv, one.advertiser) for one in islice(found, limit))
        return rows_of(MARKET_COLUMNS, rows, spare=MARKET_SPARE)


def market_row(ad: Ad, advertiser: Any) -> Sequence[Value]:
    """The values of a public ad, in the order of `MARKET_COLUMNS`."""
    return (
        ad.adv_no,
        ad.price,
        ad.min_single_trans_amount,
        ad.dynamic_max_single_trans_amount or ad.max_single_trans_amount,
        ad.tradable_quantity or ad.surplus_amount,
        _methods(ad),
        advertiser.nick_name,
        advertiser.month_order_count,
        advertiser.month_finish_rate,
    )


_StatusOption = Annotated[
    str | None, typer.Option("--status", help="Only ads in this state: online, offline or closed.")
]


@command("mine", example="binance-c2c ads mine --status online")
def mine(shell: Shell, *, status: _StatusOption = None, side: SideOption = None, limit: LimitOption = 100) -> Rows:
    """Your own ads."""
    wanted = None if status is None else _status(status)
    with shell.client() as client:
        found = client.ads.iterate_list(adv_status=wanted, trade_type=None if side is None else side.value)
        return rows_of(_COLUMNS, (_row(ad) for ad in islice(found, limit)), spare=_SPARE)


def _status(name: str) -> AdStatus:
    try:
        return AdStatus[name.upper()]
    except KeyError:
        message = f"--status: online, offline or closed is expected, not {name!r}"
        raise CommandError(message, Status.USAGE) from None


def _row(ad: Ad) -> Sequence[Value]:
    return (
        ad.adv_no,
        label(ad.trade_type),
        ad.asset,
        ad.fiat,
        ad.price,
        ad.surplus_amount,
        ad.min_single_trans_amount,
        ad.max_single_trans_amount,
        label(ad.adv_status),
        _methods(ad),
    )


def _methods(ad: Ad) -> str:
    return ", ".join(one.identifier or one.pay_type or "?" for one in ad.trade_methods or ())


@command("show", example="binance-c2c ads show 12784000000000000013 --sandbox")
def show(shell: Shell, adv_no: _Number) -> Record:
    """One of your ads, with its terms."""
    with shell.client() as client:
        return _record(client.ads.get(adv_no=adv_no))


def _record(ad: Ad) -> Record:
    return Record(
        {
            **dict(zip(_COLUMNS, _row(ad), strict=True)),
            "price_type": label(ad.price_type),
            "floating_ratio": ad.price_floating_ratio,
            "quantity": ad.init_amount,
            "pay_time_limit": ad.pay_time_limit,
            "remarks": ad.remarks,
            "auto_reply": ad.auto_reply_msg,
            "created": ad.create_time,
            "updated": ad.adv_update_time,
        }
    )


@command(
    "post",
    asks=True,
    example="binance-c2c ads post USDT MXN SELL --price 18.45 --quantity 500 --min 500 --max 5000 --pay-id 40100200",
)
def post(
    shell: Shell,
    asset: AssetArgument = None,
    fiat: FiatArgument = None,
    side: SideArgument = None,
    *,
    asset_name: AssetOption = None,
    fiat_name: FiatOption = None,
    side_name: MarketSideOption = None,
    price: Annotated[str, typer.Option("--price", help="Fiat money for one coin.")],
    quantity: Annotated[str, typer.Option("--quantity", help="How many coins in all.")],
    smallest: Annotated[str, typer.Option("--min", help="The smallest order, in fiat money.")],
    largest: Annotated[str, typer.Option("--max", help="The largest order, in fiat money.")],
    pay_id: Annotated[list[int], typer.Option("--pay-id", help="A pay_id listed by `methods`; repeatable.")],
    pay_time: Annotated[int, typer.Option("--pay-time", help="Minutes within which the buyer has to pay.")] = 15,
    classify: Annotated[str, typer.Option("--classify", help="The market, such as mass or profession.")] = "mass",
    remarks: Annotated[str | None, typer.Option("--remarks", help="Terms, shown to everybody.")] = None,
    auto_reply: Annotated[str | None, typer.Option("--auto-reply", help="The first message of the chat.")] = None,
) -> Record:
    """Publish an ad at a fixed price."""
    coin, currency, trade_side = market_of((asset, fiat, side), asset_name, fiat_name, side_name)
    options = (("--price", price), ("--quantity", quantity), ("--min", smallest), ("--max", largest))
    numbers = tuple(money(option, given) for option, given in options)
    with shell.client() as client:
        mine = {method.pay_id: method.trade_method_identifier for method in client.payment_methods.mine()}
        unknown = [str(one) for one in pay_id if one not in mine]
        if unknown:
            message = (
                f"nothing was sent: --pay-id {unknown[0]} is none of your payment methods. Next: binance-c2c methods"
            )
            raise CommandError(message, Status.USAGE)
        paid_by = ", ".join(str(mine[one]) for one in pay_id)
        verb = "sells" if trade_side is Side.SELL else "buys"
        shell.confirm(
            [
                f"This publishes an ad that {verb} {quantity} {coin} at {price} {currency} each,",
                f"in orders of {smallest} to {largest} {currency}, paid by {paid_by}.",
            ]
        )
        terms: dict[str, Any] = {"asset": coin, "fiat": currency, "trade_type": trade_side.value}

        def write() -> str:
            return client.ads.post(
                **terms,
                classify=classify,  # type: ignore[arg-type] # any word: the SDK says which there are
                price_type=PriceType.FIXED,
                price=price,
                init_amount=quantity,
                min_single_trans_amount=smallest,
                max_single_trans_amount=largest,
                pay_time_limit=pay_time,
                buyer_kyc_limit=0,
                trade_methods=[{"identifier": mine[one], "pay_id": one} for one in pay_id],
                remarks=remarks,
                auto_reply_msg=auto_reply,
            )

        before = {ad.adv_no for ad in client.ads.list(**terms, rows=100)}
        new_numbers: list[str] = []

        def look() -> str | None:
            # Another program of the account may have posted one meanwhile.
            alike = (ad for ad in client.ads.list(**terms, rows=100) if _numbers_of(ad) == numbers)
            new_numbers.extend(ad.adv_no for ad in alike if ad.adv_no not in before)
            return f"ad {new_numbers[0]} is new" if new_numbers else None

        posted = send_and_verify(shell, write, look) or new_numbers[0]
        return _record(client.ads.get(adv_no=str(posted)))


def _numbers_of(ad: Ad) -> tuple[Decimal | None, ...]:
    """Price, quantity, and the smallest and the largest order of an ad."""
    return ad.price, ad.init_amount, ad.min_single_trans_amount, ad.max_single_trans_amount


@command("reprice", asks=True, example="binance-c2c ads reprice 12784000000000000013 18.40 --sandbox --yes")
def reprice(
    shell: Shell, adv_no: _Number, price: Annotated[str, typer.Argument(help="Fiat money for one coin.")]
) -> Record:
    """Change the price of one of your ads."""
    wanted = money("PRICE", price)
    with shell.client() as client:
        ad = client.ads.get(adv_no=adv_no)
        if ad.price_type is not PriceType.FIXED:
            message = f"nothing was sent: the price of ad {adv_no} is {label(ad.price_type)}: it follows the market"
            raise CommandError(message)
        shell.confirm([f"This changes the price of ad {adv_no} from {ad.price:f} to {price} {ad.fiat}."])

        def look() -> str | None:
            found = client.ads.get(adv_no=adv_no).price
            return f"the price is {price}" if found == wanted else None

        send_and_verify(shell, lambda: client.ads.update(adv_no=adv_no, update_mode="selective", price=price), look)
        return _record(client.ads.get(adv_no=adv_no))


def _status_command(name: str, status: AdStatus, about: str, action: str) -> Command:
    def switch(shell: Shell, adv_no: _Numbers) -> Rows:
        with shell.client() as client:
            shell.confirm([f"This {action}: {', '.join(adv_no)}."])
            result = send_and_verify(
                shell,
                lambda: client.ads.update_status(adv_nos=adv_no, adv_status=status),
                lambda: _status_if_all_reached(client, adv_no, status),
            )
            failed = {one.adv_no: one.error_msg for one in getattr(result, "fail_list", None) or ()}
            found = (client.ads.get(adv_no=one) for one in adv_no)
            rows = rows_of(
                ("adv_no", "status", "refused"),
                ((ad.adv_no, label(ad.adv_status), failed.get(ad.adv_no)) for ad in found),
            )
        if failed:
            shell.show(rows)
            message = f"{len(failed)} of {len(adv_no)} ads were refused: {', '.join(map(str, failed))}"
            raise CommandError(message)
        return rows

    switch.__doc__ = about
    return command(name, asks=True, example=f"binance-c2c ads {name} 12784000000000000013 --sandbox --yes")(switch)


def _status_if_all_reached(client: C2CClient, numbers: Sequence[str], status: AdStatus) -> str | None:
    found = [client.ads.get(adv_no=number).adv_status for number in numbers]
    return f"they are {label(status)}" if found == [status] * len(found) else None


COMMANDS = (
    *(search, mine, show, post, reprice),
    _status_command("online", AdStatus.ONLINE, "Put ads of yours online.", "puts these ads online"),
    _status_command("offline", AdStatus.OFFLINE, "Take ads of yours offline.", "takes these ads offline"),
    _status_command("close", AdStatus.CLOSED, "Close ads of yours, for good.", "closes these ads for good"),
)
