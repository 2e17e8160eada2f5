"""What requests go through: the caller's client or transport, or one of our own. Chooses, checks, carries one over."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.request import getproxies

import httpx

from binance_c2c._transport.deadline import bounded
from binance_c2c._transport.messages import AsyncCarrier, Carrier
from binance_c2c.errors import ConfigurationError


def _proxies_are_set() -> bool:
    """Whether the environment sends HTTP through a proxy."""
    return any(kind in {"http", "https", "all"} for kind in getproxies())


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _past_proxies(urls: Iterable[str]) -> dict[str, None]:
    """Which of them no proxy carries: plain http to this machine would show the key to another one."""
    parsed = [httpx.URL(url) for url in urls]
    return {
        f"http://{url.netloc.decode('ascii')}": None for url in parsed if url.scheme == "http" and is_loopback(url.host)
    }


def own_connections(*urls: str) -> httpx.Client | httpx.BaseTransport:
    """A transport to `urls`; where the environment names a proxy, a client, whose business proxies are."""
    if _proxies_are_set():
        return httpx.Client(mounts=_past_proxies(urls))
    # Loaded with the first call, as what they are made of is.
    from binance_c2c._transport.transports import BoundedTransport  # noqa: PLC0415

    return BoundedTransport()


def own_async_connections(*urls: str) -> httpx.AsyncClient | httpx.AsyncBaseTransport:
    """The same for tasks."""
    if _proxies_are_set():
        return httpx.AsyncClient(mounts=_past_proxies(urls))
    from binance_c2c._transport.transports import async_transport  # noqa: PLC0415

    return async_transport()


def takes_target(http: object) -> bool:
    """Whether what is given sends what the extension `target` says."""
    from binance_c2c._transport.transports import takes_target as takes  # noqa: PLC0415

    return takes(http)


def check_http(http: object, *kinds: type) -> None:
    """Refuse what is of none of these kinds, which are httpx's."""
    if http is not None and not isinstance(http, kinds):
        wanted = " or ".join(f"httpx.{kind.__name__}" for kind in kinds)
        message = f"http: an {wanted} is expected, not {type(http).__name__}"
        raise ConfigurationError(message)


def check_open(http: httpx.Client | httpx.AsyncClient) -> None:
    """Refuse a client that its owner has closed."""
    if http.is_closed:
        message = "http: the client given is closed"
        raise ConfigurationError(message)


def answer_over(transport: httpx.BaseTransport, request: httpx.Request) -> httpx.Response:
    """The whole answer to a request. Errors of httpx's have the request."""
    try:
        response = transport.carry(request) if isinstance(transport, Carrier) else transport.handle_request(request)
        response.request = request
        if not response.is_closed:
            try:
                bounded(response).read()
            finally:
                response.close()
    except httpx.RequestError as error:
        error.request = request
        raise
    return response


async def async_answer_over(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> httpx.Response:
    """The same for tasks."""
    carry = transport.carry if isinstance(transport, AsyncCarrier) else transport.handle_async_request
    try:
        response = await carry(request)
        response.request = request
        if not response.is_closed:
            try:
                await response.aread()
            finally:
                await response.aclose()
    except httpx.RequestError as error:
        error.request = request
        raise
    return response
