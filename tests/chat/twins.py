"""Both twins of the chat's stream behind one face, so that one test holds both to a promise."""

import asyncio
import struct
import threading
import zlib
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy
from binance_c2c.chat import Event, Reconnect
from binance_c2c.sandbox import Sandbox
from tests.chat.server import ChatServer

KEYS: Any = {"api_key": "k" * 64, "api_secret": "s" * 64}
AT_ONCE = Reconnect(first_wait=0, jitter=0)
TWINS = ("threads", "tasks")
PATIENCE = 30


class Stream:
    """The threaded twin; and what a test asks of either."""

    def __init__(self, chat: Any, resource: Any) -> None:
        self.chat = chat
        self.resource = resource

    def next(self) -> Event:
        """The next event. `StopIteration` ends the stream."""
        event: Event = next(self.chat)
        return event

    def take(self, number: int) -> list[Event]:
        """So many events."""
        return [self.next() for _ in range(number)]

    def until(self, kind: type[Event]) -> list[Event]:
        """Events up to the first of a kind."""
        found = [self.next()]
        while not isinstance(found[-1], kind):
            found.append(self.next())
        return found

    def send_text(self, order: Any, text: Any) -> Any:
        return self.chat.send_text(order, text)

    def send_image(self, order: Any, picture: Any) -> Any:
        return self.chat.send_image(order, picture)

    def download(self, url: str, path: Path, **options: Any) -> Any:
        return self.resource.download_image(url, path, **options)

    def messages(self, **options: Any) -> list[Any]:
        return list(self.resource.iterate_messages(**options))

    def on_sleep(self, act: Callable[[], object]) -> None:
        """Do something whenever an upload would wait."""
        self.resource._access.sleep = lambda _: act()

    def close(self) -> None:
        self.chat.close()

    @property
    def state(self) -> dict[str, str]:
        found: dict[str, str] = self.chat.state
        return found


class TaskStream(Stream):
    """The twin on asyncio, whose loop runs in a thread of its own."""

    def __init__(self, chat: Any, resource: Any, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(chat, resource)
        self._loop = loop

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE)

    def next(self) -> Event:
        async def one() -> Any:
            try:
                return await anext(self.chat)
            except StopAsyncIteration:
                return None

        event: Event | None = self._run(one())
        if event is None:
            raise StopIteration
        return event

    def send_text(self, order: Any, text: Any) -> Any:
        return self._run(self.chat.send_text(order, text))

    def send_image(self, order: Any, picture: Any) -> Any:
        return self._run(self.chat.send_image(order, picture))

    def download(self, url: str, path: Path, **options: Any) -> Any:
        return self._run(self.resource.download_image(url, path, **options))

    def messages(self, **options: Any) -> list[Any]:
        async def every() -> list[Any]:
            return [one async for one in self.resource.iterate_messages(**options)]

        found: list[Any] = self._run(every())
        return found

    def on_sleep(self, act: Callable[[], object]) -> None:
        async def sleep(_: float) -> None:
            act()

        self.resource._access.sleep = sleep

    def close(self) -> None:
        self._run(self.chat.aclose())


@contextmanager
def stream(
    twin: str, server: ChatServer, *, own_http: bool = False, impatient: bool = False, **options: Any
) -> Generator[Stream]:
    """A connected stream of a server. With `own_http` the client's calls go over an httpx client of the test's.

    With `impatient` its `connect_timeout` is over as soon as a connection could not be made, however long that took.
    """
    options = {"allow_loopback": True, **options}
    if twin == "threads":
        http = httpx.Client(trust_env=False) if own_http else None
        with (
            http or nullcontext(),
            connected(C2CClient(**KEYS, base_url=server.url, http=http), impatient, options) as it,
        ):
            yield it
        return
    async_http = httpx.AsyncClient(trust_env=False) if own_http else None
    client = AsyncC2CClient(**KEYS, base_url=server.url, http=async_http)
    with connected(client, impatient, options, close=async_http.aclose if async_http is not None else None) as it:
        yield it


@contextmanager
def sandbox_stream(
    twin: str, sandbox: Sandbox, account: str = "merchant", *, retry: RetryPolicy | None = None, **options: Any
) -> Generator[Stream]:
    """A connected stream of an account of a sandbox in this process."""
    kind = C2CClient if twin == "threads" else AsyncC2CClient
    client = kind.in_sandbox(sandbox, account=account, retry=retry or RetryPolicy())
    with connected(client, False, options) as it:
        yield it


@contextmanager
def connected(
    client: C2CClient | AsyncC2CClient,
    impatient: bool,
    options: dict[str, Any],
    close: Callable[[], Coroutine[Any, Any, None]] | None = None,
) -> Generator[Stream]:
    """A connected stream of a client of either kind, which is closed afterwards."""
    options = {"reconnect": AT_ONCE, **options}
    if isinstance(client, C2CClient):
        with client:
            client.chat._access.sleep = lambda _: None
            made = client.chat.connect(**options)
            if impatient:
                make_impatient(made)
            with made as begun:
                yield Stream(begun, client.chat)
        return
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(PATIENCE)

    try:
        client.chat._access.sleep = lambda _: asyncio.sleep(0)
        chat = run(_entered(client, options, impatient=impatient))
        try:
            yield TaskStream(chat, client.chat, loop)
        finally:
            run(chat.aclose())
    finally:
        run(client.aclose())
        if close is not None:
            run(close())
        # Transports that were closed give their sockets back in the loop's next turns.
        run(asyncio.sleep(0.01))
        run(loop.shutdown_asyncgens())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _entered(client: AsyncC2CClient, options: dict[str, Any], *, impatient: bool) -> Any:
    chat = client.chat.connect(**options)
    if impatient:
        make_async_impatient(chat)
    return await chat.__aenter__()


def make_impatient(chat: Any) -> None:
    """Let the first trouble be the end of the time to connect."""
    changed = chat._wait_for_change
    chat._wait_for_change = lambda deadline: False if chat._trouble else changed(deadline)


def make_async_impatient(chat: Any) -> None:
    """The same for tasks."""
    changed = chat._wait_for_change

    async def instead(deadline: float | None) -> Any:
        return False if chat._trouble else await changed(deadline)

    chat._wait_for_change = instead


def png(width: int = 3, height: int = 2) -> bytes:
    """A picture, as small as can be."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 20)) + chunk(b"IEND", b"")
