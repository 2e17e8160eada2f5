"""`OrderWatch` and `AsyncOrderWatch`: they send requests, wait and give events, as the tracker decides."""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol, Self

from binance_c2c.errors import C2CError
from binance_c2c.watch.checkpoint import loads
from binance_c2c.watch.events import OrderEvent
from binance_c2c.watch.tracker import ListOrders, LookUp, Pace, Pause, Tracker, Trouble
from binance_c2c_runtime import callbacks
from binance_c2c_sapi.operations import ORDERS_LIST
from binance_c2c_sapi.resources.orders import build_get

if TYPE_CHECKING:
    import anyio

    from binance_c2c_runtime import AsyncSender, Sender

log = logging.getLogger("binance_c2c")

MOST_HINTS = 1_000
"""The most queued hints. Beyond that the oldest are dropped: the list shows their orders too."""


class NewsOfOrders(Protocol):
    """A source of hints that something happened to an order, such as a stream of the chat."""

    def listen(self, listener: Callable[[str], object], /) -> Callable[[], None]:
        """Call `listener` with an order's number whenever there is news of it. Returns a function that stops it."""
        ...


OnTrouble = Callable[[C2CError], object]
"""A function that is called with each error that a watch survives."""


class _Watch:
    """The part that both watches share: everything but sending and waiting."""

    _sender: Any

    def __init__(
        self,
        checkpoint: str | None,
        pace: Pace,
        on_trouble: OnTrouble | None,
        ticks: Callable[[], float],
        chat: NewsOfOrders | None,
    ) -> None:
        _check_trouble(on_trouble)
        if chat is not None and not callable(getattr(chat, "listen", None)):
            raise TypeError(f"chat: a stream of the chat is expected, not {type(chat).__name__}")
        known = None if checkpoint is None else loads(checkpoint)
        self._tracker = Tracker(pace, known, random.random)
        self._on_trouble = on_trouble
        self._ticks = ticks
        self._hints: deque[str | None] = deque(maxlen=MOST_HINTS)
        self._stopped = False
        self._stop_listening = _nothing if chat is None else chat.listen(self._hurried)

    def hurry(self, order_number: str | None = None) -> None:
        """Look soon at this order, if one is given, and at the list: something may have happened.

        Raises:
            TypeError, ValueError: `order_number` is no number of an order.

        """
        if order_number is not None:
            # Refused here and not in the loop that takes the events, which would meet it again and again.
            build_get(order_number=order_number)
        self._hints.append(order_number)
        self._end_pause()

    def _hurried(self, number: str) -> None:
        """Take a hint of the chat, whose frames may carry a name of something else than an order."""
        try:
            self.hurry(number)
        except ValueError:
            self.hurry()

    def stop(self) -> None:
        """End the iteration. A run that continues from the checkpoint gives the events that were not given yet."""
        self._stopped = True
        self._stop_listening()
        self._end_pause()

    def _end_pause(self) -> None:
        """End the wait for a hint, if there is one."""

    def checkpoint(self) -> str:
        """The events up to the one that was given last, as JSON for `watch(checkpoint=…)`.

        Save it once that event is handled: what is not in a saved checkpoint is given again by the next run. To be
        called by the thread or task that takes the events.
        """
        return self._tracker.checkpoint()

    def _take_hints(self) -> None:
        while self._hints:
            self._tracker.hurry(self._hints.popleft(), self._ticks())

    def _next_step(self) -> ListOrders | LookUp | Pause:
        while (bad := self._tracker.take_bad_row()) is not None:
            error = self._sender.unreadable_error(ORDERS_LIST, f"a row cannot be read: {bad}")
            if self._on_trouble is None:
                raise error
            self._on_trouble(error)
        self._take_hints()
        return self._tracker.next_step(self._ticks(), self._sender.now_ms())

    def _take_answer(self, step: ListOrders | LookUp, answer: Any) -> None:
        take: Callable[..., None] = (
            self._tracker.take_page if isinstance(step, ListOrders) else self._tracker.take_order
        )
        take(step, answer, self._ticks(), self._sender.now_ms())

    def _failed(self, step: ListOrders | LookUp, error: C2CError) -> None:
        """Give an error to `on_trouble`, or log it if it is temporary and there is none. Raise every other error."""
        trouble = self._tracker.failed(step, error, self._ticks(), self._sender.now_ms())
        if trouble is not Trouble.LASTING and self._on_trouble is not None:
            self._on_trouble(error)
        elif trouble is Trouble.PASSING:
            log.warning("the watch of orders will ask again, nothing is lost: %s", error)
        else:
            raise error


class OrderWatch(_Watch):
    """The events of orders, one after the other: an iterator that waits until something happens and ends with `stop`.

    For one thread; `hurry` and `stop` may be called from any. An error that it raises does not end it: the next event
    may be asked for.
    """

    def __init__(
        self,
        sender: "Sender",
        pace: Pace,
        *,
        checkpoint: str | None = None,
        on_trouble: OnTrouble | None = None,
        wait: Callable[[float], object] | None = None,
        ticks: Callable[[], float] = time.monotonic,
        chat: NewsOfOrders | None = None,
    ) -> None:
        # Before the chat is listened to: its news may come at once, and from another thread.
        self._wake = threading.Event()
        super().__init__(checkpoint, pace, on_trouble, ticks, chat)
        self._sender = sender
        self._wait = wait or self._wake.wait

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> OrderEvent:
        while not self._stopped:
            event = self._tracker.take_event()
            if event is not None:
                return event
            self._wake.clear()
            step = self._next_step()
            if not isinstance(step, Pause):
                self._ask(step)
            else:
                # Returns at once if a hint or `stop` came meanwhile.
                self._wait(step.seconds)
        raise StopIteration

    def _end_pause(self) -> None:
        self._wake.set()

    def _ask(self, step: ListOrders | LookUp) -> None:
        try:
            answer: Any = self._sender.send(step.call)
        except C2CError as error:
            self._failed(step, error)
        else:
            self._take_answer(step, answer)


class AsyncOrderWatch(_Watch):
    """The events of orders, one after the other, for `async for`: it ends with `stop`.

    For one task; `hurry` and `stop` are for any task of its event loop. An error that it raises does not end it: the
    next event may be asked for.
    """

    def __init__(
        self,
        sender: "AsyncSender",
        pace: Pace,
        *,
        checkpoint: str | None = None,
        on_trouble: OnTrouble | None = None,
        wait: Callable[[float], Awaitable[object]] | None = None,
        ticks: Callable[[], float] = time.monotonic,
        chat: NewsOfOrders | None = None,
    ) -> None:
        self._wake: anyio.Event | None = None
        super().__init__(checkpoint, pace, on_trouble, ticks, chat)
        self._sender = sender
        self._wait = wait or self._wait_for_hint

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> OrderEvent:
        while not self._stopped:
            event = self._tracker.take_event()
            if event is not None:
                return event
            step = self._next_step()
            if isinstance(step, Pause):
                await self._wait(step.seconds)
            else:
                await self._ask(step)
        raise StopAsyncIteration

    def _end_pause(self) -> None:
        if self._wake is not None:
            self._wake.set()

    async def _ask(self, step: ListOrders | LookUp) -> None:
        try:
            answer: Any = await self._sender.send(step.call)
        except C2CError as error:
            self._failed(step, error)
        else:
            self._take_answer(step, answer)

    async def _wait_for_hint(self, seconds: float) -> None:
        import anyio  # noqa: PLC0415 - threads have no use for it

        self._wake = anyio.Event()
        with anyio.move_on_after(seconds):
            await self._wake.wait()
        self._wake = None


def _nothing() -> None:
    """Do nothing: no listener was registered."""


def pace_of(every: float, at_most: float, warn_before: timedelta, memory: timedelta) -> Pace:
    """The settings of a watch, checked.

    Raises:
        TypeError, ValueError: One is not what is expected.

    """
    _check_seconds("every", every, at_least=0.0)
    _check_seconds("at_most", at_most, at_least=every)
    _check_span("warn_before", warn_before)
    _check_span("memory", memory)
    millisecond = timedelta(milliseconds=1)
    return Pace(every, at_most, warn_before // millisecond, memory // millisecond)


def _check_trouble(on_trouble: object) -> None:
    if on_trouble is not None and not callable(on_trouble):
        raise TypeError(f"on_trouble: a function of one error is expected, not {type(on_trouble).__name__}")
    if callbacks.is_async(on_trouble):
        raise TypeError("on_trouble: a plain function is expected, not an async one: nothing awaits it")


def _check_seconds(name: str, value: object, *, at_least: float) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        message = f"{name}: a number of seconds is expected, not {type(value).__name__}"
        raise TypeError(message)
    if not at_least <= value < float("inf"):
        message = f"{name}: seconds, {at_least:g} or more, are expected, not {value!r}"
        raise ValueError(message)


def _check_span(name: str, value: object) -> None:
    if not isinstance(value, timedelta):
        message = f"{name}: a timedelta is expected, not {type(value).__name__}"
        raise TypeError(message)
    if value < timedelta():
        message = f"{name}: a timedelta of 0 or more is expected, not {value!r}"
        raise ValueError(message)
