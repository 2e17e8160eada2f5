"""Many signed calls in flight at once, beside aiohttp doing the same."""

import asyncio
import hashlib
import hmac
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp
import httpx

from binance_c2c import AsyncC2CClient
from binance_c2c._core.flow import long_pages
from binance_c2c._core.support import json as _json

if TYPE_CHECKING:
    from types import ModuleType

CALLS, ROUNDS = 1000, 11


def in_flight(plain_url: str, secured_url: str, key: str, secret: str, path: str) -> None:
    """Print microseconds a call, and the ratio to the rounds of the reference before and after."""
    for rows in (100, 1):
        for url, kind in ((plain_url, "fresh"), (plain_url, "seen"), (secured_url, "fresh")):
            base = f"{url}/{rows}/{kind}"
            plain, fast, alone = asyncio.run(_measure(base, key, secret, rows, path, tasks=50))
            over = "loopback" if url == plain_url else "TLS"
            print(f"50 signed calls in flight, rows: {rows}, {kind}, over {over} (µs a call; ratio to the first)")
            print(f"  {plain:9.1f}  {1:5.2f}  aiohttp + hmac + json.loads, to dicts")
            print(f"  {fast[0]:9.1f}  {fast[1]:5.2f}  AsyncC2CClient, to models, with the extra [fast]")
            print(f"  {alone[0]:9.1f}  {alone[1]:5.2f}  AsyncC2CClient, to models, standard library alone\n")
    growth(f"{plain_url}/1/fresh", key, secret)


def growth(url: str, key: str, secret: str) -> None:
    """Print the time of a call with many others in flight, beside that with few."""

    async def measure() -> list[tuple[float, float]]:
        async with AsyncC2CClient(api_key=key, api_secret=secret, base_url=url, timeout=60) as client:

            async def act() -> object:
                return await client.orders.history(trade_type="SELL")

            return [(await _round(act, 10), await _round(act, 500)) for _ in range(ROUNDS + 2)][2:]

    rounds = asyncio.run(measure())
    few, many = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(two / one for one, two in rounds)
    print("signed calls, 1 row (µs a call; ratio to the first)")
    print(f"  {few:9.1f}  {1:5.2f}  10 in flight\n  {many:9.1f}  {ratio:5.2f}  500 in flight\n")


async def _measure(
    url: str, key: str, secret: str, rows: int, path: str, *, tasks: int
) -> tuple[float, tuple[float, float], tuple[float, float]]:
    """The time of the reference, and for the SDK with and without msgspec the time and the ratio."""
    headers = {"X-MBX-APIKEY": key, "clientType": "web"}

    trust = aiohttp.TCPConnector(ssl=httpx.create_ssl_context())
    async with (
        aiohttp.ClientSession(connector=trust) as session,
        AsyncC2CClient(api_key=key, api_secret=secret, base_url=url) as client,
    ):

        async def plain() -> object:
            fields = {"page": 1, "rows": rows, "tradeType": "SELL", "recvWindow": 60000, "timestamp": _now_ms()}
            query = urlencode(sorted(fields.items()))
            signature = hmac.new(secret.encode(), query.encode(), hashlib.sha256).hexdigest()
            async with session.get(f"{url}{path}?{query}&signature={signature}", headers=headers) as answer:
                return json.loads(await answer.read())

        async def ours() -> object:
            return await client.orders.history(trade_type="SELL")

        rounds: list[list[float]] = []
        for _ in range(ROUNDS + 2):
            before, fast, between = await _round(plain, tasks), await _round(ours, tasks), await _round(plain, tasks)
            with without_msgspec():
                alone = await _round(ours, tasks)
            after = await _round(plain, tasks)
            rounds.append([between, fast, 2 * fast / (before + between), alone, 2 * alone / (between + after)])
    plain_us, *own = (statistics.median(column) for column in zip(*rounds[2:], strict=True))
    return plain_us, (own[0], own[1]), (own[2], own[3])


@contextmanager
def without_msgspec() -> Generator[None]:
    """Read answers with the standard library, as if the extra `[fast]` were not installed."""
    # Not `mock.patch`: making its mocks takes longer than a call.
    found: list[tuple[ModuleType, str, object]] = [
        (_json, "_reader", lambda: _json.read_with_stdlib),
        (long_pages, "_msgspec", lambda: None),
    ]
    before = [getattr(module, name) for module, name, _ in found]
    try:
        for module, name, other in found:
            setattr(module, name, other)
        yield
    finally:
        for (module, name, _), own in zip(found, before, strict=True):
            setattr(module, name, own)


async def _round(act: Callable[[], Awaitable[object]], tasks: int) -> float:
    numbers = iter(range(CALLS))

    async def work() -> None:
        for _ in numbers:
            await act()

    start = time.perf_counter()
    await asyncio.gather(*[work() for _ in range(tasks)])
    return (time.perf_counter() - start) / CALLS * 1e6


def _now_ms() -> int:
    return int(time.time() * 1000)
