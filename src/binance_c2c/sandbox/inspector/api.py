"""Admin API of the sandbox: advance the clock, plan faults, register keys, act as an account, as support or the market.

Actions are written into the journal. They are no part of the exchange's own API.
"""

from __future__ import annotations

import base64
import json
import re
from inspect import signature
from typing import TYPE_CHECKING, NamedTuple, NoReturn, cast

from binance_c2c.sandbox.faults import Fault, FaultKind
from binance_c2c.sandbox.inspector.views import moment
from binance_c2c.sandbox.moves import TRIGGERS, MoveRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.sandbox import Sandbox

    Arguments = Mapping[str, object]

_NAMED = re.compile(r"([a-z_]+): (.*)", re.DOTALL)
_WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_MOST_SHOWN = 200
_MOST_KEPT = 4_000


class Result(NamedTuple):
    """The answer to an action: an HTTP status, and JSON with `said` or with `error`."""

    status: int
    payload: Json


def control(sandbox: Sandbox, name: str, body: bytes) -> Result:
    """Carry out the action of this name, with the fields of a JSON object as arguments. Never raises.

    Status 400 for invalid arguments, 404 for an unknown name. A refusal by the exchange is status 200 with an `error`,
    because the request itself was valid.
    """
    if name not in _CONTROLS:
        return Result(404, {"error": f"one of {', '.join(_CONTROLS)} is expected, not {name[:_MOST_SHOWN]!r}"})
    arguments: Arguments = {}
    try:
        arguments = _object(body)
        payload = _CONTROLS[name](sandbox, arguments)
        result = Result(200, {"said": "Done.", **payload})
    except MoveRefusedError as refused:
        result = Result(200, {"error": str(refused), "field": refused.argument or "", "what": str(refused)})
    # A wrong type or value, a document nested too deep, or a missing extra.
    except (ValueError, TypeError, OverflowError, RecursionError, ModuleNotFoundError) as error:
        result = Result(400, _error(str(error)))
    if name not in _UNRECORDED:
        _record(sandbox, name, arguments, result.payload)
    return result


def faults(sandbox: Sandbox) -> Json:
    """The faults in force, their seed, and all kinds of faults."""
    planned = [{**one.fault.to_dict(), "happened": one.happened} for one in sandbox.faults]
    kinds = [{"name": kind, "seconds": kind.seconds, "status": kind.status} for kind in FaultKind]
    return {"seed": sandbox.faults.seed, "faults": planned, "fault_kinds": kinds}


def _record(sandbox: Sandbox, name: str, arguments: Arguments, payload: Json) -> None:
    # A private key that was sent by mistake, under whatever name, must not be kept.
    kept = {"account"} if name == "keys.register" else arguments.keys()
    shown = {key: _shorten(value) for key, value in arguments.items() if key in kept}
    refused = "error" in payload
    numbers = (payload.get("number"), shown.get("order_number"), shown.get("adv_no"))
    sandbox.journal.add_action(
        name,
        shown,
        str(payload["error" if refused else "said"]),
        at_ms=sandbox.clock.now_ms(),
        refused=refused,
        subject=next((number for number in numbers if isinstance(number, str)), None),
    )


def _shorten(value: object) -> object:
    """A value as the journal keeps it: long texts, such as pictures, are cut."""
    if not isinstance(value, str) or len(value) <= _MOST_KEPT:
        return value
    return f"{value[:_MOST_SHOWN]}… {len(value)} characters in all"


def _error(words: str) -> Json:
    """The answer to invalid arguments. If `words` begin with a field's name, that is split off."""
    named = _NAMED.fullmatch(words)
    field, what = ("", words) if named is None else named.groups()
    return {"error": words, "field": field, "what": what}


def _object(body: bytes) -> Arguments:
    value: object = json.loads(body or b"{}")
    if not isinstance(value, dict):
        message = "a JSON object is expected"
        raise TypeError(message)
    return cast("Arguments", value)


def _advance(sandbox: Sandbox, values: Arguments) -> Json:
    # Python's own message names an unknown argument or a wrong type.
    sandbox.clock.advance(**cast("dict[str, float]", values))
    now_ms = sandbox.clock.now_ms()
    return {"now_ms": now_ms, "said": f"It is {moment(now_ms)} UTC."}


def _list_faults(sandbox: Sandbox, _: Arguments) -> Json:
    return faults(sandbox)


def _add_fault(sandbox: Sandbox, values: Arguments) -> Json:
    fault = sandbox.faults.plan(Fault.of(values)).fault
    return {**faults(sandbox), "said": f"{fault.kind} is in force for {fault.operations}."}


def _clear_faults(sandbox: Sandbox, _: Arguments) -> Json:
    sandbox.faults.clear()
    return {**faults(sandbox), "said": "No fault is in force."}


def _seed(sandbox: Sandbox, values: Arguments) -> Json:
    seed = values.get("seed")
    if isinstance(seed, str) and _WHOLE.fullmatch(seed):
        seed = int(seed)
    if not isinstance(seed, int) or isinstance(seed, bool):
        _refuse("seed", "a whole number", seed)
    sandbox.faults.restart(seed)
    return {**faults(sandbox), "said": f"The seed is {seed}."}


def _register(sandbox: Sandbox, values: Arguments) -> Json:
    # As in `_advance`, Python's own message names an unknown argument.
    api_key = sandbox.register_key(**cast("dict[str, str]", values))
    return {"api_key": api_key, "said": f"The API key of this public key is {api_key}."}


def _clear_journal(sandbox: Sandbox, _: Arguments) -> Json:
    sandbox.journal.clear()
    return {}


def _list_triggers(_: Sandbox, _values: Arguments) -> Json:
    return {"triggers": [{"name": name, "about": about} for name, about in TRIGGERS.items()]}


def _trigger(sandbox: Sandbox, values: Arguments) -> Json:
    for name, value in values.items():
        if not isinstance(value, str):
            _refuse(name, "a text", value)
    # As in `_advance`, Python's own message names an unknown argument.
    done = sandbox.trigger(**cast("dict[str, str]", values))
    return {"said": " ".join(done.steps), "number": done.order_number, "steps": list(done.steps)}


def _move(name: str, said: str, **types: type) -> Callable[[Sandbox, Arguments], Json]:
    """The action that calls this method of `Sandbox.moves`. `types` are those of its parameters."""

    def carry_out(sandbox: Sandbox, values: Arguments) -> Json:
        method = getattr(sandbox.moves, name)
        try:
            signature(method).bind(**values)
        except TypeError as error:
            message = f"{error}; it takes {', '.join(types)}"
            raise TypeError(message) from None
        for key, value in values.items():
            if type(value) is not (str if types[key] is bytes else types[key]):
                _refuse(key, f"a {_JSON_TYPES[types[key]]}", value)
        given = {key: _decoded(key, str(value)) if types[key] is bytes else value for key, value in values.items()}
        result: object = method(**given)
        return {"said": said.format(result=result, **values), **({} if result is None else {"number": result})}

    return carry_out


_JSON_TYPES = {str: "text", int: "whole number", bool: "true or false", bytes: "text in base64"}


def _decoded(name: str, value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    # `ValueError` means text that is not ASCII.
    except ValueError:
        _refuse(name, "a text in base64", value)


def _refuse(name: str, expected: str, value: object) -> NoReturn:
    shown = repr(value) if isinstance(value, str) else json.dumps(value)
    message = f"{name}: {expected} is expected, not {shown[:_MOST_SHOWN]}"
    raise TypeError(message)


_CONTROLS: dict[str, Callable[[Sandbox, Arguments], Json]] = {
    "clock.advance": _advance,
    "faults.add": _add_fault,
    "faults.clear": _clear_faults,
    "faults.list": _list_faults,
    "faults.seed": _seed,
    "journal.clear": _clear_journal,
    "keys.register": _register,
    "moves.appeal": _move(
        "appeal", "{account} appealed about order {order_number}.", account=str, order_number=str, reason=str
    ),
    "moves.cancel": _move("cancel", "Order {order_number} is cancelled.", order_number=str, reason=int, text=str),
    "moves.decide_appeal": _move(
        "decide_appeal", "Order {order_number}: the {winner} gets the coins.", order_number=str, winner=str
    ),
    "moves.mark_read": _move("mark_read", "{account} has read the chat.", account=str, order_number=str),
    "moves.say": _move("say", "{account} wrote.", account=str, order_number=str, text=str),
    "moves.send_picture": _move(
        "send_picture", "{account} sent a picture.", account=str, order_number=str, picture=bytes
    ),
    "moves.send_receipt": _move(
        "send_receipt", "{account} sent a receipt.", account=str, order_number=str, amount=str, payer=str
    ),
    "moves.mark_paid": _move("mark_paid", "Order {order_number} is marked as paid.", order_number=str),
    "moves.place": _move(
        "place", "{account} placed order {result}.", account=str, adv_no=str, total_amount=str, by_amount=bool
    ),
    "moves.post_ad": _move(
        "post_ad",
        "{account} posted ad {result}.",
        **dict.fromkeys(("account", "side", "asset", "fiat", "price", "amount", "smallest", "largest"), str),
    ),
    "moves.release": _move("release", "Order {order_number}: the coins are the buyer's.", order_number=str),
    "moves.set_kyc_passed": _move("set_kyc_passed", "Done for {account}.", account=str, passed=bool),
    "moves.set_reference_price": _move(
        "set_reference_price", "{asset}/{fiat} is at {price}.", asset=str, fiat=str, price=str
    ),
    "moves.verify_kyc": _move("verify_kyc", "Order {order_number}: the taker is verified.", order_number=str),
    "moves.withdraw_appeal": _move(
        "withdraw_appeal", "{account} took back the appeal about order {order_number}.", account=str, order_number=str
    ),
    "triggers.fire": _trigger,
    "triggers.list": _list_triggers,
}
_UNRECORDED = {"faults.list", "journal.clear", "triggers.list"}
