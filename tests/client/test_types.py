"""What a type checker tells the users of the SDK."""

import re
from pathlib import Path

from mypy import api

REPOSITORY = Path(__file__).parents[2]
PROGRAM = """
from datetime import datetime
from decimal import Decimal
import binance_c2c
from binance_c2c import AsyncC2CClient, C2CClient, Call, Page, RetryPolicy, errors, models
from binance_c2c_sapi.resources.orders import build_get

def repricing(client: C2CClient) -> Decimal | None:
    page: Page[models.AdSearchRow] = client.ads.search(asset="USDT", fiat="MXN", trade_type="BUY", rows=20)
    prices = [row.adv.price for row in page if row.adv.price is not None]
    name: str | None = page[0].advertiser.nick_name
    print(name, page.total, page.page)
    return min(prices, default=None)

async def watching(client: AsyncC2CClient) -> None:
    async for order in client.orders.iterate_list(order_status_list=[1, models.OrderStatus.WAIT_FOR_RELEASE]):
        detail = await client.orders.get(order_number=order.order_number)
        created: datetime | None = detail.create_time
        print(created, detail.to_dict())

call: Call[models.OrderDetail] = build_get(order_number="1")
with C2CClient.from_env(retry=RetryPolicy(attempts=1)) as client:
    number: str = client.send(call).order_number
    status: int = client.exchange(call).status
    client.ads.search(asset="USDT", fiat="MXN", trade_type="BYU")  # wrong: no such side
    client.ads.post(asset="USDT", price=18.45)  # wrong: a float, and much is missing
    client.orders.get("1")  # wrong: keyword-only
    client.orders.get(orderNumber="1")  # wrong: the wire name
    client.orders.release(order_number=number).price  # wrong: gives nothing
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
