"""The two drivers: they sign, send and sleep, and decide nothing.

Without a client of the caller's own, requests go straight to a transport: `httpx.Client.send` adds cookies, redirects
and hooks that a signed call never wants. Proxies are that client's business; so where the environment names one, or the
caller gives a client, calls go through it.
"""

import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.request import getproxies

import httpx

from binance_c2c._clock import Clock
from binance_c2c._fleet import AsyncLink, Link
from binance_c2c._flow import Flow, Send, Wait
from binance_c2c._judge import Exchange
from binance_c2c.errors import ConfigurationError
from binance_c2c_sapi.calls import Call

T = TypeVar("T")


class Driver:
    """Carries conversations out, for as many threads as like."""

    def __init__(
        self,
        flow: Flow,
        auth: httpx.Auth,
        http: httpx.Client | httpx.BaseTransport | None,
        sleep: Callable[[float], None] = time.sleep,
        *,
        fleet: Link | None = None,
        clock: Clock | None = None,
    ) -> None:
        _check_http(http, httpx.Client, httpx.BaseTransport)
        self._flow = flow
        self._auth = auth
        self._http = http
        self._owned = http is None
        self._sleep = sleep
        self._fleet = fleet
        self._clock = clock or Clock()
        self._opening = threading.Lock()
        self._closed = False

    def send(self, call: Call[T], /) -> T:
        return self.exchange(call).value

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def exchange(self, call: Call[T], /) -> Exchange[T]:
        conversation = self._flow.conversation(call)
        outcome: Any = None
        while True:
            try:
                step = conversation.send(outcome)
            except StopIteration as done:
                result: Exchange[T] = done.value
                return result
            outcome = None
            if isinstance(step, Send):
                try:
                    outcome = self._send(step.request)
                except httpx.RequestError as error:
                    outcome = error
            elif isinstance(step, Wait):
                self._sleep(step.seconds)
            elif self._fleet is not None:
                outcome = self._fleet.ask(step)

    def close(self) -> None:
        with self._opening:
            self._closed = True
            if self._owned and self._http is not None:
                self._http.close()
        if self._fleet is not None:
            self._fleet.close()

    def _send(self, request: httpx.Request) -> httpx.Response:
        http = self._open()
        if isinstance(http, httpx.Client):
            _check_open(http)
            return http.send(request, auth=self._auth, follow_redirects=False)
        steps = self._auth.sync_auth_flow(request)
        try:
            leaving = next(steps)
            while True:
                try:
                    response = _one(http, leaving)
                except httpx.RequestError as error:
                    # The signer, too, wants to know: others may wait for the same answer.
                    leaving = steps.throw(error)
                else:
                    try:
                        leaving = steps.send(response)
                    except StopIteration:
                        return response
        finally:
            steps.close()

    def _open(self) -> httpx.Client | httpx.BaseTransport:
        if self._http is None or self._closed:
            with self._opening:
                if self._closed:
                    message = "the client is closed"
                    raise ConfigurationError(message)
                if self._http is None:
                    self._http = httpx.Client() if proxies_are_set() else httpx.HTTPTransport()
        return self._http


class AsyncDriver:
    """The same for as many tasks as like."""

    def __init__(
        self,
        flow: Flow,
        auth: httpx.Auth,
        http: httpx.AsyncClient | httpx.AsyncBaseTransport | None,
        sleep: Callable[[float], Awaitable[None]] | None = None,
        *,
        fleet: AsyncLink | None = None,
        clock: Clock | None = None,
    ) -> None:
        _check_http(http, httpx.AsyncClient, httpx.AsyncBaseTransport)
        self._flow = flow
        self._auth = auth
        self._http = http
        self._owned = http is None
        self._sleep = sleep or _sleep
        self._fleet = fleet
        self._clock = clock or Clock()
        self._closed = False

    async def send(self, call: Call[T], /) -> T:
        return (await self.exchange(call)).value

    def now_ms(self) -> int:
        return self._clock.now_ms()

    async def exchange(self, call: Call[T], /) -> Exchange[T]:
        conversation = self._flow.conversation(call)
        outcome: Any = None
        while True:
            try:
                step = conversation.send(outcome)
            except StopIteration as done:
                result: Exchange[T] = done.value
                return result
            outcome = None
            if isinstance(step, Send):
                try:
                    outcome = await self._send(step.request)
                except httpx.RequestError as error:
                    outcome = error
            elif isinstance(step, Wait):
                await self._sleep(step.seconds)
            elif self._fleet is not None:
                outcome = await self._fleet.ask(step)

    async def aclose(self) -> None:
        self._closed = True
        if self._owned and self._http is not None:
            await self._http.aclose()
        if self._fleet is not None:
            await self._fleet.aclose()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        http = self._open()
        if isinstance(http, httpx.AsyncClient):
            _check_open(http)
            return await http.send(request, auth=self._auth, follow_redirects=False)
        steps = self._auth.async_auth_flow(request)
        try:
            leaving = await anext(steps)
            while True:
                try:
                    response = await _one_async(http, leaving)
                except httpx.RequestError as error:
                    leaving = await steps.athrow(error)
                else:
                    try:
                        leaving = await steps.asend(response)
                    except StopAsyncIteration:
                        return response
        finally:
            await steps.aclose()

    def _open(self) -> httpx.AsyncClient | httpx.AsyncBaseTransport:
        if self._closed:
            message = "the client is closed"
            raise ConfigurationError(message)
        if self._http is None:
            self._http = httpx.AsyncClient() if proxies_are_set() else httpx.AsyncHTTPTransport()
        return self._http


def proxies_are_set() -> bool:
    """Whether the environment sends HTTP through a proxy."""
    return any(kind in {"http", "https", "all"} for kind in getproxies())


def _check_http(http: object, *kinds: type) -> None:
    if http is not None and not isinstance(http, kinds):
        wanted = " or ".join(f"httpx.{kind.__name__}" for kind in kinds)
        message = f"http: an {wanted} is expected, not {type(http).__name__}"
        raise ConfigurationError(message)


def _check_open(http: httpx.Client | httpx.AsyncClient) -> None:
    if http.is_closed:
        message = "http: the client given is closed"
        raise ConfigurationError(message)


def _one(transport: httpx.BaseTransport, request: httpx.Request) -> httpx.Response:
    try:
        response = transport.handle_request(request)
        response.request = request
        try:
            response.read()
        finally:
            response.close()
    except httpx.RequestError as error:
        error.request = request
        raise
    return response


async def _one_async(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> httpx.Response:
    try:
        response = await transport.handle_async_request(request)
        response.request = request
        try:
            await response.aread()
        finally:
            await response.aclose()
    except httpx.RequestError as error:
        error.request = request
        raise
    return response


async def _sleep(seconds: float) -> Any:
    from anyio import sleep  # noqa: PLC0415

    await sleep(seconds)
