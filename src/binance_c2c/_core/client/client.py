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
    """The methods without I/O that both clients share."""

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
        """The rate limits by name, each with the used weight that the exchange reported for the present interval."""
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
        api_secret: Signs the requests. Never sent and never shown. May also be an RSA or Ed25519 private key in PEM,
            which then signs the requests (extra `[keys]`). Key and secret may also be a `Path` to a file that holds
            them, or a function that returns them, which is called once.
        base_url: The URL of the API. Plain http is refused, except for this machine.
        public_url: The URL of the public market, which needs no key. By default Binance's website, or `base_url` if
            that is not Binance's.
        recv_window: Milliseconds for which a request stays valid after its timestamp; at most 60000.
        timeout: Seconds for all attempts and waits of a call together, even if a server sends its answer in small
            pieces. None waits forever. A write that is cut off once it may have been sent raises `OutcomeUnknownError`.
            With an `http` of your own the time is only checked between the chunks of an answer: reading the headers,
            and reading each chunk, may take as long as was left when that read began.
        retry: The number of attempts, and the waits between them.
        http: An `httpx.Client` or an `httpx` transport of your own: for proxies, TLS settings, HTTP/2, connection
            limits. You close it. `timeout` replaces its time-outs, redirects are never followed, and over HTTP/1.1 each
            request opens a new connection: on a keep-alive connection, a duplicated answer would be taken for the
            answer to the next request. By default the client has its own connections, on which that cannot happen, and
            uses the proxies that the environment names.
        on_request: Called with a `RequestEvent` before each attempt. A hook that fails is logged and ignored.
        on_response: Called with a `ResponseEvent` when an attempt has ended, successfully or not.
        allow_plain_http: Permits a `base_url` without TLS on another machine.
        budget: The weight that may be used within a minute. Calls beyond it wait; if the wait would exceed `timeout`,
            they raise `RateLimitError` and nothing is sent. By default there is no bound.
        fleet: Other processes behind the same IP address, which share budget and bans through Redis. Needs `[redis]`.
        api_secret_password: The password of an encrypted private key.
        max_response_bytes: The largest answer in bytes, both compressed and decompressed. A larger one is an error.

    Raises:
        ConfigurationError: An argument cannot be used. The message names it.

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
        self._driver = flow.Driver(
            shared, signer, http, fleet=settings.fleet_connection(), most_bytes=max_response_bytes
        )
        super().__init__(self._driver)

    @classmethod
    def from_env(cls, **settings: "Unpack[ClientOptions]") -> Self:
        """A client with key, secret and base URL from `BINANCE_API_KEY`, `BINANCE_API_SECRET`, `BINANCE_C2C_BASE_URL`.

        `BINANCE_API_SECRET_FILE` may name a file that holds the secret. `BINANCE_API_SECRET_PASSWORD` is the password
        of an encrypted private key. Keyword arguments are those of the class, and override the environment.

        Raises:
            ConfigurationError: A variable is missing or has an unusable value.

        """
        concealed = wrap_secrets(settings)
        # So that a traceback with local variables shows no secret.
        settings = {}
        return cls(**from_environment(concealed))

    @classmethod
    def in_sandbox(
        cls, sandbox: "Sandbox | None" = None, *, account: str = "merchant", **settings: "Unpack[ClientOptions]"
    ) -> Self:
        """A client of a sandbox exchange in this process, which needs no port. Needs the extra `[sandbox]`.

        Args:
            sandbox: The exchange; a fresh one by default. Several clients can share one.
            account: `merchant` or `taker`.
            settings: Keyword arguments of the class.

        Raises:
            ConfigurationError: There is no such account, or an argument cannot be used.
        """
        concealed = wrap_secrets(settings)
        # So that a traceback with local variables shows no secret.
        settings = {}
        return cls(**{**sandbox_options(sandbox, account), **concealed})

    @cached_property
    def chat(self) -> "Chat":
        """The chat with the counterparty of an order: over HTTP, and as a stream (`chat.connect`)."""
        from binance_c2c.chat import Chat  # noqa: PLC0415 - loaded when it is used, as every resource is

        return Chat(self._driver)

    @cached_property
    def orders(self) -> "WatchableOrders":
        """Placing, paying, cancelling and releasing orders, their history, and a watch for changes."""
        from binance_c2c.watch import WatchableOrders  # noqa: PLC0415 - loaded when it is first used

        return WatchableOrders(self._driver)

    def sync_clock(self) -> timedelta:
        """Learn the exchange's time. Returns how far it is ahead of this machine's clock.

        Asks three times and uses the fastest answer, which is exact to within half of its round trip. Calls do not need
        this: if the clock is off, the exchange refuses a call (-1021), and the clock is corrected. Calling this avoids
        that first refused call.

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

        An option that is not given stays as it is. The connections belong to the original client: closing the copy
        closes nothing, and once the original is closed neither can send.

        Raises:
            ConfigurationError: An argument cannot be used. The message names it.
        """
        driver = self._driver.derive(replace_options(self._driver.flow, timeout, retry))
        return flow.copy_client(driver, self, Resources)

    def send(self, call: "Call[T]", /) -> T:
        """Send a call and return its value."""
        return self._driver.send(call)

    def exchange(self, call: "Call[T]", /) -> "Exchange[T]":
        """Send a call and return its value with status, headers, used weight and the raw answer."""
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
        """Call a path of the API that the SDK does not know, signed, and return the content of its answer.

        Known paths follow their own rules. Of unknown paths, GET counts as a read and every other method as a write: a
        write is never sent again once it may have been sent, and raises `OutcomeUnknownError` if its answer was lost.
        For C2C paths (`/sapi/v1/c2c/`) and the website's (`/bapi/`, no key) the `data` of the answer's envelope is
        returned, for others the whole answer, which may be a list. Numbers with a fraction are `Decimal`.

        Args:
            method: GET, POST, PUT or DELETE.
            path: Without host and query, such as `/sapi/v1/c2c/ads/search`.
            query: Parameters in wire names. Timestamp and signature are added.
            body: JSON in wire names. It is not signed.

        Raises:
            ConfigurationError: An argument cannot be used; nothing was sent.
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
        api_secret: Signs the requests. Never sent and never shown. May also be an RSA or Ed25519 private key in PEM,
            which then signs the requests (extra `[keys]`). Key and secret may also be a `Path` to a file that holds
            them, or a function that returns them, which is called once.
        base_url: The URL of the API. Plain http is refused, except for this machine.
        public_url: The URL of the public market, which needs no key. By default Binance's website, or `base_url` if
            that is not Binance's.
        recv_window: Milliseconds for which a request stays valid after its timestamp; at most 60000.
        timeout: Seconds for all attempts and waits of a call together, even if a server sends its answer in small
            pieces. None waits forever. A write that is cut off once it may have been sent raises `OutcomeUnknownError`.
            `asyncio.timeout` and cancellation do not raise it: they end the task, and do not say whether the write may
            have taken effect. For the time-out of a single call, use `with_options(timeout=…)`.
        retry: The number of attempts, and the waits between them.
        http: An `httpx.AsyncClient` or an async `httpx` transport of your own: for proxies, TLS settings, HTTP/2,
            connection limits. You close it. `timeout` replaces its time-outs, redirects are never followed, and over
            HTTP/1.1 each request opens a new connection: on a keep-alive connection, a duplicated answer would be taken
            for the answer to the next request. By default the client has its own connections, on which that cannot
            happen, and uses the proxies that the environment names.
        on_request: Called with a `RequestEvent` before each attempt, and awaited if it is async. A hook that fails is
            logged and ignored. `timeout` does not limit its time.
        on_response: Called in the same way with a `ResponseEvent` when an attempt has ended, successfully or not.
        allow_plain_http: Permits a `base_url` without TLS on another machine.
        budget: The weight that may be used within a minute. Calls beyond it wait; if the wait would exceed `timeout`,
            they raise `RateLimitError` and nothing is sent. By default there is no bound.
        fleet: Other processes behind the same IP address, which share budget and bans through Redis. Needs `[redis]`.
        api_secret_password: The password of an encrypted private key.
        max_response_bytes: The largest answer in bytes, both compressed and decompressed. A larger one is an error.

    Raises:
        ConfigurationError: An argument cannot be used. The message names it.

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
            shared, signer, http, fleet=settings.async_fleet_connection(), most_bytes=max_response_bytes
        )
        super().__init__(self._driver)

    @classmethod
    def from_env(cls, **settings: "Unpack[AsyncClientOptions]") -> Self:
        """A client with key, secret and base URL from `BINANCE_API_KEY`, `BINANCE_API_SECRET`, `BINANCE_C2C_BASE_URL`.

        `BINANCE_API_SECRET_FILE` may name a file that holds the secret. `BINANCE_API_SECRET_PASSWORD` is the password
        of an encrypted private key. Keyword arguments are those of the class, and override the environment.

        Raises:
            ConfigurationError: A variable is missing or has an unusable value.

        """
        concealed = wrap_secrets(settings)
        # So that a traceback with local variables shows no secret.
        settings = {}
        return cls(**from_environment(concealed))

    @classmethod
    def in_sandbox(
        cls, sandbox: "Sandbox | None" = None, *, account: str = "merchant", **settings: "Unpack[AsyncClientOptions]"
    ) -> Self:
        """A client of a sandbox exchange in this process, which needs no port. Needs the extra `[sandbox]`.

        Args:
            sandbox: The exchange; a fresh one by default. Several clients can share one.
            account: `merchant` or `taker`.
            settings: Keyword arguments of the class.

        Raises:
            ConfigurationError: There is no such account, or an argument cannot be used.
        """
        concealed = wrap_secrets(settings)
        # So that a traceback with local variables shows no secret.
        settings = {}
        return cls(**{**sandbox_options(sandbox, account), **concealed})

    @cached_property
    def chat(self) -> "AsyncChat":
        """The chat with the counterparty of an order: over HTTP, and as a stream (`chat.connect`)."""
        from binance_c2c.chat import AsyncChat  # noqa: PLC0415 - loaded when it is used, as every resource is

        return AsyncChat(self._driver)

    @cached_property
    def orders(self) -> "AsyncWatchableOrders":
        """Placing, paying, cancelling and releasing orders, their history, and a watch for changes."""
        from binance_c2c.watch import AsyncWatchableOrders  # noqa: PLC0415 - loaded when it is first used

        return AsyncWatchableOrders(self._driver)

    async def sync_clock(self) -> timedelta:
        """Learn the exchange's time. Returns how far it is ahead of this machine's clock.

        Asks three times and uses the fastest answer, which is exact to within half of its round trip. Calls do not need
        this: if the clock is off, the exchange refuses a call (-1021), and the clock is corrected. Calling this avoids
        that first refused call.

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

        An option that is not given stays as it is. The connections belong to the original client: closing the copy
        closes nothing, and once the original is closed neither can send.

        Raises:
            ConfigurationError: An argument cannot be used. The message names it.
        """
        driver = self._driver.derive(replace_options(self._driver.flow, timeout, retry))
        return flow.copy_client(driver, self, AsyncResources)

    async def send(self, call: "Call[T]", /) -> T:
        """Send a call and return its value."""
        return await self._driver.send(call)

    async def exchange(self, call: "Call[T]", /) -> "Exchange[T]":
        """Send a call and return its value with status, headers, used weight and the raw answer."""
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
        """Call a path of the API that the SDK does not know, signed, and return the content of its answer.

        Known paths follow their own rules. Of unknown paths, GET counts as a read and every other method as a write: a
        write is never sent again once it may have been sent, and raises `OutcomeUnknownError` if its answer was lost.
        For C2C paths (`/sapi/v1/c2c/`) and the website's (`/bapi/`, no key) the `data` of the answer's envelope is
        returned, for others the whole answer, which may be a list. Numbers with a fraction are `Decimal`.

        Args:
            method: GET, POST, PUT or DELETE.
            path: Without host and query, such as `/sapi/v1/c2c/ads/search`.
            query: Parameters in wire names. Timestamp and signature are added.
            body: JSON in wire names. It is not signed.

        Raises:
            ConfigurationError: An argument cannot be used; nothing was sent.
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
