"""Serves the chat over websockets on a loopback port, in a thread of its own.

uvicorn, which serves HTTP, could serve websockets too, but answers pings by itself and hides the handshake: no fault
could be injected there. Here the sans-I/O protocol of the `websockets` library is used, so that each handshake, ping
and close is under our control.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from binance_c2c.sandbox.chat.hub import PATH, ChatHub
from binance_c2c.sandbox.chat.session import Close, Drop, Freeze
from binance_c2c.sandbox.gateway import HOST_PLACEHOLDER, LOOPBACK_NAMES, Answer, host_of, require_extra, why_cross_site

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from collections.abc import Set as AbstractSet

    from websockets import frames, http11
    from websockets.server import ServerProtocol

    from binance_c2c.sandbox.chat.session import ChatSession, Outgoing

LOOPBACK = "127.0.0.1"
MOST_FRAME_BYTES = 65_536
"""The longest frame that a client may send. A longer one closes its connection with code 1009."""
MOST_CONNECTIONS = 100
HANDSHAKE_SECONDS = 10.0
CLOSE_SECONDS = 2.0
"""How long a client may take to answer a close frame."""
TICK_SECONDS = 0.2
"""How often each connection checks whether something is due, such as the expiry of an order."""

_READ_BYTES = 65_536
_SWITCHING = 101
_SILENT_LOGGER = logging.getLogger("binance_c2c.sandbox.chat")
# The library logs the targets of handshakes, which contain tokens.
_SILENT_LOGGER.setLevel(logging.CRITICAL + 1)


@contextmanager
def serve_frames(
    hub: ChatHub, port: int = 0, host: str = LOOPBACK, hosts: AbstractSet[str] = LOOPBACK_NAMES
) -> Generator[str]:
    """Serve websockets while the context lasts, and give clients its URL. Yields the URL.

    `host` is the address to listen on, `hosts` the host names that clients may use. Raises `OSError` if it cannot
    listen there.
    """
    with require_extra():
        import_module("websockets.server")

    with listen(host, port) as listening:
        server = _Server(hub, hosts)
        started = SimpleQueue[None]()
        thread = Thread(target=asyncio.run, args=(server.run(listening, started),), name="binance-c2c-sandbox-chat")
        thread.start()
        started.get()
        url = f"ws://{LOOPBACK if host == LOOPBACK else HOST_PLACEHOLDER}:{listening.getsockname()[1]}{PATH}"
        try:
            with hub.at(chat=url):
                yield url
        finally:
            server.stop()
            thread.join()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on an address of this machine. Raises `OSError` if it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    # Head and body of an answer are two writes, and the second must not wait for the acknowledgement of the first,
    # which takes 40 ms. Accepted connections inherit this option; asyncio does not set it for such a socket.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


@contextmanager
def share_frames(hub: ChatHub) -> Generator[None]:
    """Serve websockets on one port that all such contexts share, until the last of them ends.

    Does nothing if the hub is served already. For clients in this process, which begin and end at different times.
    """
    with _sharing:
        shared = _shared.get(hub)
        if shared is None:
            serving = ExitStack()
            if not hub.is_served:
                serving.enter_context(serve_frames(hub))
            shared = _shared[hub] = _Shared(serving)
        shared.users += 1
    try:
        yield
    finally:
        with _sharing:
            shared.users -= 1
            if not shared.users:
                del _shared[hub]
                shared.serving.close()


@dataclass(slots=True)
class _Shared:
    """A running server, and the number of contexts that use it."""

    serving: ExitStack
    users: int = 0


_shared: WeakKeyDictionary[ChatHub, _Shared] = WeakKeyDictionary()
_sharing = Lock()


class _Server:
    """Accepts connections, and serves each in a task."""

    def __init__(self, hub: ChatHub, hosts: AbstractSet[str]) -> None:
        self._hub = hub
        self._hosts = hosts
        self._tasks = dict[asyncio.Task[None], socket.socket]()
        self._is_ending = False

    async def run(self, listening: socket.socket, started: SimpleQueue[None]) -> None:
        """Serve until `stop`."""
        loop, self._address = asyncio.get_running_loop(), listening.getsockname()[:2]
        listening.setblocking(False)  # noqa: FBT003 - its only parameter
        started.put(None)
        while not self._is_ending:
            accepted, _ = await loop.sock_accept(listening)
            task = asyncio.create_task(self._serve(accepted))
            self._tasks[task] = accepted
            task.add_done_callback(self._close)
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        """End all connections, from another thread."""
        self._is_ending = True
        # This last connection ends the wait in `run`. Cancelling it could lose a connection that was just accepted.
        socket.create_connection(self._address).close()

    def _close(self, task: asyncio.Task[None]) -> None:
        # Here, and not in the task, which may be cancelled before it begins.
        self._tasks.pop(task).close()

    async def _serve(self, accepted: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=accepted)
        try:
            # A client that hangs up, or sends no request, is no error.
            with suppress(OSError):
                await _Connection(self._hub, self._hosts, reader, writer).serve(
                    is_full=len(self._tasks) > MOST_CONNECTIONS
                )
        finally:
            writer.transport.abort()


class _Connection:
    """One websocket, from the first byte to the last."""

    def __init__(
        self, hub: ChatHub, hosts: AbstractSet[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        from websockets.server import ServerProtocol  # noqa: PLC0415 - an extra

        self._hub = hub
        self._hosts = hosts
        self._reader = reader
        self._writer = writer
        self._protocol: ServerProtocol = ServerProtocol(max_size=MOST_FRAME_BYTES, logger=_SILENT_LOGGER)
        self._parts = list[bytes]()
        """The frames so far of a fragmented message."""
        self._is_text = True
        self._frozen_until = 0.0

    async def serve(self, *, is_full: bool) -> None:
        """Shake hands, then carry frames both ways until one side ends it."""
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            request = await self._read_request()
        if request is None:
            return
        answer, session = self._answer(request, is_full=is_full)
        try:
            if await self._send_answer(request, answer) and session is not None:
                await self._carry(session)
        finally:
            if session is not None:
                session.end()

    async def _carry(self, session: ChatSession) -> None:
        """Carry frames both ways until one side ends it."""
        from websockets.exceptions import InvalidState  # noqa: PLC0415 - an extra

        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        session.on_ready = lambda: loop.call_soon_threadsafe(ready.set)
        reading = asyncio.create_task(self._read(session))
        writing = asyncio.create_task(self._write(session, ready))
        try:
            await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
            if writing.done() and self._protocol.close_expected():
                # A close frame was sent: wait for the client's answer to it.
                await asyncio.wait({reading}, timeout=CLOSE_SECONDS)
        finally:
            session.on_ready = lambda: None
            for task in (reading, writing):
                task.cancel()
            outcomes = await asyncio.gather(reading, writing, return_exceptions=True)
        for outcome in outcomes:
            # A client may hang up, or close while something waits to be sent to it.
            if isinstance(outcome, Exception) and not isinstance(
                outcome, (OSError, InvalidState)
            ):  # pragma: no cover - our own bugs
                raise outcome

    async def _read_request(self) -> http11.Request | None:
        """Read the handshake's request; None if the client sends none."""
        while True:
            data = await self._reader.read(_READ_BYTES)
            if not data:
                return None
            self._protocol.receive_data(data)
            events = self._protocol.events_received()
            await self._flush()
            if events:
                return cast("http11.Request", events[0])
            if self._protocol.close_expected():
                return None

    async def _send_answer(self, request: http11.Request, answer: Answer) -> bool:
        """Send the answer to the handshake. Returns whether the connection is open."""
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.dropped:
            return False
        is_opened = answer.status == _SWITCHING
        self._protocol.send_response(self._protocol.accept(request) if is_opened else _response(answer))
        await self._flush()
        return is_opened

    def _answer(self, request: http11.Request, *, is_full: bool) -> tuple[Answer, ChatSession | None]:
        headers = {name.lower(): value for name, value in request.headers.raw_items()}
        why = why_cross_site(headers, self._hosts)
        if why is not None:
            return Answer(403, {}, why.encode()), None
        if is_full:
            return Answer(503, {}, b"there are too many connections"), None
        # Checked first, because a handshake that the library refuses must not use up a token.
        from websockets.server import ServerProtocol  # noqa: PLC0415

        response = ServerProtocol(logger=_SILENT_LOGGER).accept(request)
        if response.status_code != _SWITCHING:
            return Answer(response.status_code, dict(response.headers.raw_items()), bytes(response.body or b"")), None
        return self._hub.connect(request.path, host_of(headers))

    async def _read(self, session: ChatSession) -> None:
        """Read frames until the connection ends."""
        while True:
            data = await self._reader.read(_READ_BYTES)
            await self._wait_while_frozen()
            if not data:
                return
            self._protocol.receive_data(data)
            unanswered = 0
            for event in self._protocol.events_received():
                unanswered += self._receive(cast("frames.Frame", event), session)
            await self._flush(unanswered)
            if self._protocol.close_expected():
                return

    def _receive(self, frame: frames.Frame, session: ChatSession) -> int:
        """Pass a message on once it is complete. Returns 1 for a ping that must not be answered, else 0."""
        from websockets.frames import Opcode  # noqa: PLC0415

        if frame.opcode is Opcode.PING:
            return int(not session.answers_ping())
        if frame.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
            if frame.opcode is not Opcode.CONT:
                self._is_text = frame.opcode is Opcode.TEXT
            self._parts.append(bytes(frame.data))
            if frame.fin:
                content, self._parts = b"".join(self._parts), []
                session.receive(content.decode("utf-8", "replace") if self._is_text else content)
        return 0

    async def _write(self, session: ChatSession, ready: asyncio.Event) -> None:
        """Send what the session queues, until the connection ends."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await ready.wait()
            ready.clear()
            for outgoing in session.take():
                await self._wait_while_frozen()
                if not await self._send(outgoing):
                    return

    async def _send(self, outgoing: Outgoing) -> bool:
        """Send a frame, or freeze, close or drop the connection. Returns whether the connection goes on."""
        if isinstance(outgoing, Freeze):
            self._frozen_until = asyncio.get_running_loop().time() + outgoing.seconds
            return True
        if isinstance(outgoing, Drop):
            self._writer.transport.abort()
            return False
        if isinstance(outgoing, Close):
            self._protocol.send_close(outgoing.code, outgoing.reason)
            await self._flush()
            return False
        if outgoing.delay:
            await asyncio.sleep(outgoing.delay)
        if isinstance(outgoing.data, str):
            self._protocol.send_text(outgoing.data.encode())
        else:
            self._protocol.send_binary(outgoing.data)
        await self._flush()
        return True

    async def _wait_while_frozen(self) -> None:
        seconds = self._frozen_until - asyncio.get_running_loop().time()
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _flush(self, unanswered: int = 0) -> None:
        """Write the bytes that the protocol has ready, without the first `unanswered` pongs."""
        self._writer.writelines(_without_pongs(self._protocol.data_to_send(), unanswered))
        await self._writer.drain()


def _without_pongs(writes: Sequence[bytes], unanswered: int) -> list[bytes]:
    kept = list[bytes]()
    for write in writes:
        if unanswered and write[:1] == _PONG:
            unanswered -= 1
        else:
            kept.append(write)
    return kept


_PONG = b"\x8a"
"""The first byte of a pong. The protocol gives each pong as a write of its own."""


def _response(answer: Answer) -> http11.Response:
    """A refusal as a response of the library."""
    from http import HTTPStatus  # noqa: PLC0415

    from websockets.datastructures import Headers  # noqa: PLC0415
    from websockets.http11 import Response  # noqa: PLC0415

    headers = Headers({**answer.headers, "Connection": "close", "Content-Length": str(len(answer.body))})
    return Response(answer.status, HTTPStatus(answer.status).phrase, headers, answer.body)
