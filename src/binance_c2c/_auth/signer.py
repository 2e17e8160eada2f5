"""The signer: proves who is calling, over exactly the bytes that leave."""

import re
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl, quote

import httpx

from binance_c2c._auth.clock import Clock
from binance_c2c._auth.keys import signer
from binance_c2c._auth.secrets import ApiKey, Password, Secret, SecretSource
from binance_c2c._limits.usage import UsageTracker
from binance_c2c._support import keep_signatures_out_of_logs, loads, renew_after_fork
from binance_c2c._transport import Departure, Origin, Outgoing, Place, RawHeaders, left, origin_of
from binance_c2c.errors import ConfigurationError
from binance_c2c_runtime import Security
from binance_c2c_sapi.operations import SYSTEM_TIME

if TYPE_CHECKING:
    import anyio

CLOCK_IS_OFF = -1021
# An extension of requests: the URL, which traces and logs show, is to be without the signature. Where httpcore's
# connections, or such as do as they do, carry it, the extension `target` says what leaves.
QUIET = "quiet"
RESERVED = frozenset({"timestamp", "recvWindow", "signature"})
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]*", re.ASCII)
_C2C = b"/sapi/v1/c2c/"
_KEY_HEADER = b"X-MBX-APIKEY"
_SIGNATURE = b"&signature="
_BAD_REQUEST = 400
# Bytes. What the gateway says of a clock that is off has about 120.
_LONGEST_REFUSAL = 512
_TOO_OFTEN = frozenset({418, 429})
_YEAR_10000_MS = 253_402_300_800_000


def encode_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Pairs as an RFC 3986 query: everything but letters, digits and `-._~` as `%XX` of its UTF-8."""
    return "&".join(f"{_encode(key)}={_encode(value)}" for key, value in pairs)


def _encode(text: str) -> str:
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="-._~")


class HmacAuth(httpx.Auth):
    """Signs requests, for `httpx.Client(auth=…)` and `httpx.AsyncClient(auth=…)` alike.

    The query is percent-encoded, sorted by key and signed with HMAC-SHA256; the signature is appended last. The body is
    never signed. Where `api_secret` is a private key in PEM (RSA or Ed25519; `api_secret_password` where it is
    encrypted; the extra `[keys]`), that signs instead. A secret may also be a `Path` to its file, or a function that
    gives it, which is called once.

    A request whose `extensions["operation"]` needs no key passes untouched. An answer of -1021 (the clock is off) makes
    it ask the exchange for the time and sign once more; callers who meet it together cause one such question.

    `limits` counts these questions and learns from what comes back.

    `origin` is the only place the key may go to, such as `https://api.binance.com`; without one, any.
    Leave `follow_redirects` off: httpx takes the key along to wherever a redirect points, and asks no signer.
    """

    def __init__(
        self,
        api_key: Secret | SecretSource,
        api_secret: Secret | SecretSource,
        clock: Clock | None = None,
        *,
        api_secret_password: Secret | SecretSource | None = None,
        recv_window: int = 60_000,
        origin: str | None = None,
        limits: UsageTracker | None = None,
    ) -> None:
        # Put away first, so that no traceback shows them that lists local variables.
        key = api_key = ApiKey("api_key", api_key)
        secret = api_secret = Secret("api_secret", api_secret)
        password = api_secret_password = Password.of("api_secret_password", api_secret_password)
        # A function, so that nobody sees the key who lists attributes, or this frame's variables.
        self._key_header = _giving((_KEY_HEADER, key.reveal().encode("ascii")))
        self._sign = signer(secret, password)
        # For as long as they are in use, what is logged and raised is looked through for them.
        self._hidden = key, secret, password
        self._clock = clock or Clock()
        self._limits = limits or UsageTracker()
        self._recv_window = str(recv_window)
        self._home = None if origin is None else origin.rstrip("/")
        self._time = None if self._home is None else Place.of(f"{self._home}{SYSTEM_TIME.path}")
        self._lock = threading.Lock()
        self._async_lock: anyio.Lock | None = None
        self._asked_in_vain = 0
        # The URL that httpx and others log has the signature in it.
        keep_signatures_out_of_logs()
        renew_after_fork(self)

    def renew(self) -> None:
        """Take fresh locks, in a forked process: nobody there will release those that others held."""
        self._lock = threading.Lock()
        self._async_lock = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        message = f"{type(self).__name__} holds a secret and cannot be pickled or copied"
        raise TypeError(message)

    def sign(self, payload: str) -> str:
        """The signature of an encoded query, as it stands behind `&signature=`."""
        return self._sign(payload.encode("ascii"))

    def signed(self, request: httpx.Request) -> httpx.Request:
        """`request` as it has to leave at this moment. The argument stays as it was: any attempt can start from it.

        Pairs under `extensions["query"]` join those in the URL.
        """
        operation = request.extensions.get("operation")
        security = Security.SIGNED if operation is None else operation.security
        if security == Security.NONE:
            return with_query(request)
        origin, path, pairs, given = _parts(request)
        if self._time is not None and origin != self._time.origin:
            address = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
            message = f"the key belongs to {self._home} and is not sent to {address}"
            raise ConfigurationError(message, operation_id=getattr(operation, "id", None))
        by_name = operation is None or operation.sorted_query
        query = self._signed_query(pairs, by_name=by_name) if security == Security.SIGNED else encode_query(pairs)
        headers = [pair for pair in given if pair[0].lower() != _KEY_HEADER.lower()]
        if (
            operation is None
            and path.startswith(_C2C)
            and not any(name.lower() == b"clienttype" for name, _ in headers)
        ):
            headers.append((b"clientType", b"web"))
        headers.append(self._key_header())
        return _leaving(request, path, query, headers)

    def _signed_query(self, pairs: list[tuple[str, str]], *, by_name: bool) -> str:
        for key, _ in pairs:
            if key in RESERVED:
                message = f"{key} is set by the signer and cannot be given"
                raise ConfigurationError(message)
        pairs = [*pairs, ("recvWindow", self._recv_window), ("timestamp", str(self._clock.now_ms()))]
        if by_name:
            pairs.sort(key=_by_key)
        payload = encode_query(pairs)
        return f"{payload}&signature={self.sign(payload)}"

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        seen, vain = self._clock.readings, self._asked_in_vain
        response = yield self.signed(request)
        if not _may_be_refused(response):
            return
        response.read()
        if _is_clock_refusal(response):
            question = self._time_request(request)
            with self._sync_turn(question):
                if self._may_ask(seen, vain, question):
                    sent, departure = self._clock.ticks_ms(), Departure()
                    question.extensions["trace"] = departure.trace
                    try:
                        answer = yield question
                    except (httpx.RequestError, GeneratorExit):
                        # An httpx client tells no signer what failed; it ends it.
                        self._asked_in_vain += 1
                        raise
                    answer.read()
                    self._learn(answer, sent + departure.waited_ms)
                    if answer.status_code in _TOO_OFTEN:
                        # Nothing more may be sent now, and the caller gets this answer.
                        return
            # The last response is the one the caller gets, so the last request is theirs.
            yield self.signed(request)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        seen, vain = self._clock.readings, self._asked_in_vain
        response = yield self.signed(request)
        if not _may_be_refused(response):
            return
        await response.aread()
        if _is_clock_refusal(response):
            question = self._time_request(request)
            async with self._turn():
                if self._may_ask(seen, vain, question):
                    sent, departure = self._clock.ticks_ms(), Departure()
                    question.extensions[Departure.EXTENSION] = departure
                    try:
                        answer = yield question
                    except httpx.RequestError:
                        self._asked_in_vain += 1
                        raise
                    await answer.aread()
                    self._learn(answer, sent + departure.waited_ms)
                    if answer.status_code in _TOO_OFTEN:
                        return
            yield self.signed(request)

    def _may_ask(self, readings: int, vain: int, question: httpx.Request) -> bool:
        """Whether whoever has the turn has to ask for the time. Raises where somebody just did, in vain."""
        if self._clock.readings != readings:
            return False
        if self._asked_in_vain != vain:
            # A hundred callers who wait for one answer do not each wait for another after it failed.
            message = "the exchange's time could not be had"
            raise httpx.ConnectError(message, request=question)
        # What was learned before led to the refusal.
        self._clock.distrust()
        self._limits.count(SYSTEM_TIME)
        return True

    @contextmanager
    def _sync_turn(self, question: httpx.Request) -> Generator[None]:
        # The first attempt has used up some of the call's time.
        rest = left(question.extensions["timeout"].get("read"))
        if not self._lock.acquire(timeout=-1 if rest is None else rest):
            message = "another call did not get the exchange's time"
            raise httpx.ConnectTimeout(message, request=question)
        try:
            yield
        finally:
            self._lock.release()

    def _turn(self) -> "anyio.Lock":
        # Made here, on the loop it serves, and imported only by those who need it.
        from anyio import Lock  # noqa: PLC0415

        if self._async_lock is None:
            self._async_lock = Lock()
        return self._async_lock

    def _learn(self, answer: httpx.Response, sent_ms: float) -> None:
        server_ms = _fields(answer).get("serverTime")
        if isinstance(server_ms, int) and 0 < server_ms < _YEAR_10000_MS:
            received_ms = self._clock.ticks_ms()
            self._clock.learn(server_ms, sent_ms, received_ms)
            # Told by the corrected clock: by the other one it was another minute.
            self._limits.learn(SYSTEM_TIME, answer.headers.raw, self._limits.now() - (received_ms - sent_ms) / 1000)
        else:
            # The second attempt is refused like the first, and that answer says why.
            self._asked_in_vain += 1

    def _time_request(self, request: httpx.Request) -> httpx.Request:
        extensions = {"timeout": request.extensions.get("timeout", {}), "operation": SYSTEM_TIME}
        if self._time is not None:
            return Outgoing.to(SYSTEM_TIME.method, self._time, [], None, extensions)
        url = request.url.copy_with(raw_path=SYSTEM_TIME.path.encode("ascii"))
        return httpx.Request(SYSTEM_TIME.method, url, extensions=extensions)


def with_query(request: httpx.Request) -> httpx.Request:
    """`request` with the pairs under `extensions["query"]` in its URL, and nothing else added."""
    if not request.extensions.get("query"):
        return request
    _, path, pairs, headers = _parts(request)
    return _leaving(request, path, encode_query(sorted(pairs, key=_by_key)), headers)


def _parts(request: httpx.Request) -> tuple[Origin, bytes, list[tuple[str, str]], RawHeaders]:
    """Where it goes, path, pairs of the query and headers."""
    if isinstance(request, Outgoing):
        return request.place.origin, request.place.path, request.extensions["query"], request.raw_headers
    path, _, query = request.url.raw_path.partition(b"?")
    # What is no UTF-8 is refused: replaced by something else it would be signed and sent all the same.
    pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict") if query else []
    return origin_of(request.url), path, [*pairs, *request.extensions.get("query", ())], request.headers.raw


def _leaving(request: httpx.Request, path: bytes, query: str, headers: RawHeaders) -> httpx.Request:
    sent = query.encode("ascii")
    if isinstance(request, Outgoing) and QUIET in request.extensions:
        return request.leaving(headers, sent.partition(_SIGNATURE)[0], path + b"?" + sent if sent else path)
    url = request.url.copy_with(raw_path=path + b"?" + sent) if sent else request.url
    if url.query != sent:
        # httpx would send something else than what was signed.
        message = "httpx would send another query than the one that was signed"
        raise ConfigurationError(message)
    # The time-outs live in the extensions, the body in the stream. The pairs are in the URL: they join it once.
    extensions = {**request.extensions, "query": ()}
    leaving = httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=extensions)
    if isinstance(request.stream, httpx.ByteStream):
        # So that hooks and transports find the body in `content`, as in a request httpx made.
        leaving.read()
    return leaving


def _giving(header: tuple[bytes, bytes]) -> Callable[[], tuple[bytes, bytes]]:
    return lambda: header


def _by_key(pair: tuple[str, str]) -> str:
    return pair[0]


def _may_be_refused(response: httpx.Response) -> bool:
    """A no may come in an answer of 200, too. The body of one that is longer is left to whom it is for."""
    if response.status_code >= _BAD_REQUEST:
        return True
    length = response.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= _LONGEST_REFUSAL


def _is_clock_refusal(response: httpx.Response) -> bool:
    return str(_fields(response).get("code")) == str(CLOCK_IS_OFF)


def _fields(response: httpx.Response) -> dict[str, Any]:
    try:
        body = loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}  # pyright: ignore[reportUnknownVariableType]
