"""Record and replay: cassettes without secrets, and a signature checked on every replayed request.

vcrpy stands in for `httpx`'s transports, so the whole client runs on replay: flow, signer, decoding. What it would
have sent is held against the secret by a transport around the one that vcrpy replaces.
"""

import hashlib
import hmac
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import vcr
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request

CASSETTES = Path(__file__).parent.parent / "cassettes"
ORIGIN = "the sandbox of binance-c2c, not the exchange"
SIGNERS = frozenset({"recvWindow", "signature", "timestamp"})
REQUEST_HEADERS = frozenset({"clienttype", "content-type"})
RESPONSE_HEADERS = frozenset({"content-type", "retry-after", "x-mbx-used-weight-1m", "x-sapi-used-ip-weight-1m"})
PERSONAL = frozenset(
    {
        "address", "buyerMobilePhone", "buyerName", "buyerNickname", "counterPartNickName", "email", "fieldValue",
        "idNumber", "kycFullName", "mobile", "nickName", "nickname", "payAccount", "payBank", "paySubBank", "payee",
        "merchantNo", "qrCodePath", "realName", "sellerMobilePhone", "sellerName", "sellerNickname", "takerUserNo",
        "userNo",
    }
)  # fmt: skip
CODES = frozenset({"code", "emailVerifyCode", "googleVerifyCode", "mobileVerifyCode", "yubikeyVerifyCode"})
SCRUBBED = "scrubbed"


@contextmanager
def cassette(name: str, *, record: bool) -> Generator[Cassette]:
    """Replay `name`, each request once and nothing else; or record it anew."""
    path = CASSETTES / f"{name}.json"
    if record:
        path.unlink(missing_ok=True)
    recorder = vcr.VCR(
        record_mode=RecordMode.ALL if record else RecordMode.NONE,
        match_on=["method", "path", "query", "body"],
        before_record_request=scrub_request,
        before_record_response=scrub_response,
        serializer="marked",
    )
    recorder.register_serializer("marked", Marked)
    with recorder.use_cassette(str(path)) as played:
        yield played


class Marked:
    """JSON that says at its top where it comes from, and refuses to be read as something else."""

    @staticmethod
    def serialize(recording: dict[str, Any]) -> str:
        return json.dumps({"recorded_from": ORIGIN, **recording}, indent=2, ensure_ascii=False) + "\n"

    @staticmethod
    def deserialize(text: str) -> dict[str, Any]:
        recording: dict[str, Any] = json.loads(text)
        if recording.pop("recorded_from", None) != ORIGIN:
            message = "a cassette that does not say where it was recorded"
            raise ValueError(message)
        return recording


def scrub_request(request: Request) -> Request:
    """Leaves what tells requests apart: no host, no key, no stamp, no signature, no one-time code."""
    parts = urlsplit(request.uri)
    query = sorted((key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in SIGNERS)
    uri = urlunsplit(("https", "sandbox.invalid", parts.path, urlencode(query), ""))
    headers = {name: value for name, value in request.headers.items() if name.lower() in REQUEST_HEADERS}
    body = scrub_json(request.body, CODES) if isinstance(request.body, bytes) and request.body else None
    return Request(request.method, uri, body, headers)


def scrub_response(response: dict[str, Any]) -> dict[str, Any]:
    """Leaves the headers that mean something and takes people out of the body."""
    headers = {name: value for name, value in response["headers"].items() if name.lower() in RESPONSE_HEADERS}
    body = {"string": scrub_json(response["body"]["string"], PERSONAL)}
    return {**response, "headers": headers, "body": body}


def scrub_json(content: bytes, keys: frozenset[str]) -> bytes:
    """The same JSON with the strings under `keys` replaced."""
    return json.dumps(_scrubbed(json.loads(content), keys), ensure_ascii=False).encode()


def _scrubbed(value: Any, keys: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {
            key: SCRUBBED if key in keys and isinstance(part, str) else _scrubbed(part, keys)
            for key, part in value.items()
        }
    return [_scrubbed(part, keys) for part in value] if isinstance(value, list) else value


class Verifying(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Recomputes the signature of each signed request, then passes it on. Knows nothing of our signer."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._sync = httpx.HTTPTransport()
        self._async = httpx.AsyncHTTPTransport()
        self.verified = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._verify(request)
        return self._sync.handle_request(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._verify(request)
        return await self._async.handle_async_request(request)

    def close(self) -> None:
        self._sync.close()

    async def aclose(self) -> None:
        await self._async.aclose()

    def _verify(self, request: httpx.Request) -> None:
        if "x-mbx-apikey" not in request.headers:
            return
        payload, _, signature = request.url.query.rpartition(b"&signature=")
        assert hmac.new(self._secret, payload, hashlib.sha256).hexdigest() == signature.decode()
        self.verified += 1
