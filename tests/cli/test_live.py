"""Commands that go on: `orders watch`, which tells what happens to orders, and `chat`, which talks about one."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PIL import Image

from binance_c2c import C2CClient
from binance_c2c.chat import Away, Back, ChatConnection, Message, Missed, Notice, Unreadable
from binance_c2c.cli.live import chat
from binance_c2c.cli.live.chat import _in_words, _Talk
from binance_c2c.cli.live.feed import Feed
from binance_c2c.cli.live.prompt import Prompt
from binance_c2c.cli.live.watch import COLUMNS, _print_event
from binance_c2c.cli.sample_sandbox import TO_BE_PAID, TO_PAY, TO_RELEASE
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.models import (
    ChatFrame,
    ChatMessage,
    ChatMessageType,
    ChatSystemEvent,
    OrderRow,
    OrderStatus,
    TradeType,
)
from binance_c2c.sandbox import Sandbox
from binance_c2c.watch import OrderEvent, OrderEventKind
from tests.support.servers.command_line import Outcome, Run, at_a_terminal
from tests.support.servers.commands import COMMAND


def objects(told: Outcome) -> list[dict[str, Any]]:
    """The lines that a command printed, each an object."""
    return [json.loads(line) for line in told.out.splitlines()]


# ---- watch


def test_open_orders_are_told_first(run: Run):
    """A line each, as JSON in a pipe, with the order's money as the exchange has it."""
    told = run("orders watch --limit 3 --sandbox")

    assert (0, "") == (told.status, told.err)
    assert {TO_RELEASE, TO_BE_PAID, TO_PAY} == {one["order_number"] for one in objects(told)}
    assert {"new"} == {one["event"] for one in objects(told)}
    assert {"1845.00", "1805.00"} == {one["total"] for one in objects(told)}


def test_a_watch_goes_on_from_its_checkpoint(exchange: Sandbox, run: Run, tmp_path: Path):
    """What was told is not told again; what happened in between is."""
    file = tmp_path / "seen.json"
    first = run(f"orders watch --limit 4 --every 0 --checkpoint {file}")
    exchange.moves.mark_paid(TO_BE_PAID)
    second = run(f"orders watch --limit 1 --every 0 --checkpoint {file}")

    assert (0, 0) == (first.status, second.status)
    assert [("paid", TO_BE_PAID)] == [(one["event"], one["order_number"]) for one in objects(second)]
    assert TO_BE_PAID in {one["order_number"] for one in objects(first)}


def test_a_watch_says_what_it_survives(exchange: Sandbox, run: Run):
    """A failure that passes is told, and the changes come all the same."""
    exchange.faults.add("error-before", "orders.list", times=4, status=503)
    told = run("orders watch --limit 1 --every 0")

    assert 0 == told.status
    assert 1 == len(objects(told))
    assert "binance-c2c: a call failed, watching goes on: orders.list: HTTP 503" in told.err


def test_changes_are_told_in_words_and_as_csv(run: Run):
    """At a terminal a line for people, on more where it is narrow; with --csv a table that grows."""
    _, wide = at_a_terminal("orders watch --limit 1 --sandbox")
    _, narrow = at_a_terminal("orders watch --limit 1 --sandbox", columns=60)
    _, narrowest = at_a_terminal("orders watch --limit 1 --sandbox", columns=46)
    rows = list(csv.DictReader(StringIO(run("orders watch --limit 2 --sandbox --csv").out)))

    assert "100.00 USDT for 18" in wide
    assert 1 == len(wide.splitlines())
    assert 2 == len(narrow.splitlines())
    assert all(len(line) <= 60 for line in narrow.splitlines())
    assert all(len(line) <= 46 for line in narrowest.splitlines())
    assert narrow.split()[1:] == narrowest.split()[1:]
    assert ["new", "new"] == [row["event"] for row in rows]


def test_a_deadline_is_told_with_its_time(capsys: pytest.CaptureFixture[str]):
    """And that a change was seen late, to people as to programs."""
    order = OrderRow(
        order_number="1",
        adv_no="2",
        trade_type=TradeType.BUY,
        order_status=OrderStatus.WAIT_FOR_PAYMENT,
        asset="USDT",
        fiat="MXN",
        amount=Decimal(1),
        total_price=Decimal(18),
        create_time=datetime(2026, 11, 1, 12, tzinfo=UTC),
    )
    deadline = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
    event = OrderEvent(kind=OrderEventKind.DEADLINE_NEAR, order=order, key="1:deadline", late=True, deadline=deadline)
    for shell in (Shell(table=True, utc=True), Shell(json=True, utc=True)):
        _print_event(Feed(shell, COLUMNS), event)
    words, told = capsys.readouterr().out.splitlines()

    assert words.endswith("  deadline near  1  buy 1 USDT for 18 MXN, unknown, until 12:30:00, seen late")
    assert ("2026-11-01T12:30:00+00:00", True) == tuple(json.loads(told)[name] for name in ("deadline", "late"))


def test_a_watch_whose_reader_has_gone_ends_as_every_command_does(run: Run, monkeypatch: pytest.MonkeyPatch):
    """A closed pipe is not taken for a checkpoint that cannot be written."""

    def gone(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("binance_c2c.cli.live.watch._print_event", gone)

    assert "checkpoint" not in run("orders watch --limit 1 --sandbox").err


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [(None, 1, "cannot be used (No such file or directory)"), ("{}", 2, "checkpoint: version 1 is expected")],
)
def test_a_checkpoint_that_cannot_be_used_is_told(
    content: str | None, status: int, said: str, run: Run, tmp_path: Path
):
    """By its file, in a sentence."""
    file = tmp_path / "folder" / "seen.json"
    if content is not None:
        file.parent.mkdir()
        file.write_text(content)
    told = run(f"orders watch --limit 1 --sandbox --checkpoint {file}")

    assert (status, True) == (told.status, said in told.err)


def test_ctrl_c_ends_a_watch_and_keeps_its_checkpoint(exchange: Sandbox, tmp_path: Path):
    """No traceback, status 130, and the file has what was told."""
    del exchange
    file = tmp_path / "seen.json"
    command = [*COMMAND, "orders", "watch", "--checkpoint", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = [json.loads(process.stdout.readline()) for _ in range(3)]
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate()

    assert (130, "") == (process.returncode, complaints)
    assert told[0]["order_number"] in json.loads(file.read_text())["open"]


# ---- chat


def test_a_conversation_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch):
    """What was said before, the oldest first: news of the order and words of the other side; nothing is sent."""
    monkeypatch.setattr(sys, "stdin", StringIO())
    told = run(f"chat {TO_RELEASE} --sandbox")
    short = run(f"chat {TO_RELEASE} --sandbox --last 1")
    none = run(f"chat {TO_RELEASE} --sandbox --last 0")

    assert (0, "") == (told.status, told.err)
    assert ["system", "system", "text"] == [one["type"] for one in objects(told)]
    assert ("SandboxTaker", "I have paid, please look.") == tuple(objects(told)[-1][name] for name in ("from", "text"))
    assert [objects(told)[-1]["text"]] == [one["text"] for one in objects(short)]
    assert "" == none.out


def test_lines_of_the_input_are_sent(exchange: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Each line a message, in order, and a picture by its file; what came back is shown."""
    picture = BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    (tmp_path / "receipt.png").write_bytes(picture.getvalue())
    monkeypatch.setattr(sys, "stdin", StringIO(f"hello\n\n//slash\n/image {tmp_path}/receipt.png\n/quit\nnot this\n"))
    told = run(f"chat {TO_RELEASE} --last 0 --yes")
    sent = objects(told)

    assert 0 == told.status
    assert ["hello", "/slash", None] == [one["text"] for one in sent]
    assert ["text", "text", "image"] == [one["type"] for one in sent]
    assert sent[2]["image"]
    assert {True} == {one["own"] for one in sent}
    del exchange


@pytest.mark.parametrize(
    ("line", "flags", "status", "said"),
    [
        ("hello", "", 8, "nothing was sent: without a terminal this needs --yes"),
        ("/imge x", "--yes", 2, "nothing was sent: /imge is not a command. Enter sends a line."),
        ("/image none.png", "--yes", 2, "nothing was sent: none.png cannot be read (No such file or directory)"),
    ],
)
def test_what_is_not_sent_is_told(
    line: str, flags: str, status: int, said: str, *, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """In a pipe it ends the command, with the reason."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", StringIO(f"{line}\n"))
    told = run(f"chat {TO_RELEASE} --sandbox {flags}")

    assert (status, True) == (told.status, said in told.err)


def test_the_chat_of_an_order_that_is_not_there_is_refused(run: Run):
    """Before anything is said."""
    assert 1 == run("chat 22784000000000000099 --sandbox").status


def followed(*flags: str, **pipes: Any) -> subprocess.Popen[str]:
    """A chat that goes on, as a process of its own."""
    command = [*COMMAND, "chat", TO_RELEASE, *flags]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **pipes)


def test_it_follows_until_it_is_ended(exchange: Sandbox):
    """With --follow it goes on behind the end of the input; messages of other orders stay away; Ctrl-C ends it."""
    process = followed("--follow", stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    before = [process.stdout.readline() for _ in range(3)]
    exchange.moves.say("taker", TO_BE_PAID, "of another order")
    exchange.moves.say("taker", TO_RELEASE, "more")
    come = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate()

    assert "I have paid, please look." == json.loads(before[-1])["text"]
    assert "more" == come["text"]
    assert (130, "") == (process.returncode, complaints)


def test_a_chat_that_another_program_took_over_ends(exchange: Sandbox):
    """One program has the account's stream: the one before ends and says so, though it waits for input."""
    process = followed(stdin=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    key = exchange.keys["merchant"]
    base_url = os.environ["BINANCE_C2C_BASE_URL"]
    with (
        C2CClient(api_key=key.api_key, api_secret=key.api_secret, base_url=base_url) as client,
        client.chat.connect(),
    ):
        complaints = process.stderr.read() if process.stderr is not None else ""
        process.communicate()

    assert (1, True) == (process.returncode, "another program took over the chat of this account" in complaints)


def test_at_a_terminal_it_is_a_conversation(exchange: Sandbox):
    """What is typed goes out and comes back, a mistyped command is told and not said, and /quit ends it."""
    status, screen = at_a_terminal(f"chat {TO_RELEASE}", answers="hello there\n/imge x\n/quit\n")

    assert 0 == status
    assert "SandboxTaker: I have paid, please look." in screen
    assert "the order was marked as paid (seller_payed)" in screen
    assert "nothing was sent: /imge is not a command." in screen
    assert ["hello there"] == [entry for entry in said_by_merchant(exchange) if not entry.startswith("{")]


def said_by_merchant(exchange: Sandbox) -> list[str]:
    """What the merchant said in the chat of the order, as the exchange has it."""
    with C2CClient.in_sandbox(exchange) as client:
        rows = client.chat.messages(order_number=TO_RELEASE, rows=50)
        return [row.content or "" for row in rows if row.is_own]


def test_the_end_of_the_input_ends_it_at_a_terminal(exchange: Sandbox):
    """Ctrl-D does what /quit does."""
    status, _ = at_a_terminal(f"chat {TO_RELEASE}", answers="\x04\n")

    assert 0 == status
    del exchange


class Broken:
    """A stream that fails once `begin` has been called; closing it calls `close`."""

    def __init__(self, begin: Callable[[], object] = bool, close: Callable[[], object] = bool) -> None:
        self.begin, self.close = begin, close

    def __iter__(self) -> Iterator[Any]:
        self.begin()
        raise LookupError("the stream broke")


def talk_on(stream: Broken) -> _Talk:
    return _Talk(Shell(json=True), cast("ChatConnection", stream), "1")


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """An input on which nothing is typed. It ends after a minute, for a test to fail and not hang, and this is set."""
    theirs, ours = os.pipe()
    is_over, is_broken = threading.Event(), threading.Event()

    def keep() -> None:
        if not is_over.wait(60):
            is_broken.set()
        os.close(ours)

    keeping = threading.Thread(target=keep)
    keeping.start()
    with os.fdopen(theirs, encoding="utf-8") as reading:
        monkeypatch.setattr("sys.stdin", reading)
        yield is_broken
        is_over.set()
        keeping.join()


def test_what_ends_the_stream_is_raised_where_it_was_begun(silence: threading.Event):
    """A failure in the thread that reads ends the wait for a line, by one interruption; Ctrl-C is then what it was."""
    before = signal.getsignal(signal.SIGINT)
    talk = talk_on(Broken(close=partial(signal.raise_signal, signal.SIGINT)))

    # An interruption too many would end the whole run of tests.
    with pytest.raises((LookupError, KeyboardInterrupt)) as raised:
        talk.run(follow=False)
    assert (LookupError, before) == (raised.type, signal.getsignal(signal.SIGINT))
    assert not silence.is_set()


def test_following_ends_with_the_stream(monkeypatch: pytest.MonkeyPatch):
    """Also on a system where a thread cannot be woken."""
    waits = iter(range(600))
    monkeypatch.setattr(chat, "_wake_main_thread", bool)
    monkeypatch.setattr(chat, "time", SimpleNamespace(sleep=lambda _: [next(waits), threading.Event().wait(0.1)]))
    monkeypatch.setattr("sys.stdin", StringIO())

    with pytest.raises(LookupError, match="the stream broke"):
        talk_on(Broken()).run(follow=True)


def test_a_stream_that_ends_just_before_the_wait_for_a_line_ends_it_too(
    silence: threading.Event, monkeypatch: pytest.MonkeyPatch
):
    """At that moment Python may miss a signal: the thread that waits is woken until it is awake."""
    wake, missed = chat._wake_main_thread, iter((1, 2))
    monkeypatch.setattr(chat, "_wake_main_thread", lambda: next(missed, None) or wake())

    with pytest.raises(LookupError, match="the stream broke"):
        talk_on(Broken()).run(follow=False)
    assert not silence.is_set()


def test_where_ctrl_c_is_ignored_a_chat_ends_with_its_stream(silence: threading.Event, monkeypatch: pytest.MonkeyPatch):
    """As in the background of a shell. Ctrl-C stays without effect."""
    is_interrupted, readline = threading.Event(), sys.stdin.readline

    def interrupted() -> str:
        signal.raise_signal(signal.SIGINT)
        is_interrupted.set()
        return readline()

    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=bool, readline=interrupted))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises((LookupError, KeyboardInterrupt)) as raised:
            talk_on(Broken(begin=partial(is_interrupted.wait, 60))).run(follow=False)
    finally:
        signal.signal(signal.SIGINT, before)
    assert LookupError is raised.type
    assert not silence.is_set()


def test_no_wait_for_ctrl_c_is_without_an_end(monkeypatch: pytest.MonkeyPatch):
    """With --follow, after the input: Python handles a signal that comes just before a wait only once that is over."""
    waits: list[float] = []
    is_closed = threading.Event()

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(chat, "time", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr("sys.stdin", StringIO())
    # The stream ends after a minute, for this test to fail and not to hang.
    talk = talk_on(Broken(begin=partial(is_closed.wait, 60), close=is_closed.set))

    with pytest.raises(KeyboardInterrupt):
        talk.run(follow=True)
    assert [True] == [0 < seconds <= 1 for seconds in waits]


def test_what_is_being_typed_is_shown_again_below_a_line_of_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Between lines nothing is."""
    prompt = Prompt()

    def typed(words: str) -> str:
        with prompt.paused():
            sys.stdout.write("somebody: hello\n")
        return words

    monkeypatch.setattr("builtins.input", typed)
    words = prompt.read()
    with prompt.paused():
        sys.stdout.write("somebody: bye\n")

    assert "you: " == words
    assert capsys.readouterr().out.endswith("somebody: hello\nyou: somebody: bye\n")


def test_an_interruption_ends_the_line_of_the_prompt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """So the shell's own prompt begins a line."""

    def interrupted(words: str) -> str:
        sys.stdout.write(words)
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)

    with pytest.raises(KeyboardInterrupt):
        Prompt().read()
    assert "you: \n" == capsys.readouterr().out


def test_news_of_the_connection_are_told(capsys: pytest.CaptureFixture[str]):
    """That it is gone, there again, that something may be missing or could not be read; other frames are not."""
    talk = _Talk(Shell(json=True), cast("ChatConnection", None), TO_RELEASE)
    for event in (
        Away(datetime.now(UTC), "the connection broke off"),
        Back(datetime.now(UTC), 0),
        Missed("1", "too many"),
        Unreadable("no JSON", b""),
        Notice(ChatFrame()),
    ):
        talk._handle(event)
    told = capsys.readouterr()

    assert "" == told.out
    assert [
        "The connection was lost (the connection broke off). Messages sent meanwhile will be shown later.",
        "The connection is back.",
        "Messages may be missing here: too many.",
        "A message could not be read: no JSON.",
    ] == told.err.splitlines()


def test_a_message_of_the_history_and_the_stream_is_shown_once(capsys: pytest.CaptureFixture[str]):
    """The stream begins before the history is read, so that none is missing between them."""
    talk = _Talk(Shell(json=True), cast("ChatConnection", None), TO_RELEASE)
    row = ChatMessage(id="1990000000000000001", type=ChatMessageType.TEXT, content="hello")
    talk.show_history([row])
    talk._handle(Message(TO_RELEASE, ChatFrame.from_dict(row.to_dict())))

    assert 1 == len(capsys.readouterr().out.splitlines())


def test_news_without_a_group_keep_their_name():
    """What is not known in words is shown as the exchange calls it."""
    assert "seller_something" == _in_words(ChatSystemEvent("seller_something"))
    assert "the order is completed (seller_completed)" == _in_words(ChatSystemEvent("seller_completed"))
