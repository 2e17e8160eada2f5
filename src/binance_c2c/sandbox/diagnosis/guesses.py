"""Strings that people hash or sign by mistake instead of the query they send, each with a message for the developer.

A signature cannot be reversed, but guesses can be tried: if the hash of a wrong string is the signature that was sent,
the mistake is proven.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from binance_c2c.sandbox.gateway import Request

_MOST_PERMUTED = 5
_MOST_LEFT_OUT = 16
_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One difference from how the gateway computes a signature."""

    kind: str
    """A short name."""
    words: str
    """The message for the developer: what was done, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A string that may have been hashed, and the mistakes by which it differs from the string that was sent."""

    payload: bytes
    mistakes: tuple[Mistake, ...] = ()


def guesses(request: Request[Any]) -> Iterator[Guess]:
    """Strings that may have been hashed, those with the fewest mistakes first, without duplicates."""
    seen: set[bytes] = set()
    for guess in _guesses(request):
        if guess.payload not in seen:
            seen.add(guess.payload)
            yield guess


def _guesses(request: Request[Any]) -> Iterator[Guess]:
    parts = request.query.payload.split(b"&")
    orders, spellings = _orders(parts), _spellings(parts)
    yield Guess(request.query.payload)
    for mistake, changed in (*spellings, *orders):
        yield Guess(b"&".join(changed), (mistake,))
    yield from _scopes(request, parts)
    if len(parts) <= _MOST_PERMUTED:
        for some in permutations(parts):
            yield Guess(b"&".join(some), (_ORDER,))
    for spelling, spelt in spellings:
        for order, ordered in _orders(spelt):
            yield Guess(b"&".join(ordered), (spelling, order))
    for mistake, changed in (*spellings, *orders):
        for guess in _scopes(request, changed):
            yield Guess(guess.payload, (mistake, *guess.mistakes))


_ORDER = Mistake(
    "order", "You hashed the parameters in another order than you sent them: send exactly the string that you hash."
)
_SORTED = Mistake(
    "unsorted",
    "You hashed the parameters sorted by name and sent them unsorted: send exactly the string that you hash.",
)


def _orders(parts: Sequence[bytes]) -> list[tuple[Mistake, list[bytes]]]:
    def late(part: bytes) -> bool:
        return part.startswith(b"timestamp=")

    return [
        (_SORTED, sorted(parts, key=lambda part: part.partition(b"=")[0])),
        (_ORDER, sorted(parts, key=late)),
        (_ORDER, sorted(parts, key=late, reverse=True)),
    ]


def _utf8(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """Apply a change to the decoded text of a name or value; leave it as it is if it is not UTF-8."""

    def changed(word: bytes) -> bytes:
        try:
            return change(unquote_to_bytes(word).decode()).encode()
        except UnicodeError:
            return word

    return changed


_SPELLINGS: tuple[tuple[Mistake, Callable[[bytes], bytes]], ...] = (
    (
        Mistake("plus-sent", "You hashed `%20` for a space and sent `+`: send `%20`."),
        lambda word: word.replace(b"+", b"%20"),
    ),
    (
        Mistake("plus-hashed", "You hashed `+` for a space and sent `%20`: hash `%20`."),
        lambda word: word.replace(b"%20", b"+"),
    ),
    (
        Mistake(
            "encoded-twice",
            "Your HTTP library percent-encoded the query again after you hashed it, so that `%` arrived as `%25`: "
            "pass it the finished URL.",
        ),
        lambda word: word.replace(b"%25", b"%"),
    ),
    (
        Mistake(
            "hashed-twice-encoded",
            "You hashed the query percent-encoded twice (`%25` for `%`) and sent it encoded once: hash what you send.",
        ),
        lambda word: word.replace(b"%", b"%25"),
    ),
    (
        Mistake(
            "lower-case-escapes",
            "You hashed percent-encoding in upper case (`%2F`) and sent it in lower case (`%2f`): send `%2F`.",
        ),
        lambda word: _ESCAPE.sub(lambda escape: escape[0].upper(), word),
    ),
    (
        Mistake(
            "upper-case-escapes",
            "You hashed percent-encoding in lower case (`%2f`) and sent it in upper case (`%2F`): hash `%2F`.",
        ),
        lambda word: _ESCAPE.sub(lambda escape: escape[0].lower(), word),
    ),
    (
        Mistake(
            "unreserved-escaped",
            "You hashed letters, digits or `- _ . ~` raw and sent them percent-encoded (`~` as `%7E`): send them raw.",
        ),
        lambda word: _ESCAPE.sub(lambda escape: quote_from_bytes(unquote_to_bytes(escape[0]), safe="").encode(), word),
    ),
    (
        Mistake("hashed-unencoded", "You hashed the values before percent-encoding them: encode first, then hash."),
        unquote_to_bytes,
    ),
    (
        Mistake("hashed-unencoded", "You hashed the values before percent-encoding them: encode first, then hash."),
        lambda word: unquote_to_bytes(word.replace(b"+", b" ")),
    ),
    (
        Mistake(
            "sent-raw",
            "You hashed the values percent-encoded and sent some characters raw: send exactly what you hash.",
        ),
        lambda word: quote_from_bytes(unquote_to_bytes(word), safe="").encode(),
    ),
    (
        Mistake("slash-hashed-raw", "You hashed `/` raw and sent it as `%2F`: percent-encode it before hashing."),
        _utf8(lambda text: quote(text, safe="/")),
    ),
    (
        Mistake(
            "specials-hashed-raw",
            "You hashed some of `! ' ( ) *` raw and sent them encoded: percent-encode them before hashing.",
        ),
        _utf8(lambda text: quote(text, safe="!'()*")),
    ),
    (
        Mistake("unreserved-escaped", "You hashed `~` as `%7E` and sent it raw: never percent-encode `- _ . ~`."),
        lambda word: word.replace(b"~", b"%7E"),
    ),
    (
        Mistake("latin-1", "You hashed the text in Latin-1 and sent it in UTF-8: use UTF-8 for both."),
        _utf8(lambda text: quote(text, safe="", encoding="latin-1")),
    ),
)


def _spellings(parts: Sequence[bytes]) -> list[tuple[Mistake, list[bytes]]]:
    return [(mistake, [_spelt(part, respell) for part in parts]) for mistake, respell in _SPELLINGS]


def _spelt(part: bytes, respell: Callable[[bytes], bytes]) -> bytes:
    name, equals, value = part.partition(b"=")
    return respell(name) + equals + respell(value)


def _scopes(request: Request[Any], parts: Sequence[bytes]) -> Iterator[Guess]:
    payload = b"&".join(parts)
    if request.body:
        mistake = Mistake(
            "body-signed", "You hashed the body, alone or with the query: hash only the query, never the body."
        )
        together = [payload + request.body, payload + b"&" + request.body, request.body + payload, request.body]
        yield from (Guess(one, (mistake,)) for one in (*together, *_with_fields(request.body, parts)))
    before = request.query.raw.partition(b"&signature=")[0]
    mistake = Mistake(
        "signature-not-last",
        "You hashed only the parameters before `signature`, and sent more after it: "
        "hash all other parameters, and put `signature` last.",
    )
    if before not in {payload, request.query.raw}:
        yield Guess(before, (mistake,))
    for index, part in enumerate(parts[:_MOST_LEFT_OUT]):
        name = part.partition(b"=")[0].decode("utf-8", "replace")
        mistake = Mistake("added-later", f"You sent `{name}` without hashing it: hash every parameter that you send.")
        yield Guess(b"&".join([*parts[:index], *parts[index + 1 :]]), (mistake,))
    target = request.path.encode() + b"?" + payload
    mistake = Mistake("path-signed", "You hashed the method, the path or the `?` too: hash only the text after `?`.")
    for one in (b"?" + payload, target, request.method.encode() + target, request.path.encode() + payload):
        yield Guess(one, (mistake,))
    mistake = Mistake("url-signed", "You hashed the whole URL: hash only the text after `?`.")
    host = request.headers.get("host", "").encode("utf-8", "replace")
    yield from (Guess(start + host + target, (mistake,)) for start in (b"https://", b"http://", b"") if host)
    mistake = Mistake(
        "empty-signature-signed", "You hashed an empty parameter `signature` too: add `signature` after hashing."
    )
    yield from (Guess(payload + one, (mistake,)) for one in (b"&signature=", b"&signature", b"&"))


def _with_fields(body: bytes, parts: Sequence[bytes]) -> Iterator[bytes]:
    """The query with the body's fields as further parameters, which other parts of the exchange's API sign."""
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict):
        # A lone surrogate, which JSON can carry as an escape, has no UTF-8.
        fields = urlencode(cast("Mapping[str, object]", value), errors="replace").encode().split(b"&")
        yield b"&".join([*parts, *fields])
        yield b"&".join([*fields, *parts])
        yield b"&".join(sorted([*parts, *fields]))
