"""How the page gets what it shows: a request as a row of the list, and in full with its diagnosis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.diagnosis import Case, Diagnosis, diagnose, expected_signature, first_difference, remarks
from binance_c2c.sandbox.gateway import Query, signature_bytes
from binance_c2c_sapi.operations import OPERATIONS

if TYPE_CHECKING:
    from binance_c2c.sandbox.gateway import Json, Keyring, PublicKey
    from binance_c2c.sandbox.journal import Record

# Every envelope opens with its code, and a cut body is still read.
_CODE = re.compile(rb'\{"code":(?:"([^"]*)"|(-?[0-9]+))')
_MESSAGE = re.compile(rb'"(?:msg|message)":"([^"]*)"')
_CONTINUATIONS = {bytes([byte]) for byte in range(0x80, 0xC0)}
"""Of UTF-8: what a character goes on with."""
_BY_TARGET = {(operation.method, operation.path): operation for operation in OPERATIONS.values()}


def row(record: Record, keyring: Keyring) -> Json:
    """What the list shows of a request."""
    operation = _BY_TARGET.get((record.method, record.path))
    code = _code(record)
    owner = keyring.owners.get(record.headers.get("x-mbx-apikey", ""))
    return {
        "number": record.number,
        "at_ms": record.at_ms,
        "status": None if record.answer.dropped else record.answer.status,
        "code": None if code is None else str(code),
        "refused": record.answer.dropped
        or record.answer.status != 200  # noqa: PLR2004 - HTTP
        or code not in {None, "000000"}
        or _found_nothing(record),
        "operation": None if operation is None else operation.id,
        "method": record.method,
        "path": record.path,
        "account": None if owner is None else owner.name,
    }


def detail(record: Record, keyring: Keyring) -> Json:
    """All there is to tell about a request."""
    found = _diagnosed(record, keyring)
    return {
        **row(record, keyring),
        "query": _text(record.query),
        "headers": dict(record.headers),
        "body": _text(record.body),
        "body_size": record.body_size,
        "answer": {
            "headers": dict(record.answer.headers),
            "body": _text(record.answer.body),
            "body_size": record.answer_size,
        },
        "signature": _signature(record, found, keyring),
        "diagnosis": None if found is None else {"kinds": found.kinds, "words": found.words, "proven": found.proven},
        "remarks": remarks(record.query),
    }


def _code(record: Record) -> str | int | None:
    found = _CODE.match(record.answer.body)
    if found is None:
        return None
    return int(found[2]) if found[1] is None else found[1].decode("utf-8", "replace")


def _diagnosed(record: Record, keyring: Keyring) -> Diagnosis | None:
    code, found = _code(record), _MESSAGE.search(record.answer.body)
    message = None if found is None else found[1].decode("utf-8", "replace")
    if _found_nothing(record):
        code, message = refusals.NOTHING_THERE.code, refusals.NOTHING_THERE.text
    if code is None or message is None:
        return None
    case = Case(
        code=code,
        message=message,
        method=record.method,
        path=record.path,
        query=record.query,
        headers=record.headers,
        body=record.body,
        now_ms=record.gate_ms,
        keyring=keyring,
    )
    diagnosis = diagnose(case)
    # The key is not here any more; what was wrong with it was seen when it came.
    return record.foreign_key if diagnosis and "wrong-key" in diagnosis.kinds else diagnosis


def _found_nothing(record: Record) -> bool:
    """Whether the path is unknown, which the exchange tells by an empty answer."""
    return (record.method, record.path) not in _BY_TARGET and record.answer.body == b"" and not record.answer.dropped


def _signature(record: Record, found: Diagnosis | None, keyring: Keyring) -> Json | None:
    operation = _BY_TARGET.get((record.method, record.path))
    if operation is None or operation.security != "signed":
        return None
    query, key = Query(record.query), record.headers.get("x-mbx-apikey", "")
    secret, public_key = keyring.secrets.get(key), keyring.public_keys.get(key)
    at = None if found is None else found.at
    hashed = None if found is None else found.hashed
    return {
        "expected": None if secret is None else expected_signature(secret, record.query),
        "got": query.get("signature") if public_key is None else _text(query.as_sent("signature")),
        "public_key": None if public_key is None else _verified(query, public_key),
        "payload": _marked(query.payload, at),
        "hashed": None if hashed is None else _marked(hashed, first_difference(hashed, query.payload)),
    }


def _verified(query: Query, key: PublicKey) -> Json:
    """What the signature was held against, and whether it is the key's."""
    signature = signature_bytes(query.as_sent("signature"))
    genuine = signature is not None and key.verifies(query.payload, signature)
    return {"kind": key.kind, "fingerprint": key.fingerprint, "genuine": genuine}


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
