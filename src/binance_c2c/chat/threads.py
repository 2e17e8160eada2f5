"""The chat's stream for threads: connects, reads, sends and waits, as the session decides."""

from __future__ import annotations

import threading
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
    from collections.abc import Callable, Generator
    from types import TracebackType

    from websockets.exceptions import ConnectionClosed

    from binance_c2c.chat.events import Event
    from binance_c2c.chat.resources import Chat, Driver
    from binance_c2c.chat.session import OutgoingMessage
    from binance_c2c_sapi.models import ChatFrame

T = TypeVar("T")

# Seconds. Python handles a signal between two of its steps: one that comes just before a wait is handled after it.
_LOOK_AGAIN = 1.0


class Access:
    """The parts of a client that streams and pictures need: the chat's operations, a clock, requests without a key."""

    def __init__(self, chat: Chat, sender: Driver) -> None:
        self.chat = chat
        self.now_ms = sender.now_ms
        self.fetch = sender.fetch
        self.route = Route() if sender.has_own_connections else None
        """Proxy and trusted authorities of calls; None where the caller's `http` sends calls."""
        self.serving_chat = sender.serving_chat
        self.pace = Pace()
        self.sleep: Callable[[float], object] = time.sleep


class ChatConnection:
    """A chat's stream: `with client.chat.connect() as chat: for event in chat: …`.

    It stays connected until it is left. One thread reads it; any number of threads send.
    """

    def __init__(self, access: Access, options: Options) -> None:
        self._access = access
        self._chat = access.chat
        self._options = options
        self._session = options.session()
        self._socket: Any = None
        self._threads: list[threading.Thread] = []
        self._condition = threading.Condition(threading.Lock())
        self._trouble = ""
        self._server = ExitStack()
        self._is_entered = False
        self._is_wanted = threading.Event()
        """Set when the session may want a page of the history."""

    @property
    def state(self) -> dict[str, str]:
        """The position of the stream, for `connect(state=…)` when the program starts again.

        For each order number, the id of its last message; under `*`, the position of the whole account. It covers all
        events that were taken from the stream.
        """
        with self._condition:
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

    def __enter__(self) -> Self:
        connecting.load("sync.client")
        if self._is_entered:
            raise ConfigurationError("a stream can be entered only once; call connect again")
        self._is_entered = True
        self._server.enter_context(self._access.serving_chat())
        self._start(self._run, "binance_c2c.chat")
        deadline = time.monotonic() + self._options.connect_timeout
        try:
            with self._condition:
                while not self._session.is_open and not self._session.is_over:
                    if not self._wait_for_change(deadline):
                        self._session.end(connecting.not_in_time(self._options.connect_timeout, self._trouble))
        except BaseException:
            self.close()
            raise
        if self._session.failure is not None:
            self.close()
            raise self._session.failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the stream. Events that were not taken come again in a stream that begins from `state`."""
        with self._condition:
            self._session.end()
            self._condition.notify_all()
            socket = self._socket
        if socket is not None:
            socket.close()
        for thread in list(self._threads):
            thread.join()
        self._server.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        """The next event. The stream ends when it is closed, or when another login took its place."""
        self._check_entered()
        session = self._session
        with self._condition:
            while True:
                event = session.take()
                if event is not None:
                    self._condition.notify_all()
                    return event
                if session.is_over:
                    if session.failure is not None:
                        raise session.failure
                    raise StopIteration
                self._condition.wait(_LOOK_AGAIN)

    def send_text(self, order_number: str, text: str) -> ChatFrame:
        """Send a text to the other side of an order. Returns the exchange's echo.

        It is sent once. Messages of one program about an order go out in the order in which they were sent.

        Raises:
            TypeError, ValueError: An argument is not what is expected; nothing was sent.
            ChatError: The exchange refused it, or the stream has ended.
            OutcomeUnknownError: No echo came, and the history does not have it either.
            TransportError: There was no connection in time; nothing was sent.
        """
        return self._send(connecting.outgoing_text(order_number, text, self._access.now_ms()), SEND_TEXT)

    def send_image(self, order_number: str, picture: bytes | str | os.PathLike[str]) -> ChatFrame:
        """Send a picture, given as bytes or as the path of a file, to the other side of an order.

        JPEG and PNG are accepted. It is uploaded first, and sent as a message once the upload can be read back. Raises
        like `send_text`.
        """
        self._check_entered()
        order = connecting.checked_order(order_number)
        checked = pictures.checked(picture)
        name = f"picture.{checked.kind}"
        url = run_steps(
            self._access,
            pictures.upload(checked, name, allow_loopback=self._options.allow_loopback),
            self._options.connect_timeout,
        )
        message = connecting.outgoing_image(order, url, checked.kind, checked.size, self._access.now_ms())
        return self._send(message, SEND_IMAGE)

    # ---- sending

    def _check_entered(self) -> None:
        if not self._is_entered:
            raise ConfigurationError("the stream is not connected: use it in `with client.chat.connect() as chat:`")

    def _send(self, message: OutgoingMessage, operation: str) -> ChatFrame:
        self._check_entered()
        session, deadline = self._session, time.monotonic() + self._options.send_timeout
        with self._condition:
            session.submit(message)
            self._condition.notify_all()
        try:
            with self._condition:
                while not session.may_depart(message):
                    if session.is_over:
                        raise connecting.ended(session.failure)
                    if not self._wait_for_change(deadline):
                        return connecting.outcome(message, operation, "there was no connection in time")
                session.departed(message)
                socket = self._socket
            try:
                socket.send(message.payload)
            except _closed():
                # It is not known whether the whole frame was written.
                pass
            with self._condition:
                while not message.has_outcome and not message.doubtful and not session.is_over:
                    if not self._wait_for_change(deadline):
                        break
            why = "no echo came in time"
            if not message.has_outcome:
                why = self._look_up(message, why)
            return connecting.outcome(message, operation, why)
        finally:
            with self._condition:
                session.drop(message)
                self._condition.notify_all()

    def _look_up(self, message: OutgoingMessage, why: str) -> str:
        """Look for a message in the history. Returns `why`, with the error where the history could not be read."""
        try:
            page = self._chat.messages(order_number=message.order_number, rows=50)
        except C2CError as error:
            return f"{why}, and the history could not be read ({type(error).__name__})"
        with self._condition:
            self._session.match_history(page)
        return why

    # ---- the life of the stream

    def _start(self, target: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _run(self) -> None:
        session = self._session
        try:
            while True:
                with self._condition:
                    while (wait := session.wait_before_connect(time.monotonic())) and wait > 0:
                        self._condition.wait(wait)
                if wait is None:
                    break
                self._live_once()
        except BaseException as error:  # noqa: BLE001 - raised again where the stream is read
            clear_locals(error)
            session.end(error)
        finally:
            with self._condition:
                session.end()
                self._condition.notify_all()

    def _live_once(self) -> None:
        """Run one connection, from the request for its credential to its end."""
        with ExitStack() as stack:
            socket = self._try_to_connect(stack)
            if socket is not None:
                self._live(socket)

    def _try_to_connect(self, stack: ExitStack) -> Any:
        """A connection with a credential of its own; None if none could be made."""
        session = self._session
        try:
            if session.needs_start:
                self._begin()
            return self._connect(stack)
        except Exception as error:
            if connecting.is_final(error) or not _is_of_the_network(error):
                raise
            with self._condition:
                self._trouble = connecting.describe_error(error)
                connecting.log_reconnect(self._trouble)
                if session.wait_before_connect(time.monotonic()) is not None:
                    session.not_opened(time.monotonic(), self._trouble, connecting.asked_wait(error))
                    self._condition.notify_all()
            return None

    def _begin(self) -> None:
        """Let the stream begin after the newest message."""
        try:
            newest = self._chat.messages(rows=1)
        except C2CError as error:
            if not connecting.is_refused(error):
                raise
            self._session.begin_by_order()
        else:
            self._session.begin(newest)

    def _live(self, socket: Any) -> None:
        """Read from a connection until it ends, with the threads that fill gaps and send pings."""
        session = self._session
        over = threading.Event()
        with self._condition:
            if session.is_over:
                socket.close()
                return
            self._socket = socket
            session.opened(time.monotonic())
            self._condition.notify_all()
        helpers = [
            self._start(lambda: self._run_helper(lambda: self._fill(over), socket), "binance_c2c.chat.history"),
            self._start(
                lambda: self._run_helper(lambda: self._keep_alive(socket, over), socket), "binance_c2c.chat.ping"
            ),
        ]
        try:
            self._read(socket)
        except _closed() as error:
            received = error.rcvd
            code, reason = (None, "") if received is None else (received.code, received.reason)
            with self._condition:
                session.lost(time.monotonic(), code, reason)
                self._condition.notify_all()
        finally:
            over.set()
            self._is_wanted.set()
            with self._condition:
                self._condition.notify_all()
            socket.close()
            for helper in helpers:
                helper.join()
                self._threads.remove(helper)

    def _run_helper(self, helper: Callable[[], None], socket: Any) -> None:
        """Run a thread beside the one that reads. If it fails, end the stream, which would hang otherwise."""
        try:
            helper()
        except Exception as error:  # noqa: BLE001 - raised again where the stream is read
            clear_locals(error)
            with self._condition:
                self._session.end(error)
            socket.close()

    def _connect(self, stack: ExitStack) -> Any:
        client = connecting.load("sync.client")
        url = ""
        try:
            url = connecting.address(self._chat.credential())
            return stack.enter_context(
                client.connect(url, **connecting.settings(url, self._options, self._access.route))
            )
        except C2CError:
            raise
        except Exception as error:  # noqa: BLE001 - raised again below
            # The local variables in its traceback hold the token.
            clear_locals(error)
            raise error.with_traceback(None) from None
        finally:
            del url

    def _read(self, socket: Any) -> None:
        session = self._session
        while True:
            data = socket.recv(decode=False)
            with self._condition:
                session.received(data)
                if session.wants_history:
                    session.wants_history = False
                    self._is_wanted.set()
                pongs, session.pongs = session.pongs, 0
                self._condition.notify_all()
                while not session.has_room() and not session.is_over:
                    self._condition.wait()
            for _ in range(pongs):
                socket.send(PONG)

    def _fill(self, over: threading.Event) -> None:
        """Request the pages of the history that the session wants."""
        session = self._session
        while not over.is_set():
            with self._condition:
                request = session.history_request()
            if request is None:
                self._is_wanted.wait()
                self._is_wanted.clear()
                continue
            wait = request.not_before - time.monotonic()
            if wait > 0:
                over.wait(wait)
                continue
            try:
                page = self._chat.messages(
                    order_number=request.order_number, before_id=request.before_id, rows=request.rows
                )
            except C2CError as error:
                reason, asked_wait, refused = connecting.history_failure(error)
                with self._condition:
                    session.history_failed(request, reason, time.monotonic(), asked_wait, refused=refused)
                    self._condition.notify_all()
            else:
                with self._condition:
                    session.take_history(request, page, time.monotonic())
                    self._condition.notify_all()

    def _keep_alive(self, socket: Any, over: threading.Event) -> None:
        """End the connection if the other side does not answer a ping, unless this side has paused reading."""
        session, options = self._session, self._options
        while not over.wait(options.ping_interval):
            if not session.has_room():
                continue
            frames = session.frames
            try:
                pong = socket.ping(ack_on_close=True)
            except _closed():
                return
            # The end of the connection counts as an answer too: the reading thread notices it.
            answered = pong.wait(options.pong_timeout)
            if not answered and session.has_room() and session.frames == frames:
                # This loop ends at its next ping, which finds the connection closed.
                socket.close()

    def _wait_for_change(self, deadline: float) -> bool:
        """Wait until something changes; the lock has to be held. Returns False if the deadline comes first."""
        return self._condition.wait(max(0.0, deadline - time.monotonic()))


def _closed() -> type[ConnectionClosed]:
    """The library's error for a connection that ended."""
    kind: type[ConnectionClosed] = connecting.load("exceptions").ConnectionClosed
    return kind


def _is_of_the_network(error: BaseException) -> bool:
    handshake = connecting.load("exceptions").WebSocketException
    return isinstance(error, (C2CError, OSError, EOFError, handshake))


def run_steps(access: Access, steps: Generator[Step, object, T], seconds: float) -> T:
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
                    access.sleep(wait)
                outcome = access.chat.image_upload_url(image_name=step.name)
            case Fetch():
                outcome = access.fetch(step.request, seconds, step.most_bytes)
            case _:
                outcome = access.sleep(step.seconds)
