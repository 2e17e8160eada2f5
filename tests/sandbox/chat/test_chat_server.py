"""The chat on a loopback port, asked by the `websockets` library's clients and by bare sockets."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from binance_c2c.sandbox import Sandbox, serve, serve_chat
from binance_c2c.sandbox.chat import server
from tests.sandbox.chat.connections import chatting, target, text
from tests.support.sandbox_client import Clock, Trader, trading

PATIENCE = 20.0
"""Seconds after which a test that waits has failed."""


def address(url: str, trader: Trader) -> str:
    """Where a fresh credential leads."""
    assert url == trader.do("chat.credential")["chatWssUrl"]
    return url.removesuffix("/chat") + target(trader)


@contextmanager
def talking(url: str, trader: Trader) -> Generator[ClientConnection]:
    """A connection whose first frame was read."""
    with connect(address(url, trader), open_timeout=PATIENCE, ping_interval=None, close_timeout=1) as connection:
        assert "statistics" == heard(connection)["type"]
        yield connection


def heard(connection: ClientConnection) -> dict[str, object]:
    frame: dict[str, object] = json.loads(connection.recv(PATIENCE))
    return frame


def test_two_people_talk_over_sockets():
    """What one says comes back to it and to the other, in frames of one order."""
    merchant, taker, order = chatting()
    with serve_chat(merchant.sandbox) as url, talking(url, merchant) as ours, talking(url, taker) as theirs:
        ours.send(text(order, "Hola", "1"))
        theirs.send([text(order, "Bue", "2")[:9], text(order, "Bue", "2")[9:]])
        ours.send(text(order, "¿Listo? 🪙", "3").encode())

        assert ["1", "2", "3"] == sorted(str(heard(ours)["uuid"]) for _ in range(3))
        assert {"Hola", "Bue", "¿Listo? 🪙"} == {heard(theirs)["content"] for _ in range(3)}


def test_moves_and_the_clock_are_told_over_sockets():
    """Of a move made by another thread, and of an order whose time is over while nobody asks for anything."""
    merchant, taker, clock = trading()
    ad = merchant.post_ad()
    with serve_chat(merchant.sandbox) as url, talking(url, merchant) as ours:
        taker.place(ad)
        placed = json.loads(str(heard(ours)["content"]))["type"]
        clock.seconds += 12 * 60
        warned = json.loads(str(heard(ours)["content"]))["type"]
        clock.seconds += 3 * 60

        assert ("seller_merchant_trading", "order_about_timeout") == (placed, warned)
        assert "cancelled_by_system" == json.loads(str(heard(ours)["content"]))["type"]


def test_it_ends_with_its_context():
    """Its thread is gone, its port is free, who was connected is cut off, and credentials lead nowhere again."""
    merchant, _, _ = trading()
    before = set(threading.enumerate())
    with ExitStack() as stack:
        with serve_chat(merchant.sandbox) as url:
            ours = stack.enter_context(talking(url, merchant))
            idle = stack.enter_context(socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), PATIENCE))
        with pytest.raises(ConnectionClosed):
            ours.recv(PATIENCE)
        with suppress(ConnectionResetError):
            assert b"" == idle.recv(1)

    assert before == set(threading.enumerate())
    assert "wss://im.sandbox.invalid:443/chat" == merchant.do("chat.credential")["chatWssUrl"]
    with serve_chat(merchant.sandbox, urlsplit(url).port or 0) as again:
        assert url == again


def test_a_taken_port_is_told():
    """As an `OSError` where it is asked for."""
    sandbox = Sandbox()

    with (
        serve_chat(sandbox) as url,
        pytest.raises(OSError, match="in use"),
        serve_chat(sandbox, urlsplit(url).port or 0),
    ):
        raise AssertionError


def test_a_served_sandbox_serves_its_chat_and_its_pictures():
    """Credentials and addresses of pictures lead to its own ports: a picture that is put there is read there."""
    clock = Clock()
    merchant = Trader(Sandbox(now=clock), "merchant", clock)
    with serve(merchant.sandbox) as base_url, httpx.Client(timeout=PATIENCE) as http_client:
        url = merchant.do("chat.credential")["chatWssUrl"]
        upload = merchant.do("chat.image_upload_url", {"imageName": "a.png"})
        put = http_client.put(upload["uploadUrl"], content=bytes(2_000_000))
        clock.seconds += 2
        got = http_client.get(upload["imageUrl"])
        with talking(url, merchant):
            pass

    assert (200, 200, 2_000_000, "image/png") == (
        put.status_code,
        got.status_code,
        len(got.content),
        got.headers["content-type"],
    )
    assert upload["uploadUrl"].startswith(base_url)
    assert upload["imageUrl"].startswith(base_url)
    assert urlsplit(url).port not in {None, urlsplit(base_url).port}


def test_a_second_login_closes_the_first_with_bye():
    """The first reads the reason; the second talks on."""
    merchant, _, order = chatting()
    with serve_chat(merchant.sandbox) as url, talking(url, merchant) as first, talking(url, merchant) as second:
        with pytest.raises(ConnectionClosed) as closed:
            first.recv(PATIENCE)
        second.send(text(order, "Hola", "1"))

        assert closed.value.rcvd is not None
        assert (1000, "Bye") == (closed.value.rcvd.code, closed.value.rcvd.reason)
        assert "Hola" == heard(second)["content"]


def test_a_close_that_nobody_answers_ends_all_the_same(monkeypatch: pytest.MonkeyPatch):
    """A client that is silent has so long to answer it, and then is cut off."""
    monkeypatch.setattr(server, "CLOSE_SECONDS", 0.01)
    merchant, _, _ = trading()
    with serve_chat(merchant.sandbox) as url:
        silent = handshaken(address(url, merchant))
        with talking(url, merchant):
            rest = b"".join(iter(lambda: silent.recv(4096), b""))
        silent.close()

    assert rest.endswith(b"\x88\x05\x03\xe8Bye")


def handshaken(url: str, origin: str = "", host: str = "", end: str = "\r\n\r\n") -> socket.socket:
    """A bare socket that asked to connect."""
    parts = urlsplit(url)
    bare = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE)
    head = [
        f"GET {parts.path}?{parts.query} HTTP/1.1",
        f"Host: {host or parts.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
    ]
    head += [
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        *([f"Origin: {origin}"] if origin else []),
    ]
    bare.sendall(("\r\n".join(head) + end).encode())
    return bare


def status_of(bare: socket.socket) -> int:
    with bare:
        return int(bare.recv(4096).split(b" ")[1])


def test_pages_of_other_sites_are_not_let_in():
    """A foreign `Origin`, and a name that somebody has pointed here, are refused, and use up no token."""
    merchant, _, _ = trading()
    with serve_chat(merchant.sandbox) as url:
        good = address(url, merchant)
        evil = status_of(handshaken(good, "https://evil.example"))
        rebound = status_of(handshaken(good, host="evil.example"))
        own = status_of(handshaken(good, "http://" + urlsplit(good).netloc))

    assert (403, 403, 101) == (evil, rebound, own)


def test_what_is_no_handshake_is_refused_and_costs_no_token():
    """A plain request is told what is expected, noise and silence are hung up on."""
    merchant, _, _ = trading()
    with serve_chat(merchant.sandbox) as url:
        good = address(url, merchant)
        parts = urlsplit(good)
        plain = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
        plain.request("GET", f"{parts.path}?{parts.query}")
        answer = plain.getresponse()
        noise = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE)
        noise.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        silent = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE)
        silent.shutdown(socket.SHUT_WR)

        assert (426, b"", b"") == (answer.status, noise.recv(100), silent.recv(100))
        assert 101 == status_of(handshaken(good))
        for one in (plain, noise, silent):
            one.close()


def test_a_handshake_may_come_in_pieces():
    """Byte by byte, as a network may bring it."""
    merchant, taker, _ = trading()
    with serve_chat(merchant.sandbox) as url:
        bare = handshaken(address(url, merchant), end="\r")
        # By the time that this one is answered, the piece before it was read.
        with talking(url, taker):
            bare.sendall(b"\n\r\n")

        assert 101 == status_of(bare)


def test_a_client_that_does_not_ask_is_hung_up_on(monkeypatch: pytest.MonkeyPatch):
    """A connection without a request does not stay."""
    monkeypatch.setattr(server, "HANDSHAKE_SECONDS", 0.01)
    with serve_chat(Sandbox()) as url:
        silent = socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=PATIENCE)
        with silent:
            assert b"" == silent.recv(1)


def test_there_is_room_for_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch):
    """One connection too many is refused with 503, and uses up no token."""
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 1)
    merchant, taker, _ = trading()
    with serve_chat(merchant.sandbox) as url:
        good = address(url, taker)
        with talking(url, merchant):
            assert 503 == status_of(handshaken(good))
        gone(merchant)
        assert 101 == status_of(handshaken(good))


def gone(trader: Trader) -> None:
    """Wait until the server has seen that a client is gone."""
    ends = time.monotonic() + PATIENCE
    while trader.name in trader.sandbox.chat.connected and time.monotonic() < ends:
        time.sleep(0.01)
    assert trader.name not in trader.sandbox.chat.connected


def test_a_frame_that_is_too_long_closes_the_connection():
    """With the code that is meant for it, and nothing was said."""
    merchant, _, order = chatting()
    with serve_chat(merchant.sandbox) as url, talking(url, merchant) as ours:
        ours.send(text(order, "x" * 70_000, "1"))
        with pytest.raises(ConnectionClosed) as closed:
            ours.recv(PATIENCE)

        assert closed.value.rcvd is not None
        assert 1009 == closed.value.rcvd.code


@pytest.mark.parametrize("kind", ["firewall", "error-before", "token-refused", "drop-before", "drop-after"])
def test_a_handshake_fails_over_sockets(kind: str):
    """With a page, a status, or no answer at all."""
    merchant, _, _ = trading()
    merchant.sandbox.faults.add(kind, "chat.connect", times=1)
    with serve_chat(merchant.sandbox) as url:
        where, failures = address(url, merchant), (InvalidStatus, InvalidMessage, ConnectionError)
        with pytest.raises(failures) as failed, connect(where, open_timeout=PATIENCE):
            raise AssertionError
        status = failed.value.response.status_code if isinstance(failed.value, InvalidStatus) else None
        with talking(url, merchant):
            pass

    assert {"firewall": 403, "error-before": 503, "token-refused": 401}.get(kind) == status


def test_delays_are_kept_over_sockets():
    """Of a handshake and of a frame: each comes, in its order."""
    merchant, _, order = chatting()
    merchant.sandbox.faults.add("delay", "chat.*", seconds=0.01)
    with serve_chat(merchant.sandbox) as url, talking(url, merchant) as ours:
        ours.send(text(order, "a", "1"))
        ours.send(text(order, "b", "2"))

        assert ["a", "b"] == [heard(ours)["content"] for _ in range(2)]


def test_faults_strike_frames_over_sockets():
    """Duplicates come twice, garbage as bytes, a megabyte whole; and a dropped connection ends without a close."""
    merchant, _, order = chatting()
    faults = merchant.sandbox.faults
    with serve_chat(merchant.sandbox) as url, talking(url, merchant) as ours:
        found: list[object] = []
        for number, kind in enumerate(("duplicates", "garbled", "huge", "drop-before")):
            faults.clear()
            faults.add(kind, "chat.receive", times=1)
            ours.send(text(order, kind, str(number)))
            found += [ours.recv(PATIENCE) for _ in range({"duplicates": 2, "drop-before": 0}.get(kind, 1))]
        with pytest.raises(ConnectionClosed) as closed:
            ours.recv(PATIENCE)

    assert found[0] == found[1] != found[2]
    assert isinstance(found[2], bytes)
    assert 1_048_576 == len(str(found[3]).encode())
    assert closed.value.rcvd is None


def test_pings_have_pongs_unless_a_fault_says_no():
    """Each unanswered one leaves the connection as it was, and the next is answered."""
    merchant, _, order = chatting()
    with serve_chat(merchant.sandbox) as url, talking(url, merchant) as ours:
        first = ours.ping().wait(PATIENCE)
        merchant.sandbox.faults.add("no-pong", "chat.ping", times=1)
        unanswered = ours.ping("unanswered")
        ours.send(text(order, "Hola", "1"))

        assert "Hola" == heard(ours)["content"]
        assert not unanswered.is_set()
        assert first is True
        # A pong stands for every ping before it as well.
        assert ours.ping().wait(PATIENCE) is True
        assert 1 == next(iter(merchant.sandbox.faults)).happened


def test_a_frozen_connection_is_silent_and_stays_open():
    """Nothing comes, not even a pong, until it thaws: then all that waited comes, in its order."""
    merchant, _, order = chatting()
    merchant.sandbox.faults.add("freeze", "chat.receive", times=1, seconds=1)
    with serve_chat(merchant.sandbox) as url, talking(url, merchant) as ours:
        began = time.monotonic()
        ours.send(text(order, "a", "1"))
        ours.send(text(order, "b", "2"))
        found = [heard(ours)["content"] for _ in range(2)]

        assert ["a", "b"] == found
        assert time.monotonic() - began >= 1
        assert ours.ping().wait(PATIENCE) is True


def test_a_client_that_closes_is_let_go():
    """Properly or not: the account is no longer connected, and may come again."""
    merchant, _, _ = trading()
    with serve_chat(merchant.sandbox) as url:
        with talking(url, merchant):
            pass
        gone(merchant)
        handshaken(address(url, merchant)).close()
        gone(merchant)
        with talking(url, merchant):
            assert ("merchant",) == merchant.sandbox.chat.connected
