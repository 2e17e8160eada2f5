"""Cassettes: recorded over every way to an exchange, replayed by both clients, whole or not at all."""

import asyncio
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.errors import C2CError, ConfigurationError
from binance_c2c.pytest_plugin.cassettes import C2CCassette, cassette
from binance_c2c.sandbox import Sandbox, SandboxTransport, serve
from binance_c2c_sapi.resources.orders import build_get
from tests.support.clients import KEY, SECRET, no, order_data, yes
from tests.support.key_pairs import pem, public_pem
from tests.support.wire import Answer, Wire, reply

KEYS: dict[str, Any] = {"api_key": KEY, "api_secret": SECRET}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "one.json"


def packed(body: Any, coding: str = "gzip") -> Answer:
    """An answer as a server sends it that compresses."""
    return reply(gzip.compress(json.dumps(body).encode()), headers=[("Content-Encoding", coding)])


def asked(played: C2CCassette, kind: str, act: Callable[[Any], Any], **settings: Any) -> Any:
    """What a client of that kind gives."""
    if kind == "sync":
        with played.client(**settings) as client:
            return act(client)

    async def ask() -> Any:
        async with played.async_client(**settings) as client:
            return await act(client)

    return asyncio.run(ask())


both = pytest.mark.parametrize("kind", ["sync", "async"])
ORDER = order_data("22784", buyerNickname="Wilhelmina", totalPrice="1.50")


@both
def test_a_server_that_compresses_is_recorded(kind: str, file: Path):
    """What comes in gzip is kept unpacked, reads the same when it is replayed, and shows nobody."""
    with Wire(packed(yes(ORDER))) as wire, cassette(file, record=True) as recording:
        first = asked(recording, kind, lambda client: client.orders.get(order_number="1"), base_url=wire.url, **KEYS)
    with cassette(file, record=False) as replay:
        again = asked(replay, kind, lambda client: client.orders.get(order_number="1"))

    assert ("Wilhelmina", "scrubbed-1") == (first.buyer_nickname, again.buyer_nickname)
    assert first.total_price == again.total_price == Decimal("1.50")
    assert "Wilhelmina" not in file.read_text(encoding="utf-8")


DIGITS = (
    b'{"code": "000000", "success": true, "data": {"orderNumber": "1", "totalPrice": 0.12345678901234567890,'
    b' "amount": 1E+2, "commission": 9007199254740993.10, "selectedPayId": 1234567890123456789,'
    b' "advOrderNumber": "2", "tradeType": "SELL", "orderStatus": 2, "asset": "USDT", "fiatUnit": "MXN",'
    b' "price": "18.45", "createTime": 1710460000000, "remark": "\\ud83d half", "orderNumber": "22784",'
    b' "message": "\\ud83d"}}'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_is_recorded_stays_to_the_letter(encoding: str, line_end: str, file: Path):
    """Every digit of a number, names that come twice, half a character; also in a file that Windows has rewritten."""
    with Wire(reply(DIGITS)) as wire, cassette(file, record=True) as recording:
        first = asked(recording, "sync", lambda client: client.orders.get(order_number="1"), base_url=wire.url, **KEYS)
    text = file.read_bytes().decode("utf-8")
    file.write_bytes(text.replace("\n", line_end).encode(encoding))
    with cassette(file, record=False) as replay:
        again = asked(replay, "sync", lambda client: client.orders.get(order_number="1"))

    assert "\\ud83d half" not in text
    assert all(
        part in text for part in ("0.12345678901234567890", "1E+2", "9007199254740993.10", "1234567890123456789")
    )
    assert Decimal("0.12345678901234567890") == again.total_price == first.total_price
    assert (Decimal(100), 1234567890123456789, "22784") == (again.amount, again.selected_pay_id, again.order_number)
    assert 2 == text.count('\\"orderNumber\\"')


IN_THE_C_LOCALE = """
import sys
from pathlib import Path
from binance_c2c.pytest_plugin.cassettes import cassette
from binance_c2c.sandbox import Sandbox, SandboxTransport

sandbox = Sandbox()
key = sandbox.keys["merchant"]
http = SandboxTransport(sandbox)
for record in (True, False):
    with cassette(Path(sys.argv[1]), record=record) as played:
        with played.client(api_key=key.api_key, api_secret=key.api_secret, http=http) as client:
            method = client.payment_methods.list()[0]
            order = client.market.search(asset="USDT", fiat="MXN", trade_type="BUY")
print("played")
"""


def test_cassettes_do_not_depend_on_the_locale(file: Path):
    """They are UTF-8 where the system's encoding is ASCII, too."""
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-c", IN_THE_C_LOCALE, str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)

    assert b"played\n" == done.stdout, done.stderr
    file.read_bytes().decode("utf-8")


SOURCES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "path": lambda folder: {
        "api_key": _written(folder / "key", KEY),
        "api_secret": _written(folder / "secret", SECRET),
    },
    "function": lambda _: {"api_key": lambda: KEY, "api_secret": lambda: SECRET},
    "ed25519": lambda _: {"api_key": KEY, "api_secret": pem("ed25519")},
    "encrypted rsa": lambda _: {
        "api_key": KEY,
        "api_secret": pem("rsa", "pass word"),
        "api_secret_password": "pass word",
    },
}


def _written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return file


@both
@pytest.mark.parametrize("source", SOURCES)
def test_every_kind_of_secret_records_and_none_is_read_in_a_replay(kind: str, source: str, file: Path, tmp_path: Path):
    """A file, a function, a private key: what `C2CClient` takes; where it is replayed it need not be there."""
    given = SOURCES[source](tmp_path)
    with Wire(reply(yes([])), reply(yes([]))) as wire, cassette(file, record=True) as recording:
        asked(recording, kind, lambda client: client.payment_methods.mine(), base_url=wire.url, **given)
    gone: dict[str, Any] = {"api_key": tmp_path / "gone", "api_secret": pytest.fail, "timeout": 5.0, "http": object()}
    with cassette(file, record=False) as replay:
        assert [] == asked(replay, kind, lambda client: client.payment_methods.mine(), **gone)

    assert "&signature=" in wire.requests[0].target
    assert KEY == wire.requests[0].header("x-mbx-apikey")


def test_a_key_registered_in_the_sandbox_signs_what_is_recorded(file: Path):
    """The exchange itself checks the signatures of a recording, those of a private key too."""
    sandbox = Sandbox()
    api_key = sandbox.register_key("merchant", public_pem("ed25519").encode())
    with serve(sandbox) as base_url, cassette(file, record=True) as recording:
        settings = {"api_key": api_key, "api_secret": pem("ed25519"), "base_url": base_url}
        mine = asked(recording, "sync", lambda client: client.payment_methods.mine(), **settings)

    assert 1 == len(mine)


def test_recording_needs_key_and_secret(file: Path):
    """Without them nothing is sent, and the message names the one that is missing."""
    with cassette(file, record=True) as recording:
        with pytest.raises(ConfigurationError, match="api_key: recording needs a key"):
            recording.client()
        with pytest.raises(ConfigurationError, match="api_secret: recording needs a key"):
            recording.async_client(api_key=KEY)
        with pytest.raises(ConfigurationError, match="http: an httpx"):
            recording.client(**KEYS, http="no client")  # type: ignore[arg-type]


@both
@pytest.mark.parametrize("through", ["transport", "client", "client of sockets", "sockets"])
def test_a_client_or_transport_of_the_callers_is_recorded_once(kind: str, through: str, file: Path):
    """Whether vcrpy hears it or not, each answer is on the tape once."""
    sandbox = Sandbox()
    key = sandbox.keys["merchant"]
    client_of: Any = httpx.Client if kind == "sync" else httpx.AsyncClient
    transport_of: Any = httpx.HTTPTransport if kind == "sync" else httpx.AsyncHTTPTransport
    with serve(sandbox) as base_url, cassette(file, record=True) as recording:
        http: Any = {
            "transport": lambda: SandboxTransport(sandbox),
            "client": lambda: client_of(transport=SandboxTransport(sandbox)),
            "client of sockets": client_of,
            "sockets": transport_of,
        }[through]()
        given = {"api_key": key.api_key, "api_secret": key.api_secret, "base_url": base_url, "http": http}
        methods = asked(recording, kind, lambda client: client.payment_methods.mine(), **given)
    recorded = json.loads(file.read_text(encoding="utf-8"))["interactions"]

    assert (1, 1) == (len(methods), len(recorded))


def test_a_client_that_the_program_makes_is_heard(file: Path):
    """What is tested need not take a client: its own connections are recorded, and replayed."""
    with Wire(reply(yes(ORDER))) as wire, cassette(file, record=True), C2CClient(base_url=wire.url, **KEYS) as client:
        client.orders.get(order_number="1")
    release: dict[str, Any] = {"order_number": "1", "auth_type": "GOOGLE", "google_verify_code": "815815"}
    with cassette(file, record=False), C2CClient(**KEYS) as client:
        assert "scrubbed-1" == client.orders.get(order_number="1").buyer_nickname
        with pytest.raises(Exception, match="releaseCoin has no answer left") as refused:
            client.orders.release(**release)

    assert not any(word in f"{refused.value!s}{refused.value!r}" for word in ("815815", "signature", KEY))


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"<html>Wilhelmina</html>", 403),
        reply(b"<html>Wilhelmina</html>", 503),
        reply(b"", 200),
        reply(b"\xff\xfe", 200),
        Answer(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
        reply(b"[" * 100_000, 200),
        reply(no("83023"), 418, [("Retry-After", "7")]),
        reply(no("83023"), 799),
    ],
    ids=["page", "busy", "nothing", "bytes", "broken", "deep", "banned", "odd status"],
)
def test_answers_that_are_no_json_are_recorded_without_their_text(answer: Answer, file: Path):
    """The test sees the same kind of error from the cassette; a page of HTML may name anybody, and is left out."""
    kinds: list[type[BaseException]] = []
    with Wire(then=answer) as wire:
        for record in (True, False):
            with cassette(file, record=record) as played:
                client = played.client(base_url=wire.url, timeout=5, **KEYS)
                with client, pytest.raises(C2CError) as error:
                    client.orders.release(order_number="1")
            kinds.append(error.type)

    assert kinds[0] is kinds[1]
    assert "Wilhelmina" not in file.read_text(encoding="utf-8")


def test_a_recording_that_fails_leaves_the_old_one(file: Path):
    """Where the block raises, a good cassette stays as it was, and nothing lies beside it."""
    file.parent.mkdir()
    file.write_text("good", encoding="utf-8")

    def fail() -> None:
        with Wire(reply(yes([]))) as wire, cassette(file, record=True) as recording:
            asked(recording, "sync", lambda client: client.payment_methods.mine(), base_url=wire.url, **KEYS)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert ["one.json"] == [path.name for path in file.parent.iterdir()]
    assert "good" == file.read_text(encoding="utf-8")


def test_a_recording_of_nothing_replays(file: Path):
    """A test that asks nothing has a cassette that holds nothing."""
    with cassette(file, record=True) as recording:
        assert recording.recording
    with cassette(file, record=False) as replay:
        assert (False, True, []) == (replay.recording, replay.all_played, replay.unplayed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "no json",
        '{"recorded_from": "x", "recorded_at": "yesterday", "interactions": []}',
        '{"recorded_at": "2026-01-01T00:00:00+00:00", "interactions": []}',
        '{"recorded_from": "x", "recorded_at": "2026-01-01T00:00:00+00:00", "interactions": [{}]}',
        '{"recorded_from": "x", "recorded_at": "2026-01-01T00:00:00+00:00", "interactions": [1]}',
    ],
)
def test_what_is_no_cassette_is_refused_by_its_name(text: str, file: Path):
    """A file that cannot be read, or does not say where and when it was recorded, is not replayed."""
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")

    with (
        pytest.raises(ConfigurationError, match=r"one\.json is no cassette of binance-c2c"),
        cassette(file, record=False),
    ):
        pytest.fail("replayed")


@both
def test_a_replaying_client_starts_at_the_time_of_the_recording(kind: str, file: Path):
    """Walks count from that moment, and what a test counts from `recorded_at` finds its answer years later."""
    then = datetime(2026, 3, 1, 12, tzinfo=UTC)

    async def walked_async(client: AsyncC2CClient, start: datetime) -> int:
        return len([row async for row in client.orders.iterate_history(trade_type="SELL", start=start)])

    def walked(client: Any, start: datetime) -> Any:
        if kind == "async":
            return walked_async(client, start)
        return len(list(client.orders.iterate_history(trade_type="SELL", start=start)))

    with Wire(reply(yes([], total=0))) as wire, cassette(file, record=True) as recording:
        start = recording.recorded_at - timedelta(days=2)
        assert 0 == asked(recording, kind, lambda client: walked(client, start), base_url=wire.url, **KEYS)
    text = file.read_text(encoding="utf-8")
    shift = then - recording.recorded_at
    for moment in (start, recording.recorded_at):
        # As if it had been recorded then.
        ms = str(int(moment.timestamp() * 1000))[:9]
        text = text.replace(ms, str(int((moment + shift).timestamp() * 1000))[:9])
    text = text.replace(
        recording.recorded_at.isoformat(timespec="milliseconds"), then.isoformat(timespec="milliseconds")
    )
    file.write_text(text, encoding="utf-8")
    with cassette(file, record=False, time_tolerance=20_000) as replay:
        start = replay.recorded_at - timedelta(days=2)
        assert 0 == asked(replay, kind, lambda client: walked(client, start))

    assert replay.all_played
    assert then == replay.recorded_at


def test_the_clock_of_a_replay(file: Path):
    """It starts when the recording began; with `wall_clock` it is this machine's."""
    long_ago = 1_500_000_000.0
    with cassette(file, record=True, now=lambda: long_ago):
        pass
    found: list[int] = []
    for wall_clock in (False, True):
        with cassette(file, record=False, wall_clock=wall_clock) as replay, replay.client() as client:
            found.append(client._driver.now_ms() // 100_000_000)

    assert found[0] == 15_000
    assert found[1] > 17_000


def test_times_as_far_from_now_as_they_were_are_the_same(file: Path):
    """A program that counts from this machine's clock finds its answers too; other times are other requests."""

    def history(client: Any, now: datetime) -> Any:
        return client.orders.history(start=now - timedelta(days=3), end=now)

    then = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with (
        Wire(reply(yes([], total=0))) as wire,
        cassette(file, record=True, now=then.timestamp) as recording,
        recording.client(base_url=wire.url, **KEYS) as client,
    ):
        history(client, then)
    with cassette(file, record=False) as replay, replay.client() as client:
        with pytest.raises(Exception, match="query startTimestamp: recorded '1772"):
            history(client, datetime.now(UTC) - timedelta(hours=1))
        history(client, datetime.now(UTC))


def test_the_options_of_a_cassette(file: Path):
    """`match_on` and `ignore` say what may differ; what is left has to agree."""
    with Wire(then=reply(yes([], total=0))) as wire, cassette(file, record=True) as recording:
        asked(recording, "sync", lambda client: client.ads.list(rows=10), base_url=wire.url, **KEYS)
    each: list[dict[str, Any]] = [{"match_on": ("method", "path")}, {"ignore": ["rows"]}]
    for options in each:
        with cassette(file, record=False, **options) as replay:
            asked(replay, "sync", lambda client: client.ads.list(rows=20))
    with cassette(file, record=False) as replay, pytest.raises(Exception, match=r"body rows: recorded 10, asked 20"):
        asked(replay, "sync", lambda client: client.ads.list(rows=20))


def test_threads_share_a_cassette(file: Path):
    """Each answer is given once, however many ask at the same time."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - the one test that needs it

    number = 24
    with (
        Wire(then=reply(yes([], total=0))) as wire,
        cassette(file, record=True) as recording,
        recording.client(base_url=wire.url, **KEYS) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        list(pool.map(lambda _: client.ads.list(), range(number)))
    with cassette(file, record=False) as replay, replay.client() as client, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: client.ads.list(), range(number)))

    assert replay.all_played


def test_other_calls_of_a_client_work_on_a_cassette(file: Path):
    """Such as `exchange`, and `with_options`."""
    weights: list[int | None] = []
    with Wire(then=reply(yes(ORDER), headers=[("x-mbx-used-weight-1m", "7"), ("Set-Cookie", "a=Wilhelmina")])) as wire:
        for record in (True, False):
            with cassette(file, record=record) as played, played.client(base_url=wire.url, **KEYS) as client:
                weights.append(client.with_options(timeout=3).exchange(build_get(order_number="1")).used_weight)

    assert [7, 7] == weights
    assert "cookie" not in file.read_text(encoding="utf-8").lower()
