"""Lays out tables and records for people: aligned columns that fit the width of the terminal."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from decimal import Decimal

from binance_c2c.cli.shared.values import Record, Rows, Value, printable, text

_GAP = "  "
_NARROWEST_PROSE = 28
"""The least width of a column with sentences, in characters: narrower ones are hard to read."""


def record_text(record: Record, zone: tzinfo | None, room: int | None, bold: bool) -> str:  # noqa: FBT001
    """A line for each field, its name before its value. `room` is the terminal's width, None for no limit."""
    width = max(map(len, record.fields), default=0)
    lines: list[str] = []
    for name, value in record.fields.items():
        first, *rest = _wrapped(_cell(value, zone), None if room is None else room - width - len(_GAP))
        lines.append(f"{_bold(name.ljust(width), bold)}{_GAP}{first}".rstrip())
        lines += (f"{' ' * width}{_GAP}{line}" for line in rest)
    return "".join(f"{line}\n" for line in lines)


def table_text(result: Rows, zone: tzinfo | None, room: int | None, bold: bool) -> str:  # noqa: FBT001
    """A line for each row under the names of the columns. `room` is the terminal's width, None for no limit.

    If the terminal is too narrow, sentences are wrapped, and the columns in `spare` are left out and named below the
    table. If it still does not fit, each row is written as a record, since cut lines would lose digits.
    """
    if not result.rows:
        return f"None found.\n{_paragraph(result.note)}"
    cells = {name: [_cell(row[name], zone) for row in result.rows] for name in result.columns}
    widths = {name: max(map(_width, (name, *column))) for name, column in cells.items()}
    shown = _columns_that_fit(result, widths, room)
    if shown is None:
        filled = [{name: value for name, value in row.items() if value not in {None, ""}} for row in result.rows]
        return "\n".join(record_text(Record(row), zone, room, bold) for row in filled) + _paragraph(result.note)
    numbers = {name for name in shown if any(_is_number(row[name]) for row in result.rows)}
    lines = [_bold(_line(shown, {name: name for name in shown}, widths, numbers), bold)]
    for index in range(len(result.rows)):
        parts = {name: _wrapped(cells[name][index], widths[name] if name in result.prose else None) for name in shown}
        lines += (
            _line(shown, {name: part[line] for name, part in parts.items() if line < len(part)}, widths, numbers)
            for line in range(max(map(len, parts.values())))
        )
    left_out = [name for name in result.columns if name not in shown]
    words = f"Left out to fit the terminal: {', '.join(left_out)}. --json and --csv have all columns."
    remarks = [result.note, "\n".join(_wrapped(words, room)) if left_out else ""]
    return "".join(f"{line}\n" for line in lines) + "".join(map(_paragraph, remarks))


def _columns_that_fit(result: Rows, widths: dict[str, int], room: int | None) -> Sequence[str] | None:
    """The columns of a table that fit; None if the columns that cannot be left out are too wide.

    Sets the widths in `widths` to which the columns with sentences are wrapped.
    """

    def excess(shown: Sequence[str]) -> int:
        needed = sum(widths[name] for name in shown) + len(_GAP) * (len(shown) - 1)
        return 0 if room is None else max(0, needed - room)

    shown = list(result.columns)
    if result.prose and excess(shown):
        left = sum(widths[name] for name in result.prose) - excess(shown)
        # The narrowest column takes its share first, so that the wider ones get the width that it does not need.
        by_width = sorted(result.prose, key=widths.__getitem__)
        for number, name in enumerate(by_width):
            share = left // (len(by_width) - number)
            if share < min(widths[name], _NARROWEST_PROSE):
                return None
            widths[name] = min(widths[name], share)
            left -= widths[name]
    for name in result.spare:
        if excess(shown):
            shown.remove(name)
    return None if excess(shown) else shown


def _line(shown: Sequence[str], words: dict[str, str], widths: dict[str, int], numbers: set[str]) -> str:
    padded: list[str] = []
    for name in shown:
        word = words.get(name, "")
        blank = " " * (widths[name] - _width(word))
        padded.append(blank + word if name in numbers else word + blank)
    return _GAP.join(padded).rstrip()


def _wrapped(words: str, room: int | None) -> list[str]:
    """The lines of a text, wrapped between words. A word that is too long for a line stays whole."""
    if room is None or _width(words) <= room:
        return [words]
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and _width(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _width(words: str) -> int:
    """The width of a text on a terminal, in cells: a Chinese character takes two."""
    if words.isascii():
        return len(words)
    from rich.cells import cell_len  # noqa: PLC0415 - most texts do not need it

    return cell_len(words)


def _paragraph(words: str) -> str:
    return f"\n{words}\n" if words else ""


def _bold(words: str, bold: bool) -> str:  # noqa: FBT001
    return f"\x1b[1m{words}\x1b[0m" if bold else words


def _cell(value: Value, zone: tzinfo | None) -> str:
    words = text(value, zone)
    return words.replace("T", " ", 1) if isinstance(value, datetime) else printable(words)


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
