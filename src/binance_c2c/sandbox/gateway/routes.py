"""From method and path to the operation, by the table that is generated from the description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from binance_c2c_runtime import Operation


class Routes:
    """The paths of some operations."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            self._by_path.setdefault(operation.path, {})[operation.method] = operation

    def find(self, method: str, path: str) -> Operation:
        """The operation, or a refusal of the path or of the method."""
        by_method = self._by_path.get(path)
        if by_method is None:
            raise RefusedError(refusals.NOTHING_THERE if path.startswith("/sapi/v1/c2c/") else refusals.NO_SUCH_PATH)
        operation = by_method.get(method)
        if operation is not None:
            return operation
        if all(other.public for other in by_method.values()):
            raise RefusedError(refusals.ILLEGAL_ON_WEBSITE, method)
        raise RefusedError(refusals.NO_SUCH_METHOD, method)
