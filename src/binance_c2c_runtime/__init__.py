"""What the generated packages stand on: calls as values, reading and writing the wire, pages, and walks over them.

It knows nothing of the API, and imports nothing of ours. Each name is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from binance_c2c_runtime import batches, periods, reading, shapes, walking, writing
    from binance_c2c_runtime.calls import Call, Operation, Security
    from binance_c2c_runtime.models import Model, json_values, jsonable
    from binance_c2c_runtime.open_enums import OpenInt, OpenStr
    from binance_c2c_runtime.page import BadRow, Page
    from binance_c2c_runtime.reading import WireError, epoch_ms
    from binance_c2c_runtime.senders import AsyncSender, Sender
    from binance_c2c_runtime.writing import Money, Time
else:
    # Not for type checkers: to them a module that has this has every name.
    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        module = import_module(home)
        value = module if home.endswith(f".{name}") else getattr(module, name)
        globals()[name] = value
        return value


__all__ = [
    "AsyncSender",
    "BadRow",
    "Call",
    "Model",
    "Money",
    "OpenInt",
    "OpenStr",
    "Operation",
    "Page",
    "Security",
    "Sender",
    "Time",
    "WireError",
    "batches",
    "epoch_ms",
    "json_values",
    "jsonable",
    "periods",
    "reading",
    "shapes",
    "walking",
    "writing",
]

_HOMES = {
    "AsyncSender": "binance_c2c_runtime.senders",
    "BadRow": "binance_c2c_runtime.page",
    "Call": "binance_c2c_runtime.calls",
    "Model": "binance_c2c_runtime.models",
    "Money": "binance_c2c_runtime.writing",
    "OpenInt": "binance_c2c_runtime.open_enums",
    "OpenStr": "binance_c2c_runtime.open_enums",
    "Operation": "binance_c2c_runtime.calls",
    "Page": "binance_c2c_runtime.page",
    "Security": "binance_c2c_runtime.calls",
    "Sender": "binance_c2c_runtime.senders",
    "Time": "binance_c2c_runtime.writing",
    "WireError": "binance_c2c_runtime.reading",
    "batches": "binance_c2c_runtime.batches",
    "epoch_ms": "binance_c2c_runtime.reading",
    "json_values": "binance_c2c_runtime.models",
    "jsonable": "binance_c2c_runtime.models",
    "periods": "binance_c2c_runtime.periods",
    "reading": "binance_c2c_runtime.reading",
    "shapes": "binance_c2c_runtime.shapes",
    "walking": "binance_c2c_runtime.walking",
    "writing": "binance_c2c_runtime.writing",
}


def __dir__() -> list[str]:
    return __all__
