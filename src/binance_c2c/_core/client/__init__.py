"""The clients `C2CClient` and `AsyncC2CClient`, and the checks of their arguments."""

from typing import TYPE_CHECKING

from binance_c2c._core.client.client import AsyncC2CClient, C2CClient, set_clock
from binance_c2c._core.client.config import wrap_secrets
from binance_c2c_runtime import load_on_use

if TYPE_CHECKING:
    from binance_c2c._core.client.options import AsyncClientOptions, ClientOptions
else:
    # Only type checkers need these names, so the module is loaded when one is first asked for.
    __getattr__ = load_on_use(__name__, {f"{__name__}.options": ("AsyncClientOptions", "ClientOptions")})

__all__ = ["AsyncC2CClient", "AsyncClientOptions", "C2CClient", "ClientOptions", "set_clock", "wrap_secrets"]
