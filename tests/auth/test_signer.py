"""The signer: Binance's vectors, what it adds to a request, and what it refuses to do."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from binance_c2c import C2CClient
from binance_c2c._core.auth import signer as _auth
from binance_c2c._core.auth.clock import Clock
from binance_c2c._core.auth.signer import HmacAuth, encode_query
from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import Call, Operation, Security
from binance_c2c_sapi.operations import ADS_GET, OPERATIONS, ORDERS_HISTORY
from tests.support.clients import KEY, SECRET, Kind, answering, both_clients, run, yes
from tests.support.wire import Wire, reply

API = "https://api.binance.com"
KEY_ONLY = Operation("chat.mark_order_read", "POST", "/sapi/v1/c2c/chat/markOrderMessagesAsRead", Security.KEY)

OFFICIAL = {
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559": (
        "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
    ),
    "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1"
    "&price=0.1&recvWindow=5000&timestamp=1499827319559": (
        "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"
    ),
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTCquantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559": (
        "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"
    ),
}
C2C = {
    "timestamp=1710460800000": "3d6036391a795bd30d61ce651cb2ffd4b7d5919fcbd4599a611151fdb33bd047",
    "timestamp=1710460800000&recvWindow=60000": "50d4e2d13a8165f2a1d6c67515e47b0b7e56306a646dd84766934514f833e1ab",
    "page=1&rows=20&recvWindow=60000&timestamp=1710460800000": (
        "90bcf4ef05ee66e6ab594e02c7345dc7adb0d4fda4b43b1457783bfc777f65ae"
    ),
    "orderNo=20219644646554779648&page=1&rows=50&timestamp=1710460800000": (
        "4df9f29cc20533243f6cea5166c2651711f5e01b9b51da6a4741ebf09311dc22"
    ),
    "merchantNo=s00000000000000000000000000000001&timestamp=1710460800000": (
        "a975fd626a05d8dec6047af0df9aaaf6427be27b9d61ab0aec9c91fe098992a5"
    ),
    "tradeType=BUY&startTimestamp=1707868800000&endTimestamp=1710460800000&page=1&rows=100&recvWindow=60000"
    "&timestamp=1710460800000": "81428bff534e1f8566fac9cbeeb13ad25a51d08f5fb6b9ed932bc6667167ad7e",
    "note=a%3Db%20%26%20c&timestamp=1710460800000": "f4f447cc6686082436982c8a43894477c47cf817745500a9822e71ee8ba832b0",
    "note=a%3Db+%26+c&timestamp=1710460800000": "868049a3773bd4a184c84e87e8f5f07e7bf50bdf57e726aac286ce387f91c1d6",
    "symbol=%E8%BF%99%E6%98%AF%E6%B5%8B%E8%AF%95%E5%B8%81456&timestamp=1710460800000": (
        "6910e2f0ae26daed68516419114ffabf421e2ea45ffd9db564fae2cb6af943a5"
    ),
}
AS_SENT = {
    "recvWindow=60000&timestamp=1710460800000": "2d1167dc2e23d33f07dc0b1aabd350f7d87fde010d8e8912bb3d1ba79b0cec78",
    "adsNo=11218246497340923904&recvWindow=60000&timestamp=1710460800000": (
        "9d987ff58cad74372e0c54c21d42f4a855ac6c35d763cb50bfee5a06a9b3a6fc"
    ),
    "page=1&recvWindow=60000&rows=20&timestamp=1710460800000": (
        "2e23fc6ac09eb11914897cca8f48943d5190537d28c95cbb287cbb0177cdebfa"
    ),
    "endTimestamp=1710460800000&page=1&recvWindow=60000&rows=100&startTimestamp=1707868800000"
    "&timestamp=1710460800000&tradeType=BUY": "cf21417f2b3d0b7278ece3a323d434aee0c813fc84ed66601ef2f7c2c9810978",
}


def signer(origin: str | None = None) -> HmacAuth:
    return HmacAuth(KEY, SECRET, Clock(now=lambda: 1710460800.0), origin=origin)


def request(operation: Operation = ORDERS_HISTORY, query: dict[str, str] | None = None, **more: Any) -> httpx.Request:
    extensions = {"timeout": {"read": 0.5}}
    return httpx.Request(operation.method, f"{API}{operation.path}", params=query, extensions=extensions, **more)


@pytest.mark.parametrize(("payload", "signature"), [*OFFICIAL.items(), *C2C.items(), *AS_SENT.items()])
def test_vectors_are_met(payload: str, signature: str):
    """What Binance signs with its example key, and what C2C calls look like with it, comes out the same here."""
    assert signature == signer().sign(payload)


@pytest.mark.parametrize(("payload", "signature"), AS_SENT.items())
def test_a_request_leaves_sorted_stamped_and_signed(payload: str, signature: str):
    """From the pairs alone, in any order, the whole query of the vector comes about, its signature last."""
    pairs = dict(pair.split("=") for pair in reversed(payload.split("&")))
    own = {key: value for key, value in pairs.items() if key not in {"timestamp", "recvWindow"}}

    assert f"{payload}&signature={signature}".encode() == signer().signed(request(query=own)).url.query


@pytest.mark.parametrize(
    "payload",
    [
        "page=1&rows=20&recvWindow=60000&timestamp=1710460800000",
        next(payload for payload in C2C if payload.startswith("tradeType=")),
    ],
)
def test_an_agents_query_leaves_in_the_order_it_was_given(payload: str):
    """Where the description says so nothing is sorted, and what is signed is what leaves."""
    own = dict(pair.split("=") for pair in payload.split("&")[:-2])
    carried = signer().credentials(API, list(own.items()), OPERATIONS["agent.orders.history"])

    assert f"{payload}&signature={C2C[payload]}".encode() == carried.query + carried.signature


def test_an_agents_query_without_pairs_begins_with_the_stamps():
    """Where nothing is given, no `&` stands in front of what the signer adds."""
    carried = signer().credentials(API, [], OPERATIONS["agent.orders.history"])

    assert b"recvWindow=60000&timestamp=1710460800000" == carried.query


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("a=b & c", "a%3Db%20%26%20c"),
        ("AZaz09-._~", "AZaz09-._~"),
        ("这是测试币456", "%E8%BF%99%E6%98%AF%E6%B5%8B%E8%AF%95%E5%B8%81456"),
        ("+*'()!/?:@", "%2B%2A%27%28%29%21%2F%3F%3A%40"),
        ("%41", "%2541"),
        ("\uff11", "%EF%BC%91"),
    ],
)
def test_the_alphabet_is_that_of_rfc_3986(value: str, encoded: str):
    """Letters, digits and `-._~` stay; all else, also what looks encoded or like a digit, becomes `%XX`."""
    assert f"note={encoded}" == encode_query([("note", value)])


def test_names_that_are_made_up_fill_no_memory(monkeypatch: pytest.MonkeyPatch):
    """Beyond a number of names, which is kept to exactly, each is encoded anew."""
    monkeypatch.setattr(_auth, "_MOST_NAMES", 1)
    monkeypatch.setattr(_auth, "_encoded_names", names := _auth._EncodedNames())

    assert "new%20name=1&one%20more=2" == encode_query([("new name", "1"), ("one more", "2")])
    assert {"new name": "new%20name"} == names


def test_names_that_are_made_up_are_not_remembered_when_sorting(monkeypatch: pytest.MonkeyPatch):
    """The names that are known start anew beyond a number, and queries are sorted as ever."""
    monkeypatch.setattr(_auth, "_MOST_NAMES", 2)
    monkeypatch.setattr(_auth, "_plain_names", words := dict[str, str]())

    assert ["a=1&b=2&t=3"] * 2 == [_auth._encode_sorted([("b", "2"), ("a", "1")], "t=3") for _ in range(2)]
    assert {"a": "a", "b": "b"} == words
    assert "c=1&t=3" == _auth._encode_sorted([("c", "1")], "t=3")
    assert {} == words


def test_signing_changes_nothing_of_what_it_is_given():
    """Any attempt can start from the request again; the copy keeps body, time-outs and everything else."""
    given = request(ADS_GET, {"adsNo": "1"}, content=b'{"a": 1}')
    before = (given.method, given.url, given.headers.raw.copy(), given.extensions.copy(), given.stream)
    auth = signer()
    copy = auth.signed(given)

    assert before == (given.method, given.url, given.headers.raw, given.extensions, given.stream)
    assert copy is not given
    assert copy.stream is given.stream
    assert {"read": 0.5} == copy.extensions["timeout"]
    assert copy.url == auth.signed(given).url


@pytest.mark.parametrize("name", ["timestamp", "recvWindow", "signature"])
@both_clients
def test_what_the_signer_sets_cannot_be_given(kind: Kind, name: str):
    """A caller's own timestamp, window or signature is refused by name and nothing is sent."""
    with Wire() as wire:
        [error] = run(kind, wire.url, lambda c: c.send(Call(ORDERS_HISTORY, query={name: "1"})))

    assert isinstance(error, ConfigurationError)
    assert f"orders.history: {name}: the signer sets this parameter; leave it out" == str(error)
    assert [] == wire.requests


@pytest.mark.parametrize("name", ["timestamp", "recvWindow", "signature"])
def test_what_the_signer_sets_cannot_stand_in_a_url(name: str):
    """The signer refuses it in the URL too, for whoever uses the signer alone."""
    with pytest.raises(ConfigurationError, match=name):
        signer().signed(httpx.Request("GET", f"{API}/sapi/v1/c2c/x?{name}=1"))


def test_a_key_only_operation_is_not_signed():
    """The key goes along, and neither timestamp nor signature does."""
    carried = signer(API).credentials(API, [("orderNo", "1 1")], KEY_ONLY)

    assert (b"orderNo=1%201", b"", ((b"X-MBX-APIKEY", KEY.encode()),)) == carried
    assert "<Credentials>" == repr(carried)


@pytest.mark.parametrize("security", [Security.SIGNED, Security.KEY])
@pytest.mark.parametrize(
    "elsewhere",
    ["https://api.binance.com.evil.example", "http://api.binance.com", "https://api.binance.com:8443", "https://b"],
)
def test_the_key_goes_to_its_origin_only(elsewhere: str, security: Security):
    """Another host, port or scheme gets neither key nor signature; the refusal names both ends."""
    operation = Operation("chat.x", "GET", "/x", security)

    with pytest.raises(ConfigurationError) as caught:
        signer(API).credentials(elsewhere, [], operation)
    assert "chat.x" == caught.value.operation_id
    assert f"chat.x: the key belongs to {API} and is not sent to {elsewhere}" == str(caught.value)
    with pytest.raises(ConfigurationError, match=f"the key belongs to {API} and is not sent to {elsewhere}$"):
        signer(API).signed(httpx.Request("GET", f"{elsewhere}/x"))


@pytest.mark.parametrize("origin", ["https://C2C.EXAMPLEX", "https://C2C.EXAMPLEX/"])
def test_an_origin_may_end_in_a_slash(origin: str):
    """The key goes to a host however its address is written, and the refusal names it without the slash."""
    auth = signer(origin)
    auth.credentials("https://c2c.examplex", [])

    with pytest.raises(
        ConfigurationError, match=r"the key belongs to https://C2C.EXAMPLEX and is not sent to https://b$"
    ):
        auth.credentials("https://b", [])


@pytest.mark.parametrize(
    "same", ["https://api.binance.com:443", "https://API.binance.COM", "HTTPS://api.binance.com:443"]
)
def test_an_origin_has_one_meaning(same: str):
    """A default port and the case of the host make no other origin of it."""
    assert KEY == signer(API).signed(httpx.Request("GET", f"{same}/x")).headers["X-MBX-APIKEY"]


@both_clients
def test_redirects_are_not_followed(kind: Kind):
    """A redirect is an answer that says nothing, so the key does not travel on, not even with a client that follows."""
    make = httpx.Client if kind is C2CClient else httpx.AsyncClient
    own = make(follow_redirects=True, trust_env=False)
    elsewhere = Wire(then=reply(yes(True)))
    with elsewhere, Wire(then=reply(b"", 307, [("Location", f"{elsewhere.url}/x")])) as wire:
        default = run(kind, wire.url, lambda c: c.orders.get(order_number="1"))
        given = run(kind, wire.url, lambda c: c.orders.get(order_number="1"), http=own)

    assert ["TransportError", "TransportError"] == [type(error).__name__ for error in [*default, *given]]
    assert "HTTP 307, a redirect" in str(given[0])
    assert [] == elsewhere.requests


def check_alone(received: httpx.Request) -> None:
    assert KEY == received.headers["X-MBX-APIKEY"]
    query = received.url.query.decode()
    payload, _, signature = query.rpartition("&signature=")
    assert "note=a%3Db%20%26%20c&recvWindow=60000&timestamp=1710460800000" == payload
    assert signature == signer().sign(payload)


def test_the_signer_works_alone_in_a_plain_client():
    """`httpx.Client(auth=…)` sends signed requests, whatever the encoding httpx itself would have chosen."""
    seen: list[httpx.Request] = []
    with httpx.Client(auth=signer(), transport=answering(recording(seen))) as client:
        client.get(f"{API}/sapi/v1/c2c/x", params={"note": "a=b & c"}).raise_for_status()
        client.post(f"{API}/sapi/v1/c2c/x?note=a%3Db%20%26%20c", json={"a": 1}).raise_for_status()

    assert [b"", b'{"a":1}'] == [one.content for one in seen]
    assert ["web", "web"] == [one.headers["clientType"] for one in seen]
    for one in seen:
        check_alone(one)


def test_the_signer_works_alone_in_a_plain_async_client():
    """`httpx.AsyncClient(auth=…)` does the same."""
    seen: list[httpx.Request] = []

    async def ask() -> None:
        async with httpx.AsyncClient(auth=signer(), transport=answering(recording(seen))) as client:
            (await client.get(f"{API}/sapi/v1/c2c/x", params={"note": "a=b & c"})).raise_for_status()

    asyncio.run(ask())

    check_alone(seen[0])


def test_a_body_that_streams_is_sent():
    """A body that comes in pieces leaves as it is, beside a query that is signed."""
    seen: list[httpx.Request] = []
    with httpx.Client(auth=signer(), transport=answering(recording(seen))) as client:
        client.post(f"{API}/sapi/v1/c2c/x", params={"note": "a=b & c"}, content=iter([b"a", b"b"])).raise_for_status()

    assert b"ab" == seen[0].content
    check_alone(seen[0])


def test_hooks_find_the_body():
    """A hook of the caller's own client can look at what is about to leave."""
    seen: list[bytes] = []
    hooks = {"request": [lambda request: seen.append(request.content)]}
    with httpx.Client(auth=signer(), transport=answering(recording([])), event_hooks=hooks) as client:
        client.post(f"{API}/sapi/v1/c2c/x", json={"a": 1})

    assert [b'{"a":1}'] == seen


def test_what_httpx_would_change_is_not_signed(monkeypatch: pytest.MonkeyPatch):
    """Should httpx ever send another query than the one that was signed, nothing is sent at all."""
    monkeypatch.setattr(_auth, "_encode_sorted", lambda *_: "note=a b")

    with pytest.raises(ConfigurationError, match=r"^httpx would change the query after signing it, so it is not sent$"):
        signer().signed(request())


@pytest.mark.parametrize(
    "wrong",
    ["", "k\n", " k", "k k", "kéy", b"key", None],
    # Mutmut does not find a test again that has two backslashes in its name, and takes that for a failure.
    ids=["empty", "line end", "space in front", "space between", "no ASCII", "bytes", "none"],
)
def test_a_key_or_secret_that_cannot_be_one_is_refused(wrong: Any):
    """The name is said and the value is not; a line end in a header would have shown the key in an error of httpx."""
    with pytest.raises(ConfigurationError, match=r"^api_key: a string of printable ASCII without spaces is expected$"):
        HmacAuth(wrong, SECRET)
    with pytest.raises(
        ConfigurationError, match=r"^api_secret: a string of printable ASCII without spaces is expected$"
    ):
        HmacAuth(KEY, wrong)


def recording(seen: list[httpx.Request]) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=yes())

    return handler


def test_headers_of_the_caller_are_not_doubled():
    """A key or client type already there is replaced or kept, and never sent twice; ours is spelled as documented."""
    given = httpx.Request("GET", f"{API}/sapi/v1/c2c/x", headers={"X-MBX-APIKEY": "old", "clientType": "PC"})
    sent = signer().signed(given)

    assert (b"clientType", b"web") in signer().signed(request()).headers.raw
    assert [KEY] == sent.headers.get_list("X-MBX-APIKEY")
    assert ["PC"] == sent.headers.get_list("clientType")


def test_bytes_that_are_no_text_are_refused():
    """A URL with encoded bytes that are no UTF-8 is not signed: something else would leave in their place."""
    with pytest.raises(ValueError, match="utf-8"):
        signer().signed(httpx.Request("GET", f"{API}/x?note=%FF"))


def test_the_signer_does_not_show_what_it_knows():
    """Neither `repr` nor the attributes of a signer hold the secret, and its `repr` not the key either."""
    auth = signer(API)

    assert "<HmacAuth>" == repr(auth)
    assert SECRET not in repr(vars(auth))
    assert SECRET.encode() not in vars(auth).values()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"recv_window": 0}, "recv_window: an integer of 1 to 60000 milliseconds is expected, not 0"),
        ({"recv_window": "5000&a=b"}, "recv_window: an integer of 1 to 60000 milliseconds is expected"),
        ({"clock": 5}, "clock: a Clock is expected, not int"),
        ({"origin": 5}, "origin: a scheme and a host"),
        ({"origin": "api.binance.com"}, "origin: a scheme and a host"),
        ({"origin": "https://x:y"}, "origin: a scheme and a host"),
    ],
)
def test_a_signer_alone_checks_its_arguments_too(wrong: dict[str, Any], said: str):
    """It names what cannot work when it is made, as the clients do."""
    with pytest.raises(ConfigurationError) as refused:
        HmacAuth("k", "s", **wrong)

    assert str(refused.value).startswith(said)
