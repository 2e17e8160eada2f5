"""The two watches against the sandbox: events, trouble, hints and the end."""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from typing import Any

import anyio
import pytest

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy
from binance_c2c.errors import AuthenticationError, C2CError, ConfigurationError, DecodeError
from binance_c2c.sandbox import Sandbox
from binance_c2c.watch import AsyncOrderWatch, OrderEvent, OrderEventKind, OrderWatch
from binance_c2c.watch.tracker import Pace
from tests.support.clients import AT_ONCE, Kind, OnTrio, both_clients, listed_order, on_its_loop, over_async_sockets

QUICK = Pace(every=1.0, at_most=5.0)


class Trade:
    """A sandbox with an ad, and what happens to its orders."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(empty=True)
        self.ad = self.sandbox.moves.post_ad("merchant", "SELL", price="20", amount=4000, smallest=20, largest=2000)

    def place(self) -> str:
        return self.sandbox.moves.place("taker", self.ad, total_amount=200)

    def life(self, *moves: Callable[[str], object]) -> str:
        number = self.place()
        for move in moves:
            move(number)
        return number


class Ticks:
    """A clock that only pauses move."""

    def __init__(self, wait: Callable[[float], object]) -> None:
        self._wait, self._seconds = wait, 0.0

    def __call__(self) -> float:
        return self._seconds

    def wait(self, seconds: float) -> None:
        self._seconds += seconds
        self._wait(seconds)


def watched(kind: Kind, sandbox: Sandbox, count: int, wait: Callable[[float], None], **given: Any) -> list[OrderEvent]:
    """So many events of a watch of this kind, whose pauses take no time: each is given to `wait`."""
    settings: dict[str, Any] = {"retry": given.pop("retry", AT_ONCE)}
    ticks = Ticks(wait)
    if issubclass(kind, C2CClient):
        with kind.in_sandbox(sandbox, **settings) as client:
            watch = OrderWatch(client._driver, QUICK, wait=ticks.wait, ticks=ticks, **given)
            return list(islice(watch, count))

    async def play() -> list[OrderEvent]:
        async def pause(seconds: float) -> None:
            ticks.wait(seconds)

        async with AsyncC2CClient.in_sandbox(sandbox, **settings) as client:
            watch = AsyncOrderWatch(client._driver, QUICK, wait=pause, ticks=ticks, **given)
            found = list[OrderEvent]()
            async for event in watch:
                found.append(event)
                if len(found) == count:
                    watch.stop()
            return found

    return asyncio.run(play())


@both_clients
def test_each_change_of_an_order_is_told_as_it_happens(kind: Kind):
    """Placed, paid, disputed, withdrawn, released, and another one that time cancelled: in order, each once."""
    trade = Trade()
    moves, clock = trade.sandbox.moves, trade.sandbox.clock
    number = trade.place()
    steps = iter(
        [
            lambda: moves.mark_paid(number),
            lambda: moves.appeal("taker", number),
            lambda: moves.withdraw_appeal("taker", number),
            lambda: moves.release(number),
            trade.place,
            lambda: clock.advance(minutes=13),
            lambda: clock.advance(minutes=3),
        ]
    )
    pauses = iter(range(10_000))

    def wait(seconds: float) -> None:
        # Most pauses are between two polls of a quiet list; now and then something happens in one.
        if next(pauses) % 3 == 2:
            move: Callable[[], object] | None = next(steps, None)
            if move is not None:
                move()
        clock.advance(seconds=seconds)

    found = watched(kind, trade.sandbox, 8, wait)

    first = [event.kind for event in found if event.order_number == number]
    other = [event.kind for event in found if event.order_number != number]
    assert ["new", "paid", "disputed", "resumed", "released"] == first
    assert ["new", "deadline_near", "cancelled"] == other
    assert len({event.key for event in found}) == len(found)
    assert [] == [event for event in found if event.late]


def no_wait(seconds: float) -> None:
    del seconds


@both_clients
def test_trouble_that_passes_is_waited_for(kind: Kind, caplog: pytest.LogCaptureFixture):
    """A lost connection and a failing exchange are logged, or handed over, and cost no event."""
    trade = Trade()
    number = trade.life(trade.sandbox.moves.mark_paid)
    trade.sandbox.faults.add("drop-before", operations="orders.list", times=2)
    retry = RetryPolicy(attempts=1)
    waits = list[float]()
    with caplog.at_level(logging.WARNING, "binance_c2c"):
        found = watched(kind, trade.sandbox, 2, waits.append, retry=retry)

    assert [f"{number}:new", f"{number}:paid"] == [event.key for event in found]
    assert 2 == caplog.text.count("the watch of orders will ask again, nothing is lost")
    trade.sandbox.faults.add("drop-before", operations="orders.list", times=2)
    told = list[C2CError]()
    caplog.clear()
    watched(kind, trade.sandbox, 2, waits.append, retry=retry, on_trouble=told.append)

    assert 2 == len(told)
    assert "nothing is lost" not in caplog.text


@both_clients
def test_trouble_that_lasts_is_raised(kind: Kind):
    """A key that is refused ends the wait for events with the error, whoever takes the other trouble."""
    trade = Trade()
    told = list[C2CError]()

    def play(client: C2CClient) -> None:
        with client, pytest.raises(AuthenticationError):
            next(client.orders.watch(on_trouble=told.append))

    async def play_async(client: AsyncC2CClient) -> None:
        async with client:
            with pytest.raises(AuthenticationError):
                await anext(client.orders.watch(on_trouble=told.append))

    client: Any = kind.in_sandbox(trade.sandbox, api_secret="x" * 64)
    play(client) if kind is C2CClient else asyncio.run(play_async(client))

    assert [] == told


class Answering:
    """A sender for both kinds of watch: gives pages of its own, and errors as they are."""

    def __init__(self, client: C2CClient) -> None:
        self._client = client

    def now_ms(self) -> int:
        return self._client._driver.now_ms()

    def unreadable_error(self, operation: Any, message: str) -> Exception:
        return self._client._driver.unreadable_error(operation, message)

    def send(self, call: Any) -> Any:
        if call.operation.id == "orders.get":
            raise DecodeError("an order that cannot be read", operation_id="orders.get")
        return call.read({"data": [listed_order("17", createTime="soon")], "total": 1})


def test_an_order_that_cannot_be_read_is_raised_or_handed_over():
    """It is raised as a `DecodeError`, after which the watch can go on; with `on_trouble` the watch just goes on."""
    with C2CClient.in_sandbox(Sandbox(empty=True)) as client:
        sender: Any = Answering(client)
        ticks = Ticks(no_wait)
        watch = OrderWatch(sender, QUICK, wait=ticks.wait, ticks=ticks)
        for expected in ("a row cannot be read: page 1, row 0", "an order that cannot be read"):
            with pytest.raises(DecodeError, match=expected):
                next(watch)
        told = list[str]()

        def hear(error: C2CError) -> None:
            told.append(str(error))
            if len(told) == 3:
                other.stop()

        other = OrderWatch(sender, QUICK, wait=ticks.wait, ticks=ticks, on_trouble=hear)
        assert [] == list(other)

    assert "orders.list: a row cannot be read: page 1, row 0 (17): createTime" in told[0]
    assert ["orders.get: an order that cannot be read"] * 2 == told[1:]


@both_clients
def test_what_a_handler_raises_is_its_own(kind: Kind):
    """An error of the loop's body leaves the loop, and the event that was not dealt with comes again afterwards."""
    trade = Trade()
    number = trade.place()
    saved = list[str]()

    def play(client: C2CClient) -> None:
        watch = client.orders.watch()
        saved.append(watch.checkpoint())
        for event in watch:
            raise KeyError(event.key)

    async def play_async(client: AsyncC2CClient) -> None:
        watch = client.orders.watch()
        saved.append(watch.checkpoint())
        async for event in watch:
            raise KeyError(event.key)

    client: Any = kind.in_sandbox(trade.sandbox)
    with pytest.raises(KeyError, match=f"{number}:new"):
        play(client) if kind is C2CClient else asyncio.run(play_async(client))

    assert [f"{number}:new"] == [event.key for event in watched(kind, trade.sandbox, 1, no_wait, checkpoint=saved[0])]


@both_clients
def test_the_next_run_goes_on_where_the_last_one_was(kind: Kind):
    """What was told and saved is not told again; what happened in between is."""
    trade = Trade()
    number = trade.place()
    with C2CClient.in_sandbox(trade.sandbox) as client:
        watch = client.orders.watch()
        assert OrderEventKind.NEW == next(watch).kind
    trade.sandbox.moves.mark_paid(number)
    other = trade.life(trade.sandbox.moves.mark_paid, trade.sandbox.moves.release)
    found = watched(kind, trade.sandbox, 4, no_wait, checkpoint=watch.checkpoint())

    assert {
        number: [f"{number}:paid"],
        other: [f"{other}:new", f"{other}:paid", f"{other}:released"],
    } == {one: [event.key for event in found if event.order_number == one] for one in (number, other)}


def test_a_hint_wakes_a_waiting_thread():
    """An order that a hint names is told without waiting for the next poll; `stop` wakes and ends the watch."""
    trade = Trade()
    with C2CClient.in_sandbox(trade.sandbox) as client:
        watch = client.orders.watch(every=3600.0, at_most=3600.0)
        waiting = threading.Event()
        real_wait = watch._wait

        def wait(seconds: float) -> object:
            waiting.set()
            return real_wait(seconds)

        watch._wait = wait
        found = list[str]()
        thread = threading.Thread(target=lambda: found.extend(event.kind for event in watch))
        thread.start()
        assert waiting.wait(30)
        waiting.clear()
        watch.hurry(trade.place())
        assert waiting.wait(30)
        watch.stop()
        thread.join(30)

    assert ["new"] == found


@over_async_sockets
def test_a_hint_wakes_a_waiting_task(kind: Kind):
    """The same for tasks, on the event loop of any library; a hint that comes while nothing waits is kept."""
    trade = Trade()

    async def play() -> list[str]:
        found = list[str]()
        async with AsyncC2CClient.in_sandbox(trade.sandbox) as client:
            watch = client.orders.watch(every=3600.0, at_most=3600.0)
            watch.hurry()
            waiting, real_wait = anyio.Event(), watch._wait

            async def wait(seconds: float) -> None:
                waiting.set()
                await real_wait(seconds)

            watch._wait = wait

            async def hint() -> None:
                await waiting.wait()
                watch.hurry(trade.place())

            async with anyio.create_task_group() as group:
                group.start_soon(hint)
                async for event in watch:
                    found.append(event.kind)
                    watch.stop()
        return found

    assert ["new"] == on_its_loop(kind, play)


def test_a_pause_of_a_task_ends_by_itself():
    """Without a hint it ends when its time is over, and a later hint wakes nothing that waits no longer."""

    async def play() -> bool:
        async with AsyncC2CClient.in_sandbox(Sandbox(empty=True)) as client:
            watch = client.orders.watch()
            await watch._wait(0.0)
            watch.hurry()
            return watch._wake is None

    assert on_its_loop(OnTrio, play)


@both_clients
def test_a_watch_of_a_closed_client_says_so(kind: Kind):
    """Nothing is waited for that can never come."""

    async def play(client: AsyncC2CClient) -> None:
        await client.aclose()
        with pytest.raises(ConfigurationError, match="the client is closed"):
            await anext(client.orders.watch())

    client: Any = kind.in_sandbox()
    if kind is C2CClient:
        client.close()
        with pytest.raises(ConfigurationError, match="the client is closed"):
            next(client.orders.watch())
    else:
        asyncio.run(play(client))


@both_clients
@pytest.mark.parametrize(
    ("given", "error", "why"),
    [
        ({"every": "3"}, TypeError, "every: a number of seconds is expected, not str"),
        ({"every": True}, TypeError, "every: a number of seconds is expected, not bool"),
        ({"every": -1.0}, ValueError, "every: seconds, 0 or more"),
        ({"every": float("nan")}, ValueError, "every: seconds, 0 or more"),
        ({"at_most": 2.0}, ValueError, "at_most: seconds, 3 or more"),
        ({"warn_before": 60}, TypeError, "warn_before: a timedelta is expected, not int"),
        ({"memory": timedelta(-1)}, ValueError, "memory: a timedelta of 0 or more is expected"),
        ({"checkpoint": "{}"}, ValueError, "checkpoint: version 1 is expected"),
        ({"on_trouble": 5}, TypeError, "on_trouble: a function of one error is expected, not int"),
        ({"on_trouble": anyio.sleep}, TypeError, "on_trouble: a plain function is expected, not an async one"),
        ({"chat": "chat"}, TypeError, "chat: a stream of the chat is expected, not str"),
    ],
)
def test_settings_that_cannot_work_are_refused(kind: Kind, given: dict[str, Any], error: type[Exception], why: str):
    """The error names the argument, before anything is asked."""
    client: Any = kind.in_sandbox()
    with pytest.raises(error, match=why):
        client.orders.watch(**given)


@both_clients
def test_a_derived_client_can_watch_too(kind: Kind):
    """`with_options` gives a client whose orders are watched with these options."""
    client: Any = kind.in_sandbox()
    client.orders.watch()
    other = client.with_options(timeout=2)

    assert other._driver is other.orders.watch()._sender
    assert other._driver is not client.orders.watch()._sender


@both_clients
def test_a_hint_that_is_no_number_of_an_order_is_refused(kind: Kind):
    """At once and by name, and the watch goes on; from the chat it counts as a hint without a number."""

    class News:
        def listen(self, listener: Callable[[str], object], /) -> Callable[[], None]:
            self.tell = listener
            return lambda: None

    trade, news = Trade(), News()
    for wrong in (5, "", "group/7", "2\n"):
        client: Any = kind.in_sandbox(trade.sandbox)
        with pytest.raises((TypeError, ValueError), match=r"^order_number: "):
            client.orders.watch().hurry(wrong)

    def wait(_: float) -> None:
        news.tell("group/7")
        trade.place()

    number = trade.place()
    found = watched(kind, trade.sandbox, 2, wait, chat=news)

    assert number == found[0].order.order_number
    assert ["new", "new"] == [event.kind for event in found]
