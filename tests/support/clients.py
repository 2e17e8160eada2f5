"""One test for both clients: what is written for one is carried out by either."""

import asyncio
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy
from binance_c2c._transport.tasks import TaskTransport
from binance_c2c.errors import C2CError
from binance_c2c.sandbox import Sandbox

# The pair with which Binance's documents show how to sign.
KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
AT_ONCE = RetryPolicy(first_wait=0)

Kind = type[C2CClient] | type[AsyncC2CClient]
Act = Callable[[Any], Any]

both_clients = pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient])


class WithoutAiohttp(AsyncC2CClient):
    """The client for tasks where the extra `[aiohttp]` is not installed."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if self._driver._http is None:
            self._driver._http = TaskTransport()


over_sockets = pytest.mark.parametrize("kind", [C2CClient, AsyncC2CClient, WithoutAiohttp])
"""Each way in which a request reaches a socket."""


def settings(**changed: Any) -> dict[str, Any]:
    return {"api_key": KEY, "api_secret": SECRET, "retry": AT_ONCE, **changed}


def run(kind: Kind, base_url: str, *acts: Act, **changed: Any) -> list[Any]:
    """What each of the acts gives on a new client of this kind; an error of ours is a result like any other.

    Whatever is given as `http` is closed at the end.
    """
    chosen = settings(base_url=base_url, **changed)
    if issubclass(kind, C2CClient):
        with kind(**chosen) as client:
            results = [_attempt(act, client) for act in acts]
        if "http" in chosen:
            chosen["http"].close()
        return results
    return asyncio.run(_run_async(kind, chosen, acts))


async def _run_async(kind: type[AsyncC2CClient], chosen: dict[str, Any], acts: tuple[Act, ...]) -> list[Any]:
    async with kind(**chosen) as client:
        results = [await _attempt_async(act, client) for act in acts]
    if "http" in chosen:
        await chosen["http"].aclose()
    return results


def run_in_sandbox(kind: Kind, sandbox: Sandbox, account: str, act: Act) -> Any:
    """What one act gives on a client of this kind in the sandbox; an error of ours is a result like any other."""
    if issubclass(kind, C2CClient):
        with kind.in_sandbox(sandbox, account=account) as client:
            return _attempt(act, client)

    async def play() -> Any:
        async with kind.in_sandbox(sandbox, account=account) as client:
            return await _attempt_async(act, client)

    return asyncio.run(play())


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
    """A transport for either client that has `handler` answer."""
    return httpx.MockTransport(handler)


def yes(data: Any = None, **more: Any) -> dict[str, Any]:
    """The envelope around a success."""
    return {"code": "000000", "message": "success", "data": data, "success": True, **more}


def no(code: str = "187022", message: str = "refused") -> dict[str, Any]:
    """What the C2C service says when it refuses."""
    return {"code": code, "message": message, "messageDetail": None, "data": None, "success": False}


def gateway(code: int, message: str = "refused") -> dict[str, Any]:
    """What the gateway says when it refuses."""
    return {"code": code, "msg": message}
