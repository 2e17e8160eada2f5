"""A connection that is cut at random, hundreds of times, while both sides talk: each message once, and in order."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.chat import Away, Back, Message, Missed, Reconnect
from binance_c2c.errors import OutcomeUnknownError, TransportError
from tests.chat.server import ORDER, OTHER, ChatServer

AT_ONCE = Reconnect(first_wait=0, jitter=0)
KEYS: Any = {"api_key": "k" * 64, "api_secret": "s" * 64}
CUTS = 120
END = "the end"


async def talk(server: ChatServer) -> None:
    """The buyer's side: says things as long as cuts are wanted, mostly while somebody is connected."""
    said = 0
    while server.cuts < CUTS:
        if server.random.random() < 0.9:
            while server.connection is None:  # noqa: ASYNC110 - the connection belongs to another thread's plans
                await asyncio.sleep(0.001)
        await server.say_async(f"buyer {said}", server.random.choice([ORDER, OTHER]))
        said += 1
        await asyncio.sleep(0)
    server.cut_chance = 0.0


async def end(server: ChatServer) -> None:
    """The last word in both orders."""
    for order in (ORDER, OTHER):
        await server.say_async(END, order)


def check(server: ChatServer, events: list[Any], sent: dict[str, str]) -> None:
    """Hold what was read, and what arrived, against what was said."""
    read = [event for event in events if isinstance(event, Message)]
    for order in (ORDER, OTHER):
        there = [one["id"] for one in server.history if one["orderNo"] == order]
        assert there == [one.frame.id for one in read if one.order_number == order]
    arrived = [frame["uuid"] for frame in server.frames]
    assert sorted(set(arrived)) == sorted(arrived)
    own = [one["content"] for one in server.history if one["self"]]
    assert [text for text in sent if text in own] == own
    assert set(own) >= {text for text, became in sent.items() if became == "said"}
    assert set(own).isdisjoint(text for text, became in sent.items() if became == "not sent")
    assert CUTS <= server.cuts
    assert [] == [event for event in events if isinstance(event, Missed)]
    assert any(isinstance(event, Away) for event in events)
    assert any(isinstance(event, Back) and event.recovered for event in events)
    assert not any(event.late for event in read)


@pytest.mark.parametrize(("most_waiting", "idle"), [(256, 0), (2, 20)], ids=["quick", "slow"])
def test_each_message_once_over_many_cuts_for_tasks(most_waiting: int, idle: int):
    """With a quick consumer and with a slow one; what is acknowledged arrived once, and nothing arrives twice."""

    async def run(server: ChatServer) -> tuple[list[Any], dict[str, str]]:
        events: list[Any] = []
        sent: dict[str, str] = {}

        async def read(chat: Any) -> None:
            ends = 0
            async for event in chat:
                events.append(event)
                ends += isinstance(event, Message) and event.text == END
                if ends == 2:
                    return
                for _ in range(idle):
                    await asyncio.sleep(0)

        async def write(chat: Any) -> None:
            while server.cuts < CUTS:
                text = f"mine {len(sent)}"
                sent[text] = "unknown"
                try:
                    await chat.send_text(ORDER, text)
                    sent[text] = "said"
                except OutcomeUnknownError:
                    pass
                except TransportError:
                    sent[text] = "not sent"

        async with (
            AsyncC2CClient(**KEYS, base_url=server.url) as client,
            client.chat.connect(reconnect=AT_ONCE, most_waiting=most_waiting) as chat,
        ):
            reading = asyncio.create_task(read(chat))
            server.cut_chance = 0.1
            talking = asyncio.run_coroutine_threadsafe(talk(server), server._loop)
            await asyncio.gather(write(chat), asyncio.wrap_future(talking))
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(end(server), server._loop))
            await reading
        return events, sent

    with ChatServer(seed=13) as server:
        events, sent = asyncio.run(run(server))

        check(server, events, sent)


@pytest.mark.parametrize("most_waiting", [256, 2], ids=["quick", "slow"])
def test_each_message_once_over_many_cuts_for_threads(most_waiting: int):
    """The same promise for the threaded twin."""
    events: list[Any] = []
    sent: dict[str, str] = {}

    def read(chat: Any) -> None:
        ends = 0
        for event in chat:
            events.append(event)
            ends += isinstance(event, Message) and event.text == END
            if ends == 2:
                return

    with (
        ChatServer(seed=14) as server,
        C2CClient(**KEYS, base_url=server.url) as client,
        client.chat.connect(reconnect=AT_ONCE, most_waiting=most_waiting) as chat,
    ):
        reading = threading.Thread(target=read, args=(chat,))
        reading.start()
        server.cut_chance = 0.1
        talking = asyncio.run_coroutine_threadsafe(talk(server), server._loop)
        while server.cuts < CUTS:
            text = f"mine {len(sent)}"
            sent[text] = "unknown"
            try:
                chat.send_text(ORDER, text)
                sent[text] = "said"
            except OutcomeUnknownError:
                pass
            except TransportError:
                sent[text] = "not sent"
        talking.result(60)
        server.run(end(server))
        reading.join(60)

        assert not reading.is_alive()
        check(server, events, sent)


PROGRAM = """
import json, os, sys
from pathlib import Path
from binance_c2c import C2CClient
from binance_c2c.chat import Message, Reconnect

url, kept = sys.argv[1], Path(sys.argv[2])
done = json.loads(kept.read_text()) if kept.exists() else {"read": [], "state": None}


def keep(state):
    # Both in one step, as a program would that may be killed at any moment.
    done["state"] = state
    part = kept.with_suffix(".part")
    part.write_text(json.dumps(done))
    os.replace(part, kept)


with C2CClient(api_key="k" * 64, api_secret="s" * 64, base_url=url) as client:
    with client.chat.connect(state=done["state"], reconnect=Reconnect(first_wait=0, jitter=0)) as chat:
        keep(chat.state)
        print("ready", flush=True)
        for event in chat:
            if isinstance(event, Message):
                done["read"].append(event.frame.id)
                keep(chat.state)
                if event.text == "the end":
                    break
"""


def test_a_killed_program_goes_on_where_it_was(tmp_path: Path):
    """With the saved state, over SIGKILL after SIGKILL: each message of the order once, in order."""
    kept = tmp_path / "kept.json"

    def start(server: ChatServer) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PROGRAM, server.url, str(kept)]
        program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert program.stdout is not None
        assert "ready\n" == program.stdout.readline()
        return program

    with ChatServer(seed=15) as server:
        program = start(server)
        for life in range(4):
            for number in range(30):
                server.say(f"{life}.{number}", server.random.choice([ORDER, OTHER]))
            os.kill(program.pid, signal.SIGKILL)
            program.communicate()
            for number in range(10):
                server.say(f"{life} dead {number}")
            program = start(server)
        server.say(END)
        program.communicate(timeout=120)

        assert 0 == program.returncode
        read = json.loads(kept.read_text())["read"]
        said = {order: [one["id"] for one in server.history if one["orderNo"] == order] for order in (ORDER, OTHER)}
        assert 161 == len(read)
        assert said == {order: [one for one in read if one in set(ids)] for order, ids in said.items()}
