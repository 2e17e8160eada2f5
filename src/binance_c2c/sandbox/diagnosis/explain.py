"""Why the gateway refused a request, in words. Equal requests have equal diagnoses."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.diagnosis.signatures import Diagnosis, explain_signature
from binance_c2c.sandbox.gateway import DEFAULT_RECV_WINDOW_MS, LARGEST_AHEAD_MS, LARGEST_RECV_WINDOW_MS
from binance_c2c_sapi.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from binance_c2c.sandbox.gateway import Keyring, Query, Request

_NEAR_MS = 600_000
_WITH_BODY = {(one.method, one.path) for one in OPERATIONS.values() if one.body_schema}
_TIMESTAMP = "it has to be the time in milliseconds since 1970, as a whole number such as 1710460800000."
_UNITS: tuple[tuple[str, Callable[[int], int]], ...] = (
    ("seconds", lambda value: value * 1_000),
    ("microseconds", lambda value: value // 1_000),
    ("nanoseconds", lambda value: value // 1_000_000),
)


def diagnose(request: Request[Any], code: str, message: str, keyring: Keyring) -> Diagnosis | None:
    """The cause of a refusal with this code and message; None for one that is not about how the request was made."""
    if code in {str(refusals.KEY_MALFORMED.code), str(refusals.KEY_UNKNOWN.code)}:
        return explain_key(request.headers.get("x-mbx-apikey", ""), keyring)
    if code == str(refusals.SIGNATURE_WRONG.code):
        return explain_signature(request, keyring)
    explain = _EXPLAINED.get(code)
    return None if explain is None else explain(request, message)


def explain_key(key: str, keyring: Keyring) -> Diagnosis:
    """The reason why an API key belongs to no account."""
    if not key:
        return Diagnosis(("key-missing",), "The header `X-MBX-APIKEY` is missing: send the API key in it.")
    if key in keyring.secrets.values():
        return Diagnosis(
            ("secret-as-key",), "The header `X-MBX-APIKEY` contains an API secret: send the API key there."
        )
    if key.strip(" \"'") in keyring.owners:
        return Diagnosis(("key-quoted",), "The API key in `X-MBX-APIKEY` has quotes or spaces around it: remove them.")
    words = (
        "This sandbox does not know the API key: `binance-c2c sandbox --print-keys` prints those it has. "
        "For an RSA or Ed25519 key, upload the public key first, by `--public-key` or `register_key`."
    )
    return Diagnosis(("wrong-key",), words)


def remarks(query: Query) -> list[str]:
    """Sentences about parts of a query that this gateway accepts although Binance's documents ask for another form."""
    signature, parts = query.get("signature"), query.raw.split(b"&")
    found: list[str] = []
    if signature != signature.lower() and len(signature) == 64:  # noqa: PLR2004 - digits of SHA-256
        found.append("The signature is in upper case: accepted, though the documents write it in lower case.")
    if signature and not parts[-1].startswith(b"signature="):
        found.append("`signature` is not the last parameter: accepted, though the documents put it last.")
    return found


def _missing(request: Request[Any], message: str) -> Diagnosis | None:
    named = re.search("'([^']+)'", message)
    if named is None:
        return None
    query, name = request.query, named[1]
    if query.get(name):
        what = _TIMESTAMP if name == "timestamp" else "its value has the wrong type."
        return Diagnosis((f"{name}-malformed",), f"`{name}` is malformed: {what}")
    if name not in {"timestamp", "signature"} and (request.method, request.path) in _WITH_BODY:
        return Diagnosis(("body-field",), f"`{name}` is missing from the body, or is null.")
    words = f"The query has no `{name}`."
    other = next((other for other, _ in query.pairs if other.lower() == name.lower()), None)
    if other == name:
        words = f"`{name}` is empty."
    elif other is not None:
        words += f" It has `{other}`, but names are case-sensitive."
    elif name.encode() in request.body:
        words += " It is in the body: send it in the query, also with a POST."
    return Diagnosis((f"{name}-missing",), words)


def _duplicate(request: Request[Any], _: str) -> Diagnosis:
    words = f"`{request.query.duplicate}` is in the query more than once: send it once."
    return Diagnosis(("duplicate-parameter",), words)


def _clock(request: Request[Any], _: str) -> Diagnosis | None:
    query = request.query
    if not re.fullmatch("[0-9]{1,20}", query.get("timestamp")):
        return None
    timestamp = int(query.get("timestamp"))
    for unit, in_ms in _UNITS:
        if abs(in_ms(timestamp) - request.gateway_time_ms) < _NEAR_MS:
            return Diagnosis((f"timestamp-in-{unit}",), f"`timestamp` is in {unit}: {_TIMESTAMP}")
    ahead_ms = timestamp - request.gateway_time_ms
    if ahead_ms > 0:
        words = (
            f"`timestamp` is {ahead_ms} ms ahead of the exchange's clock: less than {LARGEST_AHEAD_MS} ms are allowed."
        )
        return Diagnosis(("timestamp-ahead",), words)
    window = query.get("recvWindow") or DEFAULT_RECV_WINDOW_MS
    words = f"`timestamp` is {-ahead_ms} ms behind the exchange's clock: `recvWindow` allows {window} ms."
    return Diagnosis(("timestamp-behind",), words)


def _recv_window(request: Request[Any], _: str) -> Diagnosis:
    value = request.query.get("recvWindow")
    words = f"`recvWindow` is {value}: it has to be a number of milliseconds, at most {LARGEST_RECV_WINDOW_MS}."
    return Diagnosis(("recv-window",), words)


def _illegal(_: Request[Any], message: str) -> Diagnosis:
    name = message.partition(": ")[2]
    if name == "clientType":
        words = "The header `clientType` is missing: C2C operations need it, so send `clientType: web`."
        return Diagnosis(("client-type-missing",), words)
    if name == "body":
        return Diagnosis(("body-unreadable",), "The body is not a JSON object.")
    words = f"`{name}` in the body is missing, of the wrong type, out of range, or unknown to this operation."
    return Diagnosis(("body-field",), words)


def _form(_: Request[Any], __: str) -> Diagnosis:
    words = "The body is a form: it has to be JSON, with `Content-Type: application/json`."
    return Diagnosis(("body-is-a-form",), words)


def _form_or_method(request: Request[Any], message: str) -> Diagnosis:
    # Both refusals have one code; the message of the second names the method.
    return _method(request, message) if message.startswith("Request method") else _form(request, message)


def _path(request: Request[Any], _: str) -> Diagnosis:
    paths = [operation.path for operation in OPERATIONS.values()]
    close = get_close_matches(request.path, paths, n=1, cutoff=0.8)
    return Diagnosis(
        ("path",), f"There is no such path. Did you mean `{close[0]}`?" if close else "There is no such path."
    )


def _method(request: Request[Any], _: str) -> Diagnosis:
    methods = " or ".join(sorted(one.method for one in OPERATIONS.values() if one.path == request.path))
    return Diagnosis(("method",), f"This path takes {methods}, not {request.method}.")


_EXPLAINED: dict[str, Callable[[Request[Any], str], Diagnosis | None]] = {
    str(refusal.code): explain
    for refusal, explain in (
        (refusals.PARAMETER_MISSING, _missing),
        (refusals.DUPLICATE_PARAMETER, _duplicate),
        (refusals.CLOCK_AHEAD, _clock),
        (refusals.ILLEGAL_CHARACTERS, _recv_window),
        (refusals.RECV_WINDOW_TOO_LONG, _recv_window),
        (refusals.ILLEGAL_PARAMETER, _illegal),
        (refusals.BODY_IS_A_FORM, _form_or_method),
        (refusals.NO_SUCH_PATH, _path),
    )
}
