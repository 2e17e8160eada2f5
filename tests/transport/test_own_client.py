"""`http=` is the door to what a client of one's own can do: proxies, and TLS with another authority."""

import socket
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import anyio
import httpx
import pytest

from binance_c2c import C2CClient
from binance_c2c._core.transport import Origin, Request, open_transport
from binance_c2c.errors import OutcomeUnknownError, TransportError
from tests.support.clients import KEY, Kind, order_data, over_async_sockets, over_sockets, run, yes
from tests.support.servers.authority import Authority
from tests.support.servers.proxy import tunnel
from tests.support.wire import HANG_UP, Answer, Wire, reply


def own(kind: Kind, **options: Any) -> Any:
    """An `httpx` client of the caller's own, for either client."""
    return (httpx.Client if issubclass(kind, C2CClient) else httpx.AsyncClient)(**options)


def get(client: Any) -> Any:
    return client.orders.get(order_number="1")


def release(client: Any) -> Any:
    return client.orders.release(order_number="1")


ORDER = reply(yes(order_data("1")))


@over_sockets
def test_a_proxy_of_ones_own_carries_calls(kind: Kind):
    """It is asked for the whole address, the signature with it, and its answer is the exchange's."""
    with Wire(then=ORDER) as proxy:
        [order] = run(kind, "http://c2c.localhost:9", get, http=own(kind, proxy=proxy.url))

    [request] = proxy.requests
    assert "1" == order.order_number
    assert request.target.startswith("http://c2c.localhost:9/sapi/v1/c2c/orderMatch/getUserOrderDetail?")
    assert "&signature=" in request.target


@over_sockets
def test_a_tunnel_carries_what_it_cannot_read(kind: Kind, authority: Authority):
    """Through a proxy to TLS: it learns where to connect, and neither key nor path; each call has its own."""
    with Wire(then=ORDER, tls=authority.server) as wire, tunnel() as (proxy, asked, carried):
        http = own(kind, proxy=proxy, verify=authority.trusted())
        orders = run(kind, wire.url, get, get, http=http)
        there = wire.url.removeprefix("https://")

    seen = b"".join([*asked, *carried])
    assert ["1", "1"] == [order.order_number for order in orders]
    assert [f"CONNECT {there} HTTP/1.1".encode()] * 2 == [one.splitlines()[0] for one in asked]
    assert [KEY, KEY] == [one.header("X-MBX-APIKEY") for one in wire.requests]
    assert KEY.encode() not in seen
    assert b"getUserOrderDetail" not in seen


@over_sockets
def test_a_tunnel_of_the_environment_carries_too(kind: Kind, authority: Authority, monkeypatch: pytest.MonkeyPatch):
    """`HTTPS_PROXY` and `SSL_CERT_FILE` are enough, without a client of one's own."""
    with Wire(then=ORDER, tls=authority.server) as wire, tunnel() as (proxy, asked, _):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        [order] = run(kind, wire.url, get)

    assert "1" == order.order_number
    assert (1, 1) == (len(asked), len(wire.requests))


@over_sockets
def test_a_write_lost_behind_a_tunnel_is_not_repeated(kind: Kind, authority: Authority):
    """What holds without a proxy holds with one: one request, and an error that says that nothing is known."""
    with Wire(HANG_UP, then=ORDER, tls=authority.server) as wire, tunnel() as (proxy, _, _):
        [error] = run(kind, wire.url, release, http=own(kind, proxy=proxy, verify=authority.trusted()))

    assert OutcomeUnknownError is type(error)
    assert 1 == len(wire.requests)


@over_sockets
def test_an_authority_nobody_knows_gets_no_request(kind: Kind, authority: Authority):
    """Without trust nothing is sent, not even the key, and the error says so: a write did not happen."""
    with Wire(then=ORDER, tls=authority.server) as wire:
        [error] = run(kind, wire.url, release)
        [other] = run(kind, wire.url, release, http=own(kind))

    assert [TransportError] * 2 == [type(error), type(other)]
    assert "(the certificate is refused: " in str(error)
    assert "(the certificate is refused: " in str(other)
    assert not error.request_sent
    assert not other.request_sent
    assert [] == wire.requests


@over_sockets
def test_an_authority_of_ones_own_is_trusted(kind: Kind, authority: Authority):
    """A client of one's own brings whom it trusts."""
    with Wire(then=ORDER, tls=authority.server) as wire:
        [order] = run(kind, wire.url, get, http=own(kind, verify=authority.trusted()))

    assert "1" == order.order_number


@over_sockets
def test_an_authority_of_the_environment_is_trusted(kind: Kind, authority: Authority, monkeypatch: pytest.MonkeyPatch):
    """`SSL_CERT_FILE` names one for the connections of the client itself, on each way to a socket."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with Wire(then=ORDER, tls=authority.server) as wire:
        orders = run(kind, wire.url, get, get)

    assert ["1", "1"] == [order.order_number for order in orders]
    assert 1 == wire.connections


def test_what_a_client_of_ones_own_waits_is_not_known():
    """It counts as nothing: the clock takes the whole time until the answer for the way there and back."""
    transport = open_transport(httpx.MockTransport(lambda _: httpx.Response(200)), 99)
    request = Request("GET", Origin("https", "c2c.example", 443, b"c2c.example"), b"/", [(b"Host", b"c2c.example")])

    assert 0.0 == transport.fetch(request, None).waited


class Repeating(httpx.HTTPTransport):
    """A transport of the caller's that sends a request once more, whatever went wrong."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return super().handle_request(request)
        except httpx.TransportError:
            return super().handle_request(request)


class AsyncRepeating(httpx.AsyncHTTPTransport):
    """Such a transport for tasks."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except httpx.TransportError:
            return await self.repeat(request)

    async def repeat(self, request: httpx.Request) -> httpx.Response:
        return await super().handle_async_request(request)


class Stuck(AsyncRepeating):
    """One whose second connection does not come about."""

    async def repeat(self, request: httpx.Request) -> httpx.Response:
        await request.extensions["trace"]("connection.connect_tcp.started", {})
        await anyio.sleep_forever()
        raise AssertionError


@contextmanager
def one_request() -> Generator[tuple[str, list[bytes]]]:
    """A server that is gone as soon as a whole request has come: its address, and what came."""
    came: list[bytes] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as stream:
            listener.close()
            came.extend(iter(stream.readline, b"\r\n"))
            came.append(stream.read(1))

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as threads:
        threads.submit(serve)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", came


@over_sockets
def test_a_write_that_a_transport_repeats_in_vain_may_have_arrived(kind: Kind):
    """It failed to connect only when it repeated the request: what became of the first one is not known."""
    http = Repeating() if issubclass(kind, C2CClient) else AsyncRepeating()
    with one_request() as (url, came):
        [error] = run(kind, url, release, http=http)

    assert came[0].startswith(b"POST")
    assert OutcomeUnknownError is type(error)
    assert "http sent the request, and failed to connect when it repeated it" in str(error)


@over_async_sockets
def test_a_write_whose_time_ends_while_a_transport_repeats_it_may_have_arrived(kind: Kind):
    """Connecting for the second time takes nothing back."""
    with one_request() as (url, came):
        [error] = run(kind, url, release, http=Stuck(), timeout=0.5)

    assert came[0].startswith(b"POST")
    assert OutcomeUnknownError is type(error)


@over_async_sockets
def test_a_tunnel_that_takes_too_long_was_not_a_write(kind: Kind):
    """To ask a proxy for a tunnel is not to send the request that is to go through it."""
    with Wire(then=Answer()) as proxy:
        [error] = run(kind, "https://c2c.example", release, http=own(kind, proxy=proxy.url), timeout=0.5)

    assert {"CONNECT"} == {one.method for one in proxy.requests}
    assert TransportError is type(error)
    assert not error.request_sent
