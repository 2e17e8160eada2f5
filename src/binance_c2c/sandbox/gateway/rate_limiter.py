"""Rate limits: used weight in the headers, 429 above a limit, and a ban with 418 for an address that does not stop."""

from __future__ import annotations

import sys
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.refusals import Refusal
    from binance_c2c_runtime import Operation

_MINUTE_MS = 60_000
_UPDATES_MS = 5 * _MINUTE_MS


@dataclass(frozen=True, slots=True)
class Limits:
    """Weight that may be used per calendar minute, and how long bans last. As Binance documents them."""

    address: int = 12_000
    """Weight that an address may use for one operation under `/sapi`."""
    account: int = 180_000
    """Weight that an account may use for one operation under `/sapi`."""
    api: int = 6_000
    """Weight that an address may use for all operations under `/api` together."""
    image_uploads: int = 36
    """Calls of `chat.image_upload_url` by one account. The code of its refusal is not known; here it is 429 too."""
    ad_updates: int | None = None
    """Calls of `ads.update` by one account in any five minutes. The exchange has such a limit and refuses with 187049,
    but does not say how many it allows: None for no limit."""
    patience: int = 10
    """How many requests of a minute are refused with 429 before the address is banned. Not documented: our choice."""
    first_ban: int = 120
    """Seconds. Each further ban is twice as long."""
    longest_ban: int = 3 * 86_400
    """Seconds."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is None and name == "ad_updates":
                continue
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                message = f"limits: {name}: an integer of at least 0 is expected, not {value!r}"
                raise ValueError(message)


UNLIMITED = Limits(address=sys.maxsize, account=sys.maxsize, api=sys.maxsize, image_uploads=sys.maxsize)


class TooManyError(RefusedError):
    """Too many requests; refused for `retry_after` seconds."""

    def __init__(self, refusal: Refusal, wait_ms: int, *details: object) -> None:
        super().__init__(refusal, *details)
        self.retry_after = -(-wait_ms // 1000)
        """Seconds."""


@dataclass(slots=True)
class RateLimiter:
    """Counts used weight per minute: by operation for `/sapi`, all of `/api` together. All clients have one address."""

    limits: Limits
    _minute: int = 0
    _used: Counter[str] = field(default_factory=Counter[str])
    _refused: int = 0
    _bans: int = 0
    _banned_until_ms: int = 0
    _updates: dict[str, deque[int]] = field(default_factory=dict[str, deque[int]])
    """When each account updated ads in the last five minutes, in ms."""

    def check_ban(self, now_ms: int) -> None:
        """Raise `TooManyError` while the address is banned; begin to count anew in a new minute."""
        if now_ms < self._banned_until_ms:
            until = datetime.fromtimestamp(self._banned_until_ms // 1000, UTC).isoformat()
            raise TooManyError(refusals.BANNED, self._banned_until_ms - now_ms, until)
        if self._minute != now_ms // _MINUTE_MS:
            self._minute = now_ms // _MINUTE_MS
            self._used.clear()
            self._refused = 0

    def count_address(self, operation: Operation, now_ms: int, headers: dict[str, str]) -> None:
        """Count a request of the address, write the used weight to `headers`, and refuse it above the limit."""
        if operation.path.startswith("/sapi/"):
            self._count(operation.path, operation.weight, headers, "X-SAPI-USED-IP-WEIGHT-1M", now_ms)
        elif operation.path.startswith("/api/"):
            self._count("/api", operation.weight, headers, "X-MBX-USED-WEIGHT-1M", now_ms)

    def count_account(self, operation: Operation, who: str, now_ms: int, headers: dict[str, str]) -> None:
        """Count a request of an authenticated account."""
        key = f"{who} {operation.path}"
        self._count(key, operation.weight, headers, "X-SAPI-USED-UID-WEIGHT-1M", now_ms)
        if operation.id == "chat.image_upload_url" and self._used[key] > operation.weight * self.limits.image_uploads:
            self._refuse(self.limits.image_uploads, now_ms)
        if operation.id == "ads.update" and self.limits.ad_updates is not None:
            self._count_update(who, self.limits.ad_updates, now_ms)

    def _count_update(self, who: str, limit: int, now_ms: int) -> None:
        updates = self._updates.setdefault(who, deque())
        while updates and updates[0] <= now_ms - _UPDATES_MS:
            updates.popleft()
        if len(updates) >= limit:
            raise RefusedError(refusals.HOLDINGS_TOO_SMALL)
        updates.append(now_ms)

    def _count(self, key: str, weight: int, headers: dict[str, str], header: str, now_ms: int) -> None:
        self._used[key] += weight
        headers[header] = str(self._used[key])
        limit = self._limit(header)
        if self._used[key] > limit:
            self._refuse(limit, now_ms)

    def _refuse(self, limit: int, now_ms: int) -> NoReturn:
        self._refused += 1
        if self._refused > self.limits.patience:
            self._ban(now_ms)
            self.check_ban(now_ms)
        raise TooManyError(refusals.TOO_MANY_REQUESTS, _MINUTE_MS - now_ms % _MINUTE_MS, limit)

    def _limit(self, header: str) -> int:
        if header.startswith("X-MBX"):
            return self.limits.api
        return self.limits.account if "UID" in header else self.limits.address

    def _ban(self, now_ms: int) -> None:
        # The exponent is limited, so that the power does not grow without end.
        seconds = min(self.limits.first_ban * 2 ** min(self._bans, 30), self.limits.longest_ban)
        self._bans += 1
        self._banned_until_ms = now_ms + 1000 * seconds
