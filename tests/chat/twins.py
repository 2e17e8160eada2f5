"""Both twins of the chat's stream behind one face, so that one test holds both to a promise."""

import asyncio
import struct
import threading
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.chat import Event, Reconnect
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

    def close(self) -> None:
        self._run(self.chat.aclose())


@contextmanager
def stream(twin: str, server: ChatServer, **options: Any) -> Generator[Stream]:
    """A connected stream of a server."""
    options = {"reconnect": AT_ONCE, "allow_loopback": True, **options}
    if twin == "threads":
        with C2CClient(**KEYS, base_url=server.url) as blocking:
            blocking.chat._access.sleep = lambda _: None
            with blocking.chat.connect(**options) as begun:
                yield Stream(begun, blocking.chat)
        return
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(PATIENCE)

    client = AsyncC2CClient(**KEYS, base_url=server.url)
    try:
        client.chat._access.sleep = lambda _: asyncio.sleep(0)
        chat = run(_entered(client, options))
        try:
            yield TaskStream(chat, client.chat, loop)
        finally:
            run(chat.aclose())
    finally:
        run(client.aclose())
        # Transports that were closed give their sockets back in the loop's next turns.
        run(asyncio.sleep(0.01))
        run(loop.shutdown_asyncgens())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _entered(client: AsyncC2CClient, options: dict[str, Any]) -> Any:
    return await client.chat.connect(**options).__aenter__()


def png(width: int = 3, height: int = 2) -> bytes:
    """A picture, as small as can be."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 20)) + chunk(b"IEND", b"")
