"""A request as text to paste elsewhere: a curl command for a shell, or a call of this SDK in Python."""

from __future__ import annotations

import json
import re
from datetime import datetime
from keyword import iskeyword
from shlex import quote
from typing import TYPE_CHECKING, Any, cast

from binance_c2c_sapi.operations import OPERATIONS

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Account
    from binance_c2c.sandbox.gateway import Json, Keyring, Request

_BY_TARGET = {(operation.method, operation.path): operation for operation in OPERATIONS.values()}
_SIGNER_OWNS = {"timestamp", "signature", "recvWindow"}
_PYTHON_NAMES = {
    "fiatUnit": "fiat",
    "fiatCurrency": "fiat",
    "adsNo": "adv_no",
    "advOrderNumber": "adv_no",
    "adOrderNo": "order_number",
    "orderNo": "order_number",
    "orderNoList": "order_numbers",
    "startDate": "start",
    "startTime": "start",
    "startTimestamp": "start",
    "endDate": "end",
    "endTime": "end",
    "endTimestamp": "end",
}
"""Argument names of the SDK that are not just the wire name in snake case."""
_OTHER_NAMES = {
    ("orders.can_place", "adOrderNo"): "adv_no",
    ("payment_methods.get", "id"): "pay_id",
    ("chat.messages", "id"): "before_id",
    ("market.short_ads", "tradeMethodIdentifiers"): "trade_method_identifier",
}
"""Argument names that hold for one operation only."""
_WHOLE = {"limit", "page", "pay_id", "rows"}
"""Arguments that are integers in the SDK, while a query has only text."""
_WHOLE_TEXT = re.compile(r"[0-9]{1,15}", re.ASCII)
_SENT_BY_SDK = {"origin"}
"""Fields that are no arguments in the SDK, which sends them by itself."""


def as_curl(request: Request[Any], base_url: str, keyring: Keyring) -> str:
    """The request as a command for a POSIX shell.

    A request with an API secret of this sandbox gets a new timestamp, by the exchange's clock, and a new signature
    whenever the command runs, since signatures are valid for seconds only. Any other request is as it was sent.
    """
    secret = keyring.secrets.get(request.headers.get("x-mbx-apikey", ""))
    operation = _BY_TARGET.get((request.method, request.path))
    target = f"{base_url}{request.path}"
    options = [f"-X {request.method}"] if request.method not in {"GET", "POST"} or not request.body else []
    options += [f"-H {quote(f'{name}: {value}')}" for name, value in request.headers.items() if name != "host"]
    if request.body:
        options.append(f"--data-raw {quote(request.body.decode('utf-8', 'backslashreplace'))}")
    if secret is None or operation is None or operation.security != "signed":
        query = request.query.raw.decode("utf-8", "backslashreplace")
        return " ".join(["curl", "-sS", *options, quote(target + ("?" + query if query else ""))])
    kept = [part for part in request.query.payload.split(b"&") if part.partition(b"=")[0] not in {b"", b"timestamp"}]
    start = b"".join(part + b"&" for part in kept).decode("utf-8", "backslashreplace")
    return "\n".join(
        [
            f"now=$(curl -sS {quote(f'{base_url}/api/v3/time')} | tr -cd 0-9)",
            f'query={quote(start)}"timestamp=$now"',
            f"signature=$(printf %s \"$query\" | openssl dgst -sha256 -hmac {quote(secret)} | sed 's/.*= //')",
            " ".join(["curl", "-sS", *options, f'{quote(target)}"?$query&signature=$signature"']),
        ]
    )


def as_python(request: Request[Any], base_url: str, account: Account | None) -> str | None:
    """The request as a call of `C2CClient`; None if the path is unknown or the body is not a JSON object."""
    operation = _BY_TARGET.get((request.method, request.path))
    try:
        body: object = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        return None
    if operation is None or not isinstance(body, dict):
        return None
    query = {
        name: int(text)
        if _OTHER_NAMES.get((operation.id, name), name) in _WHOLE and _WHOLE_TEXT.fullmatch(text)
        else text
        for name, text in request.query.pairs
        if name not in _SIGNER_OWNS
    }
    sent = {name: value for name, value in {**query, **cast("Json", body)}.items() if name not in _SENT_BY_SDK}
    names = {name: _OTHER_NAMES.get((operation.id, name)) or _PYTHON_NAMES.get(name) or _snake(name) for name in sent}
    if not all(name.isidentifier() and not iskeyword(name) for name in names.values()):
        return None
    arguments = [f"{names[name]}={_literal(name, value)}" for name, value in sent.items()]
    key = None if account is None else account.key
    settings = [] if key is None else [f"api_key={key.api_key!r}", f"api_secret={key.api_secret!r}"]
    settings.append(f"base_url={base_url!r}")
    lines = ["from binance_c2c import C2CClient"]
    if any("datetime." in argument for argument in arguments):
        lines.insert(0, "from datetime import UTC, datetime\n")
    lines += ["", f"with C2CClient({', '.join(settings)}) as client:"]
    lines.append(f"    print(client.{operation.id}({', '.join(arguments)}))")
    return "\n".join(lines)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


def _literal(name: str, value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_literal('', part) for part in cast('list[object]', value))}]"
    if isinstance(value, dict):
        parts = cast("Json", value).items()
        return f"{{{', '.join(f'{_snake(key)!r}: {_literal(key, part)}' for key, part in parts)}}}"
    if _PYTHON_NAMES.get(name) in {"start", "end"}:
        return _moment(value)
    return repr(value)


def _moment(value: object) -> str:
    text = str(value)
    if _WHOLE_TEXT.fullmatch(text):
        return f"datetime.fromtimestamp({int(text) / 1000!r}, UTC)"
    try:
        return f"datetime.fromisoformat({datetime.fromisoformat(text).isoformat()!r})"
    except ValueError:
        return repr(value)
