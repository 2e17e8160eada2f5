"""What the sandbox needs beyond the SDK is the extra `[sandbox]`. Imported late, and missed in plain words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

_DISTRIBUTIONS = {"pydantic", "starlette", "uvicorn"}


@contextmanager
def extra() -> Generator[None]:
    """Around imports that the extra provides."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _DISTRIBUTIONS:
            raise
        message = f"the sandbox needs {missing}, which is not installed: pip install binance-c2c[sandbox]"
        raise ModuleNotFoundError(message, name=missing) from error
