"""The connections of a client that was given none: which they are, and that whoever listens to httpx hears them."""

import asyncio
import builtins
import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import anyio
import httpcore
import httpx
import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c._transport.deadline import within
from binance_c2c._transport.over_aiohttp import AiohttpTransport
from binance_c2c._transport.tasks import TaskTransport
from binance_c2c._transport.transports import BoundedTransport, _left, async_transport, takes_target
from binance_c2c.errors import TransportError
from binance_c2c_sapi.operations import OPERATIONS
from tests.support.clients import KEY, SECRET, Kind, WithoutAiohttp, both_clients, over_sockets, run, settings, yes
from tests.support.wire import HANG_UP, Wire, reply


def test_tasks_of_asyncio_have_aiohttps_connections(monkeypatch: pytest.MonkeyPatch):
    """With aiohttp installed they are its own; without, or on another loop than asyncio's, they are httpcore's."""

    async def made() -> type:
        transport = async_transport()
        await transport.aclose()
        return type(transport)

    real = builtins.__import__

    def without_aiohttp(name: str, *rest: Any) -> Any:
        if name == "binance_c2c._transport.over_aiohttp":
            raise ImportError(name)
        return real(name, *rest)

    assert AiohttpTransport is asyncio.run(made())
    assert TaskTransport is type(async_transport())
    monkeypatch.setattr(builtins, "__import__", without_aiohttp)
    assert TaskTransport is asyncio.run(made())


def test_whatever_stands_in_for_httpx_finds_them():
    """Mocks, recorders and traces replace methods of httpx's transports: ours have those and none of their own."""
    assert httpx.HTTPTransport.handle_request is BoundedTransport.handle_request
    assert httpx.AsyncHTTPTransport.handle_async_request is AiohttpTransport.handle_async_request
    assert httpx.AsyncHTTPTransport.handle_async_request is TaskTransport.handle_async_request


def test_connections_of_threads_are_kept_as_httpx_keeps_them():
    """As many of them, and for as long; but no fewer are kept than made, for which its pool closes those in use."""
    ours, theirs = (transport._pool for transport in (BoundedTransport(), httpx.HTTPTransport()))
    kept = ("_max_connections", "_keepalive_expiry", "_http1", "_http2")

    assert ours._max_connections == ours._max_keepalive_connections
    assert [getattr(theirs, name) for name in kept] == [getattr(ours, name) for name in kept]


def test_a_read_is_sent_as_often_as_the_flow_says():
    """A GET that breaks down is repeated by the flow, stamped and signed anew, and not by aiohttp beneath it."""
    with Wire(then=HANG_UP) as wire:
        [error] = run(AsyncC2CClient, wire.url, lambda c: c.orders.history(trade_type="SELL"))

    assert isinstance(error, TransportError)
    assert 3 == len(wire.requests)


def test_whatever_is_repeated_below_us_could_be():
    """Libraries repeat what HTTP calls idempotent: no operation that must not happen twice goes out that way."""
    assert {"POST"} == {one.method for one in OPERATIONS.values() if not one.safe_to_repeat}


@pytest.mark.parametrize("kind", [AsyncC2CClient, WithoutAiohttp])
# The connections of a loop that ended are collected with it.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_client_serves_one_loop_after_another(kind: type[AsyncC2CClient]):
    """A client for tasks that outlives its loop opens new connections on the next one, and closes on any."""
    with Wire(then=reply(yes())) as wire:
        client = kind(**settings(base_url=wire.url))
        for _ in range(3):
            asyncio.run(one_loop(client))
        asyncio.run(client.aclose())
        del client
        gc.collect()

    assert (3, 3) == (len(wire.requests), wire.connections)


def test_a_client_serves_the_loop_of_another_library():
    """Tasks of trio have httpcore's connections, their deadline, and a close that gives them back."""

    async def play(url: str) -> Any:
        async with AsyncC2CClient(**settings(base_url=url)) as client:
            await one_loop(client)
            return type(client._driver._http)

    with Wire(then=reply(yes())) as wire:
        kind = anyio.run(play, wire.url, backend="trio")

    assert (TaskTransport, 1) == (kind, len(wire.requests))


async def one_loop(client: AsyncC2CClient) -> None:
    await client.orders.release(order_number="1")


@pytest.mark.parametrize("over", [httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.ConnectTimeout])
def test_no_step_begins_after_the_deadline(over: type[Exception]):
    """When the time is over a step fails as if it had been waited for, so that what it means is known."""
    with within(0.0), pytest.raises(over, match="the deadline is over"):
        _left(5.0, over)


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


def own(kind: Kind, door: str) -> dict[str, Any]:
    """What a caller gives for connections, or nothing."""
    sync = issubclass(kind, C2CClient)
    made: dict[str, Callable[[], Any]] = {
        "client": lambda: httpx.Client() if sync else httpx.AsyncClient(),
        "transport": lambda: httpx.HTTPTransport() if sync else httpx.AsyncHTTPTransport(),
    }
    return {"http": made[door]()} if door else {}


@pytest.mark.parametrize("door", ["", "client", "transport"])
@over_sockets
def test_each_attempt_is_a_span_without_a_secret(kind: Kind, door: str):
    """OpenTelemetry's instrumentation of httpx sees every attempt, and no signature, key or header with one.

    So it is with the client's own connections, and with a client or a transport of httpx that the caller gives.
    """
    with traced() as exporter, Wire(reply(b"", 502), then=reply(yes({"orderNumber": "1"}))) as wire:
        [order] = run(kind, wire.url, lambda c: c.orders.get(order_number="1"), **own(kind, door))

    spans = exporter.get_finished_spans()
    told = "".join(span.to_json() for span in spans)
    signatures = [one.query.rpartition("signature=")[2] for one in wire.requests]
    assert "1" == order.order_number
    assert [502, 200] == [(span.attributes or {})["http.status_code"] for span in spans]
    assert "/sapi/v1/c2c/orderMatch/getUserOrderDetail?" in told
    assert [64, 64] == [len(signature) for signature in signatures]
    assert [] == [secret for secret in (KEY, SECRET, *signatures) if secret in told]


def hide_signature(span: Any, request: Any) -> None:
    """The recipe of the README, for whatever connections of the caller's own need it."""
    for name in ("http.url", "url.full"):
        if name in getattr(span, "attributes", ()):
            span.set_attribute(name, str(request.url).partition("&signature=")[0])


async def hide_signature_async(span: Any, request: Any) -> None:
    hide_signature(span, request)


@both_clients
def test_a_hook_keeps_the_signature_out_of_spans_behind_a_proxy(kind: Kind):
    """A proxy is asked for a target of its own, so the URL of its requests is the whole one: a hook shortens it."""
    hooks = {"request_hook": hide_signature, "async_request_hook": hide_signature_async}
    with traced(**hooks) as exporter, Wire(then=reply(yes({"orderNumber": "1"}))) as proxy:
        http = httpx.Client(proxy=proxy.url) if issubclass(kind, C2CClient) else httpx.AsyncClient(proxy=proxy.url)
        [order] = run(kind, "http://c2c.localhost:9", lambda c: c.orders.get(order_number="1"), http=http)

    [span] = exporter.get_finished_spans()
    [request] = proxy.requests
    url, _, signature = request.target.partition("&signature=")
    assert "1" == order.order_number
    assert url == (span.attributes or {})["http.url"]
    assert len(signature) == 64
    assert signature not in span.to_json()


@both_clients
def test_only_connections_that_take_a_target_are_given_one(kind: Kind):
    """A proxy, a mounted transport and a transport of another kind get the URL as it is to be sent."""
    sync = issubclass(kind, C2CClient)
    client: Any = httpx.Client if sync else httpx.AsyncClient
    transport: Any = httpx.HTTPTransport if sync else httpx.AsyncHTTPTransport
    other = type("Other", (transport,), {})
    proxy = "http://localhost:9"
    taking = [transport(), client(trust_env=False)]
    others = [
        *(other(), transport(proxy=proxy), httpx.MockTransport(lambda _: httpx.Response(200))),
        *(client(proxy=proxy), client(mounts={"https://": transport()}), client(transport=other())),
        type("Client", (client,), {})(trust_env=False),
    ]

    assert [True] * len(taking) + [False] * len(others) == [takes_target(one) for one in [*taking, *others]]
