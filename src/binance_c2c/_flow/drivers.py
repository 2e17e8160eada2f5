"""The two drivers: they sign, send, sleep and tell, and decide nothing.

Without a client of the caller's own, requests go straight to a transport: `httpx.Client.send` adds cookies, redirects
and hooks that a signed call never wants. Proxies are that client's business; so where the environment names one, or the
caller gives a client, calls go through it.
"""

import copy
import threading
import time
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Any, Self, TypeVar

import httpx

from binance_c2c._auth import QUIET, Clock
from binance_c2c._flow.conversation import Flow, Send, Wait
from binance_c2c._flow.decode import Exchange
from binance_c2c._flow.hooks import Tell
from binance_c2c._limits import AsyncFleetConnection, FleetConnection
from binance_c2c._support import leave_to_parent, renew_after_fork, without_locals
from binance_c2c._transport import (
    AsyncCarrier,
    BoundedAuth,
    FollowedAuth,
    Progress,
    answer_over,
    async_answer_over,
    check_http,
    check_open,
    own_async_connections,
    own_connections,
    takes_target,
    within,
)
from binance_c2c.errors import ConfigurationError, DecodeError
from binance_c2c_runtime import Call, Operation

T = TypeVar("T")
ClientT = TypeVar("ClientT")


class Driver:
    """Carries conversations out, for as many threads as like."""

    def __init__(
        self,
        flow: Flow,
        auth: httpx.Auth,
        http: httpx.Client | httpx.BaseTransport | None,
        sleep: Callable[[float], None] = time.sleep,
        *,
        fleet: FleetConnection | None = None,
        clock: Clock | None = None,
    ) -> None:
        check_http(http, httpx.Client, httpx.BaseTransport)
        self.flow = flow
        self._auth = auth
        self._http = http
        self._owned = http is None
        self._quiet = http is not None and takes_target(http)
        self._sleep = sleep
        self._fleet = fleet
        self._clock = clock or Clock()
        self._opening = threading.Lock()
        self._closed = False
        self._root = self
        renew_after_fork(self)

    def renew(self) -> None:
        self._opening = threading.Lock()
        if self._owned:
            leave_to_parent(self._http)
            self._http = None

    def derived(self, flow: Flow) -> Self:
        """One that carries out another flow over the same connections, which stay this one's to close."""
        other = copy.copy(self)
        other.flow = flow
        return other

    def send(self, call: Call[T], /) -> T:
        return self.exchange(call).value

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def unreadable(self, operation: Operation, message: str, /) -> DecodeError:
        return DecodeError(message, operation_id=operation.id)

    def exchange(self, call: Call[T], /) -> Exchange[T]:
        conversation = self.flow.conversation(call)
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
                except BaseException as error:
                    without_locals(error)
                    raise
            elif isinstance(step, Wait):
                self._sleep(step.seconds)
            elif isinstance(step, Tell):
                step.act()
            elif self._fleet is not None:
                outcome = self._fleet.ask(step)

    def close(self) -> None:
        if self._root is not self:
            return
        with self._opening:
            self._closed = True
            if self._owned and self._http is not None:
                self._http.close()
        if self._fleet is not None:
            self._fleet.close()

    def _send(self, request: httpx.Request) -> httpx.Response:
        http = self._root.connections()
        if self._quiet or (self._owned and not isinstance(http, httpx.Client)):
            request.extensions[QUIET] = True
        with within(request.extensions["timeout"]["read"]):
            if isinstance(http, httpx.Client):
                check_open(http)
                return http.send(request, auth=BoundedAuth(self._auth), follow_redirects=False)
            steps = self._auth.sync_auth_flow(request)
            try:
                following = next(steps)
                while True:
                    try:
                        response = answer_over(http, following)
                    except httpx.RequestError as error:
                        # The signer, too, wants to know: others may wait for the same answer.
                        following = steps.throw(error)
                    else:
                        try:
                            following = steps.send(response)
                        except StopIteration:
                            return response
            finally:
                steps.close()

    def connections(self) -> httpx.Client | httpx.BaseTransport:
        if self._http is None or self._closed:
            with self._opening:
                if self._closed:
                    raise _closed()
                if self._http is None:
                    self._http = own_connections(self.flow.base_url, self.flow.public_url)
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
        fleet: AsyncFleetConnection | None = None,
        clock: Clock | None = None,
    ) -> None:
        check_http(http, httpx.AsyncClient, httpx.AsyncBaseTransport)
        self.flow = flow
        self._auth = auth
        self._http = http
        self._owned = http is None
        self._quiet = http is not None and takes_target(http)
        self._sleep = sleep or _sleep
        self._fleet = fleet
        self._clock = clock or Clock()
        self._closed = False
        self._root = self
        renew_after_fork(self)

    def renew(self) -> None:
        if self._owned:
            leave_to_parent(self._http)
            self._http = None

    def derived(self, flow: Flow) -> Self:
        """One that carries out another flow over the same connections, which stay this one's to close."""
        other = copy.copy(self)
        other.flow = flow
        return other

    async def send(self, call: Call[T], /) -> T:
        return (await self.exchange(call)).value

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def unreadable(self, operation: Operation, message: str, /) -> DecodeError:
        return DecodeError(message, operation_id=operation.id)

    async def exchange(self, call: Call[T], /) -> Exchange[T]:
        conversation = self.flow.conversation(call)
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
                except BaseException as error:
                    without_locals(error)
                    raise
            elif isinstance(step, Wait):
                await self._sleep(step.seconds)
            elif isinstance(step, Tell):
                await step.act_async()
            elif self._fleet is not None:
                outcome = await self._fleet.ask(step)

    async def aclose(self) -> None:
        if self._root is not self:
            return
        self._closed = True
        if self._owned and self._http is not None:
            await self._http.aclose()
        if self._fleet is not None:
            await self._fleet.aclose()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        http = self._root.connections()
        # Ours report each step; what another transport does is not known.
        traced = self._owned and not isinstance(http, httpx.AsyncClient)
        if traced or self._quiet:
            request.extensions[QUIET] = True
        progress = Progress(traced=traced, is_closed=self._root.is_closed)
        seconds = request.extensions["timeout"]["read"]
        if seconds is None:
            return await self._attempt(http, request, progress)
        if isinstance(http, AsyncCarrier):
            # asyncio runs, whose own time-out costs half of the one that knows every loop.
            from asyncio import timeout  # noqa: PLC0415

            limit = timeout(seconds)
            try:
                async with limit:
                    return await self._attempt(http, request, progress)
            except TimeoutError:
                if not limit.expired():
                    # Somebody else's, who stands in for our connections.
                    raise
                raise progress.cut_off() from None
        from anyio import move_on_after  # noqa: PLC0415

        with move_on_after(seconds):
            return await self._attempt(http, request, progress)
        raise progress.cut_off()

    async def _attempt(
        self, http: httpx.AsyncClient | httpx.AsyncBaseTransport, request: httpx.Request, progress: Progress
    ) -> httpx.Response:
        if isinstance(http, httpx.AsyncClient):
            check_open(http)
            return await http.send(request, auth=FollowedAuth(self._auth, progress), follow_redirects=False)
        steps = self._auth.async_auth_flow(request)
        try:
            following = await anext(steps)
            while True:
                try:
                    response = await async_answer_over(http, progress.follow(following))
                except httpx.RequestError as error:
                    following = await steps.athrow(error)
                else:
                    progress.answered(response)
                    try:
                        following = await steps.asend(response)
                    except StopAsyncIteration:
                        return response
        finally:
            await steps.aclose()

    def is_closed(self) -> bool:
        return self._closed

    def connections(self) -> httpx.AsyncClient | httpx.AsyncBaseTransport:
        if self._closed:
            raise _closed()
        if self._http is None:
            self._http = own_async_connections(self.flow.base_url, self.flow.public_url)
        return self._http


def over(driver: object, client: ClientT, resources: Any) -> ClientT:
    """A client like the one given that sends through `driver`, as do the resources it will make."""
    other = object.__new__(type(client))
    state = {name: value for name, value in vars(client).items() if not _is_made(resources, name)}
    vars(other).update({**state, "_driver": driver})
    resources.__init__(other, driver)
    return other


def _is_made(resources: object, name: str) -> bool:
    return isinstance(getattr(resources, name, None), cached_property)


def _closed() -> ConfigurationError:
    return ConfigurationError("the client is closed")


async def _sleep(seconds: float) -> Any:
    from anyio import sleep  # noqa: PLC0415

    await sleep(seconds)
