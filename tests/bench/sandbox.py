"""The sandbox with few and with many orders: the time of a request must not grow with their number."""

import time
from collections.abc import Callable

from binance_c2c import C2CClient
from binance_c2c.sandbox import Sandbox
from tests.support.trade import FACTOR, an_ad, an_order

SMALL, LARGE = 100, 10_000
ORDERS_AN_AD, CALLS = 500, 400


def sandbox() -> None:
    """Print microseconds a request, client and signing included, in process."""
    small, large = _filled(SMALL), _filled(LARGE)
    print(f"the sandbox in process, {SMALL} and {LARGE} orders in it (µs a request, 10 rows; ratio)")
    with C2CClient.in_sandbox(small) as few, C2CClient.in_sandbox(large) as many:
        for name, act in ACTS.items():
            one, other = _time(few, act), _time(many, act)
            print(f"  {one:9.1f}  {other:9.1f}  {other / one:5.2f}  {name}")
    print()


ACTS: dict[str, Callable[[C2CClient], object]] = {
    "orders.list": lambda client: client.orders.list(rows=10),
    "orders.list, released": lambda client: client.orders.list(rows=10, order_status_list=[4]),
    "orders.history": lambda client: client.orders.history(trade_type="SELL", rows=10),
    "ads.list": lambda client: client.ads.list(rows=1),
    "ads.search": lambda client: client.ads.search(asset="USDT", fiat="MXN", trade_type="BUY", rows=1),
}


def _filled(orders: int) -> Sandbox:
    exchange = Sandbox(limits=None, empty=True)
    with C2CClient.in_sandbox(exchange) as seller, C2CClient.in_sandbox(exchange, account="taker") as buyer:
        adv_no = ""
        for number in range(orders):
            if number % ORDERS_AN_AD == 0:
                adv_no = seller.ads.post(**an_ad(init_amount=220, min_single_trans_amount="7.38"))
            placed = buyer.orders.place(**an_order(adv_no, total_amount="7.38"))
            order_number = placed.order_match.order_number
            buyer.orders.mark_paid(order_number=order_number)
            seller.orders.release(order_number=order_number, **FACTOR)
    return exchange


def _time(client: C2CClient, act: Callable[[C2CClient], object]) -> float:
    act(client)
    start = time.perf_counter()
    for _ in range(CALLS):
        act(client)
    return (time.perf_counter() - start) / CALLS * 1e6
