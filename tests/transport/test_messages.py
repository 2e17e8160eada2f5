"""Requests and answers that are made as far as somebody looks: they are httpx's in all that can be looked at."""

import asyncio
import functools
import gzip
from collections.abc import Iterator
from contextvars import copy_context
from types import FunctionType
from typing import Any
from unittest import mock

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy
from binance_c2c._transport.messages import Incoming, Outgoing, Place, Tail, is_of_httpx
from binance_c2c._transport.over_aiohttp import AiohttpTransport
from binance_c2c._transport.transports import BoundedTransport
from binance_c2c.errors import OutcomeUnknownError, TransportError
from binance_c2c_runtime import Call
from binance_c2c_sapi.operations import SYSTEM_PING
from tests.support.clients import Kind, WithoutAiohttp, over_sockets, run, yes
from tests.support.contract import EXCHANGE
from tests.support.wire import HANG_UP, Answer, Received, Wire, reply

ONCE = RetryPolicy(attempts=1)
HEADERS = [(b"accept", b"application/json"), (b"X-Own", b"1")]
DOORS: list[tuple[type[Any], str]] = [
    (httpx.HTTPTransport, "handle_request"),
    (httpx.AsyncHTTPTransport, "handle_async_request"),
]


@pytest.fixture(params=[False, True], ids=["alone", "listened to"])
def heard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The URLs that somebody hears who wraps the methods of httpx's transports; with nobody, none."""
    urls: list[str] = []
    if request.param:
        for transport, name in DOORS:
            monkeypatch.setattr(transport, name, listening(getattr(transport, name), urls))
    yield urls
    assert request.param is bool(urls)


def listening(handle: Any, heard: list[str]) -> Any:
    @functools.wraps(handle)
    def wrapper(self: Any, request: httpx.Request) -> Any:
        heard.append(str(request.url))
        return handle(self, request)

    return wrapper


@pytest.mark.parametrize("body", [None, b'{"a":1}'])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_request_is_what_httpx_would_make(method: str, body: bytes | None):
    """Method, URL and headers, and the body in each of the ways in which it can be had."""
    url = "https://api.binance.com:8443/sapi/v1/x"
    ours = Outgoing.to(method, Place.of(url), HEADERS, body, {"operation": None})
    theirs = httpx.Request(method, url, headers=HEADERS, content=body)

    assert (theirs.method, theirs.url) == (ours.method, ours.url)
    assert sorted(theirs.headers.multi_items()) == sorted(ours.headers.multi_items())
    assert theirs.content == ours.content == ours.read() == asyncio.run(ours.aread()) == b"".join(ours.stream)
    assert {"operation": None} == ours.extensions


def test_a_request_shows_what_it_is_to_show():
    """Of the query that leaves the URL has the part without the signature."""
    request = Outgoing.to("GET", Place.of(f"{EXCHANGE}/x"), HEADERS, None, {})
    leaving = request.leaving([(b"a", b"b")], b"page=1", b"/x?page=1&signature=abc")

    assert f"{EXCHANGE}/x?page=1" == str(leaving.url)
    assert (b"/x?page=1&signature=abc", b"/x") == (leaving.target, request.target)
    assert [(b"a", b"b")] == leaving.headers.raw
    assert {} == request.extensions


@over_sockets
def test_the_same_leaves_whether_or_not_somebody_listens(kind: Kind, heard: list[str]):
    """Recorders, mocks and traces find each request, and change nothing of it."""
    with Wire(then=reply(yes([]))) as wire:
        run(
            kind,
            wire.url,
            lambda c: c.orders.history(trade_type="SELL"),
            lambda c: c.ads.search(asset="USDT", fiat="MXN", trade_type="BUY"),
            lambda c: c.system.time(),
        )
        host = wire.url.removeprefix("http://")
    history, search, time = wire.requests

    assert ["GET", "POST", "GET"] == [one.method for one in wire.requests]
    assert "&tradeType=SELL&signature=" in history.query
    assert b'"USDT"' in search.body
    assert "" == time.query
    assert {"host", "accept", "accept-encoding", "connection", "user-agent"} == names(time)
    assert names(time) | {"x-mbx-apikey", "clienttype"} == names(history)
    assert names(history) | {"content-type", "content-length"} == names(search)
    assert host == history.header("host")
    assert [] == [url for url in heard if "signature=" in url]


def names(request: Received) -> set[str]:
    return {name for name, _ in request.headers}


@over_sockets
def test_a_compressed_answer_is_unpacked(kind: Kind, heard: list[str]):
    """An answer in gzip reads as any other; one that is broken is an error of ours."""
    body = gzip.compress(b'{"code":"000000","success":true,"data":[],"total":7}')
    packed, broken = (reply(content, headers=[("Content-Encoding", "gzip")]) for content in (body, b"no gzip"))
    with Wire(packed, then=broken) as wire:
        page, error = run(kind, wire.url, *[lambda c: c.orders.history(trade_type="SELL")] * 2)

    assert 7 == page.total
    assert isinstance(error, TransportError)
    assert len(heard) in {0, len(wire.requests)}


@over_sockets
def test_what_breaks_down_is_the_same_whether_or_not_somebody_listens(kind: Kind, heard: list[str]):
    """What had gone out may have been acted on, and what found no connection was not."""
    with Wire(then=HANG_UP) as wire:
        url = wire.url
        [lost] = run(kind, url, lambda c: c.orders.release(order_number="1"))
    [unsent] = run(kind, url, lambda c: c.orders.release(order_number="1"), retry=ONCE)

    assert isinstance(lost, OutcomeUnknownError)
    assert isinstance(unsent, TransportError)
    assert (False, False) == (isinstance(unsent, OutcomeUnknownError), unsent.request_sent)
    assert len(heard) in {0, 2}


def test_a_request_of_somebody_elses_goes_through():
    """A listener may make a request of its own of what it hears, without any of the extensions."""

    async def ask(url: str) -> httpx.Response:
        transport = AiohttpTransport()
        try:
            answer = await transport.carry(httpx.Request("POST", f"{url}/x?a=1", content=b"{}"))
            await answer.aread()
        finally:
            await transport.aclose()
        return answer

    with Wire(then=reply({"a": 1})) as wire:
        answer = asyncio.run(ask(wire.url))

    assert {"a": 1} == answer.json()
    assert ["/x?a=1"] == [one.target for one in wire.requests]


def test_a_call_may_be_given_up_anywhere():
    """A coroutine that nobody awaits any more is closed by whoever finds it, outside of its own context."""

    async def give_up(url: str) -> None:
        transport = AiohttpTransport()
        call = transport.carry(httpx.Request("GET", url))
        own = copy_context()
        # Twice it lets others run before a write; then it waits for a connection.
        for _ in range(3):
            own.run(call.send, None)
        call.close()
        await transport.aclose()

    with Wire(then=reply({})) as wire:
        asyncio.run(give_up(wire.url))


@over_sockets
def test_the_headers_of_an_answer_are_those_that_came(kind: Kind, heard: list[str]):
    """None is made up: an answer in chunks has no length."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-One: 1\r\nX-One: 2\r\n\r\n"
    with Wire(then=Answer(head + b"2\r\n{}\r\n0\r\n\r\n")) as wire:
        [exchange] = run(kind, wire.url, lambda c: c.exchange(Call(SYSTEM_PING)))

    assert [("transfer-encoding", "chunked"), ("x-one", "1"), ("x-one", "2")] == exchange.headers.multi_items()
    assert len(heard) in {0, 1}


def test_an_answer_can_be_read_as_any():
    """What httpx offers of an answer that was read, this one has."""
    answer = Incoming(502, [(b"Retry-After", b"7")], b"{}")

    assert b"{}" == answer.content == answer.read() == asyncio.run(answer.aread())
    assert (True, True, "7") == (answer.is_closed, answer.is_server_error, answer.headers["retry-after"])


def test_a_time_out_of_somebody_elses_is_not_the_deadline(monkeypatch: pytest.MonkeyPatch):
    """Who stands in for our connections may fail as he likes: nothing is concluded from it about what was sent."""
    own = TimeoutError("of somebody else")

    async def fail(self: object, request: httpx.Request) -> httpx.Response:
        del self, request
        raise own

    async def ask() -> None:
        async with AsyncC2CClient(base_url="http://127.0.0.1:9") as client:
            await client.system.ping()

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", fail)
    with pytest.raises(TimeoutError) as caught:
        asyncio.run(ask())

    assert own is caught.value


@given(st.binary(max_size=200), st.booleans(), st.binary(min_size=1, max_size=99), st.data())
def test_an_answer_ends_where_it_ends(body: bytes, chunked: bool, behind: bytes, data: st.DataObject):
    """In whatever pieces it comes; and what stands behind it is noticed, unless it ends just like it."""
    ended = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if chunked and body else b"0\r\n\r\n" if chunked else body
    came = b"HTTP/1.1 200 OK\r\n\r\n" + ended
    headers = [(b"Transfer-Encoding", b"chunked")] if chunked else []
    cut = data.draw(st.integers(0, len(came)))
    whole, more = Tail(), Tail()
    for piece in (came[:cut], came[cut:]):
        whole.add(piece)
        more.add(piece)
    more.add(behind)
    whole.end(headers, body)
    more.end(headers, body)
    end = b"\r\n0\r\n\r\n" if chunked else body[-64:] or b"\r\n\r\n"

    assert (True, False) == (whole.heard, whole.loose)
    assert more.loose or (came + behind).endswith(end)


def test_who_stands_in_for_httpx_is_known():
    """A wrapper that looks like the method it wraps, and a mock, are not taken for httpx's own."""
    theirs = httpx.HTTPTransport.handle_request

    assert is_of_httpx(theirs)
    assert is_of_httpx(BoundedTransport.handle_request)
    assert not is_of_httpx(listening(theirs, []))
    assert not is_of_httpx(mock.Mock(theirs))
    assert not is_of_httpx(FunctionType((lambda: None).__code__, {}))


@pytest.mark.parametrize("kind", [C2CClient, WithoutAiohttp])
def test_who_stands_in_for_httpcore_is_heard(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """Some mocks answer in the place of its pools, without any connection."""
    answered = httpcore.Response(200, content=b"{}")

    async def answer(self: object, request: object) -> httpcore.Response:
        del self, request
        return answered

    monkeypatch.setattr(httpcore.ConnectionPool, "handle_request", lambda *_: answered)
    monkeypatch.setattr(httpcore.AsyncConnectionPool, "handle_async_request", answer)
    [exchange] = run(kind, EXCHANGE, lambda c: c.exchange(Call(SYSTEM_PING)))

    assert 200 == exchange.status
