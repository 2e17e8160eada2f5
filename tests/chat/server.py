"""A chat server on loopback that is scripted by a test: a real WebSocket server, and beside it the calls over HTTP."""

import asyncio
import json
import random
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER = "22784010203040506113"
OTHER = "22784010203040506114"
FIRST_ID = 2278401020304050000


class ChatServer:
    """Keeps what was said, echoes what it is told, and cuts connections where a test says so."""

    def __init__(self, seed: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.random = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
        self.lock = threading.RLock()
        self.history: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []
        """What came over the stream."""
        self.tokens: set[str] = set()
        self.given = 0
        self.connected = 0
        self.cuts = 0
        self.cut_chance = 0.0
        self.on_frame: Callable[[ServerConnection, dict[str, Any]], Any] | None = None
        self.refuse_tokens = 0
        self.html = 0
        self.answers: dict[str, Any] = {}
        """By the end of a path, what is answered instead: a function of the query, or a status and a body."""
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.pictures: dict[str, bytes] = {}
        self.puts: list[tuple[str, dict[str, str], bytes]] = []
        self.unreadable = 0
        self.connection: ServerConnection | None = None
        self.writing = asyncio.Lock()
        self._next = FIRST_ID
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._server: Server | None = None

    # ---- living

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._http_thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._http_thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._http_thread.join()
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Any) -> Any:
        """Run something on the server's loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def _run(self) -> None:
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        self._server = await serve(
            self._talk,
            "127.0.0.1",
            0,
            process_request=self._let_in,
            ping_interval=None,
            close_timeout=0.2,
            ssl=self.tls,
        )

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where the calls go."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def stream_url(self) -> str:
        """Where the stream is."""
        assert self._server is not None
        scheme = "ws" if self.tls is None else "wss"
        return f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/chat"

    # ---- the stream

    def _let_in(self, connection: ServerConnection, request: Request) -> Response | None:
        query = parse_qs(urlsplit(request.path).query)
        [token] = query["token"]
        with self.lock:
            if self.html:
                self.html -= 1
                return connection.respond(200, "<html>Just a moment</html>")
            known = token in self.tokens
            self.tokens.discard(token)
            if self.refuse_tokens:
                self.refuse_tokens -= 1
                known = False
        return None if known else connection.respond(401, "no")

    async def _talk(self, connection: ServerConnection) -> None:
        earlier, self.connection = self.connection, connection
        self.connected += 1
        if earlier is not None:
            self._background = asyncio.ensure_future(earlier.close(1000, "Bye"))
        try:
            async for data in connection:
                await self._hear(connection, json.loads(data))
        except ConnectionClosed:
            pass
        finally:
            if self.connection is connection:
                self.connection = None

    async def _hear(self, connection: ServerConnection, frame: dict[str, Any]) -> None:
        with self.lock:
            self.frames.append(frame)
        if self.on_frame is not None:
            await self.on_frame(connection, frame)
            return
        if self._cut(connection):
            return
        message = self.keep({**frame, "self": True})
        if not self._cut(connection):
            await self.push(message)

    def _cut(self, connection: ServerConnection) -> bool:
        """Perhaps end a connection without a word."""
        if self.random.random() >= self.cut_chance:
            return False
        self.cuts += 1
        connection.transport.abort()
        return True

    def keep(self, frame: dict[str, Any]) -> dict[str, Any]:
        """Give a message its number, and put it into the history."""
        with self.lock:
            self._next += self.random.randint(1, 900)
            message = {**frame, "id": str(self._next), "createTime": int(time.time() * 1000)}
            self.history.append(message)
        return message

    async def push(self, message: dict[str, Any]) -> None:
        """Send a frame over the stream, if there is one."""
        connection = self.connection
        if connection is None:
            return
        try:
            await connection.send(json.dumps(message))
        except ConnectionClosed:
            return
        self._cut(connection)

    async def say_async(self, text: str, order: str = ORDER) -> dict[str, Any]:
        """The buyer says something."""
        async with self.writing:
            message = self.keep({"type": "text", "content": text, "orderNo": order, "self": False, "uuid": f"b-{text}"})
            await self.push(message)
        return message

    def say(self, text: str, order: str = ORDER) -> dict[str, Any]:
        """As `say_async`, from a test's thread."""
        message: dict[str, Any] = self.run(self.say_async(text, order))
        return message

    def send(self, data: str | bytes) -> None:
        """Send anything."""

        async def _send() -> None:
            assert self.connection is not None
            await self.connection.send(data)

        self.run(_send())

    def close(self, code: int = 1000, reason: str = "") -> None:
        """End the connection properly."""

        async def _close() -> None:
            assert self.connection is not None
            await self.connection.close(code, reason)

        self.run(_close())

    def abort(self) -> None:
        """End the connection without a word."""

        async def _abort() -> None:
            assert self.connection is not None
            self.connection.transport.abort()

        self.run(_abort())

    # ---- the calls

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - so it is called
                del format, args

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def do_PUT(self) -> None:
                self._answer()

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                status, content = owner.answer(self.command, self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        return Handler

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """What a call gets."""
        parts = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        name = parts.path.rpartition("/")[2]
        with self.lock:
            self.asked.append((name, query))
            if name in self.answers:
                instead = self.answers[name]
                found: Any = instead(query) if callable(instead) else instead
                return int(found[0]), bytes(found[1])
            if parts.path.startswith("/pictures/"):
                return self._picture(method, parts.path, headers, body)
            data: Any = None
            extra: dict[str, Any] = {}
            if name == "retrieveChatCredential":
                self.given += 1
                token = f"TOKEN{self.given:027d}"
                self.tokens.add(token)
                data = {"chatWssUrl": self.stream_url, "listenKey": "c2c_key", "listenToken": token}
            elif name == "retrieveChatMessagesWithPagination":
                data, extra = self._page(query)
            elif name == "pre-signed-url":
                address = f"{self.url}/pictures/{len(self.puts)}.jpg"
                data = {"uploadUrl": f"{address}?X-Amz-Signature=abc", "imageUrl": address}
            return 200, json.dumps({"code": "000000", "message": "ok", "success": True, "data": data, **extra}).encode()

    def _page(self, query: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        before = int(query.get("id") or 10**20)
        found = [
            one
            for one in reversed(self.history)
            if int(one["id"]) < before and query.get("orderNo") in {None, one["orderNo"]}
        ]
        found.sort(key=lambda one: -int(one["id"]))
        return found[: int(query["rows"])], {"total": len(found)}

    def _picture(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if method == "PUT":
            self.puts.append((path, headers, body))
            self.pictures[path] = body
            return 200, b""
        if self.unreadable:
            self.unreadable -= 1
            return 403, b"not yet"
        return (200, self.pictures[path]) if path in self.pictures else (404, b"")
