"""The types of the clients' keyword arguments, so that editors and type checkers know those of `from_env`."""

from typing import TypedDict

import httpx

from binance_c2c._core.auth import Secret, SecretSource
from binance_c2c._core.flow import AsyncRequestHook, AsyncResponseHook, RequestHook, ResponseHook, RetryPolicy
from binance_c2c._core.limits import Budget, Fleet


class _Options(TypedDict, total=False):
    """The arguments that both clients have."""

    api_key: Secret | SecretSource | None
    api_secret: Secret | SecretSource | None
    base_url: str
    public_url: str | None
    recv_window: int
    timeout: float | None
    retry: RetryPolicy
    allow_plain_http: bool
    budget: Budget | None
    fleet: Fleet | None
    api_secret_password: Secret | SecretSource | None
    max_response_bytes: int


class ClientOptions(_Options, total=False):
    """The keyword arguments of `C2CClient`."""

    http: httpx.Client | httpx.BaseTransport | None
    on_request: RequestHook | None
    on_response: ResponseHook | None


class AsyncClientOptions(_Options, total=False):
    """The keyword arguments of `AsyncC2CClient`."""

    http: httpx.AsyncClient | httpx.AsyncBaseTransport | None
    on_request: AsyncRequestHook | None
    on_response: AsyncResponseHook | None
