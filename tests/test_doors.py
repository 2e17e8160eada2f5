"""`http=` is the door to what a client of one's own can do: proxies, and TLS with another authority."""

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from binance_c2c import C2CClient
from binance_c2c.errors import OutcomeUnknownError, TransportError
from tests.support.clients import KEY, Kind, both_clients, over_sockets, run, yes
from tests.support.wire import HANG_UP, Wire, reply

UNTIL = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class Authority(NamedTuple):
    """Who signs certificates that nobody else in the world trusts."""

    certificate: Path
    server: ssl.SSLContext
    """For a server on 127.0.0.1 and `localhost`."""

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    signer, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("An authority", signer.public_key(), "An authority", signer, is_authority=True)
    leaf = _certificate("localhost", key.public_key(), "An authority", signer, is_authority=False)
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + leaf.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem")
    return Authority(folder / "root.pem", server)


def _certificate(
    name: str,
    key: ec.EllipticCurvePublicKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    subject, signed_by = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (name, issuer))
    here = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder(signed_by, subject, key, x509.random_serial_number(), SINCE, UNTIL)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(here, critical=False)
        .sign(signer, hashes.SHA256())
    )


def own(kind: Kind, **options: Any) -> Any:
    """An `httpx` client of the caller's own, for either client."""
    return (httpx.Client if issubclass(kind, C2CClient) else httpx.AsyncClient)(**options)


@contextmanager
def tunnel() -> Generator[tuple[str, list[bytes], list[bytes]]]:
    """A proxy that connects where it is told: its address, the requests to it, and what went through it."""
    asked: list[bytes] = []
    carried: list[bytes] = []
    threads: list[Thread] = []

    def copy(source: socket.socket, target: socket.socket, keep: list[bytes]) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                keep.append(piece)
                target.sendall(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def serve(client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(65536)
                if not piece:
                    return
                head += piece
            asked.append(head)
            host, _, port = head.split()[1].decode().rpartition(":")
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = Thread(target=copy, args=(server, client, []))
                back.start()
                copy(client, server, carried)
                back.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threads.append(Thread(target=serve, args=(client,)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        acceptor = Thread(target=accept)
        acceptor.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked, carried
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()
            for thread in threads:
                thread.join()


def get(client: Any) -> Any:
    return client.orders.get(order_number="1")


def release(client: Any) -> Any:
    return client.orders.release(order_number="1")


ORDER = reply(yes({"orderNumber": "1"}))


@both_clients
def test_a_proxy_of_ones_own_carries_calls(kind: Kind):
    """It is asked for the whole address, the signature with it, and its answer is the exchange's."""
    with Wire(then=ORDER) as proxy:
        [order] = run(kind, "http://c2c.localhost:9", get, http=own(kind, proxy=proxy.url))

    [request] = proxy.requests
    assert "1" == order.order_number
    assert request.target.startswith("http://c2c.localhost:9/sapi/v1/c2c/orderMatch/getUserOrderDetail?")
    assert "&signature=" in request.target


@both_clients
def test_a_tunnel_carries_what_it_cannot_read(kind: Kind, authority: Authority):
    """Through a proxy to TLS: it learns where to connect, and neither key nor path; one connection serves all."""
    with Wire(then=ORDER, tls=authority.server) as wire, tunnel() as (proxy, asked, carried):
        http = own(kind, proxy=proxy, verify=authority.trusted())
        orders = run(kind, wire.url, get, get, http=http)
        there = wire.url.removeprefix("https://")

    seen = b"".join([*asked, *carried])
    assert ["1", "1"] == [order.order_number for order in orders]
    assert [f"CONNECT {there} HTTP/1.1".encode()] == [one.splitlines()[0] for one in asked]
    assert [KEY, KEY] == [one.header("X-MBX-APIKEY") for one in wire.requests]
    assert KEY.encode() not in seen
    assert b"getUserOrderDetail" not in seen


@both_clients
def test_a_tunnel_of_the_environment_carries_too(kind: Kind, authority: Authority, monkeypatch: pytest.MonkeyPatch):
    """`HTTPS_PROXY` and `SSL_CERT_FILE` are enough, without a client of one's own."""
    with Wire(then=ORDER, tls=authority.server) as wire, tunnel() as (proxy, asked, _):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        [order] = run(kind, wire.url, get)

    assert "1" == order.order_number
    assert (1, 1) == (len(asked), len(wire.requests))


@both_clients
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
    assert not error.request_sent
    assert not other.request_sent
    assert [] == wire.requests


@both_clients
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
