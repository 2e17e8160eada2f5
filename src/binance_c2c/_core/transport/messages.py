"""Requests that leave and answers that came, as values, and the errors of connections."""

import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from ipaddress import ip_address
from types import TracebackType
from typing import NamedTuple, Self

import httpx

from binance_c2c.errors import ConfigurationError

Header = tuple[bytes, bytes]

LONGEST_BODY = 64 * 1024 * 1024
"""Bytes of an answer's body, as it came and unpacked, unless a client is told otherwise."""
HIGHEST_PORT = 65_535
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""The failures that happen before a byte of a request has left."""
_BEGUN = "binance_c2c_begun"


class AnswerError(httpx.RemoteProtocolError):
    """An answer that cannot be used. Its text is our own and quotes nothing of the answer."""


class UnreachedError(httpx.ConnectError):
    """No byte of a request was sent. Its text is our own and shows no secret."""


class Origin(NamedTuple):
    """A server: where a connection leads."""

    scheme: str
    host: str
    port: int
    authority: bytes
    """Host and port as they stand in a URL and in the header `Host`."""

    @classmethod
    def of(cls, url: httpx.URL) -> "Origin":
        """The server of a URL."""
        port = url.port or (443 if url.scheme == "https" else 80)
        return cls(url.scheme, url.raw_host.decode(), port, url.netloc)


class Request(NamedTuple):
    """A request as it leaves."""

    method: str
    origin: Origin
    target: bytes
    """Path and query without the signature, which is not for showing."""
    headers: Sequence[Header]
    body: bytes = b""
    signature: bytes = b""
    """The signature, which is sent behind `target`."""

    def __repr__(self) -> str:
        return f"<{self.method} {self.target.partition(b'?')[0].decode()}>"


class Answer:
    """A response with all of its body."""

    __slots__ = ("_headers", "content", "packed", "raw_headers", "status_code", "waited")

    def __init__(
        self,
        status_code: int,
        raw_headers: Sequence[Header],
        content: bytes,
        *,
        packed: bool = False,
        waited: float = 0.0,
    ) -> None:
        self.status_code = status_code
        self.raw_headers = raw_headers
        self.content = content
        self.packed = packed
        """Whether the body is as it came, in a coding such as gzip."""
        self.waited = waited
        """Seconds that the request waited for a connection."""
        self._headers: httpx.Headers | None = None

    @property
    def headers(self) -> httpx.Headers:
        """The headers, made when they are first asked for."""
        if self._headers is None:
            self._headers = httpx.Headers(list(self.raw_headers))
        return self._headers


class Incoming(ABC):
    """An answer on its way. If it breaks off in a `with` block, the error keeps what had come of it."""

    @abstractmethod
    def begun(self) -> Answer | None:
        """The head, with as much of the body as can be read; None before the head is complete."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, httpx.RequestError):
            vars(error)[_BEGUN] = self.begun()


def begun_answer(error: httpx.RequestError) -> Answer | None:
    """The answer that broke off with this error; None if not even its head had come."""
    begun: Answer | None = vars(error).get(_BEGUN)
    return begun


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def too_long(most: int) -> AnswerError:
    """The error for a body beyond the bound."""
    return AnswerError(f"the answer is longer than max_response_bytes ({most})")


def described(error: httpx.RequestError) -> str:
    """A description of a failure without any secret.

    Our own errors have them. Of any other only the kind goes on: its text may have a URL, and in it a signature.
    """
    if isinstance(error, (AnswerError, UnreachedError)):
        return str(error)
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__ if cause is None else certificate_refused(cause)


def certificate_refused(error: ssl.SSLCertVerificationError) -> str:
    """A description of a certificate that is not trusted, with advice."""
    return (
        f"the certificate is refused: {error.verify_message}; where a proxy or a scanner on the way presents its own, "
        "set SSL_CERT_FILE to a file with the certificate of its authority"
    )


def closed() -> ConfigurationError:
    """The error for a call on connections that were closed."""
    return ConfigurationError("the client is closed")


def too_late(over: type[httpx.TimeoutException]) -> httpx.TimeoutException:
    """The error for a call whose deadline has passed."""
    return over("the deadline has passed")


def left(deadline: float | None, over: type[httpx.TimeoutException]) -> float | None:
    """Seconds until a deadline on the monotonic clock, None without one. Raises `over` where it has passed."""
    if deadline is None:
        return None
    rest = deadline - time.monotonic()
    if rest <= 0:
        raise too_late(over)
    return rest
