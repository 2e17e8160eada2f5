"""Record and replay: cassettes without secrets, and a signature checked on every request.

vcrpy stands in for `httpx`'s transports, so the whole client runs on replay: flow, signer, decoding. What it sends is
held against the secret by a transport around the one that vcrpy replaces.
"""

import hashlib
import hmac
import json
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from binance_c2c._core.client import AsyncC2CClient, C2CClient
from binance_c2c.errors import ConfigurationError

SANDBOX = "the sandbox of binance-c2c, not the exchange"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "sandbox.localhost"})
SIGNERS = frozenset({"recvWindow", "signature", "timestamp"})
REQUEST_HEADERS = frozenset({"clienttype", "content-type"})
RESPONSE_HEADERS = frozenset({"content-type", "retry-after", "x-mbx-used-weight-1m", "x-sapi-used-ip-weight-1m"})
PERSONAL = frozenset(
    {
        "address", "businessMobile", "buyerCompanyAccountName", "buyerMobilePhone", "buyerName",
        "buyerNickname", "content", "counterPartNickName", "creatorNickName", "description", "email",
        "fieldValue", "filePath", "fileUrls", "fromNickName", "idNumber", "imageUrl", "kycFullName",
        "listenKey", "listenToken", "makerNickname", "makerUserNo", "maskedBusinessMobile", "maskedEmail",
        "merchantNo", "mobile", "nickName", "nickname", "operatorName", "payAccount", "payBank", "paySubBank",
        "payee", "preSignedUrl", "qrCodePath", "realName", "sellerCompanyAccountName", "sellerMobilePhone",
        "sellerName", "sellerNickname", "takerUserNo", "thumbnailUrl", "uploadUrl", "userNo",
    }
)  # fmt: skip
CODES = frozenset(
    {"code", "emailVerifyCode", "fundPwd", "googleVerifyCode", "mobileVerifyCode", "yubikeyVerifyCode"}
)  # fmt: skip
SCRUBBED = "scrubbed"
REPLAYED_KEY = "replayed"


class Verifying(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Recomputes the signature of each signed request, then passes it on. Knows nothing of our signer.

    Holds no connection from one request to the next, so nobody has to close it.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self.verified = 0
        """How many signed requests passed."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Check the signature, then send or replay."""
        self._verify(request)
        with _scrubbed_refusals(), httpx.HTTPTransport() as transport:
            response = transport.handle_request(request)
            response.read()
            return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check the signature, then send or replay."""
        self._verify(request)
        with _scrubbed_refusals():
            async with httpx.AsyncHTTPTransport() as transport:
                response = await transport.handle_async_request(request)
                await response.aread()
                return response

    def _verify(self, request: httpx.Request) -> None:
        payload, found, signature = request.url.query.rpartition(b"&signature=")
        if not found:
            return
        expected = hmac.new(self._secret, payload, hashlib.sha256).hexdigest().encode()
        if not hmac.compare_digest(expected, signature):
            message = f"{request.method} {request.url.path} carries a signature that its secret does not give"
            raise AssertionError(message)
        self.verified += 1


class C2CCassette:
    """A cassette that plays or records while the test runs."""

    def __init__(self, played: Any, *, recording: bool) -> None:
        self._played = played
        self.recording = recording
        """Whether requests go out and are written down, instead of being answered from the file."""

    @property
    def all_played(self) -> bool:
        """Whether each recorded answer was used."""
        return bool(self._played.all_played)

    @property
    def unplayed(self) -> list[str]:
        """Method and path of each recorded request that was not made."""
        requests = enumerate(self._played.requests)
        return [f"{one.method} {one.path}" for index, one in requests if not self._played.play_counts[index]]

    def client(self, **settings: Any) -> C2CClient:
        """A client that speaks to the cassette, with the keyword arguments of `C2CClient`.

        Key and secret are needed for recording only.
        """
        return C2CClient(**self._settings(settings))

    def async_client(self, **settings: Any) -> AsyncC2CClient:
        """The same for `AsyncC2CClient`."""
        return AsyncC2CClient(**self._settings(settings))

    def _settings(self, settings: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in ("api_key", "api_secret") if not settings.get(name)]
        if self.recording and missing:
            message = (
                f"{missing[0]}: recording needs a key and its secret: c2c_cassette.client(api_key=…, api_secret=…)"
            )
            raise ConfigurationError(message)
        settings = {**settings, **dict.fromkeys(missing, REPLAYED_KEY)}
        return {"http": Verifying(settings["api_secret"]), **settings}


@contextmanager
def cassette(path: Path, *, record: bool) -> Generator[C2CCassette]:
    """Replay the file at `path`, each request once and nothing else; or record it anew.

    Raises:
        ConfigurationError: vcrpy is not installed, or there is nothing to replay.

    """
    recorder = _recorder(record=record)
    if record:
        path.unlink(missing_ok=True)
    elif not path.exists():
        message = f"{path} does not exist: record it first, with --c2c-record"
        raise ConfigurationError(message)
    with recorder.use_cassette(str(path)) as played:
        yield C2CCassette(played, recording=record)


def _recorder(*, record: bool) -> Any:
    try:
        vcr = cast("Any", import_module("vcr"))
    except ModuleNotFoundError as error:
        message = 'cassettes need vcrpy, which is not installed: pip install "binance-c2c[testing]"'
        raise ConfigurationError(message) from error
    marked = _Marked()
    recorder = vcr.VCR(
        record_mode="all" if record else "none",
        match_on=["method", "path", "query", "body"],
        before_record_request=marked.scrub_request,
        before_record_response=scrub_response,
        serializer="marked",
    )
    recorder.register_serializer("marked", marked)
    return recorder


class _Marked:
    """JSON that says at its top where it comes from, and refuses to be read as something else."""

    def __init__(self) -> None:
        self._origin = ""

    def scrub_request(self, request: Any) -> Any:
        """As `scrub_request`, and remembers the host."""
        host = urlsplit(str(request.uri)).hostname
        self._origin = SANDBOX if host in LOOPBACK else str(host)
        return scrub_request(request)

    def serialize(self, recording: dict[str, Any]) -> str:
        return json.dumps({"recorded_from": self._origin, **recording}, indent=2, ensure_ascii=False) + "\n"

    def deserialize(self, text: str) -> dict[str, Any]:
        recording: dict[str, Any] = json.loads(text)
        if not recording.pop("recorded_from", None):
            message = "this is no cassette of binance-c2c: it does not say where it was recorded"
            raise ValueError(message)
        return recording


def scrub_request(request: Any) -> Any:
    """Leaves what tells requests apart: no host, no key, no stamp, no signature, no one-time code."""
    parts = urlsplit(str(request.uri))
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = sorted((key, value) for key, value in pairs if key not in SIGNERS)
    uri = urlunsplit(("https", "sandbox.invalid", parts.path, urlencode(query), ""))
    headers = {name: value for name, value in request.headers.items() if name.lower() in REQUEST_HEADERS}
    body = scrub_json(request.body, CODES) if request.body else None
    return type(request)(request.method, uri, body, headers)


@contextmanager
def _scrubbed_refusals() -> Generator[None]:
    """What vcrpy says of a request that was not recorded shows the request: here, as it would have been recorded."""
    refusal = cast("Any", import_module("vcr.errors")).CannotOverwriteExistingCassetteException
    try:
        yield
    except refusal as refused:
        asked: Any = refused
        raise refusal(cassette=asked.cassette, failed_request=scrub_request(asked.failed_request)) from None


def scrub_response(response: dict[str, Any]) -> dict[str, Any]:
    """Leaves the headers that mean something and takes people out of the body."""
    headers = {name: value for name, value in response["headers"].items() if name.lower() in RESPONSE_HEADERS}
    body = {"string": scrub_json(response["body"]["string"], PERSONAL)}
    return {**response, "headers": headers, "body": body}


def scrub_json(content: bytes, keys: frozenset[str]) -> bytes:
    """The same JSON with the strings under `keys` replaced. Raises `ValueError` for what cannot be looked through."""
    if not content:
        return content
    try:
        value = json.loads(content)
    except ValueError as error:
        message = "only JSON can be recorded: in anything else nobody knows where names and keys stand"
        raise ValueError(message) from error
    return json.dumps(_scrubbed(value, keys), ensure_ascii=False).encode()


def _scrubbed(value: object, keys: frozenset[str]) -> object:
    if isinstance(value, dict):
        return {
            key: SCRUBBED if key in keys and isinstance(part, str) else _scrubbed(part, keys)
            for key, part in cast("dict[str, object]", value).items()
        }
    return [_scrubbed(part, keys) for part in cast("list[object]", value)] if isinstance(value, list) else value
