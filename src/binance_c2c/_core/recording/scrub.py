"""Pseudonymises JSON: a made-up value replaces each personal one, the same for equal values.

Everything else stays exactly as it was: digits of numbers, the order of names, duplicate names, escapes.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from binance_c2c._core.recording.personal import CODES, SENTENCES, is_kept
from binance_c2c._core.support import loads, redact_secrets

SCRUBBED = "scrubbed"
"""The replacement for each one-time code and password."""
LEFT_OUT = "(left out: not JSON, so personal data cannot be found in it)"
"""The replacement for a whole text that is not JSON."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.0-9Ee]+|true|false|null|[{}\[\],:]|\s+', re.DOTALL)
_WORDS = frozenset({"true", "false", "null"})
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
_DIGITS = re.compile(r"-?\d+", re.ASCII)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[Ee][-+]?\d+)?", re.ASCII)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_URL = re.compile(r"https?://", re.IGNORECASE)
_FEWEST_DIGITS = 6
# Shorter names occur as ordinary words by chance.
_SHORTEST_NAME = 3


def shape(text: str) -> str:
    """The kind of a value, which its replacement shares: `digits`, `number`, `url`, `email` or `text`."""
    if _DIGITS.fullmatch(text):
        return "digits"
    if _NUMBER.fullmatch(text):
        return "number"
    if _URL.match(text):
        return "url"
    return "email" if _EMAIL.fullmatch(text) else "text"


class Pseudonyms:
    """Replacements for personal values, numbered by first appearance, so that they tell nothing of the values."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def of(self, text: str) -> str:
        """The made-up value for a personal one: of equal shape, and equal for equal values.

        An empty text and zero, which mean that there is nobody, stay as they are.
        """
        if not text.strip("0"):
            return text
        if text not in self._given:
            self._given[text] = self._next(text)
        return self._given[text]

    def without_names(self, sentence: str) -> str:
        """A sentence in which each value that has a pseudonym is replaced by it, without secrets."""
        names = sorted((name for name in self._given if len(name) >= _SHORTEST_NAME), key=len, reverse=True)
        if names:
            found = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)")
            sentence = found.sub(lambda match: self._given[match[0]], sentence)
        return redact_secrets(sentence)

    def _next(self, text: str) -> str:
        number = len(self._given) + 1
        match shape(text):
            case "digits":
                return "9" + str(number).zfill(max(len(text), _FEWEST_DIGITS) - 1)
            case "number":
                return f"0.{number:06}"
            case "url":
                return f"https://scrubbed.invalid/{number}"
            case "email":
                return f"scrubbed-{number}@scrubbed.invalid"
            case _:
                return f"{SCRUBBED}-{number}"


class Scrubber:
    """Removes personal data, codes and secrets from recordings that belong together, by one set of replacements."""

    def __init__(self) -> None:
        self._pseudonyms = Pseudonyms()

    def answer(self, content: bytes) -> str:
        """Scrub the body of an answer; `LEFT_OUT` where it is not JSON."""
        return _of_json(content, self._in_answer)

    def request(self, content: bytes) -> str:
        """Scrub the body of a request; `LEFT_OUT` where it is not JSON."""
        return _of_json(content, self._in_request)

    def query(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Scrub the pairs of a query."""
        return [(name, self._of_pair(name, value)) for name, value in pairs]

    def sentences(self, body: str) -> str:
        """Scrub the sentences of a scrubbed body again: more personal values may be known since."""
        return body if body in {"", LEFT_OUT} else rewritten(body, self._in_sentence)

    def _of_pair(self, name: str, value: str) -> str:
        if name in CODES:
            return SCRUBBED
        return value if is_kept(name) else self._pseudonyms.of(value)

    def _in_answer(self, name: str, piece: str, inside: bool) -> str:  # noqa: FBT001
        return piece if not inside and is_kept(name) else self._replaced(piece)

    def _in_request(self, name: str, piece: str, inside: bool) -> str:  # noqa: FBT001
        is_code = name in CODES and piece not in _WORDS
        return f'"{SCRUBBED}"' if is_code else self._in_answer(name, piece, inside)

    def _in_sentence(self, name: str, piece: str, inside: bool) -> str:  # noqa: FBT001
        if inside or name not in SENTENCES or not piece.startswith('"'):
            return piece
        sentence = json.loads(piece)
        clean = self._pseudonyms.without_names(sentence)
        return piece if clean == sentence else quoted(clean)

    def _replaced(self, piece: str) -> str:
        if piece in _WORDS:
            return piece
        return quoted(self._pseudonyms.of(json.loads(piece))) if piece[0] == '"' else self._pseudonyms.of(piece)


def quoted(text: str) -> str:
    """A text as a JSON string in UTF-8: a lone surrogate, which UTF-8 cannot hold, is escaped."""
    return _HALF_A_CHARACTER.sub(lambda half: f"\\u{ord(half[0]):04x}", json.dumps(text, ensure_ascii=False))


class _Level(NamedTuple):
    """An object or a list of a JSON text that is being read."""

    is_object: bool
    name: str
    inside: bool
    """Whether it stands below a field that is not kept."""


Change = Callable[[str, str, bool], str]
"""A function that gives the replacement for a value in JSON, from the name of its field, the value as it is written,
and whether a field around it is personal."""


def rewritten(text: str, change: Change) -> str:
    """A JSON text in which `change` replaced each value other than objects and lists; all else is unchanged."""
    written: list[str] = []
    levels: list[_Level] = []
    name, inside, at_name = "data", False, False
    for piece in _TOKEN.findall(text):
        if piece in "{[":
            levels.append(_Level(piece == "{", name, inside))
            # The items of a list belong to the field that the list belongs to.
            inside, at_name = inside or not is_kept(name), piece == "{"
        elif piece in "}]":
            level = levels.pop()
            name, inside, at_name = level.name, level.inside, False
        elif piece == ",":
            level = levels[-1]
            name, at_name = level.name, level.is_object
        elif at_name and piece[0] == '"':
            name, at_name = json.loads(piece), False
        elif piece != ":" and not piece.isspace():
            piece = change(name, piece, inside)  # noqa: PLW2901
        written.append(piece)
    return "".join(written)


def _of_json(content: bytes, change: Change) -> str:
    if not content:
        return ""
    try:
        loads(content)
    except ValueError:
        return LEFT_OUT
    return rewritten(content.decode("utf-8-sig"), change)


def indented(text: str) -> str:
    """A JSON text with a line for each value, and each value exactly as it was written."""
    written: list[str] = []
    depth = 0
    pieces: list[Any] = [piece for piece in _TOKEN.findall(text) if not piece.isspace()]
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        written.append(piece)
        if piece in "{[":
            depth += 1
        if following in ("}", "]"):
            depth -= 1
        is_empty = piece + following in {"{}", "[]"}
        if piece == ":":
            written.append(" ")
        elif (piece in {"{", "[", ","} or following in ("}", "]")) and not is_empty:
            written.append("\n" + "  " * depth)
    return "".join(written)
