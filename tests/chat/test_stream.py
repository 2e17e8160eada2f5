"""The stream over real sockets, both twins: sending, cuts, refusals, odd frames, slow programs, and silence."""

import asyncio
import json
import logging
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from binance_c2c import AsyncC2CClient, C2CClient, errors
from binance_c2c.chat import Away, Back, Message, Missed, Notice, Reconnect, Replaced, Unreadable
from tests.chat.server import ORDER, OTHER, ChatServer
from tests.chat.twins import AT_ONCE, KEYS, PATIENCE, TWINS, png, stream

MESSAGES = "retrieveChatMessagesWithPagination"
CREDENTIAL = "retrieveChatCredential"

twins = pytest.mark.parametrize("twin", TWINS)


def refusing(status: int, body: object) -> tuple[int, bytes]:
    return status, json.dumps(body).encode() if not isinstance(body, bytes) else body


@twins
def test_the_echo_is_the_acknowledgement(twin: str):
    """A text comes back under its uuid, and stands in the stream like every other message."""
    with ChatServer() as server, stream(twin, server) as chat:
        echo = chat.send_text(ORDER, "Received, releasing now")
        server.say("thanks")
        own, theirs = chat.take(2)

        [frame] = server.frames
        assert echo.uuid == frame["uuid"]
        assert ("text", ORDER, "Received, releasing now") == (frame["type"], frame["orderNo"], frame["content"])
        assert isinstance(own, Message)
        assert isinstance(theirs, Message)
        assert ("Received, releasing now", True) == (own.text, own.is_own)
        assert ("thanks", False) == (theirs.text, theirs.is_own)
        assert chat.state[ORDER] == theirs.frame.id


@twins
def test_a_refusal_is_an_error_with_its_code(twin: str):
    """An error frame with our uuid; where it quotes what was said no text of the error does."""
    with ChatServer() as server, stream(twin, server) as chat:

        async def refuse(connection: Any, frame: dict[str, Any]) -> None:
            told = "ILLEGAL_PARAM" if "one" in frame["content"] else "the words two are filtered"
            await connection.send(json.dumps({"type": "error", "uuid": frame["uuid"], "content": told}))

        server.on_frame = refuse
        with pytest.raises(errors.ChatError) as coded:
            chat.send_text(ORDER, "one")
        with pytest.raises(errors.ChatError) as worded:
            chat.send_text(ORDER, "two")

        assert ("ILLEGAL_PARAM", server.frames[0]["uuid"]) == (coded.value.code, coded.value.uuid)
        assert "chat.send_text: the message was refused: ILLEGAL_PARAM" == str(coded.value)
        assert worded.value.code is None
        assert "two" not in str(worded.value)


@twins
def test_a_text_is_never_said_twice(twin: str):
    """Without an echo, and not in the history, the outcome is unknown: it was sent once, and stays so."""
    with ChatServer() as server, stream(twin, server, send_timeout=0.2) as chat:

        async def swallow(connection: Any, frame: dict[str, Any]) -> None:
            del connection, frame

        server.on_frame = swallow
        with pytest.raises(errors.OutcomeUnknownError) as unknown:
            chat.send_text(ORDER, "a secret word")
        server.on_frame = None
        chat.send_text(ORDER, "another")

        assert ["a secret word", "another"] == [frame["content"] for frame in server.frames]
        assert {"orderNo": ORDER, "uuid": server.frames[0]["uuid"], "content": "[hidden]"} == unknown.value.sent
        assert "secret word" not in f"{unknown.value}{unknown.value!r}"


@twins
def test_the_history_acknowledges_too(twin: str):
    """Where the echo was lost the message is looked for, by itself, before anything is raised."""
    with ChatServer() as server, stream(twin, server, send_timeout=0.2) as chat:

        async def keep(connection: Any, frame: dict[str, Any]) -> None:
            del connection
            server.keep({**frame, "self": True})

        server.on_frame = keep
        echo = chat.send_text(ORDER, "hi")
        server.answers[MESSAGES] = refusing(400, {"code": -1100, "msg": "no"})
        with pytest.raises(errors.OutcomeUnknownError, match=r"the history could not be read \(APIError\)"):
            chat.send_text(ORDER, "hi again")

        assert server.frames[0]["uuid"] == echo.uuid


@twins
def test_without_a_connection_nothing_is_sent(twin: str):
    """Within its time a message waits for a connection; then it says that it was not sent."""
    with ChatServer() as server, stream(twin, server, send_timeout=0.2) as chat:
        server.refuse_tokens = 10**6
        server.abort()
        chat.until(Away)
        with pytest.raises(errors.TransportError, match="there was no connection in time") as unsent:
            chat.send_text(ORDER, "hi")

        assert not unsent.value.request_sent
        assert not isinstance(unsent.value, errors.OutcomeUnknownError)
        assert [] == server.frames


@twins
def test_another_login_ends_the_stream(twin: str):
    """The reason "Bye" is told apart: reported, and not fought over."""
    with ChatServer() as server, stream(twin, server) as chat:
        server.close(1000, "Bye")

        assert isinstance(chat.next(), Replaced)
        with pytest.raises(StopIteration):
            chat.next()
        with pytest.raises(errors.ChatError, match="the stream has ended"):
            chat.send_text(ORDER, "hi")
        assert 1 == server.connected


@twins
def test_the_place_is_taken_back_where_that_is_wanted(twin: str):
    """With `take_back` the stream goes on, and what was said meanwhile comes."""
    with ChatServer() as server, stream(twin, server, reconnect=Reconnect(first_wait=0, take_back=True)) as chat:
        server.close(1000, "Bye")
        server.say("meanwhile")
        events = chat.until(Back)

        assert [Replaced, Away, Message, Back] == [type(event) for event in events]


@twins
def test_a_gap_is_filled_in_order_and_by_order_number(twin: str):
    """What was said while nobody listened comes from the history, each message once and where it belongs."""
    with ChatServer() as server, stream(twin, server) as chat:
        server.say("before")
        chat.next()
        server.refuse_tokens = 10**6
        server.abort()
        chat.until(Away)
        for number in range(130):
            server.say(f"{number}", (ORDER, OTHER)[number % 2])
        server.refuse_tokens = 0
        *messages, back = chat.until(Back)

        assert isinstance(back, Back)
        assert 130 == back.recovered
        read = [event for event in messages if isinstance(event, Message)]
        assert [f"{number}" for number in range(130)] == [event.text for event in read]
        assert all(event.recovered for event in read)
        assert {ORDER, OTHER} == {event.order_number for event in read}
        assert [f"{number}" for number in range(1, 130, 2)] == [e.text for e in read if e.order_number == OTHER]


@twins
def test_a_gap_that_cannot_be_filled_is_told(twin: str):
    """After some tries the stream goes on, and says behind which message something may be missing."""
    patient = Reconnect(first_wait=0.01, growth=1, jitter=0)
    with ChatServer() as server, stream(twin, server, reconnect=patient) as chat:
        first = server.say("before")
        chat.next()
        server.answers[MESSAGES] = refusing(503, b"<html>busy</html>")
        server.abort()
        events = chat.until(Back)
        server.say("after")
        missed = [event for event in events if isinstance(event, Missed)]

        assert [first["id"]] == [event.after_id for event in missed]
        assert isinstance(after := chat.next(), Message)
        assert "after" == after.text


@twins
@pytest.mark.parametrize("code", [-1102, -2015])
def test_a_history_of_the_account_that_is_refused_is_asked_for_by_order(twin: str, code: int):
    """From the beginning, and after a cut; a key that is refused ends the stream instead."""
    with ChatServer() as server:
        usual = server._page

        def of_orders_alone(query: dict[str, str]) -> tuple[int, bytes]:
            if "orderNo" not in query:
                return refusing(401 if code == -2015 else 400, {"code": code, "msg": "no"})
            rows, extra = usual(query)
            return refusing(200, {"code": "000000", "success": True, "data": rows, **extra})

        server.answers[MESSAGES] = of_orders_alone
        if code == -2015:
            with pytest.raises(errors.AuthenticationError), stream(twin, server):
                pass
            return
        with stream(twin, server) as chat:
            server.say("one")
            assert isinstance(chat.next(), Message)
            server.refuse_tokens = 10**6
            server.abort()
            chat.until(Away)
            server.say("two")
            server.refuse_tokens = 0
            events = chat.until(Back)

            assert [Missed, Message, Back] == [type(event) for event in events]
            assert ["two"] == [event.text for event in events if isinstance(event, Message)]


@twins
def test_odd_frames_are_values(twin: str):
    """Malformed, binary, huge or unknown: none of them ends the stream."""
    with ChatServer() as server, stream(twin, server) as chat:
        server.say("the gap before is filled")
        chat.next()
        for data in ("{", b"\xff\x00", "[1]", '{"createTime":"x"}', "{}", "pong", '{"type":"pong"}', '{"e":"pong"}'):
            server.send(data)
        server.send(json.dumps({"type": "word_of_tomorrow", "x": 1}))
        server.send(json.dumps({"type": "word_of_tomorrow", "orderNo": ORDER, "id": "2278401020304050999"}))
        server.send(json.dumps({"type": "statistics", "subType": "unreadChatCount", "totalCount": 3}).encode())
        server.send(json.dumps({"type": "error", "uuid": "nobody's", "content": "X"}))
        server.say("a" * 2_000_000)
        events = chat.take(9)

        assert [*[Unreadable] * 4, Notice, Message, Notice, Notice, Message] == [type(event) for event in events]
        assert ["it is not JSON in UTF-8", "it is not JSON in UTF-8", "it is JSON, but not an object"] == [
            event.reason for event in events[:3] if isinstance(event, Unreadable)
        ]


@twins
def test_a_sign_of_life_is_answered(twin: str):
    """What one client saw: a ping in JSON, answered with a pong in JSON."""
    heard = threading.Event()
    with ChatServer() as server, stream(twin, server):

        async def hear(connection: Any, frame: dict[str, Any]) -> None:
            del connection
            if frame == {"type": "pong"}:
                heard.set()

        server.on_frame = hear
        server.send('{"type":"ping"}')

        assert heard.wait(10)


@twins
def test_duplicates_are_dropped(twin: str):
    """A frame that comes again, under its number or under its uuid alone, is given once."""
    with ChatServer() as server, stream(twin, server) as chat:
        message = server.say("once")
        server.send(json.dumps(message))
        server.send(json.dumps({key: value for key, value in message.items() if key != "id"}))
        server.say("twice")

        assert ["once", "twice"] == [event.text for event in chat.take(2) if isinstance(event, Message)]


@twins
def test_a_slow_program_loses_nothing(twin: str):
    """Reading pauses: what waits is bounded, pings do not end the connection, and all of it comes at last."""
    options: dict[str, Any] = {"most_waiting": 4, "ping_interval": 0.01, "pong_timeout": 5}
    with ChatServer() as server, stream(twin, server, **options) as chat:
        text = "x" * 100_000

        async def flood() -> None:
            for number in range(200):
                await server.say_async(f"{number} {text}")

        flooding = asyncio.run_coroutine_threadsafe(flood(), server._loop)
        while chat.chat._session.has_room():
            pass
        # Some pings would be due.
        threading.Event().wait(0.1)
        waiting, read = 0, []
        for _ in range(200):
            waiting = max(waiting, len(chat.chat._session._events))
            event = chat.next()
            assert isinstance(event, Message)
            read.append(int(str(event.text).partition(" ")[0]))
        flooding.result(30)

        assert list(range(200)) == read
        assert waiting <= 5
        assert 1 == server.connected


@twins
def test_what_is_sent_within_the_loop_is_acknowledged(twin: str):
    """A program that answers while much waits gets its echo: reading goes on for it."""
    with ChatServer() as server, stream(twin, server, most_waiting=2) as chat:
        for number in range(20):
            server.say(f"{number}")
        for number in range(3):
            chat.next()
            chat.send_text(ORDER, f"answer {number}")

        assert 3 == len(server.frames)


@twins
def test_texts_of_one_order_go_out_in_order(twin: str):
    """The next one of an order departs when the one before is settled; another order does not wait for it."""
    held: list[Any] = []
    with ChatServer() as server, stream(twin, server) as chat:

        async def hold(connection: Any, frame: dict[str, Any]) -> None:
            held.append((connection, frame))

        server.on_frame = hold
        callers = []
        for order, text in ((ORDER, "1"), (ORDER, "2"), (ORDER, "3"), (OTHER, "x")):
            waiting = len(chat.chat._session._outgoing)
            callers.append(threading.Thread(target=chat.send_text, args=(order, text)))
            callers[-1].start()
            while len(chat.chat._session._outgoing) == waiting:
                pass
        while len(held) < 2:
            pass
        assert {"1", "x"} == {frame["content"] for _, frame in held}

        async def echo(connection: Any, frame: dict[str, Any]) -> None:
            del connection
            await server.push(server.keep({**frame, "self": True}))

        server.on_frame = echo
        for connection, frame in held:
            server.run(echo(connection, frame))
        for caller in callers:
            caller.join()

        assert ["1", "2", "3"] == [one["content"] for one in server.history if one["orderNo"] == ORDER]


@twins
def test_a_connection_without_a_pong_is_ended(twin: str):
    """The other side froze: nothing is heard of it, and the stream goes on over another connection."""
    with ChatServer() as server, stream(twin, server, ping_interval=0.02, pong_timeout=0.05) as chat:

        async def freeze() -> None:
            assert server.connection is not None
            server.connection.transport.pause_reading()

        server.run(freeze())
        events = chat.until(Back)

        assert isinstance(events[0], Away)
        assert server.connected >= 2


@twins
@pytest.mark.parametrize("trouble", ["used token", "html handshake", "html credential", "busy", "no server"])
def test_what_passes_is_waited_for(twin: str, trouble: str):
    """A token that was used, a page for a handshake, a credential that fails: tried again, with a fresh one."""
    with ChatServer() as server:
        match trouble:
            case "used token":
                server.refuse_tokens = 2
            case "html handshake":
                server.html = 2
            case "html credential":
                answers = iter([refusing(503, b"<html>"), refusing(503, b"<html>")])
                server.answers[CREDENTIAL] = lambda _: next(answers, None) or _credential(server)
            case "busy":
                answers = iter([refusing(200, {"code": "000000", "success": True, "data": {"listenKey": "k"}})] * 2)
                server.answers[CREDENTIAL] = lambda _: next(answers, None) or _credential(server)
            case _:
                address = {
                    "chatWssUrl": f"{server.url.replace('http', 'ws')}/chat",
                    "listenKey": "k",
                    "listenToken": "t",
                }
                answers = iter([refusing(200, {"code": "000000", "success": True, "data": address})] * 2)
                server.answers[CREDENTIAL] = lambda _: next(answers, None) or _credential(server)
        with stream(twin, server) as chat:
            server.say("hello")

            assert isinstance(chat.next(), Message)
            assert 1 == server.connected


def _credential(server: ChatServer) -> tuple[int, bytes]:
    """The usual answer."""
    instead = server.answers.pop(CREDENTIAL)
    answer = server.answer("GET", f"/{CREDENTIAL}", {}, b"")
    server.answers[CREDENTIAL] = instead
    return answer


@twins
def test_a_refused_key_ends_the_stream(twin: str):
    """At the beginning it is raised there, later by the stream: trying again would change nothing."""
    refused = refusing(401, {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."})
    with ChatServer() as server:
        server.answers[CREDENTIAL] = refused
        with pytest.raises(errors.AuthenticationError), stream(twin, server):
            pass
        server.answers.clear()
        with stream(twin, server) as chat:
            server.answers[CREDENTIAL] = refused
            server.abort()

            assert isinstance(chat.next(), Away)
            with pytest.raises(errors.AuthenticationError):
                chat.next()
            with pytest.raises(errors.ChatError, match=r"the stream has ended: chat\.credential: HTTP 401 -2015"):
                chat.send_text(ORDER, "hi")


@twins
def test_a_stream_that_does_not_begin_says_why(twin: str):
    """Within `connect_timeout` there is a connection, or an error with the last thing that went wrong."""
    with ChatServer() as server:
        server.refuse_tokens = 10**6
        why = "the chat was not connected within 30 s: the chat's server refused the connection with HTTP 401"
        with pytest.raises(errors.TransportError, match=why), stream(twin, server, impatient=True):
            pass


@twins
def test_a_fault_of_ours_ends_the_stream_loudly(twin: str, monkeypatch: pytest.MonkeyPatch):
    """What fails beside the reading is raised by the stream, which could stand still otherwise."""
    with ChatServer() as server, stream(twin, server) as chat:

        def broken(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(chat.chat._session, "take_history", broken)
        server.abort()

        with pytest.raises(ZeroDivisionError):
            chat.until(Back)


@twins
def test_a_state_goes_on_where_it_was(twin: str):
    """What was said between two lives of a program comes first in the second."""
    with ChatServer() as server:
        with stream(twin, server) as chat:
            server.say("one")
            server.say("two")
            chat.next()
            state = chat.state
        server.say("three")
        with stream(twin, server, state=state) as chat:
            read = [event.text for event in chat.take(2) if isinstance(event, Message)]

        assert ["two", "three"] == read


@twins
def test_a_stream_is_closed_once_and_begun_once(twin: str):
    """Closing ends it for whoever reads or sends, also a second time; it cannot be begun again."""
    with ChatServer() as server, stream(twin, server) as chat:
        assert chat.chat.is_connected
        chat.close()
        chat.close()

        assert not chat.chat.is_connected
        with pytest.raises(StopIteration):
            chat.next()
    with ChatServer() as server, C2CClient(**KEYS, base_url=server.url) as client:
        with client.chat.connect() as begun, pytest.raises(errors.ConfigurationError, match="entered only once"):
            begun.__enter__()
        with pytest.raises(errors.ConfigurationError, match="entered only once"):
            begun.__enter__()

    async def twice(server: ChatServer) -> None:
        async with AsyncC2CClient(**KEYS, base_url=server.url) as client:
            async with client.chat.connect() as begun:
                with pytest.raises(errors.ConfigurationError, match="entered only once"):
                    await begun.__aenter__()
            with pytest.raises(errors.ConfigurationError, match="entered only once"):
                await begun.__aenter__()

    with ChatServer() as server:
        asyncio.run(twice(server))


@twins
def test_a_picture_is_uploaded_and_shown(twin: str, tmp_path: Path):
    """Without the key, without a header of ours, and shown when it can be read; the frame has no content."""
    with ChatServer() as server, stream(twin, server) as chat:
        server.unreadable = 2
        chat.send_image(ORDER, png())
        path = tmp_path / "receipt.dat"
        path.write_bytes(png(7, 5))
        chat.send_image(ORDER, path)

        (where, headers, body), _ = server.puts
        assert png() == body
        assert {"Host", "Content-Length"} == set(headers)
        assert ["/pictures/0.jpg"] * 3 == list([where] * 3)
        first, second = server.frames
        assert (3, 2, "png", f"{server.url}/pictures/0.jpg") == (
            first["width"],
            first["height"],
            first["imageType"],
            first["imageUrl"],
        )
        assert (7, 5) == (second["width"], second["height"])
        assert "content" not in first
        target = chat.download(first["imageUrl"], tmp_path / "theirs.png", allow_loopback=True)
        assert png() == target.read_bytes()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without named pipes")
def test_a_picture_that_is_slow_to_read_holds_up_no_task(tmp_path: Path):
    """Other tasks of the loop run while its file is read."""
    slow, ran = tmp_path / "slow.png", threading.Event()
    os.mkfifo(slow)

    def write() -> bool:
        in_time = ran.wait(PATIENCE)
        slow.write_bytes(png())
        return in_time

    async def send(server: ChatServer) -> None:
        async with (
            AsyncC2CClient(**KEYS, base_url=server.url) as client,
            client.chat.connect(allow_loopback=True) as chat,
        ):
            asyncio.get_running_loop().call_soon(ran.set)
            await chat.send_image(ORDER, slow)

    with ChatServer() as server, ThreadPoolExecutor(1) as threads:
        written = threads.submit(write)
        asyncio.run(send(server))

    assert written.result()
    assert [png()] == [body for _, _, body in server.puts]


@twins
def test_a_picture_that_does_not_arrive_is_not_shown(twin: str):
    """What the upload, the look or the address says is told, and nothing goes to the other side."""
    with ChatServer() as server, stream(twin, server) as chat:
        server.unreadable = 10**6
        with pytest.raises(errors.TransportError, match="the uploaded picture cannot be read"):
            chat.send_image(ORDER, png())
        server.answers["1.jpg"] = (403, b"")
        with pytest.raises(errors.TransportError, match=r"could not be uploaded \(HTTP 403\)"):
            chat.send_image(ORDER, png())
        server.answers["pre-signed-url"] = refusing(200, {"code": "000000", "success": True, "data": {}})
        with pytest.raises(errors.DecodeError, match="no address for the upload"):
            chat.send_image(ORDER, png())

        assert [] == server.frames


@twins
def test_a_picture_that_cannot_be_saved_leaves_nothing(twin: str, tmp_path: Path):
    """A folder in the place of its file stays, and nothing is beside it."""
    target = tmp_path / "a.png"
    target.mkdir()
    with ChatServer() as server, stream(twin, server) as chat:
        server.pictures["/pictures/0.jpg"] = png()
        with pytest.raises(OSError, match=r"a\.png"):
            chat.download(f"{server.url}/pictures/0.jpg", target, allow_loopback=True)

    assert [target] == list(tmp_path.iterdir())


@twins
def test_pictures_saved_to_one_file_at_once_do_not_mix(twin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The file is that of the last writer, whole. In tasks, the event loop runs while the disk is waited for."""
    target, fsync, others = tmp_path / "a.png", os.fsync, iter([png(7, 5)])

    with ChatServer() as server, stream(twin, server) as chat:
        server.pictures |= {"/pictures/0.jpg": png(), "/pictures/1.jpg": png(7, 5)}

        def slow(handle: int) -> None:
            for other in others:
                chat.download(f"{server.url}/pictures/1.jpg", target, allow_loopback=True)
                assert other == target.read_bytes()
            fsync(handle)

        monkeypatch.setattr(os, "fsync", slow)
        chat.download(f"{server.url}/pictures/0.jpg", target, allow_loopback=True)

    assert png() == target.read_bytes()
    assert [target] == list(tmp_path.iterdir())


@twins
def test_a_picture_that_cannot_be_fetched_leaves_no_file(twin: str, tmp_path: Path):
    """What the server, the way or the bound says is told."""
    with ChatServer() as server, stream(twin, server) as chat:
        server.pictures["/pictures/0.jpg"] = png()
        with pytest.raises(errors.TransportError, match=r"could not be fetched \(HTTP 404\)"):
            chat.download(f"{server.url}/pictures/9.jpg", tmp_path / "x", allow_loopback=True)
        with pytest.raises(errors.TransportError, match=r"could not be fetched \("):
            chat.download(f"{server.url.replace('http', 'https')}/x.jpg", tmp_path / "x")
        with pytest.raises(errors.TransportError):
            chat.download(f"{server.url}/pictures/0.jpg", tmp_path / "x", max_bytes=10, allow_loopback=True)

        assert [] == list(tmp_path.iterdir())


@twins
def test_messages_are_walked_back_by_number(twin: str):
    """Each once, the newest first, while others arrive; without those of another order that stand in a page."""
    with ChatServer() as server, stream(twin, server) as chat:
        for number in range(25):
            server.say(f"{number}")
        stray = server.say("stray", OTHER)
        usual = server._page

        def with_a_stray(query: dict[str, str]) -> Any:
            rows, extra = usual(query)
            return [*rows, stray, *rows[:1]] if rows else rows, extra

        server._page = with_a_stray  # type: ignore[method-assign]
        read = chat.messages(order_number=ORDER, rows=10)
        pages = chat.messages(order_number=ORDER, rows=100, page=1, sort="desc")

        assert [f"{number}" for number in reversed(range(25))] == [one.content for one in read]
        assert {one.id for one in read} <= {one.id for one in pages}


@twins
def test_a_bad_row_ends_a_walk_unless_it_is_taken(twin: str):
    """As in every walk."""
    with ChatServer() as server, stream(twin, server) as chat:
        server.say("good")
        server.history.append({"id": "2278401020304060000", "orderNo": ORDER, "createTime": "x"})
        bad: list[Any] = []

        with pytest.raises(errors.DecodeError):
            chat.messages(order_number=ORDER)
        server.history[-1]["id"] = "2278401020304050001"
        assert ["good"] == [one.content for one in chat.messages(order_number=ORDER, on_bad_row=bad.append)]
        assert 1 == len(bad)


@twins
def test_no_secret_is_told(twin: str, caplog: pytest.LogCaptureFixture):
    """No token, no text and no name is in a log line of any library, in a `repr`, or in an error."""
    caplog.set_level(logging.DEBUG)
    said = "WORDS-THAT-NOBODY-LOGS"
    with ChatServer() as server, stream(twin, server, send_timeout=0.2) as chat:
        server.refuse_tokens = 1
        server.run(server.push(server.keep(_by_jane(said))))
        chat.send_text(ORDER, said)
        server.abort()
        events = chat.until(Back)
        server.on_frame = _nothing
        with pytest.raises(errors.OutcomeUnknownError) as unknown:
            chat.send_text(ORDER, said)
        shown = [repr(event) for event in events] + [repr(chat.chat), repr(unknown.value), str(unknown.value)]
        shown += [repr(getattr(event, "frame", "")) for event in events]

    told = "\n".join([*(one.getMessage() for one in caplog.records if one.name != "websockets.server"), *shown])
    assert said not in told
    assert "JANE" not in told
    assert not re.search(r"TOKEN0\d+", told)
    assert "c2c_key" not in told


async def _nothing(connection: Any, frame: dict[str, Any]) -> None:
    del connection, frame


def _by_jane(text: str) -> dict[str, Any]:
    return {"type": "text", "content": text, "orderNo": ORDER, "self": False, "uuid": "j", "fromNickname": "JANE"}


def test_tasks_other_than_asyncios_are_told():
    """On another event loop the stream says what it needs."""
    trio = pytest.importorskip("trio")

    async def begin() -> None:
        async with AsyncC2CClient(**KEYS) as client:
            with pytest.raises(errors.ConfigurationError, match="asyncio's event loop"):
                await client.chat.connect().__aenter__()

    trio.run(begin)


def test_a_cancelled_send_lets_the_next_one_go():
    """Whoever no longer waits does not hold up those behind."""

    async def run(server: ChatServer) -> None:
        async with (
            AsyncC2CClient(**KEYS, base_url=server.url) as client,
            client.chat.connect(reconnect=AT_ONCE) as chat,
        ):
            heard = asyncio.Event()
            loop = asyncio.get_running_loop()

            async def hear(connection: Any, frame: dict[str, Any]) -> None:
                del connection, frame
                loop.call_soon_threadsafe(heard.set)

            server.on_frame = hear
            first = asyncio.create_task(chat.send_text(ORDER, "first"))
            await heard.wait()
            first.cancel()
            server.on_frame = None
            await chat.send_text(ORDER, "second")

        assert first.cancelled()
        assert ["first", "second"] == [frame["content"] for frame in server.frames]

    with ChatServer() as server:
        asyncio.run(run(server))


def test_a_beginning_that_is_broken_off_leaves_nothing():
    """Whether a task is cancelled or Ctrl-C comes while the stream is being connected."""

    async def cancelled(server: ChatServer) -> None:
        async with AsyncC2CClient(**KEYS, base_url=server.url) as client:
            chat = client.chat.connect(reconnect=AT_ONCE)
            entering = asyncio.create_task(chat.__aenter__())
            await asyncio.wait([entering], timeout=0.05)
            entering.cancel()
            with pytest.raises(asyncio.CancelledError):
                await entering

            assert chat._session.is_over

    with ChatServer() as server:
        server.refuse_tokens = 10**6
        asyncio.run(cancelled(server))
        with C2CClient(**KEYS, base_url=server.url) as client:
            chat = client.chat.connect(reconnect=AT_ONCE)

            def interrupt(deadline: float | None) -> bool:
                del deadline
                raise KeyboardInterrupt

            chat._wait_for_change = interrupt  # type: ignore[method-assign]
            with pytest.raises(KeyboardInterrupt):
                chat.__enter__()

            assert chat._session.is_over
            assert [] == [one for one in chat._threads if one.is_alive()]


@twins
def test_whoever_waits_is_told_of_the_end(twin: str):
    """A message that waits for a connection, or for its echo, does not wait on when the stream is closed."""
    with ChatServer() as server, stream(twin, server) as chat:
        told: list[BaseException] = []

        def say(order: str) -> None:
            try:
                chat.send_text(order, "hi")
            except errors.C2CError as error:
                told.append(error)

        server.on_frame = _nothing
        first, second = (threading.Thread(target=say, args=(ORDER,)) for _ in range(2))
        first.start()
        while not server.frames:
            pass
        second.start()
        while len(chat.chat._session._outgoing) < 2:
            pass
        chat.close()
        first.join()
        second.join()

        assert {"OutcomeUnknownError", "ChatError"} == {type(error).__name__ for error in told}


@twins
def test_pace_is_kept_before_an_address_is_asked_for(twin: str):
    """The 37th picture of a minute waits."""
    with ChatServer() as server, stream(twin, server) as chat:
        waits = iter([5.0, 0.0])
        chat.resource._access.pace.wait = lambda _: next(waits)
        chat.send_image(ORDER, png())

        assert 1 == len(server.frames)


@twins
def test_a_ping_is_not_all_that_shows_life(twin: str):
    """Where frames come the other side is alive, though its pong stands behind them."""
    from websockets.exceptions import ConnectionClosedError  # noqa: PLC0415

    with ChatServer() as server, stream(twin, server, ping_interval=0.01, pong_timeout=0.01) as chat:
        session, pinged, broken = chat.chat._session, threading.Semaphore(0), threading.Event()

        def ping(**_: object) -> Any:
            session.frames += 1
            pinged.release()
            if broken.is_set():
                raise ConnectionClosedError(None, None)
            return threading.Event()

        async def async_ping() -> Any:
            ping()
            return asyncio.get_running_loop().create_future()

        rooms = iter([False, False])
        session.has_room = lambda: next(rooms, True)
        chat.chat._socket.ping = ping if twin == "threads" else async_ping
        for _ in range(5):
            assert pinged.acquire(timeout=120)
        broken.set()
        assert pinged.acquire(timeout=120)
        server.say("alive")

        assert isinstance(chat.next(), Message)
        assert 1 == server.connected


def test_a_stream_that_is_closed_while_it_connects_stays_closed():
    """A connection that comes about too late is given back."""
    with ChatServer() as server, C2CClient(**KEYS, base_url=server.url) as client:
        chat = client.chat.connect()
        connect = chat._connect

        def late(stack: Any) -> Any:
            socket = connect(stack)
            chat._session.end()
            return socket

        chat._connect = late  # type: ignore[method-assign]
        with chat:
            assert [] == list(chat)
            assert not chat.is_connected


def test_a_stream_that_was_not_entered_says_so():
    """Without `with` nothing ever came, and a message waited for a connection that nobody made."""

    async def play(client: AsyncC2CClient) -> None:
        stream = client.chat.connect()
        for begin in (
            lambda: anext(stream),
            lambda: stream.send_text("1", "x"),
            lambda: stream.send_image("1", "x.png"),
        ):
            with pytest.raises(errors.ConfigurationError, match=r"use it in `async with client\.chat\.connect"):
                await begin()

    with ChatServer() as server:
        stream = C2CClient(**KEYS, base_url=server.url).chat.connect()
        for begin in (
            lambda: next(stream),
            lambda: stream.send_text("1", "x"),
            lambda: stream.send_image("1", "x.png"),
        ):
            with pytest.raises(errors.ConfigurationError, match=r"use it in `with client\.chat\.connect"):
                begin()
        asyncio.run(play(AsyncC2CClient(**KEYS, base_url=server.url)))

        assert ([], []) == (server.asked, server.puts)


def test_no_wait_for_an_event_is_without_an_end(monkeypatch: pytest.MonkeyPatch):
    """Python handles Ctrl-C that comes just before a wait only once that wait is over."""
    waits: list[float] = []
    with C2CClient(**KEYS) as client:
        chat = client.chat.connect()

        def wait(seconds: float = float("inf")) -> None:
            waits.append(seconds)
            chat._session.end()

        monkeypatch.setattr(chat, "_is_entered", True)
        monkeypatch.setattr(chat._condition, "wait", wait)

        assert [] == list(chat)
        assert [True] == [0 < seconds <= 1 for seconds in waits]
