"""The routes behind the inspector's page, over loopback: what they answer, whom they refuse, and that they let go."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from binance_c2c.sandbox import FaultKind, Sandbox, serve
from binance_c2c.sandbox.access.server import objection
from binance_c2c.sandbox.journal import MOST_BYTES, MOST_ENTRIES
from tests.support.sandbox_client import OPERATIONS_BY_HAND, START_MS, Clock, Trader, trading

JSON = {"Content-Type": "application/json"}
PING = "/api/v3/ping"
ADVANCE = "/-/control/clock.advance"


class Visitor:
    """Talks to the inspector of one server."""

    def __init__(self, base_url: str) -> None:
        self.netloc = urlsplit(base_url).netloc
        self.connection = http.client.HTTPConnection(self.netloc, timeout=120)

    def ask(self, method: str, path: str, content: Any = None, headers: dict[str, str] | None = None):
        body = content if content is None or isinstance(content, bytes) else json.dumps(content).encode()
        self.connection.request(method, path, body, {**(JSON if body is not None else {}), **(headers or {})})
        response = self.connection.getresponse()
        return response, response.read()

    def json(self, method: str, path: str, content: Any = None, headers: dict[str, str] | None = None):
        response, body = self.ask(method, path, content, headers)
        return response.status, json.loads(body)


class News:
    """An open stream of events, read one at a time."""

    def __init__(self, visitor: Visitor, last_event_id: str = "") -> None:
        self.connection = http.client.HTTPConnection(visitor.netloc, timeout=120)
        self.connection.request("GET", "/-/events", headers={"Last-Event-ID": last_event_id})
        self.response = self.connection.getresponse()
        assert b"retry: 1000\n" == self.response.readline()
        self.response.readline()

    def next(self) -> dict[str, str]:
        """The fields of one event."""
        fields = dict[str, str]()
        while line := self.response.readline().decode().rstrip("\n"):
            name, _, fields[name] = line.partition(": ")
            fields[name] = line.partition(": ")[2]
        return fields

    def numbers(self) -> list[int]:
        """Those of the requests in the next event that has some."""
        while (event := self.next())["event"] != "requests":
            pass
        return [row["number"] for row in json.loads(event["data"])["rows"]]


@pytest.fixture
def traders() -> tuple[Trader, Trader, Clock]:
    return trading()


@pytest.fixture
def sandbox(traders: tuple[Trader, Trader, Clock]) -> Sandbox:
    return traders[0].sandbox


@pytest.fixture
def visitor(sandbox: Sandbox) -> Iterator[Visitor]:
    with serve(sandbox) as base_url:
        visitor = Visitor(base_url)
        yield visitor
        visitor.connection.close()


def stall(visitor: Visitor) -> socket.socket:
    """A page that asks for news and reads none, with as little room for them as can be had."""
    page = socket.socket()
    page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    page.connect((visitor.connection.host, visitor.connection.port))
    page.sendall(f"GET /-/events HTTP/1.1\r\nHost: {visitor.netloc}\r\n\r\n".encode())
    return page


def ping(sandbox: Sandbox) -> None:
    sandbox.handle("GET", PING, b"", {}, b"")


def test_the_page_loads_nothing_from_elsewhere(visitor: Visitor):
    """Page, style, script and icon come from here, under a policy that allows no other source."""
    for path, kind in (("/", "html"), ("/-/inspector.css", "css"), ("/-/inspector.js", "javascript")):
        response, body = visitor.ask("GET", path)
        assert (200, True) == (response.status, kind in str(response.headers["Content-Type"]))
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in str(
            response.headers["Content-Security-Policy"]
        )
        assert b"//" not in body.replace(b"// ", b"").replace(b"http://www.w3.org", b"")
        assert b"innerHTML" not in body
    assert 200 == visitor.ask("GET", "/-/icon.svg")[0].status
    assert 404 == visitor.ask("GET", "/-/nothing")[0].status


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8788", "127.0.0.1.evil.example", "", "evil[::1]", "127.0.0.1:x"]
)
@pytest.mark.parametrize("path", ["/", "/-/overview", PING, "/nowhere"])
def test_another_host_is_refused(visitor: Visitor, sandbox: Sandbox, host: str, path: str):
    """A name that was pointed at this machine opens nothing, the exchange included, not even to read."""
    status, told = visitor.json("GET", path, headers={"Host": host})

    assert (403, True) == (status, told["msg"].startswith("Host: "))
    assert 403 == visitor.ask("POST", ADVANCE, {"minutes": 1}, {"Host": host})[0].status
    assert [] == sandbox.journal.after(0)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "[::1]:8788", "[::1]", "127.0.0.1:"])
def test_each_name_of_this_machine_is_accepted(visitor: Visitor, host: str):
    """With any port: it may be forwarded."""
    assert 200 == visitor.ask("GET", PING, headers={"Host": host})[0].status
    assert 200 == visitor.ask("GET", "/", headers={"Host": host})[0].status


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", [*FOREIGN, {"Content-Type": "text/plain"}, {"Content-Type": "text/plain;a"}])
def test_no_page_elsewhere_can_drive_it(visitor: Visitor, sandbox: Sandbox, headers: dict[str, str]):
    """What a browser sends for another page's sake is refused, and nothing is done."""
    before = sandbox.clock.now_ms()

    assert 403 == visitor.ask("POST", ADVANCE, {"minutes": 1}, headers)[0].status
    assert before == sandbox.clock.now_ms()


@pytest.mark.parametrize("headers", FOREIGN)
def test_no_page_elsewhere_can_use_the_public_keys(
    visitor: Visitor, traders: tuple[Trader, Trader, Clock], headers: dict[str, str]
):
    """Of requests to the exchange that a browser sends for another page none counts: nobody is banned by them."""
    merchant = traders[0]
    _, path, _ = OPERATIONS_BY_HAND["merchant.start_rest"]
    target = f"{path}?{merchant.query().decode()}"

    assert 403 == visitor.ask("POST", target, {}, {**merchant.headers(), **headers})[0].status
    assert 403 == visitor.ask("GET", PING, headers=headers)[0].status
    assert [] == merchant.sandbox.journal.after(0)
    response, _ = visitor.ask("GET", PING)
    assert "1" == response.headers["X-MBX-USED-WEIGHT-1M"]


def test_its_own_page_can_drive_it(visitor: Visitor, sandbox: Sandbox):
    """The page's own requests pass, under either name of this machine; so does a program's, which names no origin."""
    for host in (visitor.netloc, visitor.netloc.replace("127.0.0.1", "localhost")):
        own = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        assert 200 == visitor.json("POST", ADVANCE, {"minutes": 1}, own)[0]

    assert START_MS + 150_000 == visitor.json("POST", ADVANCE, {"minutes": 0.5})[1]["now_ms"]
    assert START_MS + 150_000 == sandbox.clock.now_ms()
    # Who follows a link to the page comes from elsewhere.
    assert None is objection("GET", "/", {"host": "localhost", "sec-fetch-site": "cross-site"})


def test_requests_are_told_as_they_come(visitor: Visitor, sandbox: Sandbox):
    """A stream begins with what the journal holds and goes on with what is new."""
    ping(sandbox)
    ping(sandbox)
    news = News(visitor)

    assert [1, 2] == news.numbers()
    ping(sandbox)
    assert [3] == news.numbers()
    news.connection.close()


def test_a_stream_goes_on_where_it_was_lost(visitor: Visitor, sandbox: Sandbox):
    """With the last event's id only later requests are told; with an id of another sandbox, or none, all are."""
    ping(sandbox)
    first = News(visitor)
    seen = first.next()["id"]
    first.connection.close()
    ping(sandbox)

    for last, numbers in ((seen, [2]), ("0-1", [1, 2]), ("x", [1, 2]), (seen.replace("-1", "-"), [1, 2])):
        news = News(visitor, last)
        assert numbers == news.numbers()
        news.connection.close()


def test_an_action_by_hand_is_told(visitor: Visitor):
    """Other open pages list it, and look at the exchange again."""
    news = News(visitor)
    assert "changed" == news.next()["event"]

    visitor.ask("POST", ADVANCE, {"minutes": 1})
    [row] = json.loads(news.next()["data"])["rows"]
    assert (1, True, "clock.advance", "done") == (row["number"], row["action"], row["operation"], row["status"])
    news.connection.close()


def test_a_stream_beats_while_nothing_happens(visitor: Visitor, monkeypatch: pytest.MonkeyPatch):
    """A page hears of time passing, and a page that is gone is found out."""
    monkeypatch.setattr("binance_c2c.sandbox.inspector.stream._HEARTBEAT_SECONDS", 0.0)
    news = News(visitor)

    assert ["changed"] * 3 == [news.next()["event"] for _ in range(3)]
    news.connection.close()


def test_the_journal_forgets_the_oldest(visitor: Visitor, sandbox: Sandbox):
    """Only so many requests are kept, each with so much of its bodies, whoever reads them or not."""
    stalled = stall(visitor)
    for _ in range(MOST_ENTRIES + 5):
        ping(sandbox)
    sandbox.handle("POST", "/x" * MOST_BYTES, b"", {}, b"b" * MOST_BYTES * 2)

    records = sandbox.journal.requests()
    assert (MOST_ENTRIES, 7, MOST_ENTRIES + 6) == (len(records), records[0].number, records[-1].number)
    assert (MOST_BYTES, MOST_BYTES * 2) == (len(records[-1].request.body), records[-1].body_size)
    assert (404, {"error": "this request is no longer in the journal"}) == visitor.json("GET", "/-/requests/6")
    assert 7 == visitor.json("GET", "/-/requests/7")[1]["number"]
    assert 404 == visitor.json("GET", f"/-/requests/{MOST_ENTRIES + 7}")[0]
    stalled.close()


def test_a_long_answer_is_cut(traders: tuple[Trader, Trader, Clock]):
    """The journal keeps the beginning of an answer, its size, and still knows its code."""
    merchant = traders[0]
    for _ in range(20):
        merchant.post_ad(initAmount="100")
    answer = merchant.send("ads.list", {"page": 1, "rows": 20})
    record = merchant.sandbox.journal.requests()[-1]

    assert (MOST_BYTES, len(answer.body)) == (len(record.answer.body), record.answer_size)
    with serve(merchant.sandbox) as url:
        visitor = Visitor(url)
        shown = visitor.json("GET", f"/-/requests/{record.number}")[1]
        visitor.connection.close()
    assert ("000000", False, len(answer.body)) == (shown["code"], shown["refused"], shown["answer"]["body_size"])


def test_what_a_foreign_key_asks_is_not_kept(sandbox: Sandbox):
    """Of a program that was pointed here by mistake neither key nor body is in memory afterwards."""
    key = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
    sandbox.handle("POST", "/sapi/v1/c2c/ads/search", b"timestamp=1", {"x-mbx-apikey": key, "cookie": "c"}, b"mine")
    [record] = sandbox.journal.requests()

    assert ("vmPU…", b"", 4) == (record.request.headers["x-mbx-apikey"], record.request.body, record.body_size)
    assert key not in repr(record)
    assert "cookie" not in record.request.headers


def test_the_overview_shows_who_can_do_what(visitor: Visitor, traders: tuple[Trader, Trader, Clock]):
    """Ads, orders and balances are there, each order with the moves its state allows."""
    merchant, taker, _ = traders
    paid, unpaid = (taker.place(merchant.post_ad(initAmount="1000")) for _ in range(2))
    taker.do("orders.mark_paid", {"orderNumber": paid, "payId": 40100200})
    status, shown = visitor.json("GET", "/-/overview")

    assert (200, START_MS) == (status, shown["now_ms"])
    moves = {order["number"]: [move["label"] for move in order["moves"]] for order in shown["orders"]}
    assert {
        unpaid: ["taker pays", "taker cancels"],
        paid: ["merchant releases", "taker appeals", "merchant appeals"],
    } == moves
    assert ["taker buys"] * 2 == [ad["moves"][0]["label"] for ad in shown["ads"]]
    assert {"asset": "USDT", "free": "8000.00", "locked": "2000.00"} in shown["accounts"][0]["balances"]


def test_every_move_that_is_offered_is_accepted(visitor: Visitor, traders: tuple[Trader, Trader, Clock]):
    """From an ad to a released order and a cancelled one, as the overview offers it."""
    merchant, taker, _ = traders
    merchant.post_ad()

    def do(label: str) -> None:
        shown = visitor.json("GET", "/-/overview")[1]
        offered = [move for row in (*shown["orders"], *shown["ads"]) for move in row["moves"]]
        move = next(move for move in offered if move["label"] == label)
        status, told = visitor.json("POST", f"/-/control/{move['name']}", move["arguments"])
        assert (200, False) == (status, "error" in told)

    for label in ("taker buys", "taker pays", "merchant appeals", "coins to taker", "taker buys", "taker cancels"):
        do(label)
    finished = {"page": 1, "rows": 20, "orderStatusList": [4, 6]}
    assert [6, 4] == [order["orderStatus"] for order in taker.do("orders.list", finished)]
    assert [] == [move for order in visitor.json("GET", "/-/overview")[1]["orders"] for move in order["moves"]]


def test_amounts_have_the_decimals_of_their_coin(visitor: Visitor, sandbox: Sandbox):
    """Balances and reference prices as well as ads and orders, whatever was typed."""
    sandbox.moves.set_reference_price("BTC", "MXN", 1_300_000)
    shown = visitor.json("GET", "/-/overview")[1]

    assert ["18.40", "1300000.00"] == [market["price"] for market in shown["markets"]]
    assert [("USDT", "10000.00"), ("BTC", "1.00000000")] == [
        (balance["asset"], balance["free"]) for balance in shown["accounts"][0]["balances"]
    ]


def test_controls_answer_as_they_do(visitor: Visitor, sandbox: Sandbox):
    """What the clock and the faults say to a request reaches the page, a no included, and faults show up there."""
    status, answer = visitor.json("POST", ADVANCE, {"minutes": -1})
    assert (400, True, "") == (status, "only forward" in answer["error"], answer["field"])
    bad = visitor.json("POST", "/-/control/faults.add", {"kind": "skew", "seconds": "x"})[1]
    what = "a number is expected, not 'x'"
    assert {"error": f"seconds: {what}", "field": "seconds", "what": what} == bad
    assert 404 == visitor.json("POST", "/-/control/nothing", {})[0]

    assert 200 == visitor.json("POST", "/-/control/faults.add", {"kind": "skew", "seconds": 60})[0]
    shown = visitor.json("GET", "/-/overview")[1]
    assert [("skew", 60.0)] == [(fault["kind"], fault["seconds"]) for fault in shown["faults"]]
    kinds = {kind["name"]: (kind["seconds"], kind["status"]) for kind in shown["fault_kinds"]}
    assert set(FaultKind) == set(kinds)
    assert [(None, 503), (3600, None), (None, None)] == [kinds[one] for one in ("error-before", "skew", "cut")]
    assert START_MS == sandbox.clock.now_ms()


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "1/2", "1" * 19, "1" * 5_000, "\N{SUPERSCRIPT ONE}"])
def test_a_request_that_never_was_is_not_found(visitor: Visitor, number: str):
    """Whatever stands in the place of its number."""
    assert 404 == visitor.json("GET", f"/-/requests/{quote(number)}")[0]


def test_how_long_a_request_took_is_told(visitor: Visitor, traders: tuple[Trader, Trader, Clock]):
    """In milliseconds, with the delay of a fault."""
    merchant = traders[0]
    merchant.sandbox.faults.add("delay", seconds=7, times=1)
    for _ in range(2):
        merchant.send("payment_methods.mine")
    delayed, other = (visitor.json("GET", f"/-/requests/{number}")[1]["milliseconds"] for number in (1, 2))

    assert 7_000 <= delayed < 60_000
    assert 0 <= other < 7_000


def test_a_stream_tells_what_is_forgotten(visitor: Visitor, sandbox: Sandbox):
    """Each event has the number of the oldest entry that is kept, so that pages forget with the journal."""
    for _ in range(2):
        ping(sandbox)
    news = News(visitor)
    assert 1 == json.loads(news.next()["data"])["first"]
    visitor.ask("POST", "/-/control/journal.clear", {})
    cleared = news.next()

    assert ("changed", 3, []) == (
        cleared["event"],
        json.loads(cleared["data"])["first"],
        json.loads(cleared["data"])["rows"],
    )
    news.connection.close()


def test_a_stream_begins_anew_for_any_last_event(visitor: Visitor, sandbox: Sandbox):
    """A number too long to be one is none."""
    ping(sandbox)
    first = News(visitor)
    run = first.next()["id"].partition("-")[0]
    news = News(visitor, f"{run}-{'1' * 5_000}")

    assert [1] == news.numbers()
    for stream in (first, news):
        stream.connection.close()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "POST"])
def test_another_method_is_refused(visitor: Visitor, method: str):
    """What is there to be read is read by GET alone."""
    for path in ("/", "/-/overview", "/-/requests/1", "/-/nothing"):
        assert 405 == visitor.ask(method, path, {})[0].status


def test_faults_are_told_from_mistakes(visitor: Visitor, traders: tuple[Trader, Trader, Clock]):
    """A connection that was dropped shows as such, and a gate whose clock was put wrong is compared with that clock."""
    merchant = traders[0]
    merchant.sandbox.faults.add("drop-after", times=1)
    merchant.send("payment_methods.mine")
    merchant.sandbox.faults.add("skew", seconds=60.0, times=1)
    merchant.send("payment_methods.mine")

    dropped, skewed = (visitor.json("GET", f"/-/requests/{number}")[1] for number in (1, 2))
    assert (None, True, None) == (dropped["status"], dropped["refused"], dropped["diagnosis"])
    assert "60000 ms behind" in skewed["diagnosis"]["words"]


def test_open_pages_do_not_keep_it_from_ending():
    """A signal ends the process with status 0 and without a word, whether pages read their news or not."""
    program = "from binance_c2c.cli import main\nraise SystemExit(main(['sandbox', '--port', '0']))"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        visitor = Visitor(process.stdout.readline().split()[4].rstrip("."))
        pages = [News(visitor) for _ in range(3)]
        stalled = stall(visitor)
        for _ in range(2_000):
            visitor.ask("GET", f"/{'x' * 1_000}")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)

    assert (0, "") == (process.returncode, errors)
    for connection in (*(page.connection for page in pages), visitor.connection):
        connection.close()
    stalled.close()


def test_answers_leave_at_once(sandbox: Sandbox):
    """Head and body of an answer do not wait for each other: connections have TCP_NODELAY, from the listener on."""
    accepted: list[int] = []

    class Listener(socket.socket):
        def accept(self) -> tuple[socket.socket, Any]:
            connection, address = super().accept()
            accepted.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            return connection, address

    with pytest.MonkeyPatch.context() as patched:

        def create_server(address: tuple[str, int], *, family: int) -> socket.socket:
            listener = Listener(family, socket.SOCK_STREAM)
            listener.bind(address)
            listener.listen()
            return listener

        patched.setattr(socket, "create_server", create_server)
        with serve(sandbox) as url:
            visitor = Visitor(url)
            assert 200 == visitor.ask("GET", PING)[0].status
            visitor.connection.close()

    assert accepted
    assert all(accepted)
