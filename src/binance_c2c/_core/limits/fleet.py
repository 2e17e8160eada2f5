"""The settings of a fleet: clients that share their limits through Redis."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from binance_c2c._core.auth import Secret, SecretSource
from binance_c2c.errors import ConfigurationError

_KINDS = "redis://, rediss:// or unix://"
_UNSUPPORTED = re.compile(r"([a-z+_-]*(?:sentinel|cluster|valkey)[a-z+_-]*)://.*", re.DOTALL | re.ASCII)
_OPTIONS = re.compile(r"db|username|password|ssl_[a-z_]+")


class _Url(Secret):
    """The address of one Redis. It may hold a password."""

    __slots__ = ()

    def _problem(self, text: str) -> str | None:
        if unsupported := _UNSUPPORTED.fullmatch(text):
            return f"{unsupported[1]}:// is not supported; the URL of a single Redis is expected: {_KINDS}"
        if not re.match(r"(rediss?|unix)://", text):
            return f"a URL that begins with {_KINDS} is expected"
        return _problem(text)


@dataclass(frozen=True, slots=True)
class Fleet:
    """The processes behind one IP address: they share budgets, and a ban of one stops all. Needs the extra `[redis]`.

    `Budget.ip`, bans and requests to back off are shared by all clients with the same `name`, Redis and exchange,
    whatever their API keys. Use a different `name` for each IP address; otherwise what happens to one address also
    slows or stops the others. `Budget.uid` is shared by all clients with the same API key, Redis and exchange, whatever
    the name. Minutes are counted by the exchange's clock, as far as each process knows it.

    If Redis cannot be reached, does not answer within a quarter of a second, or sends a reply that is not of Redis, a
    warning is logged, once. No call fails because of it: for the rest of that minute each process may use its share of
    what was left of the budget (as it does if Redis has lost its data), and in later minutes its share of the whole
    budget, until Redis is back. So with `n` processes less than twice the budget is used in the minute of the failure,
    and at most the budget in each minute without Redis. Every five seconds one call checks whether Redis is back; what
    was sent meanwhile is then counted. A process whose share is smaller than the weight of a call cannot make that call
    until Redis is back.

    A share is the budget divided by `processes`. The number is a setting because a process that starts without Redis,
    or is the first to ask it, knows of no others and would take the whole budget. If more clients than that have asked
    Redis within ten minutes, that higher number is used.

    Redis learns neither keys nor secrets nor which operations are called: it holds counts and times, which expire. It
    has to be a single Redis 5 or later that may run scripts; Cluster and Sentinel are not supported. If Redis evicts
    keys, counts are lost.

    Raises:
        ConfigurationError: The URL, the name or the number of processes cannot be used.

    """

    url: Secret | SecretSource = field(repr=False)
    """`redis://[[user]:password@]host[:port][/database]`, `rediss://…` with TLS, `unix:///path` for a socket.

    May also be a `Path` to a file that holds it, or a function that returns it. It is never shown, and not pickled.
    """
    name: str = "default"
    processes: int = 8
    """The largest number of clients; several in one process count separately."""

    def __post_init__(self) -> None:
        url = _Url("fleet", self.url)
        # Wrapped, so that no traceback with local variables shows it.
        object.__setattr__(self, "url", url)
        url.reveal()
        name: object = self.name
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
            message = f"fleet: name: 1 to 64 letters, digits, dots, hyphens or underscores are expected, not {name!r}"
            raise ConfigurationError(message)
        processes: object = self.processes
        counted = isinstance(processes, int) and not isinstance(processes, bool) and processes >= 1
        if not counted:
            message = f"fleet: processes: an integer of at least 1 is expected, not {processes!r}"
            raise ConfigurationError(message)

    def reveal_url(self) -> str:
        """The URL as text."""
        return _Url("fleet", self.url).reveal()


def _problem(url: str) -> str | None:
    """The reason why a Redis URL cannot be used, without quoting it; None if it can."""
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        loose = "" if parts.port is None or parts.hostname else "host"
    except ValueError:
        return "the URL cannot be read"
    if parts.scheme != "unix":
        loose += "" if re.fullmatch(r"(/[0-9]{0,5})?", parts.path) else "path"
    if loose or parts.fragment or "@" in parts.query:
        return "the URL cannot be read; in a password `#`, `?`, `/` and `@` are written %23, %3F, %2F and %40"
    if not all(_OPTIONS.fullmatch(name) for name in options):
        return "after `?`, only db, username, password and the options ssl_… of redis-py are expected"
    return None
