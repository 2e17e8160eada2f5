"""What commands print: the same values as a table, as JSON and as CSV, on any terminal and into any pipe."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from binance_c2c.cli.shared.layout import record_text, table_text
from binance_c2c.cli.shared.output import Form, show
from binance_c2c.cli.shared.values import Record, Rows, label, printable, rows_of
from binance_c2c.models import OrderStatus
from tests.support.servers.command_line import Run, at_a_terminal
from tests.support.servers.commands import COMMAND

ORDERS = "orders list --sandbox --utc"


def as_table(told: str) -> list[dict[str, str]]:
    """The rows of a table, by the places of its columns."""
    head, *lines = told.splitlines()
    columns = [(found.group(), found.start()) for found in re.finditer(r"\S+", head)]
    assert len(columns) == len({name for name, _ in columns})
    return [dict(zip((name for name, _ in columns), re.split(r" {2,}", line), strict=False)) for line in lines]


def test_the_three_forms_have_the_same_values(run: Run):
    """A table, CSV and JSON of a list agree in each value: the same digits, the same words."""
    table, told_csv, told_json = (run(f"methods --sandbox --{form}") for form in ("table", "csv", "json"))
    from_json = [{name: str(value) for name, value in row.items()} for row in json.loads(told_json.out)]

    assert from_json == list(csv.DictReader(io.StringIO(told_csv.out)))
    assert from_json == as_table(table.out)


def test_values_read_alike_in_each_form():
    """Money keeps all its digits, a time its zone, a number its kind; what is not there is empty."""
    moment = datetime(2026, 11, 1, 9, 30, 0, 250_000, tzinfo=UTC)
    record = Record({"price": Decimal("1E-8"), "n": 3, "at": moment, "sure": True, "no": None, "who": "Ana"})
    printed: dict[Form, str] = {}
    for form in Form:
        stream = io.StringIO()
        show(record, form, UTC, stream)
        printed[form] = stream.getvalue()
    values = {"price": "0.00000001", "n": "3", "at": "2026-11-01T09:30:00.250+00:00", "sure": "true", "no": ""}

    assert {**values, "who": "Ana"} == next(csv.DictReader(io.StringIO(printed[Form.CSV])))
    assert {**values, "n": 3, "sure": True, "no": None, "who": "Ana"} == json.loads(printed[Form.JSON])
    lines = [line.split(None, 1) for line in printed[Form.TABLE].splitlines()]
    assert [["price", "0.00000001"], ["n", "3"], ["at", "2026-11-01 09:30:00.250+00:00"]] == lines[:3]


@pytest.mark.parametrize("name", ["a,b", 'a "b"', "two\nlines", "two\rlines", "", "Zoë \U0001f600", " "])
def test_a_cell_of_csv_is_read_back_as_it_was(name: str):
    """What people call themselves stays in its cell, with commas, quotation marks and ends of lines."""
    stream = io.StringIO(newline="")
    show(Record({"n": 3, "who": name}), Form.CSV, UTC, stream)

    stream.seek(0)
    assert [{"n": "3", "who": name}] == list(csv.DictReader(stream, strict=True))


def test_money_is_aligned():
    """Numbers stand under one another, to the right, and a wide letter takes two places."""
    stream = io.StringIO()
    found = rows_of(("who", "total"), [("王小明", Decimal("1845.00")), ("Ana", Decimal("7.00"))])
    show(replace(found, note="2 of 9."), Form.TABLE, None, stream)

    assert "who       total\n王小明  1845.00\nAna        7.00\n\n2 of 9.\n" == stream.getvalue()


def test_nothing_found_is_said():
    """A person reads that there is nothing; a program gets an empty list, or the heads of the columns."""
    for form, expected in ((Form.TABLE, "None found.\n"), (Form.JSON, "[]\n"), (Form.CSV, "a,b\n")):
        stream = io.StringIO()
        show(Rows(("a", "b"), []), form, None, stream)
        assert expected == stream.getvalue()


def test_others_text_cannot_move_the_cursor():
    """A nickname with control characters is shown with a mark in their place, and letters stay letters."""
    assert "\ufffd[2JAna\ufffd" == printable("\x1b[2JAna\u202e")
    assert "Ana María 王" == printable("Ana María 王")


def test_a_status_that_is_not_described_is_its_number():
    """A member that this version does not know is shown as it came."""
    assert ("wait_for_release", "42", None) == (label(OrderStatus(2)), label(OrderStatus(42)), label(None))


def test_json_is_for_programs(run: Run):
    """Where the output is no terminal it is JSON by itself."""
    assert json.loads(run("methods --sandbox").out) == json.loads(run("methods --sandbox --json").out)


def test_a_wide_terminal_shows_a_table():
    """At 140 columns an order is a line, and heads are bold; with NO_COLOR nothing but letters is sent."""
    status, screen = at_a_terminal(ORDERS)
    _, plain = at_a_terminal(ORDERS, environment={"NO_COLOR": "1"})

    assert (0, "\x1b[1m") == (status, screen[:4])
    assert "\x1b" not in plain
    assert 4 == len(plain.splitlines())


@pytest.mark.parametrize(
    ("columns", "shown", "left_out"),
    [
        (60, "order_number side status total fiat", "amount, asset, price, counterparty, created"),
        (80, "order_number side status amount asset total fiat", "price, counterparty, created"),
    ],
)
def test_a_narrow_terminal_shows_the_columns_that_matter(columns: int, shown: str, left_out: str):
    """Each order is a line that fits, with every digit, and the columns without room are named below."""
    status, screen = at_a_terminal(ORDERS, columns=columns, environment={"NO_COLOR": "1"})
    head, *lines = screen.splitlines()

    assert (0, shown.split()) == (status, head.split())
    assert [] == [line for line in (head, *lines) if len(line) > columns]
    assert [1845, 1845, 1805] == sorted((int(line.split()[-2].removesuffix(".00")) for line in lines[:3]), reverse=True)
    assert f"Left out to fit the terminal: {left_out}. --json and --csv have all columns." == " ".join(lines[4:])


def test_what_has_no_line_that_fits_is_a_block_of_lines():
    """Where no column can be spared each row is a record, without the fields that are empty."""
    rows = rows_of(("name", "rate", "why"), [("a" * 20, Decimal("0.1"), None), ("b" * 20, Decimal("0.2"), "so it is")])
    block = table_text(rows, UTC, 24, bold=False)

    assert f"name  {'a' * 20}\nrate  0.1\n\nname  {'b' * 20}\nrate  0.2\nwhy   so it is\n" == block


def test_sentences_are_broken_between_words():
    """In a table under their heading, the shorter one whole where it fits; in a record behind the name."""
    row = {
        "check": "clock",
        "found": "behind by 1 ms",
        "next": "set the clock of this machine by NTP, and try once more",
    }
    rows = Rows(("check", "found", "next"), [row], prose=("found", "next"))
    table = table_text(rows, UTC, 58, bold=False)
    record = record_text(Record({"next": row["next"]}), UTC, 40, bold=False)

    assert [
        "check  found           next",
        "clock  behind by 1 ms  set the clock of this machine by",
        "                       NTP, and try once more",
    ] == table.splitlines()
    assert "next  set the clock of this machine by\n      NTP, and try once more\n" == record
    assert table_text(rows, UTC, 40, bold=False) == record_text(Record(row), UTC, 40, bold=False)


def test_times_are_local_unless_told_otherwise():
    """The zone of the machine is used, and `--utc` takes UTC."""
    variables = {**os.environ, "TZ": "Asia/Kolkata"}
    command = [*COMMAND, "orders", "list", "--sandbox"]
    told = [
        json.loads(subprocess.run([*command, *utc], env=variables, capture_output=True, check=True).stdout)
        for utc in ([], ["--utc"])
    ]

    assert ["+05:30", "+00:00"] == [rows[0]["created"][-6:] for rows in told]


@pytest.mark.parametrize(
    "line",
    [
        "market USDT MXN BUY --sandbox --limit 50",
        "--help",
        "sandbox --print-keys",
        "sandbox --port 0 --no-log",
        "sandbox --port 0 --json --no-log",
    ],
)
def test_a_pipe_that_closes_early_is_no_error(line: str):
    """Whoever reads only the start gets it, and no traceback follows; the status is that of a broken pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run([*COMMAND, *line.split()], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)

    assert (141, "") == (process.returncode, process.stderr)


FULL = Path("/dev/full")
POST = "ads post USDT MXN SELL --price 18.45 --quantity 500 --min 500 --max 5000 --pay-id 40100200 --sandbox --yes"


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("buffered", [True, False], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize(
    "line", ["market USDT MXN BUY --sandbox", "--help", "demo", "orders watch --sandbox --limit 1", POST]
)
def test_an_output_that_cannot_be_written_is_told_in_a_sentence(line: str, buffered: bool):
    """A full disk ends the command with status 1 and no traceback; one that moves money says that it was done."""
    with FULL.open("w") as full:
        environment = {**os.environ, "PYTHONUNBUFFERED": "" if buffered else "1"}
        process = subprocess.run(
            [*COMMAND, *line.split()], stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False
        )
    told = process.stderr.splitlines()

    assert (1, "binance-c2c: No space left on device") == (process.returncode, told[-1])
    assert ("It was done, but the output cannot be written." in told) is (line == POST)
    assert 1 == len([one for one in told if "No space" in one])


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_an_output_that_is_closed_is_no_error(closed: str):
    """The command does what it has to do, and writes nothing there."""
    words = f"import sys; sys.{closed} = None; from binance_c2c.cli.command import main; sys.exit(main())"
    process = subprocess.run(
        [sys.executable, "-c", words, "market", "USDT", "MXN", "BUY", "--sandbox"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (process.returncode, process.stderr)
    assert (closed == "stderr") is bool(process.stdout)


def test_the_demo_breaks_its_lines_between_words():
    """At a narrow terminal the words of a step stand below each other, beside the account that does it."""
    _, narrow = at_a_terminal("demo", columns=60)
    in_column = [line for line in narrow.splitlines() if line.startswith(" " * 13)]

    assert all(len(line) <= 60 for line in narrow.splitlines())
    assert len(in_column) > 2


def test_an_output_that_knows_ascii_alone_gets_escapes():
    """A letter that the output cannot take is written out."""
    variables = {**os.environ, "PYTHONIOENCODING": "ascii", "BINANCE_C2C_KEY_FILE": "/nowhere/schlüssel.toml"}
    process = subprocess.run([*COMMAND, "keys", "where"], env=variables, capture_output=True, text=True, check=True)

    assert r"schl\xfcssel" in process.stdout
