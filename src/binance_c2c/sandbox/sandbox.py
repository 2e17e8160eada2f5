"""The sandbox as a function from one request to one answer. Touches no socket and no clock of its own."""

from __future__ import annotations

import decimal
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Self, TypeVar

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.clock import Clock
from binance_c2c.sandbox.exchange import Exchange
from binance_c2c.sandbox.faults import Faults, bent, instead, late, overlapping, repeats_rows, skew_ms
from binance_c2c.sandbox.fields import of_query
from binance_c2c.sandbox.gateway import (
    UNLIMITED,
    Answer,
    Bodies,
    Gateway,
    Keyring,
    Limits,
    Meter,
    Routes,
    TooManyError,
    answer,
    refusal,
)
from binance_c2c.sandbox.handlers import FOR_ANYBODY, FOR_OWNERS, Ask, Visit
from binance_c2c.sandbox.journal import Journal
from binance_c2c.sandbox.moves import Moves
from binance_c2c.sandbox.overview import overview
from binance_c2c.sandbox.query import Query
from binance_c2c.sandbox.refusals import RefusedError
from binance_c2c.sandbox.storage import read, write
from binance_c2c_sapi.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from os import PathLike

    from binance_c2c.sandbox.exchange import Account, Balance, Key
    from binance_c2c.sandbox.faults import Fault
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c_runtime import Operation

V = TypeVar("V", bound=Visit)

# Wide enough that no product of two amounts is rounded, whatever context the calling program has set.
_EXACT = decimal.Context(prec=100)


@dataclass(frozen=True, slots=True)
class _Request:
    operation: Operation
    query: Query
    headers: Mapping[str, str]
    body: bytes
    now_ms: int
    faults: Sequence[Fault]

    @property
    def gate_ms(self) -> int:
        """The time by the gate's clock."""
        return self.now_ms + skew_ms(self.faults)


class Sandbox:
    """An exchange with two accounts, `merchant` and `taker`, that nobody else trades on.

    Any number of threads may call `handle`.

    Args:
        now: The time in seconds since 1970, asked once a request.
        limits: How much may be asked in a minute; None for as much as one likes.
        seed: What the chances of faults come from.

    """

    def __init__(
        self,
        now: Callable[[], float] = time.time,
        *,
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
        seed: int = 0,
    ) -> None:
        self._clock = Clock(now)
        self._faults = Faults(seed)
        self._lock = Lock()
        self._settle(Exchange())
        self._bodies = Bodies()
        self._routes = Routes(OPERATIONS.values())
        self._meter = Meter(limits or UNLIMITED)

    @classmethod
    def load(
        cls,
        path: str | PathLike[str],
        now: Callable[[], float] = time.time,
        *,
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
        seed: int = 0,
    ) -> Self:
        """The sandbox that `save` wrote to a file. The other parameters are those of the class.

        Its clock is ahead of `now` by as much as it was. Where that is earlier than the moment it was saved at, it goes
        on from that moment.

        Raises:
            ValueError: The file is not one that `save` wrote, or one of another version. The message names it.
            OSError: The file cannot be read.
            ModuleNotFoundError: It holds public keys, and the extra `[keys]` is not installed.

        """
        exchange, saved_ms, ahead_ms = read(path)
        sandbox = cls(now, limits=limits, seed=seed)
        sandbox._settle(exchange)
        sandbox.clock.advance(seconds=max(ahead_ms, saved_ms - sandbox.clock.now_ms()) / 1000)
        return sandbox

    def save(self, path: str | PathLike[str]) -> None:
        """Write all that there is to a file: accounts, public keys, ads, orders, chats, prices, the clock's lead.

        Not written: faults, how much of the limits is used up, the journal. What was at `path` is replaced by the whole
        file, or stays as it was.

        Raises:
            OSError: The file cannot be written.

        """
        with self._turn() as now_ms:
            write(path, self._exchange, now_ms, self._clock.ahead // timedelta(milliseconds=1))

    def _settle(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._keyring = Keyring(exchange.accounts)
        self._gateway = Gateway(self._keyring)
        self._journal = Journal(self._keyring)
        self._moves = Moves(exchange, self._turn)

    @property
    def clock(self) -> Clock:
        """Its time, to be read and moved forward: `sandbox.clock.advance(minutes=16)`."""
        return self._clock

    @property
    def faults(self) -> Faults:
        """What goes wrong here, on demand: `sandbox.faults.add("drop-after", "orders.release", times=1)`."""
        return self._faults

    @property
    def moves(self) -> Moves:
        """What the counterparty, support and the market do: without key or signature, and by the same rules."""
        return self._moves

    @property
    def keys(self) -> Mapping[str, Key]:
        """The key of each account, by the account's name. The same ones in every sandbox."""
        return MappingProxyType({name: account.key for name, account in self._exchange.accounts.items()})

    def register_key(self, account: str, public_key_pem: str | bytes) -> str:
        """The API key for requests that are signed with the private key to this public one: RSA or Ed25519.

        As on the exchange, where a merchant uploads a public key. The same key gets the same API key in every sandbox,
        and a saved sandbox keeps it. Needs the extra `[keys]`.

        Args:
            account: `merchant` or `taker`.
            public_key_pem: The public key, in PEM.

        Raises:
            ValueError: There is no such account, or this is no such public key. The message names the argument.
            TypeError: The public key is no text.
            ModuleNotFoundError: The extra is not installed.

        """
        try:
            with self._turn():
                return self._keyring.register(account, public_key_pem)
        except (ValueError, TypeError) as refused:
            # It may be a private key. Frames hold what they were given, and reports of errors list what frames hold.
            del public_key_pem
            raise refused.with_traceback(None) from None

    @property
    def balances(self) -> Mapping[str, Mapping[str, Balance]]:
        """What each account has of each coin, as it is now, and under `exchange` the commissions taken so far."""
        with self._turn():
            wallets = {name: account.wallet for name, account in self._exchange.accounts.items()}
            return {name: wallet.balances() for name, wallet in {**wallets, "exchange": self._exchange.fees}.items()}

    @property
    def journal(self) -> Journal:
        """The last requests and their answers."""
        return self._journal

    def overview(self) -> Json:
        """What there is, for a person to look at."""
        with self._turn() as now_ms:
            return overview(self._exchange, now_ms)

    def act(self, account: str, operation_id: str, body: bytes) -> Answer:
        """The answer to an operation that somebody does at the console: without key and signature, by the same rules.

        Raises `KeyError` for an account or an operation that there is not.
        """
        who, operation, serve = self._exchange.accounts[account], OPERATIONS[operation_id], FOR_OWNERS[operation_id]
        with self._turn() as now_ms:
            try:
                fields = self._bodies.read(operation, {}, body)
                return answer(
                    200, serve(self._exchange, Ask(now_ms, of_query(Query(b""), public=False), fields, who)), {}
                )
            except RefusedError as refused:
                return _no(refused, {})

    def handle(self, method: str, path: str, query: bytes, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request. `query` is what came after `?`, untouched; names of headers are in lower case."""
        with self._lock, decimal.localcontext(_EXACT):
            now_ms = self._clock.now_ms()
            answered, gate_ms = self._answer(method, path, Query(query), headers, body, now_ms=now_ms)
        self._journal.add(method, path, query, headers, body, answer=answered, at_ms=now_ms, gate_ms=gate_ms)
        return answered

    def _answer(
        self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes, *, now_ms: int
    ) -> tuple[Answer, int]:
        """The answer, and the time by the gate's clock."""
        try:
            self._meter.check_ban(now_ms)
            operation = self._routes.find(method, path)
        except RefusedError as refused:
            return _no(refused, {}), now_ms
        faults = self._faults.strike(operation.id)
        request = _Request(operation, query, headers, body, now_ms, faults)
        answered = instead(faults) or bent(faults, self._play(request))
        return late(faults, answered), request.gate_ms

    @contextmanager
    def _turn(self) -> Generator[int]:
        """Time to act without a request: nobody else acts, and what is due by now has happened."""
        with self._lock, decimal.localcontext(_EXACT):
            now_ms = self._clock.now_ms()
            self._exchange.pass_time(now_ms)
            yield now_ms

    def _play(self, request: _Request) -> Answer:
        used = dict[str, str]()
        try:
            self._meter.of_address(request.operation, request.now_ms, used)
            account = self._let_in(request)
            if account is not None:
                self._meter.of_account(request.operation, account.name, request.now_ms, used)
            self._exchange.pass_time(request.now_ms)
            return answer(200, self._serve(request, account), used)
        except RefusedError as refused:
            return _no(refused, used)

    def _let_in(self, request: _Request) -> Account | None:
        if request.operation.security == "none":
            return None
        if request.operation.security == "key":
            return self._gateway.with_key(request.headers)
        return self._gateway.with_signature(request.headers, request.query, request.gate_ms)

    def _serve(self, request: _Request, account: Account | None) -> Json:
        operation = request.operation
        query = of_query(request.query, public=operation.public)
        if _wants_client_type(operation) and not request.headers.get("clienttype"):
            raise RefusedError(codes.ILLEGAL_PARAMETER, "clientType")
        body = self._bodies.read(operation, request.headers, request.body)
        if account is None:
            visit = Visit(request.gate_ms, query, body)
            return _served(request, visit, partial(FOR_ANYBODY[operation.id], self._exchange))
        ask = Ask(request.now_ms, query, body, account)
        return _served(request, ask, partial(FOR_OWNERS[operation.id], self._exchange))


def _served(request: _Request, visit: V, serve: Callable[[V], Json]) -> Json:
    payload = serve(visit)
    return overlapping(payload, visit, serve) if repeats_rows(request.faults) else payload


def _no(refused: RefusedError, headers: Mapping[str, str]) -> Answer:
    if isinstance(refused, TooManyError):
        headers = {**headers, "Retry-After": str(refused.retry_after)}
    return answer(refused.refusal.status, refusal(refused), headers)


def _wants_client_type(operation: Operation) -> bool:
    # The history is the one operation in whose table the specification does not list the header.
    return operation.path.startswith("/sapi/v1/c2c/") and operation.id != "orders.history"
