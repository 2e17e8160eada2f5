"""What a type checker tells the users of the SDK."""

import re
from pathlib import Path
from types import NoneType
from typing import Any, get_type_hints

import pytest
from mypy import api

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c._core import auth, flow, limits
from binance_c2c._core.client.options import AsyncClientOptions, ClientOptions

REPOSITORY = Path(__file__).parents[2]
PROGRAM = """
from datetime import datetime
from decimal import Decimal
import binance_c2c
from binance_c2c import AsyncC2CClient, C2CClient, Call, Page, RetryPolicy, errors, models
from binance_c2c.models import OrderStatus
from binance_c2c_sapi.resources.orders import build_get

def repricing(client: C2CClient) -> Decimal | None:
    page: Page[models.AdSearchRow] = client.ads.search(asset="USDT", fiat="MXN", trade_type="BUY", rows=20)
    prices = [row.adv.price for row in page]
    name: str | None = page[0].advertiser.nick_name
    print(name, page.total, page.page)
    return min(prices, default=None)

async def watching(client: AsyncC2CClient) -> None:
    async for order in client.orders.iterate_list(order_status_list=[1, OrderStatus.WAIT_FOR_RELEASE]):
        worth: Decimal = order.total_price
        print(worth)
        detail = await client.orders.get(order_number=order.order_number)
        created: datetime | None = detail.create_time
        print(created, detail.to_dict())

call: Call[models.OrderDetail] = build_get(order_number="1")
def turnover(client: C2CClient) -> Decimal:
    return sum((row.total_price for row in client.orders.history(trade_type="SELL")), Decimal())

with C2CClient.from_env(retry=RetryPolicy(attempts=1)) as client:
    number: str = client.send(call).order_number
    status: int = client.exchange(call).status
    client.ads.search(asset="USDT", fiat="MXN", trade_type="BYU")  # wrong: no such side
    client.ads.post(asset="USDT", price=18.45)  # wrong: a float, and much is missing
    client.orders.get("1")  # wrong: keyword-only
    client.orders.get(orderNumber="1")  # wrong: the wire name
    client.orders.release(order_number=number).price  # wrong: gives nothing
    C2CClient.from_env(timeuot=1.0)  # wrong: no such argument
    AsyncC2CClient.in_sandbox(recv_window="1")  # wrong: a word for a number
    print(binance_c2c.C2CCleint)  # wrong: no such name
    print(models.AdSerachRow)  # wrong: no such model
"""


def test_a_users_program_is_checked(tmp_path: Path):
    """A strict mypy has nothing to say of right code, and names each wrong line, typing errors in values among them."""
    program = tmp_path / "bot.py"
    program.write_text(PROGRAM, encoding="utf-8")
    told, _, _ = api.run(["--strict", "--config-file=", f"--cache-dir={REPOSITORY / '.mypy_cache'}", str(program)])
    wrong = {number for number, line in enumerate(PROGRAM.split("\n"), 1) if "# wrong" in line}

    assert wrong == {int(number) for number in re.findall(r"bot\.py:(\d+): error", told)}, told


@pytest.mark.parametrize(
    ("client", "options"), [(C2CClient, ClientOptions), (AsyncC2CClient, AsyncClientOptions)], ids=["sync", "async"]
)
def test_what_the_other_constructors_take_is_what_the_class_takes(client: Any, options: type):
    """`from_env` and `in_sandbox` know each keyword argument of the class by name and type, and no other."""
    # Types that are loaded with the first client, or with what few programs give: the class names them in quotes.
    names = {name: getattr(package, name) for package in (auth, flow, limits) for name in package.__all__}
    taken = get_type_hints(client.__init__, localns=names)

    assert taken.pop("return") is NoneType
    assert taken == get_type_hints(options)
