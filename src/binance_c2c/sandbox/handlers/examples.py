"""Operations that the sandbox does not simulate: it answers with the example of the OpenAPI description, and says so.

Such a call changes nothing, and its answer does not depend on the state of the sandbox.
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


def register_examples() -> frozenset[str]:
    """Register a handler that answers with the example, for each operation without a handler. Returns their ids."""
    missing = frozenset(OPERATIONS.keys() - HANDLERS.keys())
    for operation_id in missing:
        HANDLERS[operation_id] = _answer
    return missing


def _answer(exchange: Exchange, request: Request[Any]) -> Json:
    # The strict package needs an extra, without which the sandbox can still be imported.
    from binance_c2c_strict.examples import EXAMPLES, PARAMETERS  # noqa: PLC0415

    del exchange
    parameters: dict[str, dict[str, Any]] = json.loads(PARAMETERS.get(request.operation.id, "{}"))
    for name, schema in parameters.items():
        _check(request.query, name, schema)
    return {**json.loads(EXAMPLES[request.operation.id]), "message": MARK}


def _check(query: Query, name: str, schema: dict[str, Any]) -> None:
    """Refuse a parameter that the description forbids. The body has been validated against its model already."""
    value = query.whole(name) if schema["type"] == "integer" else query.text(name)
    if value is None:
        if schema["required"]:
            raise MissingValueError(name)
        return
    too_small = isinstance(value, int) and value < schema.get("minimum", value)
    too_large = isinstance(value, int) and value > schema.get("maximum", value)
    if too_small or too_large or value not in schema.get("enum", [value]):
        raise InvalidValueError(name, PARAMETER_INVALID)


NOT_SIMULATED = register_examples()
"""Operations that are answered from an example."""
