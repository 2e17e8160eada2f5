"""A move as the page asks for it: an operation for one of the accounts. Answered with `{}`, or a sentence why not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from binance_c2c.sandbox.inspector.api import admin_error
from binance_c2c.sandbox.moves import MoveRefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.sandbox import Sandbox


def move(sandbox: Sandbox, content: bytes) -> tuple[int, Json]:
    """Do what `account`, `operation` and `body` say. HTTP status and answer."""
    asked = _object(content)
    if "name" in asked:
        return _beside(sandbox, asked)
    account, operation, body = (asked.get(name) for name in ("account", "operation", "body"))
    if not (isinstance(account, str) and isinstance(operation, str) and isinstance(body, dict)):
        return 400, {"error": "account, operation and body are expected"}
    try:
        answer = sandbox.act(account, operation, json.dumps(body).encode())
    except KeyError as unknown:
        return 404, {"error": f"there is no account or operation {unknown}"}
    payload = cast("Json", json.loads(answer.body))
    if payload.get("code") == "000000":
        return 200, {}
    # The exchange's no is an answer to the page's question, and no failure of it.
    return 200, {"error": str(payload.get("message") or payload.get("msg"))}


_BESIDE = {
    "appeal": {"account", "order_number"},
    "decide_appeal": {"order_number", "winner"},
    "set_reference_price": {"asset", "fiat", "price"},
}
"""The moves that the API has no operation for, and what they take."""


def _beside(sandbox: Sandbox, asked: Json) -> tuple[int, Json]:
    name, arguments = str(asked["name"]), asked.get("arguments")
    texts = cast("Json", arguments) if isinstance(arguments, dict) else {}
    if texts.keys() != _BESIDE.get(name) or not all(isinstance(text, str) for text in texts.values()):
        return 400, {"error": "a move's name and its arguments, all texts, are expected"}
    try:
        getattr(sandbox.moves, name)(**texts)
    except MoveRefusedError as refused:
        return 200, {"error": str(refused)}
    except ValueError as error:
        return 400, admin_error(str(error))
    return 200, {}


def _object(content: bytes) -> Json:
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return cast("Json", value) if isinstance(value, dict) else {}
