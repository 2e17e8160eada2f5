"""Files in TOML that describe an account, read by a strict model. Errors name the place in the file."""

from __future__ import annotations

import os
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from binance_c2c.sandbox.exchange import BANK, OwnMethod, Profile

_MOST_BYTES = 1_048_576
_MOST_METHODS = 20


def _money(value: object) -> object:
    """A whole number or a text as `Decimal`, which numbers with decimals are parsed as already."""
    if type(value) not in {int, str}:
        return value
    try:
        return Decimal(str(value))
    except ArithmeticError:
        message = "a number is expected"
        raise ValueError(message) from None


_Line = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\S(?:.*\S)?$")]
_Amount = Annotated[Decimal, BeforeValidator(_money), Field(ge=0, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Method(_Model):
    """One payment method."""

    identifier: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
    payee: _Line | None = None
    bank: _Line = BANK
    account_number: _Line | None = None
    active: bool = True


class _File(_Model):
    """The fields of a file that describes an account."""

    nickname: Annotated[str, Field(pattern=r"^\S{2,20}$")] | None = None
    kyc_name: _Line | None = None
    type: Literal["merchant", "user"] | None = None
    registered: date | None = None
    release_seconds: Annotated[int, Field(ge=1, le=86_400)] | None = None
    kyc_passed: bool | None = None
    balances: dict[str, _Amount] | None = None
    payment_methods: Annotated[list[_Method], Field(min_length=1, max_length=_MOST_METHODS)] | None = None


def read_file(path: str | os.PathLike[str]) -> Profile:
    """The account that a TOML file describes. Raises `ValueError` with the file and the place, or `OSError`."""
    where = os.fspath(path)
    with Path(path).open("rb") as opened:
        content = opened.read(_MOST_BYTES + 1)
    try:
        if len(content) > _MOST_BYTES:
            message = f"the file is longer than {_MOST_BYTES} bytes"
            raise ValueError(message)  # noqa: TRY301 - reported like other faults of the text
        parsed = tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        message = f"{where}: a TOML file is expected: {error}"
        raise ValueError(message) from None
    try:
        file = _File.model_validate(parsed)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        known = f"; the known keys are {', '.join(_File.model_fields)}" if first["type"] == "extra_forbidden" else ""
        message = f"{where}: {place}: {first['msg'][:1].lower()}{first['msg'][1:]}{known}"
        raise ValueError(message) from None
    registered = file.registered
    methods = file.payment_methods
    return Profile(
        nickname=file.nickname,
        kyc_name=file.kyc_name,
        user_type=file.type,
        registered_ms=None if registered is None else _midnight_ms(registered),
        release_seconds=file.release_seconds,
        kyc_passed=file.kyc_passed,
        balances=file.balances,
        methods=None if methods is None else tuple(OwnMethod(**_given(method)) for method in methods),
    )


def _given(method: _Method) -> dict[str, Any]:
    return {name: value for name, value in method.model_dump().items() if value is not None}


def _midnight_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
