"""Several processes behind one address, which share a budget of weight through Redis.

    REDIS_URL=redis://localhost:6379 python examples/fleet.py

With BINANCE_API_KEY and BINANCE_API_SECRET they call the exchange, without them a sandbox. Without a Redis each process
goes on with its share of the budget, and logs that. Needs `pip install "binance-c2c[redis,sandbox]"`.
"""

import multiprocessing
import os
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from binance_c2c import Budget, C2CClient, Fleet, errors

PROCESSES = 3
CALLS = 20
WEIGHT_A_MINUTE = 15
"""Far less than the exchange allows, so that the example soon reaches it."""
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379")


def work(number: int) -> int:
    """What each process does: call until the shared budget is used up. Returns the number of calls."""
    fleet = Fleet(REDIS_URL, name="example", processes=PROCESSES)
    calls = 0
    # A call that would wait for the next minute longer than `timeout` raises `RateLimitError`, and is not sent.
    with C2CClient.from_env(budget=Budget(ip=WEIGHT_A_MINUTE), fleet=fleet, timeout=5) as client:
        for _ in range(CALLS):
            try:
                client.ads.list()
            except errors.RateLimitError as held_back:
                print(f"process {number}  holds back for {held_back.retry_after:.0f} seconds", flush=True)
                break
            calls += 1
    return calls


@contextmanager
def exchange() -> Generator[None]:
    """Have the environment point to the exchange, or else to a sandbox."""
    if "BINANCE_API_KEY" in os.environ:
        yield
        return
    from binance_c2c.sandbox import Sandbox, serve  # noqa: PLC0415 - on the exchange it is not needed

    sandbox = Sandbox()
    key = sandbox.keys["merchant"]
    with serve(sandbox) as url:
        os.environ |= {"BINANCE_API_KEY": key.api_key, "BINANCE_API_SECRET": key.api_secret}
        os.environ["BINANCE_C2C_BASE_URL"] = url
        yield


if __name__ == "__main__":
    # A new interpreter for each process, as if the programs were started separately.
    new = multiprocessing.get_context("spawn")
    with exchange(), ProcessPoolExecutor(PROCESSES, mp_context=new) as pool:
        counts = list(pool.map(work, range(1, PROCESSES + 1)))
    print(f"together  {sum(counts)} of {PROCESSES * CALLS} calls were made")
