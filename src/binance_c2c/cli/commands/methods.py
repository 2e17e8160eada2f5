"""The command `methods`: your payment methods, or all that the exchange has."""

from typing import Annotated

import typer

from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Rows, label, rows_of


@command("methods", example="binance-c2c methods --sandbox")
def methods(
    shell: Shell,
    *,
    kinds: Annotated[bool, typer.Option("--all", help="List all that the exchange has, not yours.")] = False,
) -> Rows:
    """Payment methods that you have set up, without their account numbers; or all that the exchange has."""
    with shell.client() as client:
        if kinds:
            found = client.payment_methods.list()
            return rows_of(("method", "name", "type"), ((one.identifier, one.name, one.type_name) for one in found))
        mine = client.payment_methods.mine()
        return rows_of(
            ("pay_id", "method", "status", "ads"),
            ((str(one.pay_id), one.trade_method_identifier, label(one.pay_status), one.adv_count) for one in mine),
        )


COMMANDS = (methods,)
