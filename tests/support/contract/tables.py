"""The contract's tables under `tests/contract/tables/`, typed by hand from the vendor's documents, as values.

`operations.toml` lists the operations. `calls/` has each one's arguments: what the vendor calls it (`wire`), where it
stands (`query = true`, else in the body), what to give (`give`), what must leave (`sent`, where that differs), whether
the operation demands it (`required`) and what leaves when it is not given (`unasked`). `answers/` has an answer of each
operation, what it must `read` as by dotted paths, and where the `members` of sets stand; `answers_that_disagree.toml`
has others that were seen. `fields.toml` lists every field of every object that the documents name, and
`required.toml` the ones that no answer is without.

A value that TOML has no word for is a table: `{none = true}`, `{decimal = "1.5"}`, `{member = "TradeType.BUY"}`,
`{member = "Classify", of = "2"}` for a word that is not listed, `{model = "AdTradeMethodRequest", …}`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from binance_c2c_sapi import models
from tests.support.contract.calls import Answer, Request

TABLES = Path(__file__).parents[2] / "contract" / "tables"
EXCHANGE, WEBSITE = "api.binance.com", "p2p.binance.com"


class Row(NamedTuple):
    """One operation."""

    name: str
    """`resource.method`."""
    method: str
    path: str
    security: str
    effect: str
    extent: str
    client: str
    answer: str
    family: str
    signed_in: str
    """The order of the query when it is signed: `sorted` by name, or as `given`."""

    @property
    def host(self) -> str:
        """Who serves it."""
        return WEBSITE if self.path.startswith("/bapi/") else EXCHANGE


class Fields(NamedTuple):
    """The fields of one object in an answer."""

    operation: str
    wire: str
    """The path of the object on the wire."""
    python: str
    """The path of the object in the value."""
    names: str


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((TABLES / name).read_text(encoding="utf-8"))


def _by_operation(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each operation its table, from a folder with one file for each resource."""
    for path in sorted((TABLES / folder).glob("*.toml")):
        for method, entry in _load(f"{folder}/{path.name}").items():
            yield f"{path.stem}.{method}", entry


def _rows() -> Iterator[Row]:
    for name, family in _LISTED["families"].items():
        for line in family["operations"].strip().splitlines():
            row = Row._make([*line.split(), name, family["signed_in"]])
            yield row if row.path.startswith("/") else row._replace(path=family["under"] + row.path)


def _value(node: Any) -> Any:
    """A value of a table in Python."""
    match node:
        case {"none": True}:
            return None
        case {"decimal": digits}:
            return Decimal(digits)
        case {"member": name, "of": value}:
            return getattr(models, name)(value)
        case {"member": name}:
            kind, _, member = name.partition(".")
            return getattr(models, kind)[member]
        case {"model": name}:
            return getattr(models, name)(**{str(key): part for key, part in node.items() if key != "model"})
        case dict():
            return {key: _value(part) for key, part in node.items()}
        case list():
            return [_value(part) for part in node]
        case _:
            return node


def _call(name: str, arguments: Mapping[str, Any], *, everything: bool) -> Request:
    """The operation called with all its arguments, or only with the required ones."""
    given: dict[str, Any] = {}
    query: dict[str, str] = {}
    body: dict[str, Any] = {}
    for python, told in arguments.items():
        if everything or told.get("required"):
            given[python] = _value(told["give"])
            sent = _value(told.get("sent", told["give"]))
        elif "unasked" in told:
            sent = _value(told["unasked"])
        else:
            continue
        wire = told.get("wire", python)
        if told.get("query"):
            query[wire] = str(sent)
        else:
            body[wire] = sent
    has_body = any(not told.get("query") for told in arguments.values())
    return Request(name, given, query, body if has_body else None)


def _answer(operation: str, entry: Mapping[str, Any]) -> Answer:
    told = {path: _value(value) for path, value in entry.get("reads", {}).items()}
    return Answer(operation, entry["text"], told, entry.get("members", {}))


def _fields() -> Iterator[Fields]:
    for operation, objects in _NAMED["objects"].items():
        for wire, told in objects.items():
            steps = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", step).lower() for step in wire.split(".")]
            python = ".".join(steps).removeprefix("data").removeprefix(".")
            names = told if isinstance(told, str) else told["names"]
            python = python if isinstance(told, str) else told["python"]
            lists: Mapping[str, str] = _NAMED["lists"]
            spelled = " ".join(lists[word[1:]] if word.startswith("$") else word for word in names.split())
            yield Fields(operation, wire, python, spelled)


_LISTED = _load("operations.toml")
_NAMED = _load("fields.toml")
_CALLS = dict(_by_operation("calls"))

TABLE = {row.name: row for row in _rows()}
FAMILIES: Mapping[str, Mapping[str, Any]] = _LISTED["families"]
DOCUMENTED_WEIGHTS: Mapping[str, int] = _LISTED["weights"]
PAGES: Mapping[str, Mapping[str, int]] = _LISTED["pages"]
FULL = tuple(_call(name, arguments, everything=True) for name, arguments in _CALLS.items() if arguments)
"""Each operation that has arguments, called with all of them."""
MINIMAL = tuple(_call(name, arguments, everything=False) for name, arguments in _CALLS.items())
"""Each operation, called with its required arguments."""
ANSWERS = {name: _answer(name, entry) for name, entry in _by_operation("answers")}
DISAGREEING = {name: _answer(entry["operation"], entry) for name, entry in _load("answers_that_disagree.toml").items()}
"""Where the sources disagree: the other answer that was seen, and the values that it must be read as."""
FIELDS = tuple(_fields())
REQUIRED: Mapping[str, frozenset[str]] = {
    name: frozenset(wires.split()) for name, wires in _load("required.toml").items()
}
"""For each model, the fields that every answer has."""
NUMBERS = frozenset(_NAMED["numbers"].split())
"""Money, rates and quantities: a `Decimal`, whether they come as a string, as recorded, or as a number."""
TIMES = frozenset(_NAMED["times"].split())
"""Moments, which come as milliseconds since 1970. `advConfirmTime` and the filters are durations and sets."""
