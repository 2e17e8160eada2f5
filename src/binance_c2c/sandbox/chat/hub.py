"""All chat connections of an exchange: their handshakes, and the delivery of messages."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.chat.session import ChatSession
from binance_c2c.sandbox.faults import ChatPlace, FaultKind
from binance_c2c.sandbox.gateway import Addresses, Answer, Query, alter, delay, json_answer, refusal_body, replacement
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from binance_c2c.sandbox.exchange import Account, Exchange, Message
    from binance_c2c.sandbox.faults import Faults

    Turn = Callable[[], AbstractContextManager[int]]

PATH = "/chat"
"""The path of the chat's URL. In a connection's path, the account's listen key follows it."""

_SWITCHING = 101
_CLIENT_TYPES = {"web", "android", "ios", "electron"}


class Handshake(NamedTuple):
    """The answer to a request to connect, and the session, if one begins."""

    answer: Answer
    """Status 101 if the connection is opened. Faults may delay or drop it, as every answer."""
    session: ChatSession | None


class ChatHub:
    """`Sandbox.chat`. One connection per account: a second one ends the first, with the reason `Bye`."""

    def __init__(self, exchange: Exchange, faults: Faults, turn: Turn) -> None:
        self.exchange = exchange
        self.faults = faults
        self.turn = turn
        """A context that locks the exchange and gives its time in ms."""
        self.addresses = Addresses()
        """The base URLs that clients get. A server sets its own while it runs."""
        self._sessions: dict[str, ChatSession] = {}
        self._listeners: list[Callable[[], object]] = []
        exchange.chats.listen(self._bring)
        exchange.chats.listen_to_reading(self._tell_read)

    def connect(self, target: str, host: str = "") -> Handshake:
        """The answer to a handshake for this target: `/chat/{listenKey}?token=…&clientType=web`.

        `host` is the host name that the client uses for this machine.
        """
        with self.turn() as now_ms:
            faults = self.faults.draw(ChatPlace.CONNECT)
            replaced = replacement(faults)
            if replaced is not None:
                return Handshake(delay(faults, replaced), None)
            account = self._account(target, now_ms)
            refused = next((fault for fault in faults if fault.kind is FaultKind.TOKEN_REFUSED), None)
            if account is None or refused is not None:
                why = refusal_body(RefusedError(refusals.TOKEN_REFUSED))
                status = refusals.TOKEN_REFUSED.status if refused is None else refused.status
                return Handshake(delay(faults, json_answer(status or 0, why, {})), None)
            return Handshake(delay(faults, alter(faults, Answer(_SWITCHING, {}, b""))), self._begin(account, host))

    def forget(self, session: ChatSession) -> None:
        """Remove a session that has ended. The caller holds the exchange's lock."""
        if self._sessions.get(session.account.name) is session:
            del self._sessions[session.account.name]

    @contextmanager
    def at(self, **addresses: str) -> Generator[None]:
        """Set some of the addresses that clients get while the context lasts."""
        before = self.addresses
        self.addresses = replace(before, **addresses)
        try:
            yield
        finally:
            self.addresses = replace(self.addresses, **{name: getattr(before, name) for name in addresses})

    @property
    def is_served(self) -> bool:
        """Whether clients get the address of a server."""
        return self.addresses.chat != Addresses().chat

    @property
    def connected(self) -> tuple[str, ...]:
        """The names of the accounts that are connected."""
        return tuple(self._sessions)

    def listen(self, listener: Callable[[], object]) -> None:
        """Call `listener` after each further message. It must not call the sandbox, whose lock is held."""
        self._listeners.append(listener)

    def ignore(self, listener: Callable[[], object]) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    def _account(self, target: str, now_ms: int) -> Account | None:
        """The account whose listen key and token are in the target. The token is used up even if they do not match."""
        try:
            address = urlsplit(target)
        except ValueError:
            return None
        query = Query(address.query.encode("utf-8", "surrogateescape"))
        owner = self.exchange.chats.use_token(query.get("token"), now_ms)
        account = None if owner is None else self.exchange.accounts[owner]
        if account is None or address.path != f"{PATH}/{account.listen_key}":
            return None
        return account if query.get("clientType") in _CLIENT_TYPES else None

    def _begin(self, account: Account, host: str) -> ChatSession:
        before = self._sessions.pop(account.name, None)
        if before is not None:
            before.close("Bye")
        session = self._sessions[account.name] = ChatSession(self, account, host)
        session.begin(sum(not message.is_read for message in self.exchange.chats.of_account(account)))
        return session

    def _tell_read(self, reader: Account, order_number: str) -> None:
        session = self._sessions.get(self.exchange.orders.find(order_number).other(reader).name)
        if session is not None:
            session.tell_read(order_number)

    def _bring(self, reader: Account, message: Message) -> None:
        session = self._sessions.get(reader.name)
        if session is not None:
            session.bring(message, message.sent_ms)
        for listener in tuple(self._listeners):
            listener()
