"""The chat: 10,000 frames beside the bare WebSocket client, memory over 100,000 messages, time to reconnect."""

import asyncio
import gc
import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.chat import Back, Message, Reconnect
from binance_c2c.sandbox import Sandbox
from tests.chat.server import FIRST_ID, ORDER, ChatServer

FRAMES, ROUNDS = 10_000, 5
MANY = 100_000
KEYS: Any = {"api_key": "k" * 64, "api_secret": "s" * 64}


def frame(number: int) -> str:
    return json.dumps(
        {
            "type": "text",
            "id": str(FIRST_ID + number),
            "uuid": f"{1710460310000 + number}",
            "orderNo": ORDER,
            "content": "Hello, I have paid, please check",
            "self": False,
            "createTime": 1710460310000 + number,
            "fromNickname": "ExampleBuyer",
            "status": "unread",
        }
    )


async def pour(server: ChatServer, first: int) -> None:
    """Send `FRAMES` frames as fast as the client takes them."""
    connection = server.connection
    assert connection is not None
    for text in [frame(one) for one in range(first, first + FRAMES)]:
        await connection.send(text)


def serve() -> None:
    """Run the server as a process of its own, so that it takes no time from what is measured."""
    with ChatServer() as server:

        def begin(query: dict[str, str]) -> tuple[int, bytes]:
            asyncio.run_coroutine_threadsafe(pour(server, int(query["first"])), server._loop)
            return 200, b""

        def let_in(query: dict[str, str]) -> tuple[int, bytes]:
            del query
            server.tokens.add("T")
            return 200, server.stream_url.encode()

        server.answers["go"] = begin
        server.answers["open"] = let_in
        print(server.url, flush=True)
        sys.stdin.read()


@contextmanager
def served() -> Generator[str]:
    """The address of a server that runs as long as the context."""
    command = [sys.executable, "-m", "tests.bench.chat", "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdin is not None
        yield program.stdout.readline().strip()
        program.stdin.close()


def chat() -> None:
    """Print times and memory, for both clients."""
    print(f"the chat's stream, {FRAMES} frames over loopback (µs a frame; ratio to the bare client of the same kind)")
    with served() as url:
        figures: dict[str, list[float]] = {"bare": [], "tasks": [], "bare, threads": [], "threads": []}
        for turn in range(ROUNDS):
            first = turn * 4 * FRAMES
            figures["bare"].append(asyncio.run(bare(url, first)))
            figures["tasks"].append(asyncio.run(tasks(url, first + FRAMES)))
            figures["bare, threads"].append(bare_threads(url, first + 2 * FRAMES))
            figures["threads"].append(threads(url, first + 3 * FRAMES))
    for ours, theirs, name_of_ours in (
        ("tasks", "bare", "AsyncC2CClient.chat.connect, to values"),
        ("threads", "bare, threads", "C2CClient.chat.connect, to values"),
    ):
        ratio = statistics.median(one / other for one, other in zip(figures[ours], figures[theirs], strict=True))
        for name, title in ((theirs, "websockets and json.loads, to dicts"), (ours, name_of_ours)):
            mark = f"  {ratio:.2f}" if name == ours else ""
            print(f"  {title:52} {statistics.median(figures[name]) / FRAMES * 1e6:8.1f}{mark}")
    memory()
    asyncio.run(memory_of_a_connection())
    reconnecting()


def _address(url: str) -> str:
    stream_url = httpx.get(f"{url}/open").text
    return f"{stream_url}/key?token=T&clientType=web"


def _go(url: str, first: int) -> float:
    begun = time.perf_counter()
    httpx.get(f"{url}/go", params={"first": first})
    return begun


async def bare(url: str, first: int) -> float:
    from websockets.asyncio.client import connect  # noqa: PLC0415

    async with connect(_address(url)) as socket:
        begun = await asyncio.to_thread(_go, url, first)
        for _ in range(FRAMES):
            json.loads(await socket.recv())
        return time.perf_counter() - begun


async def tasks(url: str, first: int) -> float:
    async with AsyncC2CClient(**KEYS, base_url=url) as client, client.chat.connect() as stream:
        begun = await asyncio.to_thread(_go, url, first)
        for _ in range(FRAMES):
            assert type(await anext(stream)) is Message
        return time.perf_counter() - begun


def bare_threads(url: str, first: int) -> float:
    from websockets.sync.client import connect  # noqa: PLC0415

    with connect(_address(url)) as socket:
        begun = _go(url, first)
        for _ in range(FRAMES):
            json.loads(socket.recv())
        return time.perf_counter() - begun


def threads(url: str, first: int) -> float:
    with C2CClient(**KEYS, base_url=url) as client, client.chat.connect() as stream:
        begun = _go(url, first)
        for _ in range(FRAMES):
            assert type(next(stream)) is Message
        return time.perf_counter() - begun


def memory() -> None:
    """Print the memory of a session after more and more messages, without a socket: only the session could grow."""
    from binance_c2c.chat.session import Session  # noqa: PLC0415

    session = Session({"*": "1"})
    session.opened(0.0)
    request = session.history_request()
    assert request is not None
    session.take_history(request, [], 0.0)
    tracemalloc.start()
    held = []
    for number in range(MANY):
        session.received(frame(number).encode())
        session.take()
        if number + 1 in {MANY // 10, MANY // 2, MANY}:
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0] / 1024)
    tracemalloc.stop()
    told = ", ".join(f"{size:.0f}" for size in held)
    print(f"  memory of a session after {MANY // 10}, {MANY // 2} and {MANY} messages (KiB): {told}")


async def memory_of_a_connection() -> None:
    """Print the memory of a whole stream after more and more messages over a real connection."""
    with served() as url:
        async with AsyncC2CClient(**KEYS, base_url=url) as client, client.chat.connect() as stream:
            held: list[float] = []
            for turn in range(MANY // FRAMES):
                await asyncio.to_thread(_go, url, turn * FRAMES)
                for _ in range(FRAMES):
                    await anext(stream)
                if not turn:
                    # By now everything is loaded that is loaded once, such as modules and codecs.
                    tracemalloc.start()
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0] / 1024)
            tracemalloc.stop()
    told = ", ".join(f"{size:.0f}" for size in held[1:])
    print(f"  memory of a connection after each {FRAMES} of {MANY} messages, above the first (KiB): {told}")


def reconnecting() -> None:
    """Print the time from a lost connection to the first message sent meanwhile: the sandbox, without back-off."""
    sandbox = Sandbox(empty=True)
    ad = sandbox.moves.post_ad("merchant", "SELL", price="20", amount=4000, smallest=20, largest=2000)
    order = sandbox.moves.place("taker", ad, total_amount=200)
    options: Any = {"reconnect": Reconnect(first_wait=0, jitter=0)}
    times: list[float] = []
    with C2CClient.in_sandbox(sandbox) as client, client.chat.connect(**options) as stream:
        for _ in range(21):
            # The message that is lost with the connection is the first one after it.
            sandbox.faults.add("drop-before", "chat.receive", times=1)
            begun = time.perf_counter()
            sandbox.moves.say("taker", order, "hello")
            while type(next(stream)) is not Message:
                pass
            times.append(time.perf_counter() - begun)
            while type(next(stream)) is not Back:
                pass
    middle, longest = statistics.median(times) * 1e3, max(times) * 1e3
    print(
        f"  from a lost connection to the next message, against the sandbox (ms): {middle:.1f}, at most {longest:.1f}\n"
    )


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["serve"] else chat()
