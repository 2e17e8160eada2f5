"""Authentication of requests: API key, timestamp and signature, in the order in which the exchange checks them.

The rules are written down here a second time on purpose: the SDK's signer is never imported, so that the two check
each other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.gateway.keys import signature_bytes
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.exchange import Account
    from binance_c2c.sandbox.gateway.keys import Keyring
    from binance_c2c.sandbox.gateway.messages import Query, Request

LARGEST_AHEAD_MS = 1_000
DEFAULT_RECV_WINDOW_MS = 5_000
LARGEST_RECV_WINDOW_MS = 60_000

_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TIMESTAMP = re.compile(r"[0-9]{1,20}")
_RECV_WINDOW = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,3})?")


class Authentication:
    """Finds the account that sent a request. Raises `RefusedError` if key, timestamp or signature are not valid."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def identify(self, request: Request[Any]) -> None:
        """Set the request's account, if its operation needs a key."""
        if request.operation.security == "key":
            request.account = self.with_key(request.headers)
        elif request.operation.security == "signed":
            request.account = self.with_signature(request.headers, request.query, request.gateway_time_ms)

    def with_key(self, headers: Mapping[str, str]) -> Account:
        """The account that the API key belongs to."""
        key = headers.get("x-mbx-apikey", "")
        # The length of keys was never published, so only impossible characters count as malformed.
        if not _KEY.fullmatch(key):
            raise RefusedError(refusals.KEY_MALFORMED)
        account = self._keyring.owners.get(key)
        if account is None:
            raise RefusedError(refusals.KEY_UNKNOWN)
        return account

    def with_signature(self, headers: Mapping[str, str], query: Query, now_ms: int) -> Account:
        """The account that the API key belongs to, after a check of timestamp and signature."""
        account = self.with_key(headers)
        timestamp = _mandatory(query, "timestamp")
        signature = _mandatory(query, "signature")
        if query.duplicate is not None:
            raise RefusedError(refusals.DUPLICATE_PARAMETER, query.duplicate)
        if not _TIMESTAMP.fullmatch(timestamp):
            raise RefusedError(refusals.PARAMETER_MISSING, "timestamp")
        _check_clock(int(timestamp), _recv_window(query), now_ms)
        if not (self._is_genuine(headers["x-mbx-apikey"], query, signature) and query.is_percent_encoded):
            raise RefusedError(refusals.SIGNATURE_WRONG)
        return account

    def _is_genuine(self, key: str, query: Query, signature: str) -> bool:
        public_key = self._keyring.public_keys.get(key)
        if public_key is not None:
            content = signature_bytes(query.as_sent("signature"))
            return content is not None and public_key.verifies(query.payload, content)
        expected = hmac.new(self._keyring.secrets[key].encode(), query.payload, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.lower().encode())


def _mandatory(query: Query, name: str) -> str:
    value = query.get(name)
    if not value:
        raise RefusedError(refusals.PARAMETER_MISSING, name)
    return value


def _recv_window(query: Query) -> Decimal:
    text = query.get("recvWindow")
    if not text:
        return Decimal(DEFAULT_RECV_WINDOW_MS)
    if not _RECV_WINDOW.fullmatch(text):
        raise RefusedError(refusals.ILLEGAL_CHARACTERS, "recvWindow", _RECV_WINDOW.pattern)
    window = Decimal(text)
    if window > LARGEST_RECV_WINDOW_MS:
        raise RefusedError(refusals.RECV_WINDOW_TOO_LONG)
    return window


def _check_clock(timestamp_ms: int, recv_window_ms: Decimal, now_ms: int) -> None:
    if timestamp_ms >= now_ms + LARGEST_AHEAD_MS:
        raise RefusedError(refusals.CLOCK_AHEAD)
    if now_ms - timestamp_ms > recv_window_ms:
        raise RefusedError(refusals.CLOCK_BEHIND)
