"""A client that was there before the process forked: parent and child go on by themselves."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from weakref import WeakSet, ref

import pytest

from binance_c2c import C2CClient, Fleet
from binance_c2c._core.limits.connection import CircuitBreaker, FleetConnection, Names
from binance_c2c._core.limits.usage import UsageTracker
from binance_c2c._core.support import fork as fork_module
from binance_c2c._core.support.fork import ForkAware, keep_for_parent, register_fork_aware
from binance_c2c._core.transport import asyncio as asyncio_module
from binance_c2c._core.transport import sync
from tests.support.answers import own_answer
from tests.support.clients import settings
from tests.support.wire import Wire

ROOT = Path(__file__).parents[2]
# Each process asks for orders of its own and tells how many answers were another's.
SCRIPT = """
import os, sys
from binance_c2c import C2CClient

def strangers(client, first):
    numbers = [str(first + 3 * i) for i in range(20)]
    return sum(client.orders.get(order_number=number).order_number != number for number in numbers)

client = C2CClient(api_key="k", api_secret="s", base_url=sys.argv[1])
print(strangers(client, 1), flush=True)
child = os.fork()
print(strangers(client, 1001 if child else 2002), flush=True)
if child:
    os.waitpid(child, 0)
    client.close()
"""
ASYNC_SCRIPT = """
import asyncio, os, sys
from binance_c2c import AsyncC2CClient

async def strangers(client, first):
    numbers = [str(first + 3 * i) for i in range(20)]
    rows = await asyncio.gather(*(client.orders.get(order_number=number) for number in numbers))
    return sum(row.order_number != number for row, number in zip(rows, numbers))

async def main():
    client = AsyncC2CClient(api_key="k", api_secret="s", base_url=sys.argv[1])
    print(await strangers(client, 1), flush=True)
    child = os.fork()
    if not child:
        print(asyncio.run(strangers(client, 2002)), flush=True)
        os._exit(0)
    print(await strangers(client, 1001), flush=True)
    os.waitpid(child, 0)
    print(await strangers(client, 1001), flush=True)
    await client.aclose()

asyncio.run(main())
"""
can_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@can_fork
@pytest.mark.parametrize(("script", "rounds"), [(SCRIPT, 3), (ASYNC_SCRIPT, 4)], ids=["threads", "tasks"])
def test_parent_and_child_get_their_own_answers(script: str, rounds: int):
    """On connections that both have, each would read what the other asked for."""
    with Wire(then=own_answer) as wire:
        command = [sys.executable, "-W", "ignore", "-c", script, wire.url]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)

    assert ["0"] * rounds == done.stdout.split()


def in_a_child(*those: ForkAware) -> None:
    """Do with these objects as the child of a process that forks does, and with no others, which live here."""
    assert set(those) <= set(fork_module._fork_aware)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fork_module, "_fork_aware", WeakSet(those))
        fork_module._reset_all()


@pytest.mark.parametrize("kind", [sync.Connections, asyncio_module.Connections], ids=["threads", "tasks"])
def test_connections_are_left_to_the_parent(kind: Any, monkeypatch: pytest.MonkeyPatch):
    """The child opens its own, and keeps the parent's from being closed."""
    kept: list[Any] = []
    monkeypatch.setattr(fork_module, "_kept_for_parent", kept)
    connections: Any = kind(1)
    before = vars(connections).copy()
    in_a_child(connections)

    assert 1 == len(kept)
    assert any(one is before["_idle" if kind is sync.Connections else "_pools"] for one in (kept[0], *kept[0]))
    changed = {name for name, value in before.items() if value is not vars(connections)[name]}
    assert changed >= {"_route"}
    assert changed - {"_route", "_idle", "_all", "_permits", "_pools"} == set()


def test_locks_that_others_held_are_fresh():
    """Nobody in the child would ever release them."""
    limits, breaker = UsageTracker(), CircuitBreaker()
    driver: Any = C2CClient(**settings())._driver
    for lock in (limits._lock, breaker._lock):
        lock.acquire()
    turn = driver.time_permits.take(None)
    in_a_child(limits, breaker, driver)

    assert not any(lock.locked() for lock in (limits._lock, breaker._lock))
    assert turn is not driver.time_permits.take(0.0) is not None


def test_the_fleets_turns_are_fresh():
    """The threads that had a turn at Redis are not there any more."""
    fleet = Fleet("redis://localhost")
    link = FleetConnection(fleet, Names(fleet, "https://api.binance.com", None))
    while link._slots.acquire(blocking=False):
        pass
    in_a_child(link)

    assert link._slots.acquire(blocking=False)


def test_what_is_gone_is_not_renewed():
    """An object that is registered is kept alive by nothing else than its users."""

    class Short:
        def reset_after_fork(self) -> None:
            """Nothing to renew."""

    register_fork_aware(short := Short())
    last = ref(short)
    del short

    assert last() is None


def test_what_is_left_is_kept():
    """Until the child ends, so that nothing closes it there."""
    thing = object()
    keep_for_parent(thing)

    assert thing is fork_module._kept_for_parent.pop()
