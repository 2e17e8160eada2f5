"""The command `orders export`: fetches the history, and writes the file, the chart and the totals."""

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from binance_c2c.cli.export.formats import write_lines, write_whole, writer_for
from binance_c2c.cli.export.journal import Journal, Scope
from binance_c2c.cli.export.plot import plotter_for
from binance_c2c.cli.export.rows import Row, row_of
from binance_c2c.cli.export.totals import Tally
from binance_c2c.cli.shared.arguments import moment, optional_moment
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Rows

if TYPE_CHECKING:
    from binance_c2c import C2CClient
    from binance_c2c_runtime import BadRow

_ROWS_A_PAGE = 100

Advance = Callable[[int, datetime | None], None]
"""Updates the progress bar: takes the number of rows so far, and the time of the last of them."""


@command("export", example="binance-c2c orders export --from 2026-11-01 --out november.csv")
def export(
    shell: Shell,
    *,
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="The start: a date, or a time in ISO 8601.")],
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="The end; the default is now.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file: .csv, .jsonl, .parquet or .xlsx.")],
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Chart volume and price by day: .png, .svg or .pdf.")
    ] = None,
    bad_rows: Annotated[
        Path | None, typer.Option("--bad-rows", metavar="FILE", help="Go on after unreadable rows, and put them here.")
    ] = None,
) -> Rows:
    """Write your whole history to a file: all orders, both sides, back to six months. Prints totals by month and coin.

    After an interruption the same command goes on where it stopped: its rows are kept in FILE.journal. A row that
    cannot be read stops it, unless --bad-rows names a file for such rows. Parquet, workbooks and the chart need the
    extra [export].
    """
    write = writer_for(out)
    draw = None if plot is None else plotter_for(plot)
    start, end = moment("--from", since, utc=shell.utc), optional_moment("--to", until, utc=shell.utc)
    journal_path = out.with_name(f"{out.name}.journal")
    if out.exists() and not journal_path.exists():
        message = f"--out: {out} exists already: move it away, or name another"
        raise CommandError(message, Status.USAGE)
    try:
        with Journal(journal_path) as journal:
            tally = Tally(shell.zone)
            with ExitStack() as while_it_writes:
                rows = journal.rows()
                if not journal.complete:
                    client = while_it_writes.enter_context(shell.client())
                    scope = _begin_or_resume(journal, client, start, end)
                    advance = while_it_writes.enter_context(_progress(scope, journal.count))
                    rows = chain(rows, _fetch_missing(journal, client, advance, skip_bad=bad_rows is not None))
                write_whole(out, lambda unfinished: write(tally.count_each(rows), unfinished))
            if bad_rows is not None:
                write_whole(bad_rows, lambda unfinished: write_lines(journal.bad_rows(), unfinished))
            if plot is not None and draw is not None:
                remarks: list[str] = []
                write_whole(plot, lambda unfinished: remarks.extend(draw(tally, unfinished)))
                for remark in remarks:
                    shell.say(remark)
            shell.say(f"{journal.count} orders are in {out}.")
            journal_path.unlink()
    except OSError as error:
        message = f"{error.filename or out}: {error.strerror}; the rows so far are kept, and the same command goes on"
        raise CommandError(message) from error
    return tally.by_month()


def _begin_or_resume(journal: Journal, client: "C2CClient", start: datetime, end: datetime | None) -> Scope:
    """The scope of the export; begins an empty journal with it. Raises `CommandError` for another export's journal."""
    owner = client.users.me().user_no or ""
    scope = journal.scope
    if scope is None:
        now = client.system.time().server_time
        # There are no orders in the future, and asking for them would cost calls.
        scope = Scope(start, now if end is None else min(end, now), owner, end)
        # Raises for a period beyond the exchange's history, before the journal is begun.
        client.orders.iterate_history(start=scope.start, end=scope.end)
        journal.begin(scope)
    if (scope.start, scope.owner) != (start, owner) or end not in {None, scope.end, scope.asked}:
        period = f"{scope.start.isoformat()} to {scope.end.isoformat()}"
        message = (
            f"{journal.path} is the journal of another export, of {period}: finish that one with its own --from, --to "
            "and key, or delete it"
        )
        raise CommandError(message, Status.USAGE)
    return scope


def _fetch_missing(journal: Journal, client: "C2CClient", advance: Advance, *, skip_bad: bool) -> Iterator[Row]:
    """Fetch the rows that the journal lacks, the newest orders first. Each is added to the journal and then yielded."""

    def put_aside(bad: "BadRow") -> None:
        journal.add_bad(bad.row, bad.reason)

    for start, end in journal.windows():
        orders = client.orders.iterate_history(
            start=start, end=end, rows=_ROWS_A_PAGE, on_bad_row=put_aside if skip_bad else None
        )
        # Page by page: a journal line and a flush for each row would cost more than the row itself.
        while rows := [row_of(order) for order in islice(orders, _ROWS_A_PAGE)]:
            yield from journal.add(rows)
            advance(journal.count, journal.last)
        advance(journal.count, start)


@contextmanager
def _progress(scope: Scope, count: int) -> Generator[Advance]:
    """A progress bar with the number of rows and the time left; none if standard error is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    from rich.console import Console  # noqa: PLC0415 - not needed without a terminal
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    span = (scope.end - scope.start).total_seconds()
    columns: list[Any] = [TextColumn("{task.fields[rows]} orders"), BarColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("export", total=span, rows=count)

        def advance(rows: int, last: datetime | None) -> None:
            covered = 0.0 if last is None else (scope.end - last).total_seconds()
            bar.update(task, completed=covered, rows=rows)

        yield advance
