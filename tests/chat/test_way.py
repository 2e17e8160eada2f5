"""The way to the chat's server: proxies and certificates are those of calls, over real TLS and a real tunnel."""

from typing import Any

import pytest

from binance_c2c import errors
from binance_c2c.chat import Message
from tests.chat.server import ChatServer
from tests.chat.twins import TWINS, stream
from tests.support.servers.authority import Authority, make_authority
from tests.support.servers.proxy import tunnel

twins = pytest.mark.parametrize("twin", TWINS)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """None but those that a test names."""
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


def said(server: ChatServer, twin: str, **options: Any) -> str | None:
    """The text of a message that came over a stream."""
    with stream(twin, server, **options) as chat:
        server.say("hello")
        event = chat.next()
        assert isinstance(event, Message)
        return event.text


@twins
def test_the_stream_takes_the_proxy_and_the_authorities_of_calls(
    twin: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    """Those that the environment names; the proxy learns neither token nor text."""
    with ChatServer(tls=authority.server) as server, tunnel() as (proxy, asked, carried):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        monkeypatch.setenv("HTTPS_PROXY", proxy.replace("//", "//user:p%40ss@"))

        assert "hello" == said(server, twin)
        [head] = asked
        place = server.stream_url.removeprefix("wss://").removesuffix("/chat")
        assert head.startswith(f"CONNECT {place} HTTP/1.1\r\n".encode())
        assert b"Proxy-Authorization: Basic dXNlcjpwQHNz" in head
        assert b"TOKEN" not in head + b"".join(carried)


@twins
def test_what_the_caller_says_comes_first(twin: str, authority: Authority, monkeypatch: pytest.MonkeyPatch):
    """A proxy, none, and whom to trust, whatever the environment names."""
    with ChatServer(tls=authority.server) as server, tunnel() as (proxy, asked, _):
        monkeypatch.setenv("HTTPS_PROXY", "http://nobody.invalid:1")

        assert "hello" == said(server, twin, proxy=proxy, tls=authority.trusted())
        assert "hello" == said(server, twin, proxy=None, tls=authority.trusted())
        assert 1 == len(asked)


@twins
def test_a_client_with_an_http_of_its_own_has_to_say_the_way(twin: str, authority: Authority):
    """Its proxy and whom it trusts cannot be read: a stream that guessed would bypass the one or the other."""
    with ChatServer(tls=authority.server) as server:
        with pytest.raises(errors.ConfigurationError, match=r"^proxy: the chat cannot read the proxy and TLS settings"):
            said(server, twin, own_http=True, tls=authority.trusted())
        with pytest.raises(errors.ConfigurationError, match=r"^tls: the chat cannot read the proxy and TLS settings"):
            said(server, twin, own_http=True, proxy=None)

        assert 0 == server.connected
        assert "hello" == said(server, twin, own_http=True, proxy=None, tls=authority.trusted())
    with ChatServer() as server:
        assert "hello" == said(server, twin, own_http=True)


@twins
def test_a_server_that_nobody_vouches_for_gets_no_token(twin: str, authority: Authority):
    """The certificate is checked before anything is sent, and what is wrong with it is told."""
    why = "the certificate of the chat's server is refused: "
    with ChatServer(tls=authority.server) as server:
        with pytest.raises(errors.TransportError, match=why):
            said(server, twin, impatient=True)

        assert 0 == server.connected
        assert server.tokens


@twins
def test_a_proxy_that_refuses_is_told_apart(twin: str, authority: Authority):
    """From the chat's server, without the proxy's password."""
    with ChatServer(tls=authority.server) as server:
        # Its own calls' server is no proxy, and says so.
        server.answers[server.stream_url.partition(":")[2]] = (407, b"")
        mistaken = server.url.replace("//", "//user:SECRET@")
        with pytest.raises(errors.TransportError, match="the proxy before the chat's server refused") as refused:
            said(server, twin, proxy=mistaken, tls=authority.trusted(), impatient=True)

        assert "SECRET" not in str(refused.value)
        assert 0 == server.connected
