"""Runs a test with each kind of client (sync, asyncio, uvloop, trio), and makes the bodies of answers."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, cast

import anyio
import attrs
import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy
from binance_c2c._core.transport import Answer
from binance_c2c.errors import C2CError
from binance_c2c.sandbox import Sandbox
from binance_c2c_sapi.models import OrderDetail, OrderRow

# The pair with which Binance's documents show how to sign.
KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
AT_ONCE = RetryPolicy(first_wait=0)
PATIENCE = (0.3, 1.0, 3.0, 10.0, 30.0)
"""Time limits for a call that is to be cut off half-way: the next is tried if a slow machine did not get so far."""

Kind = type[C2CClient] | type[AsyncC2CClient]
Act = Callable[[Any], Any]

both_clients = pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient])


class OnUvloop(AsyncC2CClient):
    """The client for tasks on the event loop of uvloop; its tests are skipped where that does not exist."""


class OnTrio(AsyncC2CClient):
    """The client for tasks of trio."""


over_sockets = pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient, OnUvloop, OnTrio])
"""Each way in which a request of a client's own connections reaches a socket."""

over_async_sockets = pytest.mark.parametrize("kind", [AsyncC2CClient, OnUvloop, OnTrio])


def given_to(kind: Kind, through: str) -> Any:
    """An httpx client, or a transport, of the caller's own for a client of this kind."""
    sync = issubclass(kind, C2CClient)
    # Without certificate authorities: loading them takes longer than a call over plain HTTP.
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if through == "transport":
        return (httpx.HTTPTransport if sync else httpx.AsyncHTTPTransport)(verify=trust)
    return (httpx.Client if sync else httpx.AsyncClient)(verify=trust, trust_env=False)


def on_its_loop(kind: Kind, play: Callable[..., Any], *given: Any) -> Any:
    """Run a coroutine function on the event loop for a client of this kind, and return its result."""
    if issubclass(kind, OnTrio):
        return anyio.run(play, *given, backend="trio")
    if issubclass(kind, OnUvloop):
        return pytest.importorskip("uvloop", reason="there is no uvloop for this system").run(play(*given))
    return asyncio.run(play(*given))


async def together(*acts: Callable[[], Awaitable[Any]]) -> list[Any]:
    """The results of several coroutine functions that run at the same time, on the event loop of any library."""
    results: list[Any] = [None] * len(acts)

    async def play(number: int, act: Callable[[], Awaitable[Any]]) -> None:
        results[number] = await act()

    async with anyio.create_task_group() as group:
        for number, act in enumerate(acts):
            group.start_soon(play, number, act)
    return results


def answer_of(response: httpx.Response) -> Answer:
    """A response of httpx's as the client's connections give it."""
    return Answer(response.status_code, response.headers.raw, response.content)


def settings(**changed: Any) -> dict[str, Any]:
    """A client's arguments, with a time-out that a slow machine under load does not reach."""
    return {"api_key": KEY, "api_secret": SECRET, "retry": AT_ONCE, "timeout": 120.0, **changed}


def run(kind: Kind, base_url: str, *acts: Act, **changed: Any) -> list[Any]:
    """The results of acts on a new client of this kind; an error of the SDK is a result too.

    Whatever is given as `http` is closed at the end.
    """
    chosen = settings(base_url=base_url, **changed)
    if issubclass(kind, C2CClient):
        with kind(**chosen) as client:
            results = [_attempt(act, client) for act in acts]
        if "http" in chosen:
            chosen["http"].close()
        return results
    return cast("list[Any]", on_its_loop(kind, _run_async, kind, chosen, acts))


async def _run_async(kind: type[AsyncC2CClient], chosen: dict[str, Any], acts: tuple[Act, ...]) -> list[Any]:
    async with kind(**chosen) as client:
        results = [await _attempt_async(act, client) for act in acts]
    if "http" in chosen:
        await chosen["http"].aclose()
    return results


def run_in_sandbox(kind: Kind, sandbox: Sandbox, account: str, act: Act) -> Any:
    """The result of one act on a client of this kind in the sandbox; an error of the SDK is a result too."""
    if issubclass(kind, C2CClient):
        with kind.in_sandbox(sandbox, account=account) as client:
            return _attempt(act, client)

    async def play() -> Any:
        async with kind.in_sandbox(sandbox, account=account) as client:
            return await _attempt_async(act, client)

    return on_its_loop(kind, play)


def _attempt(act: Act, client: Any) -> Any:
    try:
        return act(client)
    except C2CError as error:
        return error


async def _attempt_async(act: Act, client: Any) -> Any:
    try:
        result = act(client)
        return await result if isawaitable(result) else result
    except C2CError as error:
        return error


def answering(handler: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    """A transport for either client whose answers come from `handler`."""
    return httpx.MockTransport(handler)


def yes(data: Any = None, **more: Any) -> dict[str, Any]:
    """The envelope around a success."""
    return {"code": "000000", "message": "success", "data": data, "success": True, **more}


def order_data(number: object = "1", **more: Any) -> dict[str, Any]:
    """The fields that every answer about one order has."""
    return {**listed_order(number), "advOrderNumber": "2", "fiatUnit": "MXN", "price": "18.45", **more}


def listed_order(number: object = "1", **more: Any) -> dict[str, Any]:
    """The fields that every order in a list has."""
    row = {**past_order(number), "orderStatus": 2, "createTime": 1710460000000}
    del row["unitPrice"]
    return {**row, **more}


def order_row(number: str = "1", **fields: Any) -> OrderRow:
    """An order as lists contain it, with other values in some fields."""
    return attrs.evolve(OrderRow.from_dict(listed_order(number)), **fields)


def order_detail(number: str = "1", **fields: Any) -> OrderDetail:
    """An order as `orders.get` answers it, with other values in some fields."""
    return attrs.evolve(OrderDetail.from_dict(order_data(number)), **fields)


def past_order(number: object = "1", **more: Any) -> dict[str, Any]:
    """The fields that every order in the history has."""
    money = {"asset": "USDT", "fiat": "MXN", "amount": "271.00", "totalPrice": "4999.95", "unitPrice": "18.45"}
    return {"orderNumber": number, "advNo": "2", "tradeType": "SELL", "orderStatus": "COMPLETED", **money, **more}


def ad_data(number: object = "1", **more: Any) -> dict[str, Any]:
    """The fields that every ad has."""
    terms = {
        "price": "18.45",
        "surplusAmount": "3200.50",
        "minSingleTransAmount": "500",
        "maxSingleTransAmount": "20000",
    }
    return {"advNo": number, "tradeType": "SELL", "asset": "USDT", "fiatUnit": "MXN", **terms, **more}


def no(code: str = "187022", message: str = "refused") -> dict[str, Any]:
    """The body of a refusal by the C2C service."""
    return {"code": code, "message": message, "messageDetail": None, "data": None, "success": False}


def gateway(code: int, message: str = "refused") -> dict[str, Any]:
    """The body of a refusal by the gateway."""
    return {"code": code, "msg": message}
