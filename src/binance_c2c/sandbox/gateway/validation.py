"""Bodies of requests, held against the strict models of the description. Total: any bytes are accepted or refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn, cast

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.extra import extra
from binance_c2c.sandbox.fields import Fields, of_body
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from binance_c2c_runtime import Operation


class Bodies:
    """Reads bodies. Making one imports pydantic and every model."""

    def __init__(self) -> None:
        with extra():
            from pydantic import ValidationError  # noqa: PLC0415

            from binance_c2c_strict import models  # noqa: PLC0415
        self._models = models
        self._validation_error = ValidationError

    def read(self, operation: Operation, headers: Mapping[str, str], body: bytes) -> Fields:
        """The fields of a body, or the refusal that names the first wrong one."""
        illegal = codes.ILLEGAL_ON_WEBSITE if operation.public else codes.ILLEGAL_PARAMETER
        # Where the description has no body, clients send nothing or `{}`.
        if operation.body_schema is None:
            return of_body({}, illegal)
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise RefusedError(codes.BODY_IS_A_FORM)
        model = cast("type[BaseModel]", getattr(self._models, operation.body_schema))
        try:
            value = model.model_validate(_json(body))
        except self._validation_error as error:
            place = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
            raise RefusedError(illegal, ".".join(map(str, place)) or "body") from None
        except (ValueError, RecursionError):
            raise RefusedError(illegal, "body") from None
        return of_body(value.model_dump(mode="json", exclude_none=True), illegal)


def _json(body: bytes) -> object:
    # Numbers stay the text they were written as, for 18.45 is no float. The models make integers again.
    return json.loads(body.decode(), parse_float=str, parse_int=str, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)
