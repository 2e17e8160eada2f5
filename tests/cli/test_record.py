"""`binance-c2c record`: what it may call, what it says before, and what it leaves."""

import json
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from binance_c2c.cli.command import main
from binance_c2c.sandbox import Sandbox, serve
from tests.support.clients import KEY, SECRET, yes
from tests.support.contract.drift import differences
from tests.support.wire import Answer, Received, Wire, reply


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINANCE_API_KEY", KEY)
    monkeypatch.setenv("BINANCE_API_SECRET", SECRET)
    monkeypatch.setattr(sys, "stdin", StringIO())


def test_answers_of_a_sandbox_are_recorded_as_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Each is in its file, says where it comes from, shows nobody, and is as the description says."""
    sandbox = Sandbox()
    pair = sandbox.keys["merchant"]
    monkeypatch.setenv("BINANCE_API_KEY", pair.api_key)
    monkeypatch.setenv("BINANCE_API_SECRET", pair.api_secret)
    now = datetime.now(UTC)
    period = [f"start={now - timedelta(days=9):%Y-%m-%dT%H:%M:%SZ}", f"end={now:%Y-%m-%dT%H:%M:%SZ}"]
    words = ["users.me", "payment_methods.mine", "orders.history", "rows=5", "trade_type=SELL", "orders.history"]
    with serve(sandbox) as base_url:
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", base_url)
        assert 0 == main(["record", *words, *period, "--yes", "--to", str(tmp_path)])
    files = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()}
    told = capsys.readouterr().out

    assert {"users.me", "payment_methods.mine", "orders.history", "orders.history-2"} == set(files)
    assert [] == [line for file in tmp_path.iterdir() for line in differences(file)]
    assert {"the sandbox of binance-c2c, not the exchange"} == {one["recorded_from"] for one in files.values()}
    assert 200 == files["users.me"]["status"]
    assert "scrubbed-" in files["users.me"]["answer"]["data"]["kycFullName"]
    assert told.index("POST /sapi/v1/c2c/user/baseDetail (weight 1)") < told.index(f"  users.me: {tmp_path}")


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("said", ["", "n\n", "no\n", "\n"])
def test_nothing_is_called_without_a_yes(
    said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """It names each call and the file that is replaced, and waits; no input means no."""
    monkeypatch.setattr(sys, "stdin", StringIO(said))
    (tmp_path / "users.me.json").write_text("", encoding="utf-8")
    with Wire() as wire:
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", wire.url)
        assert 8 == main(["record", "users.me", "--to", str(tmp_path)])

    assert [] == wire.requests
    told = capsys.readouterr()
    assert "users.me.json, which is replaced" in told.out
    assert "binance-c2c: nothing was called\n" == told.err


@pytest.mark.usefixtures("key")
def test_a_yes_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Answers stay to the letter but for people; one that this version cannot read is recorded all the same."""
    monkeypatch.setattr(sys, "stdin", StringIO("Y\n"))
    body = b'{"code":"000000","success":true,"data":{"orderNumber":"1","totalPrice":1E+2,"amount":[],"newThing":"Ana"}}'
    with Wire(reply(body)) as wire:
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", wire.url)
        assert 0 == main(["record", "orders.get", "order_number=1", "--to", str(tmp_path)])
    text = (tmp_path / "orders.get.json").read_text(encoding="utf-8")

    assert '      "totalPrice": 1E+2,\n' in text
    assert "Ana" not in text


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply(yes({}), 404), "HTTP 404"),
        (reply({"code": "83023", "message": "gone", "success": False}, 400), "83023"),
        (reply({"code": "83023", "message": "gone", "success": False}, 200), "83023"),
        (reply(b"<html>", 403), "not JSON"),
        (reply(b"<html>", 200), "the answer is not JSON"),
    ],
    ids=["missing", "refused", "refused with status 200", "page", "page that says yes"],
)
def test_what_is_refused_is_told_and_not_written(
    answer: Answer, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """The others are recorded, and the status says that not all was."""

    def answered(request: Received) -> Answer:
        return answer if request.path.endswith("baseDetail") else reply(yes({}))

    with Wire(then=answered) as wire:
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", wire.url)
        assert 1 == main(["record", "users.me", "merchant.profile", "--yes", "--to", str(tmp_path)])

    assert ["merchant.profile.json"] == [file.name for file in tmp_path.iterdir()]
    assert why in capsys.readouterr().out


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["orders.release"], "orders.release: it changes something"),
        (["chat.credential"], "chat.credential: it changes something"),
        (["orders.gett"], "orders.gett: there is no such operation; choose one of orders.can_cancel, orders.can_place"),
        (["loans"], "loans: there is no such operation; choose one of ads.categories, "),
        (["rows=1"], "rows=1: an operation is expected first"),
        (["users.me", "rows=1"], "rows=…: users.me has no such argument; it has none"),
        (["orders.get"], "orders.get: order_number=… must be given"),
        (["orders.history", "rows=many"], "orders.history: rows: an integer is expected"),
        (["orders.history", "start=soon"], "orders.history: "),
        (["orders.list", "order_status_list=[1"], "orders.list: "),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_anything_is_sent(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    """By the word that is wrong, with what was expected. Only what reads is recorded."""
    assert 2 == main(["record", *words, "--yes"])
    assert capsys.readouterr().err.startswith(f"binance-c2c: {said}")


@pytest.mark.usefixtures("key")
def test_answers_are_told_to_programs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """With `--json` each is an object, the plan and the question go to standard error, and a list is one of objects."""

    def answered(request: Received) -> Answer:
        if request.path.endswith("baseDetail"):
            return reply({"code": "83023", "message": "gone", "success": False}, 400)
        return reply(yes({"orderNumber": "1", "amount": [], "newThing": "x"}))

    monkeypatch.setattr(sys, "stdin", StringIO("yes\n"))
    with Wire(then=answered) as wire:
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", wire.url)
        assert 1 == main(["record", "users.me", "orders.get", "order_number=1", "--json", "--to", str(tmp_path)])
    told = capsys.readouterr()
    refused, unread = [json.loads(line) for line in told.out.splitlines()]
    assert 0 == main(["record", "--json"])
    listed = json.loads(capsys.readouterr().out)

    assert ("users.me", None, True) == (refused["operation"], refused["file"], "83023" in refused["problem"])
    assert (str(tmp_path / "orders.get.json"), True) == (unread["file"], "amount" in unread["problem"])
    assert "These calls will go to" in told.err
    assert "Go on? [y/N]" in told.err
    assert {"operation": "orders.get", "needs": ["order_number"]} in listed


def test_without_words_it_lists_what_can_be_recorded(capsys: pytest.CaptureFixture[str]):
    """Operations that only read, with what they demand; none that writes, or makes a token."""
    assert 0 == main(["record"])
    out = capsys.readouterr().out
    told = out.split()

    assert "\n  orders.get order_number=…\n" in out
    assert {"orders.get", "agent.ads.list", "market.search"} <= set(told)
    assert not {"orders.release", "ads.post", "chat.credential", "chat.image_upload_url"} & set(told)


def test_without_a_key_nothing_is_said_or_called(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The variable that is missing is named."""
    monkeypatch.delenv("BINANCE_API_KEY", raising=False)

    assert 3 == main(["record", "users.me"])
    assert "BINANCE_API_KEY" in capsys.readouterr().err


def test_what_needs_no_key_is_recorded_without_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """The public market is open to everybody; fields that came and are not described are told, each once."""
    for name in ("BINANCE_API_KEY", "BINANCE_API_SECRET"):
        monkeypatch.delenv(name, raising=False)
    ads = [{"adNo": "1", "price": 1.5, "fiat": "USD", "asset": "USDT", "tags": [], "advertiser": {"rank": 1}}] * 2
    with Wire(reply(yes({"items": ads, "more": True}))) as wire:
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", wire.url)
        words = ["market.short_ads", "fiat=USD", "asset=USDT", "trade_type=BUY"]
        assert 0 == main(["record", *words, "--yes", "--to", str(tmp_path)])

    assert [None] == [request.header("x-mbx-apikey") for request in wire.requests]
    assert ["market.short_ads.json"] == [file.name for file in tmp_path.iterdir()]
    assert (
        "\n    fields that the SDK does not know: items.advertiser.rank, items.tags, more\n" in capsys.readouterr().out
    )


def test_without_a_key_and_a_host_it_would_ask_the_exchange(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """It says so, and calls nothing before a yes."""
    for name in ("BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_C2C_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdin", StringIO())

    assert 8 == main(["record", "market.fiats", "--to", str(tmp_path)])
    assert "https://api.binance.com" in capsys.readouterr().out
    assert [] == list(tmp_path.iterdir())
