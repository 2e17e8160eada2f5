"""Ctrl-C, or any exception of a signal's, at whatever step of a call: nothing is lost, held or sent twice."""

import asyncio
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import ref

import pytest

import binance_c2c._core.transport as transport_package
from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c._core.transport.asyncio import TaskPermits
from binance_c2c._core.transport.permits import Permit, ThreadPermits
from binance_c2c._core.transport.sockets import MOST_CONNECTIONS
from binance_c2c.errors import AuthenticationError
from tests.support.clients import gateway, settings, yes
from tests.support.wire import Answer, Received, Wire, reply

# A socket that is struck before anything holds it is closed by Python, which says so.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
HOME = str(Path(transport_package.__file__).parent)
DRIVERS = str(Path(HOME).parent / "flow" / "drivers.py")
OFF = reply(gateway(-1021), 400)
TIME = reply({"serverTime": 1_900_000_000_000})


def interrupt(step: int, act: Callable[[], Any], *, opcodes: bool) -> bool:
    """Whether KeyboardInterrupt struck at this step of our code while it acted; each is struck once."""
    steps = 0

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal steps
        del arg
        if not frame.f_code.co_filename.startswith((HOME, DRIVERS)) or frame.f_code.co_name == "__del__":
            return None
        # In the drivers, whose loop handles an exception, the interpreter may lose count of those it handles.
        frame.f_trace_opcodes = opcodes and frame.f_code.co_filename != DRIVERS
        if event in {"line", "opcode"}:
            steps += 1
            if steps == step:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def arrivals(wire: Wire) -> list[bytes]:
    return [one.body for one in wire.requests]


@pytest.mark.parametrize("kept", [True, False], ids=["on a kept connection", "on a new one"])
def test_a_thread_interrupted_anywhere_leaves_everything_in_order(kept: bool):
    """After each step of the interpreter: every permit is back, and each write arrived once at most."""
    with Wire(then=reply(yes())) as wire, C2CClient(**settings(base_url=wire.url, timeout=30.0)) as client:
        client.orders.release(order_number="first")
        connections = client._driver.transport._connections  # type: ignore[attr-defined]
        step, struck = 0, True
        while struck:
            step += 1
            if not kept:
                connections._idle.clear()
            act = lambda: client.orders.release(order_number=str(step))  # noqa: E731,B023 - called at once
            struck = interrupt(step, act, opcodes=True)
        gc.collect()

        assert step > 300
        assert len(set(arrivals(wire))) == len(arrivals(wire))
        assert MOST_CONNECTIONS == connections._permits._free.qsize()
        client.orders.release(order_number="last")


def test_a_thread_interrupted_while_it_asks_for_the_time_holds_nobody_up():
    """The turn to ask is given to another, wherever the call that had it was struck."""

    def handle(request: Received) -> Answer:
        return TIME if "time" in request.path else OFF

    with Wire(then=handle) as wire, C2CClient(**settings(base_url=wire.url, timeout=30.0)) as client:
        client.system.time()
        step, struck = 0, True
        while struck:
            step += 11
            try:
                struck = interrupt(step, lambda: client.orders.release(order_number="1"), opcodes=True)
            except AuthenticationError:
                struck = False
        driver: Any = client._driver

        assert step > 300
        assert driver.time_permits.take(0.0) is not None


async def cancel_others() -> None:
    """As `asyncio.run` does when it is interrupted."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def test_a_task_interrupted_anywhere_leaves_everything_in_order():
    """After each line: the loop goes on, every permit is back, and each write arrived once at most."""
    with asyncio.Runner() as runner, Wire(then=reply(yes())) as wire:
        client = AsyncC2CClient(**settings(base_url=wire.url, timeout=30.0))

        async def release(number: int) -> None:
            await client.orders.release(order_number=str(number))

        runner.run(release(0))
        step, struck = 0, True
        while struck:
            step += 1
            struck = interrupt(step, lambda: runner.run(release(step)), opcodes=False)  # noqa: B023 - called at once
            runner.run(cancel_others())
        [pool] = client._driver.transport._of_asyncio._pools.values()  # type: ignore[attr-defined]
        gc.collect()

        assert step > 30
        assert len(set(arrivals(wire))) == len(arrivals(wire))
        assert MOST_CONNECTIONS == len(pool._permits._free)
        runner.run(release(-1))
        runner.run(client.aclose())


@pytest.mark.parametrize("kind", [ThreadPermits, TaskPermits])
def test_a_forgotten_permit_is_back(kind: Any):
    """Given back or not, and once only, a permit that nobody holds is free."""
    permits = kind(1)

    def free() -> int:
        return permits._free.qsize() if kind is ThreadPermits else len(permits._free)

    def take() -> Permit:
        permit = permits._free.get() if kind is ThreadPermits else permits._free.pop()
        assert isinstance(permit, Permit)
        return permit

    for _ in range(2):
        take()
        assert 1 == free()
    permit = take()
    assert 0 == free()
    permits.give_back(permit)
    assert 1 == free()
    del permit
    assert 1 == free()


def test_permits_end_with_their_home():
    """What nobody uses any more keeps nothing alive."""
    permits = ThreadPermits(3)
    permit, gone = permits.take(0.0), ref(permits)
    del permits

    assert permit is not None
    assert gone() is None


def test_a_permit_given_to_a_task_that_was_cancelled_is_back():
    """It was handed over and never taken."""

    async def main() -> None:
        permits = TaskPermits(1)
        held = await permits.take()
        waiting = [asyncio.create_task(permits.take()) for _ in range(2)]
        await asyncio.sleep(0)
        permits.give_back(held)
        del held
        waiting[0].cancel()
        second = await waiting[1]
        assert waiting[0].cancelled()
        assert 0 == len(permits._free)
        permits.give_back(second)
        assert 1 == len(permits._free)

    asyncio.run(main())
