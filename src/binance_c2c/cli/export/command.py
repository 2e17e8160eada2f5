"""The command `orders export`."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from binance_c2c.cli.export.formats import write_lines, write_whole, writer_for
from binance_c2c.cli.export.journal import Journal, Scope
from binance_c2c.cli.export.totals import totals
from binance_c2c.cli.shared.arguments import moment
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Rows

if TYPE_CHECKING:
    from binance_c2c import C2CClient
    from binance_c2c_runtime import BadRow

_ROWS_A_PAGE = 100

Advance = Callable[[int, datetime | None], None]
"""Told of how many rows there are, and of the time of the last."""


@command("export", example="binance-c2c orders export --from 2026-11-01 --out november.csv")
def export(
    shell: Shell,
    *,
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="From then on: a date, or a time in ISO 8601.")],
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to then; now without.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Ends in .csv or .jsonl.")],
    bad_rows: Annotated[
        Path | None, typer.Option("--bad-rows", metavar="FILE", help="Put rows that cannot be read there and go on.")
    ] = None,
) -> Rows:
    """Write your whole history to a file: all orders, both sides, back to six months. Prints totals by month and coin.

    Interrupted in any way, the same command goes on where it was; what it has so far is kept in FILE.journal. A row
    that cannot be read stops it, unless --bad-rows names a file for such rows.
    """
    write = writer_for(out)
    start, end = moment("--from", since, utc=shell.utc), moment("--to", until, utc=shell.utc)
    place = out.with_name(f"{out.name}.journal")
    if out.exists() and not place.exists():
        message = f"--out: {out} is there already: move it away, or name another"
        raise CommandError(message, Status.USAGE)
    try:
        with Journal(place) as journal:
            if not journal.complete:
                with shell.client() as client:
                    _fill(journal, client, start or datetime.now(UTC), end, goes_on=bad_rows is not None)
            write_whole(out, journal.rows(), write)
            if bad_rows is not None:
                write_whole(bad_rows, journal.bad_rows(), write_lines)
            found = totals(journal.rows(), shell.zone)
            shell.say(f"{journal.count} orders are in {out}.")
            place.unlink()
    except OSError as error:
        message = (
            f"{error.filename or out}: {error.strerror}; what there is so far is kept, and the same command goes on"
        )
        raise CommandError(message) from error
    return found


def _fill(journal: Journal, client: "C2CClient", start: datetime, end: datetime | None, *, goes_on: bool) -> None:
    """Bring the journal from where it is to the start of the period: the newest orders come first."""
    owner = client.users.me().user_no or ""
    scope = journal.scope
    if scope is None:
        scope = Scope(start, end or datetime.now(UTC), owner)
        journal.begin(scope)
    elif (scope.start, scope.owner) != (start, owner) or end not in {None, scope.end}:
        period = f"{scope.start.isoformat()} to {scope.end.isoformat()}"
        message = (
            f"{journal.path} is the journal of another export, of {period}: finish that one with its own --from, --to "
            "and key, or delete it"
        )
        raise CommandError(message, Status.USAGE)

    def put_aside(bad: "BadRow") -> None:
        journal.add_bad(bad.row, bad.reason)

    with _progress(scope, journal.count) as advance:
        rows = client.orders.iterate_history(
            start=scope.start,
            end=journal.last or scope.end,
            rows=_ROWS_A_PAGE,
            on_bad_row=put_aside if goes_on else None,
        )
        try:
            for number, row in enumerate(rows, 1):
                journal.add(row.to_dict(wire=False), row.create_time)
                if number % _ROWS_A_PAGE == 0:
                    journal.flush()
                    advance(journal.count, journal.last)
        finally:
            journal.flush()
    journal.finish()


@contextmanager
def _progress(scope: Scope, count: int) -> Generator[Advance]:
    """A bar with rows and time left, where there is a terminal for it."""
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    from rich.console import Console  # noqa: PLC0415 - programs need none of it
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    span = (scope.end - scope.start).total_seconds()
    columns: list[Any] = [TextColumn("{task.fields[rows]} orders"), BarColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("export", total=span, rows=count)

        def advance(rows: int, last: datetime | None) -> None:
            covered = 0.0 if last is None else (scope.end - last).total_seconds()
            bar.update(task, completed=covered, rows=rows)

        yield advance
