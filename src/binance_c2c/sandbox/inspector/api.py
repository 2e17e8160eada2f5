"""The strings behind the exchange, pulled by JSON: its clock, faults and keys. No part of the exchange's API."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

from binance_c2c.sandbox.faults import Fault
from binance_c2c.sandbox.gateway import Answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.sandbox import Sandbox

_NAMED = re.compile(r"([a-z_]+): (.*)", re.DOTALL)
_WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)


def control(sandbox: Sandbox, name: str, body: bytes) -> Answer:
    """Do what is named, with the fields of a JSON object. Any bytes are answered: 404 for a name, 400 for a body."""
    if name not in _CONTROLS:
        return json_answer(404, {"error": f"one of {', '.join(_CONTROLS)} is expected, not {name!r}"}, {})
    try:
        return json_answer(200, _CONTROLS[name](sandbox, _object(body)), {})
    # A wrong type or value, a document nested too deep, or an extra that is not there.
    except (ValueError, TypeError, OverflowError, RecursionError, ModuleNotFoundError) as error:
        return json_answer(400, admin_error(str(error), about=name), {})


def admin_error(words: str, about: str = "") -> Json:
    """The answer to an admin request that cannot be used; where `words` name a field, with the field and the rest."""
    named = _NAMED.fullmatch(words)
    field, what = ("", words) if named is None else named.groups()
    return {"error": f"{about}: {words}" if about else words, "field": field, "what": what}


def _object(body: bytes) -> dict[str, object]:
    value: object = json.loads(body or b"{}")
    if not isinstance(value, dict):
        message = "a JSON object is expected"
        raise TypeError(message)
    return cast("dict[str, object]", value)


def _advance(sandbox: Sandbox, values: Mapping[str, object]) -> Json:
    # A name or type that does not fit is told by Python in words that name it.
    sandbox.clock.advance(**cast("dict[str, float]", values))
    return {"now_ms": sandbox.clock.now_ms()}


def _list(sandbox: Sandbox, _: Mapping[str, object]) -> Json:
    faults = [{**planned.fault.to_dict(), "happened": planned.happened} for planned in sandbox.faults]
    return {"seed": sandbox.faults.seed, "faults": faults}


def _add(sandbox: Sandbox, values: Mapping[str, object]) -> Json:
    sandbox.faults.plan(Fault.of(values))
    return _list(sandbox, values)


def _clear(sandbox: Sandbox, values: Mapping[str, object]) -> Json:
    sandbox.faults.clear()
    return _list(sandbox, values)


def _seed(sandbox: Sandbox, values: Mapping[str, object]) -> Json:
    seed = values.get("seed")
    if isinstance(seed, str) and _WHOLE.fullmatch(seed):
        seed = int(seed)
    if not isinstance(seed, int) or isinstance(seed, bool):
        message = f"seed: a whole number is expected, not {seed!r}"
        raise TypeError(message)
    sandbox.faults.restart(seed)
    return _list(sandbox, values)


def _register(sandbox: Sandbox, values: Mapping[str, object]) -> Json:
    # As in `_advance`.
    return {"api_key": sandbox.register_key(**cast("dict[str, str]", values))}


_CONTROLS: dict[str, Callable[[Sandbox, Mapping[str, object]], Json]] = {
    "clock.advance": _advance,
    "faults.add": _add,
    "faults.clear": _clear,
    "faults.list": _list,
    "faults.seed": _seed,
    "keys.register": _register,
}
