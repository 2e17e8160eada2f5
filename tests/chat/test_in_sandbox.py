"""The stream against the sandbox in this process, both twins: it needs no server, and survives each fault there is."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy, errors
from binance_c2c.chat import Away, Back, Message, Notice, Replaced, Unreadable
from binance_c2c.chat import session as session_module
from binance_c2c.sandbox import Sandbox, serve
from tests.chat.twins import AT_ONCE, PATIENCE, TWINS, Stream, png, sandbox_stream

twins = pytest.mark.parametrize("twin", TWINS)


class Trade:
    """A sandbox in which the merchant sells to the taker."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(empty=True)
        self.moves = self.sandbox.moves
        self.ad = self.moves.post_ad("merchant", "SELL", price="20", amount=4000, smallest=20, largest=2000)
        self.order = self.place()

    def place(self) -> str:
        return self.moves.place("taker", self.ad, total_amount=200)

    def say(self, text: str) -> str:
        return self.moves.say("taker", self.order, text)


def texts(events: list[Any]) -> list[str | None]:
    return [event.text for event in events if isinstance(event, Message)]


def until(chat: Stream, text: str) -> list[Any]:
    """Events up to the message with this text."""
    found: list[Any] = []
    while not found or not isinstance(found[-1], Message) or found[-1].text != text:
        found.append(chat.next())
    return found


@twins
def test_it_needs_no_server(twin: str):
    """A client of a sandbox in this process connects and talks as it is; the streams of two accounts share a port."""
    trade = Trade()
    with sandbox_stream(twin, trade.sandbox) as ours:
        with sandbox_stream(twin, trade.sandbox, "taker") as theirs:
            port = trade.sandbox.chat.addresses.chat
            ours.send_text(trade.order, "Hola")
            until(theirs, "Hola")
            theirs.send_text(trade.order, "¿Qué tal?")
            until(ours, "¿Qué tal?")
        # The other one's stream goes on.
        ours.send_text(trade.order, "Adiós")

        assert port == trade.sandbox.chat.addresses.chat
        assert trade.sandbox.chat.is_served
    assert not trade.sandbox.chat.is_served


@twins
def test_a_server_that_is_there_is_used(twin: str):
    """Where the sandbox is served already the stream goes there, and leaves it running."""
    trade = Trade()
    with serve(trade.sandbox):
        before = trade.sandbox.chat.addresses
        with sandbox_stream(twin, trade.sandbox) as chat:
            assert before == trade.sandbox.chat.addresses
            trade.say("Hola")
            until(chat, "Hola")

        assert before == trade.sandbox.chat.addresses


@twins
def test_pictures_need_no_server_either(twin: str, tmp_path: Path):
    """They are uploaded, shown and fetched in this process."""
    trade = Trade()
    with sandbox_stream(twin, trade.sandbox) as ours, sandbox_stream(twin, trade.sandbox, "taker") as theirs:
        # The store shows a picture a moment after its upload, by the sandbox's clock.
        ours.on_sleep(lambda: trade.sandbox.clock.advance(seconds=2))
        ours.send_image(trade.order, png())
        shown = theirs.next()
        while not isinstance(shown, Message) or shown.frame.type != "image":
            shown = theirs.next()
        fetched = theirs.download(str(shown.frame.image_url), tmp_path / "theirs.png")

        assert png() == fetched.read_bytes()


@twins
@pytest.mark.parametrize("kind", ["drop-before", "drop-after"])
def test_a_connection_that_is_dropped_is_made_again(twin: str, kind: str):
    """Before a frame went out, or after it: what was said comes once, and that the stream was away is told."""
    trade = Trade()
    with sandbox_stream(twin, trade.sandbox) as chat:
        trade.say("before")
        until(chat, "before")
        fault = trade.sandbox.faults.add(kind, "chat.receive", times=1)
        trade.say("one")
        found = [*until(chat, "one")]
        while not any(isinstance(event, Back) for event in found):
            found.append(chat.next())
        trade.say("two")
        found += until(chat, "two")

        assert 1 == fault.happened
        assert ["one", "two"] == texts(found)
        assert [Away, Back] == [type(event) for event in found if isinstance(event, (Away, Back))]


@twins
def test_a_frozen_connection_is_left(twin: str):
    """Nothing is read or written on it: no pong comes, and the stream goes on over another connection."""
    trade = Trade()
    with sandbox_stream(twin, trade.sandbox, ping_interval=0.05, pong_timeout=0.05) as chat:
        trade.say("before")
        until(chat, "before")
        trade.sandbox.faults.add("freeze", "chat.receive", times=1)
        trade.say("frozen")
        found = until(chat, "frozen")

        assert ["frozen"] == texts(found)
        assert any(isinstance(event, Away) for event in found)


@twins
def test_a_connection_that_answers_no_ping_is_left(twin: str):
    """It is made again, until one answers."""
    trade = Trade()
    fault = trade.sandbox.faults.add("no-pong", "chat.ping", times=2)
    with sandbox_stream(twin, trade.sandbox, ping_interval=0.05, pong_timeout=0.05) as chat:
        while not isinstance(chat.next(), Back):
            pass
        trade.say("Hola")

        assert ["Hola"] == texts(until(chat, "Hola"))
        assert fault.happened


@twins
def test_frames_that_come_twice_are_given_once(twin: str):
    """However many do."""
    trade = Trade()
    with sandbox_stream(twin, trade.sandbox) as chat:
        trade.sandbox.faults.add("duplicates", "chat.receive")
        for number in range(5):
            trade.say(f"{number}")

        assert [f"{number}" for number in range(5)] == texts(until(chat, "4"))


@twins
def test_a_frame_that_is_overtaken_is_late_and_not_lost(twin: str):
    """It says so, and the one that came first does not."""
    trade = Trade()
    with sandbox_stream(twin, trade.sandbox) as chat:
        trade.say("before")
        until(chat, "before")
        trade.sandbox.faults.add("reorder", "chat.receive", times=1, seconds=3600)
        trade.say("one")
        trade.say("two")
        found = [event for event in until(chat, "one") if isinstance(event, Message)]

        assert [("two", False), ("one", True)] == [(event.text, event.late) for event in found]


@twins
@pytest.mark.parametrize("kind", ["lost", "garbled", "cut", "empty", "new-enum"])
def test_a_frame_that_does_not_arrive_whole_comes_from_the_history(
    twin: str, kind: str, monkeypatch: pytest.MonkeyPatch
):
    """At the latest after the next cut; where it can be seen that something came, without one."""
    monkeypatch.setattr(session_module, "RECHECK_AFTER", 0.0)
    trade = Trade()
    with sandbox_stream(twin, trade.sandbox) as chat:
        trade.say("before")
        until(chat, "before")
        fault = trade.sandbox.faults.add(kind, "chat.receive", times=1)
        trade.say("one")
        if kind in {"lost", "empty"}:
            trade.sandbox.faults.add("drop-after", "chat.receive", times=1)
            trade.say("two")
        found = [chat.next()]
        while "one" not in [event.frame.content for event in found if isinstance(event, (Message, Notice))]:
            found.append(chat.next())
        trade.say("three")
        found += until(chat, "three")

        assert 1 == fault.happened
        said = sorted(str(event.frame.content) for event in found if isinstance(event, Message))
        assert sorted(["one", "three", *(["two"] if kind in {"lost", "empty"} else [])]) == said
        assert (kind in {"garbled", "cut"}) == any(isinstance(event, Unreadable) for event in found)


@twins
@pytest.mark.parametrize("kind", ["huge", "new-field", "delay"])
def test_a_frame_may_be_long_strange_or_late(twin: str, kind: str):
    """A megabyte, a field that nobody has seen, a moment: the message comes."""
    trade = Trade()
    with sandbox_stream(twin, trade.sandbox) as chat:
        seconds = 0.1 if kind == "delay" else None
        fault = trade.sandbox.faults.add(kind, "chat.receive", times=1, seconds=seconds)
        trade.say("one")

        assert ["one"] == texts(until(chat, "one"))
        assert 1 == fault.happened


@twins
@pytest.mark.parametrize("kind", ["token-refused", "error-before", "firewall", "drop-before", "drop-after", "delay"])
def test_a_handshake_that_fails_is_made_again(twin: str, kind: str):
    """With a fresh credential, at the beginning and later."""
    trade = Trade()
    seconds = 0.1 if kind == "delay" else None
    trade.sandbox.faults.add(kind, "chat.connect", times=2, seconds=seconds)
    with sandbox_stream(twin, trade.sandbox) as chat:
        trade.say("before")
        until(chat, "before")
        again = trade.sandbox.faults.add(kind, "chat.connect", times=2, seconds=seconds)
        trade.sandbox.faults.add("drop-before", "chat.receive", times=1)
        trade.say("one")

        assert ["one"] == texts(until(chat, "one"))
        assert again.happened


@twins
@pytest.mark.parametrize("kind", ["error-before", "error-after", "firewall", "rate-limit", "garbled", "drop-before"])
def test_a_credential_that_fails_is_asked_for_again(twin: str, kind: str):
    """What the client's own tries do not mend the stream's next one does."""
    trade = Trade()
    seconds = 0 if kind == "rate-limit" else None
    with sandbox_stream(twin, trade.sandbox, retry=RetryPolicy(attempts=1)) as chat:
        trade.say("before")
        until(chat, "before")
        fault = trade.sandbox.faults.add(kind, "chat.credential", times=2, seconds=seconds)
        trade.sandbox.faults.add("drop-before", "chat.receive", times=1)
        trade.say("one")

        assert ["one"] == texts(until(chat, "one"))
        assert 2 == fault.happened


@twins
def test_what_becomes_of_a_text_is_told_whatever_happens(twin: str):
    """Refused, dropped before or after it was said, or swallowed: an echo, or an error that says what is known."""
    trade = Trade()
    faults = trade.sandbox.faults
    with sandbox_stream(twin, trade.sandbox, send_timeout=PATIENCE) as chat:
        faults.add("error-before", "chat.send", times=1)
        with pytest.raises(errors.ChatError, match="SYSTEM_ERROR"):
            chat.send_text(trade.order, "refused")
        faults.add("drop-after", "chat.send", times=1)
        assert "said" == chat.send_text(trade.order, "said").content
        faults.add("drop-before", "chat.send", times=1)
        with pytest.raises(errors.OutcomeUnknownError):
            chat.send_text(trade.order, "dropped")
    with sandbox_stream(twin, trade.sandbox, send_timeout=0.2) as chat:
        faults.add("lost", "chat.send", times=1)
        with pytest.raises(errors.OutcomeUnknownError):
            chat.send_text(trade.order, "swallowed")
        own = [one.content for one in chat.messages(order_number=trade.order) if one.type == "text" and one.is_own]

    assert ["said"] == own


@twins
def test_each_fault_of_the_chat_is_tried(twin: str):
    """All that strike its connection, in a mixture of chance: each message once, and those of the order in order."""
    trade = Trade()
    kinds = [
        *("drop-before", "drop-after", "duplicates", "garbled", "cut", "lost", "huge", "new-field"),
        *("error-before", "firewall", "token-refused"),
    ]
    for kind in kinds:
        place = "chat.connect" if kind in {"error-before", "firewall", "token-refused"} else "chat.receive"
        trade.sandbox.faults.add(kind, place, probability=0.15)
    with sandbox_stream(twin, trade.sandbox) as chat:
        for number in range(60):
            trade.say(f"{number}")
        trade.sandbox.faults.clear()
        # What was lost last shows after one more cut.
        trade.sandbox.faults.add("drop-before", "chat.receive", times=1)
        trade.say("the end")
        found = [event for event in until(chat, "the end") if isinstance(event, Message)]
        numbers = [str(event.text) for event in found]

    assert sorted({*map(str, range(60)), "the end"}) == sorted(numbers)
    assert [one.text for one in found if not one.late] == sorted(
        (str(one.text) for one in found if not one.late), key=lambda text: 99 if text == "the end" else int(text)
    )


@twins
def test_another_login_is_told_apart(twin: str):
    """A second stream of the account ends the first, which does not fight for its place."""
    trade = Trade()
    with sandbox_stream(twin, trade.sandbox) as first, sandbox_stream(twin, trade.sandbox) as second:
        event = first.next()
        while not isinstance(event, Replaced):
            event = first.next()
        with pytest.raises(StopIteration):
            first.next()
        trade.say("Hola")

        assert ["Hola"] == texts(until(second, "Hola"))


def test_news_of_an_order_hurries_the_watch_for_threads():
    """With `chat` a watch tells a change when the chat does, though its next poll is an hour away; `stop` lets go."""
    trade = Trade()
    with C2CClient.in_sandbox(trade.sandbox) as client, client.chat.connect(reconnect=AT_ONCE) as chat:
        reading = threading.Thread(target=lambda: list(chat))
        reading.start()
        watch = client.orders.watch(chat=chat, every=3600.0, at_most=3600.0)
        found = [next(watch)]
        trade.moves.mark_paid(trade.order)
        found.append(next(watch))
        other = trade.place()
        found.append(next(watch))
        watch.stop()
        watch.stop()

        assert [(trade.order, "new"), (trade.order, "paid"), (other, "new")] == [
            (event.order_number, event.kind) for event in found
        ]
        assert [] == chat._session.listeners
        chat.close()
        reading.join()


def test_news_of_an_order_hurries_the_watch_for_tasks():
    """The same for tasks."""
    trade = Trade()

    async def play() -> list[tuple[str, str]]:
        async with (
            AsyncC2CClient.in_sandbox(trade.sandbox) as client,
            client.chat.connect(reconnect=AT_ONCE) as chat,
        ):

            async def read() -> None:
                async for _ in chat:
                    pass

            reading = asyncio.create_task(read())
            watch = client.orders.watch(chat=chat, every=3600.0, at_most=3600.0)
            found = [await anext(watch)]
            trade.moves.mark_paid(trade.order)
            found.append(await anext(watch))
            watch.stop()
            assert [] == chat._session.listeners
            reading.cancel()
        return [(event.order_number, event.kind) for event in found]

    assert [(trade.order, "new"), (trade.order, "paid")] == asyncio.run(play())
