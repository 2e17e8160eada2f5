"""`orders export`: no row twice and none missing, however it is interrupted; nothing dropped in silence."""

import csv
import json
import random
import signal
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from binance_c2c import C2CClient
from binance_c2c.cli.export.formats import write_whole
from binance_c2c.cli.export.journal import Journal, Scope
from binance_c2c.cli.export.totals import totals
from binance_c2c.cli.prepared import sandbox_with_history
from binance_c2c.cli.shared.failures import CommandError
from binance_c2c.sandbox import Answer, Sandbox, serve
from tests.support.servers.command_line import Run, at_a_terminal
from tests.support.servers.commands import COMMAND

START = (datetime.now(UTC) - timedelta(days=75)).isoformat()
ORDERS = 600


@pytest.fixture(scope="module")
def traded() -> Sandbox:
    """An exchange whose merchant has traded for two months."""
    return sandbox_with_history(2, ORDERS, limits=None)


@pytest.fixture
def history(traded: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    key = traded.keys["merchant"]
    with serve(traded) as base_url:
        monkeypatch.setenv("BINANCE_API_KEY", key.api_key)
        monkeypatch.setenv("BINANCE_API_SECRET", key.api_secret)
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", base_url)
        yield traded


def expected(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The whole history, row by row, as the SDK gives it."""
    with C2CClient.in_sandbox(sandbox) as client:
        rows = client.orders.iterate_history(start=datetime.fromisoformat(START))
        return [row.to_dict(wire=False) for row in rows]


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_every_order_is_in_the_file(history: Sandbox, run: Run, tmp_path: Path):
    """As JSON lines and as CSV: all periods, both sides, each field with its digits; nothing else is left behind."""
    as_lines, as_csv = tmp_path / "all.jsonl", tmp_path / "all.csv"
    told = [run(f"orders export --from {START} --out {file}") for file in (as_lines, as_csv)]
    rows = expected(history)
    with as_csv.open(encoding="utf-8", newline="") as file:
        from_csv = [{name: value for name, value in row.items() if value} for row in csv.DictReader(file)]

    assert [0, 0] == [one.status for one in told]
    assert f"{ORDERS} orders are in {as_lines}.\n" == told[0].err
    assert ORDERS == len(rows)
    assert rows == lines(as_lines)
    assert [{name: str(value) for name, value in row.items()} for row in rows] == from_csv
    assert ["all.csv", "all.jsonl"] == sorted(path.name for path in tmp_path.iterdir())


def test_totals_are_exact(history: Sandbox, run: Run, tmp_path: Path):
    """By month, coin, currency and side; sums count what was completed."""
    told = run(f"orders export --from {START} --out {tmp_path}/all.jsonl --utc")
    sums, rows = json.loads(told.out), expected(history)
    done = [row for row in rows if row["order_status"] == "COMPLETED"]

    assert len(rows) == sum(one["orders"] for one in sums)
    assert len(done) == sum(one["completed"] for one in sums)
    assert sum(Decimal(row["total_price"]) for row in done) == sum(Decimal(one["total"]) for one in sums)
    assert {"buy", "sell"} == {one["side"] for one in sums}


def test_a_row_without_a_time_has_a_month_of_its_own():
    """What is not known is called so, and counted."""
    found = totals([{"order_number": "1", "asset": "USDT", "order_status": "COMPLETED"}], UTC)

    assert ("unknown", "unknown", 1) == tuple(found.rows[0][name] for name in ("month", "fiat", "completed"))


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_it_goes_on_after_it_was_killed(suffix: str, history: Sandbox, tmp_path: Path):
    """SIGKILL at random moments, again and again: in the end each row is there once, in order."""
    file, chance = tmp_path / f"all{suffix}", random.Random(7)  # noqa: S311 - moments, not secrets
    command = [*COMMAND, "orders", "export", "--from", START, "--out", str(file)]
    killed = 0
    while killed < 4:
        before = len(history.journal.requests())
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        asked = 0
        while asked < 1 + chance.randrange(4) and process.poll() is None:
            asked = sum(one.number > before and "History" in one.request.path for one in history.journal.requests())
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += 1
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = expected(history)

    assert (0, "") == (ended.returncode, ended.stderr.replace(f"{ORDERS} orders are in {file}.\n", ""))
    if suffix == ".jsonl":
        assert rows == lines(file)
    else:
        with file.open(encoding="utf-8", newline="") as content:
            assert [row["order_number"] for row in rows] == [row["order_number"] for row in csv.DictReader(content)]
    assert [file] == list(tmp_path.iterdir())


def test_it_goes_on_after_the_network_was_gone(history: Sandbox, run: Run, tmp_path: Path):
    """What was read stays, the sentence says what happened, and the same command brings the rest."""
    file = tmp_path / "all.jsonl"
    history.faults.add("error-before", "orders.history", probability=0.7, status=503)
    failed = run(f"orders export --from {START} --out {file} --timeout 2")
    history.faults.clear()
    done = run(f"orders export --from {START} --out {file}")

    assert (0, expected(history)) == (done.status, lines(file))
    assert 0 != failed.status


def test_at_a_terminal_a_bar_shows_rows_and_time(history: Sandbox, tmp_path: Path):
    """And it is gone in the end."""
    file = tmp_path / "all.csv"
    status, screen = at_a_terminal(f"orders export --from {START} --out {file}")

    assert 0 == status
    assert " orders " in screen
    assert f"{ORDERS} orders are in" in screen.replace("\n", "")
    del history


class OneBad(Sandbox):
    """Some of its orders have an amount that cannot be read."""

    def handle(self, method: str, path: str, query: bytes, headers: Mapping[str, str], body: bytes) -> Answer:
        answer = super().handle(method, path, query, headers, body)
        bent = answer.body.replace(b'"amount":"27.0', b'"amount":"x7.0')
        return Answer(answer.status, answer.headers, bent)


@pytest.fixture
def one_bad(traded: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    monkeypatch.setattr(traded, "__class__", OneBad)
    return traded


def test_a_row_that_cannot_be_read_stops_it_or_is_put_aside(
    one_bad: Sandbox, history: Sandbox, run: Run, tmp_path: Path
):
    """It is named; with `--bad-rows` it goes into that file as it came, once, and the others into theirs."""
    del one_bad
    file, aside = tmp_path / "all.jsonl", tmp_path / "bad.jsonl"
    stopped = run(f"orders export --from {START} --out {file}")
    done = run(f"orders export --from {START} --out {file} --bad-rows {aside}")
    numbers = [row["row"]["orderNumber"] for row in lines(aside)]

    assert (1, 0) == (stopped.status, done.status)
    assert "a row cannot be read: page " in stopped.err
    assert numbers
    assert "amount" in lines(aside)[0]["reason"]
    assert len(numbers) == len(set(numbers))
    assert ORDERS == len(numbers) + len(lines(file))
    del history


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--from 2026-11-01 --out {}/x.txt", "--out: a name that ends in .csv, .jsonl"),
        ("--from soon --out {}/x.csv", "--from: a date or a time"),
        ("--from 2026-11-01 --out {}/there.csv", "is there already: move it away, or name another"),
    ],
)
def test_what_cannot_be_exported_is_told_before(line: str, said: str, run: Run, tmp_path: Path):
    """The argument is named, and nothing is written; status 2."""
    (tmp_path / "there.csv").touch()
    told = run(f"orders export {line.format(tmp_path)} --sandbox")

    assert (2, True) == (told.status, said in told.err)
    assert [tmp_path / "there.csv"] == list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_to_is_told(run: Run, tmp_path: Path):
    """In a sentence that names the file."""
    told = run(f"orders export --from 2026-11-01 --out {tmp_path}/none/x.csv --sandbox")

    assert 1 == told.status
    assert f"{tmp_path}/none/x.csv.journal: No such file or directory" in told.err


def test_another_export_is_not_gone_on_with(history: Sandbox, run: Run, tmp_path: Path):
    """A journal of another period, or of another account, is refused and left as it is."""
    file = tmp_path / "all.csv"
    with Journal(tmp_path / "all.csv.journal") as journal:
        journal.begin(Scope(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), "somebody"))
    told = run(f"orders export --from {START} --out {file}")

    assert 2 == told.status
    assert "is the journal of another export, of 2026-01-01T00:00:00+00:00 to 2026-02-01T00:00:00+00:00" in told.err
    del history


@pytest.mark.parametrize("content", ["[]\n", '{"export":{"version":9}}\n', "nonsense\n", "{}\n"])
def test_a_file_that_is_no_journal_is_left_alone(content: str, run: Run, tmp_path: Path):
    """It is named, and stays as it is."""
    journal = tmp_path / "all.csv.journal"
    journal.write_text(content)
    told = run(f"orders export --from 2026-11-01 --out {tmp_path}/all.csv --sandbox")

    assert (1, content) == (told.status, journal.read_text())
    assert "is not the journal of an export" in told.err


def test_two_exports_do_not_write_to_one_file(run: Run, tmp_path: Path):
    """The second is refused for as long as the first lives."""
    with Journal(tmp_path / "all.csv.journal"):
        told = run(f"orders export --from 2026-11-01 --out {tmp_path}/all.csv --sandbox")

    assert 1 == told.status
    assert "another export writes to" in told.err


def test_a_journal_that_is_complete_is_only_written_out(run: Run, tmp_path: Path):
    """Where the process ended between the last row and the file, nothing is asked again."""
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    with Journal(tmp_path / "all.jsonl.journal") as journal:
        journal.begin(Scope(moment, moment, "x"))
        journal.add({"order_number": "1", "create_time": moment.isoformat()}, moment)
        journal.finish()
    told = run(f"orders export --from 2026-11-01 --out {tmp_path}/all.jsonl")

    assert (0, ["1"]) == (told.status, [row["order_number"] for row in lines(tmp_path / "all.jsonl")])


def test_rows_that_come_again_are_written_once(tmp_path: Path):
    """Rows of the last moment, and those without a time, come again after an interruption; a cut line is taken off."""
    moment, path = datetime(2026, 11, 1, tzinfo=UTC), tmp_path / "journal"
    rows: list[tuple[dict[str, Any], datetime | None]] = [
        ({"order_number": "3", "create_time": moment.isoformat()}, moment),
        ({"order_number": "2", "create_time": moment.isoformat()}, moment),
        ({"order_number": "1"}, None),
    ]
    for _ in range(2):
        with Journal(path) as journal:
            for row, time in rows:
                journal.add(row, time)
            journal.add_bad({"orderNumber": None}, "no number")
        with path.open("a") as file:
            file.write('{"order_number": "0", "crea')

    with Journal(path) as journal:
        assert ["3", "2", "1"] == [row["order_number"] for row in journal.rows()]
        assert [{"reason": "no number", "row": {"orderNumber": None}}] == list(journal.bad_rows())
        assert (3, moment) == (journal.count, journal.last)


def test_a_file_is_whole_or_not_there(tmp_path: Path):
    """What breaks while it is written leaves its place as it was."""

    def fail(rows: Iterator[Mapping[str, Any]], path: Path) -> None:
        path.write_text(next(rows)["order_number"])
        raise CommandError("broken")

    with pytest.raises(CommandError):
        write_whole(tmp_path / "x.csv", iter([{"order_number": "1"}]), fail)

    assert not (tmp_path / "x.csv").exists()


def test_what_is_not_described_is_kept(tmp_path: Path, run: Run):
    """Fields that this version does not know stand in the column `extra`, as JSON."""
    with Journal(tmp_path / "all.csv.journal") as journal:
        journal.begin(Scope(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC), "x"))
        journal.add({"order_number": "1", "extra": {"newField": [1]}}, None)
        journal.finish()
    run(f"orders export --from 2026-11-01 --out {tmp_path}/all.csv")

    assert (tmp_path / "all.csv").read_text().splitlines()[1].endswith(',"{""newField"": [1]}"')


def test_memory_stays_flat(tmp_path: Path):
    """The journal remembers the numbers of the last moment, not of all rows."""
    with Journal(tmp_path / "journal") as journal:
        for number in range(1000):
            time = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(minutes=number)
            journal.add({"order_number": str(number), "create_time": time.isoformat()}, time)

        assert {"999"} == journal._recent
