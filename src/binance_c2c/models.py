"""Every model and enum of the API. Each is loaded when it is first asked for."""

from typing import TYPE_CHECKING

from binance_c2c_sapi.models import __all__ as __all__  # noqa: PLC0414 - they are offered here too

if TYPE_CHECKING:
    from binance_c2c_sapi.models import *  # noqa: F403 - each of them
else:
    # Hidden from type checkers, which take a module with `__getattr__` to have every name.
    def __getattr__(name: str) -> object:
        from binance_c2c_sapi import models  # noqa: PLC0415

        if name not in __all__:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(models, name)


def __dir__() -> list[str]:
    return __all__
