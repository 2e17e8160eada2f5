"""`Budget`, a bound on used weight, and `Limit`, the used weight that the exchange reported for a rate limit."""

from dataclasses import dataclass
from datetime import datetime

from binance_c2c.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate limit of the exchange with its used weight, as the exchange reports it.

    The exchange counts each endpoint under `/sapi/` separately, in full minutes of its clock. This is the highest of
    its counts in the present minute, for all clients that share the address or the account.
    """

    name: str
    """`sapi-ip-1m` (the IP address), `sapi-uid-1m` (the account) or `mbx-1m` (the address, all of `/api/`).

    From the headers `X-SAPI-USED-IP-WEIGHT-1M`, `X-SAPI-USED-UID-WEIGHT-1M`, `X-MBX-USED-WEIGHT-1M`. Other intervals
    may replace `1m`.
    """
    interval: int
    """Seconds after which the count starts again at 0."""
    used: int
    ceiling: int | None
    """The weight above which calls are refused; None if it is not documented."""
    operation_id: str
    """The operation whose answer reported it."""
    learned: datetime


@dataclass(frozen=True, slots=True)
class Budget:
    """A bound on the weight used within a minute. A call beyond it waits for the next minute.

    It counts what the client sends (with a fleet, what all its clients send), or what the exchange reports if that is
    more. All operations count together, although the exchange's ceilings apply to each endpoint separately.

    Raises:
        ConfigurationError: A weight is not a positive integer.

    """

    ip: int | None = None
    """For the IP address. The exchange refuses above 12000."""
    uid: int | None = None
    """For the account, which may be used from several IP addresses. The exchange refuses above 180000."""

    def __post_init__(self) -> None:
        for name in ("ip", "uid"):
            value: object = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                message = f"budget: {name}: a weight per minute, an integer of at least 1, is expected, not {value!r}"
                raise ConfigurationError(message)
