"""The two drivers, for threads and for tasks: they do the I/O for the steps of a conversation, and decide nothing."""

import copy
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx

from binance_c2c._core.auth import Credentials, HmacAuth, encode_query
from binance_c2c._core.flow.conversation import Flow
from binance_c2c._core.flow.hooks import Notify
from binance_c2c._core.flow.steps import LearnTime, Outcome, Send, Wait
from binance_c2c._core.support import clear_locals, register_fork_aware
from binance_c2c._core.transport import (
    LONGEST_BODY,
    Answer,
    AsyncTransport,
    Request,
    Transport,
    check_http,
    described,
    open_async_transport,
    open_transport,
)
from binance_c2c.errors import ConfigurationError, DecodeError
from binance_c2c_runtime import Operation, Security

if TYPE_CHECKING:
    import anyio
    from anyio.lowlevel import RunVar

    from binance_c2c._core.flow.decode import Exchange
    from binance_c2c._core.limits import AsyncFleetConnection, FleetConnection
    from binance_c2c._core.transport import ThreadPermits
    from binance_c2c_runtime import Call

T = TypeVar("T")
ClientT = TypeVar("ClientT")

# Some versions of anyio identify a `RunVar` by its name, so each needs its own.
_numbers = count()
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class _DriverBase:
    """The methods without I/O that both drivers share."""

    _root: Any
    """The driver that owns the connections: this one, or the one it was derived from."""
    _http: Any

    def __init__(self, flow: Flow, auth: HmacAuth | None, *, most_bytes: int) -> None:
        self.flow = flow
        self._auth = auth
        self._most_bytes = most_bytes
        self.closed = False
        self._root = self

    def derive(self, flow: Flow) -> Self:
        """A driver with another flow, which shares these connections and does not close them."""
        other = copy.copy(self)
        other.flow = flow
        return other

    @property
    def has_own_connections(self) -> bool:
        """Whether calls go over the client's own connections, and not over the caller's `http`."""
        return self._http is None

    def serving_chat(self) -> AbstractContextManager[object]:
        """A context in which a sandbox in this process serves the chat, to be kept open while a chat stream runs."""
        serving: Callable[[], AbstractContextManager[object]] = getattr(self._http, "serving_chat", nullcontext)
        return serving()

    def now_ms(self) -> int:
        """The exchange's time in milliseconds since 1970; the local time until the exchange's is learned."""
        return self.flow.clock.now_ms()

    def unreadable_error(self, operation: Operation, message: str, /) -> DecodeError:
        """The error for rows after which an iteration cannot go on."""
        return DecodeError(message, operation_id=operation.id)

    def _check_open(self) -> None:
        if self._root.closed:
            raise ConfigurationError("the client is closed")

    def _signed_request(self, step: Send) -> Request:
        """The request for a step, stamped and signed now."""
        operation, endpoint = step.operation, step.endpoint
        if operation.security == Security.NONE:
            carried = Credentials(encode_query(sorted(step.pairs)).encode("ascii"))
        elif self._auth is None:
            message = "this operation needs api_key and api_secret, and the client has none"
            raise ConfigurationError(message, operation_id=operation.id)
        else:
            carried = self._auth.credentials(endpoint.root, step.pairs, operation)
        target = endpoint.path + b"?" + carried.query if carried.query else endpoint.path
        headers = [*endpoint.headers, *carried.headers]
        body = step.body or b""
        if step.body is not None:
            headers += ((b"content-type", b"application/json"), (b"Content-Length", b"%d" % len(body)))
        elif operation.method in _WITH_BODY:
            headers.append((b"Content-Length", b"0"))
        return Request(operation.method, endpoint.origin, target, headers, body, carried.signature)


class Driver(_DriverBase):
    """Does the I/O of conversations, for any number of threads."""

    _root: "Driver"

    def __init__(
        self,
        flow: Flow,
        auth: HmacAuth | None,
        http: httpx.Client | httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        *,
        fleet: "FleetConnection | None" = None,
        most_bytes: int = LONGEST_BODY,
    ) -> None:
        super().__init__(flow, auth, most_bytes=most_bytes)
        check_http(http, httpx.Client, httpx.BaseTransport)
        self._http = http
        self._sleep = sleep
        self._fleet = fleet
        self.reset_after_fork()
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Replace the permit to ask for the time: the thread that holds it does not run in a forked process."""
        vars(self).pop("_time_permits", None)

    def send(self, call: "Call[T]", /) -> T:
        """Send a call and return its value."""
        return self.exchange(call).value

    def exchange(self, call: "Call[T]", /) -> "Exchange[T]":
        """Send a call and return its value with the whole answer."""
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
                outcome = self._send(step)
            elif isinstance(step, Wait):
                self._sleep(step.seconds)
            elif isinstance(step, Notify):
                step.act()
            elif isinstance(step, LearnTime):
                outcome = self._learn_time(step)
            elif self._fleet is not None:
                outcome = self._fleet.ask(step)

    def fetch(self, request: Request, seconds: float, most_bytes: int) -> Answer | str:
        """Send a request as it is, without key and signature. Returns the reason as text if no answer came."""
        self._check_open()
        transport = open_transport(self._http, most_bytes)
        try:
            return transport.fetch(request, time.monotonic() + seconds)
        except httpx.RequestError as error:
            return described(error)
        finally:
            transport.close()

    def close(self) -> None:
        """Close the client's own connections; the caller's `http` stays open."""
        if self._root is not self:
            return
        self.closed = True
        opened: Transport | None = vars(self).get("_opened")
        if opened is not None:
            opened.close()
        if self._fleet is not None:
            self._fleet.close()

    def _send(self, step: Send) -> Outcome:
        self._check_open()
        try:
            return self._root.transport.fetch(self._signed_request(step), step.deadline)
        except httpx.RequestError as error:
            return error
        except BaseException as error:
            clear_locals(error)
            raise

    def _learn_time(self, step: LearnTime) -> Outcome | None:
        deadline = step.request.deadline
        rest = None if deadline is None else max(0.0, deadline - time.monotonic())
        permits = self._root.time_permits
        permit = permits.take(rest)
        if permit is None:
            return httpx.ConnectTimeout("another call did not get the exchange's time")
        try:
            if not step.begin():
                return None
            outcome = self._send(step.request)
            step.end(outcome)
        finally:
            permits.give_back(permit)
        return outcome

    @property
    def time_permits(self) -> "ThreadPermits":
        """The single permit to ask for the exchange's time: of several calls that need it, one asks."""
        from binance_c2c._core.transport import ThreadPermits  # noqa: PLC0415 - loaded with the first call

        # `setdefault`, so that threads that get here at once share one.
        found: ThreadPermits | None = vars(self).get("_time_permits")
        return found or vars(self).setdefault("_time_permits", ThreadPermits(1))

    @property
    def transport(self) -> Transport:
        """The connections, opened with the first request."""
        opened: Transport | None = vars(self).get("_opened")
        if opened is not None:
            return opened
        # Loads a module that correcting the clock needs, before anything is sent.
        _ = self.time_permits
        opened = open_transport(self._http, self._most_bytes)
        kept: Transport = vars(self).setdefault("_opened", opened)
        return kept


class AsyncDriver(_DriverBase):
    """Does the I/O of conversations, for any number of tasks."""

    _root: "AsyncDriver"

    def __init__(
        self,
        flow: Flow,
        auth: HmacAuth | None,
        http: httpx.AsyncClient | httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] | None = None,
        *,
        fleet: "AsyncFleetConnection | None" = None,
        most_bytes: int = LONGEST_BODY,
    ) -> None:
        super().__init__(flow, auth, most_bytes=most_bytes)
        check_http(http, httpx.AsyncClient, httpx.AsyncBaseTransport)
        self._http = http
        self._sleep = sleep or _sleep
        self._fleet = fleet

    async def send(self, call: "Call[T]", /) -> T:
        """Send a call and return its value."""
        return (await self.exchange(call)).value

    async def exchange(self, call: "Call[T]", /) -> "Exchange[T]":
        """Send a call and return its value with the whole answer."""
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
                outcome = await self._send(step)
            elif isinstance(step, Wait):
                await self._sleep(step.seconds)
            elif isinstance(step, Notify):
                await step.act_async()
            elif isinstance(step, LearnTime):
                outcome = await self._learn_time(step)
            elif self._fleet is not None:
                outcome = await self._fleet.ask(step)

    async def fetch(self, request: Request, seconds: float, most_bytes: int) -> Answer | str:
        """Send a request as it is, without key and signature. Returns the reason as text if no answer came."""
        self._check_open()
        transport = open_async_transport(self._http, most_bytes)
        try:
            return await transport.fetch(request, time.monotonic() + seconds)
        except httpx.RequestError as error:
            return described(error)
        finally:
            await transport.aclose()

    async def aclose(self) -> None:
        """Close the client's own connections; the caller's `http` stays open."""
        if self._root is not self:
            return
        self.closed = True
        opened: AsyncTransport | None = vars(self).get("_opened")
        if opened is not None:
            await opened.aclose()
        if self._fleet is not None:
            await self._fleet.aclose()

    async def _send(self, step: Send) -> Outcome:
        self._check_open()
        try:
            return await self._root.transport.fetch(self._signed_request(step), step.deadline)
        except httpx.RequestError as error:
            return error
        except BaseException as error:
            clear_locals(error)
            raise

    async def _learn_time(self, step: LearnTime) -> Outcome | None:
        from anyio import move_on_after  # noqa: PLC0415

        deadline = step.request.deadline
        outcome: Outcome | None = httpx.ConnectTimeout("another call did not get the exchange's time")
        with move_on_after(None if deadline is None else deadline - time.monotonic()):
            async with self._root.time_lock():
                if not step.begin():
                    return None
                outcome = await self._send(step.request)
                step.end(outcome)
        return outcome

    def time_lock(self) -> "anyio.Lock":
        """The lock of the running event loop: on each loop one call at a time asks for the exchange's time."""
        from anyio import Lock  # noqa: PLC0415

        try:
            return self._time_locks.get()
        except LookupError:
            lock = Lock()
            self._time_locks.set(lock)
            return lock

    @cached_property
    def _time_locks(self) -> "RunVar[anyio.Lock]":
        from anyio.lowlevel import RunVar  # noqa: PLC0415

        return RunVar(f"binance_c2c.turn.{next(_numbers)}")

    @property
    def transport(self) -> AsyncTransport:
        """The connections, opened with the first request."""
        opened: AsyncTransport | None = vars(self).get("_opened")
        if opened is not None:
            return opened
        # Loads modules that correcting the clock needs, before anything is sent.
        self.time_lock()
        opened = open_async_transport(self._http, self._most_bytes)
        kept: AsyncTransport = vars(self).setdefault("_opened", opened)
        return kept


def copy_client(driver: object, client: ClientT, resources: Any) -> ClientT:
    """A copy of a client, with its resources, that uses another driver."""
    other = object.__new__(type(client))
    state = {name: value for name, value in vars(client).items() if not _is_cached_resource(resources, name)}
    vars(other).update({**state, "_driver": driver})
    resources.__init__(other, driver)
    return other


def _is_cached_resource(resources: object, name: str) -> bool:
    return isinstance(getattr(resources, name, None), cached_property)


async def _sleep(seconds: float) -> Any:
    from anyio import sleep  # noqa: PLC0415

    await sleep(seconds)
