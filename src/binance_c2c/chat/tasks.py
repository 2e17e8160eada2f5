"""The chat's stream for tasks of asyncio: connects, reads, sends and waits, as the session decides."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self, TypeVar

from binance_c2c._core.support import clear_locals
from binance_c2c._core.transport import Route
from binance_c2c.chat import connecting, pictures
from binance_c2c.chat.connecting import SEND_IMAGE, SEND_TEXT, Options
from binance_c2c.chat.pictures import AskForUrl, Fetch, Pace, Step
from binance_c2c.chat.session import PONG
from binance_c2c.errors import C2CError, ConfigurationError

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable, Callable, Coroutine, Generator
    from types import TracebackType

    from websockets.exceptions import ConnectionClosed

    from binance_c2c.chat.events import Event
    from binance_c2c.chat.resources import AsyncChat, AsyncDriver
    from binance_c2c.chat.session import OutgoingMessage
    from binance_c2c_sapi.models import ChatFrame

T = TypeVar("T")


class Access:
    """The parts of a client that streams and pictures need: the chat's operations, a clock, requests without a key."""

    def __init__(self, chat: AsyncChat, sender: AsyncDriver) -> None:
        self.chat = chat
        self.now_ms = sender.now_ms
        self.fetch = sender.fetch
        self.route = Route() if sender.has_own_connections else None
        """Proxy and trusted authorities of calls; None where the caller's `http` sends calls."""
        self.serving_chat = sender.serving_chat
        self.pace = Pace()
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class AsyncChatConnection:
    """A chat's stream: `async with client.chat.connect() as chat: async for event in chat: …`.

    It stays connected until it is left. One task reads it; any number of tasks send.
    """

    def __init__(
        self, access: Access, options: Options, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        self._access = access
        self._chat = access.chat
        self._options = options
        self._sleep = sleep
        self._session = options.session()
        self._socket: Any = None
        self._task: asyncio.Task[None] | None = None
        self._waiters: set[asyncio.Future[bool]] = set()
        self._trouble = ""
        self._server = ExitStack()
        self._is_entered = False
        self._is_wanted = asyncio.Event()
        """Set when the session may want a page of the history."""

    @property
    def state(self) -> dict[str, str]:
        """The position of the stream, for `connect(state=…)` when the program starts again.

        For each order number, the id of its last message; under `*`, the position of the whole account. It covers all
        events that were taken from the stream.
        """
        return self._session.state

    def listen(self, listener: Callable[[str], object]) -> Callable[[], None]:
        """Call `listener` with the number of an order whenever there is news of it. Returns a function that stops it.

        It is called when the news arrives, before the stream gives it, and has to return at once.
        `orders.watch(chat=stream)` uses it to read that order at once.
        """
        listeners = self._session.listeners
        listeners.append(listener)
        return lambda: listeners.remove(listener) if listener in listeners else None

    @property
    def is_connected(self) -> bool:
        """Whether the stream is connected at this moment."""
        return self._session.is_open

    async def __aenter__(self) -> Self:
        connecting.load("asyncio.client")
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise ConfigurationError("the chat of an async client needs asyncio's event loop") from None
        if self._is_entered:
            raise ConfigurationError("a stream can be entered only once; call connect again")
        self._is_entered = True
        self._server.enter_context(self._access.serving_chat())
        self._task = asyncio.create_task(self._run(), name="binance_c2c.chat")
        deadline = time.monotonic() + self._options.connect_timeout
        try:
            while not self._session.is_open and not self._session.is_over:
                if not await self._wait_for_change(deadline):
                    self._session.end(connecting.not_in_time(self._options.connect_timeout, self._trouble))
        except BaseException:
            await self.aclose()
            raise
        if self._session.failure is not None:
            await self.aclose()
            raise self._session.failure
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the stream. Events that were not taken come again in a stream that begins from `state`."""
        self._session.end()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        self._server.close()
        self._wake()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        """The next event. The stream ends when it is closed, or when another login took its place."""
        self._check_entered()
        while True:
            event = self._session.take()
            if event is not None:
                if self._waiters:
                    self._wake()
                return event
            if self._session.is_over:
                if self._session.failure is not None:
                    raise self._session.failure
                raise StopAsyncIteration
            await self._wait_for_change(None)

    async def send_text(self, order_number: str, text: str) -> ChatFrame:
        """Send a text to the other side of an order. Returns the exchange's echo.

        It is sent once. Messages of one program about an order go out in the order in which they were sent.

        Raises:
            TypeError, ValueError: An argument is not what is expected; nothing was sent.
            ChatError: The exchange refused it, or the stream has ended.
            OutcomeUnknownError: No echo came, and the history does not have it either.
            TransportError: There was no connection in time; nothing was sent.
        """
        return await self._send(connecting.outgoing_text(order_number, text, self._access.now_ms()), SEND_TEXT)

    async def send_image(self, order_number: str, picture: bytes | str | os.PathLike[str]) -> ChatFrame:
        """Send a picture, given as bytes or as the path of a file, to the other side of an order.

        JPEG and PNG are accepted. It is uploaded first, and sent as a message once the upload can be read back. Raises
        like `send_text`.
        """
        self._check_entered()
        order = connecting.checked_order(order_number)
        # Reading a file must not hold up the other tasks of the loop.
        checked = await asyncio.to_thread(pictures.checked, picture)
        name = f"picture.{checked.kind}"
        url = await run_steps(
            self._access,
            pictures.upload(checked, name, allow_loopback=self._options.allow_loopback),
            self._options.connect_timeout,
        )
        message = connecting.outgoing_image(order, url, checked.kind, checked.size, self._access.now_ms())
        return await self._send(message, SEND_IMAGE)

    # ---- sending

    def _check_entered(self) -> None:
        if not self._is_entered:
            raise ConfigurationError(
                "the stream is not connected: use it in `async with client.chat.connect() as chat:`"
            )

    async def _send(self, message: OutgoingMessage, operation: str) -> ChatFrame:
        self._check_entered()
        session, deadline = self._session, time.monotonic() + self._options.send_timeout
        session.submit(message)
        self._wake()
        try:
            while not session.may_depart(message):
                if session.is_over:
                    raise connecting.ended(session.failure)
                if not await self._wait_for_change(deadline):
                    return connecting.outcome(message, operation, "there was no connection in time")
            session.departed(message)
            await self._write(message.payload, deadline)
            while not message.has_outcome and not message.doubtful and not session.is_over:
                if not await self._wait_for_change(deadline):
                    break
            why = "no echo came in time"
            if not message.has_outcome:
                why = await self._look_up(message, why)
            return connecting.outcome(message, operation, why)
        finally:
            session.drop(message)
            self._wake()

    async def _write(self, payload: str, deadline: float) -> None:
        """Write a frame. If the connection ends meanwhile, it is not known whether the whole frame was written."""
        writing = asyncio.ensure_future(self._socket.send(payload))
        # Never cancelled: an incomplete frame would break the connection.
        await asyncio.wait([writing], timeout=max(0.0, deadline - time.monotonic()))
        _ignore_error(writing)

    async def _look_up(self, message: OutgoingMessage, why: str) -> str:
        """Look for a message in the history. Returns `why`, with the error where the history could not be read."""
        try:
            self._session.match_history(await self._chat.messages(order_number=message.order_number, rows=50))
        except C2CError as error:
            return f"{why}, and the history could not be read ({type(error).__name__})"
        return why

    # ---- the life of the stream

    async def _run(self) -> None:
        session = self._session
        try:
            while (wait := session.wait_before_connect(time.monotonic())) is not None:
                if wait:
                    await self._sleep(wait)
                await self._live_once()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - raised again where the stream is read
            clear_locals(error)
            session.end(error)
        finally:
            session.end()
            self._wake()

    async def _live_once(self) -> None:
        """Run one connection, from the request for its credential to its end."""
        session = self._session
        try:
            if session.needs_start:
                await self._begin()
            self._socket = await self._connect()
        except Exception as error:
            if connecting.is_final(error) or not _is_of_the_network(error):
                raise
            self._trouble = connecting.describe_error(error)
            connecting.log_reconnect(self._trouble)
            session.not_opened(time.monotonic(), self._trouble, connecting.asked_wait(error))
            self._wake()
            return
        session.opened(time.monotonic())
        self._wake()
        socket = self._socket
        helpers = [asyncio.create_task(self._run_helper(one)) for one in (self._fill(), self._keep_alive(socket))]
        try:
            await self._read(socket)
        except _closed() as error:
            received = error.rcvd
            code, reason = (None, "") if received is None else (received.code, received.reason)
            session.lost(time.monotonic(), code, reason)
            self._wake()
        finally:
            for helper in helpers:
                helper.cancel()
            await socket.close()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _begin(self) -> None:
        """Let the stream begin after the newest message."""
        try:
            newest = await self._chat.messages(rows=1)
        except C2CError as error:
            if not connecting.is_refused(error):
                raise
            self._session.begin_by_order()
        else:
            self._session.begin(newest)

    async def _run_helper(self, helper: Coroutine[Any, Any, None]) -> None:
        """Run a task beside the one that reads. If it fails, end the stream, which would hang otherwise."""
        try:
            await helper
        except Exception as error:  # noqa: BLE001 - raised again where the stream is read
            clear_locals(error)
            self._session.end(error)
            await self._socket.close()

    async def _connect(self) -> Any:
        """A connection with a credential of its own."""
        client = connecting.load("asyncio.client")
        url = ""
        try:
            url = connecting.address(await self._chat.credential())
            return await client.connect(url, **connecting.settings(url, self._options, self._access.route))
        except C2CError:
            raise
        except Exception as error:  # noqa: BLE001 - raised again below
            # The local variables in its traceback hold the token.
            clear_locals(error)
            raise error.with_traceback(None) from None
        finally:
            del url

    async def _read(self, socket: Any) -> None:
        session = self._session
        while True:
            while not session.has_room():
                await self._wait_for_change(None)
            data = await socket.recv(decode=False)
            session.received(data)
            if session.wants_history:
                session.wants_history = False
                self._is_wanted.set()
            if session.pongs:
                session.pongs -= 1
                await socket.send(PONG)
            if self._waiters:
                self._wake()

    async def _fill(self) -> None:
        """Request the pages of the history that the session wants."""
        session = self._session
        while True:
            request = session.history_request()
            if request is None:
                self._is_wanted.clear()
                await self._is_wanted.wait()
                continue
            wait = request.not_before - time.monotonic()
            if wait > 0:
                await self._sleep(wait)
            try:
                page = await self._chat.messages(
                    order_number=request.order_number, before_id=request.before_id, rows=request.rows
                )
            except C2CError as error:
                reason, asked_wait, refused = connecting.history_failure(error)
                session.history_failed(request, reason, time.monotonic(), asked_wait, refused=refused)
            else:
                session.take_history(request, page, time.monotonic())
            self._wake()

    async def _keep_alive(self, socket: Any) -> None:
        """End the connection if the other side does not answer a ping, unless this side has paused reading."""
        session, options = self._session, self._options
        while True:
            await asyncio.sleep(options.ping_interval)
            if not session.has_room():
                continue
            frames = session.frames
            try:
                pong = asyncio.ensure_future(await socket.ping())
            except _closed():
                return
            await asyncio.wait([pong], timeout=options.pong_timeout)
            answered = pong.done()
            _ignore_error(pong)
            if not answered and session.has_room() and session.frames == frames:
                # This loop ends at its next ping, which finds the connection closed.
                await socket.close()

    async def _wait_for_change(self, deadline: float | None) -> bool:
        """Wait until something changes. Returns False if the deadline comes first."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[bool] = loop.create_future()
        self._waiters.add(waiter)
        timer = None if deadline is None else loop.call_later(deadline - time.monotonic(), _resolve, waiter, False)  # noqa: FBT003
        try:
            return await waiter
        finally:
            self._waiters.discard(waiter)
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        for waiter in self._waiters:
            _resolve(waiter, True)  # noqa: FBT003


def _ignore_error(done: asyncio.Future[Any]) -> None:
    """Ignore the error of a write or ping on an ended connection: the task that reads gets it too."""
    if not done.done():
        done.add_done_callback(_ignore_error)
    elif not done.cancelled():
        done.exception()


def _resolve(waiter: asyncio.Future[bool], happened: bool) -> None:  # noqa: FBT001
    if not waiter.done():
        waiter.set_result(happened)


def _closed() -> type[ConnectionClosed]:
    """The library's error for a connection that ended."""
    kind: type[ConnectionClosed] = connecting.load("exceptions").ConnectionClosed
    return kind


def _is_of_the_network(error: BaseException) -> bool:
    handshake = connecting.load("exceptions").WebSocketException
    return isinstance(error, (C2CError, OSError, EOFError, handshake))


async def run_steps(access: Access, steps: Generator[Step, object, T], seconds: float) -> T:
    """Run the steps of an upload or a download."""
    outcome: object = None
    while True:
        try:
            step = steps.send(outcome)
        except StopIteration as done:
            result: T = done.value
            return result
        match step:
            case AskForUrl():
                while wait := access.pace.wait(time.monotonic()):
                    await access.sleep(wait)
                outcome = await access.chat.image_upload_url(image_name=step.name)
            case Fetch():
                outcome = await access.fetch(step.request, seconds, step.most_bytes)
            case _:
                await access.sleep(step.seconds)
                outcome = None
