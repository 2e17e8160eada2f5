"""Answers whose head came and whose body cannot be used: the error keeps the head, and a ban is obeyed."""

from typing import Any

import pytest

from binance_c2c.errors import OutcomeUnknownError, RateLimitError
from tests.support.answers import release
from tests.support.clients import gateway, yes
from tests.support.servers.ways import Way, every_way, every_way_but_tunnels
from tests.support.wire import Answer, Pause, reply

RETRY_AFTER = ("Retry-After", "60")
TRACE = ("X-Trace", "t1")
BROKEN = {
    "cut short": ([("Content-Length", "500")], b'{"code":"00'),
    "a broken chunk": ([("Transfer-Encoding", "chunked")], b"5\r\nab"),
    "a broken compression": ([("Content-Encoding", "gzip"), ("Content-Length", "7")], b"no gzip"),
    "too long": ([("Content-Length", "9000")], b"x" * 9000),
    "too long without a length": ([], b"x" * 9000),
}
broken = pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN)
Damage = tuple[list[tuple[str, str]], bytes]


def damaged(status: int, damage: Damage, *headers: tuple[str, str]) -> Answer:
    lines, body = damage
    head = "".join(f"{name}: {value}\r\n" for name, value in [*headers, *lines])
    return Answer(f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + body, hang_up=True)


@broken
@every_way
def test_the_head_of_a_broken_answer_is_kept(way: Way, damage: Damage):
    """The caller learns the status and the headers that came before the answer broke off, and so do hooks."""
    events: list[Any] = []
    with way.wire(damaged(200, damage, TRACE), then=reply(yes())) as wire:
        [error] = way.run(wire, release, max_response_bytes=5000, on_response=events.append)

    assert isinstance(error, OutcomeUnknownError)
    assert (200, "t1") == (error.http_status, error.headers.get("x-trace"))
    assert "HTTP 200" in str(error)
    assert [(200, "OutcomeUnknownError")] == [(event.status, event.failure) for event in events]


@every_way
def test_the_body_is_kept_as_far_as_it_came(way: Way):
    """Its start may be all that tells what happened."""
    with way.wire(damaged(200, BROKEN["cut short"])) as wire:
        [error] = way.run(wire, release)

    assert '{"code":"00' == error.body


@every_way_but_tunnels
def test_the_head_is_kept_when_time_runs_out(way: Way):
    """A server that stops in the middle of its answer has told its status."""
    pause = Pause()
    with way.wire(Answer(b"HTTP/1.1 200 OK\r\nX-Trace: t1\r\nContent-Length: 9\r\n\r\n{", pause=pause)) as wire:
        [error] = way.run(wire, release, timeout=0.5)
        pause.end()

    assert isinstance(error, OutcomeUnknownError)
    assert (200, "t1") == (error.http_status, error.headers.get("x-trace"))


@every_way
@pytest.mark.parametrize("status", [418, 429])
def test_too_many_calls_is_heard_from_the_head_alone(way: Way, status: int):
    """Whatever the body: the call was not done, and no call is sent before `Retry-After` is over."""
    with way.wire(damaged(status, BROKEN["cut short"], RETRY_AFTER), then=reply(yes())) as wire:
        [error, next_error] = way.run(wire, release, lambda client: client.system.ping())

    assert 1 == len(wire.requests)
    assert isinstance(error, RateLimitError)
    assert isinstance(next_error, RateLimitError)
    assert (status, 60) == (error.http_status, error.retry_after)


@every_way
def test_a_ban_is_heard_when_the_time_is_asked_for(way: Way):
    """After -1021 the request for the exchange's time may meet the ban."""
    script = [reply(gateway(-1021), 400), damaged(418, BROKEN["cut short"], RETRY_AFTER)]
    with way.wire(*script, then=reply(yes())) as wire:
        [error, next_error] = way.run(wire, release, lambda client: client.system.ping())

    assert 2 == len(wire.requests)
    assert isinstance(error, RateLimitError)
    assert error.banned
    assert isinstance(next_error, RateLimitError)
