"""TLS of a client's own connections: what it keeps to itself answers nothing, and its own messages harm nothing."""

import asyncio
import os
import re
import select
import socket
import ssl
import time
from contextlib import ExitStack, suppress
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c import RetryPolicy
from binance_c2c._core.transport import asyncio as asyncio_module
from binance_c2c._core.transport import sync
from binance_c2c._core.transport.messages import UnreachedError
from binance_c2c._core.transport.sockets import is_quiet
from binance_c2c._core.transport.tls import Tls
from binance_c2c.errors import TransportError
from tests.support.clients import Kind, order_data, over_sockets, run, yes
from tests.support.servers.authority import Authority, make_authority
from tests.support.servers.proxy import tunnel
from tests.support.servers.records import Records, served
from tests.support.wire import PROXIES, reply

FIRST = reply(yes(order_data("1"))).data
STRAY = reply(yes()).data
REFUSED = reply({"code": "1", "message": "no", "success": False}).data
FORGED = b"\x17\x03\x03\x00\x20" + bytes(32)
"""A record that looks like one of the server's."""
MODULES = ("sync", "asyncio", "trio")
ONCE = RetryPolicy(attempts=1)


@pytest.fixture(autouse=True)
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names the authority of the tests, and no proxy."""
    for name in [name for name in os.environ if name.lower() in PROXIES]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))


def get(client: Any) -> Any:
    return client.orders.get(order_number="1")


def release(client: Any) -> Any:
    return client.orders.release(order_number="1")


@pytest.mark.parametrize("cut", [3, 5, 40], ids=["in its head", "behind its head", "in its text"])
@pytest.mark.parametrize("route", ["tls", "tunnel"])
@over_sockets
def test_the_half_of_a_record_behind_an_answer_answers_nothing(
    kind: Kind, route: str, cut: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    """TLS shows nothing of it before its other half comes, with the next request: that is sent elsewhere."""
    requests: list[bytes] = []

    def serve(server: Records) -> None:
        server.do_handshake()
        server.send()
        requests.append(server.read())
        if len(requests) > 1:
            server.send(server.record(REFUSED))
            return
        answer, stray = server.record(FIRST), server.record(STRAY)
        server.send(answer + stray[:cut])
        server.wait_for_bytes()
        server.send(stray[cut:])

    with served(authority.server, serve) as url, ExitStack() as stack:
        if route == "tunnel":
            monkeypatch.setenv("HTTPS_PROXY", stack.enter_context(tunnel())[0])
        order, refusal = run(kind, url, get, release)

    assert "1" == order.order_number
    assert "1" == refusal.code
    assert 2 == len(requests)


@over_sockets
def test_the_half_of_a_record_before_a_request_gets_none(kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It came with the end of the handshake: the handshake is not over before its other half is there."""
    authority = make_authority(tmp_path)
    # The server's is the last word of a handshake there.
    authority.server.maximum_version = ssl.TLSVersion.TLSv1_2
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    requests: list[bytes] = []

    def serve(server: Records) -> None:
        server.do_handshake()
        flight = server.record(STRAY)
        server.send(flight[:-10])
        requests.append(server.read())

    with served(authority.server, serve) as url:
        [error] = run(kind, url, release, retry=ONCE, timeout=0.3)

    assert [] == requests
    assert isinstance(error, TransportError)
    assert not error.request_sent


@over_sockets
def test_what_comes_right_behind_the_handshake_gets_no_request(
    kind: Kind, authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    """It is looked for before the request is sent, and where TLS did not say it of itself, nothing is sent."""
    over, spoken, requests = Event(), Event(), []

    class Late(Tls):
        def do_handshake(self, data: bytes | None) -> bool:
            is_over = super().do_handshake(data)
            if is_over and not over.is_set():
                over.set()
                spoken.wait()
            return is_over

    def serve(server: Records) -> None:
        # Half of the handshake: a server of TLS 1.3 may speak before the client's last word.
        server.wait_for_bytes()
        with pytest.raises(ssl.SSLWantReadError):
            server.tls.do_handshake()
        server.send()
        over.wait()
        server.connection.sendall(FORGED)
        spoken.set()
        requests.append(server.read())

    for module in MODULES:
        monkeypatch.setattr(f"binance_c2c._core.transport.{module}.Tls", Late)
    with served(authority.server, serve) as url:
        [error] = run(kind, url, release, retry=ONCE)

    assert [] == requests
    assert isinstance(error, TransportError)
    assert not error.request_sent
    assert "the TLS handshake with 127.0.0.1 failed" in str(error)


@over_sockets
def test_tickets_that_come_at_once_are_taken_in(kind: Kind, authority: Authority, monkeypatch: pytest.MonkeyPatch):
    """They are no stray answer: the request goes out on the same connection."""
    handshakes: list[Records] = []

    def serve(server: Records) -> None:
        handshakes.append(server)
        server.do_handshake()
        server.send()
        while server.read():
            server.send(server.record(FIRST))

    def patient(descriptor: int) -> bool:
        """As if the client were slow: both tickets are there when it looks for the first time."""
        if not looked:
            looked.append(descriptor)
            select.select([descriptor], [], [], 10)
        return is_quiet(descriptor)

    looked: list[int] = []
    for module in MODULES:
        monkeypatch.setattr(f"binance_c2c._core.transport.{module}.is_quiet", patient)
    with served(authority.server, serve) as url:
        orders = run(kind, url, get, get)

    assert ["1", "1"] == [order.order_number for order in orders]
    assert 1 == len(handshakes)


@over_sockets
def test_a_question_of_tls_is_answered_while_a_response_is_waited_for(
    kind: Kind, authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    """A server that asks for a certificate, behind the request, waits for the reply before it answers."""

    def trust() -> ssl.SSLContext:
        context = authority.trusted()
        context.post_handshake_auth = True
        return context

    def serve(server: Records) -> None:
        server.do_handshake()
        server.send()
        server.read()
        server.tls.verify_client_post_handshake()
        server.send(server.record(FIRST[:20]))
        server.wait_for_bytes()
        server.send(server.record(FIRST[20:]))

    monkeypatch.setattr("httpx.create_ssl_context", trust)
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    asking.load_cert_chain(authority.certificate.parent / "server.pem")
    asking.verify_mode = ssl.CERT_OPTIONAL
    with served(asking, serve) as url:
        [order] = run(kind, url, get, timeout=10.0, retry=ONCE)

    assert "1" == order.order_number


@over_sockets
def test_an_answer_without_a_length_ends_with_tls(kind: Kind, authority: Authority):
    """The server says that it has ended, and leaves the connection open: the answer is whole, and no call follows."""
    handshakes: list[Records] = []

    def serve(server: Records) -> None:
        handshakes.append(server)
        server.do_handshake()
        server.send()
        server.read()
        server.send(server.record(b"HTTP/1.1 200 OK\r\n\r\n" + FIRST.partition(b"\r\n\r\n")[2]))
        with pytest.raises(ssl.SSLWantReadError):
            server.tls.unwrap()
        server.send()
        server.connection.recv(1)

    with served(authority.server, serve) as url:
        orders = run(kind, url, get, get)

    assert ["1", "1"] == [order.order_number for order in orders]
    assert 2 == len(handshakes)


@over_sockets
def test_what_tls_cannot_read_between_two_calls_ends_the_connection(kind: Kind, authority: Authority):
    """A record that nobody who has the keys has written: the next request takes another connection."""
    requests: list[bytes] = []
    due, spoken = Event(), Event()

    def serve(server: Records) -> None:
        server.do_handshake()
        server.send()
        requests.append(server.read())
        server.send(server.record(FIRST))
        due.wait()
        server.connection.sendall(FORGED)
        spoken.set()
        server.connection.recv(1)

    def speak(_: Any) -> None:
        due.set()
        spoken.wait()

    with served(authority.server, serve) as url:
        one, _, other = run(kind, url, get, speak, get, retry=ONCE)

    assert ["1", "1"] == [one.order_number, other.order_number]
    assert 2 == len(requests)


@over_sockets
def test_what_tls_cannot_read_behind_an_answer_ends_the_connection(kind: Kind, authority: Authority):
    """The answer is genuine and is given; the next request takes another connection."""
    requests: list[bytes] = []

    def serve(server: Records) -> None:
        server.do_handshake()
        server.send()
        requests.append(server.read())
        server.send(server.record(FIRST) + FORGED)
        server.connection.recv(1)

    with served(authority.server, serve) as url:
        one, other = run(kind, url, get, get, retry=ONCE)

    assert ["1", "1"] == [one.order_number, other.order_number]
    assert 2 == len(requests)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@over_sockets
def test_a_certificate_of_another_server_is_refused(
    kind: Kind, host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Though its authority is trusted, and nothing is sent."""
    elsewhere = make_authority(tmp_path, address="192.0.2.1", name="elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(elsewhere.certificate))
    requests: list[bytes] = []

    def serve(server: Records) -> None:
        server.do_handshake()
        requests.append(server.read())

    with served(elsewhere.server, serve) as url:
        [error] = run(kind, url.replace("127.0.0.1", host), release, retry=ONCE)

    assert [] == requests
    assert isinstance(error, TransportError)
    assert not error.request_sent
    assert re.search(r"the certificate is refused: \w+( address)? mismatch", str(error))


@over_sockets
def test_a_server_learns_the_name_it_is_asked_by(kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One address may serve many names, each with a certificate of its own."""
    authority = make_authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    names: list[str | None] = []
    authority.server.sni_callback = lambda _, name, __: names.append(name)

    def serve(server: Records) -> None:
        server.do_handshake()
        server.send()
        server.read()
        server.send(server.record(FIRST))

    with served(authority.server, serve) as url:
        [order] = run(kind, url.replace("127.0.0.1", "localhost"), get)

    assert "1" == order.order_number
    assert ["localhost"] == names


def test_a_handshake_is_not_begun_when_the_time_is_over(authority: Authority):
    """Not a byte is sent."""
    ours, theirs = socket.socketpair()
    with theirs:
        with ours, pytest.raises(httpx.ConnectTimeout):
            sync.Connection(ours).encrypt(authority.trusted(), "a.example", time.monotonic() - 1)

        assert b"" == theirs.recv(1)


def test_a_connection_that_was_lost_begins_no_tls():
    """Between the tunnel and TLS: the error names TLS, and does not come only when the time is over."""
    connection = asyncio_module.Connection()
    connection.connection_lost(None)

    with pytest.raises(UnreachedError, match=r"^the TLS handshake with a\.example failed \(ConnectionAbortedError\)$"):
        asyncio.run(connection.encrypt(ssl.create_default_context(), "a.example"))


def shaken(authority: Authority) -> tuple[Tls, ssl.SSLObject, ssl.MemoryBIO]:
    """Both sides of TLS after the handshake, and what the server sends from then on."""
    client = Tls(authority.trusted(), "127.0.0.1")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = authority.server.wrap_bio(incoming, outgoing, server_side=True)
    client.do_handshake(None)
    incoming.write(client.outgoing())
    with suppress(ssl.SSLWantReadError):
        server.do_handshake()
    client.do_handshake(outgoing.read())
    incoming.write(client.outgoing())
    server.do_handshake()
    client.decrypt(outgoing.read())
    return client, server, outgoing


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=4), st.lists(st.integers(0, 500)))
def test_it_is_known_where_a_record_ends(authority: Authority, texts: list[bytes], cuts: list[int]):
    """However the bytes are split, all of the text is there, and between two records alone nothing is hidden."""
    client, server, outgoing = shaken(authority)
    sent, ends = b"", set[int]()
    for text in texts:
        server.write(text)
        sent += outgoing.read()
        ends.add(len(sent))
    received = b""
    for start, end in pairwise(sorted({0, len(sent), *(cut % len(sent) for cut in cuts)})):
        received += client.decrypt(sent[start:end])
        assert client.is_between_records is (end in ends)

    assert b"".join(texts) == received
