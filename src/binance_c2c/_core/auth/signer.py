"""The signer: percent-encodes the query, signs exactly the bytes that are sent, and adds the key."""

import re
from collections.abc import Callable, Generator, Iterable
from typing import Any, NamedTuple, NoReturn
from urllib.parse import parse_qsl, quote

import httpx

from binance_c2c._core.auth.clock import Clock
from binance_c2c._core.auth.keys import signer
from binance_c2c._core.auth.secrets import ApiKey, Password, Secret, SecretSource
from binance_c2c._core.support import keep_signatures_out_of_logs, loads
from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import Operation, Security
from binance_c2c_sapi.operations import KEY_HEADER, SYSTEM_TIME

CLOCK_IS_OFF = -1021
LONGEST_WINDOW = 60_000
RESERVED = frozenset({"timestamp", "recvWindow", "signature"})
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]*", re.ASCII)
# The number of cached names is bounded: callers may use any number of them.
_MOST_NAMES = 512
_C2C = b"/sapi/v1/c2c/"
_KEY_HEADER = KEY_HEADER.encode()

Pairs = list[tuple[str, str]]


class Credentials(NamedTuple):
    """The query, signature and headers that prove who sends a request."""

    query: bytes
    """Percent-encoded. A signed query has the timestamp and the receive window."""
    signature: bytes = b""
    """`&signature=` and the signature, to be appended to the query; empty if it is not signed."""
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def encode_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Pairs as a query by RFC 3986: everything but letters, digits and `-._~` is written as `%XX` of its UTF-8."""
    names = _encoded_names
    return "&".join(
        [f"{names[name]}={value if value.isalnum() and value.isascii() else _encode(value)}" for name, value in pairs]
    )


def _encode_sorted(pairs: Pairs, *stamps: str) -> str:
    """Pairs as a query, sorted by name; the values of a name by value. `stamps` are further parts, already encoded."""
    plain, parts = _plain_names, list(stamps)
    try:
        # A loop: for few pairs it is faster than a comprehension.
        for name, value in pairs:
            parts.append(f"{plain[name]}={value if value.isalnum() and value.isascii() else _encode(value)}")
    except KeyError:
        plain.update((name, name) for name, _ in pairs[:_MOST_NAMES] if name.isalpha() and name.isascii())
        if len(plain) > _MOST_NAMES:
            plain.clear()
        return encode_query(sorted([*pairs, *map(_split, stamps)]))
    # Sorting whole parts is faster than sorting by name, and gives the same order, since `=` sorts before all letters.
    parts.sort()
    return "&".join(parts)


def _split(stamp: str) -> tuple[str, str]:
    name, _, value = stamp.partition("=")
    return name, value


def _encode(text: str) -> str:
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="-._~")


class _EncodedNames(dict[str, str]):
    """Cache: name of a parameter -> its percent-encoded form."""

    def __missing__(self, name: str) -> str:
        encoded = _encode(name)
        if len(self) < _MOST_NAMES:
            self[name] = encoded
        return encoded


_encoded_names = _EncodedNames()
# Names of letters only, which need no encoding.
_plain_names: dict[str, str] = {}


class HmacAuth(httpx.Auth):
    """Signs requests, for `httpx.Client(auth=…)` and `httpx.AsyncClient(auth=…)` alike.

    The query is percent-encoded, sorted by name and signed with HMAC-SHA256; the signature is appended last. The body
    is never signed. `api_secret` may also be an RSA or Ed25519 private key in PEM, which then signs the requests (extra
    `[keys]`; `api_secret_password` if it is encrypted). Each secret may also be a `Path` to a file that holds it, or a
    function that returns it, which is called once.

    After an answer of -1021 (the clock is off) the exchange is asked for its time, and the request is signed again.

    Raises `ConfigurationError` where an argument cannot be used.

    `origin` is the only server that the key is sent to, such as `https://api.binance.com`; by default any server.
    Leave `follow_redirects` off: httpx sends the key on to the target of any redirect, without asking the signer.
    """

    requires_response_body = True

    def __init__(
        self,
        api_key: Secret | SecretSource,
        api_secret: Secret | SecretSource,
        clock: Clock | None = None,
        *,
        api_secret_password: Secret | SecretSource | None = None,
        recv_window: int = 60_000,
        origin: str | None = None,
    ) -> None:
        # Wrapped first, so that a traceback with local variables shows no secret.
        key = api_key = ApiKey("api_key", api_key)
        secret = api_secret = Secret("api_secret", api_secret)
        password = api_secret_password = Password.of("api_secret_password", api_secret_password)
        # A closure, so that listing attributes or local variables does not show the key.
        self._key_headers = _in_closure(((_KEY_HEADER, key.reveal().encode("ascii")),))
        self._sign = signer(secret, password)
        # While these objects live, their texts are removed from logs and errors.
        self._hidden = key, secret, password
        check_window(recv_window)
        if clock is not None and not isinstance(clock, Clock):  # pyright: ignore[reportUnnecessaryIsInstance]
            message = f"clock: a Clock is expected, not {type(clock).__name__}"
            raise ConfigurationError(message)
        self._clock = clock or Clock()
        self._window = f"recvWindow={recv_window}"
        self._root = None if origin is None else _checked_origin(origin)
        self._origin = None if origin is None else str(origin).rstrip("/")
        # httpx and other libraries log the URL, which holds the signature.
        keep_signatures_out_of_logs()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        message = f"{type(self).__name__} holds a secret and cannot be pickled or copied"
        raise TypeError(message)

    def sign(self, payload: str) -> str:
        """The signature of an encoded query, encoded so that it can be appended after `&signature=`."""
        return self._sign(payload.encode("ascii"))

    def credentials(self, root: str, pairs: Pairs, operation: Operation | None = None) -> Credentials:
        """The credentials for a request with these query parameters to `root` (scheme and authority), stamped now.

        An operation may need the key alone. Without an operation the request is signed.

        Raises `ConfigurationError` if the key must not be sent to `root`.
        """
        if self._root != root and self._root is not None:
            message = f"the key belongs to {self._origin} and is not sent to {root}"
            raise ConfigurationError(message, operation_id=None if operation is None else operation.id)
        if operation is not None and operation.security != Security.SIGNED:
            return Credentials(encode_query(pairs).encode("ascii"), b"", self._key_headers())
        window, timestamp = self._window, f"timestamp={self._clock.now_ms()}"
        if operation is None or operation.sorted_query:
            query = _encode_sorted(pairs, window, timestamp)
        else:
            query = "&".join([encode_query(pairs), window, timestamp] if pairs else [window, timestamp])
        payload = query.encode("ascii")
        return Credentials(payload, f"&signature={self._sign(payload)}".encode("ascii"), self._key_headers())

    def signed(self, request: httpx.Request) -> httpx.Request:
        """A copy of `request`, stamped and signed now. The argument is unchanged and can be signed again."""
        path, _, query = request.url.raw_path.partition(b"?")
        # Strict: a query that is not UTF-8 is refused; it must not be signed with replacement characters.
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict") if query else []
        for key, _ in pairs:
            if key in RESERVED:
                message = f"{key}: the signer sets this parameter; leave it out"
                raise ConfigurationError(message)
        carried = self.credentials(_root(request.url), pairs)
        headers = [pair for pair in request.headers.raw if pair[0].lower() != _KEY_HEADER.lower()]
        if path.startswith(_C2C) and not any(name.lower() == b"clienttype" for name, _ in headers):
            headers.append((b"clientType", b"web"))
        sent = carried.query + carried.signature
        url = request.url.copy_with(raw_path=path + b"?" + sent)
        if url.query != sent:
            message = "httpx would change the query after signing it, so it is not sent"
            raise ConfigurationError(message)
        # `extensions` holds the time-outs, `stream` the body.
        signed = httpx.Request(
            request.method,
            url,
            headers=[*headers, *carried.headers],
            stream=request.stream,
            extensions=request.extensions,
        )
        if isinstance(request.stream, httpx.ByteStream):
            # So that hooks and transports find the body in `content`, as in a request httpx made.
            signed.read()
        return signed

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        response = yield self.signed(request)
        if _fields(response).get("code") in {CLOCK_IS_OFF, str(CLOCK_IS_OFF)}:
            self._clock.distrust()
            sent = self._clock.ticks_ms()
            # `extensions` holds the time-outs.
            url = request.url.copy_with(raw_path=SYSTEM_TIME.path.encode("ascii"))
            answer = yield httpx.Request(SYSTEM_TIME.method, url, extensions=request.extensions)
            self._clock.learn(_fields(answer).get("serverTime"), sent, self._clock.ticks_ms())
            # The caller gets the last response, so the last request must be the caller's.
            yield self.signed(request)


def check_window(window: object) -> None:
    """Refuse a window that the exchange would refuse."""
    if not isinstance(window, int) or isinstance(window, bool) or not 1 <= window <= LONGEST_WINDOW:
        message = f"recv_window: an integer of 1 to {LONGEST_WINDOW} milliseconds is expected, not {window!r}"
        raise ConfigurationError(message)


def _checked_origin(given: str) -> str:
    try:
        url = httpx.URL(given)
    except (httpx.InvalidURL, TypeError):
        url = httpx.URL()
    if not (url.scheme and url.host):
        message = "origin: a scheme and a host such as https://api.binance.com are expected"
        raise ConfigurationError(message)
    return _root(url)


def _root(url: httpx.URL) -> str:
    # Parsed again, since httpx drops a default port only where the scheme is in lower case.
    url = httpx.URL(str(url))
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _in_closure(headers: tuple[tuple[bytes, bytes], ...]) -> Callable[[], tuple[tuple[bytes, bytes], ...]]:
    return lambda: headers


def _fields(response: httpx.Response) -> dict[str, Any]:
    try:
        body = loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}  # pyright: ignore[reportUnknownVariableType]
