"""`client.chat`: its operations, the stream, pictures, and the iteration by message ids."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from binance_c2c._core.support import write_whole
from binance_c2c.chat import pictures, tasks, threads
from binance_c2c.chat.connecting import Options
from binance_c2c.chat.pictures import LARGEST
from binance_c2c.chat.session import Reconnect
from binance_c2c_runtime import walking, writing
from binance_c2c_sapi.operations import CHAT_MESSAGES
from binance_c2c_sapi.resources.chat import AsyncChat as _AsyncChat
from binance_c2c_sapi.resources.chat import Chat as _Chat

if TYPE_CHECKING:
    import os
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from types import EllipsisType

    from binance_c2c._core.transport import Answer, Request
    from binance_c2c_runtime import AsyncSender, BadRow, Page, Sender
    from binance_c2c_sapi.enums import ChatMessageTypeValue
    from binance_c2c_sapi.models import ChatMessage

    class Driver(Sender, Protocol):
        """The part of a client for threads that the chat uses."""

        @property
        def has_own_connections(self) -> bool:
            """Whether calls go over connections of the client's own, and not over the caller's `http`."""
            ...

        def serving_chat(self) -> AbstractContextManager[object]:
            """A context to hold open while a stream runs: in it, a sandbox in this process serves the chat."""
            ...

        def fetch(self, request: Request, seconds: float, most_bytes: int) -> Answer | str:
            """Send a request as it is. Returns the reason as text where no answer came."""
            ...

    class AsyncDriver(AsyncSender, Protocol):
        """The part of a client for tasks that the chat uses."""

        @property
        def has_own_connections(self) -> bool:
            """Whether calls go over connections of the client's own, and not over the caller's `http`."""
            ...

        def serving_chat(self) -> AbstractContextManager[object]:
            """A context to hold open while a stream runs: in it, a sandbox in this process serves the chat."""
            ...

        async def fetch(self, request: Request, seconds: float, most_bytes: int) -> Answer | str:
            """Send a request as it is. Returns the reason as text where no answer came."""
            ...


class _Backwards:
    """Reads messages page after page from the newest to the oldest, by their ids."""

    def __init__(self, order_number: str | None, before_id: str | None) -> None:
        self._order_number = order_number
        self.before_id = before_id
        self.ended = False

    def take(self, page: Page[ChatMessage], on_bad_row: Callable[[BadRow], object]) -> Iterator[ChatMessage]:
        """The messages of a page that are older than those of earlier pages."""
        for bad in page.bad_rows:
            on_bad_row(bad)
        before = int(self.before_id) if self.before_id else None
        own = [row for row in page if not self._is_of_another(row)]
        numbers = [int(one) for one in (*(row.id for row in own), *_readable_ids(page.bad_rows)) if one.isdecimal()]
        fresh = [number for number in numbers if before is None or number < before]
        if not fresh:
            self.ended = True
            return
        self.before_id = str(min(fresh))
        seen: set[str] = set()
        for row in sorted(own, key=lambda row: -int(row.id) if row.id.isdecimal() else 0):
            if row.id.isdecimal() and int(row.id) in fresh and row.id not in seen:
                seen.add(row.id)
                yield row

    def _is_of_another(self, row: ChatMessage) -> bool:
        """Whether a message belongs to another order: some pages have one, of any age."""
        return bool(self._order_number and row.order_number and row.order_number != self._order_number)


def _readable_ids(bad_rows: Iterable[BadRow]) -> Iterator[str]:
    """The ids of rows that could not be read, where the id itself could."""
    return (bad.number for bad in bad_rows if bad.number is not None)


class Chat(_Chat):
    """The chat with the other sides of the account's orders: over HTTP, and as a stream."""

    def __init__(self, sender: Driver) -> None:
        super().__init__(sender)
        self._access = threads.Access(self, sender)

    def connect(
        self,
        *,
        state: Mapping[str, str] | None = None,
        reconnect: Reconnect = Reconnect(),  # noqa: B008 - frozen
        connect_timeout: float = 30.0,
        send_timeout: float = 10.0,
        ping_interval: float = 20.0,
        pong_timeout: float = 20.0,
        max_frame_bytes: int = 16 * 1024 * 1024,
        most_waiting: int = 256,
        allow_loopback: bool = False,
        proxy: str | EllipsisType | None = ...,
        tls: ssl.SSLContext | EllipsisType | None = ...,
    ) -> threads.ChatConnection:
        """The stream of the account: `with client.chat.connect() as chat: for event in chat: …`.

        Needs the extra `[chat]`. A second connection of the account ends the first: let one program have the stream.

        Each message comes once, and those of one order by ascending id. After a lost connection the stream connects
        again and takes the messages of the meantime from the history. A program that takes events slowly loses none:
        the stream reads no faster.

        Args:
            state: The `state` of an earlier stream: the messages since then come first. A message that was taken and
                dealt with before its state was saved comes again after a crash: save both in one step, or recognise the
                message by its `frame.id`. A message that the program was sending when it was killed comes with `is_own`
                if it had arrived: wait for that, or look into `iterate_messages`, before you send it again.
            reconnect: How long to wait before connecting again.
            connect_timeout: Seconds for the first connection, and for each request of a picture.
            send_timeout: Seconds within which a message has to be acknowledged.
            ping_interval: Seconds between two pings.
            pong_timeout: Seconds for the answer to a ping. Without one the stream connects again.
            max_frame_bytes: The largest frame in bytes. A larger one ends the connection.
            most_waiting: How many events may be queued before reading pauses.
            allow_loopback: Permits plain http to this machine for pictures, for a sandbox.
            proxy: URL of a proxy for the stream; None for a direct connection. By default the proxy of calls, from the
                environment. Required if the client has an `http` of your own, whose settings cannot be read: the stream
                must not bypass your proxy.
            tls: The TLS context, with the certificate authorities to trust. By default, or with None, that of calls.
                Required, too, if the client has an `http` of your own.

        Raises:
            ConfigurationError: An argument cannot work. The message names it.
            TypeError, ValueError: `state` is not the state of a stream.
        """
        options = Options(
            state,
            reconnect,
            connect_timeout,
            send_timeout,
            ping_interval,
            pong_timeout,
            max_frame_bytes,
            most_waiting,
            allow_loopback,
            proxy,
            tls,
        )
        return threads.ChatConnection(self._access, options)

    def iterate_messages(
        self,
        *,
        order_number: str | None = None,
        chat_message_type: ChatMessageTypeValue | None = None,
        before_id: str | None = None,
        page: int = 1,
        rows: int = 20,
        order: str | None = None,
        sort: str | None = None,
        on_bad_row: Callable[[BadRow], object] | None = None,
    ) -> Iterator[ChatMessage]:
        """Every message, from the newest back, each once.

        It goes back by message ids, so that messages that arrive meanwhile change nothing. Messages of another order,
        which some pages have, are left out. With `page`, `order` or `sort` it goes by page numbers instead.

        Args:
            order_number: Only messages of this order.
            chat_message_type: Only messages of this type.
            before_id: Only messages whose `id` is smaller than this.
            page: Which page, counted from 1.
            rows: Rows a page.
            order: Name of the field to sort by.
            sort: Direction of the sort.
            on_bad_row: Called once with each row that cannot be read. Without it the first one is a `DecodeError`.

        Raises:
            TypeError, ValueError: An argument is not what is expected; nothing was sent.
            C2CError: The exchange refused, or nothing usable came back.
        """
        if writing.whole("page", page, minimum=1) != 1 or order is not None or sort is not None:
            yield from super().iterate_messages(
                order_number=order_number,
                chat_message_type=chat_message_type,
                before_id=before_id,
                page=page,
                rows=rows,
                order=order,
                sort=sort,
                on_bad_row=on_bad_row,
            )
            return
        take_bad_row = walking.handler(on_bad_row, self._sender, CHAT_MESSAGES)
        walk = _Backwards(order_number, before_id)
        while not walk.ended:
            found = self.messages(
                order_number=order_number, chat_message_type=chat_message_type, before_id=walk.before_id, rows=rows
            )
            yield from walk.take(found, take_bad_row)

    def download_image(
        self,
        url: str,
        path: str | os.PathLike[str],
        *,
        max_bytes: int = LARGEST,
        timeout: float = 30.0,
        allow_loopback: bool = False,
    ) -> Path:
        """Download a picture of a message into a file, only over https and never with the key.

        Args:
            url: URL of the picture, the `image_url` of a message.
            path: The file, which is written whole or not at all. Its folder has to exist.
            max_bytes: The largest picture in bytes.
            timeout: Seconds that the download may take.
            allow_loopback: Permits plain http to this machine, for a sandbox.

        Raises:
            TypeError, ValueError: Another argument is not what is expected; nothing was sent.
            ConfigurationError: The URL is neither https nor, where that is allowed, of this machine.
            TransportError: The picture could not be downloaded, or is too large.
        """
        pictures.check_download(path, timeout)
        steps = pictures.download(url, max_bytes, allow_loopback=allow_loopback)
        picture, file = threads.run_steps(self._access, steps, timeout), Path(path)
        write_whole(file, picture)
        return file


class AsyncChat(_AsyncChat):
    """The chat with the other sides of the account's orders: over HTTP, and as a stream."""

    def __init__(self, sender: AsyncDriver) -> None:
        super().__init__(sender)
        self._access = tasks.Access(self, sender)

    def connect(
        self,
        *,
        state: Mapping[str, str] | None = None,
        reconnect: Reconnect = Reconnect(),  # noqa: B008 - frozen
        connect_timeout: float = 30.0,
        send_timeout: float = 10.0,
        ping_interval: float = 20.0,
        pong_timeout: float = 20.0,
        max_frame_bytes: int = 16 * 1024 * 1024,
        most_waiting: int = 256,
        allow_loopback: bool = False,
        proxy: str | EllipsisType | None = ...,
        tls: ssl.SSLContext | EllipsisType | None = ...,
    ) -> tasks.AsyncChatConnection:
        """The stream of the account: `async with client.chat.connect() as chat: async for event in chat: …`.

        Needs the extra `[chat]` and an event loop of asyncio. A second connection of the account ends the first: let
        one program have the stream.

        Each message comes once, and those of one order by ascending id. After a lost connection the stream connects
        again and takes the messages of the meantime from the history. A program that takes events slowly loses none:
        the stream reads no faster.

        Args:
            state: The `state` of an earlier stream: the messages since then come first. A message that was taken and
                dealt with before its state was saved comes again after a crash: save both in one step, or recognise the
                message by its `frame.id`. A message that the program was sending when it was killed comes with `is_own`
                if it had arrived: wait for that, or look into `iterate_messages`, before you send it again.
            reconnect: How long to wait before connecting again.
            connect_timeout: Seconds for the first connection, and for each request of a picture.
            send_timeout: Seconds within which a message has to be acknowledged.
            ping_interval: Seconds between two pings.
            pong_timeout: Seconds for the answer to a ping. Without one the stream connects again.
            max_frame_bytes: The largest frame in bytes. A larger one ends the connection.
            most_waiting: How many events may be queued before reading pauses.
            allow_loopback: Permits plain http to this machine for pictures, for a sandbox.
            proxy: URL of a proxy for the stream; None for a direct connection. By default the proxy of calls, from the
                environment. Required if the client has an `http` of your own, whose settings cannot be read: the stream
                must not bypass your proxy.
            tls: The TLS context, with the certificate authorities to trust. By default, or with None, that of calls.
                Required, too, if the client has an `http` of your own.

        Raises:
            ConfigurationError: An argument cannot work. The message names it.
            TypeError, ValueError: `state` is not the state of a stream.
        """
        options = Options(
            state,
            reconnect,
            connect_timeout,
            send_timeout,
            ping_interval,
            pong_timeout,
            max_frame_bytes,
            most_waiting,
            allow_loopback,
            proxy,
            tls,
        )
        return tasks.AsyncChatConnection(self._access, options)

    async def iterate_messages(
        self,
        *,
        order_number: str | None = None,
        chat_message_type: ChatMessageTypeValue | None = None,
        before_id: str | None = None,
        page: int = 1,
        rows: int = 20,
        order: str | None = None,
        sort: str | None = None,
        on_bad_row: Callable[[BadRow], object] | None = None,
    ) -> AsyncIterator[ChatMessage]:
        """Every message, from the newest back, each once.

        It goes back by message ids, so that messages that arrive meanwhile change nothing. Messages of another order,
        which some pages have, are left out. With `page`, `order` or `sort` it goes by page numbers instead.

        Args:
            order_number: Only messages of this order.
            chat_message_type: Only messages of this type.
            before_id: Only messages whose `id` is smaller than this.
            page: Which page, counted from 1.
            rows: Rows a page.
            order: Name of the field to sort by.
            sort: Direction of the sort.
            on_bad_row: Called once with each row that cannot be read. Without it the first one is a `DecodeError`.

        Raises:
            TypeError, ValueError: An argument is not what is expected; nothing was sent.
            C2CError: The exchange refused, or nothing usable came back.
        """
        if writing.whole("page", page, minimum=1) != 1 or order is not None or sort is not None:
            async for row in super().iterate_messages(
                order_number=order_number,
                chat_message_type=chat_message_type,
                before_id=before_id,
                page=page,
                rows=rows,
                order=order,
                sort=sort,
                on_bad_row=on_bad_row,
            ):
                yield row
            return
        take_bad_row = walking.handler(on_bad_row, self._sender, CHAT_MESSAGES)
        walk = _Backwards(order_number, before_id)
        while not walk.ended:
            found = await self.messages(
                order_number=order_number, chat_message_type=chat_message_type, before_id=walk.before_id, rows=rows
            )
            for row in walk.take(found, take_bad_row):
                yield row

    async def download_image(
        self,
        url: str,
        path: str | os.PathLike[str],
        *,
        max_bytes: int = LARGEST,
        timeout: float = 30.0,  # noqa: ASYNC109 - the client applies it, as the time-out of calls
        allow_loopback: bool = False,
    ) -> Path:
        """Download a picture of a message into a file, only over https and never with the key.

        Args:
            url: URL of the picture, the `image_url` of a message.
            path: The file, which is written whole or not at all. Its folder has to exist.
            max_bytes: The largest picture in bytes.
            timeout: Seconds that the download may take.
            allow_loopback: Permits plain http to this machine, for a sandbox.

        Raises:
            TypeError, ValueError: Another argument is not what is expected; nothing was sent.
            ConfigurationError: The URL is neither https nor, where that is allowed, of this machine.
            TransportError: The picture could not be downloaded, or is too large.
        """
        from anyio import to_thread  # noqa: PLC0415 - threads have no use for it

        pictures.check_download(path, timeout)
        steps = pictures.download(url, max_bytes, allow_loopback=allow_loopback)
        picture, file = await tasks.run_steps(self._access, steps, timeout), Path(path)
        # The disk may take long, and the other tasks go on meanwhile.
        await to_thread.run_sync(write_whole, file, picture)
        return file
