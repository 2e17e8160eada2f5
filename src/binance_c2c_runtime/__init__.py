"""The runtime of the generated packages: calls as values, reading and writing JSON, pages, and iteration over them.

It knows nothing of the API, and imports none of the other packages. Each name is loaded when it is first asked for.
"""

from typing import TYPE_CHECKING

from binance_c2c_runtime.lazy_loading import load_on_use

if TYPE_CHECKING:
    from binance_c2c_runtime import batches, callbacks, periods, reading, shapes, walking, writing
    from binance_c2c_runtime.calls import AsyncSender, Call, Sender, raw_data
    from binance_c2c_runtime.models import Model, json_values, jsonable
    from binance_c2c_runtime.open_enums import OpenInt, OpenStr
    from binance_c2c_runtime.operations import Operation, Security
    from binance_c2c_runtime.page import BadRow, Page
    from binance_c2c_runtime.reading import WireError, epoch_ms
    from binance_c2c_runtime.writing import Money, Time
else:
    # To a type checker a module that has this has every name.
    __getattr__ = load_on_use(
        __name__,
        {
            "binance_c2c_runtime.batches": ("batches",),
            "binance_c2c_runtime.callbacks": ("callbacks",),
            "binance_c2c_runtime.calls": ("AsyncSender", "Call", "Sender", "raw_data"),
            "binance_c2c_runtime.models": ("Model", "json_values", "jsonable"),
            "binance_c2c_runtime.open_enums": ("OpenInt", "OpenStr"),
            "binance_c2c_runtime.operations": ("Operation", "Security"),
            "binance_c2c_runtime.page": ("BadRow", "Page"),
            "binance_c2c_runtime.periods": ("periods",),
            "binance_c2c_runtime.reading": ("WireError", "epoch_ms", "reading"),
            "binance_c2c_runtime.shapes": ("shapes",),
            "binance_c2c_runtime.walking": ("walking",),
            "binance_c2c_runtime.writing": ("Money", "Time", "writing"),
        },
    )

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
    "callbacks",
    "epoch_ms",
    "json_values",
    "jsonable",
    "load_on_use",
    "periods",
    "raw_data",
    "reading",
    "shapes",
    "walking",
    "writing",
]


def __dir__() -> list[str]:
    return __all__
