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

    Weight for the address (`Budget.ip`), a ban and a request to hold back concern all clients with the same `name`, on
    one Redis and of one exchange, whatever their keys. Give the processes behind each address a name of their own, or
    what happens to one address slows or stops another. Weight for the account (`Budget.uid`) is shared by all clients
    with one API key, whatever the name. Minutes are the exchange's, as each process knows its time.

    Where Redis cannot be reached, does not answer within a quarter of a second, answers something else than Redis
    would, or has lost what it knew, that is logged as a warning, once. No call fails for it: until Redis is back, and
    to the end of that minute, each process may add its share of what was left, and goes on in the next minute with its
    share of the budget. So with `n` processes the minute of the failure holds less than twice the budget, and one
    without Redis at most the budget. Every five seconds one call looks whether Redis is back; what was sent in
    between is then counted. A share that is smaller than a call's weight lets none through until Redis is back.

    A share is the budget divided by `processes`. It is not learned from Redis alone, for a process that starts without
    Redis, or was the first to ask, would take all. Where more clients than that have asked Redis within ten minutes,
    their number counts.

    Redis learns neither keys nor secrets nor what is called: it holds counts and times, which expire. It has to be a
    single Redis 5 or later that may run scripts; Cluster and Sentinel are not supported. One that evicts keys forgets
    counts.

    Raises:
        ConfigurationError: The URL, the name or the number cannot work.

    """

    url: Secret | SecretSource = field(repr=False)
    """`redis://[[user]:password@]host[:port][/database]`, `rediss://…` with TLS, `unix:///path` for a socket.

    A `Path` to a file that holds it, or a function that gives it, will do. It is not shown, and not pickled.
    """
    name: str = "default"
    processes: int = 8
    """How many clients there may be; several in one process count each."""

    def __post_init__(self) -> None:
        url = _Url("fleet", self.url)
        # Hidden, so that no frame of an error below shows it.
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
    """The reason why a URL of Redis cannot be used, without quoting it; None for one that can."""
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
