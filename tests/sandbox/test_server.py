"""The sandbox on a loopback port: real sockets, real bytes, and nothing left afterwards."""

import asyncio
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from binance_c2c.sandbox import Sandbox, SandboxTransport, serve, serve_forever
from binance_c2c.sandbox.access.server import MOST_BODY_BYTES, _App
from tests.support.sandbox_client import OPERATIONS_BY_HAND, ORDER, SELL_AD, START_MS, Clock, Trader

HOSTILE = [
    "a=b & c",
    "+",
    "%41",
    "~",
    "'\"",
    "🪙",
    "这是测试",
    "\x00\x1f\x7f",
    " lead and trail ",
    "/?#[]@!$'()*,;:",
]


@pytest.fixture
def merchant() -> Trader:
    clock = Clock()
    return Trader(Sandbox(now=clock), "merchant", clock)


@pytest.fixture
def connection(merchant: Trader) -> Iterator[http.client.HTTPConnection]:
    with serve(merchant.sandbox) as base_url:
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(base_url).netloc, timeout=120)
        yield connection
        connection.close()


def ask(connection: http.client.HTTPConnection, trader: Trader, operation: str, body: object = None, **query: object):
    method, path, _ = OPERATIONS_BY_HAND[operation]
    content = None if body is None else json.dumps(body)
    connection.request(method, f"{path}?{trader.query(**query).decode()}", content, trader.headers())
    response = connection.getresponse()
    return response, json.loads(response.read())


def test_an_order_lives_over_real_http(merchant: Trader, connection: http.client.HTTPConnection):
    """The same exchange answers over a socket as in process, on one connection that is kept alive."""
    taker = Trader(merchant.sandbox, "taker", merchant.now)
    number = ask(connection, merchant, "ads.post", SELL_AD)[1]["data"]
    kept = connection.sock
    response, placed = ask(connection, taker, "orders.place", {**ORDER, "advOrderNumber": number})

    assert (200, "1") == (response.status, response.headers["X-SAPI-USED-UID-WEIGHT-1M"])
    assert "application/json;charset=UTF-8" == response.headers["Content-Type"]
    assert 1 == placed["data"]["orderMatch"]["orderStatus"]
    assert kept is connection.sock is not None
    assert 1 == taker.status(placed["data"]["orderMatch"]["orderNumber"])


def test_refusals_keep_their_status_over_http(merchant: Trader, connection: http.client.HTTPConnection):
    """The gateway's 400 and body arrive as they are."""
    response, payload = ask(connection, merchant, "payment_methods.mine", timestamp=START_MS - 5_001)
    connection.request("GET", "/nowhere")
    nowhere = connection.getresponse()

    assert (400, -1021) == (response.status, payload["code"])
    assert (404, -1099) == (nowhere.status, json.loads(nowhere.read())["code"])


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_arrive_as_they_were_signed(
    merchant: Trader, connection: http.client.HTTPConnection, value: str
):
    """The bytes of the query reach the gateway untouched: a signature over them is right."""
    number = ask(connection, merchant, "ads.post", {**SELL_AD, "remarks": value})[1]["data"]
    response, ad = ask(connection, merchant, "ads.get", adsNo=number, note=value)

    assert 200 == response.status
    assert value == ad["data"]["remarks"]


def test_a_raw_byte_over_the_socket_is_a_wrong_signature(merchant: Trader, connection: http.client.HTTPConnection):
    """Nothing between socket and gateway repairs a query that is not percent-encoded."""
    good = merchant.query(note="a").decode()
    bad = good.replace("note=a", "note=a'")
    connection.request("GET", f"{OPERATIONS_BY_HAND['payment_methods.mine'][1]}?{bad}", headers=merchant.headers())

    assert -1022 == json.loads(connection.getresponse().read())["code"]


def test_it_listens_on_loopback_alone_and_leaves_nothing(merchant: Trader):
    """Afterwards its thread is gone, its port is free, and a connection that was kept alive is closed."""
    before = set(threading.enumerate())
    with serve(merchant.sandbox) as base_url:
        host, port = base_url.removeprefix("http://").split(":")
        assert "127.0.0.1" == host
        client = http.client.HTTPConnection(host, int(port), timeout=120)
        client.request("GET", "/api/v3/ping")
        assert b"{}" == client.getresponse().read()
    assert before == set(threading.enumerate())
    assert b"" == client.sock.recv(1)
    client.close()
    with serve(merchant.sandbox, port=int(port)) as again:
        assert base_url == again
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=120)


def test_it_ends_when_the_caller_fails(merchant: Trader):
    """An exception inside the context ends the server and comes out as it is."""
    before = set(threading.enumerate())

    with pytest.raises(KeyError, match="mine"), serve(merchant.sandbox):
        raise KeyError("mine")
    assert before == set(threading.enumerate())


def test_a_taken_port_is_told(merchant: Trader):
    """A port somebody else has is an `OSError` in the caller, not in a thread."""
    with serve(merchant.sandbox) as base_url, pytest.raises(OSError, match="in use"):  # noqa: SIM117
        with serve(merchant.sandbox, port=int(base_url.rpartition(":")[2])):
            raise AssertionError


def test_many_threads_may_ask_at_once(merchant: Trader):
    """Of orders placed at the same time as many are taken as there are coins, and each is counted."""
    taker = Trader(merchant.sandbox, "taker", merchant.now)
    ad = merchant.post_ad(initAmount="1000")
    failed: list[object] = []

    def place() -> None:
        for _ in range(10):
            answer = taker.send("orders.place", {**ORDER, "advOrderNumber": ad, "totalAmount": "500"})
            if answer.status != 200:
                failed.append(answer)

    threads = [threading.Thread(target=place) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = taker.total("orders.list", {"page": 1, "rows": 1})
    assert [] == failed
    assert 1000 - 27.19 * taken < 27.19
    assert f"{1000 - 27.19 * taken:.2f}" == merchant.do("ads.get", adsNo=ad)["surplusAmount"]


def raw(base_url: str, *parts: bytes) -> bytes:
    """All that comes back for these bytes, until the connection ends."""
    host, port = base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=120) as client:
        for part in parts:
            client.sendall(part)
        return b"".join(iter(lambda: client.recv(65_536), b""))


HEAD = b"POST /sapi/v1/c2c/ads/post HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.mark.parametrize("size", [MOST_BODY_BYTES, MOST_BODY_BYTES + 1, 3 * MOST_BODY_BYTES])
@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_body_is_read_to_a_bound(merchant: Trader, size: int, is_chunked: bool):
    """A longer one is refused with 413 in words, whether its length was announced or not, and nobody is asked."""
    framing = b"Transfer-Encoding: chunked\r\n\r\n" if is_chunked else b"Content-Length: %d\r\n\r\n" % size
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"x" * size) if is_chunked else b"x" * size
    with serve(merchant.sandbox) as base_url:
        answer = raw(base_url, HEAD + framing, body)

    asked = merchant.sandbox.journal.requests()
    if size > MOST_BODY_BYTES:
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b'"the body is longer than 1048576 bytes' in answer
        assert [] == asked
    else:
        assert [size] == [entry.body_size for entry in asked]


def test_a_body_without_end_is_cut_off(merchant: Trader, monkeypatch: pytest.MonkeyPatch):
    """It is skipped for a while, so that its sender gets to read why, and then refused before it has ended."""
    monkeypatch.setattr("binance_c2c.sandbox.access.server.MOST_SKIPPED_BYTES", 2 * MOST_BODY_BYTES)
    chunk = b"%x\r\n%b\r\n" % (3 * MOST_BODY_BYTES, b"x" * 3 * MOST_BODY_BYTES)
    with serve(merchant.sandbox) as base_url:
        host, port = base_url.removeprefix("http://").split(":")
        client = http.client.HTTPConnection(host, int(port), timeout=120)
        client.connect()
        client.sock.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        client.sock.sendall(chunk)
        response = http.client.HTTPResponse(client.sock)
        response.begin()

        assert 413 == response.status
        client.close()


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nx: " + b"y" * 200_000, b"400"),
        (HEAD + b"Content-Length: " + b"1" * 5_000 + b"\r\n\r\n", b"400"),
        (HEAD + b"Host: localhost\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"400"),
        (b"GET /api/v3/ping HTTP/1.0\r\n\r\n", b"403"),
        (b"GET /%ED%A0%80?%FF HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"404"),
        (HEAD + b"X-MBX-APIKEY: \xff\r\nContent-Length: 0\r\n\r\n", b"400"),
    ],
    ids=["path", "head", "length", "two hosts", "TLS", "no host", "surrogate", "key"],
)
def test_no_bytes_make_it_fail(merchant: Trader, request_bytes: bytes, status: bytes, caplog: pytest.LogCaptureFixture):
    """What is no request is answered as one that cannot be read; nothing is logged as an error."""
    with serve(merchant.sandbox) as base_url:
        with suppress(ConnectionResetError, BrokenPipeError):
            answer = raw(base_url, request_bytes)
            assert answer.startswith(b"HTTP/1.1 " + status)
        assert b" 200 OK" in raw(base_url, b"GET /api/v3/ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert [] == [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_forwarded_address_is_not_believed(merchant: Trader, caplog: pytest.LogCaptureFixture):
    """A client that calls itself by another address has its connection ended by a fault like any other."""
    merchant.sandbox.faults.add("drop-before")
    with serve(merchant.sandbox) as base_url:
        asked = b"GET /api/v3/ping HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n"

        assert b"" == raw(base_url, asked)
    assert [] == [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("what", ["a delay", "half a body"])
def test_it_ends_at_once_whatever_it_waits_for(what: str, merchant: Trader, caplog: pytest.LogCaptureFixture):
    """An answer that a fault delays for an hour, or a body that never ends, is given up without a word in the log."""
    merchant.sandbox.faults.add("delay", seconds=3600)
    with serve(merchant.sandbox) as base_url:
        host, port = base_url.removeprefix("http://").split(":")
        client = socket.create_connection((host, int(port)), timeout=120)
        client.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        # What comes back tells that the server has begun to read the body.
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        if what == "a delay":
            asked = threading.Event()
            merchant.sandbox.journal.listen(asked.set)
            client.sendall(b"{}")
            assert asked.wait(20)
    with suppress(ConnectionResetError):
        assert b"" == client.recv(1)
    client.close()

    assert [] == caplog.records


def test_a_request_that_comes_while_it_ends_is_let_go(merchant: Trader):
    """Its connection ends, so that nothing is waited for, and the exchange is not asked."""
    aborted: list[str] = []
    transport = SimpleNamespace(get_extra_info=lambda _: ("127.0.0.1", 1), abort=lambda: aborted.append("client"))
    app = _App(merchant.sandbox, {"localhost"})
    connections = [SimpleNamespace(transport=transport)]
    app.server = SimpleNamespace(server_state=SimpleNamespace(connections=connections))  # type: ignore[assignment] # pyright: ignore[reportAttributeAccessIssue]
    app.end()

    async def ask_late() -> None:
        async def receive() -> Any:
            return {"type": "http.disconnect"}

        async def send(_: object) -> None:
            raise AssertionError

        headers = [(b"host", b"localhost")]
        scope = {"client": ("127.0.0.1", 1), "method": "GET", "path": "/api/v3/ping", "headers": headers}
        await app(scope, receive, send)

    asyncio.run(ask_late())
    assert (["client"], []) == (aborted, merchant.sandbox.journal.after(0))


def test_a_client_that_hangs_up_early_is_let_go(merchant: Trader, caplog: pytest.LogCaptureFixture):
    """In the middle of its body, or while its answer is delayed: nothing is logged, and others are answered."""
    merchant.sandbox.faults.add("delay", "ads.post", seconds=3600)
    with serve(merchant.sandbox) as base_url:
        host, port = base_url.removeprefix("http://").split(":")
        for body in (b"{", b"{}"):
            with socket.create_connection((host, int(port)), timeout=120) as client:
                client.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
                assert client.recv(100).startswith(b"HTTP/1.1 100 ")
                client.sendall(body)
        assert b" 200 OK" in raw(base_url, b"GET /api/v3/ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert [] == caplog.records


def test_no_wait_for_a_signal_is_without_an_end(monkeypatch: pytest.MonkeyPatch):
    """Python calls the handler of a signal that comes just before a wait only once that wait is over."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        signal.raise_signal(signal.SIGINT)

    # Ends a wait that is without an end, for this test to fail and not to hang.
    rescue = threading.Timer(60, signal.pthread_kill, (threading.get_ident(), signal.SIGINT))
    monkeypatch.setattr("binance_c2c.sandbox.access.server.time", SimpleNamespace(sleep=sleep))
    rescue.start()
    serve_forever(Sandbox(), 0, on_ready=lambda _: None)
    rescue.cancel()
    rescue.join()

    assert [True] == [0 < seconds <= 1 for seconds in waits]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_serving_forever_ends_cleanly_by_signal(number: signal.Signals):
    """The process says where it is when it is ready, prints nothing else, and a signal ends it with status 0."""
    program = (
        "from binance_c2c.sandbox import Sandbox, serve_forever\n"
        "serve_forever(Sandbox(), 0, on_ready=lambda url: print(url, flush=True))\n"
        "print('ended')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        base_url = process.stdout.readline().strip()
        answer = httpx.get(f"{base_url}/api/v3/ping")
        process.send_signal(number)
        output, errors = process.communicate(timeout=120)

    assert {} == answer.json()
    assert (0, "ended\n", "") == (process.returncode, output, errors)


@pytest.mark.parametrize("value", HOSTILE)
def test_the_transport_passes_raw_bytes(merchant: Trader, value: str):
    """In process, sync and async clients see the same answers, and a query keeps its spelling."""
    transport = SandboxTransport(merchant.sandbox)
    query = merchant.query(note=value)
    url = httpx.URL("https://api.binance.com/sapi/v1/c2c/paymentMethod/getPayMethodByUserId").copy_with(query=query)

    async def ask_async() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get(url, headers=merchant.headers())

    with httpx.Client(transport=transport) as client:
        response = client.get(url, headers=merchant.headers())

    assert 200 == response.status_code
    assert response.json() == asyncio.run(ask_async()).json()
    assert "1" == response.headers["x-sapi-used-uid-weight-1m"]


def test_the_transport_passes_bodies(merchant: Trader):
    """A JSON body reaches the exchange through both kinds of client."""
    transport = SandboxTransport(merchant.sandbox)
    url = httpx.URL("http://sandbox/sapi/v1/c2c/ads/post")

    async def post_async() -> str:
        async with httpx.AsyncClient(transport=transport) as client:
            response = await client.post(
                url.copy_with(query=merchant.query()), headers=merchant.headers(), json=SELL_AD
            )
            return str(response.json()["data"])

    with httpx.Client(transport=transport) as client:
        first = client.post(url.copy_with(query=merchant.query()), headers=merchant.headers(), json=SELL_AD)

    assert [first.json()["data"], asyncio.run(post_async())] == [
        ad["advNo"] for ad in merchant.do("ads.list", {"sort": "asc"})
    ]
