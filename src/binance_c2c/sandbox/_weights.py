"""The used weight that the gateway reports in its headers. Counts; never refuses."""

from __future__ import annotations

from collections import Counter

_MINUTE_MS = 60_000


class UsedWeight:
    """Counts by calendar minute: by operation for /sapi, all of /api together. There is one address, loopback."""

    def __init__(self) -> None:
        self._minute = 0
        self._used: Counter[tuple[str, str]] = Counter()

    def add(self, *, path: str, weight: int, account: str | None, now_ms: int) -> dict[str, str]:
        """The headers after one more request. Without a proven account there is nobody to count it for by user."""
        if self._minute != now_ms // _MINUTE_MS:
            self._minute = now_ms // _MINUTE_MS
            self._used.clear()
        if not path.startswith("/sapi/"):
            return {"X-MBX-USED-WEIGHT-1M": self._count("/api", "", weight)}
        headers = {"X-SAPI-USED-IP-WEIGHT-1M": self._count(path, "", weight)}
        if account is not None:
            headers["X-SAPI-USED-UID-WEIGHT-1M"] = self._count(path, account, weight)
        return headers

    def _count(self, limit: str, who: str, weight: int) -> str:
        self._used[limit, who] += weight
        return str(self._used[limit, who])
