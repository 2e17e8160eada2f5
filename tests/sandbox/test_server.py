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

import httpx
import pytest

from binance_c2c.sandbox import Sandbox, SandboxTransport, serve
from tests.sandbox.handlers.test_by_hand import OPERATIONS_BY_HAND, ORDER, SELL_AD, START_MS, Clock, Trader

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
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(base_url).netloc, timeout=10)
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
        client = http.client.HTTPConnection(host, int(port), timeout=10)
        client.request("GET", "/api/v3/ping")
        assert b"{}" == client.getresponse().read()
        idle = socket.create_connection((host, int(port)), timeout=10)
    assert before == set(threading.enumerate())
    assert b"" == idle.recv(1)
    idle.close()
    client.close()
    with serve(merchant.sandbox, port=int(port)) as again:
        assert base_url == again
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=10)


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
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
        output, errors = process.communicate(timeout=20)

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
