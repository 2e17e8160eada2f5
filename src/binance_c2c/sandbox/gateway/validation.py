"""Validation of request bodies by the strict models of the API. Any bytes are either accepted or refused."""

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
    """Wrap imports of packages from the extra `[sandbox]`: if one is missing, the error says how to install it."""
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
        """Set the request's model. Raises a `RefusedError` that names a missing or wrong field."""
        schema = request.operation.body_schema
        if _needs_client_type(request) and not request.headers.get("clienttype"):
            raise InvalidValueError("clientType")
        # For an operation without a body, clients send nothing or `{}`.
        if schema is None:
            request.model = None
            return
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise RefusedError(refusals.BODY_IS_A_FORM)
        model = cast("type[BaseModel]", getattr(self._models, schema))
        try:
            request.model = model.model_validate(_json(request.body))
        except self._validation_error as error:
            raise _refusal_for(error) from None
        except (ValueError, RecursionError):
            raise InvalidValueError("body") from None
        for name, value in request.model:
            if type(value) is int and abs(value) >= _LARGEST:
                raise InvalidValueError(name)


def _needs_client_type(request: Request[Any]) -> bool:
    # The history is the only operation for which the specification does not list the header.
    return "clientType" in dict(request.operation.headers) and request.operation.id != "orders.history"


def _refusal_for(error: ValidationError) -> RefusedError:
    """The refusal of a body that does not fit its model."""
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    missing = [one for one in errors if one["type"] == "missing"]
    # Recorded: of several missing fields the exchange names the last: `advStatus`, not `advNos`.
    name = ".".join(map(str, missing[-1]["loc"] if missing else errors[0]["loc"]))
    return MissingValueError(name) if missing else InvalidValueError(name or "body")


def _json(body: bytes) -> object:
    # Numbers stay text, so that 18.45 does not become a float. The models make integers of them again.
    return json.loads(body.decode(), parse_float=str, parse_int=str, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)
