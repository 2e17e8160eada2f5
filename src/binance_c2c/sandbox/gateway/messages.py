"""What goes back over the wire: one HTTP answer, the envelopes inside it, and how money and refusals are written."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from binance_c2c.sandbox.refusals import RefusedError

Json = dict[str, object]

_NAMED = re.compile(r"([a-z_]+): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sandbox answers to one HTTP request."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    delay: float = 0.0
    """Seconds by which whoever carries it should wait first."""
    dropped: bool = False
    """Whether the connection ends instead, and nothing of this is sent."""


def answer(status: int, payload: Json, headers: Mapping[str, str]) -> Answer:
    """`payload` as JSON."""
    # A lone surrogate came in as an escape and can only leave as one; that is how this error handler spells it.
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return Answer(status, {"Content-Type": "application/json;charset=UTF-8", **headers}, body)


def complaint(words: str, about: str = "") -> Json:
    """What a console says to a request that makes no sense; and where that names a field, the field and the rest."""
    named = _NAMED.fullmatch(words)
    field, what = ("", words) if named is None else named.groups()
    return {"error": f"{about}: {words}" if about else words, "field": field, "what": what}


def done() -> Json:
    """Success, where there is nothing to say."""
    return {"code": "000000", "message": "success", "success": True}


def found(data: object) -> Json:
    """Success, and what was asked for."""
    return {"code": "000000", "message": "success", "data": data, "success": True}


def page(rows: Sequence[Json], total: int) -> Json:
    """One page of `total` rows."""
    return {"code": "000000", "message": "success", "data": list(rows), "total": total, "success": True}


def to_everybody(data: object, **total: int) -> Json:
    """Success on the website, which has another form of it."""
    return {"code": "000000", "message": None, "messageDetail": None, "data": data, **total, "success": True}


def refusal(refused: RefusedError) -> Json:
    """The body of a refusal, in the shape its code belongs to."""
    code, message = refused.refusal.code, str(refused)
    if refused.refusal.wrapped:
        return {"code": -9000, "msg": f"{code}: {message}"}
    if isinstance(code, int):
        return {"code": code, "msg": message}
    return {"code": code, "message": message, "messageDetail": None, "data": None, "success": False}


def decimals(value: Decimal, scale: int) -> str:
    """Money with a fixed number of decimals, never in exponents."""
    return f"{value:.{scale}f}"


def ticket_sizes(asset: int, currency: int, price: int) -> Json:
    """The smallest steps of numbers with that many decimals, in the older way to tell it."""
    scales = {"asset": asset, "currency": currency, "price": price}
    return {f"{name}TicketSize": f"{Decimal(1).scaleb(-scale):f}" for name, scale in scales.items()}
