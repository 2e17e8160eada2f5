"""The connections of a client that was given none: which they are, and that whoever listens to httpx hears them."""

import asyncio
import builtins
from typing import Any

import httpcore
import httpx
import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from binance_c2c import AsyncC2CClient
from binance_c2c._aiohttp import AiohttpTransport
from binance_c2c._deadline import within
from binance_c2c._transports import BoundedTransport, _left, async_transport
from binance_c2c.errors import TransportError
from binance_c2c_sapi.operations import OPERATIONS
from tests.support.clients import KEY, SECRET, Kind, over_sockets, run, yes
from tests.support.wire import HANG_UP, Wire, reply


def test_tasks_of_asyncio_have_aiohttps_connections(monkeypatch: pytest.MonkeyPatch):
    """With aiohttp installed they are its own; without, or on another loop than asyncio's, they are httpx's."""

    async def made() -> type:
        transport = async_transport()
        await transport.aclose()
        return type(transport)

    real = builtins.__import__

    def without_aiohttp(name: str, *rest: Any) -> Any:
        if name == "binance_c2c._aiohttp":
            raise ImportError(name)
        return real(name, *rest)

    assert AiohttpTransport is asyncio.run(made())
    assert httpx.AsyncHTTPTransport is type(async_transport())
    monkeypatch.setattr(builtins, "__import__", without_aiohttp)
    assert httpx.AsyncHTTPTransport is asyncio.run(made())


def test_whatever_stands_in_for_httpx_finds_them():
    """Mocks, recorders and traces replace methods of httpx's transports: ours have those and none of their own."""
    assert httpx.HTTPTransport.handle_request is BoundedTransport.handle_request
    assert httpx.AsyncHTTPTransport.handle_async_request is AiohttpTransport.handle_async_request


def test_a_read_is_sent_as_often_as_the_flow_says():
    """A GET that breaks down is repeated by the flow, stamped and signed anew, and not by aiohttp beneath it."""
    with Wire(then=HANG_UP) as wire:
        [error] = run(AsyncC2CClient, wire.url, lambda c: c.orders.history(trade_type="SELL"))

    assert isinstance(error, TransportError)
    assert 3 == len(wire.requests)


def test_whatever_is_repeated_below_us_could_be():
    """Libraries repeat what HTTP calls idempotent: no operation that must not happen twice goes out that way."""
    assert {"POST"} == {one.method for one in OPERATIONS.values() if not one.safe_to_repeat}


def test_a_client_serves_one_loop_after_another():
    """A client for tasks that outlives its loop opens new connections on the next one."""
    with Wire(then=reply({})) as wire:
        client = AsyncC2CClient(base_url=wire.url)
        for _ in range(2):
            asyncio.run(one_loop(client))

    assert 2 == len(wire.requests)


async def one_loop(client: AsyncC2CClient) -> None:
    await client.system.ping()
    transport: Any = client._driver._http
    await transport.aclose()


@pytest.mark.parametrize("over", [httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.ConnectTimeout])
def test_no_step_begins_after_the_deadline(over: type[Exception]):
    """When the time is over a step fails as if it had been waited for, so that what it means is known."""
    with within(0.0), pytest.raises(over, match="the deadline is over"):
        _left(5.0, over)


@over_sockets
def test_each_attempt_is_a_span_without_a_secret(kind: Kind):
    """OpenTelemetry's instrumentation of httpx sees every attempt, and no signature, key or header with one."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    try:
        with Wire(reply(b"", 502), then=reply(yes({"orderNumber": "1"}))) as wire:
            [order] = run(kind, wire.url, lambda c: c.orders.get(order_number="1"))
    finally:
        instrumentor.uninstrument()

    spans = exporter.get_finished_spans()
    told = "".join(span.to_json() for span in spans)
    signatures = [one.query.rpartition("signature=")[2] for one in wire.requests]
    assert "1" == order.order_number
    assert [502, 200] == [(span.attributes or {})["http.status_code"] for span in spans]
    assert "/sapi/v1/c2c/orderMatch/getUserOrderDetail?" in told
    assert [64, 64] == [len(signature) for signature in signatures]
    assert [] == [secret for secret in (KEY, SECRET, *signatures) if secret in told]
