"""The sandbox: answers HTTP requests as the exchange would. Opens no socket, and reads only the clock it is given."""

from __future__ import annotations

import decimal
import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from os import fspath
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.chat import ChatHub
from binance_c2c.sandbox.exchange import Exchange, Profile
from binance_c2c.sandbox.faults import ChatPlace, Faults
from binance_c2c.sandbox.gateway import (
    UNLIMITED,
    Answer,
    Authentication,
    Keyring,
    Limits,
    Query,
    RateLimiter,
    Request,
    Routes,
    TooManyError,
    Validator,
    alter,
    answer_picture,
    delay,
    host_of,
    is_picture,
    json_answer,
    overlap_pages,
    refusal_body,
    repeats_rows,
    replacement,
    skew_ms,
)
from binance_c2c.sandbox.handlers import HANDLERS
from binance_c2c.sandbox.journal import Journal
from binance_c2c.sandbox.moves import MarketPlan, Moves, Triggers, fill_history, fill_market
from binance_c2c.sandbox.refusals import FieldRefusedError, RefusedError
from binance_c2c.sandbox.storage import LAST_MS, read_profile, read_state_file, write_state_file
from binance_c2c_sapi.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from decimal import Decimal
    from os import PathLike

    from binance_c2c.sandbox.exchange import Balance, Key
    from binance_c2c.sandbox.faults import Fault
    from binance_c2c.sandbox.moves import Triggered

T = TypeVar("T")

# So precise that no product of two amounts is rounded, whatever decimal context the calling program has set.
_EXACT = decimal.Context(prec=100)
_MILLISECOND = timedelta(milliseconds=1)


class Clock:
    """The sandbox's clock: `now`, in seconds since 1970, plus the time by which it was advanced."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._ahead_ms = 0
        self._lock = Lock()

    @property
    def ahead(self) -> timedelta:
        """The time by which it was advanced in all."""
        return timedelta(milliseconds=self._ahead_ms)

    def now_ms(self) -> int:
        """Its time in milliseconds since 1970."""
        return int(self._now() * 1000) + self._ahead_ms

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move it forward. Everything that is due by then happens before the next request is handled.

        Raises:
            ValueError: The sum is negative, or leads beyond the year 9998.

        """
        try:
            by = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError as error:
            message = f"a clock cannot be moved that far: {error}"
            raise ValueError(message) from error
        if by < timedelta(0):
            message = f"the sandbox's clock moves only forward, so a time of 0 or more is expected, not {by}"
            raise ValueError(message)
        with self._lock:
            if self.now_ms() + by // _MILLISECOND > LAST_MS:
                message = f"the sandbox's clock stops at the end of the year 9998, and {by} would lead beyond it"
                raise ValueError(message)
            self._ahead_ms += by // _MILLISECOND


class Sandbox:
    """An exchange in memory with two accounts that have API keys, `merchant` and `taker`, and ads of other merchants.

    Any number of threads may call `handle`.

    Args:
        now: Gives the time in seconds since 1970. Called once per request.
        limits: The rate limits; None for none.
        seed: Seed of all random draws: faults, `seed_market`, `seed_history`.
        empty: Whether there are no other merchants, so that searches find only ads of the two accounts.

    """

    def __init__(
        self,
        now: Callable[[], float] = time.time,
        *,
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
        seed: int = 0,
        empty: bool = False,
    ) -> None:
        self._clock = Clock(now)
        self._faults = Faults(seed)
        self._lock = Lock()
        with decimal.localcontext(_EXACT):
            exchange = Exchange()
            if not empty:
                exchange.open_market()
        self._use(exchange)
        self._validator = Validator()
        self._routes = Routes(OPERATIONS.values())
        if not isinstance(limits, Limits | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            message = f"limits: Limits or None are expected, not {type(limits).__name__}"
            raise TypeError(message)
        self._rate_limiter = RateLimiter(limits or UNLIMITED)

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

        Its clock keeps the lead over `now` that it had when saved, but never starts before the moment of saving.

        Raises:
            ValueError: The file was not written by `save`, or by another version of it. The message names the file.
            OSError: The file cannot be read.
            ModuleNotFoundError: The file has public keys, and the extra `[keys]` is not installed.

        """
        with decimal.localcontext(_EXACT):
            exchange, saved_ms, ahead_ms = read_state_file(path)
        sandbox = cls(now, limits=limits, seed=seed, empty=True)
        try:
            sandbox._use(exchange)
        except ValueError as error:
            message = f"{fspath(path)}: state.accounts: readable public keys are expected: {error}"
            raise ValueError(message) from None
        sandbox.clock.advance(seconds=max(ahead_ms, saved_ms - sandbox.clock.now_ms()) / 1000)
        return sandbox

    def save(self, path: str | PathLike[str]) -> None:
        """Write the whole state to a file: accounts, public keys, ads, orders, chats, prices, the clock's lead.

        Not written: faults, the used part of the rate limits, the journal. A file at `path` is replaced in one step, or
        stays as it was.

        Raises:
            OSError: The file cannot be written.

        """
        with self._turn() as now_ms:
            write_state_file(path, self._exchange, now_ms, self._clock.ahead // _MILLISECOND)

    def _use(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._keyring = Keyring(exchange.accounts)
        self._authentication = Authentication(self._keyring)
        self._journal = Journal(self._keyring)
        self._moves = Moves(exchange, self._turn)
        self._triggers = Triggers(exchange, self._moves, self._turn, self._clock.advance)
        self._chat = ChatHub(exchange, self._faults, self._turn)

    @property
    def clock(self) -> Clock:
        """The clock, which can be read and advanced: `sandbox.clock.advance(minutes=16)`."""
        return self._clock

    @property
    def faults(self) -> Faults:
        """The faults in force. To add one: `sandbox.faults.add("drop-after", "orders.release", times=1)`."""
        return self._faults

    @property
    def moves(self) -> Moves:
        """Actions of the counterparty, of support and of the market: same rules, no key or signature needed."""
        return self._moves

    @property
    def chat(self) -> ChatHub:
        """The chat's connections: `sandbox.chat.connect(target)` opens one in process, without a socket."""
        return self._chat

    @property
    def keys(self) -> Mapping[str, Key]:
        """The API key of each account that has one, by the account's name; the same in every sandbox."""
        return MappingProxyType({name: account.key for name, account in self._exchange.accounts.items() if account.key})

    def add_account(self, name: str, file: str | PathLike[str] | None = None) -> Key:
        """Add an account with an API key of its own, or redefine one that has not traded yet. Returns its key.

        Args:
            name: The name of the account, such as `alice`; or `merchant` or `taker`, which exist already.
            file: A TOML file with its balances, payment methods and names; by default a new account has the balances
                and the kind of payment method that `merchant` has.

        Raises:
            ValueError: The name is not allowed, the account has traded, or the file has an unexpected value. The
                message names the argument, or the file and the place in it.
            OSError: The file cannot be read.

        """
        profile = Profile() if file is None else read_profile(file)
        with self._turn():
            try:
                account = self._exchange.add_account(name, profile)
            except ValueError as error:
                if file is None or not str(error).startswith("balances"):
                    raise
                message = f"{fspath(file)}: {error}"
                raise ValueError(message) from None
            return self._keyring.add(account)

    def seed_market(
        self, *, fiats: Sequence[str] = ("MXN",), assets: Sequence[str] = ("USDT", "BTC"), ads: int = 300
    ) -> None:
        """Fill markets with ads of many merchants, whose prices move. Equal for equal seeds of the sandbox.

        Prices move with the clock, a step every five seconds, and stay within 4 percent of where they begin. Accounts
        with an API key get a payment method for each currency for which they have none.

        Args:
            fiats: Codes of currencies.
            assets: Codes of coins.
            ads: How many ads there are in these markets together.

        Raises:
            ValueError: A currency or coin is unknown, or `ads` is out of range. The message names the argument.

        """
        plan = MarketPlan(tuple(fiats), tuple(assets), ads)
        with self._turn() as now_ms:
            fill_market(self._exchange, plan, self._faults.seed, now_ms)

    def seed_history(self, months: int) -> None:
        """Make up orders of the last months, of 30 days each, for each merchant that has an API key.

        They follow the rules of the exchange, each at its own time, so that balances, commissions and statistics
        reflect them afterwards. Equal for equal seeds of the sandbox.

        Raises:
            ValueError: `months` is not from 1 to 60.

        """
        with self._turn() as now_ms:
            fill_history(self._exchange, months, self._faults.seed, now_ms)

    def trigger(
        self,
        event: str,
        account: str = "merchant",
        *,
        order_number: str | None = None,
        adv_no: str | None = None,
        amount: Decimal | int | str | None = None,
        text: str | None = None,
    ) -> Triggered:
        """Let an event happen to an account, after the steps that it needs: `sandbox.trigger("paid")`.

        Args:
            event: One of `TRIGGERS`, such as `order-placed`, `paid`, `appeal`, `timed-out`, `cancelled`, `message`.
            account: The owner of the ad or order.
            order_number: The order; by default a new order is placed and moved to the state that the event needs.
            adv_no: The ad that is taken; by default the newest ad of the account, or one that is posted first.
            amount: The total of the new order in fiat money; by default the least that the ad allows.
            text: The text of the message, for the event `message`.

        Raises:
            ValueError: An argument is invalid; the message names it.
            MoveRefusedError: The exchange refuses it.

        """
        return self._triggers.fire(event, account, order_number=order_number, adv_no=adv_no, amount=amount, text=text)

    def register_key(self, account: str, public_key_pem: str | bytes) -> str:
        """Add an RSA or Ed25519 public key. Returns the API key for requests signed with its private key.

        As on the exchange, where merchants upload public keys. A public key gets the same API key in every sandbox, and
        a saved sandbox keeps it. Needs the extra `[keys]`.

        Args:
            account: `merchant` or `taker`.
            public_key_pem: The public key, in PEM.

        Raises:
            ValueError: The account or the public key is not valid. The message names the argument.
            TypeError: The public key is neither text nor bytes.
            ModuleNotFoundError: The extra is not installed.

        """
        try:
            with self._turn():
                return self._keyring.register(account, public_key_pem)
        except (ValueError, TypeError) as refused:
            # The text may be a private key, and error reports show the arguments of the frames of a traceback.
            del public_key_pem
            raise refused.with_traceback(None) from None

    @property
    def balances(self) -> Mapping[str, Mapping[str, Balance]]:
        """The coins of each account, by its name and the coin's code; under `exchange`, the commissions so far."""
        with self._turn():
            wallets = {name: account.wallet for name, account in self._exchange.accounts.items()}
            return {name: wallet.balances() for name, wallet in {**wallets, "exchange": self._exchange.fees}.items()}

    @property
    def journal(self) -> Journal:
        """The last requests and their answers."""
        return self._journal

    def read_state(self, read: Callable[[Exchange, int], T]) -> T:
        """Call `read` with the exchange and its time, while no request or move changes anything. Returns its result."""
        with self._turn() as now_ms:
            return read(self._exchange, now_ms)

    def handle(self, method: str, path: str, query: bytes, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request. `query` is what follows `?`, not decoded; names of headers are in lower case."""
        started = time.perf_counter()
        with self._lock, decimal.localcontext(_EXACT):
            now_ms = self._clock.now_ms()
            addresses = self._chat.addresses.for_caller(host_of(headers))
            request = Request[Any](method, path, Query(query), headers, body, now_ms, now_ms, addresses)
            answer = self._answer_picture(request) if is_picture(path) else self._answer(request)
        self._journal.add(request, answer, time.perf_counter() - started + answer.delay)
        return answer

    def _answer_picture(self, request: Request[Any]) -> Answer:
        """The answer of the store of chat pictures, which is no part of the exchange's API."""
        faults = self._faults.draw(ChatPlace.UPLOAD if request.method == "PUT" else ChatPlace.DOWNLOAD)
        answer = replacement(faults) or alter(faults, answer_picture(self._exchange.chats, request))
        return delay(faults, answer)

    def _answer(self, request: Request[Any]) -> Answer:
        try:
            self._rate_limiter.check_ban(request.now_ms)
            operation = request.operation = self._routes.find(request.method, request.path)
        except RefusedError as refused:
            return _refuse(refused, {})
        faults = self._faults.draw(operation.id)
        request.gateway_time_ms += skew_ms(faults)
        return delay(faults, replacement(faults) or alter(faults, self._act_on(request, faults)))

    def _act_on(self, request: Request[Any], faults: Sequence[Fault]) -> Answer:
        """Pass the request through the gateway to its handler."""
        used, operation, now_ms = dict[str, str](), request.operation, request.now_ms
        try:
            self._rate_limiter.count_address(operation, now_ms, used)
            self._authentication.identify(request)
            if operation.security != "none":
                self._rate_limiter.count_account(operation, request.account.name, now_ms, used)
            self._exchange.pass_time(now_ms)
            self._validator.validate(request)
            handler = partial(HANDLERS[operation.id], self._exchange)
            payload = handler(request)
            if repeats_rows(faults):
                payload = overlap_pages(payload, request, handler)
            return json_answer(200, payload, used)
        except FieldRefusedError as refused:
            if operation.public:
                return _refuse(RefusedError(refusals.ILLEGAL_ON_WEBSITE, refused.name), used)
            return _refuse(refused, used)
        except RefusedError as refused:
            return _refuse(refused, used)

    @contextmanager
    def _turn(self) -> Generator[int]:
        """Lock the exchange, and apply what is due: orders expire, breaks end. Gives the time in ms."""
        with self._lock, decimal.localcontext(_EXACT):
            now_ms = self._clock.now_ms()
            self._exchange.pass_time(now_ms)
            yield now_ms


def _refuse(refused: RefusedError, headers: Mapping[str, str]) -> Answer:
    if isinstance(refused, TooManyError):
        headers = {**headers, "Retry-After": str(refused.retry_after)}
    if refused.refusal.empty:
        return Answer(refused.refusal.status, headers, b"")
    return json_answer(refused.refusal.status, refusal_body(refused), headers)
