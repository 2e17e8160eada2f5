"""What the environment says of connections: proxies on the way, hosts without one, and authorities to trust."""

import base64
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from binance_c2c._core.transport.environment import Route
from binance_c2c._core.transport.messages import Origin
from binance_c2c.errors import ConfigurationError, OutcomeUnknownError, TransportError
from tests.support.clients import KEY, Kind, order_data, over_sockets, run, yes
from tests.support.servers.authority import Authority
from tests.support.servers.proxy import tunnel
from tests.support.wire import HANG_UP, PROXIES, Answer, Wire, reply

ORDER = reply(yes(order_data("1")))
PASSWORD = "pass#word"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of whoever runs the tests says nothing."""
    for name in [name for name in os.environ if name.lower() in PROXIES]:
        monkeypatch.delenv(name)


def get(client: Any) -> Any:
    return client.orders.get(order_number="1")


def release(client: Any) -> Any:
    return client.orders.release(order_number="1")


def way(url: str) -> str:
    """Through what a request to a URL goes, None for nothing."""
    proxy = Route().proxy(Origin.of(httpx.URL(url)))
    return "" if proxy is None else f"{proxy.variable} {proxy.host}:{proxy.port}"


WAYS: dict[str, tuple[dict[str, str], str, str]] = {
    "none": ({}, "https://a.example", ""),
    "https": ({"HTTPS_PROXY": "http://p:1"}, "https://a.example", "HTTPS_PROXY p:1"),
    "in lower case": ({"https_proxy": "p:1"}, "https://a.example", "https_proxy p:1"),
    "all": ({"ALL_PROXY": "http://p:1/"}, "https://a.example", "ALL_PROXY p:1"),
    "its own before all": (
        {"ALL_PROXY": "http://p:1", "HTTPS_PROXY": "http://q"},
        "https://a.example",
        "HTTPS_PROXY q:80",
    ),
    "of another kind": ({"HTTP_PROXY": "http://p:1"}, "https://a.example", ""),
    "empty": ({"HTTPS_PROXY": ""}, "https://a.example", ""),
    "an address": ({"HTTPS_PROXY": "http://[::1]:3128"}, "https://a.example", "HTTPS_PROXY ::1:3128"),
    "plain to this machine": ({"ALL_PROXY": "socks5://p:1"}, "http://localhost:8080", ""),
    "plain to an address of it": ({"ALL_PROXY": "socks5://p:1"}, "http://[::1]:8080", ""),
}


@pytest.mark.parametrize(("environment", "url", "expected"), WAYS.values(), ids=WAYS)
def test_the_way_is_that_of_the_environment(
    environment: dict[str, str], url: str, expected: str, monkeypatch: pytest.MonkeyPatch
):
    """By scheme, or for all; and never through a proxy in plain HTTP to this machine."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert expected == way(url)


@pytest.mark.parametrize(
    ("entry", "url", "direct"),
    [
        ("*", "https://a.example", True),
        ("a.example", "https://a.example", True),
        ("example", "https://a.example", True),
        (".example", "https://a.example", True),
        ("*.example", "https://a.example", True),
        ("A.EXAMPLE", "https://a.example", True),
        ("b.example, a.example", "https://a.example", True),
        ("ample", "https://a.example", False),
        ("a.example:443", "https://a.example", True),
        ("a.example:8443", "https://a.example", False),
        ("https://a.example", "https://a.example", True),
        ("http://a.example", "https://a.example", False),
        ("", "https://a.example", False),
        ("[::1]", "https://[::1]", True),
        ("::1", "https://[::1]", True),
        ("[::1]:443", "https://[::1]", True),
        ("[::1]:444", "https://[::1]", False),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.1.2.3/8", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("10.0.0.0/8", "https://a.example", False),
        ("fe80::/10", "https://[fe80::1]", True),
        ("10.0.0.0/99", "https://10.1.2.3", False),
    ],
)
def test_some_hosts_have_no_proxy(entry: str, url: str, direct: bool, monkeypatch: pytest.MonkeyPatch):
    """`NO_PROXY` names hosts, all below a name, addresses, networks, or everything."""
    monkeypatch.setenv("ALL_PROXY", "http://p:1")
    monkeypatch.setenv("NO_PROXY", entry)

    assert direct is (way(url) == "")


@pytest.mark.parametrize(
    "url",
    [
        *(
            "socks5://p:1",
            "socks://p:1",
            "https://p:1",
            "http://p:0",
            "http://p:99999",
            "http://p:x",
            "http://",
            "p:1:2",
        ),
        *(f"http://user:{PASSWORD}@p:1", f"http://user:{PASSWORD}@p:99999", f"user:{PASSWORD}@", "http://p/path"),
    ],
)
@over_sockets
def test_a_proxy_that_cannot_be_used_is_named(kind: Kind, url: str, monkeypatch: pytest.MonkeyPatch):
    """By its variable, with what is expected; its value, which may have a password, is not shown."""
    monkeypatch.setenv("HTTPS_PROXY", url)
    [error] = run(kind, "https://a.example", get)

    assert isinstance(error, ConfigurationError)
    assert str(error).startswith("HTTPS_PROXY: http://host:port is expected")
    assert PASSWORD not in str(error)


@over_sockets
def test_a_tunnel_of_the_environment_carries(kind: Kind, authority: Authority, monkeypatch: pytest.MonkeyPatch):
    """`HTTPS_PROXY`, with user and password, and `SSL_CERT_FILE` are enough; one tunnel serves all calls."""
    with Wire(then=ORDER, tls=authority.server) as wire, tunnel() as (proxy, asked, carried):
        monkeypatch.setenv("HTTPS_PROXY", proxy.replace("http://", "http://us%20er:pass%23word@"))
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        orders = run(kind, wire.url, get, get)
        there = wire.url.removeprefix("https://")

    secret = base64.b64encode(b"us er:pass#word").decode()
    head = f"CONNECT {there} HTTP/1.1\r\nHost: {there}\r\nProxy-Authorization: Basic {secret}\r\n\r\n"
    assert ["1", "1"] == [order.order_number for order in orders]
    assert [head.encode()] == asked
    assert [KEY, KEY] == [one.header("X-MBX-APIKEY") for one in wire.requests]
    assert [None, None] == [one.header("Proxy-Authorization") for one in wire.requests]
    assert KEY.encode() not in b"".join([*asked, *carried])


@over_sockets
def test_a_proxy_in_plain_http_is_told_all(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """Where there is no TLS it gets the whole address, and what identifies the user to it."""
    with Wire(then=ORDER) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("http://", "http://user:word@"))
        [order] = run(kind, "http://c2c.example", get, allow_plain_http=True)

    [request] = proxy.requests
    assert "1" == order.order_number
    assert request.target.startswith("http://c2c.example/sapi/v1/c2c/orderMatch/getUserOrderDetail?")
    assert "c2c.example" == request.header("Host")
    assert "Basic dXNlcjp3b3Jk" == request.header("Proxy-Authorization")


@over_sockets
def test_a_write_lost_behind_a_tunnel_is_not_repeated(
    kind: Kind, authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    """What holds without a proxy holds with one: one request, and an error that says that nothing is known."""
    with Wire(HANG_UP, then=ORDER, tls=authority.server) as wire, tunnel() as (proxy, _, _):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        [error] = run(kind, wire.url, release)

    assert OutcomeUnknownError is type(error)
    assert 1 == len(wire.requests)


REFUSALS = {
    "its password": (
        reply(b"", 407),
        "the proxy of HTTPS_PROXY does not accept the user and password, or asks for some",
    ),
    "a refusal": (reply(b"", 403), "the proxy of HTTPS_PROXY refused the tunnel with HTTP 403"),
    "something behind its yes": (
        Answer(b"HTTP/1.1 200 OK\r\n\r\nmore"),
        "the proxy of HTTPS_PROXY refused the tunnel with HTTP 200",
    ),
    "no HTTP": (Answer(b"SSH-2.0\r\n\r\n"), "the proxy of HTTPS_PROXY did not open a tunnel (AnswerError)"),
    "nothing": (HANG_UP, "the proxy of HTTPS_PROXY did not open a tunnel (AnswerError)"),
    "no TLS": (Answer(b"HTTP/1.1 200 OK\r\n\r\n", hang_up=True), "the TLS handshake with c2c.example failed"),
}


@pytest.mark.parametrize(("answer", "said"), REFUSALS.values(), ids=REFUSALS)
@over_sockets
def test_a_tunnel_that_is_refused_carried_nothing(
    kind: Kind, answer: Answer, said: str, monkeypatch: pytest.MonkeyPatch
):
    """Whatever the proxy says, a write was not sent, and the error says why."""
    with Wire(then=answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        [error] = run(kind, "https://c2c.example", release)

    assert TransportError is type(error)
    assert not error.request_sent
    assert said in str(error)
    assert {"CONNECT"} == {one.method for one in proxy.requests}


@over_sockets
def test_a_proxy_that_does_not_answer_uses_up_the_time(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """A tunnel that does not come about in time carried nothing."""
    with Wire(then=Answer()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        [error] = run(kind, "https://c2c.example", release, timeout=0.3)

    assert TransportError is type(error)
    assert not error.request_sent


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@over_sockets
def test_an_authority_that_cannot_be_read_is_named(
    kind: Kind, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """By its variable; and calls in plain HTTP to this machine need none."""
    monkeypatch.setenv(name, str(tmp_path / "missing"))
    with Wire(then=ORDER) as wire:
        [order] = run(kind, wire.url, get)
        [error] = run(kind, wire.url.replace("http", "https"), get)

    assert "1" == order.order_number
    assert isinstance(error, ConfigurationError)
    kind_of = "file" if name == "SSL_CERT_FILE" else "directory"
    assert f"{name}: a {kind_of} with certificates is expected" == str(error)


def test_a_file_without_a_certificate_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """One that is there and holds something else."""
    (tmp_path / "file").write_text("nothing", encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "file"))

    with pytest.raises(ConfigurationError, match=r"^SSL_CERT_FILE: a file with certificates is expected$"):
        _ = Route().tls


@over_sockets
def test_a_certificate_that_is_refused_says_what_to_do(kind: Kind, authority: Authority):
    """Nothing was sent, and the error names the variable that may be missing."""
    with Wire(then=ORDER, tls=authority.server) as wire:
        [error] = run(kind, wire.url, release)

    assert not error.request_sent
    advice = (
        "where a proxy or a scanner on the way presents its own, set SSL_CERT_FILE to a file with the certificate of "
        "its authority"
    )
    assert "the certificate is refused: " in str(error)
    assert f"; {advice}" in str(error)
    assert [] == wire.requests
