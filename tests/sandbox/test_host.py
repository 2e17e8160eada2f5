"""A sandbox that others can reach: by its own names and addresses, and by no others."""

import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from binance_c2c import C2CClient, errors
from binance_c2c.sandbox import Sandbox, serve
from binance_c2c.sandbox.gateway import ANY_ADDRESS, LOOPBACK_NAMES, Addresses, why_cross_site
from tests.support.sandbox_client import Trader

Seen = list[tuple[str, str, int, str]]


@pytest.fixture
def everywhere() -> Iterator[tuple[Sandbox, str, Seen]]:
    """A sandbox at all addresses of this machine, called `desk` by others; its URL here; what was refused."""
    sandbox, refused = Sandbox(), list[tuple[str, str, int, str]]()
    with serve(
        sandbox,
        host="0.0.0.0",  # noqa: S104
        names=["Desk"],
        on_refused=lambda *what: refused.append(what),
    ) as base_url:
        yield sandbox, base_url, refused


def asked(base_url: str, path: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers={"Host": urlsplit(base_url).netloc, **named})
    response = connection.getresponse()
    told = response.status, response.read()
    connection.close()
    return told


def test_it_answers_to_its_names_and_addresses(everywhere: tuple[Sandbox, str, Seen]):
    """Any IP address, the names that were given, and those of this machine; an inspector's page of its own too."""
    _, base_url, refused = everywhere
    hosts = ["192.0.2.7:8788", "[2001:db8::7]:8788", "desk:1", "DESK", "localhost", "127.0.0.1:80"]
    statuses = [asked(base_url, "/api/v3/ping", Host=host)[0] for host in hosts]
    own = asked(base_url, "/-/overview", Host="desk:8788", Origin="http://desk:8788")[0]

    assert [200] * 6 == statuses
    assert (200, []) == (own, refused)


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Host": "evil.example"}, "Host: 127.0.0.1, [::1], any IP address, desk, localhost is expected, the names"),
        ({"Host": "desk.evil.example"}, "Host: "),
        ({"Host": "1.2.3.4.evil.example"}, "Host: "),
        ({"Host": ""}, "Host: "),
        ({"Host": "desk", "Origin": "http://evil.example"}, "Origin: "),
        ({"Host": "desk:8788", "Origin": "http://desk:9999"}, "Origin: "),
        ({"Host": "desk", "Sec_Fetch_Site": "cross-site"}, "Sec-Fetch-Site: "),
    ],
)
def test_other_names_and_other_pages_are_refused(
    headers: dict[str, str], words: str, everywhere: tuple[Sandbox, str, Seen]
):
    """A web page must not use it by a name that its owner points here; who refused it and why is told."""
    _, base_url, refused = everywhere
    status, body = asked(base_url, "/api/v3/ping", **headers)

    assert 403 == status
    assert words in json.loads(body)["msg"]
    assert [("GET", "/api/v3/ping", 403)] == [what[:3] for what in refused]
    assert words in refused[0][3]


def test_an_address_of_ones_own_is_known_alone():
    """Where it listens at a single address, names of others are refused, addresses included."""
    with serve(Sandbox(), host="127.0.0.2") as base_url:
        told = [asked(base_url, "/api/v3/ping", Host=host)[0] for host in ("127.0.0.2", "192.0.2.7")]
        with C2CClient(base_url=base_url) as client:
            client.system.ping()

    assert base_url.startswith("http://127.0.0.2:")
    assert [200, 403] == told


def test_it_listens_at_ipv6_too():
    """A dropped connection, the chat and the end work there as they do elsewhere."""
    with socket.socket(socket.AF_INET6) as trial:
        try:
            trial.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
    sandbox = Sandbox()
    sandbox.faults.add("drop-before", operations="system.ping", times=1)
    with serve(sandbox, host="::1") as base_url, C2CClient(base_url=base_url) as client:
        client.system.ping()
        netloc = urlsplit(base_url).netloc

    assert netloc.startswith("[::1]:")


def test_clients_are_sent_where_they_came(everywhere: tuple[Sandbox, str, Seen]):
    """Addresses of the chat and of pictures have the name that the client calls this machine by."""
    sandbox, _, _ = everywhere
    trader = Trader(sandbox, "merchant", lambda: sandbox.clock.now_ms() / 1000)
    told: list[str] = []
    for host in ("desk:8788", "192.0.2.7:8788"):
        headers = {**trader.headers(), "host": host}
        answer = sandbox.handle("GET", "/sapi/v1/c2c/chat/retrieveChatCredential", trader.query(), headers, b"")
        told.append(json.loads(answer.body)["data"]["chatWssUrl"])

    assert ["desk", "192.0.2.7"] == [urlsplit(url).hostname for url in told]
    assert Addresses() == Addresses().for_caller("desk")


def test_the_client_refuses_plain_http_to_others():
    """A key would be shown to the network: it takes `allow_plain_http=True`, and says so."""
    key = Sandbox().keys["merchant"]
    with pytest.raises(errors.ConfigurationError, match="plain http would show the key to the network; use https, or"):
        C2CClient(api_key=key.api_key, api_secret=key.api_secret, base_url="http://192.0.2.7:8788")
    C2CClient(
        api_key=key.api_key, api_secret=key.api_secret, base_url="http://192.0.2.7:8788", allow_plain_http=True
    ).close()


@pytest.mark.parametrize("name", ["evil.example", "1.2.3", "0x7f000001", "", "[::1", "::1::2"])
def test_what_looks_like_an_address_is_none(name: str):
    """Only a whole address in its usual form is one."""
    assert why_cross_site({"host": name}, LOOPBACK_NAMES | {ANY_ADDRESS}) is not None
