"""Calls to paths that are not described: signed as any other, and taken for writes unless they are GETs."""

import asyncio
from decimal import Decimal
from traceback import walk_tb
from typing import Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient, errors
from binance_c2c._core.flow import raw_call
from binance_c2c.sandbox import Sandbox
from binance_c2c_sapi.operations import OPERATIONS

UNKNOWN = "/sapi/v1/c2c/ads/boost"


class Answering(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers everything with one body, or loses the answer, and keeps what was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.answer is None:
            raise httpx.ReadError("lost", request=request)
        return httpx.Response(200, json=self.answer)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def both(method: str, path: str, transport: Answering, **arguments: Any) -> list[Any]:
    """What the sync and the async client give, or the error that they raise."""

    def sync() -> Any:
        with C2CClient(api_key="k", api_secret="s", http=transport) as client:
            return client.raw(method, path, **arguments)

    async def in_a_loop() -> Any:
        async with AsyncC2CClient(api_key="k", api_secret="s", http=transport) as client:
            return await client.raw(method, path, **arguments)

    def tried(call: Any) -> Any:
        try:
            return call()
        except errors.C2CError as error:
            return error

    return [tried(sync), tried(lambda: asyncio.run(in_a_loop()))]


def test_a_described_path_gives_what_it_gives_otherwise():
    """The sandbox accepts the signature, and `data` comes as it is on the wire; sync and async."""
    sandbox = Sandbox()
    body = {"asset": "USDT", "fiat": "MXN", "tradeType": "BUY", "page": 1, "rows": 2}
    with C2CClient.in_sandbox(sandbox) as client:
        found = client.raw("POST", "/sapi/v1/c2c/ads/search", body=body)
        rows = client.ads.search(asset="USDT", fiat="MXN", trade_type="BUY", rows=2)

    assert [row.adv.adv_no for row in rows] == [row["adv"]["advNo"] for row in found]


def test_an_unknown_path_is_signed_and_unwrapped():
    """It carries key, signature and `clientType`; of an envelope the data is given, of another answer all of it."""
    transport = Answering({"code": "000000", "data": {"boost": 1.5}, "success": True})
    found = both("POST", UNKNOWN, transport, query={"z": "a b", "a": 1}, body={"advNo": "7"})
    sent = transport.asked[0]

    assert [{"boost": Decimal("1.5")}] * 2 == found
    assert "k" == sent.headers["X-MBX-APIKEY"]
    assert "web" == sent.headers["clientType"]
    assert sent.url.query.startswith(b"a=1&recvWindow=60000&timestamp=")
    assert b"&z=a%20b&signature=" in sent.url.query
    assert [{"uid": 1}] * 2 == both("GET", "/sapi/v1/account/info", Answering({"uid": 1}))


def test_the_website_sees_no_key():
    """A path of the website goes to its host, without key and signature."""
    transport = Answering({"code": "000000", "data": [], "success": True})
    both("GET", "/bapi/c2c/v1/some/thing", transport)

    assert "p2p.binance.com" == transport.asked[0].url.host
    assert "X-MBX-APIKEY" not in transport.asked[0].headers
    assert b"" == transport.asked[0].url.query


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_is_not_a_get_counts_as_a_write(method: str):
    """Its answer lost, it is not sent again, and how to go on is said; what could be a code is not shown."""
    transport = Answering(None)
    [sync, in_a_loop] = both(method, UNKNOWN, transport, body={"advNo": "7", "googleVerifyCode": "123456"})

    assert [errors.OutcomeUnknownError] * 2 == [type(sync), type(in_a_loop)]
    assert 2 == len(transport.asked)
    assert "The SDK does not know this operation: check with a call" in str(sync)
    assert "123456" not in str(sync)


def test_a_get_is_asked_again():
    """Reading twice does no harm: attempts are three."""
    transport = Answering(None)
    [sync, _] = both("GET", UNKNOWN, transport)

    assert errors.TransportError is type(sync)
    assert 6 == len(transport.asked)


def test_described_operations_keep_their_rules():
    """Each described path and method is that operation, whatever the method says of it."""
    for operation in OPERATIONS.values():
        assert raw_call(operation.method, operation.path).operation in OPERATIONS.values()
    assert raw_call("POST", "/sapi/v1/c2c/ads/search").operation.safe_to_repeat
    assert not raw_call("POST", "/sapi/v1/c2c/agent/boost").operation.sorted_query


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("post", UNKNOWN, "method: one of GET, POST, PUT, DELETE is expected, not 'post'"),
        ("GET", "sapi/v1", "path: a path such as"),
        ("GET", "//evil.example/x", "path: "),
        ("GET", "/sapi/v1/x?signature=1", "path: "),
        ("GET", "/sapi/../x", "path: "),
        ("GET", "/sapi/v1/ü", "path: "),
    ],
)
def test_what_cannot_be_meant_is_refused(method: str, path: str, named: str):
    """The argument is named, and nothing is sent."""
    transport = Answering({})
    refused = both(method, path, transport)

    assert [errors.ConfigurationError] * 2 == [type(error) for error in refused]
    assert all(str(error).startswith(named) for error in refused)
    assert [] == transport.asked


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"query": ["page"]}, "query: a mapping from wire names to values is expected, not list"),
        ({"body": "{}"}, "body: a mapping from wire names to values is expected, not str"),
        ({"body": {"advNo": object()}}, "body: values that JSON has are expected (Object of type object"),
        ({"body": {"price": float("nan")}}, "body: values that JSON has are expected ("),
        ({"query": {"name": "\ud800"}}, "query 'name': a name and a value that can be written in UTF-8 are expected"),
        ({"query": {"\ud800": 1}}, "query '\\ud800': a name and a value that can be"),
        ({"query": {5: "x"}}, "query 5: a name and a value that can be"),
        ({"query": {"page": 10**5000}}, "query 'page': a name and a value that can be"),
    ],
)
def test_what_cannot_be_sent_is_named(arguments: dict[str, Any], named: str):
    """Query and body are looked at before anything is sent."""
    transport = Answering({})
    refused = both("POST", UNKNOWN, transport, **arguments)

    assert [errors.ConfigurationError] * 2 == [type(error) for error in refused]
    assert named in str(refused[0])
    assert [] == transport.asked
    assert "path: " in str(both("POST", 5, transport)[0])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "answer",
    [
        {"code": "000000", "message": "success", "data": [{"orderNo": "1"}], "total": 1, "success": True},
        {"code": 0, "msg": "", "data": {"list": []}},
        [{"asset": "USDT", "free": "1"}],
        [],
    ],
    ids=["an envelope", "the code 0", "a list", "an empty list"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_outside_of_c2c_the_whole_answer_is_given(method: str, answer: Any):
    """Orders in fiat come in an envelope, the funding wallet as a list: neither is a refusal, nor lost."""
    transport = Answering(answer)

    assert [answer, answer] == both(method, "/sapi/v1/asset/get-funding-asset", transport)
    assert 2 == len(transport.asked)


@pytest.mark.parametrize(
    ("answer", "of_a_read", "of_a_write"),
    [
        ({"code": -2011, "msg": "no"}, errors.APIError, errors.APIError),
        ({"code": "83229", "message": "no", "success": False}, errors.APIError, errors.APIError),
        ({"code": 200, "msg": "success"}, errors.APIError, errors.OutcomeUnknownError),
        (5, errors.TransportError, errors.OutcomeUnknownError),
        ({"code": "000000", "msg": "no", "success": False}, errors.TransportError, errors.OutcomeUnknownError),
    ],
    ids=["the gateway's refusal", "a refusal", "another code", "a number", "a contradiction"],
)
def test_outside_of_c2c_only_a_refusal_is_one(answer: Any, of_a_read: type[Exception], of_a_write: type[Exception]):
    """A write that may have been done is not said to be refused: nobody would look before sending it again."""
    path = "/sapi/v1/asset/transfer"

    assert {of_a_read} == {type(error) for error in both("GET", path, Answering(answer))}
    assert {of_a_write} == {type(error) for error in both("POST", path, Answering(answer))}


@pytest.mark.parametrize("path", [UNKNOWN, "no path"])
def test_a_code_given_to_a_raw_call_stands_in_no_frame(path: str):
    """Refused before it is sent or after, the error shows no report what the body was."""
    transport = Answering({"code": "83895", "message": "no", "success": False})
    for error in both("POST", path, transport, body={"googleVerifyCode": "onetime-one"}):
        frames = walk_tb(error.__traceback__)
        shown = [repr(frame.f_locals) for frame, _ in frames if frame.f_code.co_filename != __file__]

        assert isinstance(error, errors.C2CError)
        assert shown
        assert "onetime" not in "".join(shown)


@pytest.mark.parametrize("call", [None, "orders.list", object()], ids=["None", "a word", "an object"])
def test_what_is_no_call_is_not_sent(call: Any):
    """`send` and `exchange` of both clients name their argument."""
    transport = Answering({})
    client = C2CClient(api_key="k", api_secret="s", http=transport)
    twin = AsyncC2CClient(api_key="k", api_secret="s", http=transport)
    for send in (client.send, client.exchange, lambda one: asyncio.run(twin.send(one))):
        with pytest.raises(TypeError, match=f"^call: a Call is expected, not {type(call).__name__}$"):
            send(call)
