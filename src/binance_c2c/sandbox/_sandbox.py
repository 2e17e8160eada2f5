"""The sandbox as a function from one request to one answer. Touches no socket and no clock of its own."""

from __future__ import annotations

import decimal
import time
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

from binance_c2c_sapi.operations import OPERATIONS

from . import _codes as codes
from ._answers import Answer, answer, refusal
from ._bodies import Bodies
from ._clock import Clock
from ._codes import RefusedError
from ._counter import Ask, Visit
from ._counters import FOR_ANYBODY, FOR_OWNERS
from ._exchange import Exchange
from ._fields import of_query
from ._gateway import Gateway
from ._query import Query
from ._routes import Routes
from ._weights import UsedWeight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from binance_c2c_sapi.calls import Operation

    from ._accounts import Account, Key
    from ._answers import Json
    from ._wallet import Balance

# Wide enough that no product of two amounts is rounded, whatever context the calling program has set.
_EXACT = decimal.Context(prec=100)


@dataclass(frozen=True, slots=True)
class _Request:
    operation: Operation
    query: Query
    headers: Mapping[str, str]
    body: bytes
    now_ms: int


class Sandbox:
    """An exchange with two accounts, `merchant` and `taker`, that nobody else trades on.

    `now` gives the time in seconds since 1970 and is asked once a request. Any number of threads may call `handle`.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._clock = Clock(now)
        self._lock = Lock()
        self._exchange = Exchange()
        self._gateway = Gateway(self._exchange.accounts.values())
        self._bodies = Bodies()
        self._routes = Routes(OPERATIONS[name] for name in (*FOR_ANYBODY, *FOR_OWNERS))
        self._weights = UsedWeight()

    @property
    def clock(self) -> Clock:
        """Its time, to be read and moved forward: `sandbox.clock.advance(minutes=16)`."""
        return self._clock

    @property
    def keys(self) -> Mapping[str, Key]:
        """The key of each account, by the account's name. The same ones in every sandbox."""
        return MappingProxyType({name: account.key for name, account in self._exchange.accounts.items()})

    @property
    def balances(self) -> Mapping[str, Mapping[str, Balance]]:
        """What each account has of each coin, as it is now."""
        with self._lock:
            self._exchange.pass_time(self._clock.now_ms())
            return {name: account.wallet.balances() for name, account in self._exchange.accounts.items()}

    def handle(self, method: str, path: str, query: bytes, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request. `query` is what came after `?`, untouched; names of headers are in lower case."""
        with self._lock, decimal.localcontext(_EXACT):
            try:
                operation = self._routes.find(method, path)
            except RefusedError as refused:
                return answer(refused.refusal.status, refusal(refused), {})
            return self._play(_Request(operation, Query(query), headers, body, self._clock.now_ms()))

    def _play(self, request: _Request) -> Answer:
        operation, account = request.operation, None
        try:
            account = self._let_in(request)
            self._exchange.pass_time(request.now_ms)
            status, payload = 200, self._serve(request, account)
        except RefusedError as refused:
            status, payload = refused.refusal.status, refusal(refused)
        who = None if account is None else account.name
        used = self._weights.add(path=operation.path, weight=operation.weight, account=who, now_ms=request.now_ms)
        return answer(status, payload, used)

    def _let_in(self, request: _Request) -> Account | None:
        if request.operation.security == "none":
            return None
        if request.operation.security == "key":
            return self._gateway.with_key(request.headers)
        return self._gateway.with_signature(request.headers, request.query, request.now_ms)

    def _serve(self, request: _Request, account: Account | None) -> Json:
        operation = request.operation
        query = of_query(request.query, public=operation.public)
        if _wants_client_type(operation) and not request.headers.get("clienttype"):
            raise RefusedError(codes.ILLEGAL_PARAMETER, "clientType")
        body = self._bodies.read(operation, request.headers, request.body)
        if account is None:
            return FOR_ANYBODY[operation.id](self._exchange, Visit(request.now_ms, query, body))
        return FOR_OWNERS[operation.id](self._exchange, Ask(request.now_ms, query, body, account))


def _wants_client_type(operation: Operation) -> bool:
    # The history is the one operation in whose table the specification does not list the header.
    return operation.path.startswith("/sapi/v1/c2c/") and operation.id != "orders.history"
