"""The settings of a client: checked when it is made, with wrapped secrets."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING, Any, NoReturn, Self

import httpx

from binance_c2c._core import auth, flow, limits
from binance_c2c._core.flow import RetryPolicy
from binance_c2c._core.transport import HIGHEST_PORT, LONGEST_BODY, is_loopback
from binance_c2c.errors import ConfigurationError
from binance_c2c_sapi.operations import API_URL, PUBLIC_URL

if TYPE_CHECKING:
    from binance_c2c._core.auth import Clock, HmacAuth, Secret
    from binance_c2c.sandbox import Sandbox

# Never resolved: the transport hands requests to the sandbox. A loopback name, so that plain http is allowed.
SANDBOX_URL = "http://sandbox.localhost"
# A host name or IP address, with an optional port and path.
_PLAIN_URL = r"(?a)\w+://(\[[0-9A-Fa-f:.]+\]|[^\s/:]+)(:[0-9]*)?(/\S*)?"
LONGEST_LABEL = 63
# 31 years: sockets and locks accept little more.
LONGEST_TIMEOUT = 1_000_000_000
ENVIRONMENT = {
    "api_key": "BINANCE_API_KEY",
    "api_secret": "BINANCE_API_SECRET",
    "api_secret_password": "BINANCE_API_SECRET_PASSWORD",
    "base_url": "BINANCE_C2C_BASE_URL",
}
# The class in `auth` of each secret.
_SECRETS = {"api_key": "ApiKey", "api_secret": "Secret", "api_secret_password": "Password"}
# Names a file that holds the secret.
SECRET_FILE = "BINANCE_API_SECRET_FILE"  # noqa: S105 - the name of a variable


class _FromEnvironment(str):
    """A value of the environment, which errors call by its variable."""

    __slots__ = ("variable",)
    variable: str

    @classmethod
    def of(cls, variable: str, value: str) -> Self:
        made = cls(value)
        made.variable = variable
        return made


@dataclass(eq=False, match_args=False)
class Settings:
    """The checked arguments of a client. Raises `ConfigurationError`, which names the argument that cannot be used."""

    api_key: "Secret | None"
    api_secret: "Secret | None"
    base_url: str
    public_url: str | None
    recv_window: int
    timeout: float | None
    retry: RetryPolicy
    allow_plain_http: bool
    budget: "limits.Budget | None" = None
    fleet: "limits.Fleet | None" = None
    api_secret_password: "Secret | None" = None
    max_response_bytes: int = LONGEST_BODY

    def __post_init__(self) -> None:
        if (self.api_key is None) != (self.api_secret is None):
            missing, given = ("api_secret", "api_key") if self.api_secret is None else ("api_key", "api_secret")
            _refuse(missing, f"it is missing, although {given} is given; give both or neither")
        if self.api_secret_password is not None and self.api_secret is None:
            _refuse("api_secret", "it is missing, although api_secret_password is given")
        for secret in (self.api_key, self.api_secret, self.api_secret_password):
            if secret is not None:
                secret.reveal()
        auth.check_window(self.recv_window)
        _check_timeout(self.timeout)
        _check_retry(self.retry)
        _check_bytes(self.max_response_bytes)
        if not isinstance(self.allow_plain_http, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            # A text such as "false" would permit it.
            _refuse("allow_plain_http", f"True or False is expected, not {type(self.allow_plain_http).__name__}")
        if self.budget is not None or self.fleet is not None:
            _check_limits(self.budget, self.fleet)
        self.base_url = self._check_url("base_url", self.base_url)
        public = self.public_url
        if public is None:
            # Another base URL (a sandbox, a gateway) serves the operations of all hosts.
            public = PUBLIC_URL if self.base_url == API_URL else self.base_url
        self.public_url = self._check_url("public_url", public)

    def _check_url(self, name: str, given: str) -> str:
        name = given.variable if isinstance(given, _FromEnvironment) else name
        try:
            url = httpx.URL(given)
        except (httpx.InvalidURL, TypeError):
            _refuse(name, f"a URL such as {API_URL} is expected")
        # The path of an operation must not end up in the query or fragment of the base URL.
        host = re.fullmatch(rb"[A-Za-z0-9._\-:]+", url.raw_host)
        if any(len(label) > LONGEST_LABEL for label in url.raw_host.split(b".")):
            _refuse(name, f"at most {LONGEST_LABEL} characters are expected in each part of the host name")
        usable = url.scheme in {"http", "https"} and host and not url.userinfo and not {"?", "#"} & set(str(url))
        # httpx reads "https://host: 1_0" as port 10.
        if not usable or not re.fullmatch(_PLAIN_URL, str(given)):
            _refuse(name, "only http or https, a host, and perhaps a port and a path are expected")
        if url.port is not None and not 0 < url.port <= HIGHEST_PORT:
            _refuse(name, f"a port of 1 to {HIGHEST_PORT} is expected, not {url.port}")
        if url.scheme == "http" and not self.allow_plain_http and not is_loopback(url.host):
            _refuse(name, "plain http would show the key to the network; use https, or allow_plain_http=True")
        return str(url).rstrip("/")

    def signer(self, clock: "Clock") -> "HmacAuth | None":
        """The signer; None if there is no key."""
        if self.api_key is None or self.api_secret is None:
            return None
        return auth.HmacAuth(
            self.api_key,
            self.api_secret,
            clock,
            api_secret_password=self.api_secret_password,
            recv_window=self.recv_window,
            origin=self.base_url,
        )

    def new_flow(self, clock: "Clock") -> "flow.Flow":
        """The flow that all calls of the client share. Limits are counted in minutes of the exchange's clock."""
        return flow.Flow(
            self.base_url,
            self.timeout,
            self.retry,
            limits.Pause(),
            public_url=self.public_url or "",
            limits=limits.UsageTracker(self.budget, clock.now, self.fleet.processes if self.fleet else 1),
            clock=clock,
            fleet=self.fleet is not None,
        )

    def fleet_connection(self) -> "limits.FleetConnection | None":
        """The connections to the fleet for threads; None if there is no fleet."""
        if self.fleet is None:
            return None
        return limits.FleetConnection(self.fleet, limits.Names(self.fleet, self.base_url, self.api_key))

    def async_fleet_connection(self) -> "limits.AsyncFleetConnection | None":
        """The connections to the fleet for tasks; None if there is no fleet."""
        if self.fleet is None:
            return None
        return limits.AsyncFleetConnection(self.fleet, limits.Names(self.fleet, self.base_url, self.api_key))


def replace_options(
    shared: "flow.Flow", timeout: float | EllipsisType | None, retry: RetryPolicy | EllipsisType
) -> "flow.Flow":
    """A copy of a flow with another time-out or retry policy; `...` keeps the present one."""
    if not isinstance(timeout, EllipsisType):
        _check_timeout(timeout)
        shared = replace(shared, timeout=timeout)
    if not isinstance(retry, EllipsisType):
        _check_retry(retry)
        shared = replace(shared, retry=retry)
    return shared


def wrap_secrets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments with their secrets wrapped, so that a traceback with local variables shows none."""
    return {
        name: _secret_class(name).of(name, value) if name in _SECRETS else value for name, value in settings.items()
    }


def from_environment(given: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The given arguments, with key, secret and base URL from the environment for those that are missing.

    An empty variable is refused: if an empty base URL counted as not set, calls would go to the real exchange.
    """
    wanted = {name: variable for name, variable in ENVIRONMENT.items() if name not in given}
    used = [*wanted.values(), *([SECRET_FILE] if "api_secret" in wanted else [])]
    empty = [variable for variable in used if not environment.get(variable, "set").strip()]
    found: dict[str, Any] = {
        name: (_secret_class(name) if name in _SECRETS else _FromEnvironment.of)(variable, environment[variable])
        for name, variable in wanted.items()
        if variable in environment
    }
    file = environment.get(SECRET_FILE) if SECRET_FILE in used else None
    # Replaced, so that a traceback with local variables does not show the secrets in it.
    environment = {}
    if empty:
        _refuse(empty[0], "the variable is set and empty; give it a value, or unset it")
    if file and "api_secret" in found:
        _refuse(SECRET_FILE, f"{ENVIRONMENT['api_secret']} is set as well; set only one of them")
    if file:
        found["api_secret"] = auth.Secret(SECRET_FILE, Path(file))
    found = {**found, **given}
    missing = [ENVIRONMENT[name] for name in ("api_key", "api_secret") if name not in found]
    if missing:
        message = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set in the environment"
        raise ConfigurationError(message)
    return found


def sandbox_options(sandbox: "Sandbox | None", account: str) -> dict[str, Any]:
    """Key, secret and transport for an account of a sandbox in this process."""
    # Imported here: it is an optional extra that only sandbox clients need.
    from binance_c2c.sandbox import Sandbox, SandboxTransport  # noqa: PLC0415

    if sandbox is not None and not isinstance(sandbox, Sandbox):  # pyright: ignore[reportUnnecessaryIsInstance]
        _refuse("sandbox", f"a Sandbox is expected, not {type(sandbox).__name__}; an account is chosen by account=…")
    sandbox = sandbox or Sandbox()
    if account not in sandbox.keys:
        _refuse("account", f"one of {', '.join(sandbox.keys)} is expected, not {account!r}")
    key = sandbox.keys[account]
    transport = SandboxTransport(sandbox)
    return {"api_key": key.api_key, "api_secret": key.api_secret, "base_url": SANDBOX_URL, "http": transport}


def _secret_class(secret: str) -> "type[Secret]":
    """The class that wraps a secret; loaded with the first client."""
    kind: type[Secret] = getattr(auth, _SECRETS[secret])
    return kind


def _check_timeout(timeout: object) -> None:
    if timeout is None:
        return
    if not isinstance(timeout, (int, float)) or isinstance(timeout, bool) or not 0 < timeout < float("inf"):
        _refuse("timeout", f"a positive number of seconds or None is expected, not {timeout!r}")
    if timeout > LONGEST_TIMEOUT:
        _refuse("timeout", f"at most {LONGEST_TIMEOUT} seconds, or None to wait forever, are expected, not {timeout!r}")


def _check_limits(budget: object, fleet: object) -> None:
    for name, value, kind in (("budget", budget, limits.Budget), ("fleet", fleet, limits.Fleet)):
        if value is not None and not isinstance(value, kind):
            _refuse(name, f"a {kind.__name__} is expected, not {type(value).__name__}")


def _check_bytes(number: object) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        _refuse("max_response_bytes", f"an integer number of bytes, at least 1, is expected, not {number!r}")


def _check_retry(retry: object) -> None:
    if not isinstance(retry, RetryPolicy):
        _refuse("retry", f"a RetryPolicy is expected, not {type(retry).__name__}")


def _refuse(name: str, what: str) -> NoReturn:
    message = f"{name}: {what}"
    raise ConfigurationError(message)
