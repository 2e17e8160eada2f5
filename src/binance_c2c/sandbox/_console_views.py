"""How the page gets what it shows: a request as a row of the list, and in full with its diagnosis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from binance_c2c_sapi.operations import OPERATIONS

from ._case import Case, Diagnosis, first_difference
from ._diagnosis import diagnose, remarks
from ._query import Query
from ._signature import expected_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._answers import Json
    from ._journal import Record

# Every envelope opens with its code, and a cut body is still read.
_CODE = re.compile(rb'\{"code":(?:"([^"]*)"|(-?[0-9]+))')
_MESSAGE = re.compile(rb'"(?:msg|message)":"([^"]*)"')
_CONTINUATIONS = {bytes([byte]) for byte in range(0x80, 0xC0)}
"""Of UTF-8: what a character goes on with."""
_BY_TARGET = {(operation.method, operation.path): operation for operation in OPERATIONS.values()}


def row(record: Record, names: Mapping[str, str]) -> Json:
    """What the list shows of a request. `names` are the accounts' by API key."""
    operation = _BY_TARGET.get((record.method, record.path))
    code = _code(record)
    return {
        "number": record.number,
        "at_ms": record.at_ms,
        "status": None if record.answer.dropped else record.answer.status,
        "code": None if code is None else str(code),
        "refused": record.answer.dropped or record.answer.status != 200 or code not in {None, "000000"},  # noqa: PLR2004 - HTTP
        "operation": None if operation is None else operation.id,
        "method": record.method,
        "path": record.path,
        "account": names.get(record.headers.get("x-mbx-apikey", "")),
    }


def detail(record: Record, names: Mapping[str, str], secrets: Mapping[str, str]) -> Json:
    """All there is to tell about a request."""
    found = _diagnosed(record, secrets)
    return {
        **row(record, names),
        "query": _text(record.query),
        "headers": dict(record.headers),
        "body": _text(record.body),
        "body_size": record.body_size,
        "answer": {
            "headers": dict(record.answer.headers),
            "body": _text(record.answer.body),
            "body_size": record.answer_size,
        },
        "signature": _signature(record, found, secrets),
        "diagnosis": None if found is None else {"kinds": found.kinds, "words": found.words, "proven": found.proven},
        "remarks": remarks(record.query),
    }


def _code(record: Record) -> str | int | None:
    found = _CODE.match(record.answer.body)
    if found is None:
        return None
    return int(found[2]) if found[1] is None else found[1].decode("utf-8", "replace")


def _diagnosed(record: Record, secrets: Mapping[str, str]) -> Diagnosis | None:
    code, message = _code(record), _MESSAGE.search(record.answer.body)
    if code is None or message is None:
        return None
    case = Case(
        code=code,
        message=message[1].decode("utf-8", "replace"),
        method=record.method,
        path=record.path,
        query=record.query,
        headers=record.headers,
        body=record.body,
        now_ms=record.gate_ms,
        secrets=secrets,
    )
    found = diagnose(case)
    # The key is not here any more; what was wrong with it was seen when it came.
    return record.foreign_key if found and "wrong-key" in found.kinds else found


def _signature(record: Record, found: Diagnosis | None, secrets: Mapping[str, str]) -> Json | None:
    operation = _BY_TARGET.get((record.method, record.path))
    if operation is None or operation.security != "signed":
        return None
    query, secret = Query(record.query), secrets.get(record.headers.get("x-mbx-apikey", ""))
    at = None if found is None else found.at
    hashed = None if found is None else found.hashed
    return {
        "expected": None if secret is None else expected_signature(secret, record.query),
        "got": query.get("signature"),
        "payload": _marked(query.payload, at),
        "hashed": None if hashed is None else _marked(hashed, first_difference(hashed, query.payload)),
    }


def _marked(text: bytes, at: int | None) -> Json:
    """The text in three parts: before the byte that matters, the character it belongs to, and the rest."""
    if at is None:
        return {"at": None, "before": _text(text), "byte": "", "rest": ""}
    start, end = at, at + 1
    while start and text[start : start + 1] in _CONTINUATIONS:
        start -= 1
    while text[end : end + 1] in _CONTINUATIONS:
        end += 1
    return {"at": at, "before": _text(text[:start]), "byte": _text(text[start:end]), "rest": _text(text[end:])}


def _text(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")
