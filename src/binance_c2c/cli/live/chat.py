"""The command `chat`: shows the messages of an order as they come, and sends typed lines."""

import signal
import sys
import threading
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from binance_c2c.chat import Away, Back, Message, Missed, Unreadable
from binance_c2c.cli.live.feed import Feed
from binance_c2c.cli.live.prompt import Prompt
from binance_c2c.cli.shared.failures import CommandError, Status, sentence_of
from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.errors import C2CError
from binance_c2c.models import ChatFrame, ChatSystemEvent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from binance_c2c.chat import ChatConnection, Event
    from binance_c2c.cli.shared.values import Value
    from binance_c2c.models import ChatMessage

COLUMNS = ("id", "time", "from", "own", "type", "text", "image")
_TAKEN_OVER = "another program took over the chat of this account: only one can be connected at a time"
# Seconds. Python handles a signal between two of its steps: one that comes just before a wait is handled after it.
_WAKE_AGAIN = _LOOK_AGAIN = 0.1
_HELP = "Enter sends a line. /image FILE sends a picture, /quit ends, // begins a message with a slash."


@command("chat", asks=True, example="binance-c2c chat 22784000000000000002 --last 5")
def chat(
    shell: Shell,
    order_number: Annotated[str, typer.Argument(help="The order's number.")],
    *,
    last: Annotated[int, typer.Option("--last", min=0, max=50, help="Show this many earlier messages.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep showing messages after the input ends.")] = False,
) -> None:
    """Show the chat of an order live, and send what you type: each line is a message.

    /image FILE sends a picture, /quit or Ctrl-D ends. In a pipe, which needs --yes, each line of the input is sent,
    and messages are printed as JSON, one object a line.
    """
    with shell.client(served=True) as client:
        # Raises for a number that is not one of your orders, before anything is sent.
        order = client.orders.get(order_number=order_number)
        with client.chat.connect(allow_loopback=shell.uses_local_sandbox) as stream:
            talk = _Talk(shell, stream, order.order_number)
            talk.show_history(client.chat.messages(order_number=order_number, rows=last) if last else ())
            talk.run(follow=follow)


def _in_words(news: ChatSystemEvent) -> str:
    """The meaning of a system message in words, if it is known, and its wire name."""
    kinds = (
        (news.is_placed, "the order was placed"),
        (news.is_paid, "the order was marked as paid"),
        (news.is_completed, "the order is completed"),
        (news.is_cancelled, "the order was cancelled"),
        (news.is_appeal, "about an appeal"),
    )
    meaning = next((words for holds, words in kinds if holds), "")
    return f"{meaning} ({news})" if meaning else str(news)


def _message_in(line: str) -> str:
    """The message in a typed line. Raises `CommandError` for an unknown command, which must not be sent."""
    if not line.startswith("/"):
        return line
    if not line.startswith("//"):
        message = f"nothing was sent: {line.split(maxsplit=1)[0]} is not a command. {_HELP}"
        raise CommandError(message, Status.USAGE)
    return line[1:]


def _wake_main_thread() -> None:
    """Interrupt the main thread, which waits for a typed line, as Ctrl-C does."""
    with suppress(AttributeError):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


class _Talk:
    """The chat of one order: a second thread shows messages, and the thread that calls `run` sends typed lines."""

    def __init__(self, shell: Shell, stream: "ChatConnection", order_number: str) -> None:
        self._shell, self._stream, self._order = shell, stream, order_number
        self._feed = Feed(shell, COLUMNS)
        self._prompt = Prompt() if sys.stdin.isatty() and self._feed.is_for_people else None
        self._shown: set[str] = set()
        self._failure: BaseException | None = None
        self._may_be_woken = False
        self._is_left = threading.Event()

    def show_history(self, newest_first: "Iterable[ChatMessage]") -> None:
        """Show the messages that came before the stream began, the oldest first."""
        for row in reversed(list(newest_first)):
            self._show(Message(self._order, ChatFrame.from_dict(row.to_dict())))

    def run(self, *, follow: bool) -> None:
        """Send typed lines and show messages, until the input or the stream ends."""
        before = signal.getsignal(signal.SIGINT)

        def on_interrupt(_: int, __: "FrameType | None") -> None:
            # Ctrl-C, which a shell lets the programs in its background ignore, or the reader, which wakes this thread
            # again and again once the stream has ended: once is enough.
            if before != signal.SIG_IGN if self._failure is None else self._may_be_woken:
                self._may_be_woken = False
                raise KeyboardInterrupt

        reader = threading.Thread(target=self._read, name="binance_c2c.cli.chat", daemon=True)
        signal.signal(signal.SIGINT, on_interrupt)
        reader.start()
        try:
            try:
                self._may_be_woken = True
                if self._prompt is not None:
                    self._shell.say(_HELP)
                self._send_lines()
                while follow and self._failure is None:
                    time.sleep(_LOOK_AGAIN)
            finally:
                self._may_be_woken = False
        except KeyboardInterrupt:
            if self._failure is None:
                raise
        finally:
            self._is_left.set()
            self._stream.close()
            reader.join()
            signal.signal(signal.SIGINT, before)
        if self._failure is not None:
            raise self._failure

    # ---- typed lines

    def _send_lines(self) -> None:
        while (line := self._next_line()) is not None:
            words = line.strip()
            if words == "/quit":
                return
            if words:
                self._check_allowed()
                self._send(words)

    def _next_line(self) -> str | None:
        if self._prompt is not None:
            return self._prompt.read()
        return sys.stdin.readline() or None

    def _check_allowed(self) -> None:
        if self._prompt is None and not self._shell.yes:
            raise CommandError("nothing was sent: without a terminal this needs --yes", Status.DECLINED)

    def _send(self, words: str) -> None:
        try:
            if words.startswith("/image "):
                self._send_image(Path(words.removeprefix("/image ").strip()).expanduser())
            else:
                self._stream.send_text(self._order, _message_in(words))
        except (CommandError, C2CError, ValueError) as error:
            if self._prompt is None:
                raise
            self._say(sentence_of(error) if isinstance(error, C2CError) else str(error))

    def _send_image(self, file: Path) -> None:
        try:
            self._stream.send_image(self._order, file)
        except OSError as error:
            message = f"nothing was sent: {file} cannot be read ({error.strerror})"
            raise CommandError(message, Status.USAGE) from None

    # ---- messages that come

    def _read(self) -> None:
        # The stream only ends without an error if another login took it over.
        failure: BaseException = CommandError(_TAKEN_OVER)
        try:
            for event in self._stream:
                self._handle(event)
        except BaseException as error:  # noqa: BLE001 - `run` raises it in the main thread
            failure = error
        if self._is_left.is_set():
            return
        self._failure = failure
        while not self._is_left.is_set():
            _wake_main_thread()
            self._is_left.wait(_WAKE_AGAIN)

    def _handle(self, event: "Event") -> None:
        match event:
            case Message() if event.order_number == self._order:
                self._show(event)
            case Away():
                self._say(f"The connection was lost ({event.reason}). Messages sent meanwhile will be shown later.")
            case Back():
                self._say("The connection is back.")
            case Missed():
                self._say(f"Messages may be missing here: {event.reason}.")
            case Unreadable():
                self._say(f"A message could not be read: {event.reason}.")
            case _:
                pass

    def _show(self, message: Message) -> None:
        frame = message.frame
        if frame.id is not None and frame.id in self._shown:
            return
        self._shown.add(frame.id or "")
        news = None if message.news is None else message.news.type
        words = (None if news is None else str(news)) if message.text is None else message.text
        row: dict[str, Value] = {
            "id": frame.id,
            "time": frame.create_time,
            "from": None if message.is_own else frame.from_nick_name,
            "own": message.is_own,
            "type": None if frame.type is None else str(frame.type),
            "text": words,
            "image": frame.image_url,
        }
        time = "--:--:--" if frame.create_time is None else self._feed.time_of_day(frame.create_time)
        name = "you" if message.is_own else frame.from_nick_name or "Binance"
        shown = _in_words(news) if message.text is None and news is not None else words
        with self._pause():
            self._feed.put(row, (f"{time}  {name}: {shown or frame.image_url or f'({frame.type})'}",))

    def _say(self, words: str) -> None:
        with self._pause():
            self._shell.say(words)

    def _pause(self) -> AbstractContextManager[None]:
        return nullcontext() if self._prompt is None else self._prompt.paused()
