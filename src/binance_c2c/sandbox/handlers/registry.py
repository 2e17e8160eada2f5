"""The registry of operation handlers: `handler(exchange, request)` gives the JSON of the answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from binance_c2c.sandbox.refusals import FieldRefusedError
from binance_c2c_sapi.operations import OPERATIONS

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange
    from binance_c2c.sandbox.gateway import Json, Request

Handler = Callable[["Exchange", "Request[Any]"], "Json"]

HANDLERS: dict[str, Handler] = {}
"""The handlers by operation id. One that needs a key finds its caller in `request.account`."""


def private(operation_id: str, **wire_names: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation that needs a key.

    `wire_names` maps the exchange's names of values that it may refuse to their wire names.
    """
    return _register(operation_id, wire_names, needs_key=True)


def public(operation_id: str, **wire_names: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation that needs no key. `wire_names` is as for `private`."""
    return _register(operation_id, wire_names, needs_key=False)


def _register(operation_id: str, wire_names: dict[str, str], *, needs_key: bool) -> Callable[[Handler], Handler]:
    if needs_key != (OPERATIONS[operation_id].security != "none"):
        message = f"{operation_id}: whether it needs a key differs from the description"
        raise ValueError(message)

    def register(handler: Handler) -> Handler:
        HANDLERS[operation_id] = _with_wire_names(handler, wire_names) if wire_names else handler
        return handler

    return register


def _with_wire_names(handler: Handler, wire_names: dict[str, str]) -> Handler:
    @wraps(handler)
    def named(exchange: Exchange, request: Request[Any]) -> Json:
        try:
            return handler(exchange, request)
        except FieldRefusedError as refused:
            raise refused.renamed(wire_names.get(refused.name, refused.name)) from None

    return named
