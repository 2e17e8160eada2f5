"""`client.orders` with its method `watch`, which is written by hand."""

from datetime import timedelta

from binance_c2c.watch.watches import AsyncOrderWatch, NewsOfOrders, OnTrouble, OrderWatch, pace_of
from binance_c2c_sapi.resources.orders import AsyncOrders, Orders


class WatchableOrders(Orders):
    """Placing, paying, cancelling and releasing orders, their history, and a watch for changes."""

    __slots__ = ()

    def watch(
        self,
        *,
        checkpoint: str | None = None,
        chat: NewsOfOrders | None = None,
        every: float = 3.0,
        at_most: float = 15.0,
        warn_before: timedelta = timedelta(minutes=3),
        memory: timedelta = timedelta(hours=6),
        on_trouble: OnTrouble | None = None,
    ) -> OrderWatch:
        """Each change of each of the account's orders, once, as an iterator of `OrderEvent`.

            file = CheckpointFile("orders.json")
            watch = client.orders.watch(checkpoint=file.load())
            for event in watch:
                handle(event)
                file.save(watch.checkpoint())

        A first run, without a checkpoint, begins with NEW for each open order, and gives no event of finished ones. A
        later run continues after the last saved event, with all that happened in between; only an event that was
        handled and not saved comes twice, under the same `key`. The list of the exchange may be late, repeat rows and
        show an old state after a newer one: where a row is no step forward, the watch reads the order itself.

        It polls `orders.list`, looks up orders that left the list with `orders.get`, and now and then reads all recent
        orders. All of it counts in the client's `budget`. After a lost connection, a refusal for too many calls or a
        failure of the exchange the watch waits, longer each time, and then catches up. Every other error is raised, and
        the watch can go on after it. It does not handle errors of the loop's body.

        Args:
            checkpoint: The text that `checkpoint()` of an earlier watch returned. Any other is refused.
            chat: A stream of the chat, from `chat.connect`: when it has news of an order, that order is read at once.
                The program has to read the stream. Without one, and while it is disconnected, polling finds every
                change as well.
            every: Seconds between two polls while orders change. `hurry` shortens that.
            at_most: The longest interval, in seconds; it grows to this while no order changes.
            warn_before: How long before the deadline to pay, or to confirm the payment, DEADLINE_NEAR comes.
            memory: For how long after an order was placed the list may hide it, or show an old state of it.
            on_trouble: Called with each error that the watch survives: temporary failures, orders that cannot be read.
                Without it the former are logged as warnings and the latter raised.

        Raises:
            TypeError, ValueError: An argument is not what is expected.

        """
        pace = pace_of(every, at_most, warn_before, memory)
        return OrderWatch(self._sender, pace, checkpoint=checkpoint, on_trouble=on_trouble, chat=chat)


class AsyncWatchableOrders(AsyncOrders):
    """Placing, paying, cancelling and releasing orders, their history, and a watch for changes. For `await`."""

    __slots__ = ()

    def watch(
        self,
        *,
        checkpoint: str | None = None,
        chat: NewsOfOrders | None = None,
        every: float = 3.0,
        at_most: float = 15.0,
        warn_before: timedelta = timedelta(minutes=3),
        memory: timedelta = timedelta(hours=6),
        on_trouble: OnTrouble | None = None,
    ) -> AsyncOrderWatch:
        """Each change of each of the account's orders, once, as an async iterator of `OrderEvent`.

            file = CheckpointFile("orders.json")
            watch = client.orders.watch(checkpoint=file.load())
            async for event in watch:
                await handle(event)
                file.save(watch.checkpoint())

        A first run, without a checkpoint, begins with NEW for each open order, and gives no event of finished ones. A
        later run continues after the last saved event, with all that happened in between; only an event that was
        handled and not saved comes twice, under the same `key`. The list of the exchange may be late, repeat rows and
        show an old state after a newer one: where a row is no step forward, the watch reads the order itself.

        It polls `orders.list`, looks up orders that left the list with `orders.get`, and now and then reads all recent
        orders. All of it counts in the client's `budget`. After a lost connection, a refusal for too many calls or a
        failure of the exchange the watch waits, longer each time, and then catches up. Every other error is raised, and
        the watch can go on after it. It does not handle errors of the loop's body.

        Args:
            checkpoint: The text that `checkpoint()` of an earlier watch returned. Any other is refused.
            chat: A stream of the chat, from `chat.connect`: when it has news of an order, that order is read at once.
                A task of the same event loop has to read the stream. Without one, and while it is disconnected,
                polling finds every change as well.
            every: Seconds between two polls while orders change. `hurry` shortens that.
            at_most: The longest interval, in seconds; it grows to this while no order changes.
            warn_before: How long before the deadline to pay, or to confirm the payment, DEADLINE_NEAR comes.
            memory: For how long after an order was placed the list may hide it, or show an old state of it.
            on_trouble: Called with each error that the watch survives: temporary failures, orders that cannot be read.
                Without it the former are logged as warnings and the latter raised.

        Raises:
            TypeError, ValueError: An argument is not what is expected.

        """
        pace = pace_of(every, at_most, warn_before, memory)
        return AsyncOrderWatch(self._sender, pace, checkpoint=checkpoint, on_trouble=on_trouble, chat=chat)
