"""Operations that the sandbox does not play: it answers them with the description's example, and says so.

Nothing happens because of such a call, and an answer knows nothing of what else was done in the sandbox.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from binance_c2c.sandbox.handlers.registry import HANDLERS
from binance_c2c.sandbox.refusals import PARAMETER_INVALID, InvalidValueError, MissingValueError
from binance_c2c_sapi.operations import OPERATIONS

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange
    from binance_c2c.sandbox.gateway import Json, Query, Request

MARK = "an example from the description: the sandbox does not simulate this operation"
"""The message in the envelope of such an answer."""


def fill() -> frozenset[str]:
    """Register an answer from its example for each operation that nothing was registered for, and tell which."""
    unplayed = frozenset(OPERATIONS.keys() - HANDLERS.keys())
    for operation_id in unplayed:
        HANDLERS[operation_id] = _answer
    return unplayed


def _answer(exchange: Exchange, request: Request[Any]) -> Json:
    # The strict package needs an extra, without which the sandbox can still be imported.
    from binance_c2c_strict.examples import EXAMPLES, PARAMETERS  # noqa: PLC0415

    del exchange
    parameters: dict[str, dict[str, Any]] = json.loads(PARAMETERS.get(request.operation.id, "{}"))
    for name, told in parameters.items():
        _check(request.query, name, told)
    return {**json.loads(EXAMPLES[request.operation.id]), "message": MARK}


def _check(query: Query, name: str, told: dict[str, Any]) -> None:
    """Refuse a parameter that the description forbids. The body was held to its model before."""
    value = query.whole(name) if told["type"] == "integer" else query.text(name)
    if value is None:
        if told["required"]:
            raise MissingValueError(name)
        return
    too_small = isinstance(value, int) and value < told.get("minimum", value)
    too_large = isinstance(value, int) and value > told.get("maximum", value)
    if too_small or too_large or value not in told.get("enum", [value]):
        raise InvalidValueError(name, PARAMETER_INVALID)


UNPLAYED = fill()
"""Operations that are answered from an example."""
