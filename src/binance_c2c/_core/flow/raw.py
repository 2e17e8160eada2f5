"""Calls to any path of the API, including those that are not in the API description."""

import re
from collections.abc import Mapping
from typing import Any

from binance_c2c._core.support import dumps
from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import Call, Operation, Security, writing
from binance_c2c_sapi.operations import OPERATIONS

METHODS = ("GET", "POST", "PUT", "DELETE")
_PATH = r"(?:/[A-Za-z0-9_.~-]+)+"
_C2C = "/sapi/v1/c2c/"
_WEBSITE = "/bapi/"
_LOOK_IT_UP = "The SDK does not know this operation: check with a call that only reads before sending it again."


@writing.hide_arguments
def raw_call(
    method: str, path: Any, query: Mapping[str, str | int] | None = None, body: Mapping[str, Any] | None = None
) -> Call[Any]:
    """A call to a path. A described path keeps its own rules; of others, all methods but GET count as writes.

    Raises:
        ConfigurationError: The method or the path cannot work. The message names the argument.

    """
    if method not in METHODS:
        message = f"method: one of {', '.join(METHODS)} is expected, not {method!r}"
        raise ConfigurationError(message)
    if not isinstance(path, str) or not re.fullmatch(_PATH, path) or "/../" in f"{path}/":
        message = f"path: a path such as /sapi/v1/c2c/ads/search is expected, without host and query, not {path!r}"
        raise ConfigurationError(message)
    for name, given in (("query", query), ("body", body)):
        if given is not None and not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            message = f"{name}: a mapping from wire names to values is expected, not {type(given).__name__}"
            raise ConfigurationError(message)
    try:
        dumps(body)
    except (TypeError, ValueError, RecursionError) as error:
        message = f"body: values that JSON has are expected ({error})"
        raise ConfigurationError(message) from None
    known = next((one for one in OPERATIONS.values() if (one.method, one.path) == (method, path)), None)
    return Call(known or _undescribed(method, path), query=dict(query or {}), body=None if body is None else dict(body))


def _undescribed(method: str, path: str) -> Operation:
    is_website, is_c2c = path.startswith(_WEBSITE), path.startswith(_C2C)
    return Operation(
        id=f"raw {method} {path}",
        method=method,
        path=path,
        security=Security.NONE if is_website else Security.SIGNED,
        safe_to_repeat=method == "GET",
        # Binance's document for `agent/` demands parameters in the order given.
        sorted_query=not path.startswith(f"{_C2C}agent/"),
        headers=(("clientType", "web"),) if is_c2c else (),
        enveloped=is_c2c or is_website,
        public=is_website,
        outcome="" if method == "GET" else _LOOK_IT_UP,
        secrets=tuple(sorted({name for one in OPERATIONS.values() for name in one.secrets})),
    )
