"""The two clients: what they are made of, how they begin and end, and that they are twins."""

import asyncio
import inspect
from functools import cached_property
from operator import attrgetter
from typing import Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient, Exchange
from binance_c2c.errors import ConfigurationError, TransportError
from binance_c2c_sapi.resources.system import build_time
from tests.support.clients import KEY, SECRET, Kind, ad_data, answering, both_clients, order_data, run, settings, yes
from tests.support.wire import Wire, reply

LONG = "api-secret-" * 9
TWINS = {"close": "aclose", "__enter__": "__aenter__", "__exit__": "__aexit__"}

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a key in bytes": ({"api_key": LONG.encode()}, "api_key: a string of printable ASCII"),
    "a key with a line end": ({"api_key": f"{LONG}\n"}, "api_key: a string of printable ASCII"),
    "an empty key": ({"api_key": ""}, "api_key: a string of printable ASCII"),
    "a secret with a space": ({"api_secret": f"{LONG} {LONG}"}, "api_secret: a string of printable ASCII"),
    "a secret with an umlaut": ({"api_secret": f"{LONG}ü"}, "api_secret: a string of printable ASCII"),
    "a number as secret": ({"api_secret": 123456789}, "api_secret: a string of printable ASCII"),
    "a key without secret": (
        {"api_secret": None},
        "api_secret: it is missing, although api_key is given; give both or neither",
    ),
    "a secret without key": (
        {"api_key": None},
        "api_key: it is missing, although api_secret is given; give both or neither",
    ),
    "a window of nothing": (
        {"recv_window": 0},
        "recv_window: an integer of 1 to 60000 milliseconds is expected, not 0",
    ),
    "a window too long": ({"recv_window": 60_001}, "recv_window: an integer of 1 to 60000"),
    "a window in seconds": ({"recv_window": 5.0}, "recv_window: an integer of 1 to 60000"),
    "a true window": ({"recv_window": True}, "recv_window: an integer of 1 to 60000"),
    "no time at all": ({"timeout": 0}, "timeout: a positive number of seconds or None is expected, not 0"),
    "more time than a socket can wait": (
        {"timeout": 10**10},
        "timeout: at most 1000000000 seconds, or None to wait forever, are expected, not 10000000000",
    ),
    "endless time": ({"timeout": float("inf")}, "timeout: a positive number"),
    "no number of seconds": ({"timeout": float("nan")}, "timeout: a positive number"),
    "a word for seconds": ({"timeout": "10"}, "timeout: a positive number"),
    "a true timeout": ({"timeout": True}, "timeout: a positive number"),
    "an httpx timeout": ({"timeout": httpx.Timeout(5)}, "timeout: a positive number"),
    "a number of retries": ({"retry": 3}, "retry: a RetryPolicy is expected, not int"),
    "no retry": ({"retry": None}, "retry: a RetryPolicy is expected, not NoneType"),
    "an http of another library": ({"http": object()}, "http: an httpx."),
    "a number as budget": ({"budget": 6000}, "budget: a Budget is expected, not int"),
    "no bytes": ({"max_response_bytes": 0}, "max_response_bytes: an integer number of bytes, at least 1"),
    "a word for a flag": ({"allow_plain_http": "false"}, "allow_plain_http: True or False is expected, not str"),
    "a URL as fleet": ({"fleet": f"redis://:{LONG}@localhost"}, "fleet: a Fleet is expected, not str"),
}
BASE_URLS: dict[str, list[Any]] = {
    "a URL such as": [None, 5, b"https://api.binance.com", "https://api.binance.com\n"],
    "only http or https, a host": [
        *(
            "",
            " https://api.binance.com",
            "https://api.binance.com ",
            "https://api binance.com",
            "http://[",
            "https://a,b",
        ),
        *("api.binance.com", "ftp://api.binance.com", "https://", "https:///path", "//api.binance.com"),
        *("https://api.binance.com?", "https://api.binance.com/#", "https://a/?x=1", "https://a/#x"),
        *("https://user:pass@api.binance.com", f"https://{LONG}@api.binance.com"),
        *("https://a: 1", "https://a:1 ", "https://a:+1", "https://a:1_0", "https://a:\uff11", "https://a/ b"),
    ],
    "a port of 1 to 65535 is expected, not": [
        "https://a.example:65536",
        "https://a.example:99999",
        "https://a.example:0",
    ],
    "at most 63 characters are expected in each part of the host name": [f"https://{'a' * 64}.example"],
    "plain http would show the key": [
        *("http://api.binance.com", "http://192.168.1.2", "http://0.0.0.0", "http://127.0.0.1.evil.example"),
        *("http://localhost.evil.example", "HTTP://API.BINANCE.COM", "http://2130706433", "http://[::2]"),
    ],
}


@pytest.mark.parametrize(("wrong", "message"), WRONG.values(), ids=WRONG)
@both_clients
def test_a_setting_that_cannot_work_is_named(kind: Kind, wrong: dict[str, Any], message: str):
    """The error names the argument and what is expected, and never shows what might be a secret."""
    with pytest.raises(ConfigurationError) as caught:
        kind(**settings(**wrong))

    assert str(caught.value).startswith(message)
    assert [] == [secret for secret in (LONG, KEY, SECRET, "123456789") if secret in repr(caught.value)]


@pytest.mark.parametrize(("message", "url"), [(why, url) for why, urls in BASE_URLS.items() for url in urls], ids=repr)
@both_clients
def test_a_base_url_is_checked(kind: Kind, url: Any, message: str):
    """It has a scheme, a host and perhaps a path, and TLS unless it is this machine. What stands in it is not shown."""
    with pytest.raises(ConfigurationError) as caught:
        kind(**settings(base_url=url))

    assert str(caught.value).startswith(f"base_url: {message}")
    assert [] == [part for part in (LONG, "pass@", "evil") if part in str(caught.value)]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.binance.com", "https://api.binance.com"),
        ("https://api.binance.com///", "https://api.binance.com"),
        ("https://API.Binance.com:443/", "https://api.binance.com"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8000/x/", "http://[::1]:8000/x"),
        ("http://localhost", "http://localhost"),
        ("http://sandbox.localhost", "http://sandbox.localhost"),
    ],
)
@both_clients
def test_a_client_shows_where_it_speaks_to(kind: Kind, url: str, shown: str):
    """`repr` gives the class and the address, and plain http to this machine is allowed."""
    assert f"<{kind.__name__} {shown}>" == repr(kind(**settings(base_url=url)))


@both_clients
def test_plain_http_can_be_allowed(kind: Kind):
    """Whoever has a reason says so."""
    assert "http://10.0.0.1" in repr(kind(**settings(base_url="http://10.0.0.1", allow_plain_http=True)))


@both_clients
def test_a_base_url_may_have_a_path(kind: Kind):
    """Calls go below the path, with and without a slash at its end."""
    with Wire(then=reply(yes(ad_data("1")))) as wire:
        for url in (f"{wire.url}/a/b", f"{wire.url}/a/b/"):
            run(kind, url, lambda c: c.ads.get(adv_no="1"), lambda c: c.system.ping())

    assert ["/a/b/sapi/v1/c2c/ads/getDetailByNo", "/a/b/api/v3/ping"] * 2 == [one.path for one in wire.requests]


@both_clients
def test_the_environment_names_key_secret_and_address(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """`from_env` reads three variables, and arguments come before them."""
    monkeypatch.setenv("BINANCE_API_KEY", "k")
    monkeypatch.setenv("BINANCE_API_SECRET", "s")
    monkeypatch.setenv("BINANCE_C2C_BASE_URL", "http://localhost:1")
    assert f"<{kind.__name__} http://localhost:1>" == repr(kind.from_env())
    assert f"<{kind.__name__} http://localhost:2>" == repr(kind.from_env(base_url="http://localhost:2"))
    with pytest.raises(ConfigurationError, match=r"^timeout:"):
        kind.from_env(timeout=-1)
    monkeypatch.delenv("BINANCE_C2C_BASE_URL")
    assert f"<{kind.__name__} https://api.binance.com>" == repr(kind.from_env())


@pytest.mark.parametrize("address", ["localhost:1", "http://example.com"])
@both_clients
def test_an_address_of_the_environment_is_called_by_its_variable(
    kind: Kind, address: str, monkeypatch: pytest.MonkeyPatch
):
    """That is where the reader has to look; one that was given as an argument is called by the argument."""
    monkeypatch.setenv("BINANCE_C2C_BASE_URL", address)
    with pytest.raises(ConfigurationError, match=r"^BINANCE_C2C_BASE_URL: "):
        kind.from_env(api_key=KEY, api_secret=SECRET)
    with pytest.raises(ConfigurationError, match=r"^base_url: "):
        kind.from_env(api_key=KEY, api_secret=SECRET, base_url=address)


@pytest.mark.parametrize(
    ("variables", "given", "missing"),
    [
        ({}, {}, "BINANCE_API_KEY and BINANCE_API_SECRET are not set"),
        ({"BINANCE_API_KEY": LONG}, {}, "BINANCE_API_SECRET is not set"),
        ({}, {"api_key": LONG}, "BINANCE_API_SECRET is not set"),
    ],
)
@both_clients
def test_a_missing_variable_is_named(
    kind: Kind, variables: dict[str, str], given: dict[str, Any], missing: str, monkeypatch: pytest.MonkeyPatch
):
    """What neither environment nor arguments give is named, and what they do give is not shown."""
    for name in ("BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_C2C_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError) as caught:
        kind.from_env(**given)
    assert f"{missing} in the environment" == str(caught.value)
    assert "https://api.binance.com" in repr(kind.from_env(api_key=KEY, api_secret=SECRET))


@both_clients
def test_without_a_key_only_open_operations_are_called(kind: Kind):
    """The clock can be asked; what needs a key says so, by operation, and sends nothing."""
    keyless = {"api_key": None, "api_secret": None}
    with Wire(then=reply({"serverTime": 1710460800000})) as wire:
        time, error = run(
            kind, wire.url, lambda c: c.system.time(), lambda c: c.orders.get(order_number="1"), **keyless
        )

    assert 1710460800 == time.server_time.timestamp()
    assert isinstance(error, ConfigurationError)
    assert "orders.get: this operation needs api_key and api_secret, and the client has none" == str(error)
    assert 1 == len(wire.requests)


@both_clients
def test_a_call_can_be_sent_with_and_without_its_envelope(kind: Kind):
    """`send` gives the value, `exchange` also status, headers, used weight and the whole answer."""
    answer = reply({"serverTime": 1710460800000, "novelty": 1}, 200, [("X-MBX-USED-WEIGHT-1M", "7")])
    with Wire(then=answer) as wire:
        value, exchange = run(kind, wire.url, lambda c: c.send(build_time()), lambda c: c.exchange(build_time()))

    assert isinstance(exchange, Exchange)
    assert value == exchange.value
    assert (200, 7, 1) == (exchange.status, exchange.used_weight, exchange.envelope["novelty"])


def test_a_closed_client_sends_nothing():
    """After `close`, which may come twice, a call is an error that says why."""
    with Wire(then=reply({})) as wire:
        with C2CClient(**settings(base_url=wire.url)) as client:
            client.system.ping()
        client.close()
        with pytest.raises(ConfigurationError, match=r"^the client is closed$"):
            client.system.ping()

    assert 1 == len(wire.requests)


def test_a_closed_async_client_sends_nothing():
    """The same for `aclose`."""

    async def main(url: str) -> None:
        async with AsyncC2CClient(**settings(base_url=url)) as client:
            await client.system.ping()
        await client.aclose()
        with pytest.raises(ConfigurationError, match=r"^the client is closed$"):
            await client.system.ping()

    with Wire(then=reply({})) as wire:
        asyncio.run(main(wire.url))

    assert 1 == len(wire.requests)


@both_clients
def test_a_client_may_wait_for_ever(kind: Kind):
    """`timeout=None` is a setting like any other."""
    with Wire(reply({})) as wire:
        [pong] = run(kind, wire.url, lambda c: c.system.ping(), timeout=None)

    assert not isinstance(pong, Exception)


def test_a_client_that_was_never_used_closes():
    """There is nothing to give back, and no error either."""
    C2CClient().close()
    asyncio.run(AsyncC2CClient().aclose())


@both_clients
def test_an_http_client_of_the_callers_own_is_used_and_left_open(kind: Kind):
    """Calls go through it, and closing our client does not close it; once it is closed, that is said."""
    http = httpx.Client() if kind is C2CClient else httpx.AsyncClient()
    with Wire(then=reply({})) as wire:
        ping = run(kind, wire.url, lambda c: c.system.ping(), lambda _: http.is_closed, http=http)
        closed = run(kind, wire.url, lambda c: c.system.ping(), http=http)

    assert False is ping[1]
    assert isinstance(closed[0], ConfigurationError)
    assert "http: the client given is closed" == str(closed[0])
    assert 1 == len(wire.requests)


@both_clients
def test_a_transport_of_the_callers_own_is_used(kind: Kind):
    """Any `httpx` transport will do, such as one that makes its answers up."""
    transport = answering(lambda request: httpx.Response(200, json=yes(ad_data(request.url.params["adsNo"]))))
    [ad] = run(kind, "https://api.binance.com", lambda c: c.ads.get(adv_no="42"), http=transport)

    assert "42" == ad.adv_no


@both_clients
def test_a_proxy_of_the_environment_is_used(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """Where the environment names a proxy for the address, calls go there."""
    with Wire(then=reply({})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        run(kind, "http://c2c.example:9", lambda c: c.system.ping(), allow_plain_http=True)
        monkeypatch.setenv("NO_PROXY", "c2c.example")
        [direct] = run(kind, "http://c2c.example:9", lambda c: c.system.ping(), allow_plain_http=True)

    assert ["http://c2c.example:9/api/v3/ping"] == [one.target for one in proxy.requests]
    assert isinstance(direct, TransportError)


@both_clients
def test_no_proxy_carries_plain_http_to_this_machine(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """It would read the key; so whatever the environment says, what is said to loopback stays on it."""
    with Wire(then=reply({})) as proxy, Wire(then=reply(yes(order_data("1")))) as wire:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        [order] = run(kind, wire.url, lambda c: c.orders.get(order_number="1"))
        run(kind, "http://c2c.localhost:9", lambda c: c.orders.get(order_number="1"))

    assert "1" == order.order_number
    assert [] == proxy.requests


@both_clients
def test_a_proxy_that_refuses_learns_nothing(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """A tunnel that is refused carried nothing: the write was not sent, and the proxy saw neither key nor path."""
    with Wire(then=reply(b"", 403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        [error] = run(kind, "https://api.binance.com", lambda c: c.orders.release(order_number="1"))

    assert TransportError is type(error)
    assert not error.request_sent
    assert {"api.binance.com:443"} == {one.target for one in proxy.requests}
    assert KEY.encode() not in b"".join(one.raw for one in proxy.requests)


def members(thing: type) -> dict[str, Any]:
    return {name: member for name, member in inspect.getmembers(thing) if not name.startswith("_") or name in TWINS}


def shape(function: Any) -> list[tuple[str, Any, Any]]:
    parameters = inspect.signature(function).parameters.values()
    return [(one.name, one.kind, one.default) for one in parameters]


def test_both_clients_are_made_alike():
    """The same arguments, all by keyword, with the same defaults."""
    assert shape(C2CClient) == shape(AsyncC2CClient)
    assert {inspect.Parameter.KEYWORD_ONLY} == {kind for _, kind, _ in shape(C2CClient)}


def test_both_clients_have_the_same_methods():
    """Name for name, parameter for parameter, default for default; only closing has an `a` in front."""
    plain, waiting = members(C2CClient), members(AsyncC2CClient)

    assert {TWINS.get(name, name) for name in plain} | set(TWINS.values()) == {*waiting, *TWINS.values()}
    for name, member in plain.items():
        twin = getattr(AsyncC2CClient, TWINS.get(name, name))
        assert callable(member) == callable(twin)
        if callable(member):
            assert shape(member) == shape(twin), name


def resources(thing: object) -> list[str]:
    """The names of its resources, and of those within a resource: `agent`, `agent.orders`."""
    names = [name for name, member in inspect.getmembers(type(thing)) if isinstance(member, cached_property)]
    return [*names, *(f"{name}.{below}" for name in names for below in resources(getattr(thing, name)))]


RESOURCES = resources(C2CClient())
# They give what is then entered or walked, and ask for nothing by themselves.
STREAMS = {"connect", "watch"}


@pytest.mark.parametrize("name", RESOURCES)
def test_both_clients_have_the_same_resources(name: str):
    """Method for method the same; one answers, the other is awaited or walked with `async for`."""
    one, twin = attrgetter(name)(C2CClient()), attrgetter(name)(AsyncC2CClient())
    plain, waiting = type(one), type(twin)
    ours = {k: member for k, member in members(plain).items() if callable(member)}
    twins = {k: member for k, member in members(waiting).items() if callable(member)}

    assert f"Async{plain.__name__}" == waiting.__name__
    assert resources(one) == resources(twin)
    assert list(ours) == list(twins)
    assert [*ours, *resources(one)] != []
    assert {name: shape(member) for name, member in ours.items()} == {k: shape(v) for k, v in twins.items()}
    assert {name: not name.startswith("iterate_") and name not in STREAMS for name in twins} == {
        name: inspect.iscoroutinefunction(member) for name, member in twins.items()
    }
