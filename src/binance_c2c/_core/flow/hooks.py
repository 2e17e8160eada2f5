"""Hooks: the caller's functions that are called before and after each attempt."""

import logging
from collections.abc import Callable
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, NamedTuple

from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import callbacks

if TYPE_CHECKING:
    from binance_c2c._core.flow.events import RequestEvent, ResponseEvent

log = logging.getLogger("binance_c2c")


class Notify(NamedTuple):
    """A step: call a hook with an event. A hook that fails is logged and ignored: the call matters more."""

    hook: Callable[[Any], object]
    event: "RequestEvent | ResponseEvent"

    def act(self) -> None:
        try:
            self.hook(self.event)
        except Exception:
            operation = self.event.operation_id
            log.exception("%s: %s failed", operation, self._name, extra={"operation_id": operation})

    async def act_async(self) -> None:
        try:
            result = self.hook(self.event)
            if isawaitable(result):
                await result
        except Exception:
            operation = self.event.operation_id
            log.exception("%s: %s failed", operation, self._name, extra={"operation_id": operation})

    @property
    def _name(self) -> str:
        # Only the event of an attempt that has ended has an elapsed time.
        return "on_response" if hasattr(self.event, "elapsed") else "on_request"


def check_hook(name: str, hook: object, *, may_be_async: bool) -> None:
    """Refuse a hook that is no function, or that is async although the client cannot await it."""
    if hook is not None and not callable(hook):
        message = f"{name}: a function of one event is expected, not {type(hook).__name__}"
        raise ConfigurationError(message)
    if not may_be_async and callbacks.is_async(hook):
        message = f"{name}: a plain function is expected; only AsyncC2CClient can await one"
        raise ConfigurationError(message)
