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

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_FIREWALL_HTML = (
    "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1><p>Request blocked.</p></body></html>\n"
)
_NEW_NUMBER = 9_999


def replacement(faults: Sequence[Fault]) -> Answer | None:
    """The answer of the first fault that answers in the place of the exchange, if there is one."""
    found = (_REPLACEMENTS[fault.kind](fault) for fault in faults if fault.kind in _REPLACEMENTS)
    return next(found, None)


def alter(faults: Sequence[Fault], answer: Answer) -> Answer:
    """The exchange's answer, altered by each of the faults that alters answers."""
    for fault in faults:
        if fault.kind in _ALTERATIONS:
            answer = _ALTERATIONS[fault.kind](fault, answer)
    return answer


def delay(faults: Sequence[Fault], answer: Answer) -> Answer:
    """The answer, with the sum of the faults' delays."""
    seconds = sum(fault.seconds or 0 for fault in faults if fault.kind is FaultKind.DELAY)
    return dataclasses.replace(answer, delay=seconds) if seconds else answer


def skew_ms(faults: Sequence[Fault]) -> int:
    """The milliseconds by which the faults shift the gateway's clock."""
    return int(sum(1000 * (fault.seconds or 0) for fault in faults if fault.kind is FaultKind.SKEW))


def repeats_rows(faults: Sequence[Fault]) -> bool:
    """Whether one of the faults makes pages overlap."""
    return any(fault.kind is FaultKind.DUPLICATES for fault in faults)


def overlap_pages(payload: Json, request: Request[Any], handler: Callable[[Request[Any]], Json]) -> Json:
    """The page as if a row had been added in front of all others after the previous page was read."""
    page = request.page or 1
    if "total" not in payload or page == 1:
        return payload
    previous = handler(request.on_page(page - 1))
    rows, rows_before = cast("list[Json]", payload["data"]), cast("list[Json]", previous["data"])
    if rows or len(rows_before) == request.rows:
        # The previous page was full, so the added row has pushed its last row on to this page.
        rows = [*rows_before[-1:], *rows][: len(rows_before)]
    return {**payload, "data": rows, "total": cast("int", payload["total"]) + 1}


def _refuse(fault: Fault, why: Refusal, *details: object, headers: Mapping[str, str] = _NO_HEADERS) -> Answer:
    return json_answer(fault.status or why.status, refusal_body(RefusedError(why, *details)), headers)


def _firewall_page(fault: Fault) -> Answer:
    return Answer(fault.status or 403, {"Content-Type": "text/html"}, _FIREWALL_HTML.format(fault.status).encode())


def _too_many(fault: Fault, why: Refusal, detail: str) -> Answer:
    return _refuse(fault, why, detail, headers={"Retry-After": str(math.ceil(fault.seconds or 0))})


_REPLACEMENTS: dict[FaultKind, Callable[[Fault], Answer]] = {
    FaultKind.DROP_BEFORE: lambda _: Answer(0, {}, b"", dropped=True),
    FaultKind.ERROR_BEFORE: lambda fault: _refuse(fault, refusals.OVERLOADED),
    FaultKind.FIREWALL: _firewall_page,
    FaultKind.RATE_LIMIT: lambda fault: _too_many(fault, refusals.TOO_MANY_REQUESTS, "12000"),
    FaultKind.BAN: lambda fault: _too_many(fault, refusals.BANNED, "further notice"),
}
_ALTERATIONS: dict[FaultKind, Callable[[Fault, Answer], Answer]] = {
    FaultKind.DROP_AFTER: lambda _, answer: dataclasses.replace(answer, dropped=True),
    FaultKind.ERROR_AFTER: lambda fault, _: _refuse(fault, refusals.OUTCOME_UNKNOWN),
    FaultKind.CUT: lambda _, answer: dataclasses.replace(answer, body=answer.body[: len(answer.body) // 2]),
    FaultKind.GARBLED: lambda _, answer: dataclasses.replace(answer, body=NO_TEXT),
    FaultKind.EMPTY: lambda _, answer: dataclasses.replace(answer, status=200, body=b""),
    FaultKind.NEW_ENUM: lambda _, answer: _change_payload(answer, _with_new_values),
    FaultKind.NEW_FIELD: lambda _, answer: _change_payload(answer, _with_new_fields),
}


def _change_payload(answer: Answer, change: Callable[[object], object]) -> Answer:
    try:
        payload = json.loads(answer.body)
    except ValueError:  # An earlier fault has left no JSON.
        return answer
    return json_answer(answer.status, cast("Json", change(payload)), answer.headers)


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
    if name not in _enum_fields() or not isinstance(value, int | str) or isinstance(value, bool):
        return value
    return _NEW_NUMBER if isinstance(value, int) else NEW_WORD


@cache
def _enum_fields() -> frozenset[str]:
    """Names of the fields that have a fixed set of values in the API description."""
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
