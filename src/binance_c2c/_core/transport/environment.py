"""Proxies and trusted certificate authorities from environment variables. An error names the variable at fault."""

import os
import re
import ssl
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import NoReturn, Protocol
from urllib.parse import quote, unquote_to_bytes
from urllib.request import getproxies

import httpx

from binance_c2c._core.transport.http1 import Reading, encoded
from binance_c2c._core.transport.messages import (
    HIGHEST_PORT,
    Header,
    Origin,
    Request,
    UnreachedError,
    certificate_refused,
    is_loopback,
)
from binance_c2c.errors import ConfigurationError

_PROXY = re.compile(
    r"(?:http://)?(?:(?P<user>[^@/?#]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?/?"
)
_OK = range(200, 300)
_WANTS_PASSWORD = 407


def bare_request(method: str, url: str, body: bytes | None = None, *, allow_loopback: bool = False) -> Request:
    """A request to a URL that a server gave, with as few headers as possible. Raises `ValueError`, without the URL.

    The URL has to be https; plain http is only for this machine, where `allow_loopback` is set.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        raise ValueError("a URL is expected") from None
    local = allow_loopback and parsed.scheme == "http" and is_loopback(parsed.host)
    if not (parsed.scheme == "https" or local) or not parsed.host or parsed.userinfo:
        raise ValueError("https and a host are expected")
    origin = Origin.of(parsed)
    headers = [(b"Host", origin.authority), (b"Accept-Encoding", b"identity")]
    if body is not None:
        headers = [(b"Host", origin.authority), (b"Content-Length", b"%d" % len(body))]
    return Request(method, origin, parsed.raw_path, headers, body or b"")


class AsyncConnection(Protocol):
    """A connection of asyncio or trio, as far as a tunnel needs it."""

    async def exchange(self, data: bytes, reading: Reading) -> None:
        """Send a request and read the response."""
        ...


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy. For https it opens a tunnel; for plain http it is sent the request with the whole URL."""

    host: str
    port: int
    variable: str
    headers: tuple[Header, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, variable: str, url: str) -> "Proxy":
        """The proxy that a variable of the environment names. The error for a wrong value does not show it."""
        found = _PROXY.fullmatch(url)
        port = int(found["port"] or 80) if found else 0
        if found is None or not 0 < port <= HIGHEST_PORT:
            message = (
                f"{variable}: http://host:port is expected, with user:password@ before the host if it asks for them "
                "and special characters in the password as %XX; for a proxy of another kind, give the client an httpx "
                "client as http"
            )
            raise ConfigurationError(message)
        secret = (
            () if found["user"] is None else ((b"Proxy-Authorization", b"Basic " + b64encode(_user(found["user"]))),)
        )
        return cls(found["host"].strip("[]"), port, variable, secret)

    @property
    def url(self) -> str:
        """The proxy as a URL, with user and password in it: for a library that takes it in this form."""
        credentials = self.headers[0][1].removeprefix(b"Basic ") if self.headers else b""
        user, colon, password = b64decode(credentials).partition(b":")
        name = quote(user, safe="") + (f":{quote(password, safe='')}" if colon else "")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}{'@' if colon else ''}{host}:{self.port}"

    def tunnel(self, origin: Origin) -> bytes:
        """The request for a tunnel to a server, in bytes."""
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        there = f"{host}:{origin.port}".encode("ascii")
        return encoded(Request("CONNECT", origin, there, [(b"Host", there), *self.headers]))

    async def open_tunnel(self, connection: AsyncConnection, origin: Origin) -> None:
        """Ask over a connection with the proxy for a tunnel to a server. Raises `UnreachedError`."""
        answer = Reading("CONNECT")
        try:
            await connection.exchange(self.tunnel(origin), answer)
        except httpx.RequestError as error:
            raise self.broken(error) from None
        self.check(answer)

    def broken(self, error: httpx.RequestError) -> UnreachedError:
        """The error for a proxy that did not answer as one."""
        return UnreachedError(f"the proxy of {self.variable} did not open a tunnel ({type(error).__name__})")

    def check(self, answer: Reading) -> None:
        """Raise `UnreachedError` where a tunnel was refused, or the proxy spoke before it was asked to."""
        if answer.status_code == _WANTS_PASSWORD:
            raise UnreachedError(
                f"the proxy of {self.variable} does not accept the user and password, or asks for some"
            )
        if answer.status_code not in _OK or not answer.reusable:
            raise UnreachedError(f"the proxy of {self.variable} refused the tunnel with HTTP {answer.status_code}")


def _user(text: str) -> bytes:
    name, _, password = text.partition(":")
    return unquote_to_bytes(name) + b":" + unquote_to_bytes(password)


class Route:
    """The route of requests: direct or through a proxy, and the trusted authorities. Read when first needed."""

    def __init__(self) -> None:
        self._ways: dict[Origin, Proxy | None] = {}

    def proxy(self, origin: Origin) -> Proxy | None:
        """The proxy on the way to a server; None for a direct connection."""
        if origin not in self._ways:
            self._ways[origin] = _proxy(origin)
        return self._ways[origin]

    def encoded(self, request: Request) -> bytes:
        """A request in bytes. Through a proxy without a tunnel it has the whole URL, and the proxy's credentials."""
        proxy = self.proxy(request.origin) if request.origin.scheme == "http" else None
        if proxy is None:
            return encoded(request)
        target = b"http://" + request.origin.authority + request.target
        return encoded(request._replace(target=target, headers=[*request.headers, *proxy.headers]))

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """The context of TLS, which trusts the authorities of `SSL_CERT_FILE` or `SSL_CERT_DIR`, or those of httpx."""
        for variable, exists in (("SSL_CERT_FILE", Path.is_file), ("SSL_CERT_DIR", Path.is_dir)):
            place = os.environ.get(variable)
            if place and not exists(Path(place)):
                _refuse(variable)
        try:
            return httpx.create_ssl_context()
        except OSError:
            # A directory is not read before it is needed.
            return _refuse("SSL_CERT_FILE")


def _proxy(origin: Origin) -> Proxy | None:
    """The proxy that the environment names for a server.

    Plain HTTP to this machine uses none: the proxy would learn the key.
    """
    if origin.scheme == "http" and is_loopback(origin.host):
        return None
    given = {kind: url for kind, url in getproxies().items() if url}
    kind = origin.scheme if origin.scheme in given else "all"
    if kind not in given or any(_matches(entry, origin) for entry in given.get("no", "").split(",")):
        return None
    variable = f"{kind}_proxy"
    return Proxy.of(variable if os.environ.get(variable) else variable.upper(), given[kind])


def _matches(entry: str, origin: Origin) -> bool:
    """Whether an entry of NO_PROXY is about a server: a name and all below it, an address, a network, or `*`."""
    entry = entry.strip().lower().removeprefix(f"{origin.scheme}://").removeprefix("all://")
    host = origin.host.lower()
    name, _, port = entry.rpartition(":") if re.fullmatch(r"[^:]*:[0-9]+|\[.*\]:[0-9]+", entry) else (entry, "", "")
    if not name or (port and int(port) != origin.port):
        return False
    name = name.strip("[]").lstrip("*").lstrip(".")
    try:
        return ip_address(host) in ip_network(name, strict=False)
    except ValueError:
        return not name or host == name or host.endswith(f".{name}")


def tls_failed(error: Exception, host: str) -> UnreachedError:
    """The error for a TLS handshake that failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnreachedError(certificate_refused(error))
    why = error.reason if isinstance(error, ssl.SSLError) else type(error).__name__
    return UnreachedError(f"the TLS handshake with {host} failed ({why})")


def _refuse(variable: str) -> NoReturn:
    message = f"{variable}: a {'file' if variable.endswith('FILE') else 'directory'} with certificates is expected"
    raise ConfigurationError(message) from None
