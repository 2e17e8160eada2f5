"""The log of requests: a line each, the reason in words where one was refused, and no secret."""

import json
import os
from threading import Event

import pytest

from binance_c2c import C2CClient, errors
from binance_c2c.sandbox import RequestLog, Sandbox
from tests.support.sandbox_client import Trader


def logged(sandbox: Sandbox) -> tuple[RequestLog, list[str]]:
    lines: list[str] = []
    return RequestLog(sandbox, lines.append, lambda: "12:00:00.000"), lines


def test_each_request_is_one_line():
    """Its time, method, path, status, code, duration and account; actions by hand beside them."""
    sandbox = Sandbox()
    log, lines = logged(sandbox)
    with log, C2CClient.in_sandbox(sandbox) as client:
        client.system.time()
        client.payment_methods.mine()
        sandbox.journal.add_action("triggers.fire", {}, "Done.", at_ms=0)

    assert 3 == len(lines)
    assert lines[0].startswith("12:00:00.000 GET /api/v3/time 200 ")
    assert lines[0].endswith(" ms")
    assert lines[1].startswith("12:00:00.000 GET /sapi/v1/c2c/paymentMethod/getPayMethodByUserId 200 000000 ")
    assert lines[1].endswith(" ms merchant")
    assert "12:00:00.000 - triggers.fire: Done." == lines[2]


def test_a_refusal_is_told_in_words():
    """The exchange's own, and what was found out beside them; a connection that is dropped is told so."""
    sandbox = Sandbox()
    log, lines = logged(sandbox)
    trader = Trader(sandbox, "merchant", lambda: sandbox.clock.now_ms() / 1000)
    trader.api_secret = "wrong"
    sandbox.faults.add("drop-before", operations="system.ping", times=1)
    with log:
        trader.send("users.me")
        sandbox.handle("GET", "/sapi/v1/c2c/nothing", b"", {}, b"")
        sandbox.handle("GET", "/api/v3/ping", b"", {}, b"")
        log.refused("GET", "/", 403, "Host: another is expected")

    [refused] = [line for line in lines if "baseDetail" in line]
    assert "400 -1022" in refused
    assert ": Signature for this request is not valid. - " in refused
    assert "There is no such" in next(line for line in lines if "/nothing" in line) or "nothing" in lines[1]
    assert "/api/v3/ping dropped" in next(line for line in lines if "ping" in line)
    assert "12:00:00.000 GET / 403: Host: another is expected" in lines


def test_lines_are_json_for_programs():
    """Each is an object, with the fields of the inspector's list, the reason of a refusal, and what was left out."""
    sandbox = Sandbox(limits=None)
    lines: list[str] = []
    log = RequestLog(sandbox, lines.append, lambda: "12:00:00.000", as_json=True)
    for _ in range(501):
        sandbox.handle("GET", "/api/v3/ping", b"", {}, b"")
    sandbox.handle("GET", "/sapi/v1/c2c/nothing", b"", {}, b"")
    sandbox.journal.add_action("triggers.fire", {}, "Done.", at_ms=0)
    log.refused("GET", "/", 403, "Host: another is expected")
    with log:
        pass
    early, left_out, *requests, refused, action = map(json.loads, lines)

    assert {"time": "12:00:00.000", "method": "GET", "path": "/", "status": 403, "refused": True} == {
        name: value for name, value in early.items() if name != "reason"
    }
    assert {"time": "12:00:00.000", "left_out": 3} == left_out
    assert ("/api/v3/ping", 200, "system.ping") == tuple(requests[0][one] for one in ("path", "status", "operation"))
    assert (True, True) == (refused["refused"], bool(refused["reason"]))
    assert ("triggers.fire", "Done.") == (action["operation"], action["outcome"])


def test_no_secret_is_in_it():
    """Neither keys nor secrets, signatures or one-time codes; and what a path holds cannot move a cursor."""
    sandbox = Sandbox()
    log, lines = logged(sandbox)
    key = sandbox.keys["merchant"]
    real = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
    with log, C2CClient.in_sandbox(sandbox) as client:
        with pytest.raises(errors.APIError):
            client.orders.release(order_number="22784000000000000001", auth_type="GOOGLE", google_verify_code="271828")
        sandbox.handle("GET", "/sapi/v1/c2c/user/\x1b[2Jx\r\nGET /", b"signature=abcdef", {"x-mbx-apikey": real}, b"")
    text = "\n".join(lines)

    assert 2 == len(lines)
    assert [] == [one for one in (key.api_key, key.api_secret, real, "abcdef", "271828", "\x1b") if one in text]


def test_lines_that_cannot_be_written_in_time_are_counted():
    """A terminal that stands still holds up no request, and how many lines it missed is told when it goes on."""
    sandbox = Sandbox(limits=None)
    lines: list[str] = []
    blocked, goes_on = Event(), Event()

    def write(line: str) -> None:
        lines.append(line)
        if len(lines) == 1:
            blocked.set()
            goes_on.wait()

    with RequestLog(sandbox, write):
        sandbox.handle("GET", "/api/v3/ping", b"", {}, b"")
        blocked.wait()
        for _ in range(700):
            sandbox.handle("GET", "/api/v3/ping", b"", {}, b"")
        goes_on.set()

    assert 1 + 1 + 500 == len(lines)
    assert lines[1].endswith("… 200 lines were left out")


def test_a_log_that_nobody_reads_any_more_ends():
    """The exchange goes on without it."""
    sandbox = Sandbox()
    reading, writing = os.pipe()
    os.close(reading)
    with RequestLog(sandbox, lambda line: os.write(writing, line.encode())) as log:
        sandbox.handle("GET", "/api/v3/ping", b"", {}, b"")
        log._thread.join()
        answer = sandbox.handle("GET", "/api/v3/ping", b"", {}, b"")
    os.close(writing)

    assert 200 == answer.status
