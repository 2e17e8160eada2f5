"""Results of operations for the answers in the contract's tables, and variations of such answers."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from importlib import import_module
from typing import Any

import attrs
import httpx

from binance_c2c import C2CClient, Page, RetryPolicy, models
from binance_c2c_runtime import Call, epoch_ms, shapes
from tests.support.clients import Kind, run
from tests.support.contract.calls import EXCHANGE, Answer, Path, act
from tests.support.contract.tables import MINIMAL, REQUIRED, TABLE

# No retries: each call gets exactly one of the answers.
ONCE = RetryPolicy(attempts=1)

_ARGUMENTS = {request.operation: request.arguments for request in MINIMAL}
_HOLE = "here the other value goes"


def built(operation: str) -> Call[Any]:
    """A call of the operation, with only its required arguments."""
    resource, _, method = operation.rpartition(".")
    module = import_module(f"binance_c2c_sapi.resources.{resource.replace('.', '_')}")
    build = getattr(module, f"build_{method}")
    call: Call[Any] = build(**_ARGUMENTS[operation])
    return call


def read(operation: str, *texts: str, kind: Kind = C2CClient) -> list[Any]:
    """The results of an operation for several answers; an error of the SDK is a result, any other fails the test."""
    pending = list(texts)

    def exchange(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=pending.pop(0))

    acts = [act(operation, _ARGUMENTS[operation])] * len(texts)
    try:
        results = run(kind, EXCHANGE, *acts, http=httpx.MockTransport(exchange), retry=ONCE)
    except Exception as error:
        error.add_note(f"{operation} was answered {texts[len(texts) - len(pending) - 1]}")
        raise
    assert [] == pending
    return results


def required_as_described() -> dict[str, set[str]]:
    """For each model of an answer, the wire names of the fields that the description requires, if there are any."""
    found = {
        name: {model.NAMES[field.name] for field in attrs.fields(model) if field.default is attrs.NOTHING}
        for name in models.__all__
        if hasattr(model := getattr(models, name), "from_dict") and not name.endswith(("Request", "ToSend"))
    }
    return {name: wires for name, wires in found.items() if wires}


def wire_form(value: Any) -> Any:
    """A value in the form that it has on the wire."""
    match value:
        case Page() | list():
            rows: Iterable[Any] = value
            return [wire_form(row) for row in rows]
        case Decimal():
            return format(value, "f")
        case datetime():
            return epoch_ms(value)
        case Enum():
            return value.value
        case _:
            return value.to_dict() if hasattr(value, "to_dict") else value


def as_it_came(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths on the wire of all parts of a value that have no type in the description."""
    if isinstance(value, (Page, list)):
        rows: Iterable[Any] = value
        for number, row in enumerate(rows):
            yield from as_it_came(row, (*path, number))
    for field in shapes.READERS[type(value)].fields if type(value) in shapes.READERS else ():
        if field.kind is shapes.ANY:
            yield (*path, field.wire)
        else:
            yield from as_it_came(getattr(value, field.python), (*path, field.wire))


def moments(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths on the wire of all times in a value."""
    if isinstance(value, datetime):
        yield path
    if isinstance(value, (Page, list)):
        rows: Iterable[Any] = value
        for number, row in enumerate(rows):
            yield from moments(row, (*path, number))
    for python, wire in getattr(value, "NAMES", {}).items():
        yield from moments(getattr(value, python), (*path, wire))


def payload(text: str) -> Any:
    """`data` of an answer; the answer itself where there is no envelope."""
    document = json.loads(text, parse_float=Decimal)
    return document.get("data") if "code" in document else document


def plain(value: Any) -> Any:
    """JSON in the spelling that `to_dict` uses: decimals as strings of digits, and no keys of null values."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return str(value) if isinstance(value, Decimal) else value


def required_places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths on the wire of all parts of a value that every answer has."""
    if isinstance(value, (Page, list)):
        rows: Iterable[Any] = value
        for number, row in enumerate(rows):
            yield from required_places(row, (*path, number))
    reader = shapes.READERS.get(type(value))
    # For models that the table does not list, the description says what is required.
    described = frozenset(field.wire for field in reader.fields if field.required) if reader else frozenset[str]()
    for python, wire in getattr(value, "NAMES", {}).items():
        if wire in REQUIRED.get(type(value).__name__, described):
            yield (*path, wire)
        yield from required_places(getattr(value, python), (*path, wire))


def parts(answer: Answer) -> list[tuple[Path, Any]]:
    """Every value in an answer's payload with its path, the outermost first."""
    enveloped = TABLE[answer.operation].answer == "envelope"
    found = payload(answer.text)
    return [] if found is None else list(_parts(found, ("data",) if enveloped else ()))


def _parts(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _parts(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _parts(part, (*path, index))


def leaves(answer: Answer) -> list[tuple[Path, Any]]:
    """The values in an answer's payload that contain no others, with their paths."""
    return [(path, value) for path, value in parts(answer) if not isinstance(value, (dict, list))]


def bent(answer: Answer, changes: Mapping[Path, str]) -> str:
    """The answer with other JSON at some paths, which may be new, in the given spelling: 1e3 stays 1e3."""
    document = json.loads(answer.text)
    for number, path in enumerate(changes):
        holder = document
        for step in path[:-1]:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        holder[path[-1]] = f"{_HOLE} {number}."
    text = json.dumps(document)
    for number, token in enumerate(changes.values()):
        text = text.replace(f'"{_HOLE} {number}."', token, 1)
    return text


def swapped(value: Any) -> str | None:
    """A value in another spelling: a number as its digits, digits as a number, a flag as 0 or 1.

    None if there is no other: a number has no leading zeros, so digits that begin with a zero cannot become one.
    """
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, Decimal)):
        return f'"{value}"'
    if isinstance(value, str) and value.removeprefix("-").replace(".", "", 1).isdecimal():
        whole = value.removeprefix("-").partition(".")[0]
        return value if len(whole) == 1 or not whole.startswith("0") else None
    return None
