"""`orders export`: no row twice and none missing, however it is interrupted; nothing dropped in silence."""

import csv
import json
import random
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from binance_c2c import C2CClient
from binance_c2c.cli.export.command import _fetch_missing
from binance_c2c.cli.export.formats import write_whole
from binance_c2c.cli.export.journal import Journal, Scope
from binance_c2c.cli.export.rows import COLUMNS, Row
from binance_c2c.cli.export.totals import Tally
from binance_c2c.cli.shared.failures import CommandError
from binance_c2c.models import OrderHistoryRow
from binance_c2c.sandbox import Answer, Sandbox, serve
from tests.cli.traded import sandbox_with_history
from tests.support.clients import past_order
from tests.support.servers.command_line import Run, at_a_terminal
from tests.support.servers.commands import COMMAND

parquet: Any = import_module("pyarrow.parquet")
START = (datetime.now(UTC) - timedelta(days=75)).isoformat()
ORDERS = 600


@pytest.fixture(scope="module")
def traded() -> Sandbox:
    """An exchange whose merchant has traded for two months."""
    return sandbox_with_history(2, ORDERS)


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


def a_row(**values: Any) -> Row:
    """A row of an order, with nothing but these values."""
    return [values.get(name) for name in COLUMNS]


def test_a_row_without_a_time_has_a_month_of_its_own():
    """What is not known is called so, and counted."""
    tally = Tally(UTC)
    row = a_row(order_number="1", asset="USDT", order_status="COMPLETED")

    assert [row] == list(tally.count_each([row]))
    assert ("unknown", "unknown", 1) == tuple(tally.by_month().rows[0][name] for name in ("month", "fiat", "completed"))
    assert {} == tally.by_day()


def test_a_day_may_begin_within_an_hour():
    """In zones that are no whole hours from UTC, orders of one hour of UTC are of two days and months."""
    tally = Tally(timezone(timedelta(hours=5, minutes=45)))
    rows = [
        a_row(order_number=minute, create_time=f"2026-10-31T18:{minute}:00+00:00", asset="USDT", fiat="NPR")
        for minute in ("10", "20", "05")
    ]
    list(tally.count_each(rows))

    assert [("2026-10", 2), ("2026-11", 1)] == [(row["month"], row["orders"]) for row in tally.by_month().rows]


def test_the_sums_of_a_busy_day_are_exact():
    """Of any number of orders, with all digits; what an order does not say adds nothing."""
    tally = Tally(UTC)
    done = {"create_time": "2026-11-01T09:00:00+00:00", "asset": "USDT", "fiat": "MXN", "order_status": "COMPLETED"}
    rows = [
        *(a_row(order_number=f"{n}", amount=f"{n}.00000001", total_price="1e20", **done) for n in range(100)),
        a_row(order_number="100", amount="0.1", **done),
    ]
    assert rows == list(tally.count_each(rows))
    [month] = tally.by_month().rows

    expected = (101, 101, Decimal("4950.10000100"), Decimal("1e22"), 0)
    assert expected == tuple(month[name] for name in ("orders", "completed", "amount", "total", "commission"))


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
        ("--from 2026-11-01 --out {}/x.txt", "--out: a name that ends in .csv, .jsonl, .parquet, .xlsx is expected"),
        ("--from 2026-11-01 --out {}/x.csv --plot {}/x.bmp", "--plot: a name that ends in .png, .svg, .pdf is"),
        ("--from soon --out {}/x.csv", "--from: a date or a time"),
        ("--from 2026-11-01 --out {}/there.csv", "exists already: move it away, or name another"),
    ],
)
def test_what_cannot_be_exported_is_told_before(line: str, said: str, run: Run, tmp_path: Path):
    """The argument is named, and nothing is written; status 2."""
    (tmp_path / "there.csv").touch()
    told = run(f"orders export {line.replace('{}', str(tmp_path))} --sandbox")

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


@pytest.mark.parametrize(
    "content", ["[]\n", '{"export":{"version":9}}\n', "nonsense\n", "{}\n", '{"rows":[["1"]]}\n', '{"rows":[1]}\n']
)
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
        for _ in journal.windows():
            journal.add([a_row(order_number="1", create_time=moment.isoformat())])
    told = run(f"orders export --from 2026-11-01 --out {tmp_path}/all.jsonl")

    assert (0, ["1"]) == (told.status, [row["order_number"] for row in lines(tmp_path / "all.jsonl")])


def test_orders_at_the_border_of_two_windows_are_passed_on_once(tmp_path: Path):
    """The exchange names an order in both windows that its moment belongs to."""
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    order = OrderHistoryRow.from_dict(past_order("7"))
    exchange: Any = SimpleNamespace(orders=SimpleNamespace(iterate_history=lambda **_: iter([order])))
    with Journal(tmp_path / "journal") as journal:
        journal.begin(Scope(moment - timedelta(days=50), moment, "x"))
        rows = list(_fetch_missing(journal, exchange, lambda *_: None, skip_bad=False))

    assert ["7"] == [row[0] for row in rows]


def test_rows_that_come_again_are_written_once(tmp_path: Path):
    """Those of a window that is asked for again, and at the border to the one before; a cut line is taken off."""
    moment, path = datetime(2026, 11, 1, tzinfo=UTC), tmp_path / "journal"
    rows = [
        a_row(order_number="3", create_time=moment.isoformat()),
        a_row(order_number="2", create_time=moment.isoformat()),
        a_row(order_number="1"),
    ]
    with Journal(path) as journal:
        journal.begin(Scope(moment - timedelta(days=20), moment, "x"))
    for _ in range(2):
        with Journal(path) as journal:
            windows = journal.windows()
            next(windows)
            journal.add(rows)
            journal.add_bad({"orderNumber": None}, "no number")
        with path.open("a") as file:
            file.write('{"rows": [["0", "crea')
    with Journal(path) as journal:
        for _ in journal.windows():
            assert [] == journal.add(rows)

    with Journal(path) as journal:
        assert ["3", "2", "1"] == [row[0] for row in journal.rows()]
        assert [{"reason": "no number", "row": {"orderNumber": None}}] == list(journal.bad_rows())
        assert (3, moment, True) == (journal.count, journal.last, journal.complete)


def test_a_file_is_whole_or_not_there(tmp_path: Path):
    """What breaks while it is written leaves its place as it was."""

    def fail(path: Path) -> None:
        path.write_text("1")
        raise CommandError("broken")

    with pytest.raises(CommandError):
        write_whole(tmp_path / "x.csv", fail)

    assert not (tmp_path / "x.csv").exists()


def finished(tmp_path: Path, name: str, *rows: Row) -> str:
    """The command for an export of these rows that only has to be written out."""
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    with Journal(tmp_path / f"{name}.journal") as journal:
        journal.begin(Scope(moment, moment, "x"))
        for _ in journal.windows():
            journal.add(rows)
    return f"orders export --from 2026-11-01 --out {tmp_path}/{name}"


def test_what_is_not_described_is_kept(tmp_path: Path, run: Run):
    """Fields that this version does not know stand in the column `extra`, as JSON."""
    row = a_row(order_number="1", extra={"newField": [1]})
    for name in ("all.csv", "all.jsonl", "all.parquet", "all.xlsx"):
        assert 0 == run(finished(tmp_path, name, row)).status

    assert (tmp_path / "all.csv").read_text().splitlines()[1].endswith(',"{""newField"": [1]}"')
    assert [{"order_number": "1", "extra": {"newField": [1]}}] == lines(tmp_path / "all.jsonl")
    assert ['{"newField": [1]}'] == parquet.read_table(tmp_path / "all.parquet")["extra"].to_pylist()
    assert ["1", '{"newField": [1]}'] == list(cells(tmp_path / "all.xlsx")[1].values())


NAMES = ["San***", "a,b", 'a "b"', "two\nlines", "two\rlines", ",", '"', "Zoë", " ", "'"]


def test_names_of_any_kind_are_read_back_from_csv(tmp_path: Path, run: Run):
    """The exchange hands on what people call themselves: commas, quotes and line ends stay in their cell."""
    rows = [a_row(order_number=str(place), counter_part_nick_name=name) for place, name in enumerate(NAMES)]
    assert 0 == run(finished(tmp_path, "all.csv", *rows)).status

    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        told = [(row["order_number"], row["counter_part_nick_name"]) for row in csv.DictReader(file, strict=True)]
    assert [(str(place), name) for place, name in enumerate(NAMES)] == told


def test_a_number_of_any_size_is_kept(tmp_path: Path, run: Run):
    """In a field that this version does not know, more than 64 bits are no reason to stop an export."""
    row = a_row(order_number="1", extra={"newField": 2**70})
    assert 0 == run(finished(tmp_path, "all.jsonl", row)).status

    assert [{"order_number": "1", "extra": {"newField": 2**70}}] == lines(tmp_path / "all.jsonl")


def test_half_of_an_emoji_is_written_as_an_escape(tmp_path: Path, run: Run):
    """The exchange may cut a name in the middle of a pair, which no file in UTF-8 can hold. JSON gives it back."""
    row = a_row(order_number="1", counter_part_nick_name="Zoë \ud83d", extra={"\ude00": "\ud83d"})
    for name in ("all.csv", "all.jsonl", "all.parquet", "all.xlsx"):
        assert 0 == run(finished(tmp_path, name, row)).status

    assert [{"order_number": "1", "counter_part_nick_name": "Zoë \ud83d", "extra": {"\ude00": "\ud83d"}}] == lines(
        tmp_path / "all.jsonl"
    )
    assert r"Zoë \ud83d," in (tmp_path / "all.csv").read_text(encoding="utf-8")
    assert [r"Zoë \ud83d"] == parquet.read_table(tmp_path / "all.parquet")["counter_part_nick_name"].to_pylist()
    assert ["1", r"Zoë \ud83d", r'{"\ude00": "\ud83d"}'] == list(cells(tmp_path / "all.xlsx")[1].values())


def test_memory_stays_flat(tmp_path: Path):
    """The journal remembers the numbers of two windows, not of all rows."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    with Journal(tmp_path / "journal") as journal:
        journal.begin(Scope(start, start + timedelta(days=150), "x"))
        for first, last in journal.windows():
            journal.add(a_row(order_number=f"{first}-{each}", create_time=last.isoformat()) for each in range(100))

            assert len(journal._window) + len(journal._previous_window) <= 200
        assert 500 == journal.count


def cells(file: Path, sheet: int = 1) -> list[dict[str, str]]:
    """The cells of a workbook's sheet, row by row, by their columns: text and numbers as the file has them."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(file) as book:
        rows = ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml")).iter(f"{space}row")  # noqa: S314 - ours
    found: list[dict[str, str]] = []
    for row in rows:
        texts = {
            cell.attrib["r"].rstrip("0123456789"): "".join(
                part.text or "" for part in cell.iter() if part.tag in {f"{space}t", f"{space}v"}
            )
            for cell in row.iter(f"{space}c")
        }
        found.append(texts)
    return found


def test_parquet_has_exact_numbers_and_times(history: Sandbox, run: Run, tmp_path: Path):
    """Each row, with money as exact decimals and times with their zone, as the SDK gives them."""
    file = tmp_path / "all.parquet"
    told = run(f"orders export --from {START} --out {file}")
    table = parquet.read_table(file).to_pylist()
    rows = expected(history)

    assert 0 == told.status
    assert [row["order_number"] for row in rows] == [row["order_number"] for row in table]
    assert [Decimal(row["total_price"]) for row in rows] == [row["total_price"] for row in table]
    assert [datetime.fromisoformat(row["create_time"]) for row in rows] == [row["create_time"] for row in table]
    assert [row["additional_kyc_verify"] for row in rows] == [row["additional_kyc_verify"] for row in table]


def test_a_workbook_has_numbers_where_they_are_exact(history: Sandbox, run: Run, tmp_path: Path):
    """Each row: money as numbers, order numbers as text with all their digits, times as times of UTC."""
    file = tmp_path / "all.xlsx"
    told = run(f"orders export --from {START} --out {file}")
    head, *table = cells(file)
    rows = expected(history)
    place = {name: column for column, name in head.items()}
    days = [datetime.fromisoformat(row["create_time"]) - datetime(1899, 12, 30, tzinfo=UTC) for row in rows]

    assert 0 == told.status
    assert [row["order_number"] for row in rows] == [row[place["order_number"]] for row in table]
    assert [Decimal(row["total_price"]) for row in rows] == [Decimal(row[place["total_price"]]) for row in table]
    assert [day / timedelta(days=1) for day in days] == pytest.approx(
        [float(row[place["create_time (UTC)"]]) for row in table], abs=1e-8
    )


def test_a_number_that_a_sheet_would_round_is_text(run: Run, tmp_path: Path):
    """A spreadsheet keeps fifteen digits: one with more stands there as text, and no text is a formula."""
    row = a_row(order_number="1", amount="12345678901234.5678", total_price="7", counter_part_nick_name="=1+1")
    told = run(finished(tmp_path, "all.xlsx", row))

    assert 0 == told.status
    assert ["1", "12345678901234.5678", "7", "=1+1"] == list(cells(tmp_path / "all.xlsx")[1].values())


def test_a_sheet_that_is_full_is_followed_by_another(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """With headings of its own; an export without orders has a sheet with headings alone."""
    monkeypatch.setattr("binance_c2c.cli.export.tables._ROWS_OF_A_SHEET", 3)
    run(finished(tmp_path, "all.xlsx", *(a_row(order_number=str(number)) for number in range(3))))
    run(finished(tmp_path, "none.xlsx"))
    first, second = cells(tmp_path / "all.xlsx"), cells(tmp_path / "all.xlsx", 2)

    assert [["0"], ["1"]] == [list(row.values()) for row in first[1:]]
    assert [["2"]] == [list(row.values()) for row in second[1:]]
    assert first[0] == second[0] == cells(tmp_path / "none.xlsx")[0]


def test_a_number_that_parquet_cannot_hold_is_told(run: Run, tmp_path: Path):
    """It is not rounded: the column is named, and the rows are kept for another form."""
    told = run(finished(tmp_path, "all.parquet", a_row(order_number="1", amount="0.1234567890123456789")))

    assert 1 == told.status
    assert "amount has a number of more than 20 digits before the point or 18 behind it" in told.err
    assert ["all.parquet.journal"] == [path.name for path in tmp_path.iterdir() if path.suffix == ".journal"]


@pytest.mark.parametrize("line", ["--out {}/x.parquet", "--out {}/x.xlsx", "--out {}/x.csv --plot {}/x.png"])
def test_a_missing_extra_is_told_before(line: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """With what to install, in quotes as a shell needs it; nothing is asked and nothing written."""
    for name in ("pyarrow", "xlsxwriter", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    told = run(f"orders export --from 2026-11-01 {line.replace('{}', str(tmp_path))} --sandbox")

    assert (3, True) == (told.status, told.err.endswith('extra: pip install "binance-c2c[export]"\n'))
    assert [] == list(tmp_path.iterdir())


def test_a_plot_shows_each_market(history: Sandbox, run: Run, tmp_path: Path):
    """Volume and price by day of what was completed: a picture, whose words name the coin and the currency."""
    as_picture = run(f"orders export --from {START} --out {tmp_path}/all.csv --plot {tmp_path}/all.png")
    as_drawing = run(f"orders export --from {START} --out {tmp_path}/two.csv --plot {tmp_path}/all.svg")
    drawn = (tmp_path / "all.svg").read_text()

    assert (0, 0) == (as_picture.status, as_drawing.status)
    assert (tmp_path / "all.png").read_bytes().startswith(b"\x89PNG")
    assert "<!-- USDT for MXN, completed orders -->" in drawn
    assert all(f"<!-- {word} -->" in drawn for word in ("bought", "sold", "MXN for one USDT", "USDT a day"))
    del history


def test_a_plot_says_what_it_leaves_out(run: Run, tmp_path: Path):
    """It has room for four markets, the busiest ones; without completed orders it says so."""
    done = {"create_time": "2026-11-01T00:00:00+00:00", "order_status": "COMPLETED", "amount": "1", "total_price": "2"}
    fiats = ("AAA", "BBB", "CCC", "DDD", "EEE")
    rows = [a_row(order_number=fiat, asset="USDT", fiat=fiat, trade_type="BUY", **done) for fiat in fiats]
    busy = run(f"{finished(tmp_path, 'all.csv', *rows)} --plot {tmp_path}/busy.svg")
    idle = run(f"{finished(tmp_path, 'none.csv')} --plot {tmp_path}/idle.svg")

    assert (0, 0) == (busy.status, idle.status)
    assert "The plot leaves out USDT/EEE.\n" in busy.err
    assert "<!-- USDT for DDD, completed orders -->" in (tmp_path / "busy.svg").read_text()
    assert "<!-- No completed orders -->" in (tmp_path / "idle.svg").read_text()


def test_an_end_in_the_future_is_gone_on_with(history: Sandbox, run: Run, tmp_path: Path):
    """Up to tomorrow means up to this moment, and the same command goes on after an interruption."""
    file, tomorrow = tmp_path / "all.jsonl", (datetime.now(UTC) + timedelta(days=1)).isoformat()
    line = f"orders export --from {START} --to {tomorrow} --out {file}"
    history.faults.add("error-before", "orders.history", times=9, status=503)
    failed = run(f"{line} --timeout 2")
    history.faults.clear()
    done = run(line)

    assert (1, 0) == (failed.status, done.status)
    assert expected(history) == lines(file)


def test_a_period_that_the_exchange_does_not_keep_is_told_before(history: Sandbox, run: Run, tmp_path: Path):
    """Before a row is asked for, and nothing is left behind that would have to be deleted."""
    told = [run(f"orders export --from {time} --out {tmp_path}/all.csv") for time in ("2020-01-01", "2999-01-01")]

    assert [2, 2] == [one.status for one in told]
    assert "the exchange keeps 6 months" in told[0].err
    assert "--from: " in told[1].err
    del history
