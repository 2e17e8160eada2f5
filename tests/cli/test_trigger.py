"""`binance-c2c trigger`: events in a running sandbox, from the shell."""

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from binance_c2c.sandbox import TRIGGERS, Sandbox, serve
from tests.support.servers.command_line import Run


def test_an_order_lives_by_triggers(exchange: Sandbox, run: Run):
    """Each event is told in words or as JSON, and is so in the sandbox that the environment points to."""
    first = run("trigger order-placed --amount 600 --json")
    number = json.loads(first.out)["order_number"]
    lines = [
        run(line).out for line in (f"trigger paid --order {number}", f"trigger message --order {number} --text Hola")
    ]
    status = json.loads(run(f"orders show {number} --json").out)

    assert f"taker placed order {number}" in json.loads(first.out)["steps"][-1]
    assert [f"taker marked order {number} as paid.\n", f"taker wrote about order {number}.\n"] == lines
    assert ("wait_for_release", "600.00") == (status["status"], status["total"])
    assert "Hola" == exchange._exchange.chats.of_account(exchange._exchange.accounts["merchant"], number)[-1].content


def test_words_are_an_event_too(exchange: Sandbox, run: Run):
    """`timed out` is `timed-out`; another account and another ad can be meant."""
    told = run("trigger timed out")
    ad = exchange.moves.post_ad("taker", "SELL", price="18.40", amount=50, smallest=100, largest=900)

    assert "was not paid in time" in told.out
    assert f"on ad {ad}." in run(f"trigger order placed --account taker --ad {ad}").out


@pytest.mark.usefixtures("exchange")
def test_the_events_are_listed(run: Run):
    """In a table, and as JSON."""
    told, listed = run("trigger --list"), json.loads(run("trigger --list --json").out)

    assert [*TRIGGERS] == [one["name"] for one in listed] == [line.split()[0] for line in told.out.splitlines()]


@pytest.mark.usefixtures("exchange")
@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        ("trigger", 2, "an event is expected. Next: binance-c2c trigger --list"),
        ("trigger explode", 2, "event: one of order-placed"),
        ("trigger paid --account nobody", 2, "account: one of merchant, taker"),
        ("trigger paid --order 1", 1, "there is no order with this number"),
        ("trigger paid --url ftp://x", 2, "--url: an address such as http://127.0.0.1:8788 is expected"),
        ("trigger paid --url http://127.0.0.1:99999", 2, "--url: an address"),
    ],
)
def test_what_does_not_happen_is_told_in_a_sentence(line: str, status: int, words: str, run: Run):
    """With the status that scripts go by."""
    told = run(line)

    assert (status, "") == (told.status, told.out)
    assert words in told.err


def test_where_no_sandbox_is_that_is_said(run: Run):
    """Nobody listens, or something else answers: nothing of it is taken for a success."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    told = run(f"trigger paid --url http://127.0.0.1:{port}")

    assert (5, "") == (told.status, told.out)
    assert "no sandbox answers at" in told.err


class _Other(BaseHTTPRequestHandler):
    content = b"<html>"

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


class _Garbled(_Other):
    def do_POST(self) -> None:
        self.wfile.write(b"no HTTP at all\r\n\r\n")


@pytest.fixture(params=[_Other, _Garbled, type("_Json", (_Other,), {"content": b"[]"})])
def other(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that is no sandbox."""
    with HTTPServer(("127.0.0.1", 0), request.param) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_is_no_sandbox_is_not_taken_for_one(other: str, run: Run):
    """Whatever it answers."""
    told = run(f"trigger paid --url {other}")

    assert (5, "") == (told.status, told.out)
    assert f"the server at {other} is no sandbox of this version" in told.err


def test_without_an_address_it_is_this_machines_usual_one(run: Run, monkeypatch: pytest.MonkeyPatch):
    """Port 8788, as `binance-c2c sandbox` has it."""
    asked: list[str] = []

    def ask(url: str, *_: object) -> dict[str, list[str]]:
        asked.append(url)
        return {"triggers": []}

    monkeypatch.setattr("binance_c2c.cli.local.trigger._call_control", ask)
    run("trigger --list --json")

    assert ["http://127.0.0.1:8788"] == asked


def test_https_is_spoken_where_it_is_asked_for(run: Run):
    """To a sandbox behind a server with a certificate; plain http on that port is told as nothing usable."""
    with serve(Sandbox()) as base_url:
        told = run(f"trigger paid --url {base_url.replace('http:', 'https:')}")

    assert (5, "") == (told.status, told.out)
