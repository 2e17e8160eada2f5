"""Validation of request bodies by the strict models of the description. Any bytes are either accepted or refused."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, cast

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.refusals import InvalidValueError, MissingValueError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Generator

    from pydantic import BaseModel, ValidationError

    from binance_c2c.sandbox.gateway.messages import Request

_DISTRIBUTIONS = {"PIL", "cryptography", "pydantic", "starlette", "uvicorn", "websockets"}
_LARGEST = 10**18


@contextmanager
def require_extra() -> Generator[None]:
    """Around imports of packages that the extra `[sandbox]` installs: a missing one is told with its cure."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _DISTRIBUTIONS:
            raise
        message = f'the sandbox needs {missing}, which is not installed: pip install "binance-c2c[sandbox]"'
        raise ModuleNotFoundError(message, name=missing) from error


class Validator:
    """Validates bodies. Making one imports pydantic and every model."""

    def __init__(self) -> None:
        with require_extra():
            from pydantic import ValidationError  # noqa: PLC0415

            from binance_c2c_strict import models  # noqa: PLC0415
        self._models = models
        self._validation_error = ValidationError

    def validate(self, request: Request[Any]) -> None:
        """Set the request's model, or refuse it by the name of a field that is missing or wrong."""
        schema = request.operation.body_schema
        if _wants_client_type(request) and not request.headers.get("clienttype"):
            raise InvalidValueError("clientType")
        # Where the description has no body, clients send nothing or `{}`.
        if schema is None:
            request.model = None
            return
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise RefusedError(refusals.BODY_IS_A_FORM)
        model = cast("type[BaseModel]", getattr(self._models, schema))
        try:
            request.model = model.model_validate(_json(request.body))
        except self._validation_error as error:
            raise _first(error) from None
        except (ValueError, RecursionError):
            raise InvalidValueError("body") from None
        for name, value in request.model:
            if type(value) is int and abs(value) >= _LARGEST:
                raise InvalidValueError(name)


def _wants_client_type(request: Request[Any]) -> bool:
    # The history is the one operation of the specification in whose table the header is not listed.
    return "clientType" in dict(request.operation.headers) and request.operation.id != "orders.history"


def _first(error: ValidationError) -> RefusedError:
    """The refusal for a body that does not fit its model."""
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    missing = [one for one in errors if one["type"] == "missing"]
    # Of several missing fields the exchange was recorded to name the last: `advStatus`, not `advNos`.
    name = ".".join(map(str, missing[-1]["loc"] if missing else errors[0]["loc"]))
    return MissingValueError(name) if missing else InvalidValueError(name or "body")


def _json(body: bytes) -> object:
    # Numbers stay the text they were written as, for 18.45 is no float. The models make integers again.
    return json.loads(body.decode(), parse_float=str, parse_int=str, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)
