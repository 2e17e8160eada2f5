"""`http=` is the door to HTTP/2 as well: one connection, and all that holds over HTTP/1.1 holds over it."""

import hashlib
import hmac
import socket
import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import httpx
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded

from binance_c2c import C2CClient
from binance_c2c.errors import OutcomeUnknownError
from tests.support.clients import KEY, SECRET, Kind, over_sockets, run
from tests.support.servers.authority import Authority, make_authority

BODY = b'{"code":"000000","success":true,"data":[],"total":7}'
CUT_OFF = "releaseCoin"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


class Exchange:
    """Answers on every connection, and resets the stream of a release."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.requests: list[Mapping[str, str]] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self._tls = tls

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            with suppress(OSError), connection, self._tls.wrap_socket(connection, server_side=True) as stream:
                self._talk(stream)

    def _talk(self, stream: ssl.SSLSocket) -> None:
        talk = H2Connection(H2Configuration(client_side=False))
        talk.initiate_connection()
        stream.sendall(talk.data_to_send())
        while received := stream.recv(65536):
            for event in talk.receive_data(received):
                self._take(talk, event)
            stream.sendall(talk.data_to_send())

    def _take(self, talk: H2Connection, event: Any) -> None:
        match event:
            case RequestReceived():
                self.requests.append({name.decode(): value.decode() for name, value in event.headers})
                self.bodies.append(b"")
            case DataReceived():
                self.bodies[-1] += event.data
            case StreamEnded() if CUT_OFF in self.requests[-1][":path"]:
                talk.reset_stream(event.stream_id)
            case StreamEnded():
                talk.send_headers(event.stream_id, [(":status", "200"), ("content-type", "application/json")])
                talk.send_data(event.stream_id, BODY, end_stream=True)
            case _:
                pass


@contextmanager
def exchange(authority: Authority) -> Generator[tuple[str, Exchange]]:
    authority.server.set_alpn_protocols(["h2"])
    there = Exchange(authority.server)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=there.serve, args=(listener,))
        thread.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}", there
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def over_http2(kind: Kind, authority: Authority) -> Any:
    """An `httpx` client of the caller's own, for either client."""
    client = httpx.Client if issubclass(kind, C2CClient) else httpx.AsyncClient
    return client(http2=True, http1=False, verify=authority.trusted(), trust_env=False)


@over_sockets
def test_calls_go_over_one_connection(kind: Kind, authority: Authority):
    """What arrives carries key and body, and a signature over its own query."""
    with exchange(authority) as (url, there):
        pages = run(
            kind,
            url,
            lambda c: c.orders.history(trade_type="SELL"),
            lambda c: c.ads.search(asset="USDT", fiat="MXN", trade_type="BUY"),
            http=over_http2(kind, authority),
        )

    assert [7, 7] == [page.total for page in pages]
    assert 1 == there.connections
    assert [(KEY, "web")] * 2 == [(one["x-mbx-apikey"], one["clienttype"]) for one in there.requests]
    assert b'"asset":"USDT"' in there.bodies[1]
    for request in there.requests:
        payload, _, signature = request[":path"].partition("?")[2].partition("&signature=")
        assert hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).hexdigest() == signature


@over_sockets
def test_a_write_whose_stream_ends_is_not_repeated(kind: Kind, authority: Authority):
    """One request, and an error that says that nothing is known."""
    with exchange(authority) as (url, there):
        [error] = run(kind, url, lambda c: c.orders.release(order_number="1"), http=over_http2(kind, authority))

    assert OutcomeUnknownError is type(error)
    assert 1 == len(there.requests)
