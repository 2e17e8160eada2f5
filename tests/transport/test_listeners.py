"""Who stands in for httpx, or listens to it, finds the requests of a client's own connections, and loses no promise."""

import asyncio
import functools
import gzip
import inspect
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType
from typing import Any
from unittest import mock

import httpcore
import httpx
import pytest
import respx
import vcr
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pytest_httpx import HTTPXMock

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy
from binance_c2c._core.transport import choose
from binance_c2c.errors import ConfigurationError, OutcomeUnknownError, TransportError
from binance_c2c_runtime import Call
from binance_c2c_sapi.operations import OPERATIONS, SYSTEM_PING
from tests.support.clients import (
    KEY,
    SECRET,
    Kind,
    both_clients,
    given_to,
    order_data,
    over_sockets,
    run,
    yes,
)
from tests.support.contract.calls import EXCHANGE
from tests.support.wire import HANG_UP, Answer, Received, Wire, reply

ONCE = RetryPolicy(attempts=1)
DOORS: list[tuple[type[Any], str]] = [
    (httpx.HTTPTransport, "handle_request"),
    (httpx.AsyncHTTPTransport, "handle_async_request"),
]


def get(client: Any) -> Any:
    return client.orders.get(order_number="1")


def release(client: Any) -> Any:
    return client.orders.release(order_number="1")


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
    assert 1 == wire.connections
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
def test_an_answer_beyond_all_bounds_is_an_error_of_ours(kind: Kind, heard: list[str]):
    """As it comes, or unpacked twice: the error names the argument that is the bound. A write is not repeated."""
    bomb = gzip.compress(gzip.compress(b" " * 100_000))
    answers = [
        *(reply(b" " * 1001), Answer(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 1001, hang_up=True)),
        reply(bomb, headers=[("Content-Encoding", "gzip, gzip")]),
    ]
    with Wire(*answers) as wire:
        errors = run(kind, wire.url, release, release, release, max_response_bytes=1000)

    assert [OutcomeUnknownError] * 3 == [type(error) for error in errors]
    assert [] == [error for error in errors if "longer than max_response_bytes (1000)" not in str(error)]
    assert 3 == len(wire.requests)
    assert len(heard) in {0, 3}


@over_sockets
def test_what_breaks_down_is_the_same_whether_or_not_somebody_listens(kind: Kind, heard: list[str]):
    """What had gone out may have been acted on, and what found no connection was not."""
    with Wire(then=HANG_UP) as wire:
        url = wire.url
        [lost] = run(kind, url, release)
    [unsent] = run(kind, url, release, retry=ONCE)

    assert isinstance(lost, OutcomeUnknownError)
    assert isinstance(unsent, TransportError)
    assert (False, False) == (isinstance(unsent, OutcomeUnknownError), unsent.request_sent)
    assert len(heard) in {0, 2}


@over_sockets
def test_the_headers_of_an_answer_are_those_that_came(kind: Kind, heard: list[str]):
    """None is made up: an answer in chunks has no length."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-One: 1\r\nX-One: 2\r\n\r\n"
    with Wire(then=Answer(head + b"2\r\n{}\r\n0\r\n\r\n")) as wire:
        [exchange] = run(kind, wire.url, lambda c: c.exchange(Call(SYSTEM_PING)))

    assert [("transfer-encoding", "chunked"), ("x-one", "1"), ("x-one", "2")] == exchange.headers.multi_items()
    assert len(heard) in {0, 1}


@over_sockets
def test_who_listens_may_make_another_request(kind: Kind, monkeypatch: pytest.MonkeyPatch):
    """One without extensions and with a body of unknown length leaves as it should."""

    def sync(self: Any, request: httpx.Request) -> httpx.Response:
        response: httpx.Response = original(self, httpx.Request("POST", request.url, content=iter([b"{", b"}"])))
        return response

    async def tasks(self: Any, request: httpx.Request) -> httpx.Response:
        async def pieces() -> AsyncIterator[bytes]:
            for piece in (b"{", b"}"):
                yield piece

        response: httpx.Response = await original(self, httpx.Request("POST", request.url, content=pieces()))
        return response

    cls, name = DOORS[not issubclass(kind, C2CClient)]
    original = getattr(cls, name)
    monkeypatch.setattr(cls, name, sync if issubclass(kind, C2CClient) else tasks)
    with Wire(then=reply({})) as wire:
        run(kind, wire.url, lambda c: c.system.ping())

    [received] = wire.requests
    assert ("POST", b"{}", None) == (received.method, received.body, received.header("transfer-encoding"))


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


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
@over_sockets
def test_respx_answers(kind: Kind, using: str):
    """By either of its mockers, as their documents show it, and passes through what it is told to."""
    with (
        Wire(then=reply(yes(order_data("3")))) as wire,
        respx.mock(using=using, assert_all_called=False) as router,
    ):
        mocked = router.post(f"{EXCHANGE}/sapi/v1/c2c/orderMatch/getUserOrderDetail").mock(
            return_value=httpx.Response(200, json=yes(order_data("2")))
        )
        router.route(url__startswith=wire.url).pass_through()
        [order] = run(kind, EXCHANGE, get)
        [real] = run(kind, wire.url, get)

    assert ("2", "3") == (order.order_number, real.order_number)
    assert (1, 1) == (mocked.call_count, len(wire.requests))


@over_sockets
def test_pytest_httpx_answers(kind: Kind, httpx_mock: HTTPXMock):
    """Its fixture gives the answer and sees the request, whose URL has no signature."""
    httpx_mock.add_response(json=yes(order_data("2")))
    [order] = run(kind, EXCHANGE, get)
    [request] = httpx_mock.get_requests()

    assert "2" == order.order_number
    assert KEY == request.headers["X-MBX-APIKEY"]
    assert "timestamp=" in str(request.url)
    assert "signature" not in str(request.url)


@over_sockets
def test_vcrpy_records_and_plays(kind: Kind, tmp_path: Path):
    """A cassette of its own takes up what goes out, and answers in its place."""
    cassette = str(tmp_path / "cassette.yaml")
    recorder = vcr.VCR(match_on=["method", "path"])
    with Wire(then=reply(yes(order_data("2")))) as wire:
        for _ in range(2):
            with recorder.use_cassette(cassette):
                [order] = run(kind, wire.url, get)
            assert "2" == order.order_number

    assert 1 == len(wire.requests)
    assert "signature" not in Path(cassette).read_text(encoding="utf-8")


@contextmanager
def traced(**options: Any) -> Generator[InMemorySpanExporter]:
    """Meanwhile httpx is instrumented, and the spans go to what this gives."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider, **options)
    try:
        yield exporter
    finally:
        instrumentor.uninstrument()


@over_sockets
def test_each_attempt_is_a_span_without_a_secret(kind: Kind):
    """OpenTelemetry's instrumentation of httpx sees every attempt, and no signature, key or header with one.

    Neither does the error in the span of one that failed.
    """
    script = reply(b"", 502), HANG_UP
    with traced() as exporter, Wire(*script, then=reply(yes(order_data("1")))) as wire:
        [order] = run(kind, wire.url, get)

    spans = exporter.get_finished_spans()
    told = "".join(span.to_json() for span in spans)
    signatures = [one.query.rpartition("signature=")[2] for one in wire.requests]
    assert "1" == order.order_number
    assert [502, None, 200] == [(span.attributes or {}).get("http.status_code") for span in spans]
    assert "/sapi/v1/c2c/orderMatch/getUserOrderDetail?" in told
    assert [64] * 3 == [len(signature) for signature in signatures]
    assert [] == [secret for secret in (KEY, SECRET, *signatures) if secret in told]


def hide_signature(span: Any, request: Any) -> None:
    """The recipe of the guides, for connections of the caller's own."""
    for name in ("http.url", "url.full"):
        if name in getattr(span, "attributes", ()):
            span.set_attribute(name, str(request.url).partition("&signature=")[0])


async def hide_signature_async(span: Any, request: Any) -> None:
    hide_signature(span, request)


@pytest.mark.parametrize("through", ["client", "transport", "proxy"])
@both_clients
def test_a_hook_keeps_the_signature_out_of_spans_of_ones_own_client(kind: Kind, through: str):
    """What is sent over a client of the caller's own has its whole URL in a span: the guides' hook shortens it."""
    hooks = {"request_hook": hide_signature, "async_request_hook": hide_signature_async}
    with traced(**hooks) as exporter, Wire(then=reply(yes(order_data("1")))) as wire:
        http = given_to(kind, through)
        if through == "proxy":
            http = httpx.Client(proxy=wire.url) if issubclass(kind, C2CClient) else httpx.AsyncClient(proxy=wire.url)
        [order] = run(kind, "http://c2c.localhost:9" if through == "proxy" else wire.url, get, http=http)

    [span] = exporter.get_finished_spans()
    [request] = wire.requests
    url, _, signature = request.target.partition("&signature=")
    assert "1" == order.order_number
    assert str((span.attributes or {})["http.url"]).endswith(url)
    assert len(signature) == 64
    assert signature not in span.to_json()


def test_whatever_is_repeated_below_us_could_be():
    """Libraries repeat what HTTP calls idempotent: no operation that must not happen twice goes out that way."""
    assert {"POST"} == {one.method for one in OPERATIONS.values() if not one.safe_to_repeat}


def test_the_private_names_are_where_they_were():
    """Two private names of httpx are leant on, for those who listen: a version that changes them is seen here."""
    with httpx.HTTPTransport() as transport:
        assert hasattr(transport, "_pool")
    for cls, name in [*DOORS, (httpx.HTTPTransport, "close"), (httpx.AsyncHTTPTransport, "aclose")]:
        assert "self._pool." in inspect.getsource(getattr(cls, name))
    for client in (httpx.Client, httpx.AsyncClient):
        assert "self._transport_for_url(" in inspect.getsource(client._send_single_request)
    assert hasattr(httpcore.ConnectionPool, "handle_request")
    assert hasattr(httpcore.AsyncConnectionPool, "handle_async_request")


def test_who_stands_in_for_httpx_is_known():
    """A wrapper that looks like the method it wraps, and a mock, are not taken for httpx's own."""
    theirs = httpx.HTTPTransport.handle_request

    assert choose._is_original(theirs, choose._HTTPX)
    assert choose._is_original(choose.OwnTransport.handle_request, choose._HTTPX)
    assert not choose._is_original(listening(theirs, []), choose._HTTPX)
    assert not choose._is_original(mock.Mock(theirs), choose._HTTPX)
    assert not choose._is_original(FunctionType((lambda: None).__code__, {}), choose._HTTPX)


def test_what_httpx_would_change_is_not_sent(monkeypatch: pytest.MonkeyPatch):
    """Over a client of the caller's own, should httpx send another query than the one that was signed."""
    changed = lambda self, **_: self  # noqa: E731 - as httpx has it, but for what it does
    monkeypatch.setattr(httpx.URL, "copy_with", changed)
    [error] = run(C2CClient, EXCHANGE, get, http=httpx.MockTransport(lambda _: httpx.Response(200)))

    assert isinstance(error, ConfigurationError)
    assert "httpx would change the query after signing it, so it is not sent" == str(error)


@both_clients
def test_a_hook_of_ones_own_client_may_read_the_answer(kind: Kind):
    """What it has read is the answer all the same."""

    async def read(response: httpx.Response) -> None:
        await response.aread()

    make = httpx.Client if kind is C2CClient else httpx.AsyncClient
    hooks: Any = {"response": [(lambda response: response.read()) if kind is C2CClient else read]}
    with Wire(then=reply(yes(order_data("1")))) as wire:
        [order] = run(kind, wire.url, get, http=make(trust_env=False, event_hooks=hooks))

    assert "1" == order.order_number
