"""Why the gate refused a request, in words. A pure function: the same request has the same diagnosis."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.diagnosis.case import Case, Diagnosis
from binance_c2c.sandbox.diagnosis.key_signatures import explain_key_signature, signed_by_another
from binance_c2c.sandbox.diagnosis.signatures import explain_signature
from binance_c2c.sandbox.gateway import DEFAULT_RECV_WINDOW_MS, LARGEST_AHEAD_MS, LARGEST_RECV_WINDOW_MS, Query
from binance_c2c_sapi.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from binance_c2c.sandbox.gateway import Keyring

_NEAR_MS = 600_000
_WITH_BODY = {(one.method, one.path) for one in OPERATIONS.values() if one.body_schema}
_TIMESTAMP = "it is the time in milliseconds since 1970, as a whole number such as 1710460800000."
_UNITS: tuple[tuple[str, Callable[[int], int]], ...] = (
    ("seconds", lambda value: value * 1_000),
    ("microseconds", lambda value: value // 1_000),
    ("nanoseconds", lambda value: value // 1_000_000),
)


def diagnose(case: Case) -> Diagnosis | None:
    """The cause of a refusal; None for one that is not about how the request was made."""
    explain = _EXPLAINED.get(case.code)
    return None if explain is None else explain(case)


def explain_key(key: str, keyring: Keyring) -> Diagnosis:
    """What is wrong with a key that is none of the accounts'."""
    if not key:
        return Diagnosis(("key-missing",), "There is no header `X-MBX-APIKEY`: it carries the API key.")
    if key in keyring.secrets.values():
        return Diagnosis(("secret-as-key",), "The header `X-MBX-APIKEY` carries an API secret: the key belongs there.")
    if key.strip(" \"'") in keyring.owners:
        return Diagnosis(("key-quoted",), "There are quotes or spaces around the API key.")
    words = (
        "The API key is none of this sandbox's: `binance-c2c sandbox --print-keys` prints those. "
        "That of a public key is valid once the key was uploaded, by `--public-key` or `register_key`."
    )
    return Diagnosis(("wrong-key",), words)


def remarks(query: bytes) -> list[str]:
    """What this gateway accepts, and a stricter reader of the documents might not."""
    signature, parts = Query(query).get("signature"), query.split(b"&")
    told: list[str] = []
    if signature != signature.lower() and len(signature) == 64:  # noqa: PLR2004 - digits of SHA-256
        told.append("The signature is in capitals: accepted, though the documents write it in lower case.")
    if signature and not parts[-1].startswith(b"signature="):
        told.append("`signature` is not the last parameter: accepted, though the documents put it last.")
    return told


def _key(case: Case) -> Diagnosis:
    return explain_key(case.headers.get("x-mbx-apikey", ""), case.keyring)


def _signature(case: Case) -> Diagnosis:
    another = signed_by_another(case)
    if another is not None:
        return another
    key = case.keyring.public_keys.get(case.headers.get("x-mbx-apikey", ""))
    return explain_signature(case) if key is None else explain_key_signature(case, key)


def _missing(case: Case) -> Diagnosis | None:
    named = re.search("'([^']+)'", case.message)
    if named is None:
        return None
    query, name = Query(case.query), named[1]
    if query.get(name):
        what = _TIMESTAMP if name == "timestamp" else "its value is not of the kind that is asked for."
        return Diagnosis((f"{name}-malformed",), f"`{name}` cannot be read: {what}")
    if name not in {"timestamp", "signature"} and (case.method, case.path) in _WITH_BODY:
        return Diagnosis(("body-field",), f"The body has no `{name}`, or it is null.")
    words = f"The query has no `{name}`."
    other = next((other for other, _ in query.pairs if other.lower() == name.lower()), None)
    if other == name:
        words = f"`{name}` is empty."
    elif other is not None:
        words += f" It has `{other}`: names are case-sensitive."
    elif name.encode() in case.body:
        words += " It stands in the body: of a POST, too, it goes into the query."
    return Diagnosis((f"{name}-missing",), words)


def _duplicate(case: Case) -> Diagnosis:
    words = f"`{Query(case.query).duplicate}` came more than once: which of the values is meant cannot be told."
    return Diagnosis(("duplicate-parameter",), words)


def _clock(case: Case) -> Diagnosis | None:
    query = Query(case.query)
    if not re.fullmatch("[0-9]{1,20}", query.get("timestamp")):
        return None
    timestamp = int(query.get("timestamp"))
    for unit, in_ms in _UNITS:
        if abs(in_ms(timestamp) - case.now_ms) < _NEAR_MS:
            return Diagnosis((f"timestamp-in-{unit}",), f"`timestamp` is in {unit}: {_TIMESTAMP}")
    ahead_ms = timestamp - case.now_ms
    if ahead_ms > 0:
        words = (
            f"`timestamp` is {ahead_ms} ms ahead of the exchange's clock: it has to be less than {LARGEST_AHEAD_MS}."
        )
        return Diagnosis(("timestamp-ahead",), words)
    window = query.get("recvWindow") or DEFAULT_RECV_WINDOW_MS
    words = f"`timestamp` is {-ahead_ms} ms behind the exchange's clock: `recvWindow` allows {window}."
    return Diagnosis(("timestamp-behind",), words)


def _recv_window(case: Case) -> Diagnosis:
    value = Query(case.query).get("recvWindow")
    words = f"`recvWindow` is {value}: it is a number of milliseconds, of at most {LARGEST_RECV_WINDOW_MS}."
    return Diagnosis(("recv-window",), words)


def _illegal(case: Case) -> Diagnosis:
    name = case.message.partition(": ")[2]
    if name == "clientType":
        words = "There is no header `clientType`: C2C operations ask for it, and `clientType: web` will do."
        return Diagnosis(("client-type-missing",), words)
    if name == "body":
        return Diagnosis(("body-unreadable",), "The body is not a JSON object.")
    words = f"`{name}` in the body is missing, not of its type, out of its range, or unknown to this operation."
    return Diagnosis(("body-field",), words)


def _form(_: Case) -> Diagnosis:
    words = "The body is a form: it has to be JSON, with `Content-Type: application/json`."
    return Diagnosis(("body-is-a-form",), words)


def _form_or_method(case: Case) -> Diagnosis:
    # One code for both; the message of the second names the method.
    return _method(case) if case.message.startswith("Request method") else _form(case)


def _path(case: Case) -> Diagnosis:
    paths = [operation.path for operation in OPERATIONS.values()]
    close = get_close_matches(case.path, paths, n=1, cutoff=0.8)
    return Diagnosis(("path",), f"There is no such path. Is `{close[0]}` meant?" if close else "There is no such path.")


def _method(case: Case) -> Diagnosis:
    methods = " or ".join(sorted(one.method for one in OPERATIONS.values() if one.path == case.path))
    return Diagnosis(("method",), f"This path takes {methods}, not {case.method}.")


_EXPLAINED: dict[int | str, Callable[[Case], Diagnosis | None]] = {
    codes.KEY_MALFORMED.code: _key,
    codes.KEY_UNKNOWN.code: _key,
    codes.PARAMETER_MISSING.code: _missing,
    codes.DUPLICATE_PARAMETER.code: _duplicate,
    codes.CLOCK_AHEAD.code: _clock,
    codes.ILLEGAL_CHARACTERS.code: _recv_window,
    codes.RECV_WINDOW_TOO_LONG.code: _recv_window,
    codes.SIGNATURE_WRONG.code: _signature,
    codes.ILLEGAL_PARAMETER.code: _illegal,
    codes.BODY_IS_A_FORM.code: _form_or_method,
    codes.NO_SUCH_PATH.code: _path,
}
