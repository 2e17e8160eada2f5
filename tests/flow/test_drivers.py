"""The two drivers: they sign, send and sleep as they are told."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Any

import httpx
import pytest

from binance_c2c import RetryPolicy
from binance_c2c._core.auth.clock import Clock
from binance_c2c._core.auth.signer import HmacAuth
from binance_c2c._core.flow import drivers as drivers_module
from binance_c2c._core.flow.conversation import Flow
from binance_c2c._core.flow.drivers import AsyncDriver, Driver
from binance_c2c._core.flow.steps import Endpoint, Send
from binance_c2c._core.transport import Origin
from binance_c2c._core.transport.choose import CallersTransport
from binance_c2c.errors import ConfigurationError, TransportError
from binance_c2c_runtime import Call
from binance_c2c_sapi.operations import ADS_SEARCH, SYSTEM_TIME
from tests.support.clients import KEY, SECRET, yes
from tests.support.talk import flow

CALL: Call[Any] = Call(ADS_SEARCH, body={"asset": "USDT"})


class Exchange(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Fails twice, then answers; counts how often it was closed."""

    def __init__(self) -> None:
        self.seen: list[httpx.Request] = []
        self.closed = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return httpx.Response(200, json=yes([])) if len(self.seen) == 3 else httpx.Response(502)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


def parts() -> tuple[Flow, HmacAuth]:
    """A flow that waits 1 and 2 seconds, and a clock that goes on a second with every look at it."""
    ticks = count(1000)
    clock = Clock(now=lambda: float(next(ticks)))
    return flow(retry=RetryPolicy(first_wait=1.0)), HmacAuth(KEY, SECRET, clock, origin="https://api.binance.com")


def sync_call(exchange: Exchange, slept: list[float]) -> Any:
    return Driver(*parts(), exchange, slept.append).send(CALL)


def async_call(exchange: Exchange, slept: list[float]) -> Any:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return asyncio.run(AsyncDriver(*parts(), exchange, sleep).send(CALL))


@pytest.mark.parametrize("call", [sync_call, async_call])
def test_each_attempt_is_stamped_and_signed_anew(call: Any):
    """Three attempts carry three timestamps and three signatures, and between them is slept as the flow says."""
    exchange, slept = Exchange(), list[float]()
    value = call(exchange, slept)

    assert [] == value
    assert [1.0, 2.0] == slept
    assert ["1000000", "1001000", "1002000"] == [one.url.params["timestamp"] for one in exchange.seen]
    assert 3 == len({one.url.params["signature"] for one in exchange.seen})
    assert 1 == len({one.content for one in exchange.seen})


def test_a_transport_of_the_callers_own_stays_open():
    """What the caller made, the caller closes."""
    exchange = Exchange()
    Driver(*parts(), exchange).close()
    asyncio.run(AsyncDriver(*parts(), exchange).aclose())

    assert 0 == exchange.closed


def test_the_own_sleep_of_the_async_driver_yields_to_others():
    """Without a sleep given, waiting tasks let others run."""
    order: list[str] = []

    async def main() -> None:
        driver = AsyncDriver(flow(retry=RetryPolicy(first_wait=0)), parts()[1], Exchange())
        task = asyncio.create_task(driver.send(CALL))
        task.add_done_callback(lambda _: order.append("done"))
        await asyncio.sleep(0)
        order.append("other")
        await task

    asyncio.run(main())

    assert ["other", "done"] == order


class Broken(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Gives an answer whose body breaks while it is read, and remembers that it was closed."""

    def __init__(self) -> None:
        self.body = BrokenBody()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        del request
        return httpx.Response(200, stream=self.body)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


class BrokenBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield b'{"code":'
        raise httpx.ReadError("reset")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"code":'
        raise httpx.ReadError("reset")

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


def test_an_answer_that_breaks_gives_its_connection_back():
    """An answer that cannot be read to its end is closed, in every attempt."""
    broken, broken_async = Broken(), Broken()
    with pytest.raises(TransportError, match="ReadError"):
        Driver(*parts(), broken, lambda _: None).send(CALL)
    with pytest.raises(TransportError, match="ReadError"):
        asyncio.run(AsyncDriver(flow(retry=RetryPolicy(first_wait=0)), parts()[1], broken_async).send(CALL))

    assert (3, 3) == (broken.body.closed, broken_async.body.closed)


def test_an_error_of_the_transports_own_is_not_ours_to_hide():
    """A bug in a transport comes out as what it is, and the request is not repeated."""

    class Buggy(Exchange):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            super().handle_request(request)
            raise ZeroDivisionError

    exchange = Buggy()
    with pytest.raises(ZeroDivisionError):
        Driver(*parts(), exchange).send(CALL)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(AsyncDriver(*parts(), exchange).send(CALL))

    assert 2 == len(exchange.seen)


def test_who_has_no_fleet_sends_all_the_same():
    """Where nobody can be asked, the call goes out."""
    signer = parts()[1]
    plain = Driver(flow(fleet=True, retry=RetryPolicy(first_wait=0)), signer, Exchange()).send(CALL)
    waiting = AsyncDriver(flow(fleet=True, retry=RetryPolicy(first_wait=0)), signer, Exchange()).send(CALL)

    assert [] == plain == asyncio.run(waiting)


def test_threads_that_open_together_share_one_transport(monkeypatch: pytest.MonkeyPatch):
    """Each takes what the first of them opened."""
    driver = Driver(*parts())

    def opened(*_: Any) -> Any:
        # Another thread was faster.
        vars(driver).setdefault("_opened", first)
        return CallersTransport(Exchange(), 1)

    first = CallersTransport(Exchange(), 1)
    monkeypatch.setattr(drivers_module, "open_transport", opened)

    assert first is driver.transport is driver.transport


@pytest.mark.parametrize(
    ("driver", "http", "wanted"),
    [
        (Driver, httpx.AsyncBaseTransport(), "httpx.Client or httpx.BaseTransport"),
        (Driver, "http://proxy", "httpx.Client or httpx.BaseTransport"),
        (AsyncDriver, httpx.BaseTransport(), "httpx.AsyncClient or httpx.AsyncBaseTransport"),
        (AsyncDriver, httpx.Client, "httpx.AsyncClient or httpx.AsyncBaseTransport"),
    ],
)
def test_what_cannot_send_is_refused(driver: Any, http: Any, wanted: str):
    """A client or transport of the other kind, or none at all, is named as the mistake it is."""
    with pytest.raises(ConfigurationError, match=f"^http: an {wanted} is expected, not {type(http).__name__}$"):
        driver(*parts(), http)


def test_a_step_shows_neither_query_nor_body():
    """A request that waits to be sent names its operation, and not the one-time code that it carries."""
    step = Send(
        SYSTEM_TIME, Endpoint("", Origin("https", "", 443, b""), b"/", ()), [("code", "123456")], b"123456", None
    )

    assert "<Send system.time>" == repr(step)
