"""The command `doctor`: checks host, clock, key, permissions and signature, and says what to do."""

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from binance_c2c import C2CClient, errors
from binance_c2c.cli.shared.failures import CommandError, Status, status_of
from binance_c2c.cli.shared.key_sources import source_of_key
from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Rows, label

COLUMNS = ("check", "result", "found", "next")
_PROXIES = (
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
_PACKAGES = (
    "httpx",
    "msgspec",
    "cryptography",
    "redis",
    "pydantic",
    "starlette",
    "uvicorn",
    "keyring",
    "rich",
    "typer",
)
_CLOCK_SAMPLES = 5
_TOLERATED_MS = 1_000
_SHOWN_IN_SECONDS_FROM_MS = 10_000
# A proxy that decodes a query, or encodes it twice, changes these characters.
_PROBE = "a b+c/ü&=%~'"


@dataclass(slots=True)
class _Report:
    """The results of the checks so far."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list[tuple[str, str, str, str]])
    status: Status = Status.DONE
    """The exit status of the first check that failed."""

    def add(self, check: str, found: str, *, result: str = "ok", advice: str = "") -> None:
        self.rows.append((check, result, found, advice))

    def run_check(self, check: str, do: Callable[[], str | None], advice: str) -> bool:
        """Run a check and add a row with what it found, unless it added one itself. Returns whether it passed."""
        try:
            if (found := do()) is not None:
                self.add(check, found)
        except (errors.C2CError, CommandError, ValueError) as error:
            known = error.known if isinstance(error, errors.APIError) else None
            self.add(check, str(error), result="failed", advice=known.advice if known else advice)
            failed = status_of(error) if isinstance(error, errors.C2CError) else Status.SETTINGS
            self.status = self.status or failed
            return False
        return True


@command("doctor", example="binance-c2c doctor --sandbox")
def doctor(shell: Shell) -> Rows:
    """Find out what is wrong: what was tried, what came back, what to do. Only reads, and sends about ten requests.

    Ends with the exit status of the first check that failed, or 0.
    """
    report = _Report()
    _report_versions(report)
    _report_proxies(report)
    with ExitStack() as until_the_end:
        public_client = until_the_end.enter_context(shell.client(signed=False))
        host_answers = _check_host(report, public_client)
        clients: list[C2CClient] = []

        def open_client() -> str:
            clients.append(until_the_end.enter_context(shell.client()))
            return "a sandbox of its own" if shell.sandbox else f"from {source_of_key(shell.key_file, shell.keyring)}"

        has_key = report.run_check(
            "key", open_client, "give a key; binance-c2c keys where shows where it is taken from"
        )
        if host_answers and has_key:
            _check_account(report, clients[0])
    rows = Rows(COLUMNS, [dict(zip(COLUMNS, row, strict=True)) for row in report.rows], prose=("found", "next"))
    if report.status:
        shell.show(rows)
        failed = [check for check, result, _, _ in report.rows if result == "failed"]
        message = f"{len(failed)} of {len(report.rows)} checks failed: {', '.join(failed)}"
        raise CommandError(message, report.status)
    return rows


def _report_versions(report: _Report) -> None:
    ours = version("binance-c2c")
    report.add("versions", ", ".join([f"binance-c2c {ours}", f"Python {platform.python_version()}", *_versions()]))


def _versions() -> Iterator[str]:
    for name in _PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"no {name}"


def _report_proxies(report: _Report) -> None:
    """Report the proxies and certificates of the environment, without user names and passwords."""
    used = {name: os.environ[name] for name in _PROXIES if os.environ.get(name)}
    shown = [f"{name}={_without_password(value)}" for name, value in used.items()]
    report.add("proxies", ", ".join(shown) or "none")


def _without_password(value: str) -> str:
    parts = urlsplit(value)
    return value.replace(parts.netloc, f"[hidden]@{parts.netloc.rpartition('@')[2]}") if "@" in parts.netloc else value


def _check_host(report: _Report, client: C2CClient) -> bool:
    def ping() -> str:
        begun = time.perf_counter()
        client.system.ping()
        where = str(client).removesuffix(">").rpartition(" ")[2]
        return f"{where} answers after {(time.perf_counter() - begun) * 1000:.0f} ms"

    hint = "check the network, the proxies above, and BINANCE_C2C_BASE_URL"
    if not report.run_check("host", ping, hint):
        return False
    report.run_check(
        "clock", lambda: _report_clock(report, client), "check the host above: it does not answer as the exchange does"
    )
    return True


def _report_clock(report: _Report, client: C2CClient) -> None:
    """Report the offset of this machine's clock, measured with the fastest of several answers."""
    readings: list[tuple[float, float]] = []
    for _ in range(_CLOCK_SAMPLES):
        sent, begun = time.time(), time.perf_counter()
        server_time = client.system.time().server_time
        half = (time.perf_counter() - begun) / 2
        readings.append((half * 1000, (sent + half - server_time.timestamp()) * 1000))
    uncertainty, ahead = min(readings)
    side = "ahead of" if ahead > 0 else "behind"
    found = f"{_duration(abs(ahead))} {side} the exchange's, give or take {uncertainty:.0f} ms"
    is_off = abs(ahead) - uncertainty > _TOLERATED_MS
    advice = "set this machine's clock by NTP; this SDK corrects its timestamps after a refused call, others may not"
    report.add("clock", found, result="warning" if is_off else "ok", advice=advice if is_off else "")


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < _SHOWN_IN_SECONDS_FROM_MS else f"{milliseconds / 1000:.0f} s"


def _check_account(report: _Report, client: C2CClient) -> None:
    hint = "compare the secret with the one shown when the key was made; binance-c2c sign --check URL tells more"
    if not report.run_check("signed GET", lambda: _check_permissions(report, client), hint):
        return
    report.run_check(
        "special characters",
        lambda: _check_special_characters(client),
        "something between here and the exchange changes queries",
    )
    report.run_check(
        "signed POST",
        lambda: f"{len(client.orders.list(rows=1))} order(s) read, with a body",
        "something in between changes bodies, or the key is not allowed to use P2P",
    )
    report.run_check(
        "P2P account",
        lambda: f"business is {label(client.users.me().business_status)}",
        "the key has to be allowed to read, and its owner to be a P2P user",
    )
    used = [f"{limit.used} of {limit.ceiling or '?'} ({name})" for name, limit in client.limits.items()]
    report.add("used weight", ", ".join(used) or "the exchange does not say")


def _check_permissions(report: _Report, client: C2CClient) -> str:
    found = client.keys.permissions()
    if found.enable_withdrawals:
        advice = "make a key without this permission: anyone who gets hold of this one can empty the account"
        report.add("withdrawals", "THIS KEY CAN WITHDRAW COINS", result="warning", advice=advice)
    if not found.ip_restrict:
        advice = "restrict the key to your IP addresses, in the exchange's API management"
        report.add("addresses", "THIS KEY WORKS FROM ANY ADDRESS", result="warning", advice=advice)
    if not found.enable_reading:
        report.add("reading", "this key is not allowed to read", result="warning", advice="allow reading for this key")
    return "key, signature and clock are accepted"


def _check_special_characters(client: C2CClient) -> str:
    """Check that characters that need encoding arrive as they were signed."""
    try:
        client.raw("GET", "/sapi/v1/account/apiRestrictions", query={"probe": _PROBE})
    except errors.AuthenticationError:
        raise
    except errors.APIError as error:
        return f"the signature over them was accepted (the parameter itself was not: {error.code})"
    return "spaces, + / ü & = % ~ ' arrive as they were signed"


COMMANDS = (doctor,)
