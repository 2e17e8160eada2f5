"""Reads a YAML file of the description into plain values, with the line of each.

Readers of YAML differ in places: `no` is a string to some and false to others, `1:30` a string or ninety, and an alias
may expand to a billion nodes. Such text is refused, with its line, so that every other reader of the description gets
the same values as the generator.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import yaml

DEEPEST = 40
"""The deepest nesting of maps and lists."""
_LARGEST = 2**63
_CUT = re.compile(r"\s*(?<![^\s:,])(#[^\s#!]\S*)")
"""A comment without a space behind its mark."""
_NULL = re.compile(r"|~|null|Null|NULL")
_FLAG = re.compile(r"true|True|TRUE|false|False|FALSE")
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FRACTION = re.compile(r"[-+]?[0-9]+\.[0-9]+([eE][-+][0-9]+)?")
# Text that YAML 1.1 and YAML 1.2 read as different types.
_AMBIGUOUS = re.compile(
    r"[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|=|<<"
    r"|[-+]?0[0-9_]+|[-+]?[1-9][0-9]*_[0-9_]*|[-+]?0[box][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
    r"|[-+]?[0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*([eE][-+]?[0-9]+)|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?",
    re.DOTALL,
)
# What is added to the words of the YAML parser where these do not lead to the mistake.
ADVICE = {
    "mapping values are not allowed in this context": (
        "; a text with a colon stands in quotes, and the keys of a map line up"
    ),
    "found character that cannot start any token": "; a tab cannot indent, and a text such as @name stands in quotes",
}
# The parts of a file that a bracket or a quote ends.
_CLOSED = ("a flow mapping", "a flow sequence", "a quoted scalar")
# Invisible characters, and line ends that not every program recognises.
_INVISIBLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)


class UnreadableError(Exception):
    """The file is not valid YAML, or uses a part of YAML that is not accepted here. `line` says where."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


class Map(dict[Any, Any]):
    """A map of the description, with the line of each key."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[Any, int] = {}


class Items(list[Any]):
    """A list of the description, with the line of each item."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


def read(data: bytes) -> Any:
    """The value in a file. Raises `UnreadableError`, and nothing else, if it cannot be read."""
    text = _text(data)
    try:
        return _Composer(yaml.parse(text, Loader=yaml.CSafeLoader), text).document()
    except yaml.MarkedYAMLError as error:
        # If the file ends too early, a mark is after its last line.
        last = max(1, len(text.splitlines()))
        line = min(_line(error.problem_mark), last)
        start = min(_line(error.context_mark), last) if error.context_mark else line
        raise UnreadableError(line, _explained(error, line, start)) from error


def _explained(error: yaml.MarkedYAMLError, line: int, start: int) -> str:
    """The words of the YAML parser, with the line where the part begins that it could not read to its end."""
    words = " ".join(str(error.problem).split())
    context = str(error.context)
    begun = f", {context} that begins in line {start}" if start != line and context.endswith(_CLOSED) else ""
    return f"{words}{begun}{ADVICE.get(str(error.problem), '')}"


def _text(data: bytes) -> str:
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UnreadableError(data[: error.start].count(b"\n") + 1, "the file is not in UTF-8") from None
    invisible = _INVISIBLE.search(text)
    if invisible:
        line = text[: invisible.start()].count("\n") + 1
        raise UnreadableError(line, f"a control character, {ord(invisible[0]):#x}; write it as an escape in quotes")
    return text


class _Composer:
    """Makes values from the events of the YAML parser."""

    def __init__(self, events: Iterator[yaml.Event], text: str) -> None:
        self._events = events
        # A mark at the end of the file may be after its last line.
        self._lines = [*text.split("\n"), ""]

    def document(self) -> Any:
        """The single document of the file; None if there is none."""
        self._next()
        start = self._next()
        if not isinstance(start, yaml.DocumentStartEvent):
            return None
        if start.version or start.tags:
            raise UnreadableError(_line(start.start_mark), "directives (%…) are not understood")
        value = self._value(self._next(), 1)
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise UnreadableError(_line(after.start_mark), "a second document begins; a file has one")
        return value

    def _next(self) -> yaml.Event:
        return next(self._events)

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableError(
                _line(event.start_mark), f"aliases such as *{event.anchor} are not understood; use $ref"
            )
        if event.anchor:
            raise UnreadableError(
                _line(event.start_mark), f"anchors such as &{event.anchor} are not understood; use $ref"
            )
        if event.tag:
            raise UnreadableError(_line(event.start_mark), "tags (!…) are not understood")
        if isinstance(event, yaml.ScalarEvent):
            if not event.style:
                self._check_comment(event)
            return _scalar(event)
        if depth > DEEPEST:
            raise UnreadableError(
                _line(event.start_mark), f"more than {DEEPEST} maps and lists stand inside one another"
            )
        return self._map(depth) if isinstance(event, yaml.MappingStartEvent) else self._items(depth)

    def _check_comment(self, event: yaml.ScalarEvent) -> None:
        """Refuse a comment behind a text that looks like the rest of the text, such as `order #5`."""
        mark: Any = event.end_mark
        cut = _CUT.match(self._lines[mark.line], mark.column)
        if cut:
            problem = (
                f"{cut[1]}: a comment begins here; '# ' begins one that is meant, and a text with a # stands in quotes"
            )
            raise UnreadableError(_line(mark), problem)

    def _map(self, depth: int) -> Map:
        found = Map()
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            line = _line(event.start_mark)
            key = self._value(event, depth + 1)
            if isinstance(key, (Map, Items)):
                raise UnreadableError(line, "a key is a text, not a map or a list")
            if key in found:
                raise UnreadableError(line, f"the key {key!r} is in line {found.lines[key]} already")
            found.lines[key] = line
            found[key] = self._value(self._next(), depth + 1)
        return found

    def _items(self, depth: int) -> Items:
        found = Items()
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            found.lines.append(_line(event.start_mark))
            found.append(self._value(event, depth + 1))
        return found


def _scalar(event: yaml.ScalarEvent) -> Any:
    text = event.value
    # Quoted or a block: always a string.
    if event.style:
        return text
    for pattern, meant in _PLAIN:
        if pattern.fullmatch(text):
            return meant(text, _line(event.start_mark))
    return text


def _flag(text: str, _: int) -> bool:
    return text.lower() == "true"


def _whole(text: str, line: int) -> int:
    # By length first: Python refuses to read very long ones.
    if len(text) > len(str(_LARGEST)) + 1 or not -_LARGEST <= int(text) < _LARGEST:
        raise UnreadableError(line, "an integer of more than 64 bits; put it into quotes")
    return int(text)


def _fraction(text: str, line: int) -> float:
    # Other readers may get another number if it is longer, or loses digits.
    short = len(text) <= 25  # noqa: PLR2004
    if not short or Decimal(text) != Decimal(repr(float(text))):
        raise UnreadableError(line, f"{text[:25]}: a number that loses digits; put it into quotes")
    return float(text)


def _ambiguous(text: str, line: int) -> None:
    raise UnreadableError(line, f"{text}: readers of YAML differ about what this means; put it into quotes")


def _null(_: str, __: int) -> None:
    return None


_PLAIN: tuple[tuple[re.Pattern[str], Callable[[str, int], Any]], ...] = (
    (_NULL, _null),
    (_FLAG, _flag),
    (_WHOLE, _whole),
    (_FRACTION, _fraction),
    (_AMBIGUOUS, _ambiguous),
)


def _line(mark: Any) -> int:
    return int(mark.line) + 1
