"""The effects of faults on an answer: they replace, alter or delay it."""

from __future__ import annotations

import dataclasses
import json
import math
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast, get_args

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.faults import NEW_FIELD, NEW_WORD, NO_TEXT, Fault, FaultKind
from binance_c2c.sandbox.gateway.messages import Answer, json_answer, refusal_body
from binance_c2c.sandbox.gateway.validation import require_extra
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from binance_c2c.sandbox.gateway.messages import Json, Request
    from binance_c2c.sandbox.refusals import Refusal

_NONE: Mapping[str, str] = MappingProxyType({})
_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1><p>Request blocked.</p></body></html>\n"
)
_NEW_NUMBER = 9_999


def replacement(faults: Sequence[Fault]) -> Answer | None:
    """The answer that a fault gives without letting the exchange act, if one of the faults does so."""
    found = (_REPLACEMENTS[fault.kind](fault) for fault in faults if fault.kind in _REPLACEMENTS)
    return next(found, None)


def alter(faults: Sequence[Fault], acted: Answer) -> Answer:
    """The answer with every fault applied that alters answers."""
    for fault in faults:
        if fault.kind in _ALTERED:
            acted = _ALTERED[fault.kind](fault, acted)
    return acted


def delay(faults: Sequence[Fault], answered: Answer) -> Answer:
    """The answer with the delay that the faults add up to."""
    seconds = sum(fault.seconds or 0 for fault in faults if fault.kind is FaultKind.DELAY)
    return dataclasses.replace(answered, delay=seconds) if seconds else answered


def skew_ms(faults: Sequence[Fault]) -> int:
    """The milliseconds by which the faults set the gateway's clock wrong."""
    return int(sum(1000 * (fault.seconds or 0) for fault in faults if fault.kind is FaultKind.SKEW))


def repeats_rows(faults: Sequence[Fault]) -> bool:
    """Whether pages overlap."""
    return any(fault.kind is FaultKind.DUPLICATES for fault in faults)


def overlap_pages(payload: Json, request: Request[Any], handler: Callable[[Request[Any]], Json]) -> Json:
    """The page as if a row had been put in front of all others since the page before was read."""
    page = request.page or 1
    if "total" not in payload or page == 1:
        return payload
    earlier = handler(request.on_page(page - 1))
    rows, rows_before = cast("list[Json]", payload["data"]), cast("list[Json]", earlier["data"])
    if rows or len(rows_before) == request.rows:
        # That page was full, so the row in front of all has pushed its last one on to this page.
        rows = [*rows_before[-1:], *rows][: len(rows_before)]
    return {**payload, "data": rows, "total": cast("int", payload["total"]) + 1}


def _refused(fault: Fault, why: Refusal, *details: object, headers: Mapping[str, str] = _NONE) -> Answer:
    return json_answer(fault.status or why.status, refusal_body(RefusedError(why, *details)), headers)


def _page(fault: Fault) -> Answer:
    return Answer(fault.status or 403, {"Content-Type": "text/html"}, _PAGE.format(fault.status).encode())


def _too_many(fault: Fault, why: Refusal, detail: str) -> Answer:
    return _refused(fault, why, detail, headers={"Retry-After": str(math.ceil(fault.seconds or 0))})


_REPLACEMENTS: dict[FaultKind, Callable[[Fault], Answer]] = {
    FaultKind.DROP_BEFORE: lambda _: Answer(0, {}, b"", dropped=True),
    FaultKind.ERROR_BEFORE: lambda fault: _refused(fault, refusals.OVERLOADED),
    FaultKind.FIREWALL: _page,
    FaultKind.RATE_LIMIT: lambda fault: _too_many(fault, refusals.TOO_MANY_REQUESTS, "12000"),
    FaultKind.BAN: lambda fault: _too_many(fault, refusals.BANNED, "further notice"),
}
_ALTERED: dict[FaultKind, Callable[[Fault, Answer], Answer]] = {
    FaultKind.DROP_AFTER: lambda _, acted: dataclasses.replace(acted, dropped=True),
    FaultKind.ERROR_AFTER: lambda fault, _: _refused(fault, refusals.OUTCOME_UNKNOWN),
    FaultKind.CUT: lambda _, acted: dataclasses.replace(acted, body=acted.body[: len(acted.body) // 2]),
    FaultKind.GARBLED: lambda _, acted: dataclasses.replace(acted, body=NO_TEXT),
    FaultKind.EMPTY: lambda _, acted: dataclasses.replace(acted, status=200, body=b""),
    FaultKind.NEW_ENUM: lambda _, acted: _reworded(acted, _with_new_values),
    FaultKind.NEW_FIELD: lambda _, acted: _reworded(acted, _with_new_fields),
}


def _reworded(acted: Answer, change: Callable[[object], object]) -> Answer:
    try:
        payload = json.loads(acted.body)
    except ValueError:  # An earlier fault has changed this answer already.
        return acted
    return json_answer(acted.status, cast("Json", change(payload)), acted.headers)


def _with_new_fields(value: object) -> object:
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        return {**{name: _with_new_fields(part) for name, part in items}, NEW_FIELD: {"since": "tomorrow"}}
    return [_with_new_fields(part) for part in cast("list[object]", value)] if isinstance(value, list) else value


def _with_new_values(value: object, name: str = "") -> object:
    if isinstance(value, dict):
        return {key: _with_new_values(part, key) for key, part in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_with_new_values(part, name) for part in cast("list[object]", value)]
    if name not in _enumerated() or not isinstance(value, int | str) or isinstance(value, bool):
        return value
    return _NEW_NUMBER if isinstance(value, int) else NEW_WORD


@cache
def _enumerated() -> frozenset[str]:
    """Names of fields that the description gives a fixed set of values."""
    with require_extra():
        from pydantic import BaseModel  # noqa: PLC0415

    from binance_c2c_strict import models  # noqa: PLC0415

    found = (value for value in vars(models).values() if isinstance(value, type) and issubclass(value, BaseModel))
    return frozenset(
        field.alias or name
        for model in found
        for name, field in model.model_fields.items()
        if any(isinstance(part, type) and issubclass(part, Enum) for part in _parts(field.annotation))
    )


def _parts(annotation: Any) -> list[Any]:
    inner = get_args(annotation)
    return [annotation] if not inner else [part for one in inner for part in _parts(one)]
