"""The commands `orders …`: list, show, history; mark as paid, release, cancel."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any

import typer

from binance_c2c.cli.export import export
from binance_c2c.cli.live.watch import watch
from binance_c2c.cli.shared.arguments import FromOption, LimitOption, SideOption, ToOption, optional_moment
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.outcomes import send_and_verify
from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Record, Rows, Value, label, rows_of
from binance_c2c.models import AuthType, CancelReason, OrderDetail, OrderRow, OrderStatus, TradeType

_COLUMNS = ("order_number", "side", "status", "amount", "asset", "total", "fiat", "price", "counterparty", "created")
_SPARE = ("method", "commission", "price", "created", "counterparty", "amount", "asset")
"""Columns that are left out on a narrow terminal, the least important first."""
_FIELD_OF_FACTOR = {"GOOGLE": "google_verify_code", "SMS": "mobile_verify_code"}

_Number = Annotated[str, typer.Argument(help="The order's number.")]
_States = Annotated[
    list[str] | None, typer.Option("--status", help="Only orders in this state, such as wait_for_release; repeatable.")
]


@command("list", example="binance-c2c orders list --status wait_for_release")
def list_orders(shell: Shell, *, status: _States = None, side: SideOption = None, limit: LimitOption = 50) -> Rows:
    """Your orders, the newest first."""
    wanted = [_status(name) for name in status or ()]
    with shell.client() as client:
        found = client.orders.iterate_list(
            order_status_list=wanted or None, trade_type=None if side is None else side.value
        )
        return rows_of(_COLUMNS, (_row(order) for order in islice(found, limit)), spare=_SPARE[2:])


def _status(name: str) -> OrderStatus:
    try:
        return OrderStatus[name.upper()]
    except KeyError:
        message = f"--status: one of {', '.join(one.name.lower() for one in OrderStatus)} is expected, not {name!r}"
        raise CommandError(message, Status.USAGE) from None


def _row(order: OrderRow | OrderDetail) -> Sequence[Value]:
    is_buyer = order.trade_type is TradeType.BUY
    return (
        order.order_number,
        label(order.trade_type),
        label(order.order_status),
        order.amount,
        order.asset,
        order.total_price,
        order.fiat,
        _price(order),
        order.seller_nickname if is_buyer else order.buyer_nickname,
        order.create_time,
    )


def _price(order: OrderRow | OrderDetail) -> Decimal | None:
    """The price of one coin. Lists of orders lack it: then it is worked out, if just one price gives this amount."""
    if order.price is not None or not (order.amount and order.total_price):
        return order.price
    step = Decimal(order.price_ticket_size or 0)
    # The exchange may have rounded the amount, by less than this.
    rounding = Decimal(order.asset_ticket_size or 0)
    if not (step and rounding):
        return None
    near = (order.total_price / order.amount / step).to_integral_value() * step
    found = [
        price
        for price in (near - step, near, near + step)
        if price > 0 and abs(order.total_price / price - order.amount) < rounding
    ]
    return found[0] if len(found) == 1 else None


@command("show", example="binance-c2c orders show 22784000000000000002 --sandbox")
def show(shell: Shell, order_number: _Number) -> Record:
    """One order, with its deadlines and how it is paid. Names and account numbers of people are left out."""
    with shell.client() as client:
        return _record(client.orders.get(order_number=order_number))


def _record(order: OrderDetail) -> Record:
    return Record(
        {
            **dict(zip(_COLUMNS, _row(order), strict=True)),
            "adv_no": order.adv_no,
            "pay_type": order.pay_type,
            "pay_until": order.notify_pay_end_time,
            "paid": order.notify_pay_time,
            "released": order.confirm_pay_time,
            "cancelled": order.cancel_time,
            "commission": order.commission,
            "unread": order.chat_unread_count,
        }
    )


@command("history", example="binance-c2c orders history --from 2026-11-01 --csv")
def history(
    shell: Shell, *, since: FromOption = None, until: ToOption = None, side: SideOption = None, limit: LimitOption = 100
) -> Rows:
    """Your past orders, of the last 30 days unless a time is given, the newest first. Goes back six months."""
    start, end = optional_moment("--from", since, utc=shell.utc), optional_moment("--to", until, utc=shell.utc)
    with shell.client() as client:
        found = client.orders.iterate_history(
            start=start, end=end, trade_type=None if side is None else side.value, rows=min(limit, 100)
        )
        return rows_of(
            (*_COLUMNS, "commission", "method"),
            (
                (
                    one.order_number,
                    label(one.trade_type),
                    label(one.order_status),
                    one.amount,
                    one.asset,
                    one.total_price,
                    one.fiat,
                    one.unit_price,
                    one.counter_part_nick_name,
                    one.create_time,
                    one.commission,
                    one.pay_method_name,
                )
                for one in islice(found, limit)
            ),
            spare=_SPARE,
        )


@command("paid", asks=True, example="binance-c2c orders paid 22784000000000000004 --sandbox --yes")
def paid(shell: Shell, order_number: _Number) -> Record:
    """Tell the seller that you have sent the money."""
    with shell.client() as client:
        order = client.orders.get(order_number=order_number)
        shell.confirm(
            [f"This tells {order.seller_nickname} that you have sent {_money(order)} for order {order_number}."]
        )

        def look() -> str | None:
            return _status_if_reached(client.orders.get(order_number=order_number), *_AFTER_PAYMENT)

        send_and_verify(shell, lambda: client.orders.mark_paid(order_number=order_number), look)
        return _record(client.orders.get(order_number=order_number))


@command("release", asks=True, example="binance-c2c orders release 22784000000000000002 --code-fd 3 3<code.txt")
def release(
    shell: Shell,
    order_number: _Number,
    *,
    factor: Annotated[
        str, typer.Option("--factor", help="Which second factor: GOOGLE, SMS, FUND_PWD or FIDO2.")
    ] = "GOOGLE",
    code_fd: Annotated[int | None, typer.Option("--code-fd", help="Read the code from this file descriptor.")] = None,
) -> Record:
    """Give the coins of an order to the buyer. Cannot be undone. The code is asked for without echo."""
    factor = factor.upper()
    if factor not in set(AuthType):
        message = f"--factor: one of {', '.join(AuthType)} is expected, not {factor!r}"
        raise CommandError(message, Status.USAGE)
    with shell.client() as client:
        order = client.orders.get(order_number=order_number)
        if order.order_status is not OrderStatus.WAIT_FOR_RELEASE:
            message = f"nothing was sent: order {order_number} is not marked as paid, it is {label(order.order_status)}"
            raise CommandError(message)
        shell.confirm(
            [
                f"This gives {order.amount:f} {order.asset} to {order.buyer_nickname}, for good.",
                f"Make sure that {_money(order)} has arrived on your account.",
            ]
        )
        code = _second_factor(client, shell, factor, code_fd)

        def look() -> str | None:
            return _status_if_reached(
                client.orders.get(order_number=order_number), OrderStatus.COMPLETED, OrderStatus.DISTRIBUTING
            )

        send_and_verify(shell, lambda: client.orders.release(order_number=order_number, **code), look)
        return _record(client.orders.get(order_number=order_number))


def _second_factor(client: Any, shell: Shell, factor: str, descriptor: int | None) -> dict[str, Any]:
    """The second factor as arguments of the call."""
    if factor == AuthType.FIDO2:
        return {"auth_type": factor}
    if factor == AuthType.FUND_PWD:
        from binance_c2c.fund_password import encrypted  # noqa: PLC0415 - few need it

        key = client.keys.rsa_public_key()
        return {
            "auth_type": factor,
            "code": encrypted(shell.secret("Fund password", descriptor, option="--code-fd"), key),
        }
    return {
        "auth_type": factor,
        _FIELD_OF_FACTOR[factor]: shell.secret(f"{factor} code", descriptor, option="--code-fd"),
    }


@command("cancel", asks=True, example="binance-c2c orders cancel 22784000000000000004 --sandbox --yes")
def cancel(
    shell: Shell,
    order_number: _Number,
    *,
    reason: Annotated[
        str, typer.Option("--reason", help="Why, such as changed_mind or payment_method_problem.")
    ] = "changed_mind",
    words: Annotated[str | None, typer.Option("--words", help="The reason in words, with --reason other.")] = None,
) -> Record:
    """Cancel an unpaid order in which you are the buyer. Too many cancellations in a day lock the account."""
    try:
        why = CancelReason[reason.upper()]
    except KeyError:
        message = f"--reason: one of {', '.join(one.name.lower() for one in CancelReason)} is expected, not {reason!r}"
        raise CommandError(message, Status.USAGE) from None
    with shell.client() as client:
        order = client.orders.get(order_number=order_number)
        shell.confirm([f"This cancels order {order_number} of {_money(order)} with {order.seller_nickname}, for good."])

        def look() -> str | None:
            return _status_if_reached(client.orders.get(order_number=order_number), OrderStatus.CANCELLED)

        send_and_verify(
            shell,
            lambda: client.orders.cancel(
                order_number=order_number, order_cancel_reason_code=why, order_cancel_additional_info=words
            ),
            look,
        )
        return _record(client.orders.get(order_number=order_number))


_AFTER_PAYMENT = (
    OrderStatus.WAIT_FOR_RELEASE,
    OrderStatus.DISTRIBUTING,
    OrderStatus.COMPLETED,
    OrderStatus.IN_APPEAL,
)


def _status_if_reached(order: OrderDetail, *wanted: OrderStatus) -> str | None:
    return f"the order is {label(order.order_status)}" if order.order_status in wanted else None


def _money(order: OrderDetail) -> str:
    return f"{order.total_price:f} {order.fiat}"


COMMANDS = (list_orders, show, watch, paid, release, cancel, history, export)
