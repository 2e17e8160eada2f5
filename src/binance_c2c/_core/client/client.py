"""The clients `C2CClient` and `AsyncC2CClient`: each assembles the parts of the SDK from its arguments."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from types import EllipsisType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, Unpack

import httpx

from binance_c2c._core import auth, flow
from binance_c2c._core.client.config import (
    Settings,
    from_environment,
    replace_options,
    sandbox_options,
    wrap_secrets,
)
from binance_c2c._core.flow import RetryPolicy
from binance_c2c._core.support import keep_signatures_out_of_logs
from binance_c2c._core.transport import LONGEST_BODY
from binance_c2c.errors import DecodeError
from binance_c2c_sapi.operations import API_URL
from binance_c2c_sapi.resources import AsyncResources, Resources

if TYPE_CHECKING:
    from binance_c2c._core.auth import HmacAuth, Secret, SecretSource
    from binance_c2c._core.client.options import AsyncClientOptions, ClientOptions
    from binance_c2c._core.flow import AsyncRequestHook, AsyncResponseHook, Exchange, RequestHook, ResponseHook
    from binance_c2c._core.limits import Budget, Fleet, Limit
    from binance_c2c.chat import AsyncChat, Chat
    from binance_c2c.sandbox import Sandbox
    from binance_c2c.watch import AsyncWatchableOrders, WatchableOrders
    from binance_c2c_runtime import Call
    from binance_c2c_sapi.models import ServerTime

T = TypeVar("T")

CLOCK_SAMPLES = 3


class _Client:
    """The part that both clients share, and that does no I/O."""

    # For the `repr` of a client whose constructor failed.
    _base_url = "not made"

    def _begin(
        self, settings: Settings, on_request: Any, on_response: Any, *, may_be_async: bool
    ) -> "tuple[flow.Flow, HmacAuth | None]":
        """Check the settings and make the flow of calls and the signer."""
        keep_signatures_out_of_logs()
        flow.check_hook("on_request", on_request, may_be_async=may_be_async)
        flow.check_hook("on_response", on_response, may_be_async=may_be_async)
        self._base_url = settings.base_url
        self._clock = auth.Clock()
        shared = replace(settings.new_flow(self._clock), on_request=on_request, on_response=on_response)
        self._limits = shared.limits
        return shared, settings.signer(self._clock)

    @property
    def limits(self) -> "Mapping[str, Limit]":
        """The rate limits by name, each with the used weight that the exchange last reported while that is valid."""
        return self._limits.reported()

    def _learn(self, answer: "ServerTime", sent_ms: float) -> None:
        from binance_c2c_runtime import epoch_ms  # noqa: PLC0415 - loaded with the answer

        if not self._clock.learn(epoch_ms(answer.server_time), sent_ms, self._clock.ticks_ms()):
            raise DecodeError("the exchange answered with a time that cannot be right")

    def __reduce__(self) -> NoReturn:
        message = f"a {type(self).__name__} holds a secret and connections: it cannot be pickled or copied"
        raise TypeError(message)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._base_url}>"


def set_clock(client: _Client, now: datetime) -> None:
    """Set the clock of a client to a moment, as if the exchange had just reported it. Used by replays."""
    # A function and not a method, since it is not for users.
    from binance_c2c_runtime import epoch_ms  # noqa: PLC0415 - loaded with the first answer that is read

    clock = client._clock  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    ticks = clock.ticks_ms()
    clock.learn(epoch_ms(now), ticks, ticks)


class C2CClient(_Client, Resources):
    """The C2C merchant API. One client serves any number of threads; use it as a context manager or `close` it.

    Args:
        api_key: Sent as `X-MBX-APIKEY`. Without key and secret only operations that need none can be called.
        api_secret: For the signature. Never sent and never shown. With a private key in PEM, RSA or Ed25519, that signs
            (the extra `[keys]`). Each of the two may also be a `Path` to a file, or a function that is called once.
        base_url: Where the API is. Plain http is refused, except for this machine.
        public_url: Where the public market is, which needs no key. By default Binance's website, or `base_url` where
            that is not Binance's.
        recv_window: For how many milliseconds a request stays valid after its timestamp; at most 60000.
        timeout: Seconds for all attempts and waits of a call together, even if a server sends its answer in small
            pieces. None waits forever. A write that is cut off once it may have gone out raises `OutcomeUnknownError`.
            With an `http` of your own the time is checked between the pieces of an answer: the head as a whole, and
            each piece, may take as long as was left when it began.
        retry: How often to try, and how long to wait in between.
        http: An `httpx.Client` or an `httpx` transport of your own: for proxies, TLS settings, HTTP/2, connection
            limits. You close it. `timeout` replaces its time-outs, redirects are never followed, and over HTTP/1.1 each
            request opens a connection of its own: on a kept one, an answer that comes twice would be taken for the
            answer to the next request. By default the client has connections of its own, on which that cannot happen,
            and uses the proxies that the environment names.
        on_request: Called with a `RequestEvent` before each attempt. A hook that fails is logged and ignored.
        on_response: Called with a `ResponseEvent` when an attempt has ended, well or badly.
        allow_plain_http: Permits a `base_url` without TLS on another machine.
        budget: How much weight may be used up within a minute. Calls beyond it wait, or raise `RateLimitError` unsent
            where the wait would pass `timeout`. By default there is no bound.
        fleet: Other processes behind the same IP address, which share budget and bans through Redis. Needs `[redis]`.
        api_secret_password: The password of an encrypted private key.
        max_response_bytes: How long an answer may be, both compressed and decompressed. A longer one is an error.

    Raises:
        ConfigurationError: An argument cannot work. The message names it.

    """

    def __init__(
        self,
        *,
        api_key: "Secret | SecretSource | None" = None,
        api_secret: "Secret | SecretSource | None" = None,
        base_url: str = API_URL,
        public_url: str | None = None,
        recv_window: int = 60_000,
        timeout: float | None = 10.0,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - frozen
        http: httpx.Client | httpx.BaseTransport | None = None,
        on_request: "RequestHook | None" = None,
        on_response: "ResponseHook | None" = None,
        allow_plain_http: bool = False,
        budget: "Budget | None" = None,
        fleet: "Fleet | None" = None,
        api_secret_password: "Secret | SecretSource | None" = None,
        max_response_bytes: int = LONGEST_BODY,
    ) -> None:
        # Wrapped first, so that a traceback with local variables shows no secret.
        key = api_key = auth.ApiKey.of("api_key", api_key)
        secret = api_secret = auth.Secret.of("api_secret", api_secret)
        password = api_secret_password = auth.Password.of("api_secret_password", api_secret_password)
        settings = Settings(
            key,
            secret,
            base_url,
            public_url,
            recv_window,
            timeout,
            retry,
            allow_plain_http,
            budget,
            fleet,
            password,
            max_response_bytes,
        )
        shared, signer = self._begin(settings, on_request, on_response, may_be_async=False)
        self._driver = flow.Driver(shared, signer, http, fleet=settings.link(), most_bytes=max_response_bytes)
        super().__init__(self._driver)

    @classmethod
    def from_env(cls, **settings: "Unpack[ClientOptions]") -> Self:
        """A client with key, secret and base URL from `BINANCE_API_KEY`, `BINANCE_API_SECRET`, `BINANCE_C2C_BASE_URL`.

        `BINANCE_API_SECRET_FILE` may name a file that has the secret, `BINANCE_API_SECRET_PASSWORD` is an encrypted
        private key's. Keyword arguments are those of the class and come before the environment.

        Raises:
            ConfigurationError: A variable is missing, or something in one cannot work.

        """
        concealed = wrap_secrets(settings)
        # An error report that lists local variables is to show no secret.
        settings = {}
        return cls(**from_environment(concealed))

    @classmethod
    def in_sandbox(
        cls, sandbox: "Sandbox | None" = None, *, account: str = "merchant", **settings: "Unpack[ClientOptions]"
    ) -> Self:
        """A client of a sandbox exchange in this process, without a port. Needs the extra `[sandbox]`.

        Args:
            sandbox: The exchange; a fresh one by default. Several clients can share one.
            account: `merchant` or `taker`.
            settings: Keyword arguments of the class.

        Raises:
            ConfigurationError: There is no such account, or an argument cannot work.
        """
        concealed = wrap_secrets(settings)
        # An error report that lists local variables is to show no secret.
        settings = {}
        return cls(**{**sandbox_options(sandbox, account), **concealed})

    @cached_property
    def chat(self) -> "Chat":
        """The chat with the other side of an order: over HTTP, and as a stream (`chat.connect`)."""
        from binance_c2c.chat import Chat  # noqa: PLC0415 - loaded when it is used, as every resource is

        return Chat(self._driver)

    @cached_property
    def orders(self) -> "WatchableOrders":
        """Orders from the first click to the release of the coins, their history, and their changes as they happen."""
        from binance_c2c.watch import WatchableOrders  # noqa: PLC0415 - loaded when it is first used

        return WatchableOrders(self._driver)

    def sync_clock(self) -> timedelta:
        """Learn the exchange's time, and tell how far it is ahead of this machine's clock.

        Asks three times and takes the quickest answer, which is exact to within half of its round trip. Calls do not
        need it: a clock that is off is corrected when the exchange refuses a call (-1021). It saves that refusal.

        Raises:
            C2CError: The exchange could not be asked.

        """
        for _ in range(CLOCK_SAMPLES):
            sent = self._clock.ticks_ms()
            self._learn(self.system.time(), sent)
        return self._clock.offset

    def with_options(
        self, *, timeout: float | EllipsisType | None = ..., retry: RetryPolicy | EllipsisType = ...
    ) -> Self:
        """A copy of the client with another time-out or retry policy; it shares connections, signer, clock and bans.

        What is not given stays as it is. The connections belong to the client it was made from: closing the new one
        closes nothing, and once the first is closed neither can send.

        Raises:
            ConfigurationError: An argument cannot work. The message names it.
        """
        driver = self._driver.derived(replace_options(self._driver.flow, timeout, retry))
        return flow.copy_client(driver, self, Resources)

    def send(self, call: "Call[T]", /) -> T:
        """Send a call and give its value."""
        return self._driver.send(call)

    def exchange(self, call: "Call[T]", /) -> "Exchange[T]":
        """Send a call and give its value with status, headers, used weight and the raw answer."""
        return self._driver.exchange(call)

    def raw(
        self,
        method: str,
        path: str,
        /,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a path of the API that the SDK does not know, signed, and give the content of its answer.

        A path that it knows keeps its own rules. Of others, GET counts as reading, and every other method as a write:
        it is never sent again once it may have gone out, and raises `OutcomeUnknownError` where its answer was lost.
        C2C paths (`/sapi/v1/c2c/`) and the website's (`/bapi/`, no key) answer in an envelope, whose `data` is
        returned; of others, the whole answer is. Numbers with a fraction are `Decimal`.

        Args:
            method: GET, POST, PUT or DELETE.
            path: Without host and query, such as `/sapi/v1/c2c/ads/search`.
            query: Parameters in wire names. Timestamp and signature are added.
            body: JSON in wire names. It is not signed.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            OutcomeUnknownError: A write was sent and the answer was lost.
            C2CError: The exchange refused, or nothing usable came back.

        """
        try:
            call = flow.raw_call(method, path, query, body)
        finally:
            # An error report that lists local variables is to show no one-time code.
            query = body = None
        return self._driver.send(call)

    def close(self) -> None:
        """Close the connections. Nothing can be sent afterwards."""
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncC2CClient(_Client, AsyncResources):
    """The C2C merchant API for `await`. One client serves any number of tasks; use it with `async with` or `aclose` it.

    Args:
        api_key: Sent as `X-MBX-APIKEY`. Without key and secret only operations that need none can be called.
        api_secret: For the signature. Never sent and never shown. With a private key in PEM, RSA or Ed25519, that signs
            (the extra `[keys]`). Each of the two may also be a `Path` to a file, or a function that is called once.
        base_url: Where the API is. Plain http is refused, except for this machine.
        public_url: Where the public market is, which needs no key. By default Binance's website, or `base_url` where
            that is not Binance's.
        recv_window: For how many milliseconds a request stays valid after its timestamp; at most 60000.
        timeout: Seconds for all attempts and waits of a call together, even if a server sends its answer in small
            pieces. None waits forever. A write that is cut off once it may have gone out raises `OutcomeUnknownError`.
            `asyncio.timeout` and a cancellation do not: they end the task without telling whether the write may have
            taken effect. Give a single call a time-out by `with_options(timeout=…)` instead.
        retry: How often to try, and how long to wait in between.
        http: An `httpx.AsyncClient` or an async `httpx` transport of your own: for proxies, TLS settings, HTTP/2,
            connection limits. You close it. `timeout` replaces its time-outs, redirects are never followed, and over
            HTTP/1.1 each request opens a connection of its own: on a kept one, an answer that comes twice would be
            taken for the answer to the next request. By default the client has connections of its own, on which that
            cannot happen, and uses the proxies that the environment names.
        on_request: Called with a `RequestEvent` before each attempt, and awaited where it is async. A hook that fails
            is logged and ignored; the time it takes is not bounded by `timeout`.
        on_response: Called in the same way with a `ResponseEvent` when an attempt has ended, well or badly.
        allow_plain_http: Permits a `base_url` without TLS on another machine.
        budget: How much weight may be used up within a minute. Calls beyond it wait, or raise `RateLimitError` unsent
            where the wait would pass `timeout`. By default there is no bound.
        fleet: Other processes behind the same IP address, which share budget and bans through Redis. Needs `[redis]`.
        api_secret_password: The password of an encrypted private key.
        max_response_bytes: How long an answer may be, both compressed and decompressed. A longer one is an error.

    Raises:
        ConfigurationError: An argument cannot work. The message names it.

    """

    def __init__(
        self,
        *,
        api_key: "Secret | SecretSource | None" = None,
        api_secret: "Secret | SecretSource | None" = None,
        base_url: str = API_URL,
        public_url: str | None = None,
        recv_window: int = 60_000,
        timeout: float | None = 10.0,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - frozen
        http: httpx.AsyncClient | httpx.AsyncBaseTransport | None = None,
        on_request: "AsyncRequestHook | None" = None,
        on_response: "AsyncResponseHook | None" = None,
        allow_plain_http: bool = False,
        budget: "Budget | None" = None,
        fleet: "Fleet | None" = None,
        api_secret_password: "Secret | SecretSource | None" = None,
        max_response_bytes: int = LONGEST_BODY,
    ) -> None:
        # Wrapped first, so that a traceback with local variables shows no secret.
        key = api_key = auth.ApiKey.of("api_key", api_key)
        secret = api_secret = auth.Secret.of("api_secret", api_secret)
        password = api_secret_password = auth.Password.of("api_secret_password", api_secret_password)
        settings = Settings(
            key,
            secret,
            base_url,
            public_url,
            recv_window,
            timeout,
            retry,
            allow_plain_http,
            budget,
            fleet,
            password,
            max_response_bytes,
        )
        shared, signer = self._begin(settings, on_request, on_response, may_be_async=True)
        self._driver = flow.AsyncDriver(
            shared, signer, http, fleet=settings.async_link(), most_bytes=max_response_bytes
        )
        super().__init__(self._driver)

    @classmethod
    def from_env(cls, **settings: "Unpack[AsyncClientOptions]") -> Self:
        """A client with key, secret and base URL from `BINANCE_API_KEY`, `BINANCE_API_SECRET`, `BINANCE_C2C_BASE_URL`.

        `BINANCE_API_SECRET_FILE` may name a file that has the secret, `BINANCE_API_SECRET_PASSWORD` is an encrypted
        private key's. Keyword arguments are those of the class and come before the environment.

        Raises:
            ConfigurationError: A variable is missing, or something in one cannot work.

        """
        concealed = wrap_secrets(settings)
        # An error report that lists local variables is to show no secret.
        settings = {}
        return cls(**from_environment(concealed))

    @classmethod
    def in_sandbox(
        cls, sandbox: "Sandbox | None" = None, *, account: str = "merchant", **settings: "Unpack[AsyncClientOptions]"
    ) -> Self:
        """A client of a sandbox exchange in this process, without a port. Needs the extra `[sandbox]`.

        Args:
            sandbox: The exchange; a fresh one by default. Several clients can share one.
            account: `merchant` or `taker`.
            settings: Keyword arguments of the class.

        Raises:
            ConfigurationError: There is no such account, or an argument cannot work.
        """
        concealed = wrap_secrets(settings)
        # An error report that lists local variables is to show no secret.
        settings = {}
        return cls(**{**sandbox_options(sandbox, account), **concealed})

    @cached_property
    def chat(self) -> "AsyncChat":
        """The chat with the other side of an order: over HTTP, and as a stream (`chat.connect`)."""
        from binance_c2c.chat import AsyncChat  # noqa: PLC0415 - loaded when it is used, as every resource is

        return AsyncChat(self._driver)

    @cached_property
    def orders(self) -> "AsyncWatchableOrders":
        """Orders from the first click to the release of the coins, their history, and their changes as they happen."""
        from binance_c2c.watch import AsyncWatchableOrders  # noqa: PLC0415 - loaded when it is first used

        return AsyncWatchableOrders(self._driver)

    async def sync_clock(self) -> timedelta:
        """Learn the exchange's time, and tell how far it is ahead of this machine's clock.

        Asks three times and takes the quickest answer, which is exact to within half of its round trip. Calls do not
        need it: a clock that is off is corrected when the exchange refuses a call (-1021). It saves that refusal.

        Raises:
            C2CError: The exchange could not be asked.

        """
        for _ in range(CLOCK_SAMPLES):
            sent = self._clock.ticks_ms()
            self._learn(await self.system.time(), sent)
        return self._clock.offset

    def with_options(
        self, *, timeout: float | EllipsisType | None = ..., retry: RetryPolicy | EllipsisType = ...
    ) -> Self:
        """A copy of the client with another time-out or retry policy; it shares connections, signer, clock and bans.

        What is not given stays as it is. The connections belong to the client it was made from: closing the new one
        closes nothing, and once the first is closed neither can send.

        Raises:
            ConfigurationError: An argument cannot work. The message names it.
        """
        driver = self._driver.derived(replace_options(self._driver.flow, timeout, retry))
        return flow.copy_client(driver, self, AsyncResources)

    async def send(self, call: "Call[T]", /) -> T:
        """Send a call and give its value."""
        return await self._driver.send(call)

    async def exchange(self, call: "Call[T]", /) -> "Exchange[T]":
        """Send a call and give its value with status, headers, used weight and the raw answer."""
        return await self._driver.exchange(call)

    async def raw(
        self,
        method: str,
        path: str,
        /,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a path of the API that the SDK does not know, signed, and give the content of its answer.

        A path that it knows keeps its own rules. Of others, GET counts as reading, and every other method as a write:
        it is never sent again once it may have gone out, and raises `OutcomeUnknownError` where its answer was lost.
        C2C paths (`/sapi/v1/c2c/`) and the website's (`/bapi/`, no key) answer in an envelope, whose `data` is
        returned; of others, the whole answer is. Numbers with a fraction are `Decimal`.

        Args:
            method: GET, POST, PUT or DELETE.
            path: Without host and query, such as `/sapi/v1/c2c/ads/search`.
            query: Parameters in wire names. Timestamp and signature are added.
            body: JSON in wire names. It is not signed.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            OutcomeUnknownError: A write was sent and the answer was lost.
            C2CError: The exchange refused, or nothing usable came back.

        """
        try:
            call = flow.raw_call(method, path, query, body)
        finally:
            query = body = None
        return await self._driver.send(call)

    async def aclose(self) -> None:
        """Close the connections. Nothing can be sent afterwards."""
        await self._driver.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
